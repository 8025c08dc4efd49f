"""NRRD: every space of the format, or a refusal that names it."""

import bz2
import gzip

import numpy as np
import pytest
import SimpleITK as sitk

from SpineLib.errors import BadInput
from SpineLib.volume import from_sitk, read_volume, read_with_notes
from Testing.SpineLib.formats.written import noise, nrrd, same, turned

# Three vectors in a space that is not RAS, with the first voxel away from 0.
VECTORS = np.array([[0.7, 0.1, 0.0], [-0.1, 0.7, 0.0], [0.0, 0.0, 4.0]])
ORIGIN = np.array([11.0, -22.0, 33.0])
PLACE = (
    "space directions: " + " ".join(f"({a},{b},{c})" for a, b, c in VECTORS),
    f"space origin: ({','.join(map(str, ORIGIN))})",
)


def expected(signs):
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = VECTORS.T, ORIGIN
    return np.diag([*signs, 1.0]) @ matrix


@pytest.mark.parametrize(
    ("space", "signs"),
    [
        ("right-anterior-superior", (1, 1, 1)), ("RAS", (1, 1, 1)),
        ("left-anterior-superior", (-1, 1, 1)), ("LAS", (-1, 1, 1)),
        ("left-posterior-superior", (-1, -1, 1)), ("LPS", (-1, -1, 1)),
    ],
)  # fmt: skip
def test_each_space_of_the_patient_is_read_as_itk_reads_it(tmp_path, space, signs):
    path = nrrd(tmp_path / "a.nrrd", noise(), f"space: {space}", *PLACE)
    assert same(read_volume(path), noise(), expected(signs))
    assert same(from_sitk(sitk.ReadImage(str(path))), noise(), expected(signs))


@pytest.mark.parametrize("space", ["right-anterior-superior-time", "RAST", "LAST", "LPST"])
def test_a_space_with_time_is_read_where_there_is_one_time(tmp_path, space):
    signs = {"R": 1, "L": -1}[space[0].upper()], -1 if space.startswith("LP") else 1, 1
    vectors = " ".join(f"({a},{b},{c},0)" for a, b, c in VECTORS) + " (0,0,0,1)"
    path = nrrd(
        tmp_path / "a.nrrd", noise(), f"space: {space}", "dimension: 4", "sizes: 20 16 6 1",
        f"space directions: {vectors}", "space origin: (11,-22,33,0)",
        'space units: "mm" "mm" "mm" "s"',
    )  # fmt: skip
    assert same(read_volume(path), noise(), expected(signs))


@pytest.mark.parametrize(
    "space", ["scanner-xyz", "3D-right-handed", "3D-left-handed", "scanner-xyz-time", "somewhere"]
)
def test_a_space_that_is_not_the_patient_s_is_refused_by_its_name(tmp_path, space):
    path = nrrd(tmp_path / "a.nrrd", noise(), f"space: {space}", *PLACE)
    with pytest.raises(BadInput, match=space.lower()) as refused:
        read_volume(path)
    assert refused.value.in_terminal.endswith(": --orientation LPS")
    volume = read_volume(path, "RAS")
    np.testing.assert_allclose(volume.spacing, np.linalg.norm(VECTORS, axis=1))
    np.testing.assert_allclose(volume.directions, np.eye(3))


def test_without_a_space_left_and_right_are_not_guessed(tmp_path):
    path = nrrd(tmp_path / "a.nrrd", noise(), "spacings: 0.7 0.7 4", "kinds: domain domain domain")
    with pytest.raises(BadInput, match="left and right"):
        read_volume(path)
    volume, notes = read_with_notes(path, "LPS")
    assert same(volume, noise(), np.diag([-0.7, -0.7, 4, 1])) and "as you said" in notes[0]


def test_sheared_directions_are_refused_by_that_word(tmp_path):
    path = nrrd(tmp_path / "a.nrrd", noise(), "space: LPS",
                "space directions: (1,0,0) (0.2,1,0) (0,0,4)")  # fmt: skip
    with pytest.raises(BadInput, match="sheared"):
        read_volume(path)


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("raw", bytes), ("gzip", gzip.compress), ("gz", gzip.compress), ("bzip2", bz2.compress),
        ("hex", lambda raw: raw.hex().encode()),
        ("ascii", lambda raw: " ".join(map(str, np.frombuffer(raw, "<i2"))).encode()),
    ],
)  # fmt: skip
def test_every_encoding_gives_the_same_voxels_and_is_refused_where_it_ends_early(
    tmp_path, encoding, pack
):
    packed = pack(noise().tobytes())
    lines = (f"encoding: {encoding}", "space: RAS", *PLACE)
    path = nrrd(tmp_path / "a.nrrd", noise(), *lines, data=packed)
    assert same(read_volume(path), noise(), expected((1, 1, 1)))
    for share in (0.99, 0.6, 0.0):
        cut = nrrd(tmp_path / "cut.nrrd", noise(), *lines, data=packed[: int(len(packed) * share)])
        with pytest.raises(BadInput, match="truncated"):
            read_volume(cut)


