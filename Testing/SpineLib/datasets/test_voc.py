"""LabelImg's boxes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from SpineLib.datasets.open_slices import open_slices
from SpineLib.datasets.voc import box_in, open_voc, read_annotation
from SpineLib.datasets.vocabulary import vocabulary
from SpineLib.errors import BadInput
from SpineLib.volume import Volume
from Testing.SpineLib.datasets import labelled

# As LabelImg writes it.
XML = """<annotation><folder>x</folder><filename>{name}</filename><path>C:\\x\\{name}</path>
<source><database>Unknown</database></source>
<size><width>{w}</width><height>{h}</height><depth>1</depth></size><segmented>0</segmented>
<object><name>{grade}</name><pose>Unspecified</pose><truncated>0</truncated>
<difficult>0</difficult><bndbox><xmin>{box[0]}</xmin><ymin>{box[1]}</ymin>
<xmax>{box[2]}</xmax><ymax>{box[3]}</ymax></bndbox></object></annotation>"""


def annotate(path, name, *, grade="b1a", box=(8, 6, 16, 14), w=24, h=24):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(XML.format(name=name, grade=grade, box=box, w=w, h=h))


def test_a_box_on_a_dicom_slice_is_placed_in_the_patient(tmp_path):
    folder = tmp_path / "P1"
    labelled.write_stack(folder, labelled.stack_of([0, 1, 0]), patient="A")
    annotate(folder / "IM0002.xml", "IM0002.jpg")
    (stack,) = open_slices(str(tmp_path), task="grading")
    (label,) = stack.labels
    volume = stack.open()
    i, j, k = volume.ijk(np.mean(label.box_ras, axis=0))
    # Pixels 8 to 16 across and 6 to 14 down, counted at their edges.
    assert (label.value, label.index) == ("1a", 1) == ("1a", round(k))
    assert (i, j) == pytest.approx((11.5, 9.5))
    assert np.ptp(label.box_ras, axis=0)[:2] == pytest.approx(8 * volume.spacing[:2])


def test_a_box_on_a_screen_capture_keeps_its_picture(tmp_path):
    (tmp_path / "P1").mkdir()
    grey = np.arange(24 * 30, dtype=np.uint32).reshape(24, 30) % 255
    Image.fromarray(grey.astype(np.uint8)).save(tmp_path / "P1" / "a.png")
    annotate(tmp_path / "P1" / "a.xml", "a.png", grade="3", w=30)
    (stack,) = open_slices(str(tmp_path), task="grading")
    assert stack.open().shape == (1, 24, 30) and stack.labels[0].value == "3"
    assert (stack.open().voxels[0] == grey).all()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"grade": "4"}, "not a grade of Bilsky"),
        ({"box": (8, 6, 8, 14)}, "empty or outside"),
        ({"box": (8, 6, 99, 14)}, "empty or outside"),
        ({"box": (8, 6, 99, 14), "w": 0, "h": 0}, "outside of the image of 24×24"),
        ({"box": ("a", 6, 9, 14)}, "cannot be used"),
        ({"w": 512, "h": 512}, "512×512"),
    ],
)
def test_a_box_that_does_not_fit_is_refused_by_file(tmp_path, change, what):
    labelled.write_stack(tmp_path / "P1", labelled.stack_of([0, 1, 0]), patient="A")
    annotate(tmp_path / "P1" / "IM0002.xml", "IM0002.jpg", **change)
    with pytest.raises(BadInput, match=what) as error:
        open_voc(tmp_path)
    assert error.value.file.endswith("IM0002.xml")


def test_two_boxes_for_a_slice_are_refused(tmp_path):
    labelled.write_stack(tmp_path / "P1", labelled.stack_of([0, 1, 0]), patient="A")
    annotate(tmp_path / "P1" / "a.xml", "IM0002.jpg")
    annotate(tmp_path / "P1" / "b.xml", "IM0002.dcm")
    with pytest.raises(BadInput, match=r"a box already, in a\.xml"):
        open_voc(tmp_path)


def test_boxes_that_name_no_patient_are_refused(tmp_path):
    annotate(tmp_path / "a.xml", "a.png")
    with pytest.raises(BadInput, match="which patient"):
        open_voc(tmp_path)


def test_a_missing_picture_is_named(tmp_path):
    annotate(tmp_path / "P1" / "a.xml", "gone.png")
    with pytest.raises(BadInput, match=r"gone\.png"):
        open_voc(tmp_path)


@given(st.binary(max_size=200) | st.text(max_size=99).map(lambda t: f"<a>{t}</a>".encode()))
def test_anything_but_an_annotation_is_an_error_for_the_person(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("voc") / "a.xml"
    path.write_bytes(content)
    with pytest.raises(BadInput):
        read_annotation(path, vocabulary("grading"))


@given(st.tuples(*[st.floats(0, 11)] * 2), st.tuples(*[st.floats(0.5, 11)] * 2))
def test_a_box_comes_back_in_pixels(first, size):
    volume = labelled.stack_of([0, 0, 0])
    corners = (*first, first[0] + size[0], first[1] + size[1])
    ijk = volume.ijk(box_in(volume, 2, corners)) + 0.5
    assert ijk[:, :2].ravel() == pytest.approx(corners, abs=1e-9)
    assert ijk[:, 2] == pytest.approx(2.5)


def two_series(root, *, second=(0, 1, 0)):
    """A patient with two series whose files are called alike; the second lies elsewhere."""
    for name, levels, up in (("SER1", (0, 1, 0), 0.0), ("SER2", second, 100.0)):
        volume = labelled.stack_of(levels)
        matrix = volume.ijk_to_ras.copy()
        matrix[2, 3] += up
        labelled.write_stack(root / "P1" / name, Volume(volume.voxels, matrix), patient="A")


def height_of(root):
    (stack,) = open_voc(root)
    return stack.open().slice_center(stack.labels[0].index)[2]


def test_a_box_beside_its_series_lands_on_that_series(tmp_path):
    two_series(tmp_path)
    annotate(tmp_path / "P1" / "SER1" / "IM0002.xml", "IM0002.png")
    assert height_of(tmp_path) == pytest.approx(4.0)


@pytest.mark.parametrize("folder", ["SER1", "labels/SER1"])
def test_a_box_elsewhere_lands_on_the_series_that_it_names(tmp_path, folder):
    two_series(tmp_path)
    path = tmp_path / "P1" / "labels" / "IM0002.xml"
    annotate(path, "IM0002.png")
    path.write_text(path.read_text().replace("<folder>x<", f"<folder>{folder}<"))
    assert height_of(tmp_path) == pytest.approx(4.0)


def test_a_box_that_names_no_series_is_refused_with_the_slices_that_it_may_be_of(tmp_path):
    two_series(tmp_path)
    annotate(tmp_path / "P1" / "labels" / "IM0002.xml", "IM0002.png")
    with pytest.raises(BadInput, match=r"may be of 2 slices: stack \S+ slice 2, stack \S+ slice 2"):
        open_voc(tmp_path)


def test_a_box_beside_one_series_that_names_the_other_is_refused(tmp_path):
    two_series(tmp_path)
    path = tmp_path / "P1" / "SER1" / "IM0002.xml"
    annotate(path, "IM0002.png")
    path.write_text(path.read_text().replace("<folder>x<", "<folder>SER2<"))
    with pytest.raises(BadInput, match="may be of 2 slices"):
        open_voc(tmp_path)


def test_a_box_never_moves_to_another_series_because_its_own_slice_is_gone(tmp_path):
    two_series(tmp_path)
    annotate(tmp_path / "P1" / "SER1" / "IM0002.xml", "IM0002.png")
    next((tmp_path / "P1" / "SER1").glob("IM0002*.dcm")).unlink()
    with pytest.raises(BadInput, match=r"in SER1, where no slice is called so"):
        open_voc(tmp_path)


def test_a_box_on_a_file_with_many_frames_is_refused(tmp_path):
    from SpineLib.simulate.dicom_out import Identity, write_series
    from SpineLib.simulate.scanner import Protocol

    write_series(
        tmp_path / "P1", [labelled.stack_of([0, 1, 0])], Protocol(), Identity("A"), number=4,
        region="cervical", plane="axial", enhanced=True,
    )  # fmt: skip
    dicom = next((tmp_path / "P1").rglob("*.dcm"))
    annotate(dicom.with_suffix(".xml"), f"{dicom.stem}.png", w=0, h=0)
    with pytest.raises(BadInput, match="may be of 3 slices"):
        open_voc(tmp_path)


def test_a_picture_of_16_bits_keeps_its_values(tmp_path):
    (tmp_path / "P1").mkdir()
    ramp = np.linspace(0, 4100, 24 * 30).reshape(24, 30).astype(np.uint16)
    Image.fromarray(ramp).save(tmp_path / "P1" / "a.png")
    annotate(tmp_path / "P1" / "a.xml", "a.png", w=30)
    (stack,) = open_voc(tmp_path)
    assert np.array_equal(stack.open().voxels[0], ramp)


@pytest.mark.parametrize("kind", [2, 4, 6])
def test_colours_of_16_bits_are_refused_as_they_would_be_read_as_8(tmp_path, kind):
    import struct
    import zlib

    from SpineLib.datasets.flat import open_pictures

    def chunk(name, content):
        checked = name + content
        size, sum_ = struct.pack(">I", len(content)), struct.pack(">I", zlib.crc32(checked))
        return size + checked + sum_

    channels = {2: 3, 4: 2, 6: 4}[kind]
    lines = np.full((8, 8 * channels), 3000, ">u2")
    about = chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 16, kind, 0, 0, 0))
    content = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + line.tobytes() for line in lines)))
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + about + content + chunk(b"IEND", b""))
    with pytest.raises(BadInput, match="16 bits"):
        open_pictures([path])


def test_pictures_of_different_depths_are_no_stack(tmp_path):
    from SpineLib.datasets.flat import open_pictures

    Image.fromarray(np.zeros((8, 8), np.uint8)).save(tmp_path / "a.png")
    Image.fromarray(np.zeros((8, 8), np.uint16)).save(tmp_path / "b.png")
    with pytest.raises(BadInput, match="several depths"):
        open_pictures([tmp_path / "a.png", tmp_path / "b.png"])


@pytest.mark.parametrize("share", [0.0, 0.2, 0.9])
def test_a_picture_that_ends_early_is_refused(tmp_path, share):
    from SpineLib.datasets.flat import open_pictures

    noise = np.random.default_rng(0).integers(0, 60000, (40, 40)).astype(np.uint16)
    Image.fromarray(noise).save(tmp_path / "a.png")
    whole = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(BadInput, match="cannot be read"):
        open_pictures([tmp_path / "a.png"])
