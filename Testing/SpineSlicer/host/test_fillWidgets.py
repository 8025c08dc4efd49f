"""Boxes and tables that are filled anew emit nothing and keep what was chosen."""

from SpineSlicer.host.fillWidgets import fillBox, fillTable, showLine


def test_a_box_keeps_what_was_chosen_and_tells_nobody(desktop):
    import qt

    box, heard = qt.QComboBox(), []
    fillBox(box, [("One", "1"), ("Two", "2")])
    assert box.currentData == "1"
    box.setCurrentIndex(1)
    box.connect("currentIndexChanged(int)", heard.append)
    fillBox(box, [("Zero", "0"), ("Two", "2")])
    assert (box.currentData, box.currentText) == ("2", "Two")
    fillBox(box, [("Zero", "0")])
    assert box.currentData == "0" and heard == []


def test_a_table_has_its_texts_and_their_tooltips(desktop):
    import qt

    table = qt.QTableWidget()
    table.setColumnCount(2)
    fillTable(table, [("a", "b")], [("about a", "about b")])
    assert [table.item(0, n).text() for n in (0, 1)] == ["a", "b"]
    assert table.item(0, 1).toolTip() == "about b"
    fillTable(table, [])
    assert table.rowCount == 0


def test_an_empty_line_takes_up_no_room(desktop):
    import qt

    label = qt.QLabel()
    showLine(label, "Cancelled.")
    assert (label.text, label.isHidden()) == ("Cancelled.", False)
    showLine(label, "")
    assert label.isHidden()
