"""The published folder layout."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from SpineLib.datasets.layout import open_layout, read_labels
from SpineLib.datasets.open_slices import open_slices
from SpineLib.datasets.vocabulary import compression_value, grade_value
from SpineLib.errors import BadInput
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED
from SpineLib.questions import BILSKY, KANG
from Testing.SpineLib.datasets import labelled


def bright(stack) -> dict[int, bool]:
    """Slice → whether its middle is bright, which the helper made so where the label is 1."""
    middle = stack.open().voxels[:, 10:14, 10:14].mean(axis=(1, 2))
    return {k: bool(value > 600) for k, value in enumerate(middle)}


def test_every_slice_has_the_label_that_was_written_for_it(tmp_path):
    labelled.published(tmp_path, {"A": [0, 1, 1, 0], "B": [0, 0, 1]}, site="Toronto")
    for stack in open_slices(str(tmp_path)):
        assert {s.index: s.value == COMPRESSED for s in stack.labels} == bright(stack)
        assert stack.site == "Toronto" and stack.region == "cervical" and stack.weighting == "T2"


def test_names_and_numbers_of_patients_are_hashed(tmp_path):
    labelled.published(tmp_path, {"Doe^John": [0, 1, 0]})
    (stack,) = open_layout(tmp_path)
    assert "Doe" not in f"{stack.id}{stack.patient}{stack.columns}"
    assert len(stack.patient) == 12


@pytest.mark.parametrize("order", ["feet-first", "head-first", "instance"])
def test_the_order_of_the_labels_can_be_named(tmp_path, order):
    upward = [0, 0, 1]
    volume = labelled.stack_of(upward, downward=True)  # instance numbers run from the head
    labelled.write_stack(tmp_path / "A" / "ax_t2", volume, patient="A")
    written = upward if order == "feet-first" else upward[::-1]
    (tmp_path / "A" / "compression_label.csv").write_text("\n".join(map(str, written)))
    (tmp_path / "dataset.toml").write_text(f'order = "{order}"\n')
    (stack,) = open_layout(tmp_path)
    assert {s.index: s.value == COMPRESSED for s in stack.labels} == bright(stack)


def test_one_file_a_labeller(tmp_path):
    labelled.published(tmp_path, {"A": [0, 1, 0]})
    first = tmp_path / "A" / "compression_label.csv"
    first.rename(first.with_name("compression_label_anna.csv"))
    first.with_name("compression_label_ben.csv").write_text("0,0,0")
    (stack,) = open_layout(tmp_path)
    said = {(s.reader, s.index): s.value for s in stack.labels}
    assert said["anna", 1] == COMPRESSED and said["ben", 1] == NOT_COMPRESSED
    assert len(said) == 6


def test_facts_of_patients_come_from_a_table(tmp_path):
    labelled.published(tmp_path, {"A": [0, 1, 0]})
    (tmp_path / "patients.csv").write_text("patient,site,age,mJOA\nA,Kuala Lumpur,61,12\n")
    (stack,) = open_layout(tmp_path)
    assert stack.site == "Kuala Lumpur" and stack.columns == {"age": "61", "mjoa": "12"}


@pytest.mark.parametrize(
    ("labels", "what"),
    [("0\n1\n", "2 labels for 3 slices"), ("0\n2\n0\n", "Line 2"), ("0\n\n0\n", "Line 2")],
)
def test_labels_that_do_not_fit_are_refused_by_file_and_line(tmp_path, labels, what):
    labelled.published(tmp_path, {"A": [0, 1, 0]})
    (tmp_path / "A" / "compression_label.csv").write_text(labels)
    with pytest.raises(BadInput, match=what) as error:
        open_layout(tmp_path)
    assert error.value.file.endswith("compression_label.csv") and error.value.advice


def test_a_patient_without_labels_is_refused(tmp_path):
    labelled.published(tmp_path, {"A": [0, 1, 0]})
    (tmp_path / "A" / "compression_label.csv").unlink()
    with pytest.raises(BadInput, match="no labels"):
        open_layout(tmp_path)


def test_two_series_in_one_folder_are_refused(tmp_path):
    labelled.published(tmp_path, {"A": [0, 1, 0]})
    labelled.write_stack(tmp_path / "A" / "ax_t2" / "more", labelled.stack_of([0, 0]), patient="Z")
    with pytest.raises(BadInput, match="2 stacks"):
        open_layout(tmp_path)


def test_a_folder_of_something_else_says_what_is_known(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(BadInput, match="No labels for compression") as error:
        open_slices(str(tmp_path))
    assert "ax_t2" in error.value.advice


@given(st.lists(st.sampled_from(["0", "1", "0.0", " 1 ", "compressed", "notcompressed"])))
def test_a_label_file_gives_one_value_a_line(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("labels") / "compression_label.csv"
    path.write_text("\n".join(cells) + "\n" * 3)
    if len(cells) == 0:
        assert read_labels(path, compression_value) == []
    else:
        wanted = [COMPRESSED if c.strip() in ("1", "compressed") else NOT_COMPRESSED for c in cells]
        assert read_labels(path, compression_value) == wanted


@given(st.text(max_size=12))
def test_a_value_is_a_word_of_the_scheme_or_an_error(text):
    for scheme in (BILSKY, KANG):
        try:
            assert grade_value(text, scheme) in scheme.values
        except ValueError as error:
            assert scheme.key in str(error)


@pytest.mark.parametrize(
    ("text", "grade"),
    [("1a", "1a"), ("Bilsky 1B", "1b"), ("b1c", "1c"), ("normal", "0"), ("2.0", "2"), ("b3", "3")],
)
def test_grades_are_read_as_readers_write_them(text, grade):
    assert grade_value(text, BILSKY) == grade
