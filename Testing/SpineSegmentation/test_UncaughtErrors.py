"""What goes wrong inside of a slot is read in the panel, not in the console only."""

import sys

import pytest
import slicer

from SpineLib.errors import BadInput
from Testing.desktop import click

pytestmark = pytest.mark.usefixtures("turns")


@pytest.fixture
def line(panel, desktop):
    """The line at the panel's top; what it is about is no fault of the test."""
    yield panel.uncaught
    assert desktop.errors
    desktop.errors.clear()


def failing(error):
    def fail(*_arguments, **_options):
        raise error

    return fail


def test_what_a_click_raises_is_a_line_at_the_top_of_the_panel(line, ui, monkeypatch):
    monkeypatch.setattr(
        "SpineSlicer.host.StudySection.databaseStudies", failing(KeyError("/data/Doe^John"))
    )
    click(ui.loadDicomButton)
    assert line.frame.isVisible()
    assert "KeyError in StudySection.py:" in line.label.text and "Doe" not in line.label.text
    click(line.button)
    assert not line.frame.isVisible()


def test_what_an_observer_of_the_scene_raises_is_read_in_the_panel_too(line, panel, monkeypatch):
    monkeypatch.setattr(panel.loop, "sceneCloses", failing(KeyError("/data/Doe^John")))
    slicer.mrmlScene.Clear(False)
    assert "KeyError in" in line.label.text and "Doe" not in line.label.text


def test_an_error_for_the_person_is_said_as_it_is(line, panel, monkeypatch):
    monkeypatch.setattr(
        panel.loop, "sceneCloses", failing(BadInput("No", advice="Choose another one."))
    )
    slicer.mrmlScene.Clear(False)
    assert line.label.text == "No. Choose another one."


def test_a_package_that_is_missing_is_named(line, panel, monkeypatch):
    missing = ModuleNotFoundError("No module named 'filelock'", name="filelock")
    monkeypatch.setattr(panel.loop, "sceneCloses", failing(missing))
    slicer.mrmlScene.Clear(False)
    assert "filelock is not installed" in line.label.text


def test_what_another_extensions_slot_raises_is_not_said(line, ui):
    ui.segmentButton.connect("pressed()", failing(ValueError("theirs")))
    ui.segmentButton.pressed.emit()
    assert not line.frame.isVisible()


def test_a_panel_that_went_away_hears_nothing_and_leaves_nothing_behind(desktop, worker):
    from Testing.SpineSegmentation.panels import FOLDER

    before = sys.excepthook
    widget = desktop.open("SpineSegmentation", FOLDER)
    assert sys.excepthook != before
    widget.cleanup()
    assert sys.excepthook == before
