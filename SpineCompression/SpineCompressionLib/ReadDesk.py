"""The part of the panel where a slice gets its label: definitions, pictures, keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpineLib.errors import SpineError
from SpineLib.translation import tr as _
from SpineSlicer.host.fillWidgets import showLine

from .labelKeys import examplePicture, labelKeys

PICTURE_HEIGHT = 76
SURE_STEP = 5


class ReadDesk:
    """Shows a `LabellingDesk` or `ConsensusDesk` and takes its labels by buttons and keys.

    The keys work wherever the mouse is, so that a reader can scroll in a view and answer; in a
    line of text they are text. A label is taken only while its slice is what the view shows.

    Args:
        ui: the widgets of ``ReadingStudy.ui``.
        show: shows the desk's slice, or says that there is none.
        isShown: whether the view shows it now.
        tell: shows a message.

    Attributes:
        desk: what is shown; None where nobody reads.
    """

    def __init__(
        self,
        ui: Any,
        show: Callable[[], None],
        isShown: Callable[[], bool],
        tell: Callable[[str], None],
    ) -> None:
        self._ui, self._show, self._isShown, self._tell = ui, show, isShown, tell
        self.desk: Any = None
        self.buttons: dict[str, Any] = {}
        self._rows: list[Any] = []
        self._shortcuts: list[Any] = []
        self._ready, self._key = False, None
        for button, method in (
            (ui.undoLabelButton, self.undo),
            (ui.earlierButton, lambda: self._move(lambda: self.desk.step(-1))),
            (ui.laterButton, lambda: self._move(lambda: self.desk.step(1))),
            (ui.showSliceButton, self._show),
            (ui.nextStudyButton, lambda: self._move(lambda: self.desk.nextStudy())),
        ):
            button.connect("clicked(bool)", lambda *_, method=method: method())
        ui.commentEdit.connect("returnPressed()", lambda: ui.labelsHolder.setFocus())
        ui.deskPart.visible = False

    def open(self, desk: Any, present: str = "") -> None:
        """Begins with a desk."""
        self.desk, ui = desk, self._ui
        self._fillLabels()
        showLine(ui.rulesLabel, desk.project.rules)
        ui.presentEdit.text = present
        ui.presentEdit.visible = ui.presentEditLabel.visible = desk.settles
        ui.confidenceBox.visible = ui.confidenceBoxLabel.visible = not desk.settles
        ui.undoLabelButton.visible = ui.lockButton.visible = not desk.settles
        self._fillForm()
        ui.deskPart.visible = True
        self.listen(True)
        self.update()

    def close(self) -> None:
        """Ends; its keys are Slicer's again."""
        self.listen(False)
        self.desk = None
        self._ui.deskPart.visible = False

    def listen(self, on: bool) -> None:
        """Whether the keys are this desk's; not while another module is shown."""
        for shortcut in self._shortcuts:
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        self._shortcuts = []
        if on and self.desk is not None:
            self._makeKeys()

    def setReady(self, ready: bool) -> None:
        """Whether the slice is on the screen, so that it can be labelled."""
        self._ready = ready
        for value in self.buttons.values():
            value.enabled = ready

    def update(self) -> None:
        """Says anew where the desk is."""
        desk, ui = self.desk, self._ui
        ui.deskBar.maximum = max(1, desk.total)
        ui.deskBar.value = desk.done
        what = _("settled") if desk.settles else _("labelled")
        ui.deskBar.setFormat(f"{desk.done} / {desk.total} {what}")
        ui.whereLabel.text = desk.where()
        showLine(ui.saidLabel, desk.said())
        if desk.key != self._key:
            self._fillForm()
        ui.earlierButton.enabled = ui.laterButton.enabled = bool(desk.total)

    def label(self, value: str) -> None:
        """Gives the slice a label, with what stands in the form, and goes on."""
        if self.desk is None or not self._ready:
            return
        if not self._isShown():
            if self.desk is None:  # the scene showed an answer, and the reading has ended
                return
            self._show()
            self._tell(
                _("The view showed another slice; here is the one to label. Please label it again.")
            )
            return
        ui = self._ui
        sure = ui.confidenceBox.value
        self.setReady(False)  # until it is on the disk
        try:
            self.desk.label(
                value,
                confidence=None if sure < 0 else sure / 100,
                comment=ui.commentEdit.text.strip(),
                present=tuple(name.strip() for name in ui.presentEdit.text.split(",")),
                done=self._onLabelled,
            )
        except SpineError as error:
            self.fail(error)

    def fail(self, error: SpineError) -> None:
        """A label could not be kept: what stands in the form stays there."""
        self._tell(str(error))
        self.setReady(self.desk is not None)

    def _onLabelled(self) -> None:
        if self.desk is not None:
            self._fillForm()
            self._tell("")
            self._show()

    def undo(self) -> None:
        """Takes the last label back and shows its slice."""
        self._move(lambda: self.desk.undo())

    def _move(self, method: Callable[[], Any]) -> None:
        if self.desk is None:
            return
        try:
            method()
        except SpineError as error:
            self._tell(str(error))
            return
        self._tell("")
        self._show()

    def _fillForm(self) -> None:
        """What was said of the slice before, so that a new label takes it along unless changed."""
        self._key = self.desk.key
        sure, comment = self.desk.kept()
        box = self._ui.confidenceBox
        box.value = box.minimum if sure is None else round(100 * sure)
        self._ui.commentEdit.text = comment

    def _sure(self, by: int) -> None:
        box = self._ui.confidenceBox
        box.value = 50 if box.value < 0 else box.value + by

    def _fillLabels(self) -> None:
        import qt

        holder = self._ui.labelsHolder
        holder.focusPolicy = qt.Qt.StrongFocus
        grid = holder.layout()
        if grid is None:
            grid = qt.QGridLayout(holder)
            grid.setContentsMargins(0, 0, 0, 0)
            grid.setColumnStretch(2, 1)
        for widget in self._rows:
            widget.hide()
            widget.deleteLater()
        scheme = self.desk.project.scheme
        keys = labelKeys(scheme.values)
        self.buttons, self._rows = {}, []
        for row, value in enumerate(scheme.values):
            self._addRow(grid, row, scheme, value, keys.get(value, ""))

    def _addRow(self, grid: Any, row: int, scheme: Any, value: str, key: str) -> None:
        import qt

        meaning = scheme.definitions.get(value, "")
        button, text = qt.QPushButton(), qt.QLabel(meaning)
        button.text = f"{value} ({key})" if key and key != value else value
        text.wordWrap = True
        picture = examplePicture(scheme.key, value)
        tip = _("{value} (key {key})").format(value=value, key=key) if key else value
        tip += f": {meaning}" if meaning else ""
        button.toolTip = tip
        self._rows += [button, text]
        if picture is not None:
            example = qt.QLabel()
            image = qt.QPixmap(str(picture))
            example.pixmap = image.scaledToHeight(PICTURE_HEIGHT, qt.Qt.SmoothTransformation)
            # The tooltip shows it as large as it is.
            example.toolTip = f'{tip}<br><img src="{picture.as_posix()}"><br>' + _("simulated")
            grid.addWidget(example, row, 1)
            self._rows.append(example)
        button.connect("clicked(bool)", lambda *_, value=value: self.label(value))
        grid.addWidget(button, row, 0)
        grid.addWidget(text, row, 2)
        self.buttons[value] = button

    def _makeKeys(self) -> None:
        keys = {key: (lambda v=value: self.label(v))
                for value, key in labelKeys(self.desk.project.scheme.values).items()}  # fmt: skip
        keys |= {
            "Backspace": self.undo,
            "Home": self._show,
            "N": lambda: self._move(lambda: self.desk.nextStudy()),
            # Alt and an arrow go through the modules that were shown, in all of Slicer.
            "PgUp": lambda: self._move(lambda: self.desk.step(-1)),
            "PgDown": lambda: self._move(lambda: self.desk.step(1)),
            "+": lambda: self._sure(SURE_STEP),
            "-": lambda: self._sure(-SURE_STEP),
        }
        import qt

        for key, method in keys.items():
            shortcut = qt.QShortcut(qt.QKeySequence(key), self._ui.deskPart)
            shortcut.setContext(qt.Qt.ApplicationShortcut)
            shortcut.setAutoRepeat(False)  # a key that is held down labels one slice
            shortcut.connect("activated()", method)
            self._shortcuts.append(shortcut)
