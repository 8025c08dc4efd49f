"""Where the spine's discs and vertebrae are on sagittal slices, and what looks like C2 or sacrum."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F  # noqa: N812

from SpineLib.inference.grid import canonical_volume
from SpineLib.inference.loaded import Loaded
from SpineLib.inference.segmentation import to_spacing
from SpineLib.inference.spine_points import Points, SpinePoints
from SpineLib.inference.windows import scaled, with_context
from SpineLib.labels import REGIONS
from SpineLib.progress import Progress
from SpineLib.volume import Volume

# The network's maps, in their order; the last three are a choice of one region.
MAPS = ("disc", "body", "canal", "c2", "sacrum", "odd", *REGIONS[:3])
_POINTS = MAPS[:6]
_CHOICE = slice(len(_POINTS), len(MAPS))
# Peaks lower than this are not told at all; the chain weighs the others (`spine_chain`).
LEAST_HEAT = 0.1
_APART, _REFINE, _MOST = 5, 2, 80
_BATCH = 8
_MULTIPLE = 32
# The canal's course: heat from which a row counts, and over how many rows it is smoothed.
_CANAL_HEAT, _SMOOTH_ROWS = 0.15, 4.0


def search_spine(
    volume: Volume, loaded: Loaded, *, progress: Progress | None = None
) -> SpinePoints:
    """Finds discs, vertebral bodies, the canal's course, C2 and the sacrum.

    Args:
        volume: sagittal slices, stored in any order of axes.
        loaded: a model for ``levels``.
        progress: told of each slice; cancels between batches.

    Raises:
        BadModel: the model is for another task.
        BadInput: every voxel has the same value.
        Cancelled: the person cancelled.
    """
    loaded.require("levels")
    grid = coarse(volume, loaded.card.preprocessing)
    if progress:
        progress.stage("Finding the spine's levels", len(grid.voxels))
    heat = _heat(grid, loaded, progress)
    choice = heat[:, _CHOICE]
    made = {
        name: _peaks(heat[:, n], choice, grid) for n, name in enumerate(_POINTS) if name != "canal"
    }
    course, sure = _course(heat[:, MAPS.index("canal")], grid)
    _, rows, columns = grid.shape
    corners = grid.ras([[0, 0, 0], [columns - 1, rows - 1, grid.shape[0] - 1]])
    return SpinePoints(made, course, sure, np.stack([corners.min(0), corners.max(0)]))


def coarse(volume: Volume, preprocessing: dict[str, Any]) -> Volume:
    """The volume in canonical order on the search's grid; slices thinner than its are averaged."""
    ordered = canonical_volume(volume)
    fine = np.array(ordered.spacing[::-1])
    pixel, between = preprocessing["spacing_mm"], preprocessing["slice_mm"]
    slices = ordered.shape[0]
    wanted = np.array(
        [fine[0] if fine[0] > 0.75 * between or slices == 1 else between, pixel, pixel]
    )
    voxels = to_spacing(ordered.voxels, fine, wanted)
    matrix = ordered.ijk_to_ras.copy()
    old, new = np.array(ordered.shape), np.array(voxels.shape)
    matrix[:3, :3] *= (wanted / fine)[::-1]
    middle = ordered.ras(((old - 1) / 2)[::-1])
    matrix[:3, 3] = middle - matrix[:3, :3] @ ((new - 1) / 2)[::-1]
    return Volume(voxels, matrix)


