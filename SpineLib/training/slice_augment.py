"""Changing a training slice at random, with MONAI: place, turn, size, contrast, sharpness, noise."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import torch
from monai import transforms
from monai.data.meta_obj import get_track_meta, set_track_meta
from pydantic import BaseModel, ConfigDict, Field

Chance = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0)]


class Ranges(BaseModel):
    """How much slices are changed; the recipe's ``[augment]``. What is left out is not done.

    Attributes:
        shift: pixels of the network's input, each way.
        turn: degrees, each way.
        scale: largest change of size, as a share, each way.
        mirror: probability of exchanging left and right (labels do not depend on the side).
        reverse: probability of exchanging the neighbours above and below.
        apart: pixels that a neighbouring slice is moved on its own, each way.
        gamma: largest exponent of the contrast, and one over it.
        bias: largest coefficient of an uneven brightness (a polynomial of second degree).
        noise: largest standard deviation of Rician noise, as a share of the full scale.
        blur: largest standard deviation of a Gaussian, in pixels of the network's input.
        often: probability of each of the last four.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    shift: Amount = 0.0
    turn: Amount = 0.0
    scale: Annotated[float, Field(ge=0, lt=1)] = 0.0
    mirror: Chance = 0.0
    reverse: Chance = 0.0
    apart: Amount = 0.0
    gamma: Annotated[float, Field(ge=1)] = 1.0
    bias: Amount = 0.0
    noise: Amount = 0.0
    blur: Amount = 0.0
    often: Chance = 0.5


class Augmentation:
    """Random changes of one slice with its neighbours.

    Args:
        ranges: how much.
        pixels: along each side of the result.
        step: size of a pixel of the result in pixels of the input.
    """

    def __init__(self, ranges: Ranges, pixels: int, step: float) -> None:
        self.ranges, self._step = ranges, step
        # MONAI multiplies the grid that it samples at by 1 and a number of this range.
        self._place = transforms.RandAffine(
            prob=1.0,
            rotate_range=np.deg2rad(ranges.turn),
            translate_range=(ranges.shift * step,) * 2,
            scale_range=((step * (1 - ranges.scale) - 1, step * (1 + ranges.scale) - 1),) * 2,
            spatial_size=(pixels, pixels),
            padding_mode="zeros",
        )
        mirror = transforms.RandFlip(prob=ranges.mirror, spatial_axis=1)
        often = ranges.often
        tone: list[transforms.RandomizableTransform] = []
        if ranges.gamma > 1:
            gamma = (1 / ranges.gamma, ranges.gamma)
            tone.append(transforms.RandAdjustContrast(prob=often, gamma=gamma))
        if ranges.bias:
            degree, coefficients = 2, (-ranges.bias, ranges.bias)
            tone.append(transforms.RandBiasField(degree, coefficients, prob=often))
        if ranges.blur:
            sigma = (0.0, ranges.blur)
            tone.append(transforms.RandGaussianSmooth(sigma, sigma, prob=often))
        if ranges.noise:
            # Drawn anew by MONAI between 0 and this; the magnitude of a noisy complex signal.
            tone.append(transforms.RandRicianNoise(prob=often, std=ranges.noise, sample_std=True))
        self._changes = [self._place, mirror, *tone]

    def __call__(self, pixels: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
        """A changed window.

        Args:
            pixels: float32 [channels, side, side] in 0–1; neighbouring slices are channels.
            rng: all chance comes from it.

        Returns:
            float32 [channels, pixels, pixels].
        """
        # MONAI draws from NumPy's older generator.
        state = np.random.RandomState(rng.integers(1 << 32, dtype=np.uint32))
        pixels = self._neighbours(pixels, rng)
        with _plain_tensors():
            for change in self._changes:
                change.set_random_state(state=state)
                pixels = change(pixels)
        return pixels.float()

    def _neighbours(self, pixels: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
        channels = len(pixels)
        if channels == 1:
            return pixels
        if rng.random() < self.ranges.reverse:
            pixels = pixels.flip(0)
        most = self.ranges.apart * self._step
        if most < 0.5:
            return pixels
        moves = rng.uniform(-most, most, (channels, 2)).round().astype(int)
        moves[channels // 2] = 0
        parts = [p.roll(tuple(m), (0, 1)) for p, m in zip(pixels, moves.tolist(), strict=True)]
        return torch.stack(parts)


class _plain_tensors:  # noqa: N801 - reads as a sentence in a with statement
    """Within it MONAI keeps no record of what it did; that costs more than the doing."""

    def __enter__(self) -> None:
        self._before = get_track_meta()
        set_track_meta(False)

    def __exit__(self, *_: object) -> None:
        set_track_meta(self._before)
