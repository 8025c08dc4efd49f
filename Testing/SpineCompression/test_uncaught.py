"""What goes wrong inside of a slot is read in the panel, also where both modules are open."""

import pytest

from Testing.desktop import click
from Testing.SpineCompression.panels import MODULE

SEGMENTATION = MODULE.parent / "SpineSegmentation"


def fail(*_arguments, **_options):
    raise KeyError("/data/Doe^John")


@pytest.fixture
def broken(desktop, monkeypatch):
    """The menu of Slicer's DICOM database cannot be made; that is no fault of the test."""
    monkeypatch.setattr("SpineSlicer.host.StudySection.databaseStudies", fail)
    yield
    assert desktop.errors
    desktop.errors.clear()


def test_what_a_click_raises_is_a_line_at_the_top_of_the_panel(ui, widget, broken):
    click(ui.loadDicomButton)
    assert "KeyError in StudySection.py:" in widget.panel.uncaught.label.text
    assert widget.panel.uncaught.frame.isVisible()


def test_the_first_panel_still_says_it_when_the_second_one_is_gone(desktop, ui, widget, broken):
    first = desktop.window
    second = desktop.open("SpineSegmentation", SEGMENTATION)
    second.cleanup()
    desktop.window = first
    click(ui.loadDicomButton)
    assert widget.panel.uncaught.frame.isVisible()
