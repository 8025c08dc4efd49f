"""Nested cross-validation of every candidate, each hospital left out in turn, and bootstrap optimism."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.outcome.fitting import Fitted, fit, folds, log_loss
from SpineLib.outcome.measuring import calibration, views
from SpineLib.outcome.recipe import LOGISTIC, REAL
from SpineLib.progress import Progress

OUTER = 5
REFERENCE = "reference"
LEAST_OF_SITE = 20  # patients; of fewer no hospital is left out


@dataclass(frozen=True)
class Data:
    """What candidates are fitted to.

    Attributes:
        kind: of the question.
        rows: [patient, column]; the first ``predictors`` are predictors.
        truth: the answers.
        predictors: number of predicting columns.
        reference: columns of the reference model; none for no reference.
        sites: each patient's hospital.
        variable: of each predicting column, the variable that it belongs to.
    """

    kind: str
    rows: NDArray[np.float64]
    truth: NDArray[np.float64]
    predictors: int
    reference: tuple[int, ...]
    sites: NDArray[Any]
    variable: tuple[str, ...]

    def only(self, chosen: NDArray[np.intp]) -> Data:
        """The same of some patients."""
        return replace(
            self, rows=self.rows[chosen], truth=self.truth[chosen], sites=self.sites[chosen]
        )

    def fit(self, candidate: str, *, setting: Any = None, seed: int = 0) -> Fitted:
        """A candidate, or the `REFERENCE` regression, fitted to all patients."""
        if candidate == REFERENCE:
            return fit(LOGISTIC, self.kind, self.rows[:, self.reference], self.truth,
                       len(self.reference), setting=setting, seed=seed)  # fmt: skip
        return fit(candidate, self.kind, self.rows, self.truth, self.predictors,
                   setting=setting, seed=seed)  # fmt: skip

    def predict(self, fitted: Fitted, candidate: str) -> NDArray[np.float64]:
        """[patient, output]: what a fitted candidate says of these patients."""
        rows = self.rows[:, self.reference] if candidate == REFERENCE else self.rows
        return fitted.predict(rows)


@dataclass
class Validated:
    """What a candidate said of patients that it had not seen.

    Attributes:
        predicted: [patient, output], by nested cross-validation.
        loss: log loss of these (mean squared error of numbers).
        by_site: the same with each patient's hospital left out; None where it was not done.
        importance: variable → how much AUC (share of variance) falls when it is shuffled among
            unseen patients, its mean and the standard deviation over folds and shuffles.
    """

    predicted: NDArray[np.float64]
    loss: float
    by_site: NDArray[np.float64] | None = None
    importance: dict[str, tuple[float, float]] = field(default_factory=dict)


def cross_validate(
    data: Data,
    candidates: tuple[str, ...],
    *,
    seed: int = 0,
    importance: bool = True,
    progress: Progress | None = None,
) -> dict[str, Validated]:
    """Nested cross-validation: a patient is in one fold, hospitals and answers are in all alike.

    Args:
        data: the patients.
        candidates: names of `SpineLib.outcome.recipe.CANDIDATES`; the reference is added.
        seed: of the folds and all else.
        importance: also shuffle each predictor, which takes most of the time.
        progress: tells how far it is.
    """
    progress = progress or Progress()
    names = (*candidates, REFERENCE) if data.reference else candidates
    parts = folds(data.kind, data.truth, data.sites, OUTER, seed)
    validated = {}
    progress.stage("Cross-validating", len(names) * len(parts))
    for name in names:
        predicted, drops = None, []
        for train, test in parts:
            fitted = data.only(train).fit(name, seed=seed)
            answer = data.only(test).predict(fitted, name)
            predicted = (
                np.zeros((len(data.truth), answer.shape[1])) if predicted is None else predicted
            )
            predicted[test] = answer
            if importance and name != REFERENCE:
                drops.append(_shuffled(data.only(test), fitted, name, seed))
            progress.advance()
        assert predicted is not None
        validated[name] = Validated(predicted, log_loss(data.kind, data.truth, predicted),
                                importance=_summed(drops))  # fmt: skip
    return validated


def leave_sites_out(
    data: Data, name: str, *, seed: int = 0, progress: Progress | None = None
) -> NDArray[np.float64] | None:
    """Predictions for each hospital's patients by a model of all others; None of one hospital."""
    progress = progress or Progress()
    names, number = np.unique(data.sites.astype(str), return_counts=True)
    if len(names) < 2 or number.min() < LEAST_OF_SITE:
        return None
    predicted = None
    for site in progress.track(names, "Leaving hospitals out"):
        out = np.flatnonzero(data.sites.astype(str) == site)
        rest = data.only(np.flatnonzero(data.sites.astype(str) != site))
        if data.kind != REAL and len(np.unique(rest.truth)) < len(np.unique(data.truth)):
            return None
        answer = data.only(out).predict(rest.fit(name, seed=seed), name)
        predicted = np.zeros((len(data.truth), answer.shape[1])) if predicted is None else predicted
        predicted[out] = answer
    return predicted


