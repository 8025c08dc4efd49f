"""Changing training slices at random: place, turn, size, contrast, sharpness, noise."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional as F  # noqa: N812


@dataclass(frozen=True)
class Ranges:
    """How much slices are changed.

    Attributes:
        shift: pixels of the result, each way.
        turn: degrees, each way.
        scale: largest factor, and one over it.
        mirror: probability of exchanging left and right (labels do not depend on the side).
        apart: pixels that a neighbouring slice is moved on its own, each way.
        gamma: largest exponent of the contrast, and one over it.
        noise: largest standard deviation, as a share of the full scale.
        blur: probability of a lower resolution.
        invert: probability of a reversed contrast.
        border: probability that the picture ends near the canal, as small fields of view do.
    """

    shift: float = 6.0
    turn: float = 15.0
    scale: float = 1.15
    mirror: float = 0.5
    apart: float = 0.0
    gamma: float = 1.6
    noise: float = 0.06
    blur: float = 0.3
    invert: float = 0.0
    border: float = 0.0


def moved(
    pixels: torch.Tensor, place: torch.Tensor, size: int, pixel: float, ranges: Ranges
) -> tuple[torch.Tensor, torch.Tensor]:
    """Random square windows of ``size`` pixels around ``place``, shifted, turned and scaled.

    Args:
        pixels: float32 [batch, channels, rows, columns].
        place: [batch, 2] row and column that becomes the window's middle, before the shift.
        size: pixels along each side of the result.
        pixel: size of a pixel of the result in pixels of the input.
        ranges: how much.

    Returns:
        Windows [batch, channels, size, size] and where ``place`` is in them, [batch, 2].
    """
    batch, channels, rows, columns = pixels.shape
    angle = torch.deg2rad(_each(batch) * ranges.turn)
    scale = torch.exp(_each(batch) * torch.log(torch.tensor(ranges.scale)))
    flip = 1 - 2 * (torch.rand(batch) < ranges.mirror).float()
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], -1)
    linear = turn.view(batch, 2, 2) * scale[:, None, None]
    linear[:, :, 1] *= flip[:, None]
    shift = _each(batch, 2) * ranges.shift
    axis = torch.arange(size, dtype=torch.float32) - (size - 1) / 2
    grid = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), -1).view(1, -1, 2)
    points = (grid - shift[:, None]) @ linear.mT * pixel + place[:, None]
    points = points.view(batch, 1, size, size, 2)
    jitter = _each(batch, channels, 1, 1, 2) * ranges.apart * pixel
    jitter[:, channels // 2] = 0
    points = (points + jitter).view(batch * channels, size, size, 2)
    unit = (points.flip(-1) + 0.5) * 2 / torch.tensor([columns, rows]) - 1
    flat = pixels.reshape(batch * channels, 1, rows, columns)
    out = F.grid_sample(flat, unit, padding_mode="zeros", align_corners=False)
    return out.view(batch, channels, size, size), shift + (size - 1) / 2


def recoloured(pixels: torch.Tensor, ranges: Ranges) -> torch.Tensor:
    """Random contrast, unevenness, sharpness and noise of windows in 0–1; same shape."""
    batch, _, size, _ = pixels.shape
    exponent = torch.exp(_each(batch, 1, 1, 1) * torch.log(torch.tensor(ranges.gamma)))
    pixels = pixels.clamp(min=0) ** exponent
    inverted = torch.rand(batch, 1, 1, 1) < ranges.invert
    top = pixels.amax((2, 3), keepdim=True)
    pixels = torch.where(inverted & (pixels > 0.02), top - pixels, pixels)
    axis = torch.linspace(-1, 1, size)
    slope = 1 + 0.35 * (
        _each(batch, 1, 1, 1) * axis[:, None] + _each(batch, 1, 1, 1) * axis[None, :]
    )
    pixels = pixels * slope
    blurred = torch.rand(batch) < ranges.blur
    if blurred.any():
        coarse = int(size / (1.2 + 1.2 * float(torch.rand(1))))
        small = F.interpolate(pixels[blurred], (coarse, coarse), mode="area")
        pixels[blurred] = F.interpolate(small, (size, size), mode="bilinear")
    noise = torch.rand(batch, 1, 1, 1) * ranges.noise
    # The magnitude of a noisy complex signal: Rician, as in MR.
    return torch.hypot(pixels + noise * torch.randn_like(pixels), noise * torch.randn_like(pixels))


def cropped(pixels: torch.Tensor, place: torch.Tensor, ranges: Ranges) -> torch.Tensor:
    """Blackens what lies beyond a random border that always leaves the canal in.

    Args:
        pixels: [batch, channels, rows, columns].
        place: [batch, 2] row and column of the canal.
        ranges: how often.
    """
    batch, _, rows, columns = pixels.shape
    reach = 14 + torch.rand(batch, 4) * 45
    reach[torch.rand(batch) >= ranges.border] = rows + columns
    r, c = torch.arange(rows)[None, :], torch.arange(columns)[None, :]
    keep_r = (r > place[:, :1] - reach[:, :1]) & (r < place[:, :1] + reach[:, 1:2])
    keep_c = (c > place[:, 1:] - reach[:, 2:3]) & (c < place[:, 1:] + reach[:, 3:])
    return pixels * (keep_r[:, None, :, None] & keep_c[:, None, None, :])


def _each(*shape: int) -> torch.Tensor:
    return torch.rand(*shape) * 2 - 1
