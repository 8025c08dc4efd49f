"""The loop's section "Case": look, correct, accept, next; saved by itself all the while."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import slicer

from SpineLib.errors import SpineError, from_exception
from SpineLib.labels import CANAL, DISC_OFFSET
from SpineLib.loop.plausibility import implausible
from SpineLib.loop.problem import Problem
from SpineLib.loop.scores import overlay_file
from SpineLib.loop.versions import Version
from SpineLib.loop.writer import NotAccepted

from .CorrectionSection import CorrectionSection
from .LoopCase import structureName
from .LoopDataSet import LoopDataSet
from .LoopQueueSection import ROW_HEIGHT
from .LoopWork import LoopWork
from .WorkClock import WorkClock

# A killed program loses no more than this of a correction.
AUTOSAVE_SECONDS = 30.0
TICK_MILLISECONDS = 1000
# As many structures as a lumbar field of view may show are offered to be added.
_OFFERED = 12
KEYS = {"structure": "Alt+S", "place": "Alt+P", "accept": "Alt+A", "next": "Alt+N"}


class LoopCaseSection:
    """Shows the open case and takes what the reader does with it; it lives as long as the panel.

    Args:
        ui: the loop's widgets.
        reader: who corrects.
        nextCase: which case comes after this one; empty where none is left.
        onOpen: called with the id of the case to open next.
        onChanged: called when something was written.

    Attributes:
        work: the open case; None where there is none.
    """

    def __init__(
        self,
        ui: Any,
        reader: Callable[[], str],
        nextCase: Callable[[str], str],
        onOpen: Callable[[str], None],
        onChanged: Callable[[], None],
    ) -> None:
        import qt

        self._ui, self._reader, self._nextCase = ui, reader, nextCase
        self._onOpen, self._onChanged = onOpen, onChanged
        self.work: LoopWork | None = None
        self._places: list[Problem] = []
        self._structure, self._blocked = 0, False
        self._said, self._saved = "", 0.0
        self._clock = WorkClock(lambda: slicer.app.activeWindow() is not None)
        self._timer = qt.QTimer()
        self._timer.interval = TICK_MILLISECONDS
        self._timer.connect("timeout()", self.tick)
        self._correction = CorrectionSection(ui, self._onCorrected)
        actions = {
            "structure": self.nextStructure, "place": self.nextPlace,
            "accept": self.accept, "next": self.next,
        }  # fmt: skip
        self._shortcuts = []
        for name, action in actions.items():
            getattr(ui, f"{name}Button").connect("clicked(bool)", lambda *_, do=action: do())
            shortcut = qt.QShortcut(qt.QKeySequence(KEYS[name]), ui.caseSection)
            shortcut.setContext(qt.Qt.WindowShortcut)  # the mouse is over the views
            shortcut.connect("activated()", action)
            self._shortcuts.append(shortcut)
        ui.saveButton.connect("clicked(bool)", lambda *_: self._save())
        ui.anywayButton.connect("clicked(bool)", lambda *_: self.accept(anyway=True))
        ui.missingButton.connect("clicked(bool)", self._onMissing)
        ui.versionBox.connect("activated(int)", self._onVersion)
        ui.uncertaintyBox.connect("toggled(bool)", lambda *_: self._showUncertainty())
        ui.uncertaintySlider.connect("valueChanged(double)", lambda *_: self._showUncertainty())
        places = ui.placesTable
        places.connect("currentCellChanged(int,int,int,int)", self._onPlace)
        places.connect("cellClicked(int,int)", self._onPlace)
        places.verticalHeader().visible = False
        places.verticalHeader().defaultSectionSize = ROW_HEIGHT
        for number in _offered():
            ui.missingBox.addItem(structureName(number), number)
        self._show()

    def open(self, data: LoopDataSet, case: str) -> None:
        """Opens a case; the one before is saved and left.

        Raises:
            SpineError: the one before cannot be saved, or this one cannot be opened.
        """
        if self.work is not None and self.work.case.id == case and self.work.data is data:
            return
        editing = self._correction.editing
        self.leave()
        self.work = LoopWork(data, case, self._clock)
        self._said, self._saved, self._structure = self.work.note, time.monotonic(), 0
        self._look()
        self._correction.show(self.work.shown.node)
        self._ui.uncertaintyBox.checked = False
        self._ui.caseSection.collapsed = False
        self._timer.start()
        self._show()
        if editing and not data.readOnly:
            self._ui.editButton.checked = True

    def leave(self) -> None:
        """Saves and closes the open case.

        Raises:
            SpineError: it cannot be saved; it stays open.
        """
        if self.work is None:
            return
        self._correction.leave()
        try:
            self.work.close(self._reader())
        except SpineError:
            self._correction.enter()
            raise
        self._let()

    def forget(self, *, closing: bool = False) -> None:
        """Saves a draft and lets go, whatever happens; for when the scene or the module goes.

        Args:
            closing: the scene takes the nodes away itself.
        """
        if self.work is None:
            return
        try:
            self.work.saveDraft(self._reader())
        except SpineError as error:
            logging.error("The draft of a case was not saved: %s", error.what)
        self.work.forget()
        if not closing:
            self.work.shown.close()
        self._let()

    def pause(self) -> None:
        """Another module was chosen."""
        self._correction.leave()
        for one in self._shortcuts:
            one.setEnabled(False)
        if self.work is not None:
            self._autosave()
            self.work.pause()

    def resume(self) -> None:
        """The module is back."""
        self._correction.enter()
        if self.work is not None:
            self.work.resume()
        self._enable()

    def tick(self) -> None:
        """Once a second: counts, and saves a draft when it is time."""
        if self.work is None:
            return
        if not self.work.shown.isThere:
            self._gone()
            return
        self._clock.tick()
        if time.monotonic() - self._saved >= AUTOSAVE_SECONDS:
            self._autosave()
        self._title()

    def nextStructure(self) -> None:
        """Jumps to the next structure from head to foot, and edits that one."""
        if self.work is None:
            return
        numbers = self.work.shown.structures()
        if not numbers:
            return
        after = numbers.index(self._structure) + 1 if self._structure in numbers else 0
        self._structure = numbers[after % len(numbers)]
        self._correction.select(self.work.shown.segment(self._structure))
        place = self.work.shown.place(self._structure)
        if place is not None:
            self.work.shown.jump(place)
        self._say(structureName(self._structure))

    def nextPlace(self) -> None:
        """Jumps to the next implausible place."""
        if self.work is None or not self._places:
            return
        table = self._ui.placesTable
        row = (table.currentRow() + 1) % len(self._places)
        table.setCurrentCell(row, 0)
        self._onPlace(row)

    def accept(self, *, anyway: bool = False) -> None:
        """Checks and approves the case, then opens the next one."""
        if self.work is None or self.work.data.readOnly:
            return
        try:
            self.work.accept(self._reader(), anyway=anyway)
        except NotAccepted as error:
            self._places, self._blocked = list(error.problems), True
            self._say(_("Not accepted: mend what is marked ✖, or say that it is right as it is."))
            return
        except Exception as error:
            self._say(str(from_exception(error)))
            return
        self._goOn(_("Case {case} is approved.").format(case=self.work.case.id))

    def next(self) -> None:
        """Saves the case and opens the next one."""
        if self.work is not None:
            self._goOn("")

    def _goOn(self, said: str) -> None:
        assert self.work is not None
        self._onChanged()
        following = self._nextCase(self.work.case.id)
        if following:
            self._onOpen(following)
            if said:
                self._say(f"{said} {self._said}".strip())
        elif self._left():
            self._say(f"{said} {_('No case is left to correct.')}".strip())

    def _left(self) -> bool:
        try:
            self.leave()
        except SpineError as error:
            self._say(str(error))
            return False
        self._onChanged()
        return True

    def _save(self) -> None:
        if self.work is None:
            return
        try:
            number = self.work.saveVersion(self._reader())
        except SpineError as error:
            self._say(str(error))
            return
        self._look()
        self._say(_("Saved as version {number}.").format(number=number) if number else "")
        self._onChanged()

    def _autosave(self) -> None:
        assert self.work is not None
        self._saved = time.monotonic()
        try:
            self.work.saveDraft(self._reader())
        except SpineError as error:
            self._say(_("Not saved: {reason}").format(reason=error))
            return
        strays = self.work.shown.strays()
        if strays:
            self._say(
                _(
                    "{names}: no structure of SPIDER's, so that it is not saved. Use Missing."
                ).format(names=", ".join(strays))
            )

    def _gone(self) -> None:
        """The reader deleted the case's nodes; the draft and the versions stand."""
        assert self.work is not None
        self.work.forget()
        self.work.shown.close()
        self._let()
        self._say(_("The case was taken out of the scene; what was saved stands. Open it again."))

    def _let(self) -> None:
        self.work = None
        self._timer.stop()
        self._correction.close()
        self._correction.show(None)
        self._places, self._blocked, self._said = [], False, ""
        self._show()

    def _say(self, text: str) -> None:
        self._said = text
        self._show()

    def update(self) -> None:
        """Shows the case anew after something was written elsewhere."""
        self._show()

    def _show(self) -> None:
        self._title()
        self._fillVersions()
        _fill(self._ui.placesTable, [["✖" if p.serious else "·", p.what] for p in self._places])
        self._showSaid()
        self._ui.anywayButton.visible = self._blocked
        self._enable()

    def _showSaid(self) -> None:
        self._ui.checksLabel.text = self._said
        self._ui.checksLabel.visible = bool(self._said)

    def _title(self) -> None:
        if self.work is None:
            self._ui.caseLabel.text = _("No case is open. Choose one in the queue.")
            return
        case = self.work.case
        words = [_("Case {case}").format(case=case.id), case.state]
        if case.test:
            words.append(_("of the frozen test"))
        minutes = case.minutes + self.work.minutes
        words.append(_("{minutes:.1f} min").format(minutes=minutes))
        if self.work.data.readOnly:
            words.append(_("only to be looked at"))
        self._ui.caseLabel.text = ", ".join(words)

    def _fillVersions(self) -> None:
        box = self._ui.versionBox
        blocked = box.blockSignals(True)
        box.clear()
        versions = self.work.case.versions if self.work is not None else ()
        for one in reversed(versions):
            box.addItem(_about(one), one.number)
        if self.work is not None and self.work.case.chosen is not None:
            box.setCurrentIndex(len(versions) - self.work.case.chosen.number)
        box.blockSignals(blocked)

    def _enable(self) -> None:
        ui, work = self._ui, self.work
        writable = work is not None and not work.data.readOnly
        for one in (ui.acceptButton, ui.saveButton, ui.anywayButton, ui.missingButton):
            one.enabled = writable
        for one in (ui.structureButton, ui.nextButton, ui.versionBox, ui.missingBox):
            one.enabled = work is not None
        ui.editButton.enabled = writable
        ui.placeButton.enabled = bool(self._places)
        entropy = work is not None and self._entropyFile() is not None
        ui.uncertaintyBox.enabled = ui.uncertaintySlider.enabled = entropy
        for one in self._shortcuts:
            one.setEnabled(work is not None)

    def _entropyFile(self) -> Path | None:
        assert self.work is not None
        data, case = self.work.data, self.work.case
        file = overlay_file(data.folder, data.dataset.current.id, case.id)
        return file if file.is_file() else None

    def _showUncertainty(self) -> None:
        if self.work is None:
            return
        file = self._entropyFile() if self._ui.uncertaintyBox.checked else None
        try:
            self.work.shown.showUncertainty(file, float(self._ui.uncertaintySlider.value))
        except SpineError as error:
            self._say(str(error))

    def _onCorrected(self) -> None:
        assert self.work is not None
        self._look()
        self._autosave()
        self._show()

    def _onMissing(self, *_arguments: Any) -> None:
        assert self.work is not None
        try:
            identifier = self.work.shown.add(int(self._ui.missingBox.currentData))
        except SpineError as error:
            self._say(str(error))
            return
        self._ui.editButton.checked = True
        self._correction.select(identifier)

    def _onVersion(self, *_arguments: Any) -> None:
        if self.work is None:
            return
        number = int(self._ui.versionBox.currentData)
        try:
            self.work.choose(number, self._reader())
        except SpineError as error:
            self._say(str(error))
            return
        self._look()
        self._say(_("Version {number} counts now.").format(number=number))
        self._onChanged()

    def _look(self) -> None:
        """Lists anew what is implausible in what is shown."""
        assert self.work is not None
        self._places, self._blocked = implausible(self.work.shown.current()), False

    def _onPlace(self, row: int, *_arguments: Any) -> None:
        if self.work is None or not 0 <= row < len(self._places):
            return
        one = self._places[row]
        self._said = one.what  # in full; the list is narrow
        self._showSaid()
        if one.structure is not None:
            self._structure = one.structure
            self._correction.select(self.work.shown.segment(one.structure))
        if one.ras is not None:
            self.work.shown.jump(one.ras)


def _offered() -> list[int]:
    vertebrae = [*range(1, _OFFERED + 1)]
    return [*vertebrae, *(n + DISC_OFFSET for n in vertebrae), CANAL, *(n + 100 for n in vertebrae)]


def _about(one: Version) -> str:
    words = [str(one.number), one.state, one.approved_by or one.by or one.model]
    return " · ".join(word for word in (*words, one.time[:16].replace("T", " ")) if word)


def _fill(table: Any, rows: list[list[str]]) -> None:
    import qt

    table.visible = bool(rows)
    blocked = table.blockSignals(True)
    table.setRowCount(len(rows))
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            item = qt.QTableWidgetItem(text)
            item.setToolTip(text)
            table.setItem(row, column, item)
    table.resizeColumnsToContents()
    table.blockSignals(blocked)


def _(text: str) -> str:
    from slicer.i18n import tr

    return tr(text)
