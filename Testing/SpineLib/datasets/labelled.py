"""Small labelled data sets as DICOM, in the layouts that are read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from SpineLib.simulate.dicom_out import Identity, write_series
from SpineLib.simulate.scanner import Protocol
from SpineLib.volume import Volume

SIZE = 24


def stack_of(levels: Sequence[float], *, downward: bool = False, size: int = SIZE) -> Volume:
    """Axial slices with a middle square as bright as ``levels`` says, from the feet upward.

    Args:
        levels: 0–1, one a slice.
        downward: the first file is the highest slice.
        size: pixels of 2 mm along each side.
    """
    rng = np.random.default_rng(len(levels))
    voxels = rng.integers(100, 200, (len(levels), size, size)).astype(np.uint16)
    for k, level in enumerate(levels):
        voxels[k, size // 3 : -size // 3, size // 3 : -size // 3] += round(1000 * level)
    matrix = np.diag([-2.0, -2.0, 4.0, 1.0])
    matrix[:3, 3] = size, size, 0
    volume = Volume(voxels, matrix)
    if not downward:
        return volume
    # A left-handed order of files: the reader has to look at positions, not at names.
    turned = matrix.copy()
    turned[:3, 3] += (len(levels) - 1) * matrix[:3, 2]
    turned[:3, 2] = -matrix[:3, 2]
    return Volume(voxels[::-1].copy(), turned)


def write_stack(folder: Path, volume: Volume, *, patient: str) -> list[str]:
    """Writes a series; SOP Instance UIDs in the order of the files."""
    protocol = Protocol(rows=volume.shape[1], columns=volume.shape[2], slices=volume.shape[0])
    told = write_series(
        folder, [volume], protocol, Identity(patient), number=4, region="cervical", plane="axial"
    )
    return told["sop_instance_uids"]


def published(root: Path, patients: dict[str, Sequence[int]], *, site: str = "") -> Path:
    """The published layout: a bright square where the label is 1, labels from the feet upward."""
    for name, labels in patients.items():
        folder = root / site / name
        write_stack(folder / "ax_t2", stack_of(labels), patient=name)
        (folder / "compression_label.csv").write_text("".join(f"{v}\n" for v in labels))
    return root
