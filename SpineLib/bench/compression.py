"""Compression of a 62-slice study: ours, the bare networks, and a naive loop."""

from __future__ import annotations

import copy
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
import torch

from SpineLib.bench.dicom import write_series
from SpineLib.dicom import read, scan
from SpineLib.inference.canal import locate, search_windows
from SpineLib.inference.loaded import Loaded, load
from SpineLib.inference.opinions import opinions
from SpineLib.inference.windows import network_input, scaled
from SpineLib.models import find_models
from SpineLib.volume import Volume

SLICES, PIXELS = 62, 320
COLD = """
import SpineLib.bench.compression as bench
bench.ours(bench.study(), *bench.models())
"""


@contextmanager
def contenders() -> Iterator[tuple[dict[str, Callable[[], object]], list[str]]]:
    """Gives the contenders over one study in memory."""
    volume, (canal, classifier) = study(), models()
    centers = locate(volume, canal).centers_ras
    search = scaled(search_windows(volume, canal.card.preprocessing).pixels)[:, None]
    windows = network_input(volume, centers, classifier.card.preprocessing)
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", COLD], check=True)
    cold = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as name:
        write_series(Path(name), SLICES, PIXELS, PIXELS)
        yield _contenders(volume, canal, classifier, Path(name), search, windows, cold)


def _contenders(
    volume: Volume,
    canal: Loaded,
    classifier: Loaded,
    folder: Path,
    search: torch.Tensor,
    windows: torch.Tensor,
    cold: float,
) -> tuple[dict[str, Callable[[], object]], list[str]]:
    return (
        {
            "SlicerSpineMRI from DICOM, warm": lambda: ours(
                read(scan(folder).stacks[0]), canal, classifier
            ),
            "SlicerSpineMRI from memory, warm": lambda: ours(volume, canal, classifier),
            "bare networks on the same batch": lambda: _bare(search, windows, canal, classifier),
            "naive loop": lambda: _naive(volume, canal, classifier),
        },
        [
            f"{SLICES} axial slices of {PIXELS}×{PIXELS} 16-bit pixels",
            "bare: one forward pass each of the canal network and the classifier, inputs ready",
            "naive: one slice at a time, fp32, default memory layout",
            f"cold, with the interpreter's start and all imports: {cold:.2f} s",
        ],
    )


def study() -> Volume:
    """Axial slices of noise around a bright ring; the time does not depend on what they show."""
    random = np.random.default_rng(0)
    voxels = random.integers(0, 300, (SLICES, PIXELS, PIXELS), dtype=np.uint16)
    rows, columns = np.mgrid[:PIXELS, :PIXELS] - PIXELS // 2
    radius = np.hypot(rows, columns)
    voxels[:, (radius > 10) & (radius < 16)] += 900
    return Volume(voxels, np.diag([-0.5, -0.5, 3.0, 1.0]))


def models() -> tuple[Loaded, Loaded]:
    """The canal network and the classifier that a reading takes if nobody says otherwise."""
    canal, classifier = (load(find_models(task)[0], "cpu") for task in ("canal", "compression"))
    return canal, classifier


def ours(volume: Volume, canal: Loaded, classifier: Loaded) -> object:
    """From the volume to a verdict for each slice."""
    return opinions(volume, locate(volume, canal), classifier)


def _bare(search: torch.Tensor, windows: torch.Tensor, canal: Loaded, classifier: Loaded) -> None:
    with torch.inference_mode():
        canal.network(search)
        classifier.network(windows)


def _naive(volume: Volume, canal: Loaded, classifier: Loaded) -> None:
    networks = [_in_default_layout(one.network) for one in (canal, classifier)]
    with torch.inference_mode():
        for k in range(SLICES):
            matrix = volume.ijk_to_ras.copy()
            matrix[:3, 3] = volume.ras([0, 0, k])
            one = Volume(volume.voxels[k : k + 1], matrix)
            windows = scaled(search_windows(one, canal.card.preprocessing).pixels)[:, None]
            networks[0](windows.contiguous())
            center = np.array([one.slice_center(0)])
            networks[1](network_input(one, center, classifier.card.preprocessing).contiguous())


@cache
def _in_default_layout(network: torch.nn.Module) -> torch.nn.Module:
    return copy.deepcopy(network).to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
