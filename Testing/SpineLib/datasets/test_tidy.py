"""A table of labels beside DICOM."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from SpineLib.datasets.open_slices import open_slices
from SpineLib.datasets.tidy import open_tidy, rows
from SpineLib.errors import BadInput
from SpineLib.labels import COMPRESSED
from Testing.SpineLib.datasets import labelled


@pytest.fixture
def uids(tmp_path):
    return labelled.write_stack(
        tmp_path / "study", labelled.stack_of([0, 1, 0], downward=True), patient="A"
    )


def test_labels_find_their_slices_by_uid_and_keep_their_readers(tmp_path, uids):
    lines = ["SOP_Instance_UID,label,reader,site,mJOA", f"{uids[1]},1,anna,Toronto,12"]
    lines += [f"{uids[1]},0,ben,,", f"{uids[2]},0,anna,,", ""]
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    (stack,) = open_slices(str(tmp_path / "labels.csv"))
    said = {(label.index, label.reader): label.value for label in stack.labels}
    bright = next(k for k, s in enumerate(stack.open().voxels) if s[12, 12] > 600)
    assert said[bright, "anna"] == COMPRESSED and said[bright, "ben"] != COMPRESSED
    assert stack.site == "Toronto" and stack.columns == {"mjoa": "12"}
    assert stack.open().frames[bright].sop_instance_uid == uids[1]


def test_frames_of_a_multi_frame_object_are_labelled_by_number(tmp_path):
    from SpineLib.simulate.dicom_out import Identity, write_series
    from SpineLib.simulate.scanner import Protocol

    told = write_series(
        tmp_path / "study", [labelled.stack_of([0, 1, 0])], Protocol(), Identity("A"), number=4,
        region="cervical", plane="axial", enhanced=True,
    )  # fmt: skip
    uid = told["sop_instance_uids"][0]
    (tmp_path / "labels.csv").write_text(
        f"sop_instance_uid,frame,label\n{uid},1,0\n{uid},2,1\n{uid},3,0\n"
    )
    (stack,) = open_tidy(tmp_path / "labels.csv")
    assert [label.value == COMPRESSED for label in stack.labels] == [False, True, False]


def test_a_label_by_a_uid_that_two_slices_have_is_refused_with_both(tmp_path, uids):
    import pydicom

    labelled.write_stack(tmp_path / "other", labelled.stack_of([1, 0, 1]), patient="B")
    for file in (tmp_path / "other").rglob("*.dcm"):
        dataset = pydicom.dcmread(file)
        if dataset.InstanceNumber == 2:
            dataset.SOPInstanceUID = uids[1]
            dataset.save_as(file)
    (tmp_path / "labels.csv").write_text(f"sop_instance_uid,label\n{uids[0]},0\n{uids[1]},1\n")
    with pytest.raises(BadInput, match="Line 3: 2 slices have this SOP Instance UID") as caught:
        open_tidy(tmp_path / "labels.csv")
    assert caught.value.what.count("slice 2") == 2


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("1.2.3,1,anna", "Line 3: no slice"),
        ("{1},7,anna", "Line 3: '7' is not a label"),
        ("{0},1,anna", "Line 3: the reader anna labelled this slice before, in line 2"),
        ("{1},1", "Line 3: 2 cells for 3 columns"),
    ],
)
def test_what_does_not_fit_is_refused_by_line(tmp_path, uids, line, what):
    lines = ["sop_instance_uid,label,reader", f"{uids[0]},0,anna", line.format(*uids)]
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    with pytest.raises(BadInput, match=what) as error:
        open_tidy(tmp_path / "labels.csv")
    assert error.value.file.endswith("labels.csv") and error.value.advice


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_table_as_other_spreadsheets_write_it_is_read(tmp_path, uids, separator):
    lines = ["sop_instance_uid,label,reader", f'{uids[1]},1,"anna, MD"', f"{uids[2]},0,ben"]
    cells = [line.split(",", 2) for line in lines]
    text = "\r\n".join(separator.join(row) for row in cells)
    (tmp_path / "labels.csv").write_text(text, encoding="utf-8-sig")
    (stack,) = open_tidy(tmp_path / "labels.csv")
    assert {label.reader for label in stack.labels} == {"anna, MD", "ben"}


@pytest.mark.parametrize(
    ("head", "cell", "what"),
    [
        ("sop_instance_uid,label,Label", "1,0", "several columns called label"),
        ("sop_instance_uid,label,note", "1," + "x" * 200_000, "field larger"),
        ("sop_instance_uid,label,note", '1,"open', "unexpected end"),
    ],
)
def test_a_table_that_says_two_things_or_does_not_end_is_refused(tmp_path, uids, head, cell, what):
    (tmp_path / "labels.csv").write_text(f"{head}\n{uids[0]},{cell}\n")
    with pytest.raises(BadInput, match=what):
        open_tidy(tmp_path / "labels.csv")


def test_a_table_without_its_columns_is_refused(tmp_path, uids):
    (tmp_path / "labels.csv").write_text("uid,grade\n1,2\n")
    with pytest.raises(BadInput, match="no column sop_instance_uid and no column label"):
        open_tidy(tmp_path / "labels.csv")


cell = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=9)


@given(st.lists(st.tuples(cell, cell), max_size=6))
def test_cells_come_back_as_a_spreadsheet_wrote_them(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("tidy") / "t.csv"
    text = io.StringIO()
    csv.writer(text).writerows([("a", "b"), *cells])
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    assert [(row["a"], row["b"]) for _, row in rows(path, ("a", "b"))] == cells


def test_a_uid_that_two_slices_carry_is_refused_with_both(tmp_path, uids, monkeypatch):
    from dataclasses import replace

    from SpineLib.datasets import tidy

    labelled.write_stack(tmp_path / "again", labelled.stack_of([0, 0, 0, 1]), patient="B")
    found = tidy.scan(tmp_path / "study")
    (first,), (second,) = found.stacks, tidy.scan(tmp_path / "again").stacks
    twin = second.sources[2]._replace(sop_instance_uid=first.sources[1].sop_instance_uid)
    second = replace(second, sources=(*second.sources[:2], twin, *second.sources[3:]))
    study = replace(found.studies[0], series=tuple(
        replace(found.studies[0].series[0], stacks=(stack,)) for stack in (first, second)
    ))  # fmt: skip
    monkeypatch.setattr(tidy, "scan", lambda *_, **__: replace(found, studies=(study,)))
    table = tmp_path / "labels.csv"
    table.write_text(f"sop_instance_uid,label\n{first.sources[0].sop_instance_uid},0\n")
    assert len(open_tidy(table)) == 1
    table.write_text(f"sop_instance_uid,label\n{twin.sop_instance_uid},0\n")
    where = f"stack {first.id}, slice 2; stack {second.id}, slice 3"
    with pytest.raises(BadInput, match="Line 2: 2 slices have this SOP Instance UID") as refused:
        open_tidy(table)
    assert where in refused.value.what
