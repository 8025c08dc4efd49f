"""A reader's own answers: by keys, with undo, in the scene, in files, and never lost."""

import itertools
import json

import pytest
import slicer

from SpineLib.datasets.layout import read_labels
from SpineLib.datasets.vocabulary import vocabulary
from SpineLib.errors import BadInput
from SpineLib.findings import Findings
from SpineLib.reading import Reading
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.ReviewLog import Answer, ReviewLog
from SpineSlicer.scene.volumeNodes import nodesOfClass
from Testing.desktop import click, press


@pytest.fixture
def shown(widget, brief):
    widget.panel.show(brief)
    return widget.panel.study


@pytest.fixture
def timeline(widget, shown):
    return widget.panel.result.timeline


def answers(study, task="compression"):
    found = (study.reviewed(n, task) for n in range(len(study.places)))
    return [one.answer if one else "" for one in found]


def test_a_key_overrides_the_model_and_both_answers_stand(ui, shown, timeline):
    ui.readerEdit.text, ui.reasonEdit.text = "AB", "motion"
    press(timeline, "0")
    one = shown.reviewed(shown.place, "compression")
    assert (one.answer, one.model, one.reader) == ("not compressed", "compressed", "AB")
    assert one.reason == "motion" and one.time.endswith("+00:00") and one.state == "overridden"
    assert shown.modelAnswer(shown.place, "compression") == "compressed"
    assert "reader AB: not compressed" in ui.sliceLabel.text
    assert ui.reasonEdit.text == ""


def test_a_grade_key_answers_with_its_grade(shown, timeline):
    press(timeline, "r")
    assert answers(shown, "Bilsky")[shown.place] == "1c"


def test_grades_that_no_model_gave_in_the_study_have_no_buttons_and_no_keys(ui, widget, cervical):
    widget.panel.show(cervical)
    assert ui.gradeHolder.isHidden() and ui.gradeHolderLabel.isHidden()
    assert not ui.compressedButton.isHidden()
    press(widget.panel.result.timeline, "r")
    assert not any(answers(widget.panel.study, "Bilsky"))


@pytest.mark.parametrize("answeredBy", ["a model", "a reader"])
def test_a_grade_that_one_slice_has_can_be_given_on_all(ui, widget, brief, answeredBy):
    if answeredBy == "a reader":
        widget.panel.show(brief)
        press(widget.panel.result.timeline, "r")
    findings = Findings.from_dict(brief.findings.to_dict())
    for slice_ in findings.stacks[0].slices:
        if answeredBy == "a reader" or slice_.index > 0:
            slice_.opinions = [o for o in slice_.opinions if o.question != "Bilsky"]
    widget.panel.show(Reading(findings, brief.volumes))
    assert not ui.gradeHolder.isHidden()
    study = widget.panel.study
    study.choose([0, 1, 2])
    press(widget.panel.result.timeline, "t")
    assert answers(study, "Bilsky") == ["2"] * 3


def test_a_key_that_finds_no_further_slice_says_so_until_the_reader_moves(ui, shown, timeline):
    shown.go(0)
    press(timeline, "p")
    assert ui.sliceLabel.text.endswith("There is no flagged slice before this one.")
    shown.go(2)
    assert "no flagged" not in ui.sliceLabel.text
    press(timeline, "n")
    assert ui.sliceLabel.text.endswith("There is no flagged slice after this one.")
    press(timeline, "u")
    assert ui.sliceLabel.text.endswith("There is no unreviewed slice after this one.")
    press(timeline, "1")
    assert "There is no" not in ui.sliceLabel.text


def test_an_answer_where_no_model_gave_one_overrides_nothing(ui, widget, cervical):
    widget.panel.show(cervical)
    study = widget.panel.study
    study.go(next(n for n in range(19) if not study.modelAnswer(n, "compression")))
    press(widget.panel.result.timeline, "1")
    row = ui.findingsTable.currentRow()
    texts = {ui.findingsTable.item(r, 6).text() for r in range(19)}
    assert texts == {"–", "answered"}, row


def test_a_range_is_answered_at_once_and_undone_at_once(ui, shown, timeline):
    shown.go(0)
    press(timeline, "Key_Right", "Shift")
    press(timeline, "Key_Right", "Shift")
    assert ui.selectionLabel.text == "1–3"
    press(timeline, "1")
    assert answers(shown) == ["compressed"] * 3
    press(timeline, "z", "Control")
    assert answers(shown) == [""] * 3
    click(ui.redoButton)
    assert answers(shown) == ["compressed"] * 3
    assert not ui.redoButton.enabled


def test_agreeing_takes_over_what_the_model_says_of_both_tasks(ui, shown):
    click(ui.agreeButton)
    number = shown.place
    assert shown.reviewed(number, "compression").state == "agreed"
    assert shown.reviewed(number, "Bilsky").answer == "2"
    assert ui.reviewStatusLabel.text == "1 of 3 slices reviewed"


def test_reading_again_overwrites_nothing_that_a_reader_said(ui, widget, shown, timeline, brief):
    press(timeline, "0")
    place = shown.place
    widget.panel.show(brief)
    assert answers(shown)[place] == "not compressed"


def test_redo_never_brings_back_what_was_replaced():
    log = ReviewLog()
    for answer in ("first", "withdrawn"):
        log.add([Answer("1:1", "compression", answer)])
    log.undo()
    log.add([Answer("1:1", "compression", "instead")])
    log = ReviewLog(log.text())
    log.undo()
    assert log.redo() and log.current("1:1", "compression").answer == "instead"
    assert not log.can_redo
    log.undo(), log.undo()
    assert log.redo() and log.current("1:1", "compression").answer == "first"


