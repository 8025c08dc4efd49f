"""Size and shape of one outline on a slice, with boundaries between pixels; needs no torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # its parts are imported where they are first used: each takes a third of a second
from numpy.typing import NDArray

# Sample points a pixel: a boundary is placed this much finer than the pixels are.
FINER = 5
# Below this an outline is a speck, mm².
LEAST_AREA = 4.0
_POSTERIOR, _LEFT = np.array([0.0, -1.0, 0.0]), np.array([-1.0, 0.0, 0.0])


@dataclass(frozen=True)
class Shape:
    """An outline as it is cut at a right angle to the canal.

    Attributes:
        area: mm².
        ap, transverse: mm from front to back and from left to right.
        solidity: area as a share of its convex hull's, 0–1.
        eccentricity: of the ellipse with the same second moments, 0–1.
        asymmetry: share of the area that its mirror image about its own middle does not cover.
        angle: degrees of the long axis to the left-right direction, -90 to 90.
        center: row and column of its centre of mass.
        front, back: row and column of the foremost and the hindmost point.
        cut: it touches the border of the field.
    """

    area: float
    ap: float
    transverse: float
    solidity: float
    eccentricity: float
    asymmetry: float
    angle: float
    center: tuple[float, float]
    front: tuple[float, float]
    back: tuple[float, float]
    cut: bool


def shape_of(
    field: NDArray[np.floating],
    row: NDArray[np.float64],
    column: NDArray[np.float64],
    course: NDArray[np.float64],
) -> Shape | None:
    """Measures what lies inside of the 0.5 level of a field.

    Every point is projected along the canal's course onto the plane at a right angle to it, so that
    a slice that cuts the canal obliquely does not make it larger. Lengths are those of the
    projection's extent.

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
    fine = _finer(np.asarray(field[box], dtype=np.float32))
    inside = _largest(fine > 0.5)
    ahead, left = _axes(course)
    steps = np.array([[row @ left, row @ ahead], [column @ left, column @ ahead]]) / FINER
    places = np.argwhere(inside).astype(np.float64)
    area = len(places) * abs(float(np.linalg.det(steps)))
    if area < LEAST_AREA:
        return None
    middle = places.mean(axis=0)
    away = (places - middle) @ steps
    half = np.abs(steps).sum(axis=0) / 2
    low, high = away.min(axis=0) - half, away.max(axis=0) + half
    values, vectors = np.linalg.eigh(np.cov(away.T))
    axis = vectors[:, 1] * np.sign(vectors[0, 1] or 1.0)
    ends = [places[away[:, 1].argmax()], places[away[:, 1].argmin()]]
    front, back, center = (_coarse(one, box) for one in (*ends, middle))
    return Shape(
        area=area,
        ap=float(high[1] - low[1]),
        transverse=float(high[0] - low[0]),
        solidity=min(1.0, area / _hull_area(inside, steps)),
        eccentricity=float(np.sqrt(max(0.0, 1 - values[0] / values[1]))),
        asymmetry=_asymmetry(inside, places, middle, steps),
        angle=float(np.degrees(np.arctan2(axis[1], axis[0]))),
        center=center,
        front=front,
        back=back,
        cut=_touches(np.asarray(field)),
    )


def _box(field: NDArray[np.floating]) -> tuple[slice, slice] | None:
    """Rows and columns around what is inside, with a pixel of room."""
    found = np.argwhere(np.asarray(field) > 0.5)
    if not len(found):
        return None
    low = np.maximum(found.min(axis=0) - 1, 0)
    high = np.minimum(found.max(axis=0) + 2, field.shape)
    return slice(int(low[0]), int(high[0])), slice(int(low[1]), int(high[1]))


def _touches(field: NDArray[np.floating]) -> bool:
    rim = np.concatenate([field[0], field[-1], field[:, 0], field[:, -1]])
    return bool((rim > 0.5).any())


def _finer(field: NDArray[np.float32]) -> NDArray[np.float32]:
    """`FINER` points a pixel along each axis, linear between the pixels' middles."""
    down, across = (_weights(n) for n in field.shape)
    return np.asarray(down @ field @ across.T, dtype=np.float32)


def _weights(count: int) -> NDArray[np.float32]:
    at = np.clip((np.arange(count * FINER) + 0.5) / FINER - 0.5, 0, count - 1)
    return np.maximum(0, 1 - np.abs(at[:, None] - np.arange(count))).astype(np.float32)


def _coarse(place: NDArray[np.float64], box: tuple[slice, slice]) -> tuple[float, float]:
    at = (place + 0.5) / FINER - 0.5
    return float(at[0] + box[0].start), float(at[1] + box[1].start)


def _largest(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    labels, count = scipy.ndimage.label(inside)
    if count < 2:
        return inside
    return labels == 1 + int(np.bincount(labels.ravel())[1:].argmax())


def _axes(course: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit vectors to the front and to the left, at a right angle to the course."""
    ahead = -_POSTERIOR + (_POSTERIOR @ course) * course
    ahead = ahead / np.linalg.norm(ahead)
    left = np.cross(course, ahead)
    return ahead, left if left @ _LEFT > 0 else -left


def _hull_area(inside: NDArray[np.bool_], steps: NDArray[np.float64]) -> float:
    """Area of the smallest convex outline around the sample points' cells, mm²."""
    rim = np.argwhere(inside & ~scipy.ndimage.binary_erosion(inside))
    # The middles of a cell's sides: its corners would make every slanting outline a staircase.
    corners = np.concatenate([rim + at for at in ([-0.5, 0], [0.5, 0], [0, -0.5], [0, 0.5])])
    return float(scipy.spatial.ConvexHull(corners @ steps).volume)


def _asymmetry(
    inside: NDArray[np.bool_],
    places: NDArray[np.float64],
    middle: NDArray[np.float64],
    steps: NDArray[np.float64],
) -> float:
    away = (places - middle) @ steps
    mirrored = (away * [-1, 1]) @ np.linalg.inv(steps) + middle
    at = np.rint(mirrored).astype(int)
    there = ((at >= 0) & (at < inside.shape)).all(axis=1)
    covered = inside[tuple(at[there].T)].sum()
    return float(1 - covered / len(places))
