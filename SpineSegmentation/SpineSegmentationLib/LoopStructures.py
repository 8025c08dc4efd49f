"""The structures of the open case: one after the other, and those that the model missed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpineLib.errors import SpineError
from SpineLib.labels import CANAL, DISC_OFFSET
from SpineSlicer.scene.LoopCase import LoopCase, structureName

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
        self._number = 0
        for number in _offered():
            ui.missingBox.addItem(structureName(number), number)
        ui.missingButton.connect("clicked(bool)", self._onMissing)

    def show(self, shown: LoopCase | None) -> None:
        """Takes another case, or none; the next structure is its first."""
        self._shown, self._number = shown, 0

    def choose(self, number: int) -> None:
        """Has a structure edited, by SPIDER's number."""
        assert self._shown is not None
        self._number = number
        self._correction.select(self._shown.segment(number))

    def next(self) -> None:
        """Jumps to the next structure from head to foot, and edits that one."""
        numbers = self._shown.structures() if self._shown is not None else []
        if self._shown is None or not numbers:
            return
        after = numbers.index(self._number) + 1 if self._number in numbers else 0
        self.choose(numbers[after % len(numbers)])
        place = self._shown.place(self._number)
        if place is not None:
            self._shown.jump(place)
        self._say(structureName(self._number))

    def _onMissing(self, *_arguments: Any) -> None:
        assert self._shown is not None
        try:
            identifier = self._shown.add(int(self._ui.missingBox.currentData))
        except SpineError as error:
            self._say(str(error))
            return
        self._ui.editButton.checked = True
        self._correction.select(identifier)


def _offered() -> list[int]:
    vertebrae = [*range(1, _OFFERED + 1)]
    return [*vertebrae, *(n + DISC_OFFSET for n in vertebrae), CANAL, *(n + 100 for n in vertebrae)]
