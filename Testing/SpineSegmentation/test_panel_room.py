"""The panel in Slicer's dock: no text widens it, and nothing is drawn over anything else."""

from pathlib import Path

import pytest
from PySide6 import QtWidgets

from SpineSlicer.host.ScrolledSideways import ScrolledSideways
from Testing.desktop import cramped, settle, wrapped

FOLDER = Path(__file__).resolve().parents[2] / "SpineSegmentation"
DOCK = 350  # pixels; as wide as Slicer's dock is by itself
LONG = "Not assessed, because of a reason of many words. " * 6


@pytest.fixture
def panel(desktop):
    """The panel with all of its sections open, in a dock of its own width."""
    widget = desktop.open("SpineSegmentation", FOLDER)
    for one in desktop.window.findChildren(QtWidgets.QWidget):
        if one.className() == "ctkCollapsibleButton":
            one.collapsed = False
    desktop.window.resize(DOCK, 1000)
    settle(desktop)
    yield widget.panel
    widget.cleanup()


def test_a_long_text_does_not_widen_slicers_window(desktop, panel):
    before = desktop.window.minimumSizeHint.width()
    for label in wrapped(desktop.window):
        label.text = "Not assessed, because of a reason of many words. " * 10
    settle(desktop)
    assert desktop.window.minimumSizeHint.width() == before


def test_segment_editor_does_not_widen_slicers_window(desktop, panel):
    """Slicer's own widget needs up to 513 pixels (5.13)."""
    from Testing.desktop.segmentEditor import qMRMLSegmentEditorWidget

    before = desktop.window.minimumSizeHint.width()
    editor = qMRMLSegmentEditorWidget()
    editor.setMinimumSize(513, 777)
    sideways = ScrolledSideways(editor)
    area = sideways.area
    panel.ui.editorFrame.layout().addWidget(area)
    panel.ui.editorFrame.visible = True
    settle(desktop)
    assert desktop.window.minimumSizeHint.width() == before
    assert area.width <= DOCK < editor.width and area.height >= 777


@pytest.mark.parametrize("height", [400, 1000, 3000])
def test_no_text_is_cut_and_no_section_stands_over_another(desktop, panel, height):
    panel.tell(LONG, LONG)
    panel.uncaught.label.text = LONG
    panel.uncaught.frame.show()
    desktop.window.resize(DOCK, height)
    settle(desktop)
    assert cramped(desktop.window) == []


LONG = "Level not known: the border of the image cuts the lowest disc. " * 3


@pytest.mark.parametrize("width", [350, 400, 600])
def test_a_text_that_comes_later_lies_over_nothing(desktop, panel, width):
    desktop.window.resize(width, 700)
    settle(desktop)
    for label in wrapped(desktop.window):
        label.text = LONG
    settle(desktop)
    assert cramped(desktop.window) == []
