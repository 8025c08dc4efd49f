"""What work costs, measured so that neighbours on the machine do not fail a test.

All is time of computing: the thread's own clock, and of several rounds the least, since noise only
ever adds. Each round is set against how slow the machine is just then: two programs on one core
share its caches, and this thread's clock runs on. What other tests left behind in memory is kept
from Python's collector meanwhile, since walking through it is not the cost of what is measured.
"""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from math import inf

import numpy as np
from numpy.typing import NDArray

# CPU seconds of `_work` where the limits were set: two cores of a shared server, otherwise idle.
REFERENCE = 0.0044
MOST_ROUNDS, PAUSE = 10, 2.0  # seconds; what a busy neighbour may take


def slowness() -> float:
    """How many times as long as there this thread takes here for the same work; 1 at least.

    Asked where a limit is held, so that neighbours on the machine count in both.
    """
    return max(1.0, float(np.median([_work() for _ in range(5)])) / REFERENCE)


@contextmanager
def at_once(seconds: float = 5.0) -> Iterator[None]:
    """Holds that work which takes some milliseconds does not compute for a fault's seconds.

    The whole process' clock counts, set against how slow the machine is, and without Python's
    collector, which walks through what other tests left: no busy machine comes near to the limit.
    """
    before, collects = slowness(), gc.isenabled()
    gc.disable()
    try:
        start = time.process_time()
        yield
        spent = time.process_time() - start
    finally:
        if collects:
            gc.enable()
    assert spent < seconds * max(before, slowness()), f"computed for {spent:.1f} s"


def wait_until(holds: Callable[[], object], what: object = "", seconds: float = 120.0) -> None:
    """Fails where something does not happen for so long that no busy machine explains it."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, what() if callable(what) else what
        time.sleep(0.02)


@contextmanager
def undisturbed():
    """Keeps what is in memory by now from the collector, whose walks are not the cost of the work."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def least(do: Callable[[int], object], below: float, rounds: int = 5) -> float:
    """The least seconds that a call takes, as on a quiet machine; each call gets its number.

    See `longest_step`.
    """
    numbers = count()

    def call():
        yield do(next(numbers))

    return longest_step(call, below, rounds)[0]


def longest_step(
    starting: Callable[[], Iterator], below: float, rounds: int = 3
) -> tuple[float, object]:
    """What a generator's longest step takes, as on a quiet machine, and what the last round gave.

    Of each step the least of the rounds counts; the rounds are to make the same steps. Where that
    is not below the limit, something else may be at work, and some more rounds follow, with pauses.
    """
    costs: list[NDArray] = []
    longest = inf
    with undisturbed():
        while len(costs) < rounds or (longest >= below and rounds > 1 and len(costs) < MOST_ROUNDS):
            if len(costs) >= rounds:
                time.sleep(PAUSE)
            before = slowness()
            taken, value = _steps(starting())
            costs.append(np.array(taken) / np.mean([before, slowness()]))
            longest = float(np.min(np.array(costs), axis=0).max())
    return longest, value


def _steps(steps: Iterator) -> tuple[list[float], object]:
    """What each step of a generator costs, and what it gave in the end."""
    taken = []
    while True:
        start = time.thread_time()
        try:
            next(steps)
        except StopIteration as end:
            return [*taken, time.thread_time() - start], end.value
        taken.append(time.thread_time() - start)


def _work() -> float:
    """CPU seconds of some plain Python and some copying."""
    start = time.thread_time()
    total = 0
    for number in range(100_000):
        total += number & 7
    np.arange(4_000_000, dtype=np.int16).astype(np.uint8)
    return time.thread_time() - start