def test_the_keys_answer_in_the_table_too(ui, shown):
    """Qt would go to the row that begins with the digit, and the reader believe to have answered."""
    ui.findingsTable.selectRow(1)
    place = shown.place
    press(ui.findingsTable, "0")
    assert shown.place == place and shown.reviewed(place, "compression").answer == "not compressed"
    press(ui.findingsTable, "z", "Control")
    assert not shown.isReviewed(place)


def test_an_undone_answer_stays_in_the_log_and_a_new_one_follows_it():
    log = ReviewLog()
    for answer in ("compressed", "not compressed"):
        log.add([Answer("1:1", "compression", answer)])
    log.undo()
    log.add([Answer("1:1", "compression", "borderline")])
    assert not log.can_redo
    back = ReviewLog(log.text())
    assert back.current("1:1", "compression").answer == "borderline"
    assert [s["undone"] for s in json.loads(back.text())["steps"]] == [False, True, False]


@pytest.mark.parametrize("text", ['{"version": 99, "steps": []}', "{", "[]"])
def test_reviews_that_cannot_be_read_are_refused_and_stay(text):
    with pytest.raises(BadInput, match=r"version|damaged"):
        ReviewLog(text)


def test_the_readers_name_is_remembered(ui, shown):
    ui.readerEdit.setText("CD")
    press(ui.readerEdit, "Key_Return")
    assert slicer.util.settingsValue("SpineMRI/Reader", "") == "CD"


def test_the_published_labels_need_every_slice_answered(ui, widget, shown, timeline, tmp_path):
    path = tmp_path / "compression_label.csv"
    press(timeline, "0")
    widget.panel.review.exportLabels(str(path))
    assert "no reader's answer" in ui.reviewStatusLabel.text
    assert not path.exists()
    shown.choose([0, 1])
    press(timeline, "1")
    shown.choose([2])
    press(timeline, "0")
    widget.panel.review.exportLabels(str(path))
    feetFirst = sorted(range(3), key=lambda n: shown.slice(n).position_ras[2])
    wanted = [shown.leadValue(n) for n in feetFirst]
    assert read_labels(path, vocabulary("compression")) == wanted


def test_the_table_has_the_models_and_the_readers_answers(widget, shown, timeline, tmp_path):
    import csv

    press(timeline, "0")
    widget.panel.review.exportTable(str(tmp_path / "reviews.csv"))
    rows = list(csv.DictReader((tmp_path / "reviews.csv").open()))
    one = rows[shown.place]
    assert (one["model_verdict"], one["label"]) == ("compressed", "not compressed")
    assert one["model_grade"] == "2" and one["sop_instance_uid"]


def test_a_saved_scene_comes_back_with_findings_reviews_and_choices(
    ui, widget, shown, timeline, tmp_path
):
    press(timeline, "0")
    ui.ladderBox.checked = False
    place, scene = shown.place, slicer.mrmlScene
    for node in nodesOfClass(scene, "vtkMRMLStorableNode"):
        if node.GetSaveWithScene() and node.GetAttribute("SpineMRI.Kind"):
            node.AddDefaultStorageNode()
    assert scene.WriteToMRB(str(tmp_path / "scene.mrb"), None)
    scene.Clear(False)
    assert shown.findings is None and not ui.verdictLabel.isVisible()
    assert scene.ReadFromMRB(str(tmp_path / "scene.mrb"))
    assert answers(shown)[place] == "not compressed"
    assert ui.verdictLabel.isVisible() and not ui.ladderBox.checked


def moved(reading, uid):
    """The same reading as another patient's."""
    findings = Findings.from_dict(reading.findings.to_dict())
    findings.study_instance_uid = uid
    for slice_ in findings.stacks[0].slices:
        slice_.sop_instance_uid += ".9"
    return Reading(findings, reading.volumes)


def test_two_studies_in_a_scene_do_not_mix(ui, widget, shown, timeline, brief):
    press(timeline, "0")
    first = shown.study
    widget.panel.show(moved(brief, "1.2.3"))
    assert ui.readingBox.count == 2 and shown.study != first
    assert answers(shown) == [""] * 3
    halos = ReadingScene(slicer.mrmlScene).nodes("verdicts")
    assert [halo.GetDisplayNode().GetVisibility() for halo in halos] == [0, 1]
    ui.readingBox.currentIndex = 0
    assert shown.study == first and "not compressed" in answers(shown)
    assert [halo.GetDisplayNode().GetVisibility() for halo in halos] == [1, 0]


def test_stacks_of_one_series_are_one_timeline_with_gaps(widget, brief):
    findings = Findings.from_dict(brief.findings.to_dict())
    upper, lower = findings.stacks[0], Findings.from_dict(brief.findings.to_dict()).stacks[0]
    lower.id = "4.2"
    for slice_ in lower.slices:
        slice_.position_ras = [
            slice_.position_ras[0],
            slice_.position_ras[1],
            slice_.position_ras[2] - 60,
        ]
        slice_.sop_instance_uid += ".2"
    findings.stacks = [lower, upper]
    widget.panel.show(Reading(findings, {"4": brief.volumes["4"]}))
    places = widget.panel.study.places
    assert [place.stack for place in places] == ["4"] * 3 + ["4.2"] * 3
    assert [place.block for place in places] == [0] * 3 + [1] * 3
    assert "of stack 4" in widget.ui.sliceLabel.text
    assert not widget.ui.findingsTable.isColumnHidden(1)
    rects = widget.panel.result.timeline.cellRects()
    gaps = [b[0] - (a[0] + a[2]) for a, b in itertools.pairwise(rects)]
    assert max(gaps) == gaps[2] > 4 and max(gaps[:2] + gaps[3:]) < 1
