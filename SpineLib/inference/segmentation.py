"""Semantic segmentation of a sagittal volume: uniform grid, sliding window, back again.

The network sees every volume in canonical order (`SpineLib.inference.grid`) at the card's
spacing. Probabilities, not labels, go back to the input's own grid by linear interpolation, one
slice at a time, so that boundaries stay smooth and memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.inference.grid import axis_weights, order_of
from SpineLib.inference.semantic import BACKGROUND
from SpineLib.progress import Progress
from SpineLib.volume import Volume

if TYPE_CHECKING:
    from SpineLib.inference.loaded import Loaded

# Robust range of intensities: what lies beyond is a vessel, a coil's hot spot or an artefact.
PERCENTILES = (1.0, 99.5)
# Air is darker than this share of the range; a margin keeps skin and the windows' context.
AIR = 0.04
MARGIN = 8


def segment(volume: Volume, loaded: Loaded, *, progress: Progress | None = None) -> Volume:
    """Segments vertebrae, discs and the spinal canal.

    Args:
        volume: any storage order and spacing.
        loaded: a segmentation model with its card; the card's ``preprocessing`` holds
            ``spacing`` (mm) and ``patch`` (voxels), both as canonical slice, row, column, and
            optionally ``overlap`` (share of a patch, 0.25) and ``batch`` (windows at once, 2).
        progress: one step a batch of windows and one a slice of the result.

    Returns:
        uint8 classes on the grid of ``volume``, frames kept: 0-3 (`SpineLib.inference.semantic`),
        and 4 where the model knows the sacrum.

    Raises:
        BadInput: every voxel has the same value.
        Cancelled: the person cancelled.
    """
    progress = progress or Progress()
    grid = loaded.card.preprocessing["spacing"]
    order = order_of(volume)
    voxels = order.canonical(volume.voxels)
    spacing = order.canonical_values(volume.spacing[::-1])
    coarse = scaled(to_spacing(voxels, spacing, grid, progress))
    probabilities = class_probabilities(coarse, loaded, progress)
    classes = classes_on_grid(probabilities, grid, voxels.shape, spacing, progress)
    return volume.with_voxels(np.ascontiguousarray(order.original(classes)))


def class_probabilities(
    voxels: NDArray[np.float32], loaded: Loaded, progress: Progress | None = None
) -> NDArray[np.float32]:
    """The model's answer on its own grid, with the windows that its card names.

    Args:
        voxels: [slice, row, column] in 0-1, canonical order, at the card's spacing.
        loaded, progress: as for `segment`.

    Returns:
        As `sliding_window`.
    """
    settings = loaded.card.preprocessing
    return sliding_window(
        voxels,
        loaded.network,
        settings["patch"],
        device=loaded.device,
        overlap=settings.get("overlap", 0.25),
        batch=settings.get("batch", 2),
        progress=progress,
    )


def to_spacing(
    voxels: NDArray[Any],
    spacing: Sequence[float] | NDArray[np.float64],
    new_spacing: Sequence[float] | NDArray[np.float64],
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Resamples to another spacing about the same centre, without aliasing.

    Args:
        voxels: [slice, row, column] of any number type; NaN and infinities count as 0.
        spacing: mm of each axis of ``voxels``.
        new_spacing: mm of each axis of the result.
        progress: one step a slice.

    Returns:
        float32 on the new grid, at least one voxel an axis.
    """
    progress = progress or Progress()
    slices, rows, columns = _weights(voxels.shape, spacing, new_spacing)
    result = np.zeros((len(slices), len(rows), len(columns)), np.float32)
    for k in progress.track(range(len(voxels)), "Preparing the volume"):
        one = np.nan_to_num(voxels[k].astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
        plane = rows @ one @ columns.T
        for new in np.flatnonzero(slices[:, k]):
            result[new] += slices[new, k] * plane
    return result


def scaled(voxels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intensities in 0-1 between robust percentiles of the body.

    Raises:
        BadInput: every voxel has the same value.
    """
    low = float(voxels.min())
    if not float(voxels.max()) > low:
        raise BadInput("Every voxel of this volume has the same value")
    body = voxels[voxels > low + AIR * (np.percentile(voxels, PERCENTILES[1]) - low)]
    low, high = np.percentile(body if body.size else voxels, PERCENTILES)
    low = min(low, float(np.percentile(voxels, PERCENTILES[0])))
    return np.clip((voxels - low) / max(high - low, 1e-6), 0.0, 1.0).astype(np.float32)


def centred(image: torch.Tensor) -> torch.Tensor:
    """Intensities of 0-1 about 0, which is how a network learns from them."""
    return 4.0 * image - 1.0


def sliding_window(
    voxels: NDArray[np.float32],
    network: torch.nn.Module,
    patch: Sequence[int],
    *,
    device: str | torch.device = "cpu",
    overlap: float = 0.25,
    batch: int = 2,
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Class probabilities from overlapping windows, blended with Gaussian weights.

    Windows cover the body's bounding box only; air around it is background.

    Args:
        voxels: [slice, row, column] in 0-1.
        network: from `centred` [batch, 1, *patch] to logits [batch, classes, *patch].
        patch: window size in voxels.
        device: where the network is.
        overlap: least share of a window that its neighbour covers too.
        batch: windows a forward pass.
        progress: one step a window.

    Returns:
        float32 [classes, slice, row, column], summing to 1.
    """
    progress = progress or Progress()
    inner = _body(voxels)
    padded, inside = _padded(voxels[inner], patch)
    starts = list(
        product(*(_starts(n, p, overlap) for n, p in zip(padded.shape, patch, strict=True)))
    )
    weight = torch.from_numpy(_gaussian(patch)).to(device)
    source = torch.from_numpy(padded).to(device)
    total = torch.zeros((0, *padded.shape), device=device)
    norm = torch.zeros(padded.shape, device=device)
    half = torch.device(device).type == "cuda"
    progress.stage("Segmenting", len(starts))
    with torch.inference_mode(), torch.autocast(torch.device(device).type, enabled=half):
        for first in range(0, len(starts), batch):
            places = [
                tuple(slice(s, s + p) for s, p in zip(start, patch, strict=True))
                for start in starts[first : first + batch]
            ]
            windows = torch.stack([source[place] for place in places])[:, None]
            answers = network(centred(windows).to(memory_format=torch.channels_last_3d))
            if not len(total):
                total = torch.zeros((answers.shape[1], *padded.shape), device=device)
            for place, answer in zip(places, answers.float().softmax(1), strict=True):
                total[(slice(None), *place)] += answer * weight
                norm[place] += weight
            progress.advance(len(places))
    result = np.zeros((len(total), *voxels.shape), np.float32)
    result[BACKGROUND] = 1.0
    result[(slice(None), *inner)] = (total / norm)[(slice(None), *inside)].cpu().numpy()
    return result


def classes_on_grid(
    probabilities: NDArray[np.float32],
    spacing: Sequence[float] | NDArray[np.float64],
    shape: Sequence[int],
    new_spacing: Sequence[float] | NDArray[np.float64],
    progress: Progress | None = None,
) -> NDArray[np.uint8]:
    """The most probable class of each voxel of a finer grid about the same centre.

    Args:
        probabilities: [classes, slice, row, column].
        spacing: mm of the probabilities' grid.
        shape: slices, rows, columns of the result.
        new_spacing: mm of the result's grid.
        progress: one step a slice.
    """
    progress = progress or Progress()
    pairs = zip(shape, new_spacing, probabilities.shape[1:], spacing, strict=True)
    slices, rows, columns = (axis_weights(old, s, new, t) for new, t, old, s in pairs)
    result = np.empty(tuple(shape), np.uint8)
    for k in progress.track(range(shape[0]), "Back to the volume's own grid"):
        near = np.flatnonzero(slices[k])
        plane = np.tensordot(slices[k, near], probabilities[:, near], axes=(0, 1))
        result[k] = (rows @ plane @ columns.T).argmax(axis=0)
    return result


def _weights(
    shape: Sequence[int],
    spacing: Sequence[float] | NDArray[np.float64],
    new_spacing: Sequence[float] | NDArray[np.float64],
) -> list[NDArray[np.float32]]:
    return [
        axis_weights(n, s, max(1, round(n * s / t)), t)
        for n, s, t in zip(shape, spacing, new_spacing, strict=True)
    ]


def _body(voxels: NDArray[np.float32]) -> tuple[slice, ...]:
    body = voxels > AIR
    box = []
    for axis, size in enumerate(voxels.shape):
        others = tuple(a for a in range(3) if a != axis)
        # A single bright voxel of noise is not the body.
        used = np.flatnonzero(body.mean(axis=others) > 0.02)
        low, high = (used[0], used[-1]) if used.size else (0, size - 1)
        box.append(slice(max(0, int(low) - MARGIN), min(size, int(high) + 1 + MARGIN)))
    return tuple(box)


def _padded(
    voxels: NDArray[np.float32], patch: Sequence[int]
) -> tuple[NDArray[np.float32], tuple[slice, ...]]:
    missing = [max(0, p - n) for n, p in zip(voxels.shape, patch, strict=True)]
    before = [m // 2 for m in missing]
    pads = [(b, m - b) for b, m in zip(before, missing, strict=True)]
    inside = tuple(slice(b, b + n) for b, n in zip(before, voxels.shape, strict=True))
    return np.pad(voxels, pads), inside


def _starts(size: int, patch: int, overlap: float) -> list[int]:
    """Evenly spread starts, so that every window shares as much as the others."""
    steps = int(np.ceil((size - patch) / (patch * (1 - overlap))))
    return [round(n * (size - patch) / max(steps, 1)) for n in range(steps + 1)]


def _gaussian(patch: Sequence[int]) -> NDArray[np.float32]:
    """Weights of a window, its sigma an eighth of its size (as nnU-Net, Isensee et al. 2021)."""
    axes = [np.exp(-0.5 * ((np.arange(p) - (p - 1) / 2) / (p / 8)) ** 2) for p in patch]
    weight = np.einsum("i,j,k->ijk", *axes)
    return np.maximum(weight, weight.max() * 1e-3).astype(np.float32)
