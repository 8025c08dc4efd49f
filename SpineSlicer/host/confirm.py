"""A question before something that cannot be taken back."""

from __future__ import annotations

from typing import Any


def confirm(text: str, title: str, parent: Any = None) -> bool:
    """Asks; Enter, Esc and the closed window mean No, so that only a deliberate Yes is one.

    `slicer.util.confirmYesNoDisplay` has Yes as its default, which cannot be told otherwise.

    Args:
        text: the question, with what will happen.
        title: of the window.
        parent: the widget that it belongs to.
    """
    import qt

    box = qt.QMessageBox(parent)
    box.icon = qt.QMessageBox.Question
    box.windowTitle, box.text = title, text
    box.standardButtons = qt.QMessageBox.Yes | qt.QMessageBox.No
    box.setDefaultButton(qt.QMessageBox.No)
    box.setEscapeButton(qt.QMessageBox.No)
    answer = box.exec()
    box.deleteLater()
    return bool(answer == qt.QMessageBox.Yes)
