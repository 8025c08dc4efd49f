"""What a segmentation network learns from: prepared cases and strongly changed patches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from torch.nn import functional as F  # noqa: N812

from SpineLib.datasets.cache import Arrays, Prepared
from SpineLib.datasets.cases import LabelledVolume
from SpineLib.errors import BadInput
from SpineLib.inference.grid import canonical_volume
from SpineLib.inference.segmentation import AIR, PERCENTILES, scaled, to_spacing
from SpineLib.inference.semantic import CANAL, CLASSES, DISC, SACRUM, VERTEBRA
from SpineLib.labels import SACRUM as SACRUM_NUMBER
from SpineLib.labels import structure
from SpineLib.volume import Volume


def semantic_of(spider: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """SPIDER's numbers, and that of the sacrum, as classes of `SpineLib.inference.semantic`.

    Raises:
        BadInput: a number is not in SPIDER's scheme.
    """
    kinds = {"vertebra": VERTEBRA, "disc": DISC, "canal": CANAL}
    table = np.zeros(256, np.uint8)
    table[SACRUM_NUMBER] = SACRUM
    for label in np.unique(spider):
        if label and label != SACRUM_NUMBER:
            try:
                table[label] = kinds[structure(int(label)).kind]
            except ValueError as error:
                raise BadInput(f"A mask holds {label}, which is not a label of SPIDER") from error
    return table[spider]


Chance = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0)]


class Ranges(BaseModel):
    """How much patches are changed; the recipe's ``[augment]``. What is left out is not done.

    Attributes:
        turn: degrees in the sagittal plane, each way.
        scale: largest change of each axis's size, as a share, each way.
        mirror: probability of exchanging left and right.
        crop: probability that the picture is a part of itself, as small fields of view are.
        strength: how far the contrast strays from the volume's own, 0 to 1: random shallow
            filters, curves, unevenness, gamma and noise.
        blur: probability of a lower resolution in the sagittal plane.
        thick: probability of a lower resolution across the slices.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    turn: Amount = 0.0
    scale: Annotated[float, Field(ge=0, lt=1)] = 0.0
    mirror: Chance = 0.0
    crop: Chance = 0.0
    strength: Chance = 0.0
    blur: Chance = 0.0
    thick: Chance = 0.0


# Shortest sides of a random field of view, as shares of the volume's (by hand).
_LEAST_SHARE = (0.5, 0.3, 0.3)


@dataclass(frozen=True)
class Case:
    """One volume on the network's grid.

    Attributes:
        image: [slice, row, column] in 0-1, canonical order, of any floating type.
        classes: uint8 on the same grid.
        inside: int32 [n, 3], some voxels that belong to a structure.
    """

    image: NDArray[np.floating]
    classes: NDArray[np.uint8]
    inside: NDArray[np.int32]


def prepare_case(
    volume: Volume, classes: Volume, spacing: Sequence[float], count: int = len(CLASSES)
) -> Case:
    """Brings a volume and its classes to the network's grid as inference does.

    Args:
        volume: the image.
        classes: its semantic classes on the same grid.
        spacing: mm of the network's grid, slice, row, column.
        count: of the classes that the network tells apart; what is beyond them is background.
    """
    volume, classes = canonical_volume(volume), canonical_volume(classes)
    own = volume.spacing[::-1]
    shares = [to_spacing(classes.voxels == c, own, spacing) for c in range(1, count)]
    image = scaled(to_spacing(volume.voxels, own, spacing))
    background = 1 - np.sum(shares, axis=0)
    found = np.argmax([background, *shares], axis=0).astype(np.uint8)
    return Case(image, found, _some_inside(found))


def _some_inside(classes: NDArray[np.uint8], most: int = 4096) -> NDArray[np.int32]:
    inside = np.argwhere(classes > 0).astype(np.int32)
    chosen = np.random.default_rng(0).permutation(len(inside))[:most]
    return inside[np.sort(chosen)]


def arrays_of(
    volume: LabelledVolume, *, spacing: Sequence[float], classes: int = len(CLASSES)
) -> Arrays:
    """A labelled volume on the network's grid, as `SpineLib.datasets.cache` keeps it.

    Args:
        volume: with SPIDER's numbers, and perhaps that of the sacrum.
        spacing, classes: as for `prepare_case`.

    Raises:
        BadInput: as its reader, or labels outside of SPIDER's scheme, or no label at all.
    """
    image, labels = volume.open()
    case = prepare_case(image, labels.with_voxels(semantic_of(labels.voxels)), spacing, classes)
    if not len(case.inside):
        raise BadInput(f"The volume {volume.id} has no labelled structure")
    return {
        "image": case.image.astype(np.float16).reshape(-1),
        "classes": case.classes.reshape(-1),
        "inside": case.inside,
        "shape": np.array([case.image.shape]),
        "present": np.unique(case.classes),
    }


def case_of(prepared: Prepared, number: int) -> Case:
    """A case of `arrays_of`, views of the files."""
    held = prepared.case(number)
    shape = held["shape"][0]
    return Case(held["image"].reshape(shape), held["classes"].reshape(shape), held["inside"])


