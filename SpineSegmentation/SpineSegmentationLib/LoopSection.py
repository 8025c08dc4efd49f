"""The panel's section "Correction loop": a data set whose cases are corrected and learnt from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import slicer

from SpineLib.errors import SpineError
from SpineLib.models.folder import ModelFolder
from SpineLib.translation import tr as _
from SpineSlicer.host.confirm import confirm
from SpineSlicer.host.loadForm import loadForm
from SpineSlicer.host.WorkerProcess import WorkerProcess

from .LoopCaseSection import LoopCaseSection
from .LoopDataSection import LoopDataSection
from .LoopLearnSection import LoopLearnSection
from .LoopQueueSection import LoopQueueSection

FORM = Path(__file__).resolve().parents[1] / "Resources" / "UI" / "CorrectionLoop.ui"


class LoopSection:
    """Adds the loop to a panel and lets its four parts hear of each other.

    Args:
        layout: where it is added, at the end.
        worker: the panel's `WorkerProcess`: adds images and segments.
        model: the model chosen in the panel; None where there is none.
        device: chosen in the panel.
        onClosed: called when no case is open any more.
        learner: the second `WorkerProcess`, which trains and compares while the reader goes on.

    Example:
        self.loop = LoopSection(ui.loopFrame.layout(), reader.worker, model, device, show)
    """

    def __init__(
        self,
        layout: Any,
        worker: Any,
        model: Callable[[], ModelFolder | None],
        device: Callable[[], str],
        onClosed: Callable[[], None],
        learner: Any = None,
    ) -> None:
        self.widget = loadForm(FORM)
        layout.addWidget(self.widget)
        self.ui = ui = slicer.util.childWidgetVariables(self.widget)
        self.data = LoopDataSection(
            ui, worker, model, self._mayLeave, self._onData, self._onChanged
        )
        self.queue = LoopQueueSection(
            ui, worker, device, lambda: self.data.reader, self.open, self._onChanged
        )
        self.case = LoopCaseSection(
            ui, lambda: self.data.reader, self.queue.next, self.open, self._onOpened,
            self._onChanged, onClosed,
        )  # fmt: skip
        self.learn = LoopLearnSection(
            ui, learner or WorkerProcess(), device, lambda: self.data.reader, self._onChanged
        )

    def open(self, case: str) -> None:
        """Opens a case of the data set; says why not, where that is so."""
        data = self.data.data
        if data is None:
            return
        self.case.open(data, case)

    def enter(self) -> None:
        """The module was chosen."""
        if self.data.data is not None:
            self.data.data.reload()
            self._onChanged()
        self.case.resume()

    def exit(self) -> None:
        """Another module was chosen: the time stands still, a draft is saved."""
        self.case.pause()

    def sceneCloses(self) -> None:
        """The scene's nodes are about to go; what was corrected is kept as a draft."""
        self.case.forget(closing=True)

    def cleanup(self) -> None:
        """The module goes away: a draft is kept, the workers end, the next reader may come."""
        self.case.forget()
        self.learn.stop()
        self.data.close()

    def _mayLeave(self) -> bool:
        """Whether another data set may be opened; asks where something runs for this one."""
        data = self.data.data
        texts = [section.running for section in (self.data, self.queue, self.learn)]
        running = " ".join(text for text in texts if text)
        if not running or data is None:
            return True
        text = _("{title}: {running} Stop it and leave this data set?").format(
            title=data.dataset.title, running=running
        )
        return confirm(text, _("Correction loop"), self.widget)

    def _onOpened(self, case: str, error: str) -> None:
        self.data.say(error)
        self._onChanged()
        self.queue.choose(case)

    def _onData(self) -> None:
        try:
            self.case.leave()
        except SpineError:
            self.case.forget()  # a draft holds what could not be made a version
        self.queue.show(None)
        self.learn.show(None)

    def _onChanged(self) -> None:
        data = self.data.data
        self.data.update()
        self.queue.show(data)
        self.case.update()
        self.learn.show(data)
