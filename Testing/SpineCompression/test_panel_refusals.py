"""What the panel says when something is not as it should be: one line where it concerns."""

import json

import pytest
import slicer

from SpineLib.errors import BadInput, WorkerEnded
from SpineLib.findings import Findings
from SpineLib.progress import Step
from SpineLib.reading import Reading
from SpineSlicer.scene.ReviewLog import ReviewLog
from Testing.desktop import click, press
from Testing.SpineCompression.panels import models


@pytest.fixture
def shown(widget, brief):
    widget.panel.show(brief)
    return widget.panel.study


def test_a_scene_of_a_newer_version_says_so_and_keeps_what_readers_said(ui, widget, shown):
    press(widget.panel.result.timeline, "0")
    node = shown.nodes.node("reviews")
    newer = json.dumps({"version": 99, "steps": [], "more": 1})
    node.SetText(newer)
    widget.enter()
    assert "version 99" in ui.statusLabel.text and "Update" in ui.statusLabel.text
    press(widget.panel.result.timeline, "1")
    assert node.GetText() == newer


def test_findings_of_a_newer_version_are_said_where_the_panel_speaks(ui, widget, shown, brief):
    data = brief.findings.to_dict() | {"schema_version": 99}
    shown.nodes.node("findings").SetText(json.dumps(data))
    widget.enter()
    assert "schema version 99" in ui.statusLabel.text and not ui.verdictLabel.isVisible()


def test_a_scene_of_the_first_version_is_shown_and_read_again(ui, widget, brief):
    """It marked volumes by attributes, where later versions refer to them."""
    widget.panel.show(brief)
    study = widget.panel.study
    press(widget.panel.result.timeline, "0")
    text, volume = study.nodes.node("findings"), study.nodes.volumeNode("4")
    for name in ("SpineMRI.Stacks", "SpineMRI.Images"):
        text.RemoveAttribute(name)
    text.RemoveNodeReferenceIDs("SpineMRI.stack0")
    widget.enter()
    assert study.nodes.volumeNode("4") is volume and study.isReviewed(study.place)
    assert study.nodes.reading().volumes["4"].same_grid(brief.volumes["4"])
    widget.panel.show(Reading(Findings.from_dict(brief.findings.to_dict()), brief.volumes))
    assert ui.readingBox.count == 1 and study.isReviewed(study.place)


def test_answers_of_the_first_version_are_read(shown):
    answer = {"slice": "1:1", "task": "compression", "answer": "compressed", "model": "",
              "reader": "AB", "reason": "", "time": ""}  # fmt: skip
    old = json.dumps({"version": 1, "steps": [{"answers": [answer], "undone": False}]})
    kept = ReviewLog(old).current("1:1", "compression")
    assert (kept.answer, kept.reader, kept.box) == ("compressed", "AB", None)


def test_an_empty_folder_is_said_where_it_was_chosen(ui, widget, worker, tmp_path):
    widget.panel.input.choose(str(tmp_path))
    worker.answer({"studies": []})
    assert ui.stackReasonLabel.text.startswith("There are no MR images in this folder")


def test_a_truncated_study_is_said_where_it_was_chosen(ui, widget, worker, tmp_path):
    widget.panel.input.choose(str(tmp_path))
    worker.fail(BadInput("The file is cut off", file=tmp_path / "1.dcm", advice="Copy it anew."))
    assert "1.dcm" in ui.stackReasonLabel.text and "Copy it anew" in ui.stackReasonLabel.text


def test_a_broken_model_is_named_among_the_models_and_the_others_stay(ui, widget, worker):
    broken = {"what": "The model in broken/ has no weights"}
    widget.panel.models._onModels({**models(), "broken": [broken]})
    assert ui.modelStatusLabel.text == broken["what"] and ui.compressionModelBox.count >= 1


def test_a_worker_that_dies_in_the_middle_leaves_the_panel_ready(ui, worker, tmp_path):
    ui.pathEdit.currentPath = str(tmp_path)
    click(ui.readButton)
    worker.progress(Step("Reading slices", 3, 19, None))
    assert not ui.restartButton.isVisible()
    worker.fail(WorkerEnded("exit code 137: Killed"))
    assert "exit code 137: Killed" in ui.statusLabel.text and ui.readButton.enabled
    assert not ui.progressBar.isVisible()
    click(ui.restartButton)
    assert len([r for r in worker.requests if r[0] == "read"]) == 2
    assert ui.readButton.text == "Cancel" and not ui.restartButton.isVisible()


def test_without_a_readers_name_the_answer_still_counts(ui, widget, shown):
    ui.readerEdit.text = " "
    press(widget.panel.result.timeline, "0")
    assert shown.isReviewed(shown.place) and "| reader: not compressed" in ui.sliceLabel.text


def test_without_any_answer_there_are_no_labels_but_a_table(ui, widget, shown, tmp_path):
    widget.panel.review.exportLabels(str(tmp_path / "labels.csv"))
    assert "no reader's answer" in ui.reviewStatusLabel.text
    widget.panel.review.exportTable(str(tmp_path / "table.csv"))
    assert len((tmp_path / "table.csv").read_text().splitlines()) == 4
    assert not (tmp_path / "labels.csv").exists()


def test_a_study_that_is_read_from_another_folder_replaces_itself(ui, widget, shown, brief):
    press(widget.panel.result.timeline, "0")
    again = Findings.from_dict(brief.findings.to_dict())
    widget.panel.show(Reading(again, brief.volumes))
    assert ui.readingBox.count == 1 and shown.isReviewed(shown.place)
    assert len(slicer.util.getNodesByClass("vtkMRMLTextNode")) == 2
