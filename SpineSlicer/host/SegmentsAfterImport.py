"""Segments that Slicer hid when it loaded a scene are shown again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpineSlicer.scene.oneShotTimer import oneShotTimer
from SpineSlicer.scene.studyVisibility import showSegmentsOf


class SegmentsAfterImport:
    """Waits for a turn of the event loop after each import, for Slicer's own widgets come last.

    It lives as long as a panel, and begins with what the scene holds already.

    Args:
        scene: the application's.
        onShown: called when segments may have come into sight.
    """

    def __init__(self, scene: Any, onShown: Callable[[], None] = lambda: None) -> None:
        self._scene, self._onShown = scene, onShown
        self._timer = oneShotTimer(self._show)
        self._observers = [
            scene.AddObserver(scene.EndImportEvent, lambda *_: self._timer.start(0)),
            scene.AddObserver(scene.StartCloseEvent, lambda *_: self._timer.stop()),
        ]
        showSegmentsOf(scene)

    def stop(self) -> None:
        """Stops listening to the scene."""
        self._timer.stop()
        for observer in self._observers:
            self._scene.RemoveObserver(observer)
        self._observers = []

    def _show(self) -> None:
        showSegmentsOf(self._scene)
        self._onShown()
