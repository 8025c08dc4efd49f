"""A run: a cohort and a recipe to a model, measured, with all that its page shows."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadInput, BadRequest
from SpineLib.evaluation.delong import paired
from SpineLib.evaluation.figures import Figure
from SpineLib.evaluation.statistics import Comparison
from SpineLib.models.scorers import Linear, Trees
from SpineLib.outcome.dictionary import CATEGORY, variable
from SpineLib.outcome.fitting import Fitted
from SpineLib.outcome.measuring import figures, groups, views
from SpineLib.outcome.model import OutcomeModel
from SpineLib.outcome.prediction import refused_share
from SpineLib.outcome.preparing import Prepared, prepare
from SpineLib.outcome.presets import ranking, recalibrate
from SpineLib.outcome.recipe import BINARY, Recipe
from SpineLib.outcome.table import Cohort
from SpineLib.outcome.validation import (
    REFERENCE,
    Bootstrapped,
    Data,
    Validated,
    bootstrap,
    cross_validate,
    leave_sites_out,
)
from SpineLib.progress import Progress

DRAWS = 100
NORMAL_95 = 1.959964  # standard deviations to either side that hold 95 % of a normal distribution
_MOST_TREES = 20  # refits of trees are large and slow
OLD = 65  # years; where fairness by age is split
_GRID = 9


@dataclass(frozen=True)
class Run:
    """All that was found.

    Attributes:
        prepared: what it was made of.
        chosen: the candidate with the least loss, whose model it is.
        validated: candidate (and `REFERENCE`) → what it said of unseen patients.
        figures: candidate → its figures.
        against: chosen against reference: side of the answer → DeLong's test.
        bootstrapped: refits of the chosen one, and its optimism.
        coefficients: of a regression: column, coefficient, interval, odds ratio.
        dependence: variable → values and mean answers.
        fairness: rows of `measuring.groups`.
        model: for the disk.
        seed: of chance.
    """

    prepared: Prepared
    chosen: str
    validated: dict[str, Validated]
    figures: dict[str, list[Figure]]
    against: dict[str, Comparison]
    bootstrapped: Bootstrapped
    coefficients: list[dict[str, Any]]
    dependence: dict[str, tuple[list[str], list[float]]]
    fairness: list[dict[str, object]]
    model: OutcomeModel
    seed: int

    @property
    def data(self) -> Data:
        """The matrix."""
        return self.prepared.data


def run(
    cohort: Cohort, recipe: Recipe, *, candidate: str = "", draws: int = DRAWS, seed: int = 0,
    progress: Progress | None = None,
) -> Run:  # fmt: skip
    """Fits, measures and chooses.

    Args:
        cohort: the patients.
        recipe: the question.
        candidate: whose model is kept; the one with the least cross-validated loss if empty.
        draws: bootstrap refits; at least 10.
        seed: of chance.
        progress: tells how far it is.

    Raises:
        BadInput, BadRequest: as of `prepare`; or the candidate is not among the recipe's.
    """
    if candidate and candidate not in recipe.models:
        raise BadRequest(f"The recipe has no model {candidate}",
                         advice=f"It has: {', '.join(recipe.models)}.")  # fmt: skip
    if draws < 10:
        raise BadRequest(f"{draws} bootstrap draws are too few", advice="Ask for 10 or more.")
    prepared = prepare(cohort, recipe)
    data, recipe = prepared.data, prepared.recipe
    validated = cross_validate(data, recipe.models, seed=seed, progress=progress)
    chosen = candidate or min(recipe.models, key=lambda name: validated[name].loss)
    validated[chosen].by_site = leave_sites_out(data, chosen, seed=seed, progress=progress)
    fitted = data.fit(chosen, seed=seed)
    count = min(draws, _MOST_TREES) if isinstance(fitted.scorer, Trees) else draws
    refits = bootstrap(data, chosen, fitted, count, seed=seed, progress=progress)
    measured = {
        name: figures(recipe.kind, data.truth, result.predicted)
        for name, result in validated.items()
    }
    model = _model(prepared, chosen, fitted, refits, measured[chosen])
    return Run(
        prepared, chosen, validated, measured, _against(data, validated, chosen), refits,
        coefficients(model), _dependence(model, data.rows),
        groups(recipe.kind, data.truth, validated[chosen].predicted, _members(prepared.cohort)),
        model, seed,
    )  # fmt: skip


def recalibrated(cohort: Cohort, recipe: Recipe, name: str, *, draws: int = DRAWS, seed: int = 0
) -> OutcomeModel:  # fmt: skip
    """A published model with a constant of this cohort; only patients with all its inputs count.

    Args:
        cohort: the patients.
        recipe: the preset's own.
        name: of the preset.
        draws: bootstrap refits of the constant.
        seed: of chance.

    Raises:
        BadInput, BadRequest: as of `prepare` and `ranking`.
    """
    published = ranking(name)
    recipe = replace(recipe, predictors=tuple(published.coefficients), auxiliary=())
    table = cohort.table
    gone = [column for column in published.coefficients if column not in table]
    if gone:
        raise BadInput(f"The table has no column {', '.join(gone)}, which {name} needs")
    whole = table[list(published.coefficients)].notna().all(axis=1)
    prepared = prepare(
        Cohort(table[whole].reset_index(drop=True), cohort.notes, cohort.simulated), recipe
    )
    data = prepared.data
    scorer = recalibrate(published, data.rows, data.truth)
    rng = np.random.default_rng((seed, 9))
    drawn = [rng.integers(0, len(data.truth), len(data.truth)) for _draw in range(draws)]
    members = [recalibrate(published, data.rows[k], data.truth[k]) for k in drawn]
    from SpineLib.outcome.imputation import fit_gaussian

    fitted = Fitted(scorer, fit_gaussian(data.rows), data.predictors, False, {})
    refits = Bootstrapped([replace(fitted, scorer=m) for m in members], {}, {})
    measured = figures(BINARY, data.truth, scorer.predict(data.rows))
    kept = [f for f in measured if f.name != "calibration intercept"]  # it is 0 by the constant
    model = _model(prepared, f"{name}, constant of this cohort", fitted, refits, kept)
    return replace(
        model, notes=(*model.notes, f"Coefficients: {published.source}. {published.measured}")
    )


def coefficients(model: OutcomeModel) -> list[dict[str, Any]]:
    """A regression's coefficients in their columns' units, with 95 % intervals from the refits' spread.

    The spread, not percentiles: some tens of refits have no 2.5th one.
    """
    if not isinstance(model.scorer, Linear):
        return []
    refits = np.array(
        [member.coefficients for member in model.members if isinstance(member, Linear)]
    )
    half = NORMAL_95 * refits.std(axis=0, ddof=1)
    ratio = bool(model.classes)
    return [
        {"column": column.title, "coefficient": float(value), "low": float(value - half[n]),
         "high": float(value + half[n]), **({"odds ratio": float(np.exp(value))} if ratio else {})}
        for n, (column, value) in enumerate(
            zip(model.columns[: model.predictors], model.scorer.coefficients, strict=True))
    ]  # fmt: skip


def _against(data: Data, validated: dict[str, Validated], chosen: str) -> dict[str, Comparison]:
    if REFERENCE not in validated:
        return {}
    pairs = [
        views(data.kind, data.truth, validated[name].predicted) for name in (chosen, REFERENCE)
    ]
    return {
        view.named("AUC"): paired(view.truth, view.probability, reference.probability)
        for view, reference in zip(*pairs, strict=True)
    }


def _model(
    prepared: Prepared, chosen: str, fitted: Fitted, refits: Bootstrapped, measured: list[Figure]
) -> OutcomeModel:
    model = OutcomeModel(
        recipe=prepared.recipe, candidate=chosen, columns=prepared.columns,
        predictors=fitted.predictors, classes=prepared.target.classes, scorer=fitted.scorer,
        members=tuple(member.scorer for member in refits.members), native=fitted.native,
        gaussian=fitted.gaussian, population=prepared.population(),
        patients=len(prepared.data.truth), sites=max(1, len(set(prepared.data.sites) - {""})),
        simulated=prepared.cohort.simulated,
        figures=tuple({k: v for k, v in asdict(figure).items() if k in ("name", "value", "interval", "of")}
                      for figure in measured),
        notes=prepared.notes,
    )  # fmt: skip
    return replace(model, refused=refused_share(model, prepared.data.rows))


def _members(cohort: Cohort) -> list[tuple[str, str, NDArray[np.bool_]]]:
    parts = []
    if "sex" in cohort.table:
        parts += [("sex", w, (cohort.table["sex"] == w).to_numpy()) for w in variable("sex").values]
    if "age" in cohort.table:
        age = cohort.table["age"].to_numpy(float)
        parts += [("age", f"below {OLD}", age < OLD), ("age", f"{OLD} and older", age >= OLD)]
    sites = cohort.sites.astype(str)
    parts += [("hospital", str(site), sites == site) for site in sorted(set(sites) - {""})]
    return [part for part in parts if part[2].any()]


def _dependence(
    model: OutcomeModel, rows: NDArray[np.float64]
) -> dict[str, tuple[list[str], list[float]]]:
    """Partial dependence (Friedman 2001, Ann Stat 29:1189) of P(yes), P(severe) or the number."""
    filled = model.gaussian.expected(rows)[:, : model.predictors]
    dependence = {}
    for name in model.recipe.predictors:
        predictor, shares = variable(name), model.population[name]
        points = np.array(shares.points)
        if predictor.kind != CATEGORY and len(points) > _GRID:
            points = points[np.linspace(0, len(points) - 1, _GRID).astype(int)]
        answers = []
        for point in points:
            changed = filled.copy()
            for n, column in enumerate(model.columns[: model.predictors]):
                if column.variable == name:
                    changed[:, n] = column.at(float(point))
            answers.append(float(model.scorer.predict(changed)[:, -1].mean()))
        words = [
            predictor.values[int(p)] if predictor.values else predictor.shown(float(p))
            for p in points
        ]
        dependence[name] = (words, answers)
    return dependence
