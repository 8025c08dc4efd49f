"""The model's doubts over the open case's image: off until the reader asks for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from SpineLib.loop.scores import overlay_file
from SpineLib.slabs import Steps
from SpineLib.volume import read_volume
from SpineSlicer.host.inThread import inThread
from SpineSlicer.host.Turns import Turns

from .LoopWork import LoopWork


class LoopDoubts:
    """Shows and hides the overlay of uncertainty.

    Args:
        ui: ``uncertaintyBox``, ``uncertaintySlider``.
        onError: called with what went wrong.
    """

    def __init__(self, ui: Any, onError: Callable[[Exception], None]) -> None:
        self._ui, self._onError = ui, onError
        self._work: LoopWork | None = None
        self._turns = Turns()
        ui.uncertaintyBox.connect("toggled(bool)", self._onChanged)
        ui.uncertaintySlider.connect("valueChanged(double)", self._onChanged)

    def show(self, work: LoopWork | None) -> None:
        """Takes another case, or none; its doubts are not shown yet."""
        if work is not self._work:
            self._turns.stop()
            self._work = None
            self._ui.uncertaintyBox.checked = False
        self._work = work
        there = work is not None and self._file() is not None
        self._ui.uncertaintyBox.enabled = self._ui.uncertaintySlider.enabled = there

    def _file(self) -> Path | None:
        assert self._work is not None
        data, case = self._work.data, self._work.case
        file = overlay_file(data.folder, data.dataset.current.id, case.id)
        return file if file.is_file() else None

    def _onChanged(self, *_arguments: Any) -> None:
        if self._work is None or self._turns.busy:  # in its end it shows the slider's value
            return
        self._turns.start(self._showing(), onDone=lambda _none: None, onError=self._onError)

    def _showing(self) -> Steps[None]:
        work, file = self._work, self._file()
        assert work is not None
        if self._ui.uncertaintyBox.checked and file is not None and not work.shown.hasOverlay:
            entropy = yield from inThread(lambda: read_volume(file))
            if work.shown.isThere:
                yield from work.shown.addingOverlay(entropy)
        if work.shown.isThere:
            work.shown.showOverlay(
                bool(self._ui.uncertaintyBox.checked), float(self._ui.uncertaintySlider.value)
            )
