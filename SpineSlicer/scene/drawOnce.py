"""The views are drawn once for a change, not once for each node that it touches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import slicer


@contextmanager
def drawOnce() -> Iterator[None]:
    """Holds the views' drawing back, until the event loop turns; also within another one.

    A view that was asked to draw and could not do so for a sixtieth of a second draws at the next
    request, in the middle of whatever is changed. And one that is let go at once draws, hears from
    Slicer's own widgets, whose turn comes after ours, and draws again. Without an application
    nothing is drawn at all.

    Example:
        with drawOnce():
            showStudy(scene, study)
    """
    app = getattr(slicer, "app", None)
    if app is None:
        yield
        return
    app.pauseRender()
    try:
        yield
    finally:
        import qt

        qt.QTimer.singleShot(0, app.resumeRender)
