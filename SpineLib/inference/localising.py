"""Sagittal stacks to the spine's levels: points, one chain, names, and how axial stacks lie to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from SpineLib import reasons
from SpineLib.inference.level_names import Naming, named
from SpineLib.inference.spine_chain import Anchor, Chain, Vertebra, chain_of
from SpineLib.inference.spine_points import Points, SpinePoints
from SpineLib.labels import ASSESSED
from SpineLib.levels import LevelsFinding, VertebraFinding
from SpineLib.reasons import Reason

# Points of two stacks so near to each other are one, mm.
_SAME_MM = 7.0
_COURSE_STEP = 2  # every second point of the course is kept
# Canal centres of an axial stack lie on the sagittal canal's course, mm: the median of their
# distances, and the distance within which most of them are. docs/levels.md has the rule's errors.
MOST_MEDIAN, MOST_AWAY, MOST_SHARE, LEAST_SLICES = 2.5, 5.0, 0.8, 5
MOST_SHIFT = 15.0


def levels_of(seen: Mapping[str, SpinePoints]) -> LevelsFinding:
    """The levels that stacks of one Frame of Reference show together.

    Args:
        seen: what was found on each sagittal stack, by its id.
    """
    together = merged(list(seen.values()))
    chain = chain_of(together)
    finding = told(chain, named(chain))
    finding.stacks = list(seen)
    finding.course = together.course[::_COURSE_STEP].round(2).tolist()
    return finding


def told(chain: Chain, naming: Naming) -> LevelsFinding:
    """A chain and its names as findings hold them."""
    if not chain.vertebrae:
        return LevelsFinding(why=Reason(reasons.NO_SPINE))
    vertebrae = [
        VertebraFinding(
            name, round(probability, 4), _listed(one.ras), _listed(one.disc), one.state,
            round(one.heat, 3), round(one.disc_heat, 3), round(one.link, 4),
            [] if one.regions is None else [round(float(p), 3) for p in one.regions],
        )
        for one, name, probability in zip(
            chain.vertebrae, naming.names, naming.probabilities, strict=True
        )
    ]  # fmt: skip
    return LevelsFinding(
        ASSESSED, vertebrae=vertebrae, c2=_anchor(chain.c2), sacrum=_anchor(chain.sacrum),
        evidence=naming.evidence, unusual=naming.unusual,
    )  # fmt: skip


def chain_in(finding: LevelsFinding) -> Chain:
    """The chain that `told` wrote down."""
    vertebrae = [
        Vertebra(
            _array(vertebra.ras), vertebra.seen, _array(vertebra.disc_ras), vertebra.disc_seen, vertebra.link, vertebra.disc,
            np.array(vertebra.regions) if vertebra.regions else None,
        )
        for vertebra in finding.vertebrae
    ]  # fmt: skip
    anchors = (None if a is None else Anchor(int(a[0]), a[1]) for a in (finding.c2, finding.sacrum))
    return Chain(vertebrae, *anchors)


def merged(seen: Sequence[SpinePoints]) -> SpinePoints:
    """Points of several stacks in one space; what two stacks show is kept once, the surer one."""
    first, *others = sorted(seen, key=lambda one: -len(one.course))
    points, course, sure = dict(first.points), first.course, first.sure
    for other in others:
        points = {name: _joined(one, other.points[name]) for name, one in points.items()}
        if not len(other.course):
            continue
        above = other.course[:, 2] > course[:, 2].max() + 2 if len(course) else np.array([True])
        below = other.course[:, 2] < course[:, 2].min() - 2 if len(course) else ~above
        parts = [(other.course[above], other.sure[above]), (course, sure),
                 (other.course[below], other.sure[below])]  # fmt: skip
        course = np.vstack([line for line, _ in parts])
        sure = np.concatenate([heat for _, heat in parts])
    return SpinePoints(points, course, sure)


def _joined(one: Points, other: Points) -> Points:
    ras, heat = np.vstack([one.ras, other.ras]), np.concatenate([one.heat, other.heat])
    regions = np.vstack([one.regions, other.regions])
    kept: list[int] = []
    for n in np.argsort(-heat, kind="stable").tolist():
        if all(np.linalg.norm((ras[n] - ras[k])[1:]) > _SAME_MM for k in kept):
            kept.append(n)
    return Points(ras[kept], heat[kept], regions[kept])


def placed(
    centers: NDArray[np.float64], course: NDArray[np.float64]
) -> tuple[Reason, NDArray[np.float64] | None]:
    """How the canal of an axial stack lies to the sagittal course, where their frames differ.

    Most centres must lie on the course. Where they do not, one shift at right angles to the course is
    looked for; a shift along it moves the canal into itself, which no picture of the canal shows.

    Args:
        centers: where the canal is on the axial slices, RAS mm [n, 3].
        course: the sagittal course, [n, 3].

    Returns:
        Code and values, and what is to be added to the stack's places: zeros where they lie on the
        course, None where levels are not carried over.
    """
    nearest, inside, way = _nearest(centers, course)
    away = np.linalg.norm(centers - nearest, axis=1)[inside]
    values = {"slices": int(inside.sum()), "median": _median(away)}
    if inside.sum() < LEAST_SLICES:
        return Reason(reasons.OFF_COURSE, values), None
    if _lie(away):
        return Reason(reasons.ON_COURSE, values), np.zeros(3)
    shift = np.zeros(3)
    for _ in range(4):
        nearest, inside, way = _nearest(centers + shift, course)
        if inside.sum() < LEAST_SLICES:
            return Reason(reasons.OFF_COURSE, values), None
        step = np.median((nearest - centers - shift)[inside], axis=0)
        shift = shift + step - way * (step @ way)
    away = np.linalg.norm(centers + shift - _nearest(centers + shift, course)[0], axis=1)[inside]
    size = float(np.linalg.norm(shift))
    if size <= MOST_SHIFT and _lie(away):
        values = {"slices": int(inside.sum()), "median": _median(away), "shift": round(size, 1)}
        return Reason(reasons.SHIFTED_ON_COURSE, values), shift
    return Reason(reasons.OFF_COURSE, values), None


def _lie(away: NDArray[np.float64]) -> bool:
    most = float((away <= MOST_AWAY).mean())
    return float(np.median(away)) <= MOST_MEDIAN and most >= MOST_SHARE


def _median(away: NDArray[np.float64]) -> float:
    return round(float(np.median(away)), 1) if len(away) else 0.0


def _nearest(
    places: NDArray[np.float64], course: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
    """Nearest places of the course, whether they are not beyond its ends, and its mean direction."""
    steps = np.linspace(0, len(course) - 1, 4 * len(course))
    fine = np.column_stack([np.interp(steps, np.arange(len(course)), axis) for axis in course.T])
    index = np.linalg.norm(places[:, None] - fine, axis=-1).argmin(1)
    inside = (index > 0) & (index < len(fine) - 1)
    used = index[inside] if inside.any() else index
    way = fine[used.max()] - fine[used.min()]
    return fine[index], inside, way / max(float(np.linalg.norm(way)), 1e-6)


def _listed(place: NDArray[np.float64] | None) -> list[float] | None:
    return None if place is None else [round(float(x), 2) for x in place]


def _array(place: list[float] | None) -> NDArray[np.float64] | None:
    return None if place is None else np.array(place)


def _anchor(anchor: Anchor | None) -> list[float] | None:
    return None if anchor is None else [float(anchor.index), round(anchor.probability, 4)]
