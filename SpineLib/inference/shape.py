"""Size and shape of one outline on a slice, with boundaries between pixels; needs no torch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import scipy  # its parts are imported where they are first used: each takes a third of a second
from numpy.typing import NDArray

# A boundary is placed by sample points that are about this far apart, mm: at most so many a pixel.
_FINE_MM, _FINEST = 0.1, 5
# Below this an outline is a speck, mm².
LEAST_AREA = 4.0
# Points that touch with a side are connected.
_NEIGHBOURS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.bool_)
_POSTERIOR, _LEFT = np.array([0.0, -1.0, 0.0]), np.array([-1.0, 0.0, 0.0])


@dataclass(frozen=True)
class Shape:
    """An outline as it is cut at a right angle to the canal.

    Attributes:
        inside: sample points, some a pixel.
        steps: 2×2, mm to the left and to the front of a step along their rows and columns.
        area: mm².
        ap: mm from front to back, the mean over the middle third of the width: what the
            mid-sagittal slice of 3 to 4 mm shows, on which MSCC was defined (Fehlings et al. 1999,
            Spine 24:605). The extent would hardly tell of a cord that is cut from one side.
        transverse: mm from left to right, the outline's extent.
        cut: it touches the border of the field.
        rim: the sample points with a neighbour that is outside, [points, 2].
    """

    inside: NDArray[np.bool_]
    steps: NDArray[np.float64]
    area: float
    ap: float
    transverse: float
    cut: bool
    rim: NDArray[np.intp]

    @cached_property
    def solidity(self) -> float:
        """Area as a share of its convex hull's, 0–1."""
        return min(1.0, self.area / _hull_area(self.rim, self.steps))

    @property
    def eccentricity(self) -> float:
        """Of the ellipse with the same second moments, 0–1."""
        values, _ = self._axes
        return float(np.sqrt(max(0.0, 1 - values[0] / values[1])))

    @property
    def angle(self) -> float:
        """Degrees of the long axis to the left-right direction, -90 to 90."""
        _, vectors = self._axes
        axis = vectors[:, 1] * np.sign(vectors[0, 1] or 1.0)
        return float(np.degrees(np.arctan2(axis[1], axis[0])))

    @cached_property
    def asymmetry(self) -> float:
        """Share of the area that its mirror image about its own middle does not cover, 0–1."""
        places = _places(self.inside, every=3).astype(np.float64)  # some are enough
        middle = self._moments[0]
        away = (places - middle) @ self.steps
        mirrored = (away * [-1, 1]) @ np.linalg.inv(self.steps) + middle
        at = np.rint(mirrored).astype(int)
        at = at[((at >= 0) & (at < self.inside.shape)).all(axis=1)]
        return float(1 - self.inside[at[:, 0], at[:, 1]].sum() / len(places))

    @cached_property
    def _moments(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Middle [row, column] and covariance 2×2, in sample points."""
        inside = self.inside.astype(np.float64)
        rows, columns = np.arange(inside.shape[0]), np.arange(inside.shape[1])
        by_row, by_column, count = inside.sum(1), inside.sum(0), inside.sum()
        middle = np.array([by_row @ rows, by_column @ columns]) / count
        cross = (rows - middle[0]) @ inside @ (columns - middle[1])
        spread = [by_row @ (rows - middle[0]) ** 2, by_column @ (columns - middle[1]) ** 2]
        return middle, np.array([[spread[0], cross], [cross, spread[1]]]) / count

    @cached_property
    def _axes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        values, vectors = np.linalg.eigh(self.steps.T @ self._moments[1] @ self.steps)
        return values, vectors


def shape_of(
    field: NDArray[np.floating],
    row: NDArray[np.float64],
    column: NDArray[np.float64],
    course: NDArray[np.float64],
) -> Shape | None:
    """Measures what lies inside of the 0.5 level of a field.

    Every point is projected along the canal's course onto the plane at a right angle to it, so that
    a slice that cuts the canal obliquely does not make it larger.

    Args:
        field: [rows, columns] of probabilities, or of a mask (0 and 1).
        row, column: RAS mm of a step along the rows and along the columns.
        course: RAS unit vector along the canal.

    Returns:
        The largest connected part; None where there is none of `LEAST_AREA`.
    """
    box = _box(field)
    if box is None:
        return None
    finer = min(max(round(float(np.linalg.norm(row)) / _FINE_MM), 1), _FINEST)
    inside = _largest(_finer(np.asarray(field[box], dtype=np.float32), finer) > 0.5)
    ahead, left = _axes(course)
    steps = np.array([[row @ left, row @ ahead], [column @ left, column @ ahead]]) / finer
    area = int(np.count_nonzero(inside)) * abs(float(np.linalg.det(steps)))
    if area < LEAST_AREA:
        return None
    rim = _places(_rim(inside))
    to_left = rim @ steps[:, 0]
    point = float(np.abs(steps[:, 0]).sum())
    transverse = float(to_left.max() - to_left.min()) + point
    middle = 0.5 * float(to_left.max() + to_left.min())
    third = transverse / 3
    # A point at the third's border counts as far as it lies within.
    rows, columns = (np.arange(n) for n in inside.shape)
    away = np.abs(np.add.outer(rows * steps[0, 0], columns * steps[1, 0]) - middle)
    within = np.clip((third / 2 - away) / point + 0.5, 0, 1)
    ap = float(within[inside].sum()) * abs(float(np.linalg.det(steps))) / third
    cut = _touches(np.asarray(field))
    return Shape(inside, steps, area, ap, transverse, cut, rim)


def _box(field: NDArray[np.floating]) -> tuple[slice, slice] | None:
    """Rows and columns around what is inside, with a pixel of room."""
    inside = np.asarray(field) > 0.5
    rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    down, across = (slice(max(int(at[0]) - 1, 0), int(at[-1]) + 2) for at in (rows, columns))
    return down, across


def _touches(field: NDArray[np.floating]) -> bool:
    rim = np.concatenate([field[0], field[-1], field[:, 0], field[:, -1]])
    return bool((rim > 0.5).any())


def _finer(field: NDArray[np.float32], finer: int) -> NDArray[np.float32]:
    """So many points a pixel along each axis, linear between the pixels' middles."""
    down, across = (_weights(n, finer) for n in field.shape)
    return np.asarray(down @ field @ across.T, dtype=np.float32)


@cache
def _weights(count: int, finer: int) -> NDArray[np.float32]:
    at = np.clip((np.arange(count * finer) + 0.5) / finer - 0.5, 0, count - 1)
    return np.maximum(0, 1 - np.abs(at[:, None] - np.arange(count))).astype(np.float32)


def _largest(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    labels, count = scipy.ndimage.label(inside, _NEIGHBOURS)
    if count < 2:
        return inside
    return labels == 1 + int(np.bincount(labels.ravel())[1:].argmax())


def _axes(course: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit vectors to the front and to the left, at a right angle to the course."""
    ahead = -_POSTERIOR + (_POSTERIOR @ course) * course
    ahead = ahead / np.linalg.norm(ahead)
    left = cross(course, ahead)
    return ahead, left if left @ _LEFT > 0 else -left


def cross(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """The cross product of two vectors; NumPy's own takes ten times as long of two single ones."""
    (a, b, c), (d, e, f) = one.tolist(), other.tolist()
    return np.array([b * f - c * e, c * d - a * f, a * e - b * d])


def _rim(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The points with a neighbour that is outside."""
    padded = np.zeros((inside.shape[0] + 2, inside.shape[1] + 2), np.bool_)
    padded[1:-1, 1:-1] = inside
    within = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return inside & ~within


def _places(inside: NDArray[np.bool_], every: int = 1) -> NDArray[np.intp]:
    """Row and column of each point, [points, 2]; NumPy's `argwhere` takes twice as long."""
    at = np.flatnonzero(inside)[::every]
    return np.stack(np.divmod(at, inside.shape[1]), axis=1)


def _hull_area(rim: NDArray[np.intp], steps: NDArray[np.float64]) -> float:
    """Area of the smallest convex outline around the sample points' cells, mm²."""
    # The middles of a cell's sides: its corners would make every slanting outline a staircase.
    corners = np.concatenate([rim + at for at in ([-0.5, 0], [0.5, 0], [0, -0.5], [0, 0.5])])
    return float(scipy.spatial.ConvexHull(corners @ steps).volume)