def _heat(grid: Volume, loaded: Loaded, progress: Progress | None) -> NDArray[np.float32]:
    """Probabilities [slices, maps, rows / 2, columns / 2] of a coarse volume, padded at its end."""
    rows, columns = grid.shape[1:]
    pixels = scaled(torch.from_numpy(np.ascontiguousarray(grid.voxels)))
    pad = [-n % _MULTIPLE for n in (columns, rows)]
    batch = with_context(F.pad(pixels, (0, pad[0], 0, pad[1])), 1)
    logits = loaded.run(batch, progress=progress, size=_BATCH)
    chosen = logits[:, _CHOICE].softmax(1)
    heat = torch.cat([logits[:, : len(_POINTS)].sigmoid(), chosen], 1)
    return heat[..., : (rows + 1) // 2, : (columns + 1) // 2].numpy()


def _peaks(heat: NDArray[np.float32], choice: NDArray[np.float32], grid: Volume) -> Points:
    """Peaks of a map [slices, rows, columns], refined between pixels and slices."""
    flat = heat.max(0)
    top = F.max_pool2d(torch.from_numpy(flat)[None, None], _APART, 1, _APART // 2)[0, 0].numpy()
    rows, columns = np.nonzero((flat == top) & (flat >= LEAST_HEAT))
    order = np.argsort(-flat[rows, columns], kind="stable")[:_MOST]
    places, heights, regions = [], [], []
    taken = np.zeros(flat.shape, bool)  # a plateau is one peak
    for r, c in zip(rows[order], columns[order], strict=True):
        if taken[r, c]:
            continue
        near = tuple(
            slice(max(n - _REFINE, 0), min(n + _REFINE + 1, size))
            for n, size in zip((r, c), flat.shape, strict=True)
        )
        taken[near] = True
        k = int(heat[:, r, c].argmax())
        weight = heat[k][near]
        at = [float((weight * axis).sum() / weight.sum()) for axis in np.mgrid[near]]
        column = heat[:, r, c] ** 2
        slice_at = float((column * np.arange(len(column))).sum() / column.sum())
        places.append([(at[1] + 0.5) * 2 - 0.5, (at[0] + 0.5) * 2 - 0.5, slice_at])
        heights.append(float(flat[r, c]))
        regions.append(choice[k][:, near[0], near[1]].mean((1, 2)))
    ras = grid.ras(np.reshape(places, (-1, 3)))
    return Points(ras, np.array(heights), np.reshape(regions, (-1, 3)).astype(np.float64))


def _course(
    heat: NDArray[np.float32], grid: Volume
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The canal's ridge from row to row, the best connected one, smoothed."""
    flat = heat.max(0)
    best = np.zeros_like(flat)
    back = np.zeros(flat.shape, np.int64)
    reach = 2
    for r in range(len(flat)):
        score = np.clip(flat[r], _CANAL_HEAT / 2, None) - _CANAL_HEAT
        if r:
            around = np.stack(
                [np.roll(best[r - 1], d) - 0.02 * abs(d) for d in range(-reach, reach + 1)]
            )
            take = around.argmax(0)
            best[r], back[r] = score + around.max(0), take - reach
        else:
            best[r] = score
    path = [int(best[-1].argmax())]
    for r in range(len(flat) - 1, 0, -1):
        path.append(int(np.clip(path[-1] - back[r, path[-1]], 0, flat.shape[1] - 1)))
    columns = np.array(path[::-1])
    rows = np.arange(len(flat))
    sure = flat[rows, columns]
    kept = sure >= _CANAL_HEAT
    if kept.sum() < 3:
        return np.zeros((0, 3)), np.zeros(0)
    first, last = np.flatnonzero(kept)[[0, -1]]
    rows, columns, sure = rows[first : last + 1], columns[first : last + 1], sure[first : last + 1]
    fine = np.empty((len(rows), 3))
    for n, (r, c) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
        low, high = max(c - 3, 0), c + 4
        weight = heat[int(heat[:, r, c].argmax()), r, low:high]
        across = heat[:, r, c] ** 2 + 1e-6
        fine[n] = (
            (weight * np.arange(low, low + len(weight))).sum() / max(weight.sum(), 1e-6),
            r,
            (across * np.arange(len(across))).sum() / across.sum(),
        )
    smooth = _smoothed(fine, np.where(sure >= _CANAL_HEAT, sure, 1e-3))
    smooth[:, :2] = (smooth[:, :2] + 0.5) * 2 - 0.5
    return grid.ras(smooth), sure.astype(np.float64)


def _smoothed(places: NDArray[np.float64], weights: NDArray[np.floating]) -> NDArray[np.float64]:
    rows = np.arange(len(places))
    near = np.exp(-0.5 * ((rows[:, None] - rows) / _SMOOTH_ROWS) ** 2) * weights
    return near @ places / near.sum(1, keepdims=True)
