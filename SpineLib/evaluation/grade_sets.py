"""Sets of grades that hold the true one as often as promised: fitted, and measured."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.evaluation.figures import Figure, measured, share
from SpineLib.evaluation.predictions import Predictions
from SpineLib.evaluation.reliability import answers_of, answers_with, assessed
from SpineLib.inference.interval import grade_set, reach
from SpineLib.labels import NOT_ASSESSED
from SpineLib.models.card import Card, GradeSets
from SpineLib.wording import count

COVERAGE = 0.9
# On the card; rounded down, so that no value falls out of a set by the rounding.
_DIGITS = 6


def fit_grade_sets(
    predictions: Predictions, temperature: float, bias: float,
    coverage: float = COVERAGE,
    *, of_each: bool = True,
) -> GradeSets:  # fmt: skip
    """Fits the thresholds from which a value belongs to a slice's set.

    Split conformal prediction with a threshold a value (Vovk 2012), by the value's `reach`, which
    makes neighbours of the sets and leaves the likeliest value in them (as Lu et al. 2022, "Improving
    trustworthiness of AI disease severity rating in medical imaging with ordinal conformal prediction
    sets", grow theirs). The promise takes slices as exchangeable. Patients are; slices of one patient are alike, so that the
    share holds over many patients, not within one.

    Args:
        predictions: of patients that neither weights nor temperature were fitted to.
        temperature, bias: with which the model will answer; see
            `SpineLib.evaluation.calibration.Calibration`.
        coverage: the promised share.
        of_each: promise it for the slices of each value; otherwise for all slices together, with
            one threshold for all values.

    Raises:
        BadInput: no slice of a value, or too few for the promise.
        BadModel: a model for another task.
    """
    probabilities, truth = answers_with(predictions, temperature, bias)
    values, least = predictions.card.asked.values, {}
    reached = reach(probabilities)
    held = reached[np.arange(len(truth)), truth]
    for n, value in enumerate(values):
        own = held[truth == n] if of_each else held
        limit = least_reach(own, coverage)
        if limit is None:
            raise BadInput(
                f"{count(len(own), 'slice')} of {value} are too few to promise {100 * coverage:.3g}%",
                advice="Give more patients for the sets.",
            )
        least[value] = limit
    patients = assessed(predictions)["patient"].nunique()
    return GradeSets(coverage, least, predictions.data, int(patients), len(truth), of_each=of_each)


def least_reach(own: NDArray[np.float64], coverage: float) -> float | None:
    """The reach below which a new slice of a value falls in at most 1 - coverage of the cases.

    The ``floor((n + 1)(1 - coverage))``-th smallest: a new slice is as likely as each of the n
    others to be the smallest, the second smallest, and so on.

    Args:
        own: of the value, on n slices that have it.
        coverage: the promised share.

    Returns:
        None where there are too few slices.
    """
    rank = math.floor((len(own) + 1) * (1 - coverage) + 1e-9)
    if not rank:
        return None
    return math.floor(float(np.sort(own)[rank - 1]) * 10**_DIGITS + 1e-9) / 10**_DIGITS


def grade_set_figures(predictions: Predictions) -> list[Figure]:
    """Coverage of each value and mean size of the sets; nothing where the card has none.

    Args:
        predictions: of the model with its card as it is.
    """
    sets = Sets.of(predictions)
    if sets is None:
        return []
    everyone = np.ones(len(sets.size), bool)
    of = f"{len(sets.size)} assessed slices"
    figures = [
        share(f"sets that hold {value}", sets.held, sets.truth == n, sets.patients,
              missing=f"no slice is {value}", card=True)
        for n, value in enumerate(sets.values)
    ]  # fmt: skip
    return [
        *figures,
        share("sets that hold the truth", sets.held, everyone, sets.patients,
              missing="no slice was assessed"),
        measured("mean size of sets", lambda k: float(sets.size[k].mean()), sets.patients, of=of,
                 missing="no slice was assessed", card=True),
    ]  # fmt: skip


def grade_set_table(predictions: Predictions) -> pd.DataFrame:
    """A row a value: coverage, mean size, slices by size; without a row where there are no sets."""
    sets = Sets.of(predictions)
    return pd.DataFrame() if sets is None else sets.table()


def uncertain_slices(table: pd.DataFrame, card: Card) -> NDArray[np.bool_] | None:
    """Whether each row's set holds answers of both sides: compressed and not, or low and high.

    Args:
        table: predictions; rows that are not assessed are not uncertain.
        card: of the model; None is returned where it has no sets.
    """
    if card.grade_sets is None:
        return None
    question = card.asked
    if len(question.values) == 2:
        chance = table["probability"].to_numpy(float)
        probabilities = np.column_stack([1 - chance, chance])
    else:
        probabilities = table[[f"p_{value}" for value in question.values]].to_numpy(float)
    sets = [
        grade_set(dict(zip(question.values, chances, strict=True)), card)
        for chances in np.nan_to_num(probabilities).tolist()
    ]
    answered = (table["verdict"] != NOT_ASSESSED).to_numpy()
    return answered & np.array([question.has_both_sides(values) for values in sets], bool)


class Sets:
    """The sets of the assessed slices.

    Attributes:
        values: of the question.
        truth: index of the true value of each row.
        held: whether the set holds it.
        size: values in the set.
        patients: the patient of each row.
    """

    def __init__(
        self, predictions: Predictions, probabilities: NDArray[np.float64], truth: NDArray,
        patients: NDArray,
    ) -> None:  # fmt: skip
        self.values, self.truth, self.patients = predictions.card.asked.values, truth, patients
        sets = [
            grade_set(dict(zip(self.values, row, strict=True)), predictions.card)
            for row in probabilities.tolist()
        ]
        self.held = np.array([self.values[t] in s for t, s in zip(truth, sets, strict=True)], bool)
        self.size = np.array([len(s) for s in sets], int)

    @classmethod
    def of(cls, predictions: Predictions) -> Sets | None:
        """Those of the model's answers; None where its card has none, or nothing was assessed."""
        if predictions.card.grade_sets is None:
            return None
        probabilities, truth = answers_of(predictions)
        if not len(truth):
            return None
        patients = assessed(predictions)["patient"].to_numpy(dtype=str)
        return cls(predictions, probabilities, truth, patients)

    def table(self) -> pd.DataFrame:
        """A row a value: slices, share of sets that hold it, mean size, slices by size of the set."""
        rows = []
        for n, value in enumerate(self.values):
            own = self.truth == n
            if own.any():
                by_size = {f"of {k}": int((self.size[own] == k).sum())
                           for k in range(1, len(self.values) + 1)}  # fmt: skip
                rows.append({
                    "truth": value, "slices": int(own.sum()),
                    "coverage": float(self.held[own].mean()),
                    "mean size": float(self.size[own].mean()), **by_size,
                })  # fmt: skip
        return pd.DataFrame(rows)
