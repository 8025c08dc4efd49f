"""How long a reader worked: not how long a case stood open."""

from __future__ import annotations

import time
from collections.abc import Callable

# A reader who looks at a picture without a hand on the mouse still works, but not for minutes.
IDLE_SECONDS = 60.0


class WorkClock:
    """Counts seconds from tick to tick, as long as someone does something in Slicer's own window.

    It knows no timer and no window: the owner calls `tick` about once a second and `touch` with
    each sign of work (a view scrolled, the mouse over a picture, a segment changed, a button).

    Args:
        inFront: whether the application has the person's keyboard.
        now: seconds, from a clock that never goes back.
        idle: so long after the last sign of work, time no longer counts.

    Attributes:
        seconds: counted since `start` or `take`.

    Example:
        clock = WorkClock(lambda: slicer.app.activeWindow() is not None)
        clock.start()
        timer.connect("timeout()", clock.tick)
    """

    def __init__(
        self,
        inFront: Callable[[], bool],
        now: Callable[[], float] = time.monotonic,
        idle: float = IDLE_SECONDS,
    ) -> None:
        self._inFront, self._now, self._idle = inFront, now, idle
        self._tick: float | None = None
        self._touched = 0.0
        self.seconds = 0.0

    @property
    def running(self) -> bool:
        """Whether it would count if someone worked."""
        return self._tick is not None

    def start(self) -> None:
        """Goes on counting; opening a case is work."""
        self._tick = self._touched = self._now()

    def stop(self) -> None:
        """Counts up to now and then no more, until `start`; for when the reader goes elsewhere."""
        self.tick()
        self._tick = None

    def touch(self) -> None:
        """Someone did something."""
        self.tick()
        self._touched = self._now()

    def tick(self) -> None:
        """Counts the time since the last tick, if it was work."""
        if self._tick is None:
            return
        now, last = self._now(), self._tick
        self._tick = now
        if not self._inFront():
            # What comes back to the front has to be touched again before it counts.
            self._touched = now - self._idle
            return
        self.seconds += max(0.0, min(now, self._touched + self._idle) - last)

    def take(self) -> float:
        """The minutes counted so far, which are then counted no more."""
        self.tick()
        minutes, self.seconds = self.seconds / 60, 0.0
        return minutes
