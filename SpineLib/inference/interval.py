"""The opinion that the probabilities of a question's values give, with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineLib.models.card import Card
from SpineLib.questions import Opinion, Question

INTERVAL = 0.8


def graded(probabilities: Sequence[float], question: Question) -> Opinion:
    """The opinion of a graded question: the likeliest value, and on which side P(positive) is.

    Args:
        probabilities: of the question's values, in their order, summing to 1.
        question: the values.
    """
    top = int(np.argmax(probabilities))
    high = min(1.0, float(sum(probabilities[question.first_positive :])))
    first, last = interval(probabilities, top)
    return Opinion(
        question.key,
        value=question.values[top],
        positive=high >= 0.5,
        probability=high,
        probabilities=dict(zip(question.values, map(float, probabilities), strict=True)),
        interval=[question.values[first], question.values[last]],
    )


def interval(probabilities: Sequence[float], top: int, mass: float = INTERVAL) -> tuple[int, int]:
    """The smallest run of neighbouring values with ``top`` in it that holds ``mass``.

    Of several that are as small, the one with the most probability.

    Args:
        probabilities: of the values in their order, summing to 1.
        top: index that the run must hold.
        mass: probability that the run must hold, up to rounding.

    Returns:
        First and last index of the run.
    """
    total = np.concatenate([[0.0], np.cumsum(probabilities)])
    runs = [
        (last - first, -(total[last + 1] - total[first]), first, last)
        for first in range(top + 1)
        for last in range(top, len(probabilities))
        if total[last + 1] - total[first] >= mass * total[-1] - 1e-9
    ]
    _, _, first, last = min(runs)
    return first, last


def reach(probabilities: ArrayLike) -> NDArray[np.float64]:
    """How probable each value is as part of a run that begins at the likeliest one.

    The likeliest value always belongs to the run, so that it has 1. Another one belongs to it at
    least where a value further off does, so that it has the highest probability from there outward.

    Args:
        probabilities: [rows, values], the values in their order.

    Example:
        >>> reach([[0.1, 0.2, 0.4, 0.05, 0.25]]).tolist()
        [[0.1, 0.2, 1.0, 0.25, 0.25]]
    """
    p = np.asarray(probabilities, float)
    top, place = p.argmax(axis=1)[:, None], np.arange(p.shape[1])
    above = np.maximum.accumulate(p[:, ::-1], axis=1)[:, ::-1]
    outward = np.where(place < top, np.maximum.accumulate(p, axis=1), above)
    return np.where(place == top, 1.0, outward)


def grade_set(probabilities: Mapping[str, float], card: Card) -> list[str]:
    """The values that a slice may have, if the card's promise is to hold; neighbours, mild to severe.

    Those whose `reach` is what the card asks of them, and what lies between: what is added can only
    make the set hold the true value more often. The likeliest value is always among them.

    Args:
        probabilities: value → probability, in the order of the card's question.
        card: says from which reach on a value is in the set; empty where it says nothing.
    """
    if card.grade_sets is None:
        return []
    values, least = list(probabilities), card.grade_sets.least
    reached = zip(values, reach([list(probabilities.values())])[0], strict=True)
    held = [n for n, (value, share) in enumerate(reached) if share >= least[value]]
    return values[held[0] : held[-1] + 1]
