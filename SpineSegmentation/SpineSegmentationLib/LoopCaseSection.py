"""The loop's section "Case": look, correct, accept, next; saved by itself all the while."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

import slicer

from SpineLib.errors import SpineError, from_exception
from SpineLib.loop.problem import Problem
from SpineLib.loop.refusals import NotAccepted, Overtaken
from SpineLib.slabs import Steps, finish
from SpineLib.translation import tr as _
from SpineSlicer.host.fillWidgets import showLine
from SpineSlicer.host.Turns import Turns
from SpineSlicer.host.WorkClock import WorkClock

from .CorrectionSection import CorrectionSection
from .LoopDataSet import LoopDataSet
from .LoopDoubts import LoopDoubts
from .LoopKeys import LoopKeys
from .LoopPlaces import LoopPlaces
from .LoopStructures import LoopStructures
from .LoopVersions import LoopVersions
from .LoopWork import LoopWork, openingLoopWork

# A killed program loses no more than this of a correction.
AUTOSAVE_SECONDS = 30.0
TICK_MILLISECONDS = 1000


class LoopCaseSection:
    """Shows the open case and takes what the reader does with it; it lives as long as the panel.

    Opening, saving, accepting and leaving are done in turns of the event loop, one at a time; a
    case that is chosen while another is saved comes after.

    Args:
        ui: the loop's widgets.
        reader: who corrects.
        nextCase: which case comes after this one; empty where none is left.
        onOpen: called with the id of the case to open next.
        onOpened: called with the id of the case that was opened and an empty text, or with what
            went wrong.
        onChanged: called when something was written.
        onClosed: called when no case is open any more.

    Attributes:
        work: the open case; None where there is none.
    """

    def __init__(
        self,
        ui: Any,
        reader: Callable[[], str],
        nextCase: Callable[[str], str],
        onOpen: Callable[[str], None],
        onOpened: Callable[[str, str], None],
        onChanged: Callable[[], None],
        onClosed: Callable[[], None],
    ) -> None:
        import qt

        self._ui, self._reader, self._nextCase = ui, reader, nextCase
        self._onOpen, self._onOpened, self._onChanged = onOpen, onOpened, onChanged
        self._onClosed = onClosed
        self.work: LoopWork | None = None
        self._turns, self._looking = Turns(), Turns()
        self._wanted: tuple[LoopDataSet, str] | None = None
        self._blocked, self._away, self._opening = False, False, ""
        self._message, self._before, self._saved = "", "", 0.0
        self._clock = WorkClock(lambda: slicer.app.activeWindow() is not None)
        self._timer = qt.QTimer()
        self._timer.interval = TICK_MILLISECONDS
        self._timer.connect("timeout()", self.tick)
        self._correction = CorrectionSection(ui, self._onCorrected)
        self._structures = LoopStructures(ui, self._correction, self._say)
        self._places = LoopPlaces(ui, self._onPlace)
        self._versions = LoopVersions(ui, reader, self._onVersion, self._insist)
        self._doubts = LoopDoubts(ui, lambda error: self._say(str(from_exception(error))))
        self._keys = LoopKeys(ui, {
            "structure": self._structures.next, "place": self._places.next,
            "accept": self.accept, "next": self.next,
        })  # fmt: skip
        ui.saveButton.connect("clicked(bool)", lambda *_: self._save())
        ui.anywayButton.connect("clicked(bool)", lambda *_: self.accept(anyway=True))
        self._show()

    @property
    def busy(self) -> bool:
        """Whether a case is being opened, saved or left."""
        return self._turns.busy

    def open(self, data: LoopDataSet, case: str) -> None:
        """Opens a case; the one before is saved and left. `onOpened` tells how it went."""
        if self.busy and self.work is not None:  # what is being saved is saved first
            self._wanted = data, case
            return
        if self.work is not None and self.work.case.id == case and self.work.data is data:
            self._onOpened(case, "")
            return
        editing = self._correction.editing
        self._start(
            self._moving(data, case),
            lambda work: self._onWork(work, editing),
            lambda error: self._onNotOpened(case, error),
        )

    def leave(self) -> None:
        """Saves and closes the open case, at once.

        Raises:
            SpineError: it cannot be saved; it stays open.
        """
        self._endTurns()
        finish(self._leaving())
        self._onClosed()

    def forget(self, *, closing: bool = False) -> None:
        """Saves a draft and lets go, whatever happens; for when the scene or the module goes.

        Args:
            closing: the scene takes the nodes away itself.
        """
        self._endTurns()
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
        self._onClosed()

    def pause(self) -> None:
        """Another module was chosen."""
        self._away = True
        self._correction.leave()
        self._enable()
        if self.work is not None:
            if not self.busy:
                self._autosave()
            self.work.pause()

    def resume(self) -> None:
        """The module is back."""
        self._away = False
        if not self.busy:
            self._correction.enter()
        if self.work is not None:
            self.work.resume()
        self._enable()

    def tick(self) -> None:
        """Once a second: counts, and saves a draft when it is time."""
        if self.work is None or self.busy:
            return
        if not self.work.shown.isThere:
            self._gone()
            return
        self._clock.tick()
        self._structures.update()
        if time.monotonic() - self._saved >= AUTOSAVE_SECONDS:
            self._autosave()
        self._title()

    def accept(self, *, anyway: bool = False) -> None:
        """Checks and approves the case, then opens the next one."""
        if self.work is None or self.busy or self.work.readOnly:
            return
        note = _("Case {case} is approved.").format(case=self.work.case.id)
        self._start(
            self.work.accepting(self._reader(), anyway=anyway), lambda _none: self._goOn(note)
        )

    def next(self) -> None:
        """Saves the case and opens the next one."""
        if self.work is not None and not self.busy:
            self._goOn("")

    def _start(
        self,
        steps: Steps[Any],
        onDone: Callable[[Any], None],
        onError: Callable[[Exception], None] | None = None,
    ) -> None:
        """Does one thing with the case in turns."""
        self._looking.stop()
        report = onError or self._onError

        def ended(tell: Callable[[Any], None], what: Any) -> None:
            tell(what)
            self._enable()
            self._openWanted()

        self._turns.start(
            steps,
            onDone=lambda result: ended(onDone, result),
            onError=lambda error: ended(report, error),
        )
        self._enable()

    def _endTurns(self) -> None:
        """Ends what is under way: what is being saved is saved, what is being opened is left."""
        self._wanted = None
        if self.work is not None:
            self._turns.finish()
        self._turns.stop()
        self._looking.stop()
        self._wanted, self._opening = None, ""

    def _openWanted(self) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            self.open(*wanted)

    def _moving(self, data: LoopDataSet, case: str) -> Steps[LoopWork]:
        yield
        yield from self._leaving()
        yield
        self._opening = case
        self._title()
        return (yield from openingLoopWork(data, case, self._clock))

    def _leaving(self) -> Steps[None]:
        if self.work is None:
            return
        note = yield from self._handsOff(self.work.leaving(self._reader()))
        self._before = f"{self._before} {note}".strip()
        self._let()

    def _handsOff(self, steps: Steps[Any]) -> Steps[Any]:
        """Steps during which nothing may be painted, since it would be lost."""
        self._correction.leave()
        try:
            return (yield from steps)
        except Exception:
            self._handsOn()
            raise

    def _handsOn(self) -> None:
        if not self._away:
            self._correction.enter()

    def _onWork(self, work: LoopWork, editing: bool) -> None:
        self.work, self._opening = work, ""
        self._message, self._saved = f"{self._before} {work.note}".strip(), time.monotonic()
        self._before = ""
        self._structures.show(work.shown)
        self._showPlaces(work.problems)
        self._correction.show(work.shown.node, models=work.hasAnswer)
        self._ui.caseSection.collapsed = False
        self._timer.start()
        if self._away:
            work.pause()
        self._show()
        self._onOpened(work.case.id, "")
        if editing and not work.readOnly and not self._away:
            self._ui.editButton.checked = True

    def _onNotOpened(self, case: str, error: Exception) -> None:
        self._opening = ""
        problem = str(from_exception(error))
        if self.work is not None:  # the one before could not be saved, so it is not left
            self._say(problem)
            case, problem = self.work.case.id, ""
        else:
            self._say(self._before)
        self._before = ""
        self._onOpened(case, problem)

    def _onError(self, error: Exception) -> None:
        if isinstance(error, NotAccepted):
            self._showPlaces(error.problems)
            self._blocked = True
            self._say(_("Not accepted: fix what is marked ✖, or approve it as it is."))
        elif isinstance(error, Overtaken):
            self._say(_("The other version was not overwritten. Your work is kept as a draft."))
        else:
            self._say(str(from_exception(error)))

    def _goOn(self, note: str) -> None:
        assert self.work is not None
        self._onChanged()
        following, self._before = self._nextCase(self.work.case.id), note
        if following:
            self._onOpen(following)
        else:
            self._start(self._leaving(), lambda _none: self._onLast())

    def _onLast(self) -> None:
        self._say(f"{self._before} {_('No case is left to correct.')}".strip())
        self._before = ""
        self._onChanged()

    def _save(self) -> None:
        if self.work is not None and not self.busy:
            self._start(self.work.saving(self._reader()), self._onSaved)

    def _insist(self) -> None:
        if self.work is not None and not self.busy:
            self._start(self.work.insisting(self._reader()), self._onInsisted)

    def _onInsisted(self, number: int) -> None:
        self._onSaved(number)
        if number:
            self._say(_("Version {number} is the current one now.").format(number=number))

    def _onSaved(self, number: int) -> None:
        self._say(_("Saved as version {number}.").format(number=number) if number else "")
        self._look()
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
                    "{names}: not one of SPIDER's structures, so it is kept in the draft "
                    "only. Use Missing."
                ).format(names=", ".join(strays))
            )

    def _gone(self) -> None:
        """The reader deleted the case's nodes; the draft and the versions stand."""
        assert self.work is not None
        self.work.forget()
        self.work.shown.close()
        self._let()
        self._onClosed()
        self._say(
            _("The case was removed from the scene; all that was saved is kept. Open it again.")
        )

    def _let(self) -> None:
        self.work = None
        self._timer.stop()
        self._looking.stop()
        self._correction.close()
        self._correction.show(None)
        self._places.show(())
        self._structures.show(None)
        self._blocked, self._message = False, ""
        self._show()

    def _say(self, text: str) -> None:
        self._message = text
        self._show()

    def update(self) -> None:
        """Shows the case anew after something was written elsewhere."""
        if self.work is not None and self.work.readOnly and self._correction.editing:
            self._ui.editButton.checked = False  # what was painted so far goes into the draft
        self._show()

    def _show(self) -> None:
        self._title()
        self._versions.show(self.work)
        self._doubts.show(self.work)
        self._structures.update()
        self._showMessage()
        self._ui.anywayButton.visible = self._blocked
        self._enable()

    def _showMessage(self) -> None:
        showLine(self._ui.checksLabel, self._message)

    def _title(self) -> None:
        if self.work is not None:
            self._ui.caseLabel.text = self.work.title
        elif self._opening:
            self._ui.caseLabel.text = _("Opening case {case}…").format(case=self._opening)
        else:
            self._ui.caseLabel.text = _("No case is open. Choose one in the queue.")

    def _enable(self) -> None:
        ui = self._ui
        work = None if self.busy else self.work
        writable = work is not None and not work.readOnly
        for widget in (ui.acceptButton, ui.saveButton, ui.anywayButton, ui.missingButton):
            widget.enabled = writable
        for widget in (ui.structureButton, ui.nextButton, ui.versionBox, ui.missingBox):
            widget.enabled = work is not None
        ui.editButton.enabled = writable
        self._keys.enable(work is not None and not self._away)

    def _onCorrected(self) -> None:
        assert self.work is not None
        self._look()
        self._autosave()
        self._show()

    def _onVersion(self, number: int) -> None:
        if self.work is None or self.busy:
            return
        self._start(
            self._handsOff(self.work.choosing(number, self._reader())),
            lambda _none: self._onChosen(number),
        )

    def _onChosen(self, number: int) -> None:
        self._handsOn()
        self._say(_("Version {number} is the current one now.").format(number=number))
        self._look()
        self._onChanged()

    def _look(self) -> None:
        """Lists anew what is implausible in what is shown."""
        assert self.work is not None
        self._blocked = False
        self._ui.anywayButton.visible = False
        self._looking.start(self.work.looking(), onDone=self._onLooked, onError=self._onError)

    def _onLooked(self, places: list[Problem]) -> None:
        self._showPlaces(places)
        self._correction.refresh()

    def _showPlaces(self, places: Sequence[Problem]) -> None:
        shown = None if self.work is None else self.work.shown
        self._places.show(places, shown.nameOf if shown is not None and shown.lowest else None)

    def _onPlace(self, problem: Problem) -> None:
        if self.work is None:
            return
        self._message = self._places.text(problem)
        self._showMessage()
        if problem.structure is not None:
            self._structures.choose(problem.structure)
        try:
            if problem.ras is not None:
                self.work.shown.jump(problem.ras)
        except SpineError as error:
            self._say(str(error))
