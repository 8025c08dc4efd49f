"""One button that starts a run and turns into Cancel while it works, with progress and Esc."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpineLib.progress import Step
from SpineLib.translation import tr as _

# How much of the bar each of several parts takes.
STAGES = 10


class RunControl:
    """A run's button and bar; a second click, or Esc, cancels instead of starting a second run.

    Args:
        button: its text when nothing runs is what the ``.ui`` says.
        bar: hidden while nothing runs.
        start: begins the run; `busy` is asked afterwards.
        cancel: stops it.
        busy: whether it is under way.
        escape: the widget in which Esc cancels.
        partText: how one of several like tasks is called, with ``{part}`` and ``{parts}``.

    Example:
        self.run = RunControl(button, bar, self.start, reader.cancel,
                              lambda: reader.busy, panel)
    """

    def __init__(
        self,
        button: Any,
        bar: Any,
        start: Callable[[], None],
        cancel: Callable[[], None],
        busy: Callable[[], bool],
        escape: Any = None,
        partText: str = "{part}/{parts}",
    ) -> None:
        self._partText, self._at = partText, (0, "")
        self._button, self._bar = button, bar
        self._start, self._cancel, self._busy = start, cancel, busy
        self._action, self._ready, self._running = button.text, True, False
        button.connect("clicked(bool)", self._onClick)
        if escape is not None:
            import qt

            self._shortcut = qt.QShortcut(qt.QKeySequence("Esc"), escape)
            self._shortcut.setContext(qt.Qt.WidgetWithChildrenShortcut)
            self._shortcut.connect("activated()", self.stop)
        self.update()

    def setReady(self, ready: bool) -> None:
        """Whether there is something to run on."""
        self._ready = ready
        self.update()

    def stop(self) -> None:
        """Cancels what runs; nothing where nothing does."""
        if self._busy():
            self._button.enabled = False
            self._bar.setFormat(_("Stopping…"))
            self._cancel()

    def update(self) -> None:
        """Shows what the button does now; to be called when a run begins or ends."""
        busy = self._busy()
        self._button.text = _("Cancel") if busy else self._action
        self._button.enabled = busy or self._ready
        self._bar.visible = busy
        began, self._running = busy and not self._running, busy
        if began:
            self._at = 0, ""
            self._bar.maximum = 0
            self._bar.setFormat("")

    def progress(self, step: Step) -> None:
        """Shows a step: which of several tasks, stage, how many of how many, seconds left."""
        if step.parts:
            self._showPart(step)
        else:
            self._bar.maximum = step.total
            self._bar.value = step.done
        count = f" {step.done}/{step.total}" if step.total else ""
        left = "" if step.seconds_left is None else f", {step.seconds_left:.0f} s"
        part = self._partText.format(part=step.part, parts=step.parts) + ": " if step.parts else ""
        known = f"{step.known} · " if step.known else ""
        self._bar.setFormat(f"{part}{known}{step.stage}{count}{left}")

    def _showPart(self, step: Step) -> None:
        """The bar goes on through all parts and their stages, and never back.

        How many stages a part has is not known before; each is a tenth, the later ones together.
        """
        value = (step.part - 1) * STAGES
        if self._at[0] == step.part:
            value = min(self._bar.value + (self._at[1] != step.stage), value + STAGES - 1)
        self._at = step.part, step.stage
        self._bar.maximum = step.parts * STAGES
        self._bar.value = value

    def _onClick(self, *_arguments: Any) -> None:
        if self._busy():
            self.stop()
        else:
            self._start()
            self.update()
