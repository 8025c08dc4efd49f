"""A timer that calls once, in a later turn of the event loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def oneShotTimer(callback: Callable[[], Any]) -> Any:
    """A `QTimer` that calls once after each ``start``, of which the last counts."""
    import qt

    timer = qt.QTimer()
    timer.setSingleShot(True)
    timer.connect("timeout()", callback)
    return timer
