"""The canal: how far its found centre is from the true one."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from SpineLib.evaluation.figures import Evaluation, Figure, measured, share, stack_notes
from SpineLib.evaluation.predictions import LEVEL, Predictions, require_same_rows
from SpineLib.evaluation.slices import comparison_table
from SpineLib.evaluation.statistics import bootstrap_difference, signed_rank
from SpineLib.inference.spine_levels import region_of_name
from SpineLib.reasons import UNKNOWN

# By hand: a window of the classifiers, 48 mm wide, bears a shift of so much.
NEAR_MM = 3.0


def evaluate_canal(predictions: Predictions) -> Evaluation:
    """Median and 95th percentile of the error, and the share of slices within 3 mm.

    Args:
        predictions: of `SpineLib.evaluation.predict.predict_canal`. Slices whose canal was placed
            by their neighbours count like the others.

    Raises:
        BadModel: predictions of a model for another task.
    """
    table, card = predictions.table, predictions.card
    predictions.require("canal")
    error, patients = table["error_mm"].to_numpy(float), table["patient"].to_numpy(str)
    of, every = f"{len(error)} slices", np.ones(len(error), bool)

    def percentile(share: float) -> Figure:
        name = "median error (mm)" if share == 50 else f"{share:g}th percentile of the error (mm)"

        def metric(k: NDArray[np.intp]) -> float:
            return float(np.percentile(error[k], share))

        return measured(name, metric, patients, of=of, missing="there is no slice", card=True)

    figures = (
        percentile(50),
        percentile(95),
        share("slices within 3 mm", error <= NEAR_MM, every, patients, missing="no slice",
              card=True),
        *_regions(table, patients),
    )  # fmt: skip
    by_stack = table.groupby("stack", sort=True)["error_mm"]
    stacks = by_stack.agg(slices="size", median="median", most="max").reset_index()
    stacks["within_3_mm"] = by_stack.apply(lambda e: float((e <= NEAR_MM).mean())).to_numpy()
    notes = [
        "The true centre is that of the cord's mask on real slices, and of the dural sac on "
        "simulated ones.",
        *stack_notes(predictions.left_out, predictions.forced),
    ]
    return Evaluation(
        card,
        predictions.data,
        table["patient"].nunique(),
        len(table),
        figures,
        {"stacks": stacks},
        tuple(notes),
    )


def _regions(table: pd.DataFrame, patients: NDArray) -> list[Figure]:
    """Of a model that tells regions: how many slices it answers, and how many of these rightly."""
    if "region_seen" not in table or not (table["region_seen"] != "").any():
        return []
    own = table["region"].to_numpy(str)
    named = [region_of_name(str(level)) for level in table.get(LEVEL, [""] * len(table))]
    truth = np.where(np.array(named, dtype=str) == "", own, named)
    seen, known = table["region_seen"].to_numpy(str), truth != UNKNOWN
    answered = seen != ""
    return [
        share("slices whose region is answered", answered, known, patients, missing="no region"),
        share("regions right, of those answered", seen == truth, known & answered, patients,
              missing="no region was answered"),
    ]  # fmt: skip


def compare_canal(first: Predictions, second: Predictions) -> pd.DataFrame:
    """Two models on the same slices: median error by patient, and signed ranks of stacks' medians.

    Raises:
        BadInput: the tables hold other slices.
    """
    require_same_rows(first, second)
    a, b = (p.table["error_mm"].to_numpy(float) for p in (first, second))

    def median(errors: NDArray) -> object:
        return lambda k: float(np.median(errors[k]))

    tests = []
    test = bootstrap_difference(median(a), median(b), first.table["patient"])  # type: ignore[arg-type]
    tests += [("median error (mm)", test)] if test else []
    medians = [p.table.groupby("stack")["error_mm"].median() for p in (first, second)]
    ranks = signed_rank(*medians)
    tests += [("median error of a stack (mm)", ranks)] if ranks else []
    return comparison_table(tests)
