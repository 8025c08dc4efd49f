"""Grading: confusion matrices, agreement beyond chance, low against high."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from SpineLib.errors import BadInput, BadModel
from SpineLib.evaluation.agreement import Agreement, cohen, gwet, kappa
from SpineLib.evaluation.figures import (
    Evaluation,
    Figure,
    measured,
    not_assessed_notes,
    share,
    stack_notes,
)
from SpineLib.evaluation.grade_sets import grade_set_figures, grade_set_table, uncertain_slices
from SpineLib.evaluation.predictions import Predictions, require_same_rows
from SpineLib.evaluation.reliability import reliability_figures, site_table
from SpineLib.evaluation.slices import comparison_table, level_table
from SpineLib.evaluation.statistics import (
    Comparison,
    bootstrap,
    bootstrap_difference,
    mcnemar,
)
from SpineLib.evaluation.withheld import withheld_figures
from SpineLib.labels import NOT_ASSESSED
from SpineLib.questions import Question

AS_WRONG = (
    "A slice that was not assessed counts as wrong in sensitivity, specificity and accuracy; "
    "agreement beyond chance is of the graded slices."
)
HIGH_LOW = ("low", "high")


def evaluate_grading(predictions: Predictions) -> Evaluation:
    """Figures of a grading model.

    Args:
        predictions: of `SpineLib.evaluation.predict.predict_slices`.

    Raises:
        BadModel: predictions of a model for another task.
        BadInput: a truth that is no grade of the model's scheme.
    """
    graded = Graded(predictions)
    six, two = graded.table_of(graded.every), graded.high_table_of(graded.every)
    names = graded.scheme.values
    figures = [
        *_low_high_figures(graded),
        *_agreement_figures("low/high", graded.high_ratings(), HIGH_LOW, graded, ("identity",)),
        *_agreement_figures("grades", graded.ratings(), names, graded, ("identity", "linear",
                                                                       "quadratic")),
        _within_one(graded),
        *reliability_figures(predictions),
        *grade_set_figures(predictions),
        *withheld_figures(predictions.table, ~graded.right, uncertain_slices(predictions.table, predictions.card)),
    ]  # fmt: skip
    tables = {
        "confusion low/high": _matrix(two, HIGH_LOW, graded.missing_by(graded.high, HIGH_LOW)),
        "confusion of grades": _matrix(six, names, graded.missing_by(graded.truth, names)),
        "by level": level_table(
            predictions.table, graded.high == 1, graded.called == 1, graded.missing
        ),
        "sets": grade_set_table(predictions),
        "calibration by site": site_table(predictions),
    }
    notes = stack_notes(predictions.left_out, predictions.forced)
    notes += not_assessed_notes(predictions.table, AS_WRONG)
    notes.append(
        f"High is {names[graded.scheme.first_positive]} or more. The model's low or high is the sum of "
        "the high grades' probabilities, so it may differ from that of its most probable grade."
    )
    return Evaluation(
        predictions.card,
        predictions.data,
        len(set(graded.patients)),
        len(graded.truth),
        tuple(figures),
        {name: table for name, table in tables.items() if len(table)},
        tuple(notes),
        bool(predictions.forced),
    )


class Graded:
    """Truth and grades of the slices that are measured.

    Attributes:
        truth: index of the true grade of each row.
        grade: index of the model's grade; -1 where it was not assessed.
        high: 1 where the truth is high.
        called: 1 where the model says high, 0 low, -1 not assessed.
        every: indices of the rows that were graded.
    """

    def __init__(self, predictions: Predictions) -> None:
        card, table = predictions.card, predictions.table
        if predictions.task != "grading" or card.scheme is None:
            raise BadModel(f"The model {card.name} is for {predictions.task}, not for grading")
        self.scheme: Question = card.scheme
        order = {name: n for n, name in enumerate(self.scheme.values)}
        odd = set(table["truth"]) - set(order)
        if odd:
            raise BadInput(
                f"These truths are not grades of {self.scheme.key}: {', '.join(sorted(odd))}"
            )
        self.patients = table["patient"].to_numpy(dtype=str)
        self.truth = table["truth"].map(order).to_numpy(dtype=int)
        self.missing = (table["verdict"] == NOT_ASSESSED).to_numpy()
        grade = table["grade"].map(order)
        self.grade = np.where(self.missing, -1, grade.fillna(-1)).astype(int)
        self.high = (self.truth >= self.scheme.first_positive).astype(int)
        self.called = np.where(self.missing, -1, (table["verdict"] == "high").to_numpy(dtype=int))
        self.every = np.flatnonzero(~self.missing)
        self.right = self.called == self.high

    def table_of(self, rows: NDArray[np.intp]) -> NDArray[np.int64]:
        """Counts [grades, grades] of these rows, truth down; those not graded do not count."""
        return _counts(self.truth[rows], self.grade[rows], len(self.scheme.values))

    def high_table_of(self, rows: NDArray[np.intp]) -> NDArray[np.int64]:
        """Counts [2, 2] of low and high, as `table_of`."""
        return _counts(self.high[rows], self.called[rows], 2)

    def ratings(self) -> list[tuple[str, str]]:
        """Truth and grade of the graded rows."""
        names = self.scheme.values
        return [(names[self.truth[k]], names[self.grade[k]]) for k in self.every]

    def high_ratings(self) -> list[tuple[str, str]]:
        """The same as low and high."""
        return [(HIGH_LOW[self.high[k]], HIGH_LOW[self.called[k]]) for k in self.every]

    def missing_by(self, truth: NDArray, names: Sequence[str]) -> list[int]:
        """How many rows of each true category were not assessed."""
        return [int((self.missing & (truth == n)).sum()) for n in range(len(names))]


def compare_grading(first: Predictions, second: Predictions) -> pd.DataFrame:
    """Two models on the same slices: kappa (paired bootstrap by patient), low/high (McNemar).

    Kappa is of the slices that both graded.

    Raises:
        BadInput: the tables hold other slices or truths.
        BadModel: models for another task.
    """
    require_same_rows(first, second)
    a, b = Graded(first), Graded(second)
    both = np.intersect1d(a.every, b.every)
    tests: list[tuple[str, Comparison]] = []
    for name, weights, kind in (
        ("κ low/high", "identity", "high_table_of"),
        ("κ grades", "identity", "table_of"),
        ("κ grades, linear", "linear", "table_of"),
        ("κ grades, quadratic", "quadratic", "table_of"),
    ):
        metric_a, metric_b = (_kappa_of(getattr(g, kind), weights, both) for g in (a, b))
        test = bootstrap_difference(metric_a, metric_b, a.patients[both])
        tests += [(name, test)] if test else []
    for name, rows in (("sensitivity", a.high == 1), ("specificity", a.high == 0)):
        if rows.any():
            tests.append((f"{name} for high", mcnemar(a.right[rows], b.right[rows])))
    tests.append(("accuracy low/high", mcnemar(a.right, b.right)))
    return comparison_table(tests)


def _kappa_of(table_of, weights: str, rows: NDArray[np.intp]):  # type: ignore[no-untyped-def]
    return lambda k: kappa(table_of(rows[k]), weights=weights)


def _low_high_figures(graded: Graded) -> list[Figure]:
    high, right = graded.high == 1, graded.right
    everyone, patients = np.ones(len(high), bool), graded.patients
    return [
        share("sensitivity for high", right, high, patients, missing="no slice is high", card=True),
        share("specificity for high", right, ~high, patients, missing="every slice is high",
              card=True),
        share("accuracy low/high", right, everyone, patients, missing="there is no slice"),
        share("accuracy of grades", graded.grade == graded.truth, everyone, patients,
              missing="there is no slice"),
    ]  # fmt: skip


def _agreement_figures(
    what: str,
    ratings: list[tuple[str, str]],
    names: Sequence[str],
    graded: Graded,
    kinds: Sequence[str],
) -> list[Figure]:
    table_of = graded.high_table_of if what == "low/high" else graded.table_of
    counts = table_of(graded.every)
    of = f"{len(ratings)} graded slices"
    figures = []
    for weights in kinds:
        suffix = "" if weights == "identity" else f", {weights}"
        metric = _kappa_of(table_of, weights, np.arange(len(graded.truth)))
        on_card = weights == ("identity" if what == "low/high" else "linear")
        figures.append(
            _figure(
                f"κ {what}{suffix}", cohen(counts, weights=weights), metric, graded, of, on_card
            )
        )
    for weights in kinds:
        name = "AC1" if weights == "identity" else "AC2"
        suffix = "" if weights == "identity" else f", {weights}"
        coefficient = gwet(ratings, names, weights=weights) if len(ratings) > 1 else None
        figures.append(_figure(f"{name} {what}{suffix}", coefficient, None, graded, of, False))
    return figures


def _figure(  # type: ignore[no-untyped-def]
    name: str, agreement: Agreement | None, metric, graded: Graded, of: str, card: bool
) -> Figure:
    if agreement is None:
        why = "not defined: truth and model know one category only, or no slice was graded"
        return Figure(name, None, of=of, note=why, card=card)
    interval = bootstrap(metric, graded.patients) if metric else None
    note = f"standard error {agreement.error:.3f}"
    # Where truth and model agree wholly the standard error is 0, which is not being sure.
    alone, method = (
        (agreement.interval, "from the standard error") if agreement.error else (None, "")
    )
    return Figure(name, agreement.value, interval, alone, method, of, note, card)


def _within_one(graded: Graded) -> Figure:
    near = np.abs(graded.truth - graded.grade) <= 1

    def metric(k: NDArray[np.intp]) -> float:
        seen = ~graded.missing[k]
        return float(near[k][seen].mean()) if seen.any() else float("nan")

    of = f"{len(graded.every)} graded slices"
    return measured(
        "share within one grade", metric, graded.patients, of=of, missing="no slice was graded",
        card=True,
    )  # fmt: skip


def _counts(truth: NDArray, answer: NDArray, size: int) -> NDArray[np.int64]:
    seen = answer >= 0
    table = np.zeros((size, size), int)
    np.add.at(table, (truth[seen], answer[seen]), 1)
    return table


def _matrix(table: NDArray, names: Sequence[str], missing: Sequence[int]) -> pd.DataFrame:
    frame = pd.DataFrame(table, columns=list(names))
    frame.insert(0, "truth", list(names))
    return frame.assign(**{NOT_ASSESSED: list(missing)}) if any(missing) else frame
