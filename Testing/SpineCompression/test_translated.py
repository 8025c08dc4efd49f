"""The panel in Slicer's language; scene and exports hold the codes of every language."""

import csv

import pytest
import slicer

from SpineLib.translation import speak
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.studyNodes import FINDINGS_TABLE, nodesOfKind
from Testing.desktop import press
from Testing.SpineCompression.panels import settle


@pytest.fixture(autouse=True)
def german(desktop, monkeypatch):
    monkeypatch.setattr(type(slicer.app), "applicationLocaleName", "de_DE")
    yield
    speak("")


def test_the_panel_speaks_german_and_keeps_codes(widget, ui, shown, graded, tmp_path):
    panel = widget.panel
    assert ui.readButton.text == "Auswerten" and ui.undoButton.text == "Rückgängig"
    assert ui.verdictLabel.text == "Kompression auf 4 von 17 Schichten markiert"
    assert "Studie auffällig (Regel: mehr als eine komprimierte Schicht)" in ui.detailLabel.text
    assert ui.noticeLabel.text.startswith("Startmodell")
    settle()
    table = ui.findingsTable
    heads = [table.horizontalHeaderItem(n).text() for n in range(table.columnCount)]
    assert heads[:7] == ["Schicht", "Block", "Höhe", "P", "Urteil", "Grad", "Prüfung"]
    assert heads[7] == "Mark AP (mm)"
    assert "komprimiert" in {table.item(row, 4).text() for row in range(table.rowCount)}
    assert "Bilsky 2 (hoch) erzwungen" in ui.sliceLabel.text
    press(panel.result.timeline, "1")
    settle()
    assert shown.reviewed(shown.place, "compression").answer == "compressed"
    assert "Befunder" in ui.sliceLabel.text and "komprimiert" in ui.sliceLabel.text
    assert ReadingScene(slicer.mrmlScene).findings() == graded.findings
    (cells,) = nodesOfKind(slicer.mrmlScene, FINDINGS_TABLE)
    assert cells.GetCellText(8, cells.GetColumnIndex("Compression")).startswith("compressed")
    file = tmp_path / "review.csv"
    panel.review.exportTable(str(file))
    written = list(csv.DictReader(file.open(encoding="utf-8")))
    assert "compressed" in {row for line in written for row in line.values()}


def test_words_that_are_values_too_stay_what_they_are(ui):
    words = {ui.regionBox.itemText(n) for n in range(ui.regionBox.count)}
    assert {"unknown", "cervical"} <= words
    assert ui.volumeSelector.property("SlicerParameterName") in (None, "volume")
