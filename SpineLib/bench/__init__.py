"""Speed and memory side by side, in one run, on the machine at hand.

Each part runs its contenders in turn (A B C A B C …) in one fresh process, so that a drift of
the machine meets all of them alike; ratios are taken round by round. Peak memory is that of
another fresh process which runs the project's own way alone.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version

from SpineLib.errors import SpineError
from SpineLib.progress import Progress

PARTS = (
    *("reading", "dicom", "compressed", "compression", "segmentation", "simulate", "training"),
)


def run(
    parts: tuple[str, ...] = PARTS, *, rounds: int = 5, progress: Progress | None = None
) -> dict:
    """Measures the parts.

    Args:
        parts: some of `PARTS`.
        rounds: how often each contender runs; medians are reported.
        progress: told of each part; cancels between parts.

    Returns:
        ``machine`` and, a part, ``contenders`` (name → seconds: median, minimum, maximum),
        ``ratios`` (name → median, minimum, maximum of own time / other's time), ``notes`` and
        ``peak_memory_mb``.

    Raises:
        SpineError: a part failed; its last words are in the message.
    """
    progress = progress or Progress()
    result: dict = {"machine": _machine()}
    for part in progress.track(parts, "Measuring"):
        result[part] = _child("time", part, rounds) | _child("memory", part, rounds)
    return result


def _child(what: str, part: str, rounds: int) -> dict:
    command = [sys.executable, "-m", "SpineLib.bench", what, part, str(rounds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SpineError(f"The benchmark {part} failed: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def _machine() -> dict:
    return {
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in ("torch", "monai", "pydicom", "simpleitk")},
    }
