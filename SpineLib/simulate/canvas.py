"""Painting anatomy on a plane of sample points, with soft edges (partial volume in the plane).

Shapes are painted one over the other; each is evaluated only in the rectangle of the plane that
can hold it, which `Canvas.within` finds from the lowest and highest coordinate of each row and
column.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.simulate.tissues import Tissue

Array = NDArray[Any]
FIELDS = ("u", "v", "s", "x", "y", "z", "n1", "n2", "n3")


class Canvas:
    """Sample points of one plane and what has been painted there.

    Attributes:
        u, v, s: spine coordinates, mm, [rows, columns].
        x, y, z: the body's own coordinates: to the right and to the front of the canal's line at
            the same height, and RAS height; mm.
        n1, n2, n3: three smooth random fields of unit deviation, fixed in the patient.
        signal: what the tissues give, [rows, columns].
        fat: the share of it that comes from fat and so is shifted.
        label: the tissue at each point.
        soft: width of an edge, mm (about one pixel).
        palette: signal of each tissue number.

    Args:
        fields: the coordinates by name of `FIELDS`.
        soft, palette: see above.
    """

    __slots__ = (*FIELDS, "_edges", "_span", "fat", "label", "palette", "signal", "soft")

    u: Array
    v: Array
    s: Array
    x: Array
    y: Array
    z: Array
    n1: Array
    n2: Array
    n3: Array

    def __init__(self, fields: dict[str, Array], soft: float, palette: Array) -> None:
        for name in FIELDS:
            setattr(self, name, fields[name])
        shape = self.u.shape
        self.signal = np.zeros(shape, np.float32)
        self.fat = np.zeros(shape, np.float32)
        self.label = np.zeros(shape, np.uint8)
        self.soft, self.palette = float(soft), palette
        self._edges: dict[str, tuple[Array, Array, Array, Array]] = {}
        self._span: dict[str, tuple[float, float]] = {}
        self.measure_edges()

    def measure_edges(self) -> None:
        """Notes each row's and column's lowest and highest coordinate, for `within`."""
        for name in FIELDS[:6]:
            a = getattr(self, name)
            low, high = a.min(1), a.max(1)
            self._edges[name] = (low, high, a.min(0), a.max(0))
            self._span[name] = (float(low.min()), float(high.max()))

    def within(self, **limits: tuple[float, float]) -> Canvas | None:
        """A view of the rectangle that holds all points inside the limits; None if there is none.

        Args:
            limits: lowest and highest value by coordinate, as ``u=(-10, 10)``.
        """
        for name, (low, high) in limits.items():
            lowest, highest = self._span[name]
            if highest < low or lowest > high:
                return None
        rows = np.ones(self.u.shape[0], bool)
        columns = np.ones(self.u.shape[1], bool)
        for name, (low, high) in limits.items():
            row_low, row_high, column_low, column_high = self._edges[name]
            rows &= (row_high >= low) & (row_low <= high)
            columns &= (column_high >= low) & (column_low <= high)
        r, c = rows.nonzero()[0], columns.nonzero()[0]
        if not len(r) or not len(c):
            return None
        return self.part(slice(r[0], r[-1] + 1), slice(c[0], c[-1] + 1))

    def part(self, rows: slice, columns: slice) -> Canvas:
        """A view of a rectangle of this canvas: painting there paints here."""
        view = object.__new__(Canvas)
        for name in (*FIELDS, "signal", "fat", "label"):
            setattr(view, name, getattr(self, name)[rows, columns])
        view.soft, view.palette, view._span = self.soft, self.palette, self._span
        view._edges = {
            name: (a[rows], b[rows], c[columns], d[columns])
            for name, (a, b, c, d) in self._edges.items()
        }
        return view

    def same_part(self, array: Array, whole: Canvas) -> Array:
        """The part of an array on ``whole``'s points that lies on this view of it."""
        if self.label.shape == whole.label.shape:
            return array
        offset = _address(self.label) - _address(whole.label)
        top, left = divmod(offset, whole.label.strides[0])
        rows, columns = self.u.shape
        return array[top : top + rows, left : left + columns]

    def moved(self, du: float, dv: float, ds: float) -> Canvas:
        """A copy of the same points a little off, with signal and labels of its own."""
        copy = object.__new__(Canvas)
        for name in FIELDS:
            setattr(copy, name, getattr(self, name))
        copy.signal, copy.fat, copy.label = self.signal.copy(), self.fat.copy(), self.label.copy()
        copy.soft, copy.palette = self.soft, self.palette
        copy._edges, copy._span = dict(self._edges), dict(self._span)
        for name, shift in (("u", du), ("v", dv), ("s", ds)):
            if shift:
                setattr(copy, name, getattr(self, name) + np.float32(shift))
                low, high, left, right = self._edges[name]
                d = np.float32(shift)
                copy._edges[name] = (low + d, high + d, left + d, right + d)
                copy._span[name] = (float((low + d).min()), float((high + d).max()))
        return copy

    def paint(self, distance: Array, tissue: Tissue, gain: float | Array = 1.0) -> None:
        """Covers what is inside (``distance`` < 0 mm) with a tissue.

        Args:
            distance: approximate signed distance to the shape's surface, mm.
            tissue: what it is made of.
            gain: factor on the tissue's signal.
        """
        if distance.min() >= 0.5 * self.soft:
            return  # nothing of it is here
        cover = distance * (-1.0 / self.soft)
        cover += 0.5
        np.clip(cover, 0, 1, out=cover)
        self.blend(cover, tissue, gain)
        self.label[distance < 0] = tissue

    def blend(self, cover: Array, tissue: Tissue, gain: float | Array = 1.0) -> None:
        """Mixes a share ``cover`` (0-1) of a tissue's signal in; the labels stay."""
        value = float(self.palette[tissue]) * gain
        self.signal += cover * (value - self.signal)
        self.fat += cover * (_FAT[tissue] - self.fat)


