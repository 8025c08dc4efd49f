"""Work that is too long for one call on the main thread, a piece in each turn of the event loop."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from SpineLib.slabs import Steps
from SpineSlicer.scene.drawOnce import drawOnce
from SpineSlicer.scene.oneShotTimer import oneShotTimer

# A turn takes no further step after this; no step takes longer than what is left of 50 ms.
SECONDS_A_TURN = 0.015


class Turns:
    """Takes a generator's steps, a piece of work at a time; the window stays alive in between.

    The first step is done at once, so that short work needs no turn at all.

    Example:
        turns = Turns()
        turns.start(reading.steps(), onDone=show, onError=tell)
    """

    def __init__(self) -> None:
        self._steps: Steps[Any] | None = None
        self._timer: Any = None

    @property
    def busy(self) -> bool:
        """Whether steps are left."""
        return self._steps is not None

    def start(
        self,
        steps: Steps[Any],
        *,
        onDone: Callable[[Any], None],
        onError: Callable[[Exception], None],
    ) -> None:
        """Begins; what was under way is left.

        Args:
            steps: the work; its ``finally`` is run when it is left.
            onDone: gets what the generator returns.
            onError: gets what it raises.
        """
        self.stop()
        self._steps, self._onDone, self._onError = steps, onDone, onError
        self._step()

    def stop(self) -> None:
        """Abandons the work; no callback is called."""
        steps, self._steps = self._steps, None
        if self._timer is not None:
            self._timer.stop()
        if steps is not None:
            steps.close()

    def finish(self) -> None:
        """Does the rest at once, with the same callbacks; for work that must not stay half done."""
        steps = self._steps
        while steps is not None and steps is self._steps:
            self._step()

    def _step(self) -> None:
        with drawOnce():
            self._takeSteps()
        # The views are let go first, so that they draw before the next turn.
        if self._steps is not None:
            self._wait()

    def _takeSteps(self) -> None:
        steps, end = self._steps, time.perf_counter() + SECONDS_A_TURN
        try:
            while steps is not None and steps is self._steps:
                next(steps)
                if time.perf_counter() > end:
                    break
        except StopIteration as result:
            self._steps = None
            self._onDone(result.value)
        except Exception as error:
            self._steps = None
            self._onError(error)

    def _wait(self) -> None:
        if self._timer is None:
            self._timer = oneShotTimer(self._step)
        self._timer.start(0)
