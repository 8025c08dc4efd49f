"""The story of a reading study by clicks and keys, from eight studies to a model that is measured."""

import json

import pandas as pd
import pytest
import slicer

from SpineLib.datasets.open_slices import open_slices
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED
from SpineLib.projects import consensus
from SpineLib.projects.labels import read_labels
from SpineLib.projects.project import open_project
from SpineLib.training.recipe_text import to_toml
from Testing.desktop import click
from Testing.SpineCompression.readers import key, projectWorker, settle
from Testing.SpineLib.projects.conftest import few_draws  # noqa: F401
from Testing.SpineLib.projects.test_blinding import answers_of
from Testing.SpineLib.training import tiny

KEYS = ("0", "1")
WORDS = (NOT_COMPRESSED, COMPRESSED)
# Each reader is wrong about these slices, by their number in the project; both about one.
WRONG = {"anna": {1, 9}, "ben": {5, 9, 20}}


@pytest.fixture
def worker(monkeypatch):
    """The worker that panels get: it does what a project is asked for."""
    return projectWorker(monkeypatch)


def test_from_eight_studies_to_a_training_set_and_a_measured_model(
    desktop, widget, dicom, truth, answered, spine, tmp_path, monkeypatch
):
    folder = tmp_path / "project"
    read = widget.panel.readers
    ui = read.ui
    pages = []
    monkeypatch.setattr(read, "openPage", pages.append)
    answered(True)
    create(read, folder, dicom)
    for reader in WRONG:
        label_everything(desktop, read, reader, truth)
    assert [row["left"] for row in read.choice.status["readers"]] == [0, 0]
    answers_of(open_project(folder), truth, tmp_path, wrong={2})
    settle_disagreements(desktop, read, truth)

    read.measure(str(tmp_path / "agreement"))
    assert pages == [str(tmp_path / "agreement" / "readers.html")]
    figures = pd.read_csv(tmp_path / "agreement" / "figures.csv").set_index(["of", "figure"])
    assert figures.loc[("anna and ben", "agreement"), "counted"] == "29 of 32 slices"
    # Both readers were wrong about one slice, so that the consensus is, too.
    assert figures.loc[("model against the consensus", "accuracy"), "counted"] == "30 of 32 slices"

    read.exportTraining(str(tmp_path / "train"))
    table = tmp_path / "train" / "labels.csv"
    assert str(table) in ui.readMessageLabel.text and "train.key.json" in ui.readMessageLabel.text
    assert len(open_slices(str(table))) == 8
    recipe = tmp_path / "small.toml"
    arguments = {**tiny.RECIPE["network"]["arguments"], "channels": 3, "classes": 2}
    small = {
        **tiny.RECIPE, "name": "small", "calibrate": False, "data": {"possibly": "drop"},
        "preprocessing": {"kind": "whole-slice", "pixels": 16},
        "network": {"name": "resnet-classifier", "arguments": arguments},
        "training": {"batch": 4, "steps": 2, "validate_every": 1},
        "select": {"metric": "loss", "best": "min"},
    }  # fmt: skip
    recipe.write_text(to_toml(small), encoding="utf-8")
    run = spine("train", "compression", "--recipe", recipe, "--data", table, "--out",
                tmp_path / "run", "--workers", 0, "--device", "cpu", "--json")  # fmt: skip
    assert run.code == 0 and json.loads(run.out)["step"] == 2, run.errors
    assert not slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")


def create(read, folder, dicom):
    ui = read.ui
    ui.readingSectionButton.collapsed = False
    click(ui.newProjectButton)
    ui.projectEdit.currentPath = str(folder)
    ui.titleEdit.text = "Two readers"
    click(ui.createButton)
    read.choice.add(str(dicom))
    assert ui.readMessageLabel.text == "Studies added: 8"
    assert ui.projectLabel.text.startswith("Two readers: 8 studies, 32 slices, Compression")


def label_everything(desktop, read, reader, truth):
    """By keys, and with a break in the middle."""
    read.ui.projectReaderEdit.text = reader
    places = [one.key for _, _, one in read.choice.project.slices()]
    click(read.ui.startReadingButton)
    settle(desktop)
    total = read.desk.desk.total
    assert total == 40 and not read.ui.saidLabel.isVisible()
    for number in range(total):
        if number == 17:
            click(read.ui.stopReadingButton)
            click(read.ui.startReadingButton)
            settle(desktop)
        item = read.desk.desk.item
        value = truth[item.slice.sop_instance_uid]
        if item.turn == 1 and places.index(item.slice.key) in WRONG[reader]:
            value = 1 - value
        key(desktop, KEYS[value])
    assert "Every slice has a label" in read.ui.readMessageLabel.text
    timed = [one.seconds for one in read_labels(read.choice.project, reader).current().values()]
    assert len(timed) == 40 and all(0 <= one < 60 for one in timed)
    click(read.ui.lockButton)
    assert "locked" in read.ui.readMessageLabel.text


