"""A reader at work: order, blinding, and a file that loses at most its last line."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from SpineLib.errors import BadInput, OutputError
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED
from SpineLib.projects.labels import read_labels
from SpineLib.projects.project import create, open_project
from SpineLib.projects.session import ReaderSession
from SpineLib.projects.status import status_of
from SpineLib.projects.studies import relink
from SpineLib.store import journal
from SpineLib.store import lock as holding

ROOT = Path(__file__).resolve().parents[3]


def lines(project, reader):
    return project.labels_file(reader).read_text().splitlines()


def test_a_label_is_in_the_file_with_everything_that_was_said(make_project):
    project = make_project()
    with ReaderSession(project, "anna", seed=1) as session:
        item = session.current()
        session.label(COMPRESSED, confidence=0.7, comment="disc C5/6", box=(3, 4, 9, 10))
        record = json.loads(lines(project, "anna")[-1])
    assert record["sop_instance_uid"] == item.slice.sop_instance_uid and record["frame"] == 1
    assert record["label"] == COMPRESSED and record["confidence"] == 0.7
    assert record["comment"] == "disc C5/6" and record["box"] == [3, 4, 9, 10]
    assert record["seconds"] >= 0 and record["time"].endswith("+00:00")
    assert record["software"].startswith("SlicerSpineMRI ")
    (label,) = read_labels(project, "anna").current().values()
    assert (label.value, label.box) == (COMPRESSED, (3, 4, 9, 10))


def test_every_slice_comes_once_and_a_share_again_at_the_end(make_project):
    project = make_project(repeat_share=0.5)
    with ReaderSession(project, "anna") as session:
        turns = [item.turn for item in session.items]
        first = [item.slice.key for item in session.items if item.turn == 1]
    assert turns == [1] * 32 + [2] * 16
    assert sorted(first) == sorted(one.key for _, _, one in project.slices())


def test_two_readers_have_different_orders_and_each_keeps_their_own(make_project):
    project = make_project()
    orders = {}
    for reader, seed in (("anna", 1), ("ben", 2)):
        with ReaderSession(project, reader, seed=seed) as session:
            orders[reader] = [item.key for item in session.items]
    assert orders["anna"] != orders["ben"]
    with ReaderSession(project, "anna", seed=99) as session:
        assert [item.key for item in session.items] == orders["anna"]


def test_a_study_that_joins_leaves_the_order_of_the_others(dicom, tmp_path):
    from SpineLib.projects.studies import add

    project = create(tmp_path / "p", title="t")
    for name in ("P1", "P2", "P3"):
        project = add(project, dicom / name)
    with ReaderSession(project, "anna", seed=4) as session:
        before = [item.key for item in session.items if item.turn == 1]
    project = add(project, dicom / "P4")
    with ReaderSession(project, "anna") as session:
        after = [item.key for item in session.items if item.turn == 1]
    assert [key for key in after if key in before] == before and len(after) == 16


def test_slices_of_a_study_come_as_they_lie_and_one_can_go_on_to_the_next(make_project):
    project = make_project()
    with ReaderSession(project, "anna") as session:
        item = session.current()
        assert [i.index for i in session.items[:4]] == [0, 1, 2, 3]
        other = session.next_study()
        assert other.study.id != item.study.id
        session.label(COMPRESSED)
        assert session.progress().done == 1 and session.progress().left == 39


def test_undo_is_a_line_of_its_own_and_brings_the_slice_back(make_project):
    project = make_project()
    with ReaderSession(project, "anna") as session:
        item = session.current()
        session.label(COMPRESSED)
        session.go_to(item)
        session.label(NOT_COMPRESSED)
        assert session.undo() == item and session.own(item).value == COMPRESSED
        assert session.undo() == item and session.own(item) is None
        assert session.undo() is None
    kinds = [json.loads(line)["kind"] for line in lines(project, "anna")]
    assert kinds == ["reader", "label", "label", "undo", "undo"]
    assert not read_labels(project, "anna").current()


def test_a_killed_program_loses_nothing_but_the_last_key(make_project):
    project = make_project()
    code = """
