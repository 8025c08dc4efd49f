"""Missing values: a joint normal distribution of all columns, and draws of what is missing from it.

The mean and covariance are fitted by expectation and maximisation (Dempster, Laird & Rubin 1977,
J R Stat Soc B 39:1), missing values drawn given those that are there (Schafer 1997, "Analysis of
Incomplete Multivariate Data"; yes-or-no columns as numbers, as there). It is two arrays, so that a
model's folder holds it as JSON; scikit-learn's `IterativeImputer` would need a pickle. Values are
assumed to be missing at random, given what is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ROUNDS, _TOLERANCE = 100, 1e-3  # of a standard deviation
# A little of independence, as rows that have no cell missing: it keeps the covariance regular.
_RIDGE = 0.01


@dataclass(frozen=True)
class Gaussian:
    """A joint normal distribution.

    Attributes:
        mean: [column].
        covariance: [column, column].
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]

    def expected(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Rows with the mean of what is missing (NaN), given what is there."""
        return _given(rows, self.mean, self.covariance)[0]

    def draw(self, rows: NDArray[np.float64], times: int, seed: int = 0) -> NDArray[np.float64]:
        """[time, row, column]: what is missing (NaN), drawn given what is there."""
        if not np.isnan(rows).any():
            return np.broadcast_to(rows, (times, *rows.shape)).copy()
        scale = np.sqrt(np.diag(self.covariance))
        z = (rows - self.mean) / scale
        correlation = self.covariance / np.outer(scale, scale)
        middle, spread = _given(z, np.zeros(len(scale)), correlation)
        spread += 1e-9 * np.eye(len(scale))
        noise = np.random.default_rng(seed).standard_normal((times, *rows.shape, 1))
        drawn = middle + (np.linalg.cholesky(spread) @ noise)[..., 0]
        return np.where(np.isnan(rows), drawn * scale + self.mean, rows)

    def distance(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """How unusual each row is, from 0 to 1: the χ² share of its Mahalanobis distance."""
        from scipy.stats import chi2

        there = ~np.isnan(rows)
        away = np.where(there, rows - self.mean, 0.0)
        inverse = _inverse(there, self.covariance)
        squared = np.einsum("ni,nij,nj->n", away, inverse, away)
        return np.asarray(chi2.cdf(squared, np.maximum(there.sum(axis=1), 1)), dtype=float)

    def without(self, columns: int) -> Gaussian:
        """The distribution of all but the last columns."""
        return Gaussian(self.mean[:-columns], self.covariance[:-columns, :-columns])

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {"mean": self.mean.tolist(), "covariance": self.covariance.tolist()}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Gaussian:
        """From JSON values."""
        return cls(np.array(data["mean"], dtype=float), np.array(data["covariance"], dtype=float))


def fit_gaussian(rows: NDArray[np.float64]) -> Gaussian:
    """The distribution that fits rows with missing values (NaN) best.

    Args:
        rows: [row, column]. A column of one value, or of none, as a part of a table may have it, is
            taken as independent of the others; one of none has mean 0.
    """
    known = ~np.isnan(rows)
    times = np.maximum(known.sum(axis=0), 1)
    middle = np.where(known, rows, 0.0).sum(axis=0) / times
    scale = np.sqrt((np.where(known, rows - middle, 0.0) ** 2).sum(axis=0) / times)
    scale = np.where(scale > 0, scale, 1.0)
    z = (rows - middle) / scale
    n, p = z.shape
    mean, covariance = np.zeros(p), np.eye(p)
    for _round in range(_ROUNDS):
        full, left = _given(z, mean, covariance)
        new_mean = full.mean(axis=0)
        away = full - new_mean
        new = (away.T @ away + left.sum(axis=0) + _RIDGE * n * np.eye(p)) / (n * (1 + _RIDGE))
        moved = max(np.abs(new_mean - mean).max(), np.abs(new - covariance).max())
        mean, covariance = new_mean, new
        if moved < _TOLERANCE:
            break
    return Gaussian(middle + scale * mean, covariance * np.outer(scale, scale))


def _inverse(there: NDArray[np.bool_], covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each row's known block of the covariance; 0 elsewhere. [row, column, column]."""
    both = there[:, :, None] & there[:, None, :]
    p = len(covariance)
    block = np.where(both, covariance, 0.0) + np.where(there[:, :, None], 0.0, np.eye(p))
    return np.where(both, np.linalg.inv(block), 0.0)


def _given(
    rows: NDArray[np.float64], mean: NDArray[np.float64], covariance: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each row filled with what is expected, and the covariance of what is missing."""
    there = ~np.isnan(rows)
    away = np.where(there, rows - mean, 0.0)
    inverse = _inverse(there, covariance)
    weight = covariance @ inverse  # [row, column, known column]
    full = np.where(there, rows, mean + np.einsum("nij,nj->ni", weight, away))
    gone = ~there
    left = np.where(gone[:, :, None] & gone[:, None, :], covariance - weight @ covariance, 0.0)
    return full, left