def settle_disagreements(desktop, read, truth):
    ui = read.ui
    read.choice.refresh()
    click(ui.settleButton)
    settle(desktop)
    assert ui.deskBar.text == "0 / 3 settled" and not ui.confidenceBox.isVisible()
    assert ui.presentEdit.text == "anna, ben"
    for number in range(3):
        item = read.desk.desk.item
        said = {name: label.value for name, label in item.labels.items()}
        assert len(set(said.values())) == 2 and read.scene.isAt(item.index)
        assert ui.saidLabel.text == "\n".join(f"{n}: {v}" for n, v in said.items())
        ui.commentEdit.text = f"note {number}"
        key(desktop, KEYS[truth[item.slice.sop_instance_uid]])
    assert "Every disagreement is settled" in ui.readMessageLabel.text
    click(ui.stopReadingButton)
    found = consensus.disagreements(read.choice.project)
    assert {one.decision.note for one in found} == {"note 0", "note 1", "note 2"}
    assert all(one.decision.present == ("anna", "ben") for one in found)
    assert all(one.final == WORDS[truth[one.slice.sop_instance_uid]] for one in found)


def test_a_consensus_without_anybody_present_is_refused_and_one_can_be_changed(
    desktop, make_project, labelling, choose
):
    project = make_project()
    labelling(project, "anna", wrong={1, 9})
    labelling(project, "ben", wrong={5, 9, 20})
    read = choose(project, "", start=False)
    click(read.ui.settleButton)
    settle(desktop)
    read.ui.presentEdit.text = " "
    key(desktop, "1")
    assert "who were there" in read.ui.readMessageLabel.text
    read.ui.presentEdit.text = "eva"
    key(desktop, "1")
    key(desktop, "PgUp")
    key(desktop, "0")
    values = [
        disagreement.decision.value
        for disagreement in consensus.disagreements(project)
        if disagreement.decision
    ]
    assert values == [NOT_COMPRESSED]
    lines = (project.folder / "consensus.jsonl").read_text().splitlines()
    assert [json.loads(line)["label"] for line in lines] == [COMPRESSED, NOT_COMPRESSED]


def test_settling_a_slice_again_shows_what_was_settled_and_keeps_its_note(
    desktop, make_project, labelling, choose, spine
):
    project = make_project()
    labelling(project, "anna", wrong={1, 9})
    labelling(project, "ben", wrong={5, 9, 20})
    read = choose(project, "", start=False)
    click(read.ui.settleButton)
    settle(desktop)
    first = read.desk.desk.item
    read.ui.commentEdit.text = "a bulging disc"
    key(desktop, "1")
    assert read.ui.commentEdit.text == "" and "Settled" not in read.ui.saidLabel.text
    key(desktop, "PgUp")
    assert "Settled: compressed (anna, ben, " in read.ui.saidLabel.text
    assert read.ui.saidLabel.text.endswith(" – a bulging disc")
    assert read.ui.commentEdit.text == "a bulging disc"
    key(desktop, "0")

    def settled():
        (one,) = [
            disagreement
            for disagreement in consensus.disagreements(project)
            if disagreement.decision
        ]
        return one.decision.value, one.decision.note

    assert settled() == (NOT_COMPRESSED, "a bulging disc")
    uid, frame = first.slice.key
    given = ("--slice", uid, "--frame", frame, "--label", COMPRESSED, "--present", "eva")
    assert not spine("project", "consensus", project.folder, *given).code
    assert settled() == (COMPRESSED, "a bulging disc")


def test_a_label_that_is_given_again_keeps_its_comment_and_how_sure_the_reader_was(
    desktop, make_project, choose
):
    project = make_project()
    read = choose(project, "anna")
    read.ui.commentEdit.text, read.ui.confidenceBox.value = "disc", 80
    key(desktop, "1")
    key(desktop, "PgUp")
    assert (read.ui.commentEdit.text, read.ui.confidenceBox.value) == ("disc", 80)
    key(desktop, "0")
    last = read_labels(project, "anna").given["unassisted"][-1]
    assert (last.value, last.comment, last.confidence) == (NOT_COMPRESSED, "disc", 0.8)


def test_readers_who_agree_have_nothing_to_settle(desktop, make_project, labelling, choose):
    project = make_project()
    for reader in ("anna", "ben"):
        labelling(project, reader)
    read = choose(project, "anna", start=False)
    click(read.ui.settleButton)
    assert not read.on and "agree on every slice" in read.ui.readMessageLabel.text


def test_an_export_into_a_folder_that_is_not_empty_is_refused(
    desktop, make_project, labelling, choose, tmp_path
):
    project = make_project()
    labelling(project, "anna")
    read = choose(project, "anna", start=False)
    read.exportTraining(str(project.folder))
    assert "not empty" in read.ui.readMessageLabel.text and not read.ui.projectBar.isVisible()
