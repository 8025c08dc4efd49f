"""Waiting for a worker in a self-test, while Slicer works on."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import slicer


def waitFor(test: Any, until: Callable[[], Any], seconds: float) -> None:
    """Lets Slicer work until a condition holds, by the clock: `delayDisplay` may return at once.

    Args:
        test: fails when the condition does not hold in time.
        until: the condition, asked again and again.
        seconds: how long to wait.
    """
    end = time.monotonic() + seconds
    while not until():
        if time.monotonic() > end:
            test.fail(f"The worker did not answer in {seconds:g} seconds")
        slicer.app.processEvents()
        time.sleep(0.02)
