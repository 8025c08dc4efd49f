"""The structures of the open case: one after the other, and those that the model missed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpineLib.errors import SpineError
from SpineLib.labels import CANAL, DISC_OFFSET
from SpineSlicer.host.fillWidgets import fillBox
from SpineSlicer.scene.LoopCase import LoopCase, structureName
from SpineSlicer.scene.spineSegmentation import segmentId

from .CorrectionSection import CorrectionSection

# As many structures as a lumbar field of view may show are offered to be added.
_OFFERED = 12


class LoopStructures:
    """Jumps from structure to structure, which then is edited.

    Args:
        ui: ``missingBox``, ``missingButton``, ``editButton``.
        correction: the editor.
        say: called with what the person should read.
    """

    def __init__(self, ui: Any, correction: CorrectionSection, say: Callable[[str], None]) -> None:
        self._ui, self._correction, self._say = ui, correction, say
        self._shown: LoopCase | None = None
        self._number, self._offered = 0, ("", list[int]())
        ui.missingButton.connect("clicked(bool)", self._onMissing)

    def show(self, shown: LoopCase | None) -> None:
        """Takes another case, or none; the next structure is its first."""
        self._shown, self._number = shown, 0
        self.update()

    def update(self) -> None:
        """Offers as missing what is not there; to be called when that may have changed."""
        there = self._shown.structures() if self._shown is not None else []
        lowest = self._shown.lowest if self._shown is not None else ""
        offered = [number for number in _offered() if number not in there]
        if (lowest, offered) == self._offered:
            return
        self._offered = lowest, offered
        names = [(structureName(number, lowest), number) for number in offered]
        fillBox(self._ui.missingBox, names)

    def choose(self, number: int) -> None:
        """Has a structure edited, by SPIDER's number."""
        assert self._shown is not None
        self._number = number
        self._correction.select(segmentId(number))

    def next(self) -> None:
        """Jumps to the next structure from head to foot, and edits that one."""
        numbers = self._shown.structures() if self._shown is not None else []
        if self._shown is None or not numbers:
            return
        after = numbers.index(self._number) + 1 if self._number in numbers else 0
        self.choose(numbers[after % len(numbers)])
        ras = self._shown.place(self._number)
        try:
            if ras is not None:
                self._shown.jump(ras)
        except SpineError as error:
            self._say(str(error))
            return
        self._say(self._shown.nameOf(self._number))

    def _onMissing(self, *_arguments: Any) -> None:
        assert self._shown is not None
        try:
            identifier = self._shown.add(int(self._ui.missingBox.currentData))
        except SpineError as error:
            self._say(str(error))
            return
        self.update()
        self._ui.editButton.checked = True
        self._correction.select(identifier)


def _offered() -> list[int]:
    vertebrae = [*range(1, _OFFERED + 1)]
    return [*vertebrae, *(n + DISC_OFFSET for n in vertebrae), CANAL, *(n + 100 for n in vertebrae)]
