"""Proportional-odds regression with a ridge penalty, as a scikit-learn estimator."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin


# scikit-learn names a penalty C and a matrix X.
class ProportionalOdds(ClassifierMixin, BaseEstimator):
    """log odds(class ≤ k) = θ_k - x·β (McCullagh 1980, J R Stat Soc B 42:109), β penalised.

    statsmodels' `OrderedModel` has no penalty, and mord is no longer kept.

    Args:
        C: inverse of the penalty, as of scikit-learn's `LogisticRegression`.

    Attributes:
        classes_: 0, 1, … in their order.
        coef_: β, [column].
        thresholds_: θ, rising, one fewer than classes.
    """

    def __init__(self, C: float = 1.0) -> None:  # noqa: N803
        self.C = C

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> ProportionalOdds:  # noqa: N803
        """Fits by the greatest penalised likelihood.

        Args:
            X: [row, column], standardised.
            y: class of each row, from 0 without a gap.
            sample_weight: of each row; 1 if None.
        """
        rows, truth = np.asarray(X, dtype=float), np.asarray(y).astype(int)
        weight = np.ones(len(truth)) if sample_weight is None else np.asarray(sample_weight)
        self.classes_ = np.arange(truth.max() + 1)
        below = np.cumsum(np.bincount(truth, weights=weight))[:-1] / weight.sum()
        first = np.log(below / (1 - below))
        # Thresholds as the first one and the logarithms of the steps, so that they always rise.
        start = np.r_[np.zeros(rows.shape[1]), first[0], np.log(np.maximum(np.diff(first), 1e-3))]
        best = minimize(
            _loss, start, args=(rows, truth, weight, 1.0 / self.C), jac=True, method="L-BFGS-B",
            options={"maxiter": 500},
        ).x  # fmt: skip
        self.coef_ = best[: rows.shape[1]]
        self.thresholds_ = _thresholds(best[rows.shape[1] :])
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        """[row, class]."""
        score = np.asarray(X, dtype=float) @ self.coef_
        below = expit(self.thresholds_[None] - score[:, None])
        return np.diff(np.c_[np.zeros(len(score)), below, np.ones(len(score))], axis=1)

    def predict(self, X: Any) -> NDArray[np.intp]:  # noqa: N803
        """The most probable class of each row."""
        return self.predict_proba(X).argmax(axis=1)


def _thresholds(part: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.cumsum(np.r_[part[0], np.exp(part[1:])])


def _loss(
    at: NDArray[np.float64], rows: NDArray[np.float64], truth: NDArray[np.intp],
    weight: NDArray[np.float64], penalty: float,
) -> tuple[float, NDArray[np.float64]]:  # fmt: skip
    p = rows.shape[1]
    beta, steps = at[:p], np.exp(at[p + 1 :])
    theta = np.r_[-np.inf, _thresholds(at[p:]), np.inf]
    score = rows @ beta
    upper, lower = expit(theta[truth + 1] - score), expit(theta[truth] - score)
    share = np.maximum(upper - lower, 1e-12)
    loss = -(weight * np.log(share)).sum() + penalty * (beta @ beta) / 2
    up, low = weight * upper * (1 - upper) / share, weight * lower * (1 - lower) / share
    slope = rows.T @ (up - low) + penalty * beta
    k = len(theta) - 2
    of_theta = np.array([low[truth == n + 1].sum() - up[truth == n].sum() for n in range(k)])
    later = np.cumsum(of_theta[::-1])[::-1]  # a step moves all thresholds above it
    return float(loss), np.r_[slope, later[0], later[1:] * steps]
