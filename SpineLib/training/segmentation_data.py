"""What a segmentation network learns from: prepared cases and strongly changed patches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F  # noqa: N812

from SpineLib.files import writing
from SpineLib.inference.grid import canonical_volume
from SpineLib.inference.segmentation import scaled, to_spacing
from SpineLib.inference.semantic import CANAL, CLASSES, DISC, VERTEBRA
from SpineLib.labels import structure
from SpineLib.volume import Volume


def semantic_of(spider: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """SPIDER's numbers as classes of `SpineLib.inference.segmentation`.

    Raises:
        ValueError: a number is not in SPIDER's scheme.
    """
    kinds = {"vertebra": VERTEBRA, "disc": DISC, "canal": CANAL}
    table = np.zeros(256, np.uint8)
    for label in np.unique(spider):
        if label:
            table[label] = kinds[structure(int(label)).kind]
    return table[spider]


@dataclass(frozen=True)
class Case:
    """One volume on the network's grid.

    Attributes:
        image: float32 [slice, row, column], 0-1, canonical order.
        classes: uint8 on the same grid.
    """

    image: NDArray[np.float32]
    classes: NDArray[np.uint8]

    def save(self, path: str | Path) -> None:
        """Writes an ``.npz``, whole or not at all."""
        with writing(path) as temporary:
            np.savez_compressed(
                temporary, image=self.image.astype(np.float16), classes=self.classes
            )

    @classmethod
    def load(cls, path: str | Path) -> Case:
        """Reads what `save` wrote."""
        with np.load(path, allow_pickle=False) as data:
            return cls(data["image"].astype(np.float32), data["classes"])


def prepare(volume: Volume, classes: Volume, spacing: Sequence[float]) -> Case:
    """Brings a volume and its classes to the network's grid as inference does.

    Args:
        volume: the image.
        classes: its semantic classes on the same grid.
        spacing: mm of the network's grid, slice, row, column.
    """
    volume, classes = canonical_volume(volume), canonical_volume(classes)
    own = volume.spacing[::-1]
    shares = [to_spacing(classes.voxels == c, own, spacing) for c in range(len(CLASSES))]
    image = scaled(to_spacing(volume.voxels, own, spacing))
    return Case(image, np.argmax(shares, axis=0).astype(np.uint8))


def draw(
    case: Case, patch: Sequence[int], rng: np.random.Generator, *, strength: float = 1.0
) -> tuple[torch.Tensor, torch.Tensor]:
    """A random patch of a case, moved, turned, scaled and with another contrast.

    Args:
        case: on the network's grid.
        patch: slices, rows, columns.
        rng: the only source of chance.
        strength: how far the contrast strays from the case's own, 0 to 1.

    Returns:
        Image float32 [1, *patch] in 0-1 and classes int64 [1, *patch].
    """
    image, classes = _place(case, patch, rng)
    return _contrast(image, rng, strength)[None], classes[None]


def _place(
    case: Case, patch: Sequence[int], rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    shape = np.array(case.image.shape)
    inside = np.argwhere(case.classes > 0)
    if len(inside) and rng.random() < 0.8:
        center = inside[rng.integers(len(inside))] + rng.normal(0, 0.15, 3) * patch
    else:
        center = rng.uniform(0, shape)
    reach = np.maximum(0, (shape - np.array(patch)) / 2)
    center = np.clip(center, shape / 2 - reach, shape / 2 + reach)
    turn, zoom = np.deg2rad(rng.uniform(-15, 15)), rng.uniform(0.8, 1.2, 3)
    # [column, row, slice] as grid_sample wants it; the turn is in the sagittal plane.
    size = np.array(patch)[::-1] / 2 * zoom[::-1]
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]]) @ np.diag(size)
    if rng.random() < 0.5:
        matrix[:, 2] *= -1
    half = shape[::-1] / 2
    theta = np.column_stack([matrix / half[:, None], (center[::-1] + 0.5 - half) / half])
    grid = F.affine_grid(
        torch.tensor(theta, dtype=torch.float32)[None], [1, 1, *patch], align_corners=False
    )
    image = torch.from_numpy(case.image)[None, None]
    classes = torch.from_numpy(case.classes.astype(np.float32))[None, None]
    image = F.grid_sample(image, grid, mode="bilinear", align_corners=False)[0, 0]
    classes = F.grid_sample(classes, grid, mode="nearest", align_corners=False)[0, 0]
    return image, classes.long()


def _contrast(image: torch.Tensor, rng: np.random.Generator, strength: float) -> torch.Tensor:
    """Contrast, field, blur and noise of another scanner and sequence."""
    if rng.random() < 0.5 * strength:
        image = _random_filters(image, rng)
    if rng.random() < 0.5 * strength:
        image = _remapped(image, rng)
    image = image.clamp(1e-4, 1) ** float(np.exp(strength * rng.uniform(-0.6, 0.6)))
    if rng.random() < 0.8:
        image = image * _field(image.shape, rng) ** strength
    if rng.random() < 0.4:
        image = _blurred(image, rng.uniform(0.3, 1.2))
    noise = (
        strength
        * rng.uniform(0, 0.08)
        * torch.from_numpy(rng.standard_normal((2, *image.shape)).astype(np.float32))
    )
    # Magnitude of a complex signal (Gudbjartsson & Patz 1995): Rician noise.
    image = torch.sqrt((image + noise[0]) ** 2 + noise[1] ** 2)
    return (image * float(rng.uniform(0.7, 1.3)) + float(rng.uniform(-0.05, 0.05))).clamp(0, 1)


def _remapped(image: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """A random piecewise-linear curve from dark to bright; air stays dark."""
    knots = np.linspace(0, 1, 7)
    values = np.clip(knots + rng.normal(0, 0.2, 7), 0, 1)
    values[0] = 0
    return torch.from_numpy(np.interp(image.numpy(), knots, values).astype(np.float32))


def _random_filters(image: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Shallow random convolutions mixed with the image (Ouyang et al. 2023, IEEE TMI 42:1095)."""
    layers, x = [(1, 2), (2, 1)], image[None, None]
    for number, (before, after) in enumerate(layers):
        size = int(rng.choice([1, 3]))
        kernel = rng.standard_normal((after, before, 1, size, size)).astype(np.float32)
        x = F.conv3d(x, torch.from_numpy(kernel), padding=(0, size // 2, size // 2))
        x = x + torch.from_numpy(rng.standard_normal((1, after, 1, 1, 1)).astype(np.float32))
        if number == 0:
            x = F.leaky_relu(x, 0.1)
    x = x[0, 0]
    x = (x - x.min()) / (x.max() - x.min()).clamp(min=1e-6)
    share = float(rng.uniform(0, 0.8))
    return share * x * (image > 0.02) + (1 - share) * image


def _field(shape: Sequence[int], rng: np.random.Generator) -> torch.Tensor:
    coarse = rng.normal(0, 0.35, (1, 1, 2, 4, 3)).astype(np.float32)
    smooth = F.interpolate(
        torch.from_numpy(coarse), size=tuple(shape), mode="trilinear", align_corners=True
    )
    return smooth[0, 0].exp()


def _blurred(image: torch.Tensor, sigma: float) -> torch.Tensor:
    offsets = torch.arange(-3, 4, dtype=torch.float32)
    kernel = torch.exp(-0.5 * (offsets / sigma) ** 2)
    kernel = kernel / kernel.sum()
    x = image[:, None]
    x = F.conv2d(x, kernel.view(1, 1, 7, 1), padding=(3, 0))
    return F.conv2d(x, kernel.view(1, 1, 1, 7), padding=(0, 3))[:, 0]


def statistics(cases: Sequence[Case]) -> dict[str, Any]:
    """Share of each class over the cases, for the record of a training run."""
    counts = sum(np.bincount(case.classes.ravel(), minlength=len(CLASSES)) for case in cases)
    shares = np.asarray(counts) / np.sum(counts)
    return {"cases": len(cases), **dict(zip(CLASSES, shares.round(4).tolist(), strict=True))}
