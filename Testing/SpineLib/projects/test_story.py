"""From eight studies to a data set: two readers, their disagreements, consensus, export, merge."""

from __future__ import annotations

import csv
import json
import shutil

import pytest

from SpineLib.datasets.open_slices import open_slices
from SpineLib.datasets.voc import open_voc
from SpineLib.errors import BadInput, BadRequest
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED
from SpineLib.projects import consensus, exporting
from SpineLib.projects.importing import import_labels
from SpineLib.projects.labels import read_labels
from SpineLib.projects.merging import merge
from SpineLib.projects.project import create, open_project
from SpineLib.projects.session import ReaderSession
from SpineLib.projects.studies import add
from Testing.SpineLib.datasets import labelled

ANNA, BEN = {1, 9}, {5, 9, 20}  # both are wrong about 9, so they agree on it


@pytest.fixture
def read_twice(make_project, reading):
    project = make_project()
    reading(project, "anna", wrong=ANNA)
    reading(project, "ben", wrong=BEN)
    return project


def settle(project, truth, keys=None):
    for disagreement in consensus.disagreements(project):
        if keys is None or disagreement.slice.key in keys:
            value = (NOT_COMPRESSED, COMPRESSED)[truth[disagreement.slice.sop_instance_uid]]
            consensus.decide(
                project, disagreement.slice.key, value, note="seen on the next slice too",
                present=("anna", "ben"),
            )  # fmt: skip


def test_only_disagreements_are_settled_with_both_labels_side_by_side(read_twice, truth):
    project = read_twice
    found = consensus.disagreements(project)
    assert len(found) == 3 and all(one.final is None for one in found)
    assert all({*one.labels} == {"anna", "ben"} for one in found)
    agreed = next(reading for reading in consensus.readings(project) if not reading.disagreed)
    with pytest.raises(BadInput, match="do not disagree"):
        consensus.decide(project, agreed.slice.key, COMPRESSED, present=("anna",))
    with pytest.raises(BadRequest, match="who were there"):
        consensus.decide(project, found[0].slice.key, COMPRESSED, present=(" ",))
    settle(project, truth)
    wanted = {one.slice.key: truth[one.slice.sop_instance_uid] for one in found}
    for disagreement in consensus.disagreements(project):
        assert (disagreement.final == COMPRESSED) == wanted[disagreement.slice.key]
        assert disagreement.decision.present == ("anna", "ben") and disagreement.decision.note
    consensus.decide(project, found[0].slice.key, COMPRESSED, note="again", present=("eva",))
    again = consensus.disagreements(project)[0].decision
    assert (again.value, again.present) == (COMPRESSED, ("eva",))
    assert len((project.folder / "consensus.jsonl").read_text().splitlines()) == 4


def test_training_data_hold_what_was_agreed_or_settled(read_twice, truth, tmp_path):
    project = read_twice
    settle(project, truth, {consensus.disagreements(project)[0].slice.key})
    for unsettled, classes in (("drop", 2), ("keep", 3)):
        table = exporting.write_training(
            project, tmp_path / unsettled, unsettled=unsettled, key=None
        )
        stacks = open_slices(str(table))
        values = [label.value for stack in stacks for label in stack.labels]
        assert len(values) == (30 if unsettled == "drop" else 32)
        assert len(set(values)) == classes
    finals = {
        reading.slice.sop_instance_uid: reading.final for reading in consensus.readings(project)
    }
    for stack in open_slices(str(tmp_path / "drop" / "labels.csv")):
        frames = stack.open().frames
        for label in stack.labels:
            assert finals[frames[label.index].sop_instance_uid] == label.value


def test_grades_have_no_class_for_disagreement(make_project, tmp_path):
    project = make_project(scheme="Bilsky", repeat_share=0)
    for reader, grade in (("anna", "1b"), ("ben", "2")):
        with ReaderSession(project, reader) as session:
            while session.current():
                session.label("0" if session.progress().done else grade)
            session.lock()
    with pytest.raises(BadRequest, match="no class"):
        exporting.write_training(project, tmp_path / "keep", unsettled="keep", key=None)
    table = exporting.write_training(project, tmp_path / "drop", key=None)
    stacks = open_slices(str(table), task="grading")
    assert {label.value for s in stacks for label in s.labels} == {"0"}