import sys
from SpineLib.projects.session import ReaderSession
with ReaderSession(sys.argv[1], "anna") as session:
    while (item := session.current()) is not None:
        session.label("compressed", comment="x" * 2000)
        print(item.slice.sop_instance_uid, item.turn, flush=True)
        if session.progress().left == 1:
            session.undo()
"""
    run = subprocess.Popen(
        [sys.executable, "-c", code, str(project.folder)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    seen = [run.stdout.readline().split() for _ in range(7)]
    run.send_signal(signal.SIGKILL)
    seen += [line.split() for line in run.stdout.read().splitlines() if len(line.split()) == 2]
    run.wait()
    run.stdout.close()
    with ReaderSession(project, "anna") as session:  # the lock is free again
        kept = {(label[0], str(label[2])) for label in session._labels.current()}
        assert {tuple(one) for one in seen} <= kept
        session.label(NOT_COMPRESSED) if session.current() else None


@settings(max_examples=25)
@given(st.integers(0, 400), st.binary(max_size=30).filter(lambda tail: b"\n" not in tail))
def test_a_line_that_was_cut_anywhere_costs_only_itself(tmp_path_factory, cut, noise):
    path = tmp_path_factory.mktemp("journal") / "a.jsonl"
    for n in range(5):
        journal.append(path, {"n": n, "text": "ü" * 20})
    data = path.read_bytes()
    kept = data[: max(0, len(data) - cut)]
    path.write_bytes(kept + noise)
    whole = kept.count(b"\n")
    journal.repair(path)
    journal.append(path, {"n": "new"})
    found = [line.record.get("n") for line in journal.read_journal(path).lines]
    assert found[:whole] == list(range(whole)) and found[-1] == "new"
    aside = path.with_name(path.name + journal.TORN)
    if aside.exists():
        assert aside.read_bytes().rstrip(b"\n") == (kept + noise)[kept.rfind(b"\n") + 1 :]


def test_a_torn_last_line_is_kept_aside_and_said(make_project):
    project = make_project()
    with ReaderSession(project, "anna") as session:
        session.label(COMPRESSED)
    path = project.labels_file("anna")
    path.write_bytes(path.read_bytes()[:-40])
    assert any("not written to its end" in p for p in read_labels(project, "anna").problems)
    with ReaderSession(project, "anna") as session:
        assert any("kept in anna.jsonl.torn" in note for note in session.notes)
        assert session.progress().done == 0
        session.label(COMPRESSED)
    assert not read_labels(project, "anna").problems and len(lines(project, "anna")) == 2
    assert project.readers == ["anna"]


def test_a_line_edited_wrongly_is_named_and_the_rest_is_used(make_project):
    project = make_project()
    with ReaderSession(project, "anna") as session:
        for _ in range(4):
            session.label(COMPRESSED)
    path = project.labels_file("anna")
    text = path.read_text().splitlines()
    text[1] = text[1].replace('"label":"compressed"', '"label":"compresed"')
    text[2] = text[2][:-3]
    text[3] = text[3].replace('"frame":1', '"frame":7')
    path.write_text("\n".join(text))
    found = read_labels(project, "anna")
    assert len(found.current()) == 1
    problems = "\n".join(found.problems)
    assert "Line 2 is left out: 'compresed' is not a label" in problems
    assert "Line 3 is not a JSON object" in problems and "Line 4" in problems
    # The status is for all readers: what anna meant is not said there.
    notes = "\n".join(status_of(project)["notes"])
    assert "Line 2 is left out: its label is none of compression" in notes
    assert "compresed" not in notes and "Line 4" in notes
    with ReaderSession(project, "anna") as session:
        assert session.progress().done == 1 and len(session.notes) == 3
        session.label(COMPRESSED)
    assert len(read_labels(project, "anna").current()) == 2


def test_a_project_that_went_away_is_said_and_no_label_goes_elsewhere(make_project, tmp_path):
    project = make_project()
    with ReaderSession(project, "anna") as session:
        session.label(COMPRESSED)
        before = session.current()
        project.folder.rename(tmp_path / "unplugged")
        for write in (lambda: session.label(COMPRESSED), session.undo):
            with pytest.raises(OutputError, match="no longer there"):
                write()
        assert not project.folder.exists() and session.current() == before
        (tmp_path / "unplugged").rename(project.folder)
        session.label(COMPRESSED)
    assert len(read_labels(project, "anna").current()) == 2


def test_a_full_disk_leaves_the_file_as_it_was(make_project, monkeypatch):
    project = make_project()
    with ReaderSession(project, "anna") as session:
        session.label(COMPRESSED)
        before, item, write = lines(project, "anna"), session.current(), journal.os.write
        monkeypatch.setattr(journal.os, "write", lambda handle, data: write(handle, data[:20]))
        with pytest.raises(OutputError, match="full"):
            session.label(COMPRESSED)
        assert lines(project, "anna") == before and session.current() == item
        monkeypatch.undo()
        session.label(COMPRESSED)
    assert len(read_labels(project, "anna").current()) == 2


def test_two_programs_cannot_write_one_readers_file(make_project):
    project = make_project()
    with (
        ReaderSession(project, "anna"),
        pytest.raises(BadInput, match="Another program"),
    ):
        ReaderSession(project, "anna")
    with ReaderSession(project, "anna"), ReaderSession(project, "ben"):
        pass


def test_two_people_cannot_share_a_name(make_project, monkeypatch):
    project = make_project()
    with ReaderSession(project, "anna") as session:
        session.label(COMPRESSED)
    monkeypatch.setattr(holding.platform, "node", lambda: "another machine")
    with pytest.raises(BadInput, match="belongs to another user"):
        ReaderSession(project, "anna")
    with pytest.raises(BadInput, match="cannot tell from"):
        ReaderSession(project, "Anna")
    with ReaderSession(project, "anna", take_over=True) as session:
        assert session.progress().done == 1
    assert json.loads(lines(project, "anna")[-1])["kind"] == "taken over"


@pytest.mark.parametrize("name", ["", "../x", "a b", "å", "x" * 41, "-a", "Model"])
def test_a_name_that_cannot_be_a_file_is_refused(make_project, name):
    with pytest.raises(BadInput, match="cannot be a reader's name"):
        ReaderSession(make_project(), name)


def test_what_is_no_label_changes_nothing(make_project):
    project = make_project()
    with ReaderSession(project, "anna") as session:
        item = session.current()
        for wrong in ({"value": "2"}, {"value": COMPRESSED, "confidence": 1.2},
                      {"value": COMPRESSED, "box": (5, 5, 5, 9)}):  # fmt: skip
            with pytest.raises(BadInput):
                session.label(wrong.pop("value"), **wrong)
        assert session.current() == item and len(lines(project, "anna")) == 1


def test_a_set_is_locked_whole_and_then_stays(make_project, reading):
    project = make_project()
    with ReaderSession(project, "anna") as session, pytest.raises(BadInput, match="40 of 40"):
        session.lock()
    reading(project, "anna")
    with ReaderSession(project, "anna") as session:
        assert session.locked and session.current() is None
        for act in (session.undo, session.lock):
            with pytest.raises(BadInput, match="locked"):
                act()
        session.go_to(session.items[0])
        with pytest.raises(BadInput, match="locked"):
            session.label(COMPRESSED)
    path = project.labels_file("anna")
    early = lines(project, "anna")[1]
    path.write_text(path.read_text() + early + "\n")  # by hand, after the lock
    assert any("after the set was locked" in p for p in read_labels(project, "anna").problems)


def test_moved_files_are_said_and_found_again_by_their_uids(make_project, dicom, tmp_path):
    import shutil

    project = make_project()
    away = tmp_path / "elsewhere"
    shutil.copytree(dicom, away)
    gone = json.loads((project.folder / "studies.json").read_text())
    for study in gone:
        study["folder"] = str(tmp_path / "gone" / study["id"])
    (project.folder / "studies.json").write_text(json.dumps(gone))
    project = open_project(project.folder)
    assert len(project.missing()) == 8
    study = project.studies[0]
    with pytest.raises(BadInput, match="no longer here") as error:
        project.open_stack(study, study.stacks[0])
    assert "relink" in error.value.command and "where they are" in error.value.advice
    shutil.rmtree(away / "P3")
    project, moved = relink(project, away)
    assert moved == 7 and len(project.missing()) == 1
    assert len(open_project(project.folder).missing()) == 1


def test_a_project_of_a_newer_version_is_refused_with_the_reason(make_project):
    project = make_project()
    path = project.folder / "project.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 2'))
    with pytest.raises(BadInput, match="format 2; this program reads up to 1") as error:
        open_project(project.folder)
    assert "Update" in error.value.advice


@pytest.mark.parametrize(
    "change",
    [
        {"order": "random"}, {"repeat_share": 1.5}, {"scheme": "Mine"}, {"plane": "coronal"},
        {"unknown": 1}, {"title": ""}, {"scheme": {"name": "x", "values": ["0"], "first_high": 1}},
        {"scheme": {"name": "Bilsky", "values": ["0", "1"], "first_high": 1}},
    ],
)  # fmt: skip
def test_a_project_that_makes_no_sense_is_not_made(tmp_path, change):
    with pytest.raises(BadInput):
        create(tmp_path / "p", **{"title": "t", **change})
    assert not (tmp_path / "p").exists()


def test_a_scheme_of_ones_own_is_read_with_its_definitions(make_project):
    own = {
        "name": "Torg", "values": ["wide", "narrow"], "first_high": 1,
        "definitions": {"narrow": "ratio below 0.8"},
    }  # fmt: skip
    project = make_project(scheme=own)
    with ReaderSession(project, "anna") as session:
        assert session.definitions == (("wide", ""), ("narrow", "ratio below 0.8"))
        session.label("narrow")
    assert project.scheme.is_positive("narrow") and not project.scheme.is_positive("wide")


def test_published_schemes_define_every_label():
    from SpineLib.questions import KNOWN_QUESTIONS as SCHEMES

    assert set(SCHEMES) == {"compression", "Bilsky", "Kang"}
    for scheme in SCHEMES.values():
        assert set(scheme.definitions) == set(scheme.values) and scheme.source


def test_no_patients_name_or_folder_of_the_scan_stands_in_the_labels(make_project, reading):
    project = make_project()
    reading(project, "anna")
    text = (project.folder / "labels" / "anna.jsonl").read_text()
    studies = json.loads((project.folder / "studies.json").read_text())
    assert not any(f'"P{n}"' in text for n in range(1, 9))
    assert all(len(s["patient"]) == 12 and len(s["id"]) == 12 for s in studies)


def test_a_slice_that_is_out_of_sight_for_a_while_costs_no_seconds(make_project, monkeypatch):
    clock = [time.monotonic()]
    monkeypatch.setattr("SpineLib.projects.session.time.monotonic", lambda: clock[0])
    with ReaderSession(make_project(), "anna") as session:
        clock[0] += 10
        session.begin()
        clock[0] += 2
        session.pause()
        clock[0] += 100
        session.pause()
        session.resume()
        session.resume()
        clock[0] += 3
        assert session.label(COMPRESSED).seconds == 5.0
        clock[0] += 1
        assert session.label(COMPRESSED).seconds == 1.0
