"""The opinion that the probabilities of a question's values give, with its interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

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
