"""How far two models' answers to the same image differ."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from SpineLib.loop.answers import Answer, dice
from SpineLib.volume import Volume


@dataclass(frozen=True)
class Disagreement:
    """How far two answers differ.

    Attributes:
        score: 0 (alike) to 1: one minus the mean of ``dice``, or the share of slices that have
            another label, or a label from one of the two only.
        dice: of each of SPIDER's numbers that either holds; empty for slices.
    """

    score: float
    dice: dict[str, float] = field(default_factory=dict)


def disagreement(answer: Answer, earlier: Answer) -> Disagreement:
    """Compares two answers to the same image, both label maps or both labels of slices.

    A vertebra that two models number differently is a disagreement, although its voxels are alike.
    """
    if isinstance(answer, Volume) and isinstance(earlier, Volume):
        scores = dice(answer.voxels, earlier.voxels)
        return Disagreement(1 - float(np.mean(list(scores.values()))) if scores else 0.0, scores)
    assert isinstance(answer, list) and isinstance(earlier, list), "answers to one task"
    first, second = ({label.index: label.value for label in labels} for labels in (answer, earlier))
    slices = first.keys() | second.keys()
    differ = sum(first.get(k) != second.get(k) for k in slices)
    return Disagreement(differ / len(slices) if slices else 0.0)
