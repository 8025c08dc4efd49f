"""How long Slicer's window stood still, measured in its own event loop, on any user's machine."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import slicer

SETTING = "SpineMRI/Heartbeat"
# A timer as often as this; what is later than `NOTICED_MS` a reader notices.
BEAT_MS, NOTICED_MS = 10, 100
KEPT = 10


class Heartbeat:
    """Beats in the event loop; a beat that comes late says how long nothing else could come.

    The views' drawing, other modules and Slicer itself count too: it is what a reader feels. Each
    pause that can be felt is written to Slicer's log, beside what was done at that time.

    Args:
        now: seconds, from a clock that never goes back.

    Attributes:
        pauses: the longest that could be felt: milliseconds and the time of day, longest first.
        count: how many could be felt.
        longest: ms, of all, felt or not.

    Example:
        heartbeat = Heartbeat()
        heartbeat.start()
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        import qt

        self._now = now
        self._timer = qt.QTimer()
        self._timer.setInterval(BEAT_MS)
        self._timer.connect("timeout()", self.beat)
        self.forget()

    def start(self) -> None:
        """Begins to beat."""
        self.forget()
        self._timer.start()

    def stop(self) -> None:
        """Beats no more."""
        self._timer.stop()

    def forget(self) -> None:
        """Forgets what was measured, for the next step that is to be measured by itself."""
        self._last = self._now()
        self.pauses: list[tuple[float, str]] = []
        self.count, self.longest = 0, 0.0

    def beat(self) -> None:
        """Called by the timer."""
        now, last = self._now(), self._last
        self._last = now
        late = max(0.0, (now - last) * 1000 - BEAT_MS)
        self.longest = max(self.longest, late)
        if late < NOTICED_MS:
            return
        self.count += 1
        at = datetime.now().strftime("%H:%M:%S")
        self.pauses = sorted([*self.pauses, (late, at)], reverse=True)[:KEPT]
        logging.info("Spine MRI: the window stood still for %.0f ms", late)

    def line(self) -> str:
        """What it found, for `diagnosticsText`."""
        if not self.count:
            return f"nothing took longer than {NOTICED_MS} ms (the longest: {self.longest:.0f} ms)"
        longest = ", ".join(f"{late:.0f} ms at {at}" for late, at in self.pauses)
        return f"{self.count} pauses over {NOTICED_MS} ms; the longest: {longest}"


def startHeartbeat() -> None:
    """Has Slicer's heart beat where the settings ask for it; for when Slicer has started."""
    setting = str(slicer.app.settings().value(SETTING, "")).lower()
    if setting in ("1", "true"):
        heart = slicer.modules.spineMRIHeartbeat = Heartbeat()
        heart.start()


def heartbeatLine() -> str:
    """What the heartbeat found, or how it is switched on."""
    heart: Any = getattr(slicer.modules, "spineMRIHeartbeat", None)
    return heart.line() if heart is not None else f"off (on from the next start by {SETTING}=true)"
