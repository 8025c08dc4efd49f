"""MetaImage: left-handed, compressed, in two files; and nothing guessed."""

import zlib

import numpy as np
import pytest
import SimpleITK as sitk

from SpineLib.errors import BadInput
from SpineLib.volume import from_sitk, read_volume, read_with_notes
from Testing.SpineLib.formats.written import metaimage, noise, nrrd, same, turned


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("suffix", [".mha", ".mhd"])
def test_what_itk_writes_turned_and_left_handed_comes_back(tmp_path, suffix, compressed):
    image = sitk.GetImageFromArray(noise())
    ras = turned(25, (1, 1, 1))[:3, :3] * (1, 1, -1)
    image.SetDirection([float(x) for x in (np.diag([-1, -1, 1]) @ ras).ravel()])
    image.SetOrigin((1.0, 2.0, 3.0))
    path = tmp_path / f"a{suffix}"
    sitk.WriteImage(image, str(path), compressed)
    expected = np.eye(4)
    expected[:3, :3], expected[:3, 3] = ras, (-1, -2, 3)
    assert same(read_volume(path), noise(), expected)
    assert np.linalg.det(read_volume(path).directions) < 0


def test_itk_and_we_read_the_same(tmp_path):
    path = metaimage(
        tmp_path / "a.mha", noise(), "TransformMatrix = 0 1 0 0 0 -1 -1 0 0", "Offset = 5 -6 7"
    )
    theirs = from_sitk(sitk.ReadImage(str(path)))
    assert same(read_volume(path), theirs.voxels, theirs.ijk_to_ras)


@pytest.mark.parametrize("share", [0.99, 0.6, 0.0])
@pytest.mark.parametrize("compressed", [True, False])
def test_a_file_that_ends_early_is_refused(tmp_path, share, compressed):
    raw = noise().tobytes()
    raw = zlib.compress(raw) if compressed else raw
    path = metaimage(tmp_path / "a.mha", noise(), f"CompressedData = {compressed}",
                     data=raw[: int(len(raw) * share)])  # fmt: skip
    with pytest.raises(BadInput, match="truncated"):
        read_volume(path)
    (tmp_path / "b.raw").write_bytes(raw[: int(len(raw) * share)])
    beside = metaimage(tmp_path / "b.mhd", noise(), f"CompressedData = {compressed}",
                       "ElementDataFile = b.raw", data=b"")  # fmt: skip
    with pytest.raises(BadInput, match="truncated"):
        read_volume(beside)


def test_without_a_transform_left_and_right_are_not_guessed(tmp_path):
    path = metaimage(tmp_path / "a.mha", noise(), "TransformMatrix = ")
    text = path.read_bytes().replace(b"TransformMatrix = \n", b"")
    path.write_bytes(text)
    with pytest.raises(BadInput, match="left and right"):
        read_volume(path)
    volume, notes = read_with_notes(path, "RAS")
    assert same(volume, noise(), np.diag([0.7, 0.7, 4, 1])) and "as you said" in notes[0]


def test_one_frame_of_four_dimensions_is_a_volume(tmp_path):
    four = ("NDims = 4", "DimSize = 20 16 6 1", "ElementSpacing = 0.7 0.7 4 1", "Offset = 0 0 0 0",
            "TransformMatrix = 1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1")  # fmt: skip
    path = metaimage(tmp_path / "a.mha", noise(), *four)
    assert same(read_volume(path), noise(), np.diag([-0.7, -0.7, 4, 1]))


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("ElementNumberOfChannels = 3",), "colour or vector"),
        (("ElementType = MET_FLOAT_ARRAY",), "MET_FLOAT_ARRAY"),
        (("TransformMatrix = 1 0 0 0.3 1 0 0 0 1",), "sheared"),
        (("DistanceUnits = um",), "'um', not in millimetres"),
        (("Offset = 0 0 0", "Offset = 5 0 0"), "'Offset' twice"),
        (("ElementDataFile = a%03d.raw 1 6 1",), "several files"),
        (("ElementDataFile = gone.raw",), "not beside it"),
        (("DimSize = 20 16",), "could not be read"),
        (("DimSize\r = 20 16 6",), "could not be read"),
        (("DimSize = 2000000 1600000 6000000",), "truncated"),
    ],
)
def test_what_is_no_greyscale_volume_is_refused_with_the_reason(tmp_path, lines, words):
    with pytest.raises(BadInput, match=words):
        read_volume(metaimage(tmp_path / "a.mha", noise(), *lines))


def test_bytes_that_only_look_like_spaces_are_none(tmp_path):
    path = metaimage(tmp_path / "a.mha", noise())
    path.write_bytes(path.read_bytes().replace(b"TransformMatrix =", b"TransformMatrix\xa0="))
    with pytest.raises(BadInput, match="left and right"):
        read_volume(path)


def test_voxels_in_a_file_with_letters_of_any_alphabet_are_found(tmp_path):
    path = metaimage(tmp_path / "a.mhd", noise(), "ElementDataFile = Rücken_脊椎.raw")
    whole = path.read_bytes()
    head, mark, voxels = whole.partition(b".raw\n")
    path.write_bytes(head + mark)
    (tmp_path / "Rücken_脊椎.raw").write_bytes(voxels)
    assert np.array_equal(read_volume(path).voxels, noise())


@pytest.mark.parametrize("where", ["below/a.raw", "./a.raw", "here"])
def test_a_header_may_name_its_voxels_in_its_own_folder_and_below(tmp_path, where):
    (tmp_path / "below").mkdir()
    name = str(tmp_path / "a.raw") if where == "here" else where
    (tmp_path / name).write_bytes(noise().tobytes())
    path = metaimage(tmp_path / "a.mhd", noise(), f"ElementDataFile = {name}", data=b"")
    assert np.array_equal(read_volume(path).voxels, noise())


@pytest.mark.parametrize("where", ["../a.raw", "elsewhere", "below/../../a.raw"])
@pytest.mark.parametrize("suffix", [".mhd", ".nhdr"])
def test_a_header_that_names_a_file_outside_of_its_folder_is_refused(tmp_path, where, suffix):
    (tmp_path / "in" / "below").mkdir(parents=True)
    (tmp_path / "a.raw").write_bytes(noise().tobytes())
    name = str(tmp_path / "a.raw") if where == "elsewhere" else where
    path = tmp_path / "in" / f"a{suffix}"
    if suffix == ".mhd":
        metaimage(path, noise(), f"ElementDataFile = {name}", data=b"")
    else:
        nrrd(path, noise(), f"data file: {name}", "space: RAS",
             "space directions: (1,0,0) (0,1,0) (0,0,1)", data=b"")  # fmt: skip
    with pytest.raises(BadInput, match="outside of its own folder") as refused:
        read_volume(path)
    assert "Copy both files into one folder" in refused.value.advice
    # What the person has linked there is the person's own choice.
    if where == "../a.raw":
        (path.parent / "b.raw").symlink_to("../a.raw")
        path.write_bytes(path.read_bytes().replace(b"../a.raw", b"b.raw"))
        assert np.array_equal(read_volume(path).voxels, noise())
