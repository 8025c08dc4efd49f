"""Timing contenders in turn, and the peak memory of this process."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Mapping


def paired(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict:
    """Runs each contender once uncounted, then all of them in turn ``rounds`` times.

    Args:
        contenders: name → what is timed; the first one is ours.
        rounds: counted runs of each.

    Returns:
        ``contenders``: name → seconds (median, minimum, maximum); ``ratios``: name of each other
        contender → ours divided by it in the same round (median, minimum, maximum).
    """
    for work in contenders.values():
        work()
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, work in contenders.items():
            start = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - start)
    ours, *others = seconds
    return {
        "contenders": {name: _spread(values) for name, values in seconds.items()},
        "ratios": {
            name: _spread([a / b for a, b in zip(seconds[ours], seconds[name], strict=True)])
            for name in others
        },
    }


def _spread(values: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 4),
        "minimum": round(min(values), 4),
        "maximum": round(max(values), 4),
    }


def peak_memory_mb() -> float:
    """The most memory that this process ever held, in MB (10^6 bytes)."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts kilobytes, macOS bytes.
    return round(peak * (1 if sys.platform == "darwin" else 1024) / 1e6, 1)
