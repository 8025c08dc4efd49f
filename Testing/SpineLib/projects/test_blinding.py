"""Nobody sees what others or the model said before the set is locked."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from SpineLib.errors import BadInput, BadRequest
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED
from SpineLib.projects import answers, blinding, consensus, exporting
from SpineLib.projects.labels import ASSISTED, UNASSISTED, read_labels
from SpineLib.projects.session import ReaderSession


def others_labels(project, reader):
    """What a reader may see of the others."""
    blinding.require_seen_by(project, reader)
    names = set(project.readers) - {reader, *blinding.open_sets(project)}
    return {name: read_labels(project, name) for name in names}


def answers_of(project, truth, tmp_path, wrong=()):
    table = tmp_path / "predictions.csv"
    about = {"card": {"name": "tiny", "version": "1", "starter": True}, "forced": {}}
    table.with_suffix(".json").write_text(json.dumps(about))
    rows = ["sop_instance_uid,frame,stack,verdict,probability,level"]
    for n, (_, _, one) in enumerate(project.slices()):
        value = truth[one.sop_instance_uid] != (n in wrong)
        verdict = COMPRESSED if value else "borderline"
        rows.append(f"{one.sop_instance_uid},1,4,{verdict},{0.9 if value else 0.4},C{4 + n % 2}")
    table.write_text("\n".join(rows) + "\n")
    return answers.keep_answers(project, [table])


def test_a_blinded_reader_is_shown_nothing_of_others_or_the_model(
    make_project, reading, truth, tmp_path, monkeypatch
):
    project = make_project()
    answers_of(project, truth, tmp_path)
    reading(project, "ben")
    opened = []
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: opened.append(self.name) or real(self))
    text = Path.read_text
    monkeypatch.setattr(
        Path, "read_text", lambda self, *a, **k: opened.append(self.name) or text(self, *a, **k)
    )
    with ReaderSession(project, "anna") as session:
        session.label(COMPRESSED)
        assert session.model_answer() is None
        assert set(answers.levels_of(project).values()) == {"C4", "C5"}
    assert not {"ben.jsonl", "answers.json", "consensus.jsonl"} & set(opened)
    monkeypatch.undo()
    for look in (
        lambda: others_labels(project, "anna"),
        lambda: answers.answers_for(project, "anna"),
        lambda: answers.all_answers(project),
        lambda: consensus.disagreements(project),
        lambda: exporting.write_tidy(project, tmp_path / "all.csv"),
        lambda: ReaderSession(project, "anna", arm=ASSISTED),
        lambda: others_labels(project, "somebody"),
    ):
        with pytest.raises(blinding.Blinded):
            look()
    assert not (tmp_path / "all.csv").exists()
    assert set(others_labels(project, "ben")) == set()  # anna's is still open


def test_a_locked_reader_sees_others_when_the_project_says_so(make_project, reading):
    for rule in ("own lock", "all locks"):
        project = make_project(rule.split()[0], visible_after=rule)
        reading(project, "ben")
        reading(project, "carla")
        reading(project, "anna", lock=False)
        if rule == "own lock":
            assert set(others_labels(project, "ben")) == {"carla"}
        else:
            with pytest.raises(blinding.Blinded, match="anna has not locked"):
                others_labels(project, "ben")


def test_unblinding_is_recorded_and_closes_the_set(make_project, reading):
    project = make_project()
    reading(project, "ben")
    with ReaderSession(project, "anna") as session:
        session.label(COMPRESSED)
        with pytest.raises(BadRequest):
            blinding.unblind(project, who="Eva", why=" ")
        time.sleep(0.01)
        assert blinding.unblind(project, who="Eva", why="a safety question") == ["anna"]
        with pytest.raises(blinding.Blinded, match="unblinded"):
            session.label(COMPRESSED)
    (record,) = blinding.unblindings(project)
    assert (record["who"], record["why"]) == ("Eva", "a safety question") and record["time"]
    assert UNASSISTED in read_labels(project, "anna").locks
    assert "ben" in others_labels(project, "anna")
    assert len(consensus.readings(project)) == 32


def test_the_assisted_arm_shows_the_model_and_is_kept_apart(make_project, reading, truth, tmp_path):
    project = make_project()
    kept = answers_of(project, truth, tmp_path)
    assert (kept.model, kept.starter) == ("tiny 1", True) and len(kept.answers) == 32
    reading(project, "anna", wrong={0, 1})
    with ReaderSession(project, "anna", arm=ASSISTED) as session:
        answer, item = session.model_answer(), session.current()
        assert session.progress().done == 0 and session.own(item) is None
        assert session.model == "tiny 1 (starter)"
        assert answer.value == (NOT_COMPRESSED, COMPRESSED)[truth[item.slice.sop_instance_uid]]
        session.label(answer.value)
    found = read_labels(project, "anna")
    assert len(found.current(ASSISTED)) == 1 and len(found.current(UNASSISTED)) == 40
    with pytest.raises(BadInput, match="stay as they are"):
        answers_of(project, truth, tmp_path)
