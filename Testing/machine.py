"""How slow this machine is just now, so that a limit in milliseconds means the same everywhere."""

import time

import numpy as np

# CPU seconds of `_work` where the limits were set: two cores of a shared server, otherwise idle.
REFERENCE = 0.0044


def slowness() -> float:
    """How many times as long as there this thread takes here for the same work; 1 at least.

    Asked where a limit is held, so that neighbours on the machine count in both.
    """
    return max(1.0, min(_work() for _ in range(5)) / REFERENCE)


def _work() -> float:
    """CPU seconds of some plain Python and some copying."""
    start = time.thread_time()
    total = 0
    for number in range(100_000):
        total += number & 7
    np.arange(4_000_000, dtype=np.int16).astype(np.uint8)
    return time.thread_time() - start
