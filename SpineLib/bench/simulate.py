"""The simulator: an axial study of 62 slices, and beside it a lumbar volume and two workers."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from SpineLib.simulate import axial_case, lumbar_case, write_studies

SLICES, PIXELS = 62, 320
STUDIES, WORKERS = 4, 2
ALONE = """
import os, resource, sys
from SpineLib.bench import simulate
getattr(simulate, sys.argv[1])()
peak = max(resource.getrusage(who).ru_maxrss
           for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
peak *= 1 if sys.platform == "darwin" else 1024  # Linux counts kilobytes, macOS bytes
print(f"{sum(os.times()[:4]):.1f} s of CPU, {peak / 1e6:.0f} MB in the largest process", end="")
"""


@contextmanager
def contenders() -> Iterator[tuple[dict[str, Callable[[], object]], list[str]]]:
    """Gives the axial study to time; the rest runs once, in processes of its own, into the notes.

    Their seconds hold the interpreter's start and imports, and the work of all processes.
    """
    yield (
        {f"{SLICES} axial slices of {PIXELS}×{PIXELS} with truth": axial},
        [
            f"a lumbar volume with SPIDER's labels: {_alone('lumbar')}",
            f"a study of {SLICES} slices as DICOM on disk: {_alone('one_study')}",
            f"{STUDIES} such studies by {WORKERS} workers: {_alone('workers')}",
        ],
    )


def axial() -> object:
    """62 slices of one patient."""
    scanner = {"slices": SLICES, "rows": PIXELS, "columns": PIXELS}
    return axial_case("cervical", "degenerative", seed=1, scanner=scanner)


def lumbar() -> object:
    """One sagittal volume."""
    return lumbar_case(seed=1)


def one_study() -> None:
    """62 slices written by one process."""
    _write(1, 1)


def workers() -> None:
    """Several studies written by several processes."""
    _write(STUDIES, WORKERS)


def _write(count: int, processes: int) -> None:
    scanner = {"slices": SLICES, "rows": PIXELS, "columns": PIXELS}
    with tempfile.TemporaryDirectory() as folder:
        write_studies(
            folder, count, kinds=("cervical",), seed=1, workers=processes, scanner=scanner
        )


def _alone(work: str) -> str:
    command = [sys.executable, "-c", ALONE, work]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
