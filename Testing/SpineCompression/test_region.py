"""The reader's window: moved by hand, kept beside the answers, graded by the worker."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import slicer

from SpineLib.findings import Findings
from SpineLib.progress import Step
from SpineLib.reading import Reading
from SpineSlicer.scene.ReadingScene import ReadingScene
from Testing.desktop import click, press
from Testing.SpineCompression.panels import models, settle

MOVED = np.array([3.0, 0.0, 0.0])


@pytest.fixture
def shown(widget, brief):
    widget.panel.show(brief)
    widget.ui.regionButton.collapsed = False
    click(widget.ui.windowBox)
    return widget.panel.study


@pytest.fixture
def box(shown):
    return lambda: shown.nodes.node("window")


def middle(box):
    return np.array(box.GetCenterWorld())


def move(box, by=MOVED):
    """As a mouse does it: the box goes somewhere else and is let go."""
    box.SetCenterWorld(*(middle(box) + by))
    box.InvokeEvent(slicer.vtkMRMLMarkupsNode.PointEndInteractionEvent)


def where(shown):
    return np.array(shown.slice(shown.place).canal_center_ras)


def test_the_window_stands_where_the_model_looked_and_is_as_wide(ui, shown, box):
    card = next(m for m in models()["models"] if m["task"] == "grading")["preprocessing"]
    assert box().GetSize()[0] == pytest.approx(card["pixels"] * card["spacing_mm"])
    np.testing.assert_allclose(middle(box()), where(shown), atol=1e-6)
    assert ui.regionStatusLabel.text == "The model's window is shown."


def test_a_moved_window_survives_a_new_run_and_is_shown_again(ui, widget, shown, box, brief):
    ui.readerEdit.text = "AB"
    drawn = middle(box()) + MOVED
    move(box())
    kept = shown.log.current(shown.current.key, "window")
    assert (kept.reader, kept.answer) == ("AB", "reader")
    widget.panel.show(brief)
    np.testing.assert_allclose(middle(box()), drawn, atol=1e-6)
    assert ui.regionStatusLabel.text == "A reader's window is shown."


def test_undo_hears_the_key_right_after_a_window_was_dragged(desktop, shown, box):
    """The view, in which the mouse was, would have the keyboard."""
    desktop.window.activateWindow()
    desktop.window.setFocus()
    move(box())
    assert shown.window(shown.place)
    press(desktop.application.focusWidget(), "z", "Control")
    assert shown.window(shown.place) is None


def test_a_window_is_kept_with_the_scene_and_in_the_table(widget, shown, box, tmp_path):
    drawn = middle(box()) + MOVED
    move(box())
    log = ReadingScene(slicer.mrmlScene, shown.study).reviews()
    kept = log.current(shown.current.key, "window").box
    np.testing.assert_allclose(np.mean(kept, axis=0), drawn, atol=1e-6)
    widget.panel.review.exportTable(str(tmp_path / "reviews.csv"))
    rows = list(csv.DictReader((tmp_path / "reviews.csv").open()))
    numbers = [float(x) for x in rows[shown.place]["window"].split()]
    np.testing.assert_allclose(np.reshape(numbers, (2, 3)).mean(axis=0), drawn, atol=0.01)


def test_scrolling_on_keeps_a_window_that_is_still_being_dragged(shown, box):
    start = shown.place
    drawn = middle(box()) + MOVED
    box().SetCenterWorld(*drawn)
    shown.go(start + 1 if start == 0 else start - 1)
    assert np.linalg.norm(middle(box()) - drawn) > 5
    shown.go(start)
    np.testing.assert_allclose(middle(box()), drawn, atol=1e-6)


def test_a_window_is_moved_on_a_whole_range_and_undone_at_once(widget, shown, box):
    shown.go(0)
    shown.go(2, extend=True)
    move(box())
    assert all(shown.window(n) for n in range(3))
    press(widget.panel.result.timeline, "z", "Control")
    assert not any(shown.window(n) for n in range(3))
    np.testing.assert_allclose(middle(box()), where(shown), atol=1e-6)


def test_a_resized_window_keeps_its_size(shown, box):
    place = shown.place
    box().SetSize(30.0, 20.0, box().GetSize()[2])
    move(box())
    shown.go((place + 1) % 3)
    assert box().GetSize()[0] > 35
    shown.go(place)
    np.testing.assert_allclose(box().GetSize()[:2], [30, 20], atol=1e-6)


def test_the_models_own_is_a_click_away_and_the_readers_stays_in_the_log(ui, shown, box):
    before = middle(box())
    move(box())
    click(ui.resetWindowButton)
    np.testing.assert_allclose(middle(box()), before, atol=1e-6)
    assert shown.window(shown.place) is None and shown.log.text().count('"reader"') >= 1


def test_the_models_own_is_a_click_away_after_grading_again_too(ui, shown, box, worker):
    before = middle(box())
    move(box())
    click(ui.regradeButton)
    one = answered(worker, shown.slice(shown.place).index, middle(box()))
    worker.requests[-1][2]({"slices": 1})
    settle()
    assert one and shown.slice(shown.place).canal_center_ras == pytest.approx(before + MOVED)
    click(ui.resetWindowButton)
    np.testing.assert_allclose(middle(box()), before, atol=1e-6)


def test_a_window_is_no_answer_on_the_slice(shown, box):
    move(box())
    assert not shown.isReviewed(shown.place)


def answered(worker, index, center=None):
    """What the worker writes when it has graded a slice."""
    _command, arguments = worker.last
    file = Path(arguments["reading"]) / "findings.json"
    findings = Findings.from_dict(json.loads(file.read_text()))
    findings.stacks[0].slices[index].opinion("Bilsky").value = "3"
    findings.stacks[0].slices[index].opinion("Bilsky").source = "reader's box"
    if center is not None:
        findings.stacks[0].slices[index].take_center(center.tolist())
    file.write_text(json.dumps(findings.to_dict()))
    return file


def test_a_moved_window_is_graded_by_the_worker_on_the_chosen_slices_only(ui, shown, box, worker):
    drawn = middle(box()) + MOVED
    move(box())
    click(ui.regradeButton)
    command, arguments = worker.last
    index = shown.slice(shown.place).index
    assert (
        command == "regrade"
        and arguments["stack"] == "4"
        and list(arguments["boxes"]) == [str(index)]
    )
    np.testing.assert_allclose(np.mean(arguments["boxes"][str(index)], axis=0), drawn, atol=1e-3)
    file = answered(worker, index)
    worker.answer({"slices": 1})
    assert shown.slice(shown.place).opinion("Bilsky").source == "reader's box"
    assert ReadingScene(slicer.mrmlScene).volumeNode("4") is not None
    assert not file.exists() and shown.window(shown.place) is not None


def test_grading_again_says_how_far_it_is_and_can_be_cancelled(ui, widget, shown, worker):
    before = shown.findings
    click(ui.regradeButton)
    worker.progress(Step("Grading", 1, 3, 2.0))
    assert ui.regradeButton.text == "Cancel" and ui.regradeBar.value == 1
    folder = Path(worker.last[1]["reading"])
    widget.panel.cancel()
    assert ui.regionStatusLabel.text == "Cancelled." and not folder.exists()
    assert shown.findings == before and not ui.regradeBar.isVisible()


def test_grading_again_never_takes_back_what_was_read_anew_meanwhile(ui, widget, shown, worker):
    click(ui.regradeButton)
    answered(worker, 0)
    anew = Findings.from_dict(shown.findings.to_dict())
    anew.stacks[0].slices[1].opinion("compression").probability = 0.123
    widget.panel.show(Reading(anew, shown.nodes.reading().volumes))
    worker.answer({"slices": 1})
    assert "read again" in ui.regionStatusLabel.text
    assert shown.nodes.findings().stacks[0].slices[1].opinion("compression").probability == 0.123


def test_closing_the_scene_while_grading_again_leaves_nothing(ui, shown, worker):
    click(ui.regradeButton)
    folder = Path(worker.last[1]["reading"])
    slicer.mrmlScene.Clear(False)
    assert not folder.exists() and shown.findings is None
