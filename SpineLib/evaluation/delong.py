"""The area under the ROC curve, its variance and its tests after DeLong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from SpineLib.errors import BadInput
from SpineLib.evaluation.statistics import CONFIDENCE, Comparison, Interval


@dataclass(frozen=True)
class Auc:
    """An area with its variance.

    Attributes:
        value: P(a positive scores higher than a negative), ties count half.
        variance: after DeLong; 0 where every pair is ordered alike, which says nothing about how
            sure the value is.
        interval: 95 %, normal, cut at 0 and 1.
        positives, negatives: how many.
    """

    value: float
    variance: float
    interval: Interval
    positives: int
    negatives: int


def auc(truth: ArrayLike, score: ArrayLike) -> Auc:
    """The area under the ROC curve with DeLong's variance.

    DeLong, DeLong & Clarke-Pearson 1988 (Biometrics 44:837), computed through midranks as by
    Sun & Xu 2014 (IEEE Signal Processing Letters 21:1389).

    Args:
        truth: a bool a row.
        score: higher is more positive.

    Raises:
        BadInput: no positive or no negative row, so that there is no area.
    """
    areas, covariance, positives, negatives = _areas(truth, [score])
    value, variance = float(areas[0]), float(covariance[0, 0])
    half = stats.norm.ppf((1 + CONFIDENCE) / 2) * np.sqrt(variance)
    interval = (max(0.0, value - half), min(1.0, value + half))
    return Auc(value, variance, (float(interval[0]), float(interval[1])), positives, negatives)


def area(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> float:
    """The area alone, fast enough for a bootstrap; NaN where it is not defined."""
    m, n = int(truth.sum()), int((~truth).sum())
    if not m or not n:
        return float("nan")
    above = stats.rankdata(score)[truth].sum() - m * (m + 1) / 2
    return float(above / (m * n))


def paired(truth: ArrayLike, first: ArrayLike, second: ArrayLike) -> Comparison:
    """Whether two scores of the same rows have different areas (DeLong's test).

    Args:
        truth: a bool a row.
        first, second: a score a row.

    Raises:
        BadInput: as for `auc`.
    """
    areas, covariance, *_ = _areas(truth, [first, second])
    difference = float(areas[0] - areas[1])
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    error = float(np.sqrt(max(variance, 0.0)))
    half = float(stats.norm.ppf((1 + CONFIDENCE) / 2)) * error
    p = 2 * float(stats.norm.sf(abs(difference) / error)) if error else float(difference == 0)
    return Comparison(
        float(areas[0]),
        float(areas[1]),
        difference,
        (difference - half, difference + half),
        p,
        "DeLong's test for paired areas",
    )


def unpaired(first: Auc, second: Auc) -> Comparison | None:
    """Whether two areas of different rows differ.

    The difference over its standard error is compared with Student's t with Welch's degrees of
    freedom, as pROC does (Robin et al. 2011, BMC Bioinformatics 12:77).

    Args:
        first, second: areas of two groups.

    Returns:
        None where both variances are 0: then there is no test.
    """
    total = first.variance + second.variance
    if not total:
        return None
    sizes = [group.positives + group.negatives for group in (first, second)]
    freedom = total**2 / sum(
        group.variance**2 / (size - 1) for group, size in zip((first, second), sizes, strict=True)
    )
    difference, error = first.value - second.value, float(np.sqrt(total))
    p = 2 * float(stats.t.sf(abs(difference) / error, freedom))
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, freedom)) * error
    return Comparison(
        first.value,
        second.value,
        difference,
        (difference - half, difference + half),
        p,
        "DeLong's test for unpaired areas",
    )


def _areas(
    truth: ArrayLike, scores: list[ArrayLike]
) -> tuple[NDArray[np.float64], NDArray[np.float64], int, int]:
    y = np.asarray(truth, dtype=bool)
    table = np.array([np.asarray(score, dtype=float) for score in scores])
    if table.shape[1] != len(y):
        raise BadInput(f"{table.shape[1]} scores do not fit {len(y)} labels")
    m, n = int(y.sum()), int((~y).sum())
    if not m or not n:
        raise BadInput(f"There is no ROC curve of {m} positive and {n} negative rows")
    ranks = np.array([stats.rankdata(row) for row in table])
    own = np.array([stats.rankdata(row[y]) for row in table])
    other = np.array([stats.rankdata(row[~y]) for row in table])
    # Each positive's share of negatives below it, and each negative's of positives above it.
    of_positive = (ranks[:, y] - own) / n
    of_negative = 1 - (ranks[:, ~y] - other) / m
    areas = of_positive.mean(axis=1)
    covariance = np.zeros((len(table), len(table)))
    for parts, count in ((of_positive, m), (of_negative, n)):
        if count > 1:
            covariance += np.atleast_2d(np.cov(parts)) / count
    return areas, covariance, m, n