COARSE = 8  # pixels between the points where smooth coordinates are really computed


@cache
def spread(count: int) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Coarse pixel positions and the matrix that reads them linearly at every pixel."""
    at = np.arange(0, count + COARSE, COARSE, dtype=np.float64)
    pixel = np.arange(count)
    low = pixel // COARSE
    part = (pixel % COARSE) / COARSE
    matrix = np.zeros((count, len(at)), np.float32)
    matrix[pixel, low] = 1 - part
    matrix[pixel, low + 1] += part
    return at, matrix


def _address(array: NDArray) -> int:
    return int(array.__array_interface__["data"][0])


_FAT = [0.0] * len(Tissue)
_FAT[Tissue.FAT] = _FAT[Tissue.EPIDURAL_FAT] = 1.0
_FAT[Tissue.MARROW] = 0.45


def share(u: Array, v: Array, a: float | Array, b: float | Array, power: float = 2.0) -> Array:
    """How far out a point is in a superellipse: 0 at its centre, 1 on its outline."""
    if power == 2.0:
        f = u * (1 / a)
        f *= f
        g = v * (1 / b)
        g *= g
        f += g
        return np.sqrt(f)
    return (np.abs(u * (1 / a)) ** power + np.abs(v * (1 / b)) ** power) ** (1 / power)


def ellipse(u: Array, v: Array, a: float | Array, b: float | Array, power: float = 2.0) -> Array:
    """Approximate signed distance to a superellipse of half axes ``a`` (u) and ``b`` (v), mm.

    First order: f (f - 1) / |gradient of f²| / 2, exact at the outline for an ellipse.
    """
    f = share(u, v, a, b, power)
    p, q = u * (1 / (a * a)), v * (1 / (b * b))
    slope = np.sqrt(p * p + q * q)
    tiny = np.asarray(1e-4 / np.minimum(a, b), f.dtype)  # a float64 number would widen all
    return (f + 1e-4) * (f - 1) / (slope + tiny)


def rotated(u: Array, v: Array, degrees: float) -> tuple[Array, Array]:
    """Coordinates in axes that are turned by ``degrees``."""
    c, s = float(np.cos(np.radians(degrees))), float(np.sin(np.radians(degrees)))
    return u * c + v * s, v * c - u * s


def capsule(
    u: Array, v: Array, start: tuple[float, float], end: tuple[float, float], radius: float | Array
) -> Array:
    """Signed distance to a thick line between two points of the (u, v) plane, mm."""
    du, dv = end[0] - start[0], end[1] - start[1]
    length = du * du + dv * dv
    t = np.clip(((u - start[0]) * du + (v - start[1]) * dv) * (1 / length), 0, 1)
    p, q = u - start[0] - t * du, v - start[1] - t * dv
    return np.sqrt(p * p + q * q) - radius
