"""Cord and dural sac of one stack on the way of a reading: outlined, measured, kept as a label map."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F  # noqa: N812

from SpineLib.findings import StackFindings
from SpineLib.inference.canal import FOUND, CanalPath
from SpineLib.inference.loaded import Loaded
from SpineLib.inference.outline import Outlines, outline
from SpineLib.inference.outline_map import CORD_LABEL, SAC_LABEL
from SpineLib.inference.quantities import Outlined, measure_slices
from SpineLib.progress import Progress
from SpineLib.volume import Volume

# Pixels of a label map in one of the image's, along rows and columns.
_FINER = 2
# What is smaller on a lumbar slice is a bundle of roots, not the conus, mm².
_LEAST_CONUS = 25.0


def measure_stack(
    volume: Volume,
    canal: CanalPath,
    loaded: Loaded,
    described: StackFindings,
    *,
    progress: Progress | None = None,
) -> Volume:
    """Outlines and measures cord and sac on each slice; writes into ``described``.

    Args:
        volume: of the stack.
        canal: where the canal is.
        loaded: a model for ``outline``.
        described: its slices are given their quantities.
        progress: told of each slice; cancels.

    Returns:
        The outlines as a label map: `SAC_LABEL` and, in it, `CORD_LABEL`; twice as fine as the
        slices in their plane, around the canal only.

    Raises:
        Cancelled: the person cancelled.
    """
    made = outline(volume, canal.centers_ras, loaded, progress=progress)
    if described.region == "lumbar":
        areas = (made.cord > 0.5).sum(axis=(1, 2)) * made.windows.spacing**2
        made.cord[areas < _LEAST_CONUS] = 0.0
    found = canal.confidence >= FOUND / 2
    slices = [outlined(made, k, volume) if sure else None for k, sure in enumerate(found)]
    for finding, quantities in zip(described.slices, measure_slices(slices), strict=True):
        finding.quantities = quantities
    return label_map(made, found, volume)


def outlined(made: Outlines, k: int, volume: Volume) -> Outlined:
    """One slice's outlines with their place in space, and where the picture shows it."""
    windows = made.windows
    column, row = (windows.spacing * axis for axis in windows.axes.T)
    size = made.sac.shape[-1]
    origin = windows.centers_ras[k] - (size - 1) / 2 * (row + column)
    last = np.array([volume.shape[2] - 1, volume.shape[1] - 1])

    def shown(steps: NDArray[np.intp]) -> NDArray[np.bool_]:
        at = origin + steps[:, None, None] * row + steps[None, :, None] * column
        ij = volume.ijk(at)[..., :2]
        return np.asarray(((ij >= 0) & (ij <= last)).all(axis=-1))

    # A square whose corners are shown is shown whole.
    whole = bool(shown(np.array([0, size - 1])).all())
    seen = None if whole else shown(np.arange(size))
    return Outlined(made.sac[k], made.cord[k], origin, row, column, seen)


def label_map(made: Outlines, found: NDArray[np.bool_], volume: Volume) -> Volume:
    """The outlines on a grid of the volume's slices, `_FINER` times as fine, around the windows."""
    windows, size = made.windows, made.sac.shape[-1]
    corners = [(r, c) for r in (0, size - 1) for c in (0, size - 1)]
    ks = np.arange(len(made.sac))
    places = np.stack([windows.ras(ks, *np.full((2, len(ks)), [[r], [c]])) for r, c in corners])
    ij = volume.ijk(places)[..., :2].reshape(-1, 2)
    last = np.array([volume.shape[2] - 1, volume.shape[1] - 1])
    low = np.clip(np.floor(ij.min(axis=0)), 0, last)
    high = np.clip(np.ceil(ij.max(axis=0)), 0, last)
    grid = _grid(volume, low, high)
    j, i = np.meshgrid(np.arange(grid.shape[1]), np.arange(grid.shape[2]), indexing="ij")
    first = grid.ras(np.stack([i, j, np.zeros_like(i)], axis=-1)) @ windows.axes
    # All slices have the same grid, moved.
    moved = (ks[:, None] * grid.ijk_to_ras[:3, 2] - windows.centers_ras) @ windows.axes
    # grid_sample counts columns first, from -1 to 1 over the pixels' outer edges.
    scale = windows.spacing * size / 2
    at, steps = (torch.from_numpy(one / scale).float() for one in (first, moved))
    maps = torch.from_numpy(np.stack([made.sac, made.cord], axis=1))
    for k in np.flatnonzero(found):
        box = _reached(maps[k].amax(0).numpy() > 0.5, at.numpy(), steps[k].numpy())
        part = at[box][None] + steps[k]
        sac, cord = (F.grid_sample(maps[k : k + 1], part, align_corners=False) > 0.5).numpy()[0]
        grid.voxels[k][box][sac] = SAC_LABEL
        grid.voxels[k][box][cord] = CORD_LABEL
    return grid


def _reached(
    inside: NDArray[np.bool_], at: NDArray[np.float32], step: NDArray[np.float32]
) -> tuple[slice, slice]:
    """Rows and columns of a grid that what is inside of a square window can reach.

    Args:
        inside: [rows, columns] of the window.
        at: [rows, columns, 2] the grid's places, columns first, -1 to 1 over the window's pixels.
        step: added to each of them.
    """
    spans = []
    for axis in (
        0,
        1,
    ):  # columns, then rows: a place beyond the middles of the pixels beside is out
        seen = np.flatnonzero(inside.any(axis=axis))
        if not len(seen):
            return slice(0), slice(0)
        spans.append(2 * (np.array([seen[0] - 1, seen[-1] + 2]) / len(inside)) - 1 - step[axis])
    corners = np.array([(x, y) for x in spans[0] for y in spans[1]]) - at[0, 0]
    ways = np.stack([at[-1, 0] - at[0, 0], at[0, -1] - at[0, 0]]) / [
        [len(at) - 1],
        [len(at[0]) - 1],
    ]
    ends = corners @ np.linalg.inv(ways)
    low, high = np.floor(ends.min(axis=0)).astype(int), np.ceil(ends.max(axis=0)).astype(int) + 1
    down, across = (slice(max(a, 0), max(b, 0)) for a, b in zip(low, high, strict=True))
    return down, across


def _grid(volume: Volume, low: NDArray[np.float64], high: NDArray[np.float64]) -> Volume:
    columns, rows = ((high - low + 1) * _FINER).astype(int)
    matrix = volume.ijk_to_ras.copy()
    # The finer grid's first pixel begins where the coarse one does.
    first = np.array([*(low - 0.5 + 0.5 / _FINER), 0.0])
    matrix[:3, 3] = volume.ras(first)
    matrix[:3, :2] /= _FINER
    voxels = np.zeros((volume.shape[0], rows, columns), np.uint8)
    return Volume(voxels, matrix, volume.frames, volume.frame_of_reference_uid)