def test_the_published_layout_has_a_file_a_reader(read_twice, truth, tmp_path):
    assert exporting.write_layout(read_twice, tmp_path / "layout", key=None) == 8
    stacks = open_slices(str(tmp_path / "layout"))
    wrong = {"anna": 0, "ben": 0}
    for stack in stacks:
        frames = stack.open().frames
        for label in stack.labels:
            said = truth[frames[label.index].sop_instance_uid] == (label.value == COMPRESSED)
            wrong[label.reader] += not said
    assert wrong == {"anna": len(ANNA), "ben": len(BEN)}


def test_pictures_are_named_by_what_was_agreed(read_twice, tmp_path):
    assert exporting.write_pictures(read_twice, tmp_path / "jpeg") == 32
    names = [path.name.split(".")[0] for path in (tmp_path / "jpeg").rglob("*.jpeg")]
    assert names.count("pcompressed") == 3 and len(names) == 32
    assert len(open_slices(str(tmp_path / "jpeg"))) == 8


def test_the_tidy_table_has_every_label_of_everyone(read_twice, tmp_path):
    assert exporting.write_tidy(read_twice, tmp_path / "all.csv") == 80
    rows = list(csv.DictReader((tmp_path / "all.csv").open(encoding="utf-8")))
    assert {row["reader"] for row in rows} == {"anna", "ben"}
    assert sum(row["turn"] == "2" for row in rows) == 16
    assert all(float(row["seconds"]) >= 0 and row["time"] for row in rows)


def test_boxes_come_back_at_the_place_where_they_were_drawn(make_project, tmp_path):
    project = make_project(scheme="Bilsky", repeat_share=0)
    with ReaderSession(project, "anna") as session:
        drawn = session.current()
        session.label("1c", box=(2, 4, 10, 12))
        while session.current():
            session.label("0")
        session.lock()
    assert exporting.write_voc(project, tmp_path / "voc", key=None) == 1
    (stack,) = open_voc(tmp_path / "voc")
    (label,) = stack.labels
    volume = stack.open()
    assert label.value == "1c" and label.index == drawn.index
    ends = volume.ijk(label.box_ras).ravel().tolist()
    assert ends == pytest.approx([1.5, 3.5, drawn.index, 9.5, 11.5, drawn.index])


def test_exports_never_go_into_a_folder_that_holds_something(read_twice, tmp_path):
    (tmp_path / "kept.txt").write_text("mine")
    keyed = {"key": tmp_path.with_name("k.json")}
    for write, how in ((exporting.write_training, keyed), (exporting.write_layout, keyed),
                       (exporting.write_pictures, {})):  # fmt: skip
        with pytest.raises(BadInput, match="not empty"):
            write(read_twice, tmp_path, **how)


def test_labels_from_elsewhere_become_a_readers_set(read_twice, make_project, tmp_path):
    exporting.write_layout(read_twice, tmp_path / "layout", key=None)
    other = make_project("other", repeat_share=0)
    with pytest.raises(BadInput, match="2 readers"):
        import_labels(other, "carla", tmp_path / "layout")
    assert import_labels(other, "carla", tmp_path / "layout", named="anna") == 32
    theirs = {k[:2]: v.value for k, v in read_labels(read_twice, "anna").current().items()
              if k[2] == 1}  # fmt: skip
    ours = read_labels(other, "carla").current()
    assert {k[:2]: v.value for k, v in ours.items()} == theirs
    assert all(label.seconds is None for label in ours.values())


def test_copies_of_a_project_that_readers_worked_on_apart_become_one(
    make_project, reading, tmp_path
):
    here = make_project()
    with ReaderSession(here, "anna") as session:
        session.label(COMPRESSED)
    shutil.copytree(here.folder, tmp_path / "copy")
    there = open_project(tmp_path / "copy")
    reading(there, "ben")
    reading(there, "anna")
    said = merge(here, there.folder)
    assert said == ["labels/anna.jsonl", "labels/ben.jsonl"]
    assert len(read_labels(here, "anna").current()) == 40
    assert merge(here, there.folder) == []


