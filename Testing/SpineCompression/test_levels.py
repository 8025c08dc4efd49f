"""The panel's "This one is…": which slice is asked about, and what the names do in the panel."""

import pytest

from SpineLib.inference.norms import norm_of
from SpineLib.quantities import Quantity
from Testing.SpineSlicer.scene.test_readersLevels import localised


@pytest.fixture
def panel(widget, graded):
    """The real cervical slices beside a sagittal series on which neither end of the spine was seen."""
    widget.panel.show(localised(graded))
    return widget.panel


def ask(panel, name, **counts):
    panel.level.ask()
    for box, count in counts.items():
        getattr(panel.level, f"{box}Box").setCurrentText(str(count))
    panel.level.levelBox.setCurrentText(name)
    panel.level.nameButton.click()


def test_a_slice_is_named_in_the_dialog_and_the_panel_says_so_everywhere(panel, ui):
    assert ui.levelButton.enabled
    panel.study.go(9)
    ui.levelButton.click()
    assert "Slice" in panel.level.whereLabel.text and "not known" in panel.level.whereLabel.text
    ask(panel, "T6/T7")
    assert not panel.level.dialog.visible
    assert "(T6/T7)" in ui.sliceLabel.text and "flagged at T" in ui.verdictLabel.text
    assert "the reader named a level T6/T7" in ui.detailLabel.text
    panel.review.keys["Ctrl+Z"]()
    assert "T6/T7" not in ui.sliceLabel.text
    panel.review.keys["Ctrl+Y"]()
    assert "(T6/T7)" in ui.sliceLabel.text


def test_norms_of_what_was_measured_follow_a_named_level(widget, graded):
    reading = localised(graded)
    stack = next(stack for stack in reading.findings.stacks if stack.slices)
    stack.slices[9].quantities = [Quantity("cord_ap", 6.0)]
    widget.panel.show(reading)
    study = widget.panel.study
    number = next(n for n in range(len(study.places)) if study.slice(n).index == 9)
    study.go(number)
    ask(widget.panel, "T6/T7")
    (ap,) = study.slice(number).quantities
    assert study.slice(number).level == "T6/T7" and ap.norm == norm_of("cord_ap", "T6/T7")
    study.undo()
    assert study.slice(number).quantities[0].norm == []


def test_transitional_anatomy_is_said_in_the_same_dialog(panel):
    panel.study.go(9)
    panel.level.ask()
    assert panel.level.levelBox.findText("T13") < 0
    ask(panel, "T13", thoracic=13, lumbar=4)
    assert panel.study.slice(9).level == "T13"
    panel.level.ask()  # what was said is offered again
    assert panel.level.thoracicBox.currentText == "13"


def test_where_nothing_can_be_counted_the_panel_says_why(widget, graded, ui):
    widget.panel.show(graded)
    ui.levelButton.click()
    assert "No vertebrae were found on a sagittal series" in ui.reviewStatusLabel.text
    assert widget.panel.level.dialog is None


def test_a_difference_between_segmentation_and_localiser_is_seen(panel, ui, monkeypatch):
    from SpineLib.outputs import level_words
    from SpineLib.reasons import NAMES_DIFFER, Reason

    assert not ui.warningLabel.visible
    why = Reason(NAMES_DIFFER, {"segmented": "L4", "localised": "L5"})
    monkeypatch.setattr(level_words, "differing", lambda findings: why)
    panel.study.open()
    assert "calls L4" in ui.warningLabel.text
