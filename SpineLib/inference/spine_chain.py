"""From points that look like discs and bodies to one chain of vertebrae, from above to below."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from SpineLib.inference.spine_blocks import (
    USUAL_STEPS,
    doubt_tall,
    log_odds,
    mark_blocks,
    split_blocks,
)
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
# The weights of `link_features`, fitted to simulated spines (docs/levels.md).
_C2_STEP = 1.25  # of C2 to C3, as a share of the usual one: the median of 90 simulated necks
_WEIGHTS = np.array([2.82, 2.89, 1.58, -2.0, -9.21, -2.30])
# Heat from which a place between two bodies counts as a disc that is not the usual one.
ODD_HEAT = 0.3
_NEAR_ANCHOR_MM = 8.0
# From a disc to the middle of the sacrum's top vertebra, mm; and heat of C2 and sacrum from which the
# chain ends there.
_BELOW_DISC, _ENDS = (6.0, 32.0), 0.4
# What makes the lumbosacral junction look transitional within so many mm of the sacrum's top: heat of
# an odd disc, of a second sacrum as a share of the first, of a disc below.
_JUNCTION_MM, _ODD_END, _SECOND_SACRUM, _DISC_BELOW = 48.0, 0.32, 0.72, 0.38


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
    return _between_anchors(_vertebrae(nodes, path, seen), seen)


def _between_anchors(vertebrae: list[Vertebra], seen: SpinePoints) -> Chain:
    """What lies above C2 or below the top of the sacrum is no vertebra of the chain."""
    bottom = _bottom(vertebrae, seen)
    if bottom is not None and bottom.probability >= _ENDS:
        vertebrae = vertebrae[: bottom.index + 1]
        if _transitional(seen):
            vertebrae[-2] = replace(vertebrae[-2], state="odd")
    top = _top(vertebrae, seen)
    if top is not None and top.probability >= _ENDS:
        vertebrae = vertebrae[top.index :]
        top = Anchor(0, top.probability)
    vertebrae = split_blocks(vertebrae)
    bottom = _bottom(vertebrae, seen)
    ends = [one is not None and one.probability >= _ENDS for one in (top, bottom)]
    vertebrae = _linked(mark_blocks(vertebrae, sacrum=ends[1]), *ends)
    return Chain(doubt_tall(vertebrae), top, bottom)


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


def _linked(vertebrae: list[Vertebra], c2: bool, sacrum: bool) -> list[Vertebra]:
    """With the probability that each one's neighbour in the chain is its neighbour in the spine."""
    if len(vertebrae) < 2:
        return vertebrae
    doubt = link_features(vertebrae, c2=c2, sacrum=sacrum) @ _WEIGHTS
    links = [*(1 / (1 + np.exp(-doubt))).tolist(), 1.0]
    # Only a split block's own link is known already.
    return [replace(one, link=link if one.link == 1.0 else one.link)
            for one, link in zip(vertebrae, links, strict=True)]  # fmt: skip


def link_features(
    vertebrae: list[Vertebra], *, c2: bool = False, sacrum: bool = False
) -> NDArray[np.float64]:
    """What tells whether two neighbours of the chain are neighbours in the spine.

    Args:
        vertebrae: from above to below.
        c2: the first one is C2, whose middle stands higher than that of others.
        sacrum: the last one is the sacrum, which is no body of the chain: how surely one was seen
            there, and how far off, says nothing.

    Returns:
        [links, 6]: 1; heat of the disc between them and of the less sure body, as log odds; whether
        the disc, or a body, was not seen; how much longer, and how much shorter, the step is than
        the other steps near it and than the usual one of its region, as a sum of logarithms of
        ratios beyond 0.2.
    """
    places = [vertebra.ras for vertebra in vertebrae]
    steps = np.array([
        np.nan if a is None or b is None else float(np.linalg.norm((b - a)[1:]))
        for a, b in pairwise(places)
    ])  # fmt: skip
    if c2:
        steps[0] /= _C2_STEP
    made = []
    for n, (one, below) in enumerate(pairwise(vertebrae)):
        near = np.delete(steps[max(n - 3, 0) : n + 4], min(n, 3))
        near = near[np.isfinite(near)]
        usual = np.median(near) if len(near) >= 2 else steps[n]
        regions = [v.regions for v in (one, below) if v.regions is not None]
        region = np.mean(regions, axis=0) if regions else np.full(3, 1 / 3)
        last = below.ras is None or (sacrum and n == len(steps) - 1)
        bodies = one.heat if last else min(one.heat, below.heat)
        certain = 1.5 * region.max() - 0.5
        stretched = _log(steps[n] / usual) + certain * _log(steps[n] / (region @ USUAL_STEPS))
        stretched = 0.0 if last else stretched
        made.append([
            1.0,
            log_odds(one.disc_heat) if one.disc is not None else 0.0,
            log_odds(bodies) if bodies else 0.0,
            float(one.disc is None or not bodies),
            max(stretched - 0.2, 0.0),
            max(-stretched - 0.2, 0.0),
        ])  # fmt: skip
    return np.array(made)


def _log(ratio: float) -> float:
    return float(np.log(ratio)) if np.isfinite(ratio) else 0.0


def _top(vertebrae: list[Vertebra], seen: SpinePoints) -> Anchor | None:
    points = seen.points["c2"]
    if not len(points.heat) or not vertebrae:
        return None
    away = [
        np.inf
        if vertebra.ras is None
        else float(np.linalg.norm((vertebra.ras - points.ras[0])[1:]))
        for vertebra in vertebrae
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


def _transitional(seen: SpinePoints) -> bool:
    """Whether the loin's end looks like two: an odd disc near it, a second sacrum or a disc below.

    A count from the sacrum upward may then be off by one.
    """
    top = seen.points["sacrum"].ras[0]

    def heat(name: str, first: int, above: float) -> float:
        points = seen.points[name]
        away = (points.ras - top)[first:, 1:]
        near = (np.linalg.norm(away, axis=1) < _JUNCTION_MM) & (away[:, 1] < above)
        return float(points.heat[first:][near].max()) if near.any() else 0.0

    second = heat("sacrum", 1, _JUNCTION_MM) / float(seen.points["sacrum"].heat[0])
    return (
        heat("odd", 0, _JUNCTION_MM) >= _ODD_END
        or second >= _SECOND_SACRUM
        or heat("disc", 0, 0.0) >= _DISC_BELOW
    )


def _bottom(vertebrae: list[Vertebra], seen: SpinePoints) -> Anchor | None:
    """The sacrum, where it lies right below a disc of the chain."""
    points = seen.points["sacrum"]
    if not len(points.heat):
        return None
    away = {}
    for n, one in enumerate(vertebrae[:-1]):
        if one.disc is None or points.ras[0, 2] >= one.disc[2]:
            continue
        below = float(np.linalg.norm((points.ras[0] - one.disc)[1:]))
        if _BELOW_DISC[0] < below < _BELOW_DISC[1]:
            away[n] = below
    if not away:
        return None
    return Anchor(min(away, key=lambda n: away[n]) + 1, float(points.heat[0]))
