"""Boxes that are filled anew emit nothing and keep what was chosen."""

from SpineSlicer.host.fillWidgets import fillBox, showLine


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


def test_an_empty_line_takes_up_no_room(desktop):
    import qt

    label = qt.QLabel()
    showLine(label, "Cancelled.")
    assert (label.text, label.isHidden()) == ("Cancelled.", False)
    showLine(label, "")
    assert label.isHidden()
