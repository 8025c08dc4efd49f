"""The region of each axial slice from its own picture, where neither a sagittal series nor the header tells it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from SpineLib.inference.canal import FOUND, CanalPath
from SpineLib.inference.spine_levels import Level
from SpineLib.labels import REGIONS
from SpineLib.volume import Volume

# Slices of one patient are alike: all of a stack together weigh as so many that are not.
MOST_EVIDENCE = 2.0
# A smaller field of view shows too little of what is around the spine, mm.
LEAST_FIELD_MM = 80.0
# From here on a region is told.
SURE = 0.9
# How likely the next region begins from one slice to the next, and what one slice can say at most.
_NEXT, _LEAST = 0.02, 1e-3


def seen_regions(path: CanalPath, volume: Volume) -> list[str]:
    """The region of each slice; empty where the picture is small or not `SURE` sure.

    From head to foot regions follow each other and never turn back: the probability of each slice's
    region is the forward-backward one (Rabiner 1989) of such a chain, given what the canal's
    surroundings look like.

    Args:
        path: of `SpineLib.inference.canal.locate`.
        volume: the axial slices.
    """
    field = min(volume.shape[1] * volume.spacing[1], volume.shape[2] * volume.spacing[0])
    if path.regions is None or field < LEAST_FIELD_MM:
        return [""] * len(path.confidence)
    evidence = np.log(np.maximum(path.regions, _LEAST))
    evidence[path.confidence < FOUND / 2] = 0.0
    evidence *= min(1.0, MOST_EVIDENCE / len(evidence))
    down = volume.slice_center(0)[2] >= volume.slice_center(len(evidence) - 1)[2]
    sure = _in_order(evidence if down else evidence[::-1])
    sure = sure if down else sure[::-1]
    return [REGIONS[int(p.argmax())] if p.max() >= SURE else "" for p in sure]


def with_seen(levels: list[Level], regions: list[str]) -> list[Level]:
    """Levels with the region that the picture shows, where the levels have none."""
    return [
        replace(level, region=level.region or region)
        for level, region in zip(levels, regions, strict=True)
    ]


def _in_order(evidence: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities [slices, regions] of a chain from head to foot."""
    count, states = evidence.shape
    step = np.eye(states) * (1 - _NEXT) + np.eye(states, k=1) * _NEXT
    step[-1, -1] = 1.0
    likely = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    before = np.full((count, states), 1 / states)
    after = np.ones((count, states))
    for k in range(count):
        before[k] = (before[k - 1] @ step if k else before[0]) * likely[k]
        before[k] /= before[k].sum()
    for k in range(count - 2, -1, -1):
        after[k] = step @ (likely[k + 1] * after[k + 1])
        after[k] /= after[k].sum()
    sure = before * after
    return sure / sure.sum(axis=1, keepdims=True)
