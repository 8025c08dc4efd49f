"""Agreement: of a category, and beyond chance by Gwet, Cohen, Fleiss and Krippendorff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from SpineLib.errors import BadInput
from SpineLib.evaluation.statistics import CONFIDENCE, Interval

Level = Literal["nominal", "ordinal"]
WEIGHTS = ("identity", "linear", "quadratic")


@dataclass(frozen=True)
class Agreement:
    """A coefficient of agreement.

    Attributes:
        value: 1 is perfect agreement, 0 what chance gives.
        error: standard error, subjects taken as independent.
        interval: 95 %; never above 1.
        observed: (weighted) share of agreement.
    """

    value: float
    error: float
    interval: Interval
    observed: float


def weights_of(kind: str, categories: int) -> NDArray[np.float64]:
    """Agreement weights [categories, categories]: 1 for the same, less the farther apart.

    Args:
        kind: ``identity``, ``linear`` (1 - d / most) or ``quadratic`` (1 - d² / most²).
        categories: how many, in order.
    """
    if kind not in WEIGHTS:
        raise ValueError(f"{kind} is none of {', '.join(WEIGHTS)}")
    order = np.arange(categories)
    away = np.abs(order[:, None] - order)
    if kind == "identity":
        return (away == 0).astype(float)
    share = away / max(categories - 1, 1)
    return 1 - (share if kind == "linear" else share**2)


def gwet(
    ratings: Sequence[Sequence[str | None]], categories: Sequence[str], *, weights: str = "identity"
) -> Agreement:
    """Gwet's AC1 (identity weights) or AC2 of two or more raters.

    Gwet 2008 (British Journal of Mathematical and Statistical Psychology 61:29); with weights,
    missing ratings and variance as in his "Handbook of Inter-Rater Reliability" (4th ed., 2014)
    and his R package irrCAC. The interval uses Student's t with n - 1 degrees of freedom.

    Args:
        ratings: one row a subject, one rating a rater; None where a rater said nothing. Subjects
            without any rating do not count.
        categories: every category in order, whether or not it was used.
        weights: see `weights_of`.

    Raises:
        BadInput: fewer than two subjects, none with two ratings, one category only, or a rating
            that is none of them.
    """
    return gwet_of(rating_counts(ratings, categories), weights=weights)


def gwet_of(counts: NDArray[np.float64], *, weights: str = "identity") -> Agreement:
    """`gwet` from counts [subjects, categories] of `rating_counts`."""
    counts = counts[counts.sum(axis=1) > 0]
    total = counts.sum(axis=1)
    n, q = counts.shape
    both = total >= 2
    if n < 2 or not both.any() or q < 2:
        raise BadInput("Agreement needs two subjects, two ratings of one, and two categories")
    w = weights_of(weights, q)
    agreeing = (counts * (counts @ w.T - 1)).sum(axis=1)
    own = np.where(both, agreeing / np.where(both, total * (total - 1), 1), 0.0)
    observed = own[both].mean()
    share = (counts / total[:, None]).mean(axis=0)
    scale = w.sum() / (q * (q - 1))
    chance = scale * (share * (1 - share)).sum()
    value = (observed - chance) / (1 - chance)
    each = (n / both.sum()) * (own - chance * both) / (1 - chance)
    expected = scale * (counts @ (1 - share)) / total
    each = each - 2 * (1 - value) * (expected - chance) / (1 - chance)
    error = float(np.sqrt(((each - value) ** 2).sum() / (n * (n - 1))))
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, n - 1)) * error
    interval = (float(value - half), float(min(1.0, value + half)))
    return Agreement(float(value), error, interval, float(observed))


def cohen(table: ArrayLike, *, weights: str = "identity") -> Agreement | None:
    """Cohen's kappa of two raters with its standard error, by statsmodels.

    Args:
        table: counts [categories, categories], rows one rater, columns the other.
        weights: see `weights_of`.

    Returns:
        None where kappa is not defined: no subject, or both raters used one and the same category
        only.
    """
    from statsmodels.stats.inter_rater import cohens_kappa

    counts = np.asarray(table, dtype=float)
    value = kappa(counts, weights=weights)
    if np.isnan(value):
        return None
    w, share = weights_of(weights, len(counts)), counts / counts.sum()
    # It also makes a test of no agreement, which does not exist for every table.
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = cohens_kappa(counts, weights=None if weights == "identity" else 1 - w)
    error = float(np.sqrt(max(estimate.var_kappa, 0.0)))
    half = float(stats.norm.ppf((1 + CONFIDENCE) / 2)) * error
    observed = float((w * share).sum())
    return Agreement(value, error, (value - half, min(1.0, value + half)), observed)


def kappa(table: ArrayLike, *, weights: str = "identity") -> float:
    """Cohen's kappa alone, as `cohen`; NaN where it is not defined."""
    from statsmodels.stats.inter_rater import cohens_kappa

    counts = np.asarray(table, dtype=float)
    used = counts.sum(axis=1) + counts.sum(axis=0)
    if np.count_nonzero(used) < 2:
        return float("nan")
    away = None if weights == "identity" else 1 - weights_of(weights, len(counts))
    return float(cohens_kappa(counts, weights=away, return_results=False))


