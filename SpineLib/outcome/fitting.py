"""Fitting a candidate: tuned inside the rows that it gets, missing values drawn or left as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.models.scorers import (
    IDENTITY,
    LOGIT,
    ORDERED,
    Linear,
    Scorer,
    Trees,
    forest_trees,
    joined,
)
from SpineLib.outcome.imputation import Gaussian, fit_gaussian
from SpineLib.outcome.ordinal import ProportionalOdds
from SpineLib.outcome.recipe import BINARY, BOOSTING, FOREST, LOGISTIC, ORDINAL, REAL

DRAWS = 5  # fillings of the missing cells that a model is fitted to
PREDICTION_DRAWS = 20  # and that a prediction is the mean of
INNER = 3  # folds of the tuning
Setting = dict[str, float]
# By hand: from hardly any penalty to a strong one; few and many leaves.
_GRID: dict[str, tuple[Setting, ...]] = {
    LOGISTIC: tuple({"C": c} for c in (0.03, 0.3, 3.0, 30.0)),
    FOREST: ({"leaf": 5}, {"leaf": 15}),
    BOOSTING: ({"leaves": 4}, {"leaves": 8}),
}
_TREES, _ROUNDS, _RATE = 150, 80, 0.06


@dataclass(frozen=True)
class Fitted:
    """A fitted candidate.

    Attributes:
        scorer: from full rows (or such with NaN where ``native``) to probabilities.
        gaussian: of the matrix's columns, predictors first.
        predictors: how many columns the scorer takes.
        native: the scorer takes missing values as they are.
        setting: what was tuned.
    """

    scorer: Scorer
    gaussian: Gaussian
    predictors: int
    native: bool
    setting: Setting

    def predict(self, rows: NDArray[np.float64], seed: int = 0) -> NDArray[np.float64]:
        """[row, output] for rows of all columns; NaN is a missing value."""
        if self.native or not np.isnan(rows).any():
            return self.scorer.predict(rows[:, : self.predictors])
        drawn = self.gaussian.draw(rows, PREDICTION_DRAWS, seed)
        return np.asarray(self.scorer.predict(drawn[..., : self.predictors]).mean(axis=0))


def is_native(candidate: str) -> bool:
    """Whether a candidate takes missing values as they are."""
    return candidate in (FOREST, BOOSTING)


def fit(
    candidate: str,
    kind: str,
    rows: NDArray[np.float64],
    truth: NDArray[np.float64],
    predictors: int,
    *,
    setting: Setting | None = None,
    seed: int = 0,
) -> Fitted:
    """Fits a candidate; tunes it by the log loss in `INNER` folds where no setting is given.

    Missing cells are drawn `DRAWS` times with the answer among what they are drawn from (Moons et
    al. 2006, J Clin Epidemiol 59:1092), and the fillings stacked with a weight each (Wood, White &
    Royston 2008, Stat Med 27:3227). A prediction does not know the answer.

    Args:
        candidate: of `SpineLib.outcome.recipe.CANDIDATES`.
        kind: of the question.
        rows: [patient, column], the predictors first, then columns that only help to fill.
        truth: the answers.
        predictors: how many of the columns are predictors.
        setting: as of an earlier fit; None tunes.
        seed: of chance.
    """
    together = fit_gaussian(np.column_stack([rows, truth]))
    native = is_native(candidate)
    if native or not np.isnan(rows).any():
        filled = rows[None, :, :predictors]
    else:
        drawn = together.draw(np.column_stack([rows, truth]), DRAWS, seed)
        # What none of these rows knows cannot be learnt: one value for all, so that it says nothing.
        filled = np.where(np.isnan(rows).all(axis=0), 0.0, drawn[:, :, :-1])[:, :, :predictors]
    base = FOREST if candidate == FOREST else LOGISTIC if candidate == LOGISTIC else BOOSTING
    if setting is None:
        setting = _tuned(base, kind, filled, truth, seed)
    scorer = _scorer(base, kind, filled, truth, setting, seed)
    return Fitted(scorer, together.without(1), predictors, native, setting)


def log_loss(kind: str, truth: NDArray[np.float64], predicted: NDArray[np.float64]) -> float:
    """Mean minus log probability of what was true; of numbers the mean squared difference."""
    if kind == REAL:
        return float(((truth - predicted[:, 0]) ** 2).mean())
    if kind == BINARY:
        predicted = np.column_stack([1 - predicted[:, 0], predicted[:, 0]])
    share = predicted[np.arange(len(truth)), truth.astype(int)]
    return float(-np.log(np.clip(share, 1e-6, 1)).mean())


def folds(
    kind: str, truth: NDArray[np.float64], sites: NDArray[Any] | None, count: int, seed: int
) -> Any:
    """Pairs of rows to fit and to test; answers and hospitals are in all of them alike."""
    from sklearn.model_selection import StratifiedKFold

    group = truth > np.median(truth) if kind == REAL else truth
    label = np.array([f"{g:g}" for g in group.astype(float)], dtype=object)
    if sites is not None:
        both = np.array([f"{a} {b}" for a, b in zip(label, sites, strict=True)], dtype=object)
        names, number = np.unique(both, return_counts=True)
        rare = set(names[number < count])
        label = np.array(
            [a if b in rare else b for a, b in zip(label, both, strict=True)], dtype=object
        )
    split = StratifiedKFold(count, shuffle=True, random_state=seed)
    return list(split.split(np.zeros(len(truth)), label.astype(str)))


def _tuned(
    base: str, kind: str, filled: NDArray[np.float64], truth: NDArray[np.float64], seed: int
) -> Setting:
    """The setting with the least loss; the first filling is enough to tell."""
    rows = filled[:1]
    parts = folds(kind, truth, None, INNER, seed)

    def loss(setting: Setting) -> float:
        return float(np.mean([
            log_loss(kind, truth[test], _scorer(base, kind, rows[:, train], truth[train], setting,
                                                seed).predict(rows[0, test]))
            for train, test in parts
        ]))  # fmt: skip

    return min(_GRID[base], key=loss)


def _scorer(
    base: str, kind: str, filled: NDArray[np.float64], truth: NDArray[np.float64],
    setting: Setting, seed: int,
) -> Scorer:  # fmt: skip
    times = len(filled)
    rows, answers = filled.reshape(-1, filled.shape[-1]), np.tile(truth, times)
    rows = np.where(np.isnan(rows).all(axis=0), 0.0, rows)  # no tree can have a column of nothing
    weight = np.full(len(answers), 1 / times)
    if base == LOGISTIC:
        return _linear(kind, rows, answers, weight, setting["C"])
    if base == FOREST:
        return _forest(kind, rows, answers, weight, int(setting["leaf"]) * times, seed)
    return _boosting(kind, rows, answers, weight, int(setting["leaves"]), times, seed)


def _linear(
    kind: str, rows: NDArray[np.float64], truth: NDArray[np.float64], weight: NDArray[np.float64],
    c: float,
) -> Linear:  # fmt: skip
    from sklearn.linear_model import LogisticRegression, Ridge

    middle, scale = rows.mean(axis=0), rows.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    z = (rows - middle) / scale
    if kind == ORDINAL:
        ordered = ProportionalOdds(c).fit(z, truth, weight)
        slopes, constants, link = ordered.coef_, ordered.thresholds_, ORDERED
    elif kind == BINARY:
        model = LogisticRegression(C=c, solver="newton-cholesky").fit(z, truth, weight)
        slopes, constants, link = model.coef_[0], model.intercept_, LOGIT
    else:
        ridge = Ridge(alpha=1 / c).fit(z, truth, weight)
        slopes, constants, link = ridge.coef_, np.array([ridge.intercept_]), IDENTITY
    own = slopes / scale
    shift = float(own @ middle)
    return Linear(link, own, constants + shift if link == ORDERED else constants - shift)


def _forest(
    kind: str, rows: NDArray[np.float64], truth: NDArray[np.float64], weight: NDArray[np.float64],
    leaf: int, seed: int,
) -> Trees:  # fmt: skip
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    make = RandomForestRegressor if kind == REAL else RandomForestClassifier
    model = make(_TREES, min_samples_leaf=leaf, max_features=0.5, random_state=seed)
    model.fit(rows, truth, weight)
    return forest_trees(model)


def _boosting(
    kind: str, rows: NDArray[np.float64], truth: NDArray[np.float64], weight: NDArray[np.float64],
    leaves: int, times: int, seed: int,
) -> Trees:  # fmt: skip
    from sklearn.ensemble import (
        HistGradientBoostingClassifier,
        HistGradientBoostingRegressor,
    )

    make = HistGradientBoostingRegressor if kind == REAL else HistGradientBoostingClassifier
    model = make(
        learning_rate=_RATE, max_iter=_ROUNDS, max_leaf_nodes=leaves,
        min_samples_leaf=15 * times, l2_regularization=1.0, early_stopping=False, random_state=seed,
    )  # fmt: skip
    model.fit(rows, truth, sample_weight=weight)
    return boosted_trees(model)


def boosted_trees(model: Any) -> Trees:
    """A fitted histogram gradient boosting of scikit-learn as arrays."""
    trees = []
    for round_ in model._predictors:
        for output, predictor in enumerate(round_):
            nodes = predictor.nodes
            leaf = nodes["is_leaf"].astype(bool)
            trees.append({
                "feature": np.where(leaf, -1, nodes["feature_idx"]),
                "threshold": nodes["num_threshold"],
                "left": nodes["left"].astype(np.int64), "right": nodes["right"].astype(np.int64),
                "missing_left": nodes["missing_go_to_left"].astype(bool),
                "value": nodes["value"][:, None], "output": output,
            })  # fmt: skip
    base = np.ravel(model._baseline_prediction)
    return joined(trees, IDENTITY if not hasattr(model, "classes_") else LOGIT, base)
