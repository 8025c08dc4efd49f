"""Changing a whole slice at random, so that the canal is found wherever it stands.

Unlike `SpineLib.training.slice_augment` it says where the canal went.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, Field
from torch.nn import functional as F  # noqa: N812

Chance = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0)]


class Ranges(BaseModel):
    """How much slices are changed; the recipe's ``[augment]``. What is left out is not done.

    Attributes:
        shift: pixels of the result, each way.
        turn: degrees, each way.
        scale: largest factor, and one over it.
        stretch: largest factor of rows against columns, and one over it.
        mirror: probability of exchanging left and right.
        gamma: largest exponent of the contrast, and one over it.
        bias: largest slope of an uneven brightness, as a share from the middle to a border.
        noise: largest standard deviation of Rician noise, as a share of the full scale.
        blur: probability of a lower resolution, 1.2 to 2.4 times.
        invert: probability of a reversed contrast.
        border: probability that the picture ends near the canal, as small fields of view do.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    shift: Amount = 0.0
    turn: Amount = 0.0
    scale: Annotated[float, Field(ge=1)] = 1.0
    stretch: Annotated[float, Field(ge=1)] = 1.0
    mirror: Chance = 0.0
    gamma: Annotated[float, Field(ge=1)] = 1.0
    bias: Amount = 0.0
    noise: Amount = 0.0
    blur: Chance = 0.0
    invert: Chance = 0.0
    border: Chance = 0.0


# Pixels of a border's distance to the canal: the least, and what chance adds at most (by hand).
_NEAREST, _FARTHER = 14.0, 45.0


def changed(
    pixels: torch.Tensor,
    place: NDArray[np.float32],
    size: int,
    ranges: Ranges,
    rng: np.random.Generator,
) -> tuple[torch.Tensor, NDArray[np.float64]]:
    """A random square window around the canal.

    Args:
        pixels: float32 [rows, columns] in 0–1.
        place: row and column of the canal's centre.
        size: pixels along each side of the result.
        ranges: how much.
        rng: all chance comes from it.

    Returns:
        The window [size, size], and row and column of the canal's centre in it.
    """
    window, move = moved(pixels[None], place, size, ranges, rng)
    window = recoloured(window[0], ranges, rng)
    at = move.in_window(place)
    if rng.random() < ranges.border:
        near = _NEAREST + _FARTHER * rng.random(4)
        axis = np.arange(size)
        rows = (axis > at[0] - near[0]) & (axis < at[0] + near[1])
        columns = (axis > at[1] - near[2]) & (axis < at[1] + near[3])
        window = window * torch.from_numpy(rows[:, None] & columns[None])
    return window, at


@dataclass(frozen=True)
class Move:
    """How a window's rows and columns lie in the slice that it was cut from.

    Attributes:
        linear: 2x2, a step in the window as a step in the slice.
        middle: row and column of the slice in the window's middle.
        size: pixels along each side of the window.
    """

    linear: NDArray[np.float64]
    middle: NDArray[np.float64]
    size: int

    def in_window(self, places: ArrayLike) -> NDArray[np.float64]:
        """Row and column [..., 2] of the slice in the window."""
        away = np.asarray(places, np.float64) - self.middle
        return away @ np.linalg.inv(self.linear).T + (self.size - 1) / 2


def moved(
    pixels: torch.Tensor,
    place: NDArray[np.floating],
    size: int,
    ranges: Ranges,
    rng: np.random.Generator,
) -> tuple[torch.Tensor, Move]:
    """A square window [channels, size, size] of ``pixels`` [channels, rows, columns] near a place."""
    angle = np.deg2rad(rng.uniform(-ranges.turn, ranges.turn))
    scale = np.exp(rng.uniform(-1, 1) * np.log(ranges.scale))
    flip = -1.0 if rng.random() < ranges.mirror else 1.0
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    tall = np.exp(rng.uniform(-1, 1) * np.log(ranges.stretch)) if ranges.stretch > 1 else 1.0
    linear = scale * turn @ np.diag([tall, flip])  # of (row, column), window to slice
    shift = rng.uniform(-ranges.shift, ranges.shift, 2)
    # grid_sample counts columns first and from -1 to 1 over the pixels' outer edges.
    extent = np.array(pixels.shape[1:])
    middle = place - linear @ shift
    matrix = linear * size / extent[:, None]
    origin = (2 * middle + 1) / extent - 1
    theta = np.column_stack([matrix[::-1, ::-1], origin[::-1]])
    grid = F.affine_grid(
        torch.tensor(theta, dtype=torch.float32)[None], [1, 1, size, size], align_corners=False
    )
    window = F.grid_sample(pixels[None], grid, align_corners=False)[0]
    return window, Move(linear, middle, size)


def recoloured(pixels: torch.Tensor, ranges: Ranges, rng: np.random.Generator) -> torch.Tensor:
    """Random contrast, unevenness, sharpness and noise of [..., size, size]; not negative."""
    size, shape = pixels.shape[-1], pixels.shape
    pixels = pixels.clamp(min=0) ** float(np.exp(rng.uniform(-1, 1) * np.log(ranges.gamma)))
    if rng.random() < ranges.invert:
        pixels = torch.where(pixels > 0.02, pixels.max() - pixels, pixels)
    axis = torch.linspace(-1, 1, size)
    down, across = rng.uniform(-ranges.bias, ranges.bias, 2)
    pixels = pixels * (1 + float(down) * axis[:, None] + float(across) * axis[None]).clamp(min=0)
    if rng.random() < ranges.blur:
        coarse = int(size / rng.uniform(1.2, 2.4))
        small = F.interpolate(pixels.reshape(1, -1, size, size), (coarse, coarse), mode="area")
        pixels = F.interpolate(small, (size, size), mode="bilinear").reshape(shape)
    strength = float(rng.uniform(0, ranges.noise))
    chance = torch.Generator().manual_seed(int(rng.integers(1 << 32)))
    noise = strength * torch.randn(2, *shape, generator=chance)  # faster than NumPy's
    # The magnitude of a noisy complex signal: Rician, as in MR (Gudbjartsson & Patz 1995).
    return torch.hypot(pixels + noise[0], noise[1])
