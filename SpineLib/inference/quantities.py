"""What is measured of cord and dural sac on each slice of a stack; needs no torch."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from SpineLib.inference.shape import Shape, cross, shape_of
from SpineLib.quantities import Quantity
from SpineLib.reasons import (
    FEW_NEIGHBOURS,
    NO_CANAL,
    NO_CORD,
    NO_COURSE,
    NO_OUTLINE,
    OUTLINE_CUT,
    TOO_OBLIQUE,
    UNSURE_OUTLINE,
    Reason,
)
from SpineLib.slabs import Steps, finish

CORD_KEYS = (
    "cord_area", "cord_ap", "cord_transverse", "compression_ratio", "solidity", "eccentricity",
    "asymmetry", "torsion",
)  # fmt: skip
SAC_KEYS = ("sac_area", "sac_ap", "ascor")
# Degrees between a slice's normal and the canal from which nothing is corrected any more.
MOST_OBLIQUE = 30.0
# Slices that tell the canal's course, and how far along it they count, mm.
LEAST_SLICES, _ALONG_MM = 3, 12.0
# A cord is measured where what is surely cord (probability 0.9) is at least this share of what may be
# (0.1). By hand, on 86 simulated patients that are in no figure: below it, on 1 % of the slices, AP was
# off by 37 % in the median, elsewhere by 3 %. On every real slice at hand the share is above 0.65.
_SURE, _SURELY, _MAYBE = 0.4, 0.9, 0.1
# Slices to each side that torsion is taken over.
TORSION_SLICES = 3


@dataclass(frozen=True)
class Outlined:
    """Sac and cord on one slice, in one field of view.

    Attributes:
        sac, cord: [rows, columns], probabilities or a mask; the sac is with the cord in it.
        origin: RAS mm of the middle of row 0, column 0.
        row, column: RAS mm of a step along the rows and along the columns.
        shown: [rows, columns] 1 where the picture shows the place; None where all of it is shown.
    """

    sac: NDArray[np.floating]
    cord: NDArray[np.floating]
    origin: NDArray[np.float64]
    row: NDArray[np.float64]
    column: NDArray[np.float64]
    shown: NDArray[np.bool_] | None = None

    def ras(self, place: tuple[float, float]) -> NDArray[np.float64]:
        """RAS mm of a row and column."""
        return self.origin + place[0] * self.row + place[1] * self.column


def measure_slices(slices: Sequence[Outlined | None]) -> list[list[Quantity]]:
    """Measures cord and sac on each slice, at a right angle to the canal's course.

    Compression ratio: AP / transverse. Solidity, eccentricity: as the Spinal Cord Toolbox reports
    them of a cord mask (De Leener et al. 2017, NeuroImage 145:24). Torsion: Horáková et al. 2022
    (Quant Imaging Med Surg 12:2261): the mean of the six changes of the long axis's angle from one
    slice to the next, three slices up and three down. aSCOR: cord area / sac area (Hohenhaus et al.
    2024, Spinal Cord 62:371, there of volumes).

    Args:
        slices: of a stack in its own order; None where the canal was not found.

    Returns:
        `SAC_KEYS` and `CORD_KEYS` of each slice. What could not be measured has a reason.
    """
    every = range(len(slices))
    return finish(measuring_changed(slices, every, [[] for _k in every]))


def measuring_changed(
    slices: Sequence[Outlined | None], changed: Collection[int], before: Sequence[list[Quantity]]
) -> Steps[list[list[Quantity]]]:
    """As `measure_slices`, where some slices' outlines are others now; a step a slice.

    Args:
        slices: all of the stack.
        changed: the numbers of those that are measured; of others, torsion where it reaches one.
        before: what was measured on each slice, which stays on the others.
    """
    courses = canal_courses(slices)
    angles: list[float | None] = [None] * len(slices)
    shapes: dict[int, tuple[Shape | Reason, Shape | Reason]] = {}
    for k, (one, course) in enumerate(zip(slices, courses, strict=True)):
        if _reached(k, changed, 2 * TORSION_SLICES):
            shapes[k] = _shapes(one, course, cord_alone=k not in changed)
            cord = shapes[k][1]
            angles[k] = None if isinstance(cord, Reason) else cord.angle
            yield
    made = list(before)
    for k, (sac, cord) in shapes.items():
        if k in changed:
            made[k] = _of_slice(sac, cord, torsion(angles, k))
            yield
        elif _reached(k, changed, TORSION_SLICES):
            turned = _torsion(cord, torsion(angles, k))
            made[k] = [turned if one.key == turned.key else one for one in before[k]]
    return made


def missing(why: Reason) -> list[Quantity]:
    """A slice's quantities where none can be measured."""
    return [Quantity(key, why=why) for key in (*CORD_KEYS, *SAC_KEYS)]


