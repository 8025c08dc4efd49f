"""Where the spinal canal is on each axial slice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F  # noqa: N812

from SpineLib.inference.loaded import Loaded
from SpineLib.inference.windows import Windows, cut, scaled
from SpineLib.networks.canal_unet import CanalUNet
from SpineLib.progress import Progress
from SpineLib.volume import Volume

# Slices whose heatmap stays below this are placed by their neighbours.
FOUND = 0.2
_CANDIDATES, _APART, _REFINE = 5, 5, 2
# How far the canal may wander from one slice to the next, mm: a little from noise, and the more
# the farther the slices are apart (the canal may lean about 25° to the stack's normal).
_WANDER_MM, _LEAN, _MOST = 2.0, 0.45, 12.0
# The canal network halves the resolution five times.
_NETWORK_MULTIPLE = 32
# How far along the stack slices share one straight piece of the path, and from where on a slice
# counts less and less, mm.
_SMOOTH_MM, _OUTLIER_MM = 10.0, 1.5


@dataclass(frozen=True)
class CanalPath:
    """The canal's centre on each slice.

    Attributes:
        centers_ras: [slices, 3], RAS mm, in the slices' planes.
        confidence: [slices] in 0–1: height of the heatmap there; a slice that was placed by its
            neighbours has half of theirs.
        around: [slices, features], what the network's deepest level saw around the centre.
        regions: [slices, regions] probabilities by what lies around the centre; None where the
            model does not tell regions.
    """

    centers_ras: NDArray[np.float64]
    confidence: NDArray[np.float64]
    around: NDArray[np.float32] | None = None
    regions: NDArray[np.float64] | None = None


def locate(volume: Volume, loaded: Loaded, *, progress: Progress | None = None) -> CanalPath:
    """Finds the canal on each slice, then the most plausible path along the stack.

    Each slice is resampled to the card's pixel size and the network's heatmap gives its few
    highest peaks. The path through one peak a slice that best weighs their heights against jumps
    (Viterbi 1967, over candidates) mends slices where another bright round thing is higher.

    Args:
        volume: axial slices, stored in any in-plane orientation.
        loaded: a model for ``canal``.
        progress: told of each slice; cancels between batches.

    Raises:
        BadModel: the model is for another task.
        Cancelled: the person cancelled.
    """
    loaded.require("canal")
    if progress:
        progress.stage("Finding the spinal canal", len(volume.voxels))
    windows = search_windows(volume, loaded.card.preprocessing)
    batch = scaled(windows.pixels)[:, None]
    with _deepest_level(loaded.network) as deepest:
        heat = torch.sigmoid(loaded.run(batch, progress=progress))[:, 0]
    heights, places = _peaks(heat)
    # A heatmap's pixel covers several of the window's; both share their outer edges.
    places = (places + 0.5) * (windows.pixels.shape[-1] / heat.shape[-1]) - 0.5
    ras = windows.ras(np.arange(len(heat))[:, None], places[..., 0], places[..., 1])
    chosen = _best_path(heights, ras, volume)
    rows = np.arange(len(heat))
    path = _smoothed(ras[rows, chosen], heights[rows, chosen], volume)
    if not isinstance(loaded.network, CanalUNet):
        return path
    return _with_regions(path, torch.cat(deepest), windows, loaded.network)


@contextmanager
def _deepest_level(network: nn.Module) -> Iterator[list[torch.Tensor]]:
    """Collects what the network's deepest level gives, [batch, channels, rows, columns] each."""
    outputs: list[torch.Tensor] = []
    if not isinstance(network, CanalUNet):
        yield outputs
        return
    watch = network.down[-1].register_forward_hook(
        lambda _module, _input, output: outputs.append(output.float().cpu())
    )
    try:
        yield outputs
    finally:
        watch.remove()


def _with_regions(
    path: CanalPath, deepest: torch.Tensor, windows: Windows, network: CanalUNet
) -> CanalPath:
    """The path with the 3 × 3 cells of the deepest level around each centre, and the regions."""
    size, cells = windows.pixels.shape[-1], deepest.shape[-1]
    away = (path.centers_ras - windows.centers_ras) @ windows.axes[:, ::-1] / windows.spacing
    cell = np.floor((away + size / 2) * cells / size).clip(0, cells - 1).astype(int)
    padded = F.pad(deepest, (1, 1, 1, 1))
    near = np.arange(3)
    k = np.arange(len(deepest))[:, None, None]
    rows, columns = cell[:, 0, None, None] + near[:, None], cell[:, 1, None, None] + near
    around = padded.permute(0, 2, 3, 1)[k, rows, columns].flatten(1)
    regions = None
    if network.region is not None:
        with torch.inference_mode():
            logits = network.region(around.to(network.heat.weight.device)).double().cpu()
        regions = torch.softmax(logits, dim=1).numpy()
    return replace(path, around=around.numpy(), regions=regions)


