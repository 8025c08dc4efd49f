"""`ctkPathLineEdit`: which texts it reports, as CTK's own code decides it (ctkPathLineEdit.cpp)."""

from __future__ import annotations

import re

from PySide6 import QtCore, QtGui, QtWidgets

Property, Signal = QtCore.Property, QtCore.Signal


class ctkPathLineEdit(QtWidgets.QWidget):
    """A line for a path, with a button that a test does not press.

    It says `currentPathChanged` only for a text that its validator accepts: none that is empty,
    and with name filters none whose end the validator does not know. `currentPath` is always what
    stands in the line.
    """

    Files, Dirs, Executable = 2, 1, 0x40
    currentPathChanged, validInputChanged = Signal(str), Signal(bool)

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._box, self._valid, self._filters = QtWidgets.QComboBox(self), False, []
        self._box.setEditable(True)
        self._box.setInsertPolicy(QtWidgets.QComboBox.InsertPolicy.NoInsert)
        self._validator = QtGui.QRegularExpressionValidator(self)
        self._box.lineEdit().setValidator(self._validator)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._box, 1)
        button = QtWidgets.QToolButton(self)
        button.setText("…")
        row.addWidget(button)
        self._setNameFilters([])
        self._box.lineEdit().textChanged.connect(self._onText)

    def comboBox(self):
        return self._box

    def setCurrentPath(self, path):
        self._box.lineEdit().setText(path)

    def addCurrentPathToHistory(self):
        pass

    def _onText(self, text):
        before, self._valid = self._valid, self._box.lineEdit().hasAcceptableInput()
        if self._valid:
            self.currentPathChanged.emit(text)
        if self._valid != before:
            self.validInputChanged.emit(self._valid)

    def _setNameFilters(self, filters):
        self._filters = list(filters)
        pattern = "|".join(_ends(self._filters))
        self._validator.setRegularExpression(
            QtCore.QRegularExpression(f"({pattern})" if pattern else ".+")
        )

    currentPath = Property(str, lambda self: self._box.currentText(), setCurrentPath)
    nameFilters = Property("QStringList", lambda self: self._filters, _setNameFilters)
    filters = Property(int, lambda self: getattr(self, "_kinds", 2),
                       lambda self, kinds: setattr(self, "_kinds", kinds))  # fmt: skip
    settingKey = Property(str, lambda self: getattr(self, "_key", ""),
                          lambda self, key: setattr(self, "_key", key))  # fmt: skip


def _ends(filters):
    """One suffix a wildcard, the first one of several, and its last letter may be missing."""
    for filter_ in filters:
        inside = re.fullmatch(r".*\(([^)]*)\)", filter_)
        for wildcard in (inside[1] if inside else filter_).split():
            suffix = re.search(r"\*\.(\w+)", wildcard)
            if suffix:
                yield rf".*\.{suffix[1]}?$"