def draw(
    case: Case,
    patch: Sequence[int],
    rng: np.random.Generator,
    ranges: Ranges,
    *,
    foreground: float = 0.8,
) -> tuple[torch.Tensor, torch.Tensor]:
    """A random patch of a case, moved, turned, scaled, cut off and with another contrast.

    Args:
        case: on the network's grid.
        patch: slices, rows, columns.
        rng: the only source of chance.
        ranges: how much.
        foreground: probability that it stands around a structure.

    Returns:
        Image float32 [1, *patch] in 0-1 and classes int64 [1, *patch].
    """
    view = _view(case, rng, ranges)
    grid = _grid(case, view, patch, rng, ranges, foreground)
    image = torch.from_numpy(case.image[view].astype(np.float32))[None, None]
    classes = torch.from_numpy(case.classes[view].astype(np.float32))[None, None]
    image = F.grid_sample(image, grid, mode="bilinear", align_corners=False)[0, 0]
    classes = F.grid_sample(classes, grid, mode="nearest", align_corners=False)[0, 0]
    outside = (grid.abs() > 1).any(-1)[0]
    image = _contrast(_narrowed(image, case, view), rng, ranges)
    return image.masked_fill(outside, 0.0)[None], classes[None].long()


def _view(case: Case, rng: np.random.Generator, ranges: Ranges) -> tuple[slice, ...]:
    """The part of the volume that is in the picture, around some structure."""
    shape = case.image.shape
    if rng.random() >= ranges.crop or not len(case.inside):
        return tuple(slice(0, n) for n in shape)
    center = case.inside[rng.integers(len(case.inside))]
    view = []
    for at, size, least in zip(center, shape, _LEAST_SHARE, strict=True):
        side = max(4, round(size * rng.uniform(least, 1)))
        first = int(np.clip(at - rng.integers(0, side), 0, size - side)) if side < size else 0
        view.append(slice(first, first + side))
    return tuple(view)


def _narrowed(image: torch.Tensor, case: Case, view: tuple[slice, ...]) -> torch.Tensor:
    """Brightness as it is where only the view was measured: scaled by its own percentiles."""
    part = case.image[view]
    if part.shape == case.image.shape:
        return image
    sample = part[:, ::2, ::2].astype(np.float32)
    body = sample[sample > AIR]
    low, high = np.percentile(body if body.size else sample, PERCENTILES)
    low = min(float(low), float(np.percentile(sample, PERCENTILES[0])))
    return ((image - low) / max(float(high) - low, 1e-3)).clamp(0, 1)


def _grid(
    case: Case,
    view: tuple[slice, ...],
    patch: Sequence[int],
    rng: np.random.Generator,
    ranges: Ranges,
    foreground: float,
) -> torch.Tensor:
    """Where the patch's voxels lie in the view, as grid_sample wants it: column, row, slice."""
    first = np.array([one.start for one in view])
    shape = np.array([one.stop - one.start for one in view])
    center = rng.uniform(0, shape)
    if len(case.inside) and rng.random() < foreground:
        chosen = case.inside[rng.integers(len(case.inside))] - first
        center = chosen + 0.5 + rng.normal(0, 0.15, 3) * patch
    reach = np.maximum(0, (shape - np.array(patch)) / 2)
    center = np.clip(center, shape / 2 - reach, shape / 2 + reach)
    turn = np.deg2rad(rng.uniform(-ranges.turn, ranges.turn))
    zoom = rng.uniform(1 - ranges.scale, 1 + ranges.scale, 3)
    size = np.array(patch)[::-1] / 2 * zoom[::-1]
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]]) @ np.diag(size)
    if rng.random() < ranges.mirror:
        matrix[:, 2] *= -1
    half = shape[::-1] / 2
    theta = np.column_stack([matrix / half[:, None], (center[::-1] - half) / half])
    return F.affine_grid(
        torch.tensor(theta, dtype=torch.float32)[None], [1, 1, *patch], align_corners=False
    )


def _contrast(image: torch.Tensor, rng: np.random.Generator, ranges: Ranges) -> torch.Tensor:
    """Contrast, field, blur and noise of another scanner and sequence."""
    strength = ranges.strength
    if rng.random() < 0.5 * strength:
        image = _random_filters(image, rng)
    if rng.random() < 0.5 * strength:
        image = _remapped(image, rng)
    image = image.clamp(1e-4, 1) ** float(np.exp(strength * rng.uniform(-0.6, 0.6)))
    if strength and rng.random() < 0.8:
        image = image * _field(image.shape, rng) ** strength
    if rng.random() < ranges.thick:
        weight = float(rng.uniform(0.1, 0.3))
        ends = torch.cat([image[:1], image, image[-1:]])
        image = (1 - 2 * weight) * image + weight * (ends[:-2] + ends[2:])
    if rng.random() < ranges.blur:
        image = _blurred(image, rng.uniform(0.3, 1.2))
    level = float(strength * rng.uniform(0, 0.08))
    chance = torch.Generator().manual_seed(int(rng.integers(1 << 32)))
    noise = level * torch.randn(2, *image.shape, generator=chance)  # faster than NumPy's
    # Magnitude of a complex signal (Gudbjartsson & Patz 1995): Rician noise.
    image = torch.sqrt((image + noise[0]) ** 2 + noise[1] ** 2)
    gain, offset = 1 + strength * rng.uniform(-0.3, 0.3), strength * rng.uniform(-0.05, 0.05)
    return (image * float(gain) + float(offset)).clamp(0, 1)


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