@dataclass(frozen=True)
class Bootstrapped:
    """Refits on patients drawn with replacement.

    Attributes:
        members: the refits.
        apparent: figure → of the model on its own patients.
        optimism: figure → how much better a refit is on its own patients than on all (Harrell et
            al. 1996, Stat Med 15:361), on average.
    """

    members: list[Fitted]
    apparent: dict[str, float]
    optimism: dict[str, float]


def bootstrap(
    data: Data, name: str, fitted: Fitted, draws: int, *, seed: int = 0,
    progress: Progress | None = None,
) -> Bootstrapped:  # fmt: skip
    """Fits a candidate anew to drawn patients, filling and all, with the setting that was tuned."""
    progress = progress or Progress()
    rng = np.random.default_rng((seed, 5))
    members: list[Fitted] = []
    gaps: list[dict[str, float]] = []
    progress.stage("Bootstrapping", draws)
    while len(members) < draws:
        chosen = rng.integers(0, len(data.truth), len(data.truth))
        own = data.only(chosen)
        if np.ptp(own.rows, axis=0).min() == 0:  # a column of one value by chance
            continue
        if data.kind != REAL and len(np.unique(own.truth)) < len(np.unique(data.truth)):
            continue
        member = own.fit(name, setting=fitted.setting, seed=seed + len(members))
        inside, outside = (_performance(part, part.predict(member, name)) for part in (own, data))
        gaps.append({key: inside[key] - outside[key] for key in inside})
        members.append(member)
        progress.advance()
    apparent = _performance(data, data.predict(fitted, name))
    optimism = {key: float(np.mean([gap[key] for gap in gaps])) for key in apparent} if gaps else {}
    return Bootstrapped(members, apparent, optimism)


def _performance(data: Data, predicted: NDArray[np.float64]) -> dict[str, float]:
    from SpineLib.evaluation.delong import area

    figures = {}
    for view in views(data.kind, data.truth, predicted):
        figures[view.named("AUC")] = area(view.truth, view.probability)
        figures[view.named("Brier score")] = float(((view.probability - view.truth) ** 2).mean())
        figures[view.named("calibration slope")] = calibration(view.truth, view.probability)[0]
    if not figures:
        away = ((data.truth - predicted[:, 0]) ** 2).mean()
        figures["share of variance explained"] = float(1 - away / data.truth.var())
    return figures


def _score(data: Data, predicted: NDArray[np.float64]) -> float:
    figures = _performance(data, predicted)
    return float(np.mean([v for key, v in figures.items() if key.startswith(("AUC", "share"))]))


def _shuffled(
    data: Data, fitted: Fitted, name: str, seed: int, times: int = 3
) -> dict[str, list[float]]:
    """Permutation importance (Breiman 2001, Mach Learn 45:5) of variables, all columns of one at once.

    What is missing is filled with its mean given the rest, before: a shuffled value is there.
    """
    rng = np.random.default_rng((seed, 7))
    if not fitted.native:
        data = replace(data, rows=fitted.gaussian.expected(data.rows))
    whole = _score(data, data.predict(fitted, name))
    drops: dict[str, list[float]] = {}
    for variable in dict.fromkeys(data.variable):
        own = [n for n, owner in enumerate(data.variable) if owner == variable]
        for _time in range(times):
            rows = data.rows.copy()
            rows[:, own] = rows[rng.permutation(len(rows))][:, own]
            changed = replace(data, rows=rows)
            drops.setdefault(variable, []).append(
                whole - _score(changed, changed.predict(fitted, name))
            )
    return drops


def _summed(drops: list[dict[str, list[float]]]) -> dict[str, tuple[float, float]]:
    if not drops:
        return {}
    every = {name: [x for drop in drops for x in drop[name]] for name in drops[0]}
    return {name: (float(np.nanmean(x)), float(np.nanstd(x))) for name, x in every.items()}
