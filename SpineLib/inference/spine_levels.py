"""The level of a place or slice, from the chain of vertebrae that sagittal series showed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineLib.labels import REGIONS
from SpineLib.levels import LevelsFinding, VertebraFinding

# A place farther from the canal's course than this is beside the spine, mm.
REACH = 80.0
# Half of a disc's height as a share of the way from one disc to the next: 0.31 of it in the neck,
# 0.18 at T6 and 0.26 at L4 are disc (`SpineLib.simulate.morphometry`).
_HALF_DISC = {"cervical": 0.155, "thoracic": 0.10, "lumbar": 0.13, "": 0.13}
_USUAL_STEP = 22.0
# How sure the picture must be of a region where no name tells it: on 48 simulated spines that are
# in no figure, 99.7 % of the slices' regions are right from here on, and 97 % are answered.
LEAST_REGION = 0.6
_LETTERS = {"C": "cervical", "T": "thoracic", "L": "lumbar"}


@dataclass(frozen=True)
class Level:
    """Where a slice crosses the canal.

    Attributes:
        name: ``C5``, ``C5/C6``; empty where not known.
        region: of the slice; empty where not known.
        vertebra: place in the chain of the vertebra beside or above; -1 outside of the chain.
        disc: whether the slice is beside the disc below that vertebra.
    """

    name: str = ""
    region: str = ""
    vertebra: int = -1
    disc: bool = False


class SpineLevels:
    """Names levels along the canal's course.

    Args:
        finding: the chain and the course.
    """

    def __init__(self, finding: LevelsFinding) -> None:
        self._vertebrae = finding.vertebrae
        self._course = np.reshape(np.array(finding.course, np.float64), (-1, 3))
        self._discs = [
            (n, np.array(one.disc_ras)) for n, one in enumerate(self._vertebrae) if one.disc_ras
        ]

    def at(self, point: ArrayLike, normal: ArrayLike) -> Level:
        """The level of a slice.

        Args:
            point: any RAS place in the slice, mm.
            normal: RAS direction across it.
        """
        place = crossing(
            self._course, np.asarray(point, np.float64), np.asarray(normal, np.float64)
        )
        if place is None or not self._vertebrae:
            return Level()
        return self.near(place)

    def near(self, place: NDArray[np.float64]) -> Level:
        """The level of a place in the canal."""
        direction = self.direction(place)
        heights = [(n, float((place - ras) @ direction)) for n, ras in self._bounds()]
        if not heights:
            return Level()
        for n, height in heights:
            if n in dict(self._discs) and abs(height) <= self._half_disc(n):
                return self._level(n, disc=True)
        below = [n for n, height in heights if height < 0]
        vertebra = max(below) + 1 if below else heights[0][0]
        if not self._within(vertebra, place, direction):
            return Level()
        return self._level(vertebra, disc=False)

    def of(self, vertebra: int) -> Level:
        """The level beside a vertebra of the chain, whose region is that of its own picture alone."""
        one = self._vertebrae[vertebra]
        sure = bool(one.regions) and max(one.regions) >= LEAST_REGION
        seen = REGIONS[int(np.argmax(one.regions))] if sure else ""
        return Level(one.name, region_of_name(one.name) or seen, vertebra)

    def _bounds(self) -> list[tuple[int, NDArray[np.float64]]]:
        """The lower border of each vertebra: its disc, or the middle to the next body."""
        bounds = []
        for n, one in enumerate(self._vertebrae):
            if one.disc_ras:
                bounds.append((n, np.array(one.disc_ras)))
            elif n + 1 < len(self._vertebrae):
                below = self._vertebrae[n + 1].ras
                if one.ras is not None and below is not None:
                    bounds.append((n, np.mean([one.ras, below], axis=0)))
        return bounds

    def _within(self, n: int, place: NDArray[np.float64], direction: NDArray[np.float64]) -> bool:
        """Whether a place beside an outermost vertebra is not beyond its body."""
        if 0 < n < len(self._vertebrae) - 1:
            return True
        step = self._step(n)
        one = self._vertebrae[n] if n < len(self._vertebrae) else None
        if one is None:
            return False
        if one.ras:
            return abs(float((place - np.array(one.ras)) @ direction)) <= 0.5 * step
        near = [ras for k, ras in self._discs if k in (n - 1, n)]
        return any(abs(float((place - ras) @ direction)) <= 0.8 * step for ras in near)

    def direction(self, place: NDArray[np.float64]) -> NDArray[np.float64]:
        """Unit vector along the course at a place, to the head."""
        n = int(np.linalg.norm(self._course - place, axis=1).argmin())
        first, last = max(n - 2, 0), min(n + 2, len(self._course) - 1)
        way = self._course[first] - self._course[last]
        return way / max(float(np.linalg.norm(way)), 1e-6)

    def _step(self, n: int) -> float:
        """Millimetres from a vertebra to its neighbours; the chain's usual way where they were not seen."""
        steps = {
            k: float(np.linalg.norm(np.subtract(one.ras, two.ras)))
            for k, (one, two) in enumerate(pairwise(self._vertebrae))
            if one.ras is not None and two.ras is not None
        }
        near = [steps[k] for k in (n - 1, n) if k in steps]
        return float(np.median(near or list(steps.values()) or [_USUAL_STEP]))

    def _half_disc(self, n: int) -> float:
        region = region_of_name(self._vertebrae[n].name) or self._seen_region(n)
        return max(_HALF_DISC.get(region, 0.13) * self._step(n), 1.5)

    def _level(self, n: int, *, disc: bool) -> Level:
        name, region = self._vertebrae[n].name, region_of_name(self._vertebrae[n].name)
        if disc and n + 1 < len(self._vertebrae):
            below = self._vertebrae[n + 1].name
            name = f"{name}/{below}" if name and below else ""
        elif disc:
            name = ""
        return Level(name, region or self._seen_region(n), n, disc)

    def _seen_region(self, n: int) -> str:
        """What the picture shows around a vertebra without a name, where it is sure enough."""
        near = [
            vertebra.regions
            for vertebra in self._vertebrae[max(n - 1, 0) : n + 2]
            if vertebra.regions
        ]
        if not near:
            return ""
        mean = np.mean(near, axis=0)
        return REGIONS[int(mean.argmax())] if mean.max() >= LEAST_REGION else ""


def region_of_name(name: str) -> str:
    """The region of a vertebra or disc by its name; a disc belongs to the vertebra above.

    Example:
        >>> region_of_name("C7/T1"), region_of_name("")
        ('cervical', '')
    """
    return _LETTERS.get(name[:1], "lumbar" if name.startswith("S") else "")


def crossing(
    course: NDArray[np.float64], point: NDArray[np.float64], normal: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Where a slice's plane meets the canal's course [n, 3], nearest to the point; None if nowhere."""
    if len(course) < 2:
        return None
    distance = (course - point) @ (normal / np.linalg.norm(normal))
    change = np.flatnonzero(np.sign(distance[:-1]) != np.sign(distance[1:]))
    if not len(change):
        return None
    places = []
    for first in change:
        share = distance[first] / (distance[first] - distance[first + 1])
        places.append(course[first] + share * (course[first + 1] - course[first]))
    away = np.linalg.norm(np.array(places) - point, axis=1)
    nearest = int(away.argmin())
    return places[nearest] if away[nearest] <= REACH else None


def numbered(vertebrae: list[VertebraFinding], n: int) -> str:
    """A vertebra's name, or its number from above where it has none."""
    return vertebrae[n].name or f"vertebra {n + 1} (level not known)"
