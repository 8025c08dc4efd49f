"""The keys of the correction loop, each with its button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

KEYS = {"structure": "Alt+S", "place": "Alt+P", "accept": "Alt+A", "next": "Alt+N"}


class LoopKeys:
    """Connects keys and buttons to what they do; a key works in the whole window.

    Args:
        ui: ``structureButton`` and so on, and ``caseSection``, with which the keys go.
        actions: by the names of `KEYS`.
    """

    def __init__(self, ui: Any, actions: dict[str, Callable[[], None]]) -> None:
        import qt

        self.shortcuts: dict[str, Any] = {}
        for name, action in actions.items():
            getattr(ui, f"{name}Button").connect("clicked(bool)", lambda *_, do=action: do())
            shortcut = qt.QShortcut(qt.QKeySequence(KEYS[name]), ui.caseSection)
            shortcut.setContext(qt.Qt.WindowShortcut)  # the mouse is over the views
            shortcut.connect("activated()", action)
            self.shortcuts[name] = shortcut

    def enable(self, on: bool) -> None:
        """Lets the keys work, or leaves them to others."""
        for value in self.shortcuts.values():
            value.setEnabled(on)
