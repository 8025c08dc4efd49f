"""The views are drawn once for a change, not once for each node, and one view a turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import slicer

from SpineSlicer.scene.oneShotTimer import oneShotTimer


@contextmanager
def drawOnce() -> Iterator[None]:
    """Holds back the drawing of views until the next turn of the event loop; it may be nested.

    A view that was asked to draw and could not do so for a sixtieth of a second draws at the next
    request, in the middle of whatever is changed. And one that is let go at once draws, hears from
    Slicer's own widgets, whose turn comes after ours, and draws again. So each view draws in a
    turn of its own, and the window stays alive in between. Without an application nothing is
    drawn at all.

    Example:
        with drawOnce():
            showStudy(scene, study)
    """
    app = getattr(slicer, "app", None)
    if app is None:
        yield
        return
    _drawing.hold(app)
    try:
        yield
    finally:
        import qt

        qt.QTimer.singleShot(0, _drawing.letGo)


class _Drawing:
    """The views that are held back, in the order in which they will draw."""

    def __init__(self) -> None:
        self._changes = 0  # under way, or before their turn
        self._waiting: list[Any] = []
        self._timer: Any = None

    def hold(self, app: Any) -> None:
        self._changes += 1
        app.pauseRender()

    def letGo(self) -> None:
        """Holds each view by itself in the place of all together, and begins with the first.

        By a timer, of which one turn of the event loop takes one: events that are posted in a turn,
        as a single shot without delay is, are all taken in it.

        A view that waits already keeps its place: while a reader scrolls, each has its turn.
        """
        self._changes -= 1
        try:
            for view in () if self._changes else _views():
                if view not in self._waiting:
                    view.pauseRender()
                    self._waiting.append(view)
        finally:
            slicer.app.resumeRender()
        self._wait()

    def _drawNext(self) -> None:
        if self._changes or not self._waiting:  # the last change goes on with it
            return
        view = self._waiting.pop(0)
        try:
            with suppress(ValueError):  # PythonQt's word for a view that is gone
                view.resumeRender()
        finally:
            self._wait()  # last, so that whatever fell due meanwhile comes before the next view

    def _wait(self) -> None:
        if self._timer is None:
            self._timer = oneShotTimer(self._drawNext)
        self._timer.start(0)


_drawing = _Drawing()


def _views() -> list[Any]:
    manager = slicer.app.layoutManager()
    if manager is None:
        return []
    names = sorted(manager.sliceViewNames(), key=lambda name: name != "Red")  # it shows the slices
    slices = [manager.sliceWidget(name).sliceView() for name in names]
    return slices + [manager.threeDWidget(n).threeDView() for n in range(manager.threeDViewCount)]
