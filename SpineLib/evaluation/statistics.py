"""Intervals and tests for what is counted slice by slice and clustered by patient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineLib.errors import BadInput

DRAWS = 1000
CONFIDENCE = 0.95
# Fewer patients than this cannot be drawn with replacement in a way that says anything.
LEAST_PATIENTS = 3

Interval = tuple[float, float]
Metric = Callable[[NDArray[np.intp]], float]


@dataclass(frozen=True)
class Comparison:
    """Two models (or groups) and whether they differ.

    Attributes:
        first, second: the two values.
        difference: first minus second.
        interval: 95 % interval of the difference; None where the test has none.
        p: two-sided.
        method: the test, in words.
    """

    first: float
    second: float
    difference: float
    interval: Interval | None
    p: float
    method: str


def exact_interval(hits: int, total: int) -> Interval:
    """The 95 % interval of Clopper & Pearson (1934, Biometrika 26:404), by statsmodels.

    Args:
        hits: of ``total``, which is at least 1.
    """
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(hits, total, alpha=1 - CONFIDENCE, method="beta")
    return float(low), float(high)


def bootstrap(
    metric: Metric,
    patients: ArrayLike,
    *,
    draws: int | None = None,
) -> Interval | None:
    """95 % percentile interval of a metric over patients drawn with replacement.

    Slices of one patient are alike, so that patients are drawn, each with all of its slices
    (cluster bootstrap; Efron & Tibshirani 1993, "An Introduction to the Bootstrap").

    Args:
        metric: from indices of rows to the figure; NaN where it cannot be computed.
        patients: the patient of each row.
        draws: number of resamplings; `DRAWS` if None.

    Returns:
        None where there are fewer than three patients, the metric is undefined in half of the
        drawings, or it is the same in all: then the drawings do not tell how sure it is.
    """
    values = _drawn(metric, patients, draws)
    if values is None or not np.ptp(values):
        return None
    low, high = np.percentile(values, [100 * (1 - CONFIDENCE) / 2, 100 * (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def bootstrap_difference(first: Metric, second: Metric, patients: ArrayLike) -> Comparison | None:
    """Whether a metric differs between two models on the same rows; patients are drawn.

    The p-value is twice the smaller share of drawings on one side of no difference, one drawing
    added to both (Davison & Hinkley 1997, "Bootstrap Methods and their Application").

    Args:
        first, second: the metric of each model, as for `bootstrap`.
        patients: as for `bootstrap`.
    """
    every = np.arange(len(np.asarray(patients)))
    value, other = first(every), second(every)
    values = _drawn(lambda k: first(k) - second(k), patients)
    if values is None or np.isnan(value - other):
        return None
    low, high = np.percentile(values, [100 * (1 - CONFIDENCE) / 2, 100 * (1 + CONFIDENCE) / 2])
    side = min((values <= 0).sum(), (values >= 0).sum())
    p = min(1.0, 2 * (side + 1) / (len(values) + 1))
    return Comparison(
        value,
        other,
        value - other,
        (float(low), float(high)),
        float(p),
        "paired bootstrap by patient",
    )


def _drawn(
    metric: Metric, patients: ArrayLike, draws: int | None = None
) -> NDArray[np.float64] | None:
    draws = DRAWS if draws is None else draws
    names, of_row = np.unique(np.asarray(patients), return_inverse=True)
    if len(names) < LEAST_PATIENTS:
        return None
    rows = [np.flatnonzero(of_row == n) for n in range(len(names))]
    rng = np.random.default_rng(0)
    values = np.array(
        [
            metric(np.concatenate([rows[p] for p in rng.integers(0, len(rows), len(rows))]))
            for _ in range(draws)
        ]
    )
    values = values[np.isfinite(values)]
    return values if len(values) >= draws / 2 else None


def mcnemar(first: ArrayLike, second: ArrayLike) -> Comparison:
    """McNemar's exact test of two models' right answers on the same rows, by statsmodels.

    Args:
        first, second: whether each model was right, a bool a row.

    Raises:
        BadInput: the two are not equally long, or empty.
    """
    from statsmodels.stats.contingency_tables import mcnemar as test

    a, b = np.asarray(first, dtype=bool), np.asarray(second, dtype=bool)
    if a.shape != b.shape or not a.size:
        raise BadInput(f"{a.size} answers cannot be paired with {b.size}")
    table = [[(a & b).sum(), (a & ~b).sum()], [(~a & b).sum(), (~a & ~b).sum()]]
    p = float(test(table, exact=True).pvalue)
    return _of_means(a, b, p, "McNemar's exact test")


def signed_rank(first: ArrayLike, second: ArrayLike) -> Comparison | None:
    """Wilcoxon's signed-rank test of paired values, by SciPy; None where no pair differs.

    Args:
        first, second: a value a case, in the same order.
    """
    from scipy.stats import wilcoxon

    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if not len(a) or np.array_equal(a, b):
        return None
    p = float(wilcoxon(a, b).pvalue)
    return _of_means(a, b, p, "Wilcoxon's signed-rank test")


def _of_means(first: NDArray, second: NDArray, p: float, method: str) -> Comparison:
    a, b = float(first.mean()), float(second.mean())
    return Comparison(a, b, a - b, None, p, method)