def canal_courses(slices: Sequence[Outlined | None]) -> list[NDArray[np.float64] | None]:
    """Unit vector along the canal at each slice, from the middles of the sac around it.

    A straight line through the neighbours' middles, weighted by their distance; None where fewer
    than `LEAST_SLICES` slices show a sac.
    """
    normal = next((_normal(slice_) for slice_ in slices if slice_ is not None), np.zeros(3))
    middles = {k: _middle(one.sac, one) for k, one in enumerate(slices) if one is not None}
    seen = {k: place for k, place in middles.items() if place is not None}
    if len(seen) < LEAST_SLICES:
        return [None] * len(slices)
    places = np.array(list(seen.values()))
    heights = places @ normal
    at = {k: float(seen.get(k, one.origin) @ normal) for k, one in enumerate(slices) if one}
    away = heights - np.array(list(at.values()))[:, None]
    # At least the nearest three count, however far slices are apart.
    reach = np.maximum(_ALONG_MM, np.sort(np.abs(away), axis=1)[:, LEAST_SLICES - 1 : LEAST_SLICES])
    weights = np.exp(-0.5 * (away / reach) ** 2)
    weights /= weights.sum(axis=1, keepdims=True)
    from_mean = away - (weights * away).sum(axis=1, keepdims=True)
    spread = (weights * from_mean**2).sum(axis=1)
    slopes = (weights * from_mean) @ places / np.maximum(spread, 1e-12)[:, None]
    lengths = np.linalg.norm(slopes, axis=1)
    courses = {
        k: slope / length
        for k, slope, length in zip(at, slopes, lengths, strict=True)
        if length > 0
    }
    return [courses.get(k) for k in range(len(slices))]


def torsion(angles: Sequence[float | None], k: int) -> float | None:
    """Mean change of the long axis from slice to slice around slice ``k``, degrees; see there."""
    near = range(k - TORSION_SLICES, k + TORSION_SLICES + 1)
    if near.start < 0 or near.stop > len(angles):
        return None
    seen = [angles[n] for n in near]
    if any(angle is None for angle in seen):
        return None
    # An axis has no direction: 89 and -89 degrees are 2 apart.
    steps = [abs((b - a + 90) % 180 - 90) for a, b in pairwise(seen)]  # type: ignore[operator]
    return float(np.mean(steps))


def _normal(one: Outlined) -> NDArray[np.float64]:
    normal = cross(one.row, one.column)
    return normal / np.linalg.norm(normal)


def _middle(field: NDArray[np.floating], one: Outlined) -> NDArray[np.float64] | None:
    inside = np.asarray(field) > 0.5
    by_row, by_column = inside.sum(axis=1), inside.sum(axis=0)
    count = by_row.sum()
    if not count:
        return None
    row, column = (by @ np.arange(len(by)) / count for by in (by_row, by_column))
    return one.ras((row, column))


def _shapes(
    one: Outlined | None, course: NDArray[np.float64] | None, *, cord_alone: bool
) -> tuple[Shape | Reason, Shape | Reason]:
    """Sac and cord of a slice, or why they are not measured; the sac not where nobody asks."""
    if one is None:
        return Reason(NO_CANAL), Reason(NO_CANAL)
    if not (np.asarray(one.sac) > 0.5).any():
        return Reason(NO_OUTLINE), Reason(NO_OUTLINE)
    if course is None:
        why = Reason(NO_COURSE, {"least": LEAST_SLICES})
        return why, why
    lean = abs(float(course @ _normal(one)))
    degrees = float(np.degrees(np.arccos(min(1.0, lean))))
    if degrees > MOST_OBLIQUE:
        why = Reason(TOO_OBLIQUE, {"degrees": round(degrees), "most": round(MOST_OBLIQUE)})
        return why, why
    cord = _shape(one.cord, one, course, NO_CORD)
    if isinstance(cord, Shape) and not _is_sure(np.asarray(one.cord)):
        cord = Reason(UNSURE_OUTLINE)
    return cord if cord_alone else _shape(one.sac, one, course, NO_OUTLINE), cord


def _is_sure(field: NDArray[np.floating]) -> bool:
    """Whether an outline lies where it lies at other levels, too; a mask's does."""
    return bool((field > _SURELY).sum() >= _SURE * (field > _MAYBE).sum())


def _shape(
    field: NDArray[np.floating], one: Outlined, course: NDArray[np.float64], missing: str
) -> Shape | Reason:
    shape = shape_of(field, one.row, one.column, course)
    if shape is None:
        return Reason(missing)
    beyond = one.shown is not None and bool(((np.asarray(field) > 0.5) & ~one.shown).any())
    return Reason(OUTLINE_CUT) if shape.cut or beyond else shape


def _of_slice(sac: Shape | Reason, cord: Shape | Reason, turned: float | None) -> list[Quantity]:
    values: dict[str, float] = {}
    whys: dict[str, Reason] = {}
    if isinstance(cord, Reason):
        whys |= dict.fromkeys((*CORD_KEYS, "ascor"), cord)
    else:
        values |= {
            "cord_area": cord.area,
            "cord_ap": cord.ap,
            "cord_transverse": cord.transverse,
            "compression_ratio": 100 * cord.ap / cord.transverse,
            "solidity": 100 * cord.solidity,
            "eccentricity": cord.eccentricity,
            "asymmetry": 100 * cord.asymmetry,
        }
    if isinstance(sac, Reason):
        whys |= dict.fromkeys(SAC_KEYS, sac)
    else:
        values |= {"sac_area": sac.area, "sac_ap": sac.ap}
        if not isinstance(cord, Reason):
            values["ascor"] = 100 * cord.area / sac.area
    return [
        _torsion(cord, turned)
        if key == "torsion"
        else Quantity(key, round(values[key], 4) if key in values else None, why=whys.get(key))
        for key in (*CORD_KEYS, *SAC_KEYS)
    ]


def _torsion(cord: Shape | Reason, turned: float | None) -> Quantity:
    if isinstance(cord, Reason):
        return Quantity("torsion", why=cord)
    if turned is None:
        return Quantity("torsion", why=Reason(FEW_NEIGHBOURS))
    return Quantity("torsion", round(turned, 4))


def _reached(k: int, changed: Collection[int], reach: int) -> bool:
    return any(abs(k - other) <= reach for other in changed)