def specific(table: ArrayLike, category: int) -> float:
    """Specific agreement of two raters on one category: 2a / (2a + b + c).

    Of the times that either gave the category, how often the other gave it too (Cicchetti &
    Feinstein 1990, J Clin Epidemiol 43:551, for two categories).

    Args:
        table: counts [categories, categories], rows one rater, columns the other.
        category: its index.

    Returns:
        NaN where neither gave it.
    """
    counts = np.asarray(table, dtype=float)
    every = counts[category].sum() + counts[:, category].sum()
    return float(2 * counts[category, category] / every) if every else float("nan")


def fleiss_of(counts: NDArray[np.float64], raters: int) -> float:
    """Fleiss' kappa (1971, Psychological Bulletin 76:378), by statsmodels.

    Args:
        counts: of `rating_counts`; subjects that a rater did not rate do not count.
        raters: how many there are.

    Returns:
        NaN where it is not defined: no subject that all rated, or one category only.
    """
    from statsmodels.stats.inter_rater import fleiss_kappa

    counts = counts[counts.sum(axis=1) == raters]
    if np.count_nonzero(counts.sum(axis=0)) < 2:
        return float("nan")
    return float(fleiss_kappa(counts))


def krippendorff_of(counts: NDArray[np.float64], *, level: Level = "nominal") -> float:
    """Krippendorff's alpha of two or more raters, by the package ``krippendorff``.

    Args:
        counts: of `rating_counts`, categories in order; missing ratings are allowed.
        level: ``nominal`` or ``ordinal``.

    Returns:
        NaN where it is not defined: no subject with two ratings, or one category only.
    """
    import krippendorff

    counts = counts[counts.sum(axis=1) > 1]
    if np.count_nonzero(counts.sum(axis=0)) < 2:
        return float("nan")
    return float(krippendorff.alpha(value_counts=counts, level_of_measurement=level))


def rating_counts(
    ratings: Sequence[Sequence[str | None]], categories: Sequence[str]
) -> NDArray[np.float64]:
    """How many raters gave a subject each category: [subjects, categories].

    Args:
        ratings, categories: as for `gwet`.

    Raises:
        BadInput: a rating that is none of the categories.
    """
    order = {name: n for n, name in enumerate(categories)}
    counts = np.zeros((len(ratings), len(categories)))
    for row, given in enumerate(ratings):
        for rating in given:
            if rating is None:
                continue
            if rating not in order:
                raise BadInput(
                    f"{rating!r} is none of the categories", advice=f"There are: {list(order)}."
                )
            counts[row, order[rating]] += 1
    return counts