def search_windows(volume: Volume, preprocessing: dict) -> Windows:
    """Each slice at the search's pixel size, as large as the slice, within the card's limit."""
    spacing = preprocessing["spacing_mm"]
    slices, rows, columns = volume.shape
    extent = max(rows * volume.spacing[1], columns * volume.spacing[0]) / spacing
    extent = min(extent, preprocessing["pixels"])
    size = max(2, int(np.ceil(extent / _NETWORK_MULTIPLE))) * _NETWORK_MULTIPLE
    centers = np.array([volume.slice_center(k) for k in range(slices)])
    return cut(volume, centers, size, spacing)


def _peaks(heat: torch.Tensor) -> tuple[NDArray, NDArray]:
    """Heights [slices, n] and sub-pixel (row, column) [slices, n, 2] of the highest peaks."""
    size = heat.shape[-1]
    # Each place's highest neighbour; a pooling layer takes five times as long.
    tops = F.pad(heat, [_APART // 2] * 4, value=-torch.inf)
    for axis in (1, 2):
        shifted = [tops.narrow(axis, n, size) for n in range(_APART)]
        tops = reduce(torch.maximum, shifted)
    isolated = torch.where(tops == heat, heat, torch.zeros_like(heat)).flatten(1)
    heights, index = isolated.topk(_CANDIDATES, dim=1)
    rows, columns = index // size, index % size
    # The centroid of the heat around a peak is finer than its pixel.
    near = torch.arange(-_REFINE, _REFINE + 1)
    r = (rows[..., None, None] + near[:, None]).clamp(0, size - 1)
    c = (columns[..., None, None] + near[None, :]).clamp(0, size - 1)
    weight = heat[torch.arange(len(heat))[:, None, None, None], r, c]
    total = weight.sum((-2, -1)).clamp(min=1e-9)
    places = [(weight * axis).sum((-2, -1)) / total for axis in (r, c)]
    return heights.double().numpy(), torch.stack(places, dim=-1).double().numpy()


def _best_path(heights: NDArray, ras: NDArray, volume: Volume) -> NDArray[np.intp]:
    """Which candidate of each slice; least sum of -log height and the cost of jumps."""
    normal = np.cross(*volume.directions.T[:2])
    normal /= np.linalg.norm(normal)
    own = -np.log(heights + 1e-3)
    cost, back = own[0], []
    for k in range(1, len(ras)):
        step = ras[k][None] - ras[k - 1][:, None]
        along = step @ normal
        aside = np.linalg.norm(step - along[..., None] * normal, axis=-1)
        scale = _WANDER_MM + _LEAN * np.abs(along)
        total = cost[:, None] + np.minimum(0.5 * (aside / scale) ** 2, _MOST)
        back.append(total.argmin(axis=0))
        cost = total.min(axis=0) + own[k]
    path = [int(cost.argmin())]
    for pointers in reversed(back):
        path.append(int(pointers[path[-1]]))
    return np.array(path[::-1])


def _smoothed(centers: NDArray, heights: NDArray, volume: Volume) -> CanalPath:
    """The path as a smooth line: local straight fits, weighted by height, robust to outliers.

    Locally weighted regression with robust weights (Cleveland 1979, LOWESS), here with a Gaussian
    of distance and Cauchy weights. Slices without a canal of their own weigh nothing, so that
    their neighbours place them.
    """
    found = heights >= FOUND
    if not found.any():
        return CanalPath(centers, heights)
    k = np.arange(len(centers))
    ij, mm = volume.ijk(centers), volume.spacing
    place = ij[:, :2] * mm[:2]
    near = np.exp(-0.5 * ((k[:, None] - k) * mm[2] / _SMOOTH_MM) ** 2) + 1e-6
    trust = np.where(found, heights, 0.0)
    fitted = place
    for _ in range(4):
        fitted = _local_lines(k * mm[2], place, near * trust)
        away = np.linalg.norm(place - fitted, axis=1)
        trust = np.where(found, heights, 0.0) / (1 + (away / _OUTLIER_MM) ** 2)
    path = volume.ras(np.column_stack([fitted / mm[:2], k]))
    confidence = np.where(found, heights, np.interp(k, k[found], heights[found]) / 2)
    return CanalPath(path, confidence)


def _local_lines(x: NDArray, y: NDArray, weights: NDArray) -> NDArray[np.float64]:
    """Value at each ``x`` [n] of the straight line fitted there to ``y`` [n, 2]; weights [n, n]."""
    total = weights.sum(1)
    mean_x = weights @ x / total
    mean_y = weights @ y / total[:, None]
    apart = x[None, :] - mean_x[:, None]
    spread = (weights * apart**2).sum(1)
    slope = np.einsum("nm,nm,mc->nc", weights, apart, y) / np.maximum(spread, 1e-9)[:, None]
    steep = spread > 1e-6 * total
    return mean_y + np.where(steep[:, None], slope * (x - mean_x)[:, None], 0.0)
