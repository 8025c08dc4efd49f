"""The saved states of the open case, of which one counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpineLib.loop.cases import Case
from SpineLib.loop.versions import Version


class LoopVersions:
    """Lists versions, the newest first, and tells which one the reader chose.

    Args:
        ui: ``versionBox``.
        onChosen: called with a version's number.
    """

    def __init__(self, ui: Any, onChosen: Callable[[int], None]) -> None:
        self._box, self._onChosen = ui.versionBox, onChosen
        self._box.connect("activated(int)", self._onActivated)

    def show(self, case: Case | None) -> None:
        """Lists those of another case, or none."""
        blocked = self._box.blockSignals(True)
        self._box.clear()
        versions = case.versions if case is not None else ()
        for one in reversed(versions):
            self._box.addItem(_about(one), one.number)
        if case is not None and case.chosen is not None:
            self._box.setCurrentIndex(len(versions) - case.chosen.number)
        self._box.blockSignals(blocked)

    def _onActivated(self, *_arguments: Any) -> None:
        self._onChosen(int(self._box.currentData))


def _about(one: Version) -> str:
    words = [str(one.number), one.state, one.approved_by or one.by or one.model]
    return " · ".join(word for word in (*words, one.time[:16].replace("T", " ")) if word)
