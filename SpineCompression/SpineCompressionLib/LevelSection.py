"""The reader's "this one is C5/C6": a small dialog, opened by a button or a key over any slice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpineLib.errors import SpineError
from SpineLib.inference.readers_level import LevelWord, level_choices
from SpineLib.translation import tr as _
from SpineSlicer.host.fillWidgets import showLine
from SpineSlicer.host.readersName import readersName
from SpineSlicer.scene.levelHere import LevelHere, cursorIn, levelHere, levelUnder
from SpineSlicer.scene.ShownStudy import STUDY_CHANGED, ShownStudy

THORACIC, LUMBAR = (12, 11, 13), (5, 4, 6)  # the usual one first
KEY = "L"


class LevelSection:
    """Names a level and with it all others of the study; transitional anatomy is said beside it.

    Args:
        button: opens the dialog for the current slice.
        study: whose levels are named.
        tell: says why nothing can be named.

    Attributes:
        dialog: None until it is first needed.
    """

    def __init__(self, button: Any, study: ShownStudy, tell: Callable[[str], None]) -> None:
        self._button, self._study, self._tell = button, study, tell
        self.dialog: Any = None
        self._shortcut: Any = None
        self._here: LevelHere | None = None
        button.connect("clicked(bool)", lambda *_: self.ask())
        study.listen(self._onChanged)
        self._onChanged(STUDY_CHANGED)

    def listen(self, on: bool) -> None:
        """Whether the key opens the dialog for what the mouse points at in the views."""
        import qt

        if self._shortcut is not None:
            self._shortcut.setEnabled(False)
            self._shortcut.deleteLater()
            self._shortcut = None
        if on:
            self._shortcut = qt.QShortcut(qt.QKeySequence(KEY), self._button)
            self._shortcut.setContext(qt.Qt.ApplicationShortcut)
            self._shortcut.connect("activated()", self.askThere)
        elif self.dialog is not None:
            self.dialog.hide()

    def ask(self) -> None:
        """Asks for the current slice's level."""
        self._open(lambda: levelHere(self._study))

    def askThere(self) -> None:
        """Asks for the level of the place under the mouse, or else of the current slice."""
        there = cursorIn(self._study.scene)
        if there is None:
            self.ask()
        else:
            self._open(lambda: levelUnder(self._study, *there))

    def say(self, name: str, thoracic: int = 12, lumbar: int = 5) -> None:
        """Names the place that the dialog was opened for.

        Raises:
            SpineError: it cannot be called so.
        """
        here = self._here
        if here is not None:
            word = LevelWord(name, here.place, thoracic, lumbar)
            self._study.sayLevel(here.key, word, before=here.level, reader=readersName())

    def _onChanged(self, what: str) -> None:
        if what == STUDY_CHANGED:  # a dialog about a slice of another study means nothing
            self._button.enabled = bool(self._study.places)
            if self.dialog is not None:
                self.dialog.hide()

    def _open(self, where: Callable[[], LevelHere]) -> None:
        try:
            self._here = where()
        except SpineError as error:
            self._tell(str(error))
            return
        if self.dialog is None:
            self._make()
        levelWord = self._study.log.levelWord
        for box, count in ((self.thoracicBox, levelWord.thoracic if levelWord else THORACIC[0]),
                           (self.lumbarBox, levelWord.lumbar if levelWord else LUMBAR[0])):  # fmt: skip
            box.setCurrentText(str(count))
        self._fill(self._here.level)
        text = _("{where}, now {level}. All levels of the study follow.").format(
            where=self._here.words, level=self._here.level or _("not known")
        )
        self.whereLabel.text = text[:1].upper() + text[1:]
        showLine(self.problemLabel, "")
        self.dialog.show()
        self.dialog.activateWindow()
        self.levelBox.setFocus()

    def _make(self) -> None:
        import qt

        self.dialog = qt.QDialog(self._button.window())
        self.dialog.windowTitle = _("This level is…")
        form = qt.QFormLayout(self.dialog)
        self.whereLabel, self.problemLabel = qt.QLabel(), qt.QLabel()
        self.levelBox, self.thoracicBox, self.lumbarBox = (qt.QComboBox() for _n in range(3))
        self.levelBox.toolTip = _("A vertebra, or the disc between two.")
        self.levelBox.maxVisibleItems = 20
        tip = _("How many the patient has; numbers other than 12 and 5 mean transitional anatomy.")
        for box, counts in ((self.thoracicBox, THORACIC), (self.lumbarBox, LUMBAR)):
            box.toolTip = tip
            box.addItems([str(count) for count in counts])
            box.connect("currentIndexChanged(int)", lambda *_: self._fill())
        for label in (self.whereLabel, self.problemLabel):
            label.wordWrap = True
        self.nameButton, cancel = qt.QPushButton(_("Name all levels")), qt.QPushButton(_("Cancel"))
        self.nameButton.toolTip = _("Ctrl+Z in the strip takes it back.")
        self.nameButton.setDefault(True)
        self.nameButton.connect("clicked(bool)", self._onName)
        cancel.connect("clicked(bool)", lambda *_: self.dialog.hide())
        buttons = qt.QHBoxLayout()
        buttons.addWidget(self.nameButton)
        buttons.addWidget(cancel)
        form.addRow(self.whereLabel)
        form.addRow(_("This one is:"), self.levelBox)
        form.addRow(_("Thoracic vertebrae:"), self.thoracicBox)
        form.addRow(_("Lumbar vertebrae:"), self.lumbarBox)
        form.addRow(self.problemLabel)
        form.addRow(buttons)

    def _fill(self, level: str = "") -> None:
        """The levels of such a spine; what was chosen stays chosen, where it still is one."""
        box, counts = self.levelBox, (self.thoracicBox, self.lumbarBox)
        chosen = level or box.currentText
        names = level_choices(*(int(count.currentText) for count in counts))
        box.clear()
        box.addItems(names)
        box.setCurrentIndex(names.index(chosen) if chosen in names else names.index("C5"))

    def _onName(self, *_arguments: Any) -> None:
        counts = (int(self.thoracicBox.currentText), int(self.lumbarBox.currentText))
        try:
            self.say(self.levelBox.currentText, *counts)
        except SpineError as error:
            showLine(self.problemLabel, str(error))
            return
        self.dialog.hide()
