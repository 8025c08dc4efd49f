"""Block vertebrae in a chain: one tall body with its spot in the middle, or two with a faint disc.

A tall body counts as two. Whether it is a block or a disc was missed in it, nobody knows, and it is
said so.

Limits were set by hand on 47 pictures of 24 spines with a block and 170 of spines without one; none
of them is in a figure of docs/levels.md.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from SpineLib.inference.spine_chain import Vertebra

# Millimetres from one vertebra to the next in neck, thorax and loin.
USUAL_STEPS = np.array([16.5, 24.0, 36.0])
# A tall body: its height with a disc as a share of its neighbours', where its spot lies between its
# discs, and how surely it was seen. Two bodies between which a disc was missed are twice as tall, and
# the spot is in one of them. With what probability the two are neighbours: 25 of 25 were.
_TALL, _MIDDLE, _BODY, _LINK = (1.47, 1.95), (0.33, 0.70), 0.60, 0.95
_DOUBT = 0.5  # of a tall body that is no block
# A faint disc: log odds of it and of the two bodies less those of their neighbours, and the step
# between the bodies as a share of the steps near it.
_FAINT, _FAINT_BODIES, _SHORT = -0.62, -0.15, 0.85
_REACH = 3


def split_blocks(vertebrae: list[Vertebra]) -> list[Vertebra]:
    """A tall body is two vertebrae: a block, or two between which no disc was seen."""
    places = [None, *(vertebra.disc for vertebra in vertebrae)]
    shares = _shares(places, [vertebra.regions for vertebra in vertebrae])
    made: list[Vertebra] = []
    for one, above, share in zip(vertebrae, places, shares, strict=False):
        if not _TALL[0] <= share <= _TALL[1] or one.ras is None or one.heat < _BODY:
            made.append(one)
            continue
        assert above is not None and one.disc is not None
        at = _apart(above, one.ras) / _apart(above, one.disc)
        if not _MIDDLE[0] <= at <= _MIDDLE[1]:
            made.append(one)
            continue
        upper, lower = (above + part * (one.disc - above) for part in (0.28, 0.72))
        made += [
            replace(one, ras=upper, disc=None, disc_heat=0.0, state="missing", link=_LINK),
            replace(one, ras=lower),
        ]
    return made


def doubt_tall(vertebrae: list[Vertebra]) -> list[Vertebra]:
    """A body as tall as two that was not split may hide a vertebra: its link is doubted."""
    places = [None, *(vertebra.disc for vertebra in vertebrae)]
    shares = _shares(places, [vertebra.regions for vertebra in vertebrae])
    return [replace(one, link=min(one.link, _DOUBT)) if share >= _TALL[0] else one
            for one, share in zip(vertebrae, shares, strict=False)]  # fmt: skip


def mark_blocks(vertebrae: list[Vertebra], *, sacrum: bool) -> list[Vertebra]:
    """A disc that is far fainter than those near it, between bodies that are too close, is a trace.

    Args:
        vertebrae: from above to below.
        sacrum: the last one is the sacrum; the disc above it may be faint for other reasons.
    """
    bodies = [vertebra.ras for vertebra in vertebrae]
    shares = _shares(bodies, [vertebra.regions for vertebra in vertebrae])
    last = len(vertebrae) - 1 - sacrum
    made = list(vertebrae)
    for n, share in enumerate(shares):
        one = vertebrae[n]
        if not 0 < n < last or one.disc is None or not share <= _SHORT:
            continue
        discs = _fainter([v.disc_heat for v in vertebrae], (n,), (n - 2, n - 1, n + 1, n + 2))
        beside = _fainter([v.heat for v in vertebrae], (n, n + 1), (n - 1, n + 2))
        if discs <= _FAINT and beside <= _FAINT_BODIES:
            made[n] = replace(one, state="fused")
    return made


def log_odds(heat: float) -> float:
    """Of a heat, kept away from 0 and 1."""
    heat = min(max(heat, 0.02), 0.98)
    return float(np.log(heat / (1 - heat)))


def _shares(
    places: list[NDArray[np.float64] | None], regions: list[NDArray[np.float64] | None]
) -> list[float]:
    """Each step from a place to the next as a share of the steps near it, all by region; NaN if unknown."""
    steps = []
    for n, (one, other) in enumerate(pairwise(places)):
        near = [r for r in regions[n : n + 1 + (len(places) == len(regions))] if r is not None]
        region = np.mean(near, axis=0) if near else np.full(3, 1 / 3)
        apart = np.nan if one is None or other is None else _apart(one, other)
        steps.append(apart / float(region @ USUAL_STEPS))
    shares = []
    for n, step in enumerate(steps):
        around = [*steps[max(n - _REACH, 0) : n], *steps[n + 1 : n + 1 + _REACH]]
        known = [one for one in around if np.isfinite(one)]
        shares.append(step / float(np.median(known)) if len(known) > 1 else np.nan)
    return shares


def _fainter(heats: list[float], own: tuple[int, ...], near: tuple[int, ...]) -> float:
    """Mean log odds of some places less that of others; only places where something was seen count."""
    means = []
    for places in (own, near):
        seen = [log_odds(heats[n]) for n in places if 0 <= n < len(heats) and heats[n] > 0]
        means.append(float(np.mean(seen)) if seen else 0.0)
    return means[0] - means[1]


def _apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(np.linalg.norm((other - one)[1:]))
