"""From points that look like discs and bodies to one chain of vertebrae, from above to below."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from SpineLib.inference.spine_points import SpinePoints

# Millimetres between neighbours along the canal: from a disc to the next body, and between two of a
# kind, from small cervical to large lumbar vertebrae (13 to 50 mm, with room).
_HALF_STEP, _STEP = (4.0, 32.0), (10.0, 56.0)
# How far in front of the canal's middle the column's middle stands; and what a change of it from
# one point to the next costs, a square millimetre.
_AHEAD = (8.0, 42.0)
_ASIDE = 0.04
# What a point must outweigh to be taken into the chain, and what a missing disc or body costs, in
# the logarithm of odds; set by hand on simulated spines.
_BIAS, _MISSING = 1.2, 1.6
# Two steps between vertebrae are this unlike where one was missed or split.
MOST_GAP, LEAST_GAP = 1.36, 0.7
# Heat from which a place between two bodies counts as a disc that is not the usual one.
ODD_HEAT = 0.3
_NEAR_ANCHOR_MM = 8.0


@dataclass(frozen=True)
class Vertebra:
    """One vertebra of the chain and the disc below it.

    Attributes:
        ras: the middle of its body, mm; where it was not seen, between its discs, or None at an
            end of the chain.
        heat: how surely its body was seen, 0-1; 0 where it was not.
        disc: the middle of the disc below it, or None where none was seen.
        disc_heat: how surely.
        link: probability that the next vertebra of the chain is its lower neighbour.
        state: of the disc below: ``seen``, ``missing``, ``odd`` (seen, but not the usual one) or
            ``fused`` (the trace of one inside a block vertebra).
        regions: probabilities of cervical, thoracic and lumbar at the body or its disc.
    """

    ras: NDArray[np.float64] | None
    heat: float
    disc: NDArray[np.float64] | None = None
    disc_heat: float = 0.0
    link: float = 1.0
    state: str = "missing"
    regions: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Anchor:
    """A vertebra that the picture tells by its looks.

    Attributes:
        index: its place in the chain.
        probability: height of its heat.
    """

    index: int
    probability: float


@dataclass(frozen=True)
class Chain:
    """The vertebrae in order.

    Attributes:
        vertebrae: from above to below; the last one may be the sacrum.
        c2, sacrum: anchors, None where not seen.
    """

    vertebrae: list[Vertebra]
    c2: Anchor | None = None
    sacrum: Anchor | None = None


def chain_of(seen: SpinePoints) -> Chain:
    """The most plausible chain through the points.

    Discs and bodies take turns along the canal. The best path through them weighs their heats
    against leaving one of a pair out (dynamic programming over points in the canal's order).
    """
    nodes = _nodes(seen)
    if not len(nodes.heat):
        return Chain([])
    path = _best_path(nodes)
    vertebrae = _linked(_vertebrae(nodes, path, seen))
    return Chain(vertebrae, _top(vertebrae, seen), _bottom(vertebrae, seen))


@dataclass(frozen=True)
class _Nodes:
    """Candidates in the canal's order: places, heats, kinds (True: disc), distances, regions."""

    ras: NDArray[np.float64]
    heat: NDArray[np.float64]
    disc: NDArray[np.bool_]
    ahead: NDArray[np.float64]
    regions: NDArray[np.float64]


def along(course: NDArray[np.float64], places: NDArray[np.float64]) -> tuple[NDArray, NDArray]:
    """Arc length along a course and distance in front of it (mm) of places [n, 3].

    Beyond its ends the course goes on straight for 60 mm.
    """
    far = 60.0
    ends = [course[min(5, len(course) - 1)] - course[0], course[-1] - course[-min(6, len(course))]]
    units = [e / max(float(np.linalg.norm(e)), 1e-6) for e in ends]
    steps = np.arange(far, 0, -3.0)[:, None]
    line = np.vstack([course[0] - steps * units[0], course, course[-1] + steps[::-1] * units[1]])
    # In the sagittal plane: a scoliosis moves the slice, not the level.
    away = np.linalg.norm((places[:, None] - line)[..., 1:], axis=-1)
    nearest = away.argmin(1)
    ahead = np.where(places[:, 1] >= line[nearest, 1], 1, -1) * away.min(1)
    steps_mm = np.linalg.norm(np.diff(line, axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(steps_mm)])[nearest], ahead


def _nodes(seen: SpinePoints) -> _Nodes:
    disc, body = seen.points["disc"], seen.points["body"]
    ras = np.vstack([disc.ras, body.ras])
    heat = np.concatenate([disc.heat, body.heat])
    regions = np.vstack([disc.regions, body.regions])
    is_disc = np.arange(len(ras)) < len(disc.ras)
    if len(seen.course) < 3 or not len(ras):
        return _Nodes(ras[:0], heat[:0], is_disc[:0], heat[:0], regions[:0])
    s, ahead = along(seen.course, ras)
    kept = np.flatnonzero((ahead > _AHEAD[0]) & (ahead < _AHEAD[1]))
    order = kept[np.argsort(s[kept], kind="stable")]
    return _Nodes(ras[order], heat[order], is_disc[order], ahead[order], regions[order])


def _best_path(nodes: _Nodes) -> list[int]:
    heat = np.clip(nodes.heat, 0.02, 0.98)
    own = np.log(heat / (1 - heat)) + _BIAS
    score, back = own.copy(), np.full(len(own), -1)
    for j in range(len(own)):
        for i in range(j):
            step = _step_cost(nodes, i, j)
            if step is not None and score[i] + own[j] - step > score[j]:
                score[j], back[j] = score[i] + own[j] - step, i
    path = [int(score.argmax())]
    while back[path[-1]] >= 0:
        path.append(int(back[path[-1]]))
    return path[::-1]


def _step_cost(nodes: _Nodes, i: int, j: int) -> float | None:
    apart = float(np.linalg.norm(nodes.ras[j] - nodes.ras[i]))
    cost = _ASIDE * float(nodes.ahead[j] - nodes.ahead[i]) ** 2
    if nodes.disc[i] != nodes.disc[j]:
        return cost if _HALF_STEP[0] <= apart <= _HALF_STEP[1] else None
    return cost + _MISSING if _STEP[0] <= apart <= _STEP[1] else None


def _vertebrae(nodes: _Nodes, path: list[int], seen: SpinePoints) -> list[Vertebra]:
    made: list[Vertebra] = []
    for n in path:
        ras, heat, regions = nodes.ras[n], float(nodes.heat[n]), nodes.regions[n]
        if nodes.disc[n]:
            if not made or made[-1].disc is not None:
                before = made[-1].disc if made else None
                between = None if before is None else (before + ras) / 2
                made.append(Vertebra(between, 0.0, regions=regions))
            state = "odd" if _odd(ras, seen) >= ODD_HEAT else "seen"
            made[-1] = replace(made[-1], disc=ras, disc_heat=heat, state=state)
        else:
            if made and made[-1].disc is None:
                last = made[-1].ras
                trace = 0.0 if last is None else _odd((last + ras) / 2, seen)
                made[-1] = replace(made[-1], state="fused" if trace >= ODD_HEAT else "missing")
            made.append(Vertebra(ras, heat, regions=regions))
    if made and made[-1].disc is not None:  # what lies below the lowest disc was not seen as a body
        made.append(Vertebra(None, 0.0))
    return made


def _odd(place: NDArray[np.float64], seen: SpinePoints) -> float:
    odd = seen.points["odd"]
    near = np.linalg.norm((odd.ras - place)[:, 1:], axis=1) < 8
    return float(odd.heat[near].max()) if near.any() else 0.0


def _linked(vertebrae: list[Vertebra]) -> list[Vertebra]:
    """With each link's probability: by its disc's heat, and by how even the steps are."""
    places = [one.ras for one in vertebrae]
    steps = np.array([
        np.nan if a is None or b is None else float(np.linalg.norm(b - a))
        for a, b in pairwise(places)
    ])  # fmt: skip
    made = []
    for n, one in enumerate(vertebrae):
        if n == len(vertebrae) - 1:
            made.append(replace(one, link=1.0))
            continue
        near = np.delete(steps[max(n - 3, 0) : n + 4], min(n, 3))
        near = near[np.isfinite(near)]
        ratio = steps[n] / np.median(near) if len(near) >= 2 and np.isfinite(steps[n]) else 1.0
        bodies = min(one.heat, vertebrae[n + 1].heat) if n + 2 < len(vertebrae) else one.heat
        bodies = vertebrae[n + 1].heat if n == 0 else bodies
        link = 1 - 0.12 * (1 - (0.9 if one.state == "fused" else one.disc_heat)) ** 2
        if one.state == "missing" or bodies == 0:
            link = 0.6 if max(bodies, one.disc_heat) > 0.5 else 0.4
        if not LEAST_GAP <= ratio <= MOST_GAP:
            link = min(link, 0.3)
        made.append(replace(one, link=float(link)))
    return made


def _top(vertebrae: list[Vertebra], seen: SpinePoints) -> Anchor | None:
    points = seen.points["c2"]
    if not len(points.heat) or not vertebrae:
        return None
    away = [
        np.inf if one.ras is None else float(np.linalg.norm((one.ras - points.ras[0])[1:]))
        for one in vertebrae
    ]
    n = int(np.argmin(away))
    if away[n] <= _NEAR_ANCHOR_MM:
        return Anchor(n, float(points.heat[0]))
    first = vertebrae[0]
    if first.ras is None and first.disc is not None:
        above = points.ras[0] - first.disc
        if 5 < float(np.linalg.norm(above[1:])) < 22 and above[2] > 0:
            return Anchor(0, float(points.heat[0]))
    return None


def _bottom(vertebrae: list[Vertebra], seen: SpinePoints) -> Anchor | None:
    """The sacrum, where it lies right below the lowest disc of the chain."""
    points = seen.points["sacrum"]
    if not len(points.heat) or len(vertebrae) < 2:
        return None
    for n in range(len(vertebrae) - 2, max(len(vertebrae) - 4, -1), -1):
        disc = vertebrae[n].disc
        if disc is None:
            continue
        below = points.ras[0] - disc
        if 8 < float(np.linalg.norm(below[1:])) < 32 and below[2] < 0:
            return Anchor(n + 1, float(points.heat[0]))
    return None
