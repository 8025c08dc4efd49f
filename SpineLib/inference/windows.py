"""Fixed physical windows out of axial slices: one way for search, compression and grading.

Windows are in the patient's own orientation whatever way the slices were stored: rows run from
anterior to posterior, columns from the patient's right to the left. Left and right are decided
here, once, from the volume's directions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F  # noqa: N812

from SpineLib.reasons import NOT_NUMBERS, ONE_GREY, Reason
from SpineLib.volume import Volume

_POSTERIOR, _LEFT = np.array([0.0, -1.0, 0.0]), np.array([-1.0, 0.0, 0.0])
# Percentiles of a window that become 0 and 1: outliers (vessels, metal) do not set the scale.
_LOW, _HIGH = 0.01, 0.99


def window_axes(volume: Volume) -> NDArray[np.float64]:
    """Unit vectors in the slices' plane in which windows are cut.

    Returns:
        3×2 in RAS: the first column is the direction of a window's columns (to the patient's
        left), the second that of its rows (to posterior), each as nearly as the plane allows.
    """
    i, j, _ = volume.directions.T
    normal = np.cross(i, j)
    normal /= np.linalg.norm(normal)
    down = _POSTERIOR - (_POSTERIOR @ normal) * normal
    if np.linalg.norm(down) < 0.1:
        down = j
    down /= np.linalg.norm(down)
    across = np.cross(down, normal)
    if across @ _LEFT < 0:
        across = -across
    return np.stack([across, down], axis=1)


@dataclass(frozen=True)
class Windows:
    """Square windows, one a slice, and the way back.

    Attributes:
        pixels: [slices, size, size] float32, unscaled; 0 outside of the slice.
        centers_ras: [slices, 3] where each window's middle is, RAS mm.
        axes: 3×2, see `window_axes`.
        spacing: mm a pixel.
    """

    pixels: torch.Tensor
    centers_ras: NDArray[np.float64]
    axes: NDArray[np.float64]
    spacing: float

    def ras(self, k: NDArray, rows: NDArray, columns: NDArray) -> NDArray[np.float64]:
        """RAS mm of (continuous) rows and columns of the windows of slices ``k``."""
        middle = (self.pixels.shape[-1] - 1) / 2
        offsets = np.stack([np.asarray(columns) - middle, np.asarray(rows) - middle], axis=-1)
        return self.centers_ras[k] + self.spacing * offsets @ self.axes.T


def cut(volume: Volume, centers_ras: NDArray, size: int, spacing: float) -> Windows:
    """Cuts one window a slice, in the slice's own plane, bilinearly.

    Slices finer than the windows are averaged first, so that nothing aliases.

    Args:
        volume: axial slices.
        centers_ras: [slices, 3] the windows' middles, RAS mm; moved into their slices' planes.
        size: pixels along each side.
        spacing: mm a pixel.
    """
    slices = len(volume.voxels)
    ij = volume.ijk(centers_ras)[:, :2]
    planes = np.column_stack([ij, np.arange(slices)])
    axes = window_axes(volume)
    # ij that one pixel along the window's columns and rows moves; exact in a sheared grid too.
    steps = spacing * np.linalg.lstsq(volume.ijk_to_ras[:3, :2], axes, rcond=None)[0]
    image = torch.from_numpy(finite(volume.voxels))[:, None]
    fine = [max(1, int(spacing / s + 0.5)) for s in volume.spacing[:2]]
    fine = [min(f, n) for f, n in zip(fine, (image.shape[3], image.shape[2]), strict=True)]
    if max(fine) > 1:
        image = F.avg_pool2d(image, (fine[1], fine[0]))
        ij = (ij - (np.array(fine) - 1) / 2) / fine
        steps = steps / np.array(fine)[:, None]
    grid = _grid(ij, steps, size, image.shape[3], image.shape[2])
    pixels = F.grid_sample(image, grid, padding_mode="zeros", align_corners=False)[:, 0]
    return Windows(pixels, volume.ras(planes), axes, spacing)


def finite(voxels: NDArray) -> NDArray[np.float32]:
    """The voxels as contiguous float32 with 0 where they are no numbers."""
    out = np.ascontiguousarray(voxels, dtype=np.float32)
    if np.issubdtype(voxels.dtype, np.floating) and not np.isfinite(out).all():
        out = np.nan_to_num(out, nan=0.0, posinf=0.0, neginf=0.0)
    return out


def scaled(pixels: torch.Tensor) -> torch.Tensor:
    """Each window's 1st percentile becomes 0 and its 99th 1; clipped to that; all else between.

    Args:
        pixels: [..., rows, columns]; a constant window becomes 0.
    """
    sample = pixels[..., ::2, ::2].flatten(start_dim=-2)
    last = sample.shape[-1] - 1
    low, high = (
        sample.kthvalue(round(last * share) + 1, dim=-1).values[..., None, None]
        for share in (_LOW, _HIGH)
    )
    return (pixels - low).div_((high - low).clamp(min=1e-6)).clamp_(0, 1)


def with_context(pixels: torch.Tensor, context: int) -> torch.Tensor:
    """Neighbouring slices as channels: [slices, r, c] → [slices, 2·context + 1, r, c].

    The stack's first and last slice stand in for what is beyond them.
    """
    slices = len(pixels)
    offsets = torch.arange(-context, context + 1)
    index = (torch.arange(slices)[:, None] + offsets).clamp(0, slices - 1)
    return pixels[index]


def whole_slices(volume: Volume, size: int) -> Windows:
    """Each whole slice in a square of ``size`` pixels, unscaled; see `cut`."""
    slices, rows, columns = volume.shape
    centers = np.array([volume.slice_center(k) for k in range(slices)])
    extent = max(rows * volume.spacing[1], columns * volume.spacing[0])
    return cut(volume, centers, size, extent / size)


def network_input(volume: Volume, centers_ras: NDArray, preprocessing: dict) -> torch.Tensor:
    """What a classifier sees of each slice, as its card's preprocessing says.

    ``canal-window``: `cut` around the canal, `scaled`, neighbours as channels.
    ``whole-slice``: the published preset (Merali et al. 2021): the whole slice, minimum 0 and
    maximum 1, three equal channels.

    Args:
        volume: axial slices.
        centers_ras: [slices, 3] the canal's centres, RAS mm; not used for whole slices.
        preprocessing: of the card.

    Returns:
        float32 [slices, channels, rows, columns] in 0–1.
    """
    size = preprocessing["pixels"]
    if preprocessing["kind"] == "whole-slice":
        pixels = whole_slices(volume, size).pixels
        low, high = pixels.amin((1, 2), keepdim=True), pixels.amax((1, 2), keepdim=True)
        pixels = (pixels - low) / (high - low).clamp(min=1e-6)
        return pixels[:, None].expand(-1, 3, -1, -1)
    windows = cut(volume, centers_ras, size, preprocessing["spacing_mm"])
    return with_context(scaled(windows.pixels), preprocessing["context"])


def unusable(volume: Volume) -> list[Reason | None]:
    """Why each slice cannot be assessed: no numbers, or one single grey value; else None."""
    flat = volume.voxels.reshape(len(volume.voxels), -1)
    reasons: list[Reason | None] = [None] * len(flat)
    if np.issubdtype(flat.dtype, np.floating):
        for k in np.flatnonzero(~np.isfinite(flat).all(axis=1)):
            reasons[k] = Reason(NOT_NUMBERS)
    for k in np.flatnonzero(flat.min(axis=1) == flat.max(axis=1)):
        reasons[k] = Reason(ONE_GREY)
    return reasons


def _grid(ij: NDArray, steps: NDArray, size: int, columns: int, rows: int) -> torch.Tensor:
    """Sampling places in grid_sample's own units (-1 to 1 over the pixels' outer edges)."""
    offsets = torch.arange(size, dtype=torch.float32) - (size - 1) / 2
    step = torch.from_numpy(steps).float()
    plane = step[:, 0] * offsets[None, :, None].expand(size, size, 1) + step[:, 1] * offsets[
        :, None, None
    ].expand(size, size, 1)
    places = torch.from_numpy(ij).float()[:, None, None, :] + plane
    # In place: as many numbers as the windows have pixels, twice.
    return places.add_(0.5).mul_(2).div_(torch.tensor([columns, rows])).sub_(1)
