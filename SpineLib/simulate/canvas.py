"""Painting anatomy on a plane of sample points, with soft edges (exact partial volume)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineLib.simulate.tissues import Tissue

Box = tuple[slice, slice]


@dataclass
class Canvas:
    """Sample points of one plane and what has been painted there.

    Attributes:
        u, v, s: spine coordinates, mm, [rows, columns].
        x, y, z: the body's own coordinates: right and front of the canal's line at the same
            height, and RAS height; mm.
        signal: what the tissues give, [rows, columns].
        label: the tissue that covers most of each point.
        soft: width of an edge, mm (about one pixel).
        palette: signal of each tissue number.
    """

    u: NDArray[np.float32]
    v: NDArray[np.float32]
    s: NDArray[np.float32]
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    z: NDArray[np.float32]
    signal: NDArray[np.float32]
    label: NDArray[np.uint8]
    soft: float
    palette: NDArray[np.float32]

    def crop(self, mask: NDArray[np.bool_]) -> Canvas | None:
        """The smallest part of this canvas (a view of it) that holds ``mask``; None if empty."""
        rows = np.flatnonzero(mask.any(1))
        if not len(rows):
            return None
        columns = np.flatnonzero(mask.any(0))
        return self.part((slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)))

    def part(self, box: Box) -> Canvas:
        """A view of a rectangle of this canvas."""
        arrays = (self.u, self.v, self.s, self.x, self.y, self.z, self.signal, self.label)
        return Canvas(*(a[box] for a in arrays), self.soft, self.palette)

    def copy(self) -> Canvas:
        """The same points with signal and labels of its own."""
        return Canvas(
            self.u, self.v, self.s, self.x, self.y, self.z,
            self.signal.copy(), self.label.copy(), self.soft, self.palette,
        )  # fmt: skip

    def paint(self, distance: NDArray, tissue: Tissue, gain: float | NDArray = 1.0) -> None:
        """Covers what is inside (``distance`` < 0 mm) with a tissue."""
        cover = np.clip(0.5 - distance / self.soft, 0, 1).astype(np.float32)
        self.signal += cover * (self.palette[tissue] * gain - self.signal)
        self.label[distance < 0] = tissue


def ellipse(
    u: NDArray, v: NDArray, a: NDArray | float, b: NDArray | float, power: float = 2.0
) -> NDArray:
    """Approximate signed distance to a superellipse of half axes ``a`` (u) and ``b`` (v)."""
    if power == 2.0:
        f = np.sqrt((u / a) ** 2 + (v / b) ** 2)
    else:
        f = (np.abs(u / a) ** power + np.abs(v / b) ** power) ** np.float32(1 / power)
    radius = np.sqrt(u * u + v * v)
    return np.where(f > 0.3, radius * (1 - 1 / np.maximum(f, 0.3)), -np.minimum(a, b) * (1 - f))


def rotated(u: NDArray, v: NDArray, degrees: float) -> tuple[NDArray, NDArray]:
    """Coordinates in axes that are turned by ``degrees``."""
    c, s = np.float32(np.cos(np.radians(degrees))), np.float32(np.sin(np.radians(degrees)))
    return u * c + v * s, v * c - u * s


def capsule(u: NDArray, v: NDArray, start: tuple, end: tuple, radius: float) -> NDArray:
    """Signed distance to a thick line between two points of the (u, v) plane."""
    du, dv = end[0] - start[0], end[1] - start[1]
    t = np.clip(((u - start[0]) * du + (v - start[1]) * dv) / (du * du + dv * dv), 0, 1)
    return np.hypot(u - start[0] - t * du, v - start[1] - t * dv) - radius