def test_a_readers_file_that_went_on_in_both_copies_is_not_mixed(make_project, tmp_path):
    here = make_project()
    with ReaderSession(here, "anna") as session:
        session.label(COMPRESSED)
    shutil.copytree(here.folder, tmp_path / "copy")
    for folder in (here.folder, tmp_path / "copy"):
        with ReaderSession(folder, "anna") as session:
            session.label(NOT_COMPRESSED)
    before = here.labels_file("anna").read_text()
    with pytest.raises(BadInput, match="differ from line 3"):
        merge(here, tmp_path / "copy")
    assert here.labels_file("anna").read_text() == before


def test_a_copy_of_another_project_is_refused(make_project):
    with pytest.raises(BadInput, match="another project"):
        merge(make_project(), make_project("other").folder)


def test_no_study_joins_when_a_set_is_locked(read_twice, dicom):
    from SpineLib.projects.studies import add

    with pytest.raises(BadInput, match="locked"):
        add(read_twice, dicom)


def test_a_consensus_file_edited_wrongly_is_refused_by_line(read_twice, truth):
    settle(read_twice, truth)
    path = read_twice.folder / "consensus.jsonl"
    lines = path.read_text().splitlines()
    broken = json.loads(lines[1]) | {"label": "maybe"}
    path.write_text("\n".join([lines[0], json.dumps(broken), lines[2]]) + "\n")
    with pytest.raises(BadInput, match="Line 2 is not a decision"):
        consensus.readings(read_twice)


def test_exported_dicom_names_nobody_and_its_labels_still_fit(read_twice, truth, tmp_path):
    from SpineLib.dicom.confidentiality import open_key

    key = tmp_path / "keys" / "study.json"
    table = exporting.write_training(read_twice, tmp_path / "out", key=key)
    old = {new: uid for uid, new in open_key(key).uids.items()}
    stacks = open_slices(str(table))
    wrong = 0
    for stack in stacks:
        frames = stack.open().frames
        assert (stack.region, stack.weighting) == ("cervical", "T2")
        for label in stack.labels:
            uid = old[frames[label.index].sop_instance_uid]
            wrong += label.value != (NOT_COMPRESSED, COMPRESSED)[truth[uid]]
    assert (len(stacks), wrong) == (8, 1)
    known = {one.sop_instance_uid for _, _, one in read_twice.slices()}
    known |= {study.id for study in read_twice.studies}
    for path in (tmp_path / "out").rglob("*"):
        data = str(path).encode() + (path.read_bytes() if path.is_file() else b"")
        assert not any(one.encode() in data for one in known)
    with pytest.raises(BadInput, match="must not lie"):
        exporting.write_layout(read_twice, tmp_path / "new", key=tmp_path / "new" / "k.json")
    assert not (tmp_path / "new").exists()


def test_uids_that_stand_for_several_slices_are_refused_before_anybody_reads(tmp_path):
    import pydicom

    for name in ("P1", "P2"):
        labelled.write_stack(
            tmp_path / "in" / name, labelled.stack_of([0, 1, name == "P1"]), patient=name
        )
        for file in (tmp_path / "in" / name).rglob("*.dcm"):
            dataset = pydicom.dcmread(file)
            dataset.SOPInstanceUID = f"1.2.3.{dataset.InstanceNumber}"
            dataset.save_as(file)
    project = create(tmp_path / "project", title="UIDs begin anew")
    with pytest.raises(BadInput, match="3 SOP Instance UIDs stand for several slices"):
        add(project, tmp_path / "in")
    assert not open_project(project.folder).studies
    assert len(add(project, tmp_path / "in" / "P1").studies) == 1


def test_a_zip_of_studies_can_be_read_in_a_project(dicom, tmp_path):
    zipped = shutil.make_archive(str(tmp_path / "P1"), "zip", dicom / "P1")
    project = add(create(tmp_path / "project", title="From a zip"), zipped)
    (study,) = project.studies
    assert project.place(study).name == "P1.zip"
    assert project.open_stack(study, study.stacks[0]).slices == 4
