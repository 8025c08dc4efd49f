"""The panel in Slicer's dock: no text widens it, and nothing is drawn over anything else."""

import pytest

from SpineLib.findings import Findings
from SpineLib.questions import BILSKY, STENOSIS, Opinion, Question
from SpineLib.reading import Reading
from Testing.desktop import cramped, settle, wrapped
from Testing.SpineCompression.panels import gradeButtons

DOCK = 350  # pixels; as wide as Slicer's dock is by itself
LONG = "Not assessed, because of a reason of many words. " * 6


@pytest.fixture
def panel(desktop, widget, graded):
    """The panel with a reading, all sections open, in a dock of its own width."""
    widget.panel.show(Reading(graded.findings))
    for name in ("models", "review", "region", "display", "report"):
        getattr(widget.ui, f"{name}Button").collapsed = False
    send = widget.panel.send.ui
    send.sendSectionButton.collapsed = False
    send.addDestinationButton.checked = send.signBox.checked = True
    desktop.window.resize(DOCK, 1000)
    settle(desktop)
    return widget.panel


def test_a_long_text_does_not_widen_slicers_window(desktop, panel):
    before = desktop.window.minimumSizeHint.width()
    for label in wrapped(desktop.window):
        label.text = "Not assessed, because of a reason of many words. " * 10
    settle(desktop)
    assert desktop.window.minimumSizeHint.width() == before


def test_grades_of_long_words_do_not_widen_slicers_window(desktop, panel, graded):
    before = desktop.window.minimumSizeHint.width()
    words = tuple(f"{how} narrow canal" for how in ("hardly", "somewhat", "rather", "very"))
    ours = Question("ours", "Ours", words, 2)
    findings = Findings.from_dict(graded.findings.to_dict())
    findings.questions += [STENOSIS, ours]
    findings.stacks[0].slices[3].opinions += [
        Opinion(STENOSIS.key, "model", "moderate", True, 0.9),
        Opinion("ours", "model", words[3], True, 0.9),
    ]
    panel.show(Reading(findings))
    settle(desktop)
    texts = [button.text for button in gradeButtons(panel._ui)]
    assert texts == [*BILSKY.values, *STENOSIS.values, *words]
    assert desktop.window.minimumSizeHint.width() == before
    assert cramped(desktop.window) == []


@pytest.mark.parametrize("height", [400, 1000, 3000])
def test_no_text_is_cut_and_no_section_stands_over_another(desktop, panel, height):
    panel._tell(LONG)
    panel.uncaught.label.text = LONG
    panel.uncaught.frame.show()
    desktop.window.resize(DOCK, height)
    settle(desktop)
    assert cramped(desktop.window) == []


def isSeen(table, row):
    """Whether a row lies in the part of a table that no border of the dock hides."""
    seen = table.viewport().visibleRegion().boundingRect()
    return seen.contains(table.visualItemRect(table.item(row, 0)).center())


def test_the_row_of_the_current_slice_is_in_sight_though_the_dock_cuts_the_table(desktop, panel):
    desktop.window.resize(DOCK, 600)
    settle(desktop)
    study, result = panel.study, panel.result
    table = panel._ui.findingsTable
    top = table.mapTo(desktop.window.widget(), table.rect.topLeft()).y()
    desktop.window.verticalScrollBar().setValue(top - 600 + 110)
    settle(desktop)
    numbers = result._numbers()
    shown = sum(isSeen(table, row) for row in range(table.rowCount))
    assert 0 < shown < 5 and table.rowCount == 19
    for row in (11, 0, 7):
        study.go(numbers[row])
        assert isSeen(table, row)
