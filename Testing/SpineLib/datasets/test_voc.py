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
        ({"grade": "4"}, "no grade of Bilsky"),
        ({"box": (8, 6, 8, 14)}, "empty or outside"),
        ({"box": (8, 6, 99, 14)}, "empty or outside"),
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
