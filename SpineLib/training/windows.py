"""Slices prepared for training and validation: cut once as inference cuts them, then only read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from SpineLib.datasets.cache import Arrays, Prepared, prepare
from SpineLib.datasets.cases import LabelledStack
from SpineLib.errors import BadInput
from SpineLib.inference.canal import locate
from SpineLib.inference.loaded import Loaded, load
from SpineLib.inference.windows import cut, network_input, whole_slices
from SpineLib.models.registry import open_model
from SpineLib.progress import Progress
from SpineLib.volume import Volume

# What training keeps around a window, so that it can be moved, turned and scaled: the window's
# side times _ROOM, at pixels that are finer by _FINER, since they are interpolated once more.
_ROOM, _FINER = 1.6, 0.8
# Share of a reader's box that is added around it where slices are cropped to boxes (by hand).
_AROUND_BOX = 1.1
# Starting processes takes as long as cutting so many stacks.
_WORTH_PROCESSES = 16
_VERSION = 1


@dataclass(frozen=True)
class Cut:
    """How slices are prepared.

    Attributes:
        kind, pixels, spacing_mm: of the card's preprocessing.
        room: keep more than the network sees, unscaled, for augmentation; without it the pixels
            are what the network sees.
        crop: ``window``, of the same size in mm everywhere, or ``box``, as large as the reader's.
        canal: model that finds the canal where no reader drew a box.
    """

    kind: str
    pixels: int
    spacing_mm: float
    room: bool
    crop: str
    canal: str

    @property
    def side(self) -> int:
        """Pixels along each side of what is kept."""
        return round(self.pixels * _ROOM / _FINER) if self.with_room else self.pixels

    @property
    def step(self) -> float:
        """Size of a pixel of the network's input in pixels of what is kept."""
        return 1 / _FINER if self.with_room else 1.0

    @property
    def with_room(self) -> bool:
        """Whole slices have nothing around them."""
        return self.room and self.kind == "canal-window"


def prepare_slices(
    stacks: Sequence[LabelledStack],
    how: Cut,
    *,
    folder: Path | None,
    stage: str,
    progress: Progress | None = None,
) -> Prepared:
    """Cuts every slice of the stacks.

    Args:
        stacks: whose slices are cut, with and without a label: they are each other's neighbours.
        how: the windows.
        folder: where they are kept, memory-mapped; see `SpineLib.datasets.cache.prepare`.
        stage: what the person reads.
        progress: told of each stack.

    Returns:
        ``pixels``: uint8 [slices, side, side].
    """
    boxes = json.dumps([[(b.index, b.box_ras) for b in s.labels if b.box_ras] for s in stacks])
    key = {
        **asdict(how),
        "version": _VERSION,
        "boxes": hashlib.sha256(boxes.encode()).hexdigest(),
        "canal_sha256": needs_canal(stacks, how.kind) and canal_sha256(how.canal),
    }
    return prepare(
        stacks,
        partial(_cut_stack, how=how),
        key=key,
        folder=folder,
        workers=None if len(stacks) >= _WORTH_PROCESSES else 1,
        stage=stage,
        progress=progress,
    )


def needs_canal(stacks: Sequence[LabelledStack], kind: str) -> bool:
    """Whether the canal must be found: windows around it, and a slice without a reader's box."""
    return kind == "canal-window" and not all(_all_boxed(stack) for stack in stacks)


def canal_sha256(name: str) -> str:
    """Of the weights of the model that finds the canal."""
    return open_model(name).card.weights_sha256


def _all_boxed(stack: LabelledStack) -> bool:
    return bool(stack.labels) and all(label.box_ras for label in stack.labels)


def _cut_stack(stack: LabelledStack, *, how: Cut) -> Arrays:
    volume = stack.open()
    if any(not 0 <= label.index < len(volume.voxels) for label in stack.labels):
        raise BadInput(f"The stack {stack.id} has labels of slices that it has not")
    if how.kind == "whole-slice":
        return {"pixels": _bytes(_whole(volume, how.pixels))}
    centers = _centers(stack, volume, how)
    if how.crop == "box":
        return {"pixels": _bytes(_cropped(stack, volume, centers, how))}
    if not how.with_room:
        like = {"kind": how.kind, "pixels": how.pixels, "spacing_mm": how.spacing_mm, "context": 0}
        return {"pixels": _bytes(network_input(volume, centers, like)[:, 0])}
    return {
        "pixels": _bytes(_share(cut(volume, centers, how.side, how.spacing_mm * _FINER).pixels))
    }


def _whole(volume: Volume, size: int) -> torch.Tensor:
    """As `SpineLib.inference.windows.network_input` cuts whole slices, one channel."""
    pixels = whole_slices(volume, size).pixels
    low, high = pixels.amin((1, 2), keepdim=True), pixels.amax((1, 2), keepdim=True)
    return (pixels - low) / (high - low).clamp(min=1e-6)


def _cropped(
    stack: LabelledStack, volume: Volume, centers: NDArray[np.float64], how: Cut
) -> torch.Tensor:
    """Each slice at its own box's size; slices without a box are black and never learnt from."""
    pixels = torch.zeros(len(volume.voxels), how.side, how.side)
    room = _ROOM if how.with_room else 1.0
    for label in stack.labels:
        if label.box_ras is None:
            raise BadInput(
                f"A slice of the stack {stack.id} has no box to crop to",
                advice="Draw one, or set data.crop to window.",
            )
        one = Volume(
            volume.voxels[label.index : label.index + 1],
            _moved(volume.ijk_to_ras, label.index),
        )
        across = np.ptp(np.array(label.box_ras) @ one.directions[:, :2], axis=0).max()
        spacing = across * _AROUND_BOX * room / how.side
        pixels[label.index] = cut(one, centers[label.index][None], how.side, spacing).pixels[0]
    return _share(pixels)


def _moved(matrix: NDArray[np.float64], k: int) -> NDArray[np.float64]:
    out = matrix.copy()
    out[:3, 3] += k * out[:3, 2]
    return out


def _share(pixels: torch.Tensor) -> torch.Tensor:
    """Of the stack's brightest pixels but vessels and metal; outliers are cut off."""
    # Each window is scaled by its own percentiles after augmentation; this is only for the bytes.
    top = float(np.percentile(pixels.numpy()[:, ::2, ::2], 99.8))
    return pixels / max(top, 1e-6)


def _bytes(pixels: torch.Tensor) -> NDArray[np.uint8]:
    return (pixels * 255).round().clamp(0, 255).to(torch.uint8).numpy()


def _centers(stack: LabelledStack, volume: Volume, how: Cut) -> NDArray[np.float64]:
    """The windows' middles, RAS mm: of a reader's box, else as the canal is found.

    Slices without a label beside boxes are placed between them, as their neighbours are.
    """
    boxes = {b.index: np.mean(b.box_ras, axis=0) for b in stack.labels if b.box_ras is not None}
    slices = np.arange(len(volume.voxels))
    if _all_boxed(stack):
        known = sorted(boxes)
        ij = volume.ijk(np.array([boxes[k] for k in known]))
        place = [np.interp(slices, known, ij[:, n]) for n in (0, 1)]
        return volume.ras(np.column_stack([*place, slices]))
    centers = locate(volume, _canal_model(how.canal)).centers_ras.copy()
    for k, center in boxes.items():
        centers[k] = center
    return centers


@cache
def _canal_model(name: str) -> Loaded:
    return load(open_model(name), "cpu")
