"""Segmentation: Dice, surface Dice and 95 % Hausdorff distance, per class and per level."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from SpineLib.evaluation.figures import Evaluation, Figure, measured
from SpineLib.evaluation.predictions import Predictions, require_same_rows
from SpineLib.evaluation.slices import comparison_table
from SpineLib.evaluation.statistics import Comparison, signed_rank
from SpineLib.wording import count

METRICS = {"dice": "Dice", "surface_dice": "surface Dice", "hd95_mm": "95 % Hausdorff (mm)"}


def evaluate_segmentation(predictions: Predictions) -> Evaluation:
    """Figures of a segmentation model.

    Args:
        predictions: of `SpineLib.evaluation.predict.predict_volumes`.

    Raises:
        BadModel: predictions of a model for another task.
    """
    table, card = predictions.table, predictions.card
    predictions.require("segmentation")
    classes, levels = table[table["kind"] == "class"], table[table["kind"] == "level"]
    whole = levels[~levels["partial"].astype(bool)]
    figures = [_mean_of_classes(classes)]
    for name, rows in classes.groupby("structure", sort=False):
        figures += [_mean(f"{METRICS[m]}, {name}", rows, m, card=m != "surface_dice")
                    for m in METRICS]  # fmt: skip
    extra = table[table["kind"] == "extra"]
    missed = int((~whole["found"].astype(bool)).sum())
    named = whole["named"].value_counts()
    tolerance = predictions.settings["tolerance_mm"]
    notes = [
        f"Surface Dice has a tolerance of {tolerance:g} mm.",
        f"{count(missed, 'vertebra or disc', 'vertebrae or discs')} of {len(whole)} missed "
        f"(Dice 0, no distance); {len(extra)} found that the truth does not have.",
        f"Level: {named.get('right', 0)} structures had the truth's level, "
        f"{named.get('wrong', 0)} another one, the others were not named.",
        "Levels are counted and measured on whole vertebrae; those that the border of the image "
        "cuts stand in the table of predictions only.",
    ]
    return Evaluation(
        card,
        predictions.data,
        table["patient"].nunique(),
        table["stack"].nunique(),
        tuple(figures),
        {
            "structures": _spread(classes, "structure"),
            "cases": _cases(classes),
            "levels": _spread(whole, "level"),
        },
        tuple(notes),
    )


def compare_segmentation(first: Predictions, second: Predictions) -> pd.DataFrame:
    """Two models on the same cases: Wilcoxon's signed ranks of each class's figures.

    Raises:
        BadInput: other cases.
    """
    tables = [
        p.table[p.table["kind"] == "class"].sort_values(["stack", "structure"])
        for p in (first, second)
    ]
    require_same_rows(*(_with(p, t) for p, t in zip((first, second), tables, strict=True)))
    tests: list[tuple[str, Comparison]] = []
    for name in tables[0]["structure"].unique():
        first_rows, second_rows = (t[t["structure"] == name] for t in tables)
        for metric, words in METRICS.items():
            a, b = first_rows[metric].to_numpy(float), second_rows[metric].to_numpy(float)
            both = np.isfinite(a) & np.isfinite(b)
            test = signed_rank(a[both], b[both])
            tests += [(f"{words}, {name} (n = {both.sum()})", test)] if test else []
    return comparison_table(tests)


def _with(predictions: Predictions, table: pd.DataFrame) -> Predictions:
    return Predictions(predictions.card, predictions.data, table.reset_index(drop=True))


def _mean(name: str, rows: pd.DataFrame, metric: str, *, card: bool) -> Figure:
    known = rows[rows[metric].notna()]
    values, patients = known[metric].to_numpy(float), known["patient"].to_numpy(str)
    of = f"{count(len(values), 'volume')}"
    if len(values):
        of += f", {values.min():.2f} to {values.max():.2f}"

    def mean(k: NDArray[np.intp]) -> float:
        return float(values[k].mean()) if len(k) else float("nan")

    return measured(f"mean {name}", mean, patients, of=of, missing="found in no case", card=card)


def _mean_of_classes(classes: pd.DataFrame) -> Figure:
    """The mean over volumes of the mean Dice of vertebra, disc and canal."""
    means = classes.groupby(["patient", "stack"], sort=True)["dice"].mean().reset_index()
    means["dice_all"] = means["dice"]
    return _mean("Dice over vertebrae, discs and canal", means, "dice_all", card=True)


def _cases(classes: pd.DataFrame) -> pd.DataFrame:
    wide = classes.pivot(index=["patient", "stack"], columns="structure", values=list(METRICS))
    wide.columns = [f"{name} {METRICS[metric]}" for metric, name in wide.columns]
    return wide.reset_index()


def _spread(structures: pd.DataFrame, title: str) -> pd.DataFrame:
    """Mean and standard deviation by structure, as van der Graaf et al. 2024 report SPIDER's."""
    rows = []
    for name, own in structures.groupby("structure", sort=False):
        row: dict[str, object] = {
            title: name,
            "n": len(own),
            "missed": int((~own["found"].astype(bool)).sum()),
        }
        for metric, words in METRICS.items():
            values = own[metric].dropna().astype(float)
            row[f"{words} mean"] = values.mean() if len(values) else None
            row[f"{words} SD"] = values.std() if len(values) > 1 else None
        rows.append(row)
    return pd.DataFrame(rows)