def test_a_header_with_its_voxels_in_a_file_beside_it(tmp_path):
    (tmp_path / "a.raw").write_bytes(b"\n".join([b"one", b"two", b"12345"]) + noise().tobytes())
    lines = ("data file: a.raw", "line skip: 2", "byte skip: 5", "space: RAS", *PLACE)
    path = nrrd(tmp_path / "a.nhdr", noise(), *lines, data=b"")
    assert same(read_volume(path), noise(), expected((1, 1, 1)))
    (tmp_path / "a.raw").write_bytes(b"too short")
    with pytest.raises(BadInput, match="truncated"):
        read_volume(path)
    (tmp_path / "a.raw").unlink()
    with pytest.raises(BadInput, match="not beside it"):
        read_volume(path)


def test_voxels_at_the_end_of_a_file_and_big_endian(tmp_path):
    raw = b"a header of another kind" + noise().astype(">i2").tobytes()
    (tmp_path / "a.img").write_bytes(raw)
    path = nrrd(tmp_path / "a.nhdr", noise(), "data file: a.img", "byte skip: -1", "endian: big",
                "space: RAS", *PLACE, data=b"")  # fmt: skip
    assert same(read_volume(path), noise(), expected((1, 1, 1)))


def test_a_header_s_own_bytes_never_stand_in_for_lost_voxels(tmp_path):
    path = nrrd(tmp_path / "a.nrrd", noise(), "byte skip: -1", "space: RAS", *PLACE)
    assert same(read_volume(path), noise(), expected((1, 1, 1)))
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(BadInput, match="truncated"):
        read_volume(path)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("dimension: 4", "sizes: 3 20 16 6", "space: LPS",
          "space directions: none (1,0,0) (0,1,0) (0,0,1)"), "colour or vector"),
        (("dimension: 4", "sizes: 20 16 6 2", "space: LPS",
          "space directions: (1,0,0) (0,1,0) (0,0,1) none"), "holds 2 volumes"),
        (("space: LPS", 'space units: "cm" "cm" "cm"', *PLACE), "'cm', not in millimetres"),
        (("space: LPS", "space units: um um um", *PLACE), "'um', not in millimetres"),
        (("spacings: 0.7 0.7 4", 'units: "cm" "cm" "cm"'), "'cm', not in millimetres"),
        (("space: LPS", "space: RAS", *PLACE), "'space' twice"),
        (("space: LPS", "line skip: -1", *PLACE), "could not be read"),
        (("space: LPS", *PLACE, "data file: LIST\na.raw"), "several files"),
        (("space: LPS", "encoding: zrl", *PLACE), "zrl"),
        (("space: LPS", "type: block", *PLACE), "block"),
        (("space: LPS", "dimension: 3", "sizes: 20 16", *PLACE), "could not be read"),
        (("space: LPS", "space directions: (1,0) (0,1) (0,0)"), "could not be read"),
        (("space: LPS", "space directions: (1,0,0) (nan,nan,nan) (0,0,1)"), "could not be read"),
    ],
)  # fmt: skip
def test_what_is_no_greyscale_volume_is_refused_with_the_reason(tmp_path, lines, words):
    with pytest.raises(BadInput, match=words):
        read_volume(nrrd(tmp_path / "a.nrrd", noise(), *lines))


def test_one_value_a_voxel_in_four_dimensions_is_a_volume(tmp_path):
    path = nrrd(
        tmp_path / "a.nrrd", noise(), "dimension: 4", "sizes: 1 20 16 6", "space: RAS",
        "space directions: none " + PLACE[0].partition(": ")[2], PLACE[1],
    )  # fmt: skip
    assert same(read_volume(path), noise(), expected((1, 1, 1)))


def test_a_turned_image_comes_back_from_itk_s_writer(tmp_path):
    image = sitk.GetImageFromArray(noise())
    image.SetDirection([float(x) for x in (np.diag([-1, -1, 1]) @ turned(35, (1, 1, 1))[:3, :3]).ravel()])  # fmt: skip
    for name, compress in (("a.nrrd", True), ("b.nrrd", False), ("c.nhdr", True)):
        sitk.WriteImage(image, str(tmp_path / name), compress)
        assert same(read_volume(tmp_path / name), noise(), turned(35, (1, 1, 1), (0, 0, 0)))
