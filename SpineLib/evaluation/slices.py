"""Compression: figures a slice and a patient, subgroups, and two models side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.evaluation.delong import Auc, area, auc, paired, unpaired
from SpineLib.evaluation.figures import (
    Evaluation,
    Figure,
    measured,
    not_assessed_notes,
    share,
    stack_notes,
)
from SpineLib.evaluation.grade_sets import grade_set_figures, grade_set_table, uncertain_slices
from SpineLib.evaluation.predictions import LEVEL, Predictions, require_same_rows
from SpineLib.evaluation.reliability import reliability_figures, site_table
from SpineLib.evaluation.statistics import (
    Comparison,
    bootstrap,
    bootstrap_difference,
    mcnemar,
)
from SpineLib.evaluation.withheld import withheld_figures
from SpineLib.labels import COMPRESSED, NOT_ASSESSED, NOT_COMPRESSED, VERTEBRAE
from SpineLib.models.card import Card
from SpineLib.wording import count

AS_WRONG = (
    "A slice that was not assessed counts as wrong: as missed where it is compressed, as a false "
    "alarm where it is not, and for the area under the curve as the worst score that it can have. "
    "Figures of the assessed slices alone stand beside these."
)
# A numeric column with more values than this is split at its median over patients (by hand).
MOST_GROUPS = 6


def evaluate_compression(
    predictions: Predictions, *, groups: Sequence[str] | None = None
) -> Evaluation:
    """Figures of a compression model.

    Args:
        predictions: of `SpineLib.evaluation.predict.predict_slices`. ``possibly compressed``
            slices, on which readers disagree, are left out and counted.
        groups: columns for the subgroup table; None takes all that vary.

    Raises:
        BadModel: predictions of a model for another task.
        BadInput: a truth that is no word of the task, or an unknown column.
    """
    table, notes = _decided(predictions)
    data = Slices(table)
    assessed = data.only(~data.missing)
    figures = [
        *_slice_figures(data, ""),
        *(_slice_figures(assessed, ", assessed slices") if data.missing.any() else ()),
        *_patient_auc_figures(data),
    ]
    patients = patient_table(table, predictions.card)
    figures += [*_patient_figures(patients), *reliability_figures(predictions)]
    figures += grade_set_figures(predictions)
    figures += withheld_figures(table, ~data.right, uncertain_slices(table, predictions.card))
    names = predictions.groups if groups is None else list(groups)
    tables = {
        "confusion by slice": _confusion(table["truth"], table["verdict"]),
        "confusion by patient": _confusion(patients["truth"], patients["verdict"]),
        "patients": patients,
        "subgroups": subgroup_table(data, names),
        "by level": level_table(table, data.truth, data.flagged & ~data.missing, data.missing),
        "sets": grade_set_table(predictions),
        "calibration by site": site_table(predictions),
    }
    rule = predictions.card.study_rule
    notes += [
        f"A patient is abnormal by the card's rule: {rule.text if rule else 'any compressed slice'}"
        ", in truth and in the model's verdict, of the labelled slices. Borderline slices are not "
        "compressed.",
    ]
    if len(tables["subgroups"]):
        notes.append(
            "Each subgroup is compared with all other slices of a known value by DeLong's test for "
            "unpaired areas, slices as independent; p-values are not corrected for their number."
        )
    return Evaluation(
        predictions.card,
        predictions.data,
        table["patient"].nunique(),
        len(table),
        tuple(figures),
        {name: shown for name, shown in tables.items() if len(shown)},
        tuple(notes),
        bool(predictions.forced),
    )


class Slices:
    """Truth and answers of the slices that are measured.

    Attributes:
        table: the rows.
        truth, flagged, missing: compressed, called compressed, not assessed.
        score: P(compressed); the worst possible one where the slice was not assessed.
        right: whether the verdict was right; never where it was not assessed.
        patients: the patient of each row.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table
        self.truth = (table["truth"] == COMPRESSED).to_numpy()
        self.missing = (table["verdict"] == NOT_ASSESSED).to_numpy()
        self.flagged = (table["verdict"] == COMPRESSED).to_numpy()
        score = table["probability"].astype(float).to_numpy()
        self.score = np.where(self.missing, np.where(self.truth, -1.0, 2.0), score)
        self.right = (self.flagged == self.truth) & ~self.missing
        self.patients = table["patient"].to_numpy(dtype=str)

    def only(self, rows: NDArray[np.bool_]) -> Slices:
        """These rows."""
        return Slices(self.table[rows])

    @property
    def both_classes(self) -> bool:
        """Whether there is an area under the curve."""
        return bool(self.truth.any() and not self.truth.all())

    def auc(self) -> Auc:
        """The area over all rows."""
        return auc(self.truth, self.score)

    def auc_of(self, rows: NDArray[np.intp]) -> float:
        """The area over these rows; NaN where it is not defined."""
        return area(self.truth[rows], self.score[rows])


def patient_table(table: pd.DataFrame, card: Card) -> pd.DataFrame:
    """A row a patient: compressed slices in truth and in the verdicts, and the card's rule.

    A patient with fewer assessed slices than the rule needs is not assessed, as in a reading.
    """
    minimum = card.study_rule.minimum_compressed_slices if card.study_rule else 1
    rows = []
    for patient, own in table.groupby("patient", sort=True):
        data = Slices(own)
        assessed = int((~data.missing).sum())
        verdict = "abnormal" if data.flagged.sum() >= minimum else "normal"
        rows.append({
            "patient": patient,
            "slices": len(own),
            "assessed": assessed,
            "compressed": int(data.truth.sum()),
            "called_compressed": int(data.flagged.sum()),
            "truth": "abnormal" if data.truth.sum() >= minimum else "normal",
            "verdict": verdict if assessed >= minimum else NOT_ASSESSED,
            "auc": data.auc().value if data.both_classes else None,
        })  # fmt: skip
    return pd.DataFrame(rows)


def subgroup_table(data: Slices, columns: Sequence[str]) -> pd.DataFrame:
    """Each group's area, and DeLong's test of it against all other slices with a known value.

    Args:
        data: the slices.
        columns: of the predictions' table; numbers with many values are split at the median.

    Raises:
        BadInput: there is no such column.
    """
    rows = []
    for column in columns:
        if column not in data.table.columns:
            raise BadInput(
                f"The data set has no column {column}",
                advice=f"It has: {', '.join(data.table.columns)}.",
            )
        groups = _grouped(data.table, column)
        known = (groups != "").to_numpy()
        for name in sorted(set(groups[known])):
            inside = known & (groups == name).to_numpy()
            rows.append(_subgroup(column, name, data.only(inside), data.only(known & ~inside)))
    return pd.DataFrame(rows)


def level_table(
    table: pd.DataFrame, positive: NDArray[np.bool_], called: NDArray[np.bool_],
    missing: NDArray[np.bool_],
) -> pd.DataFrame:  # fmt: skip
    """Sensitivity and specificity at each level, from above to below; empty without levels.

    Args:
        table: predictions with or without the column of levels.
        positive, called: whether truth and model say compressed, or a high grade.
        missing: not assessed; such a slice is wrong whatever is true.
    """
    if LEVEL not in table.columns:
        return pd.DataFrame()
    own, rows = table[LEVEL].to_numpy(str), []
    for name in (name for name in VERTEBRAE if name in own):
        here = own == name
        right = (called == positive) & ~missing
        yes, no = here & positive, here & ~positive
        rows.append({
            "level": name,
            "patients": table["patient"][here].nunique(),
            "slices": int(here.sum()),
            "positive": int(yes.sum()),
            "sensitivity": float(right[yes].mean()) if yes.any() else None,
            "specificity": float(right[no].mean()) if no.any() else None,
            "not assessed": int((here & missing).sum()),
        })  # fmt: skip
    return pd.DataFrame(rows)


def compare_compression(first: Predictions, second: Predictions) -> pd.DataFrame:
    """Two models on the same slices: areas (DeLong's paired test, and by patient) and verdicts.

    Raises:
        BadInput: the tables hold other slices or truths.
        BadModel: models for another task.
    """
    require_same_rows(first, second)
    (first_table, _), (second_table, _) = _decided(first), _decided(second)
    a, b = Slices(first_table), Slices(second_table)
    tests: list[tuple[str, Comparison]] = []
    if a.both_classes:
        tests.append(("AUC", paired(a.truth, a.score, b.score)))
        clustered = bootstrap_difference(a.auc_of, b.auc_of, a.patients)
        tests += [("AUC", clustered)] if clustered else []
        for name, rows in (("sensitivity", a.truth), ("specificity", ~a.truth)):
            tests.append((name, mcnemar(a.right[rows], b.right[rows])))
    tests.append(("accuracy", mcnemar(a.right, b.right)))
    return comparison_table(tests)


def comparison_table(tests: Sequence[tuple[str, Comparison]]) -> pd.DataFrame:
    """Comparisons as a table: figure, both values, difference with interval, test and p."""
    return pd.DataFrame(
        [
            {
                "figure": name,
                "first": c.first,
                "second": c.second,
                "difference": c.difference,
                "low": c.interval[0] if c.interval else None,
                "high": c.interval[1] if c.interval else None,
                "p": c.p,
                "test": c.method,
            }
            for name, c in tests
        ],
        columns=["figure", "first", "second", "difference", "low", "high", "p", "test"],
    )


def _decided(predictions: Predictions) -> tuple[pd.DataFrame, list[str]]:
    predictions.require("compression")
    table = predictions.table
    decided = table[table["truth"].isin((COMPRESSED, NOT_COMPRESSED))]
    odd = set(table["truth"]) - {COMPRESSED, NOT_COMPRESSED, "possibly compressed"}
    if odd:
        raise BadInput(f"These truths are not words for compression: {', '.join(sorted(odd))}")
    notes = stack_notes(predictions.left_out, predictions.forced)
    if len(table) > len(decided):
        unsure = count(len(table) - len(decided), "slice")
        notes.append(f"{unsure} possibly compressed, on which readers disagree, left out.")
    if not len(decided):
        raise BadInput("No slice is labelled compressed or not compressed")
    return decided, [*notes, *not_assessed_notes(decided, AS_WRONG)]


def _slice_figures(data: Slices, suffix: str) -> list[Figure]:
    main, positives = not suffix, int(data.truth.sum())
    of = f"{positives} of {count(len(data.truth), 'slice')} compressed"
    none = "no slice is compressed"
    if data.both_classes:
        own = data.auc()
        interval = bootstrap(data.auc_of, data.patients)
        # Without a pair in the wrong order the variance is 0, which is not being sure.
        alone, method = (own.interval, "DeLong") if own.variance else (None, "")
        first = Figure("AUC" + suffix, own.value, interval, alone, method, of, card=main)
    else:
        why = none if not positives else "every slice is compressed"
        first = Figure("AUC" + suffix, None, of=of, note=f"not defined: {why}", card=main)

    def f1(k: NDArray[np.intp]) -> float:
        hit = (data.right & data.truth)[k].sum()
        wrong = (~data.right)[k].sum()
        return float(2 * hit / (2 * hit + wrong)) if hit + wrong else float("nan")

    every, args = np.ones(len(data.truth), bool), (data.patients,)
    return [
        first,
        share("sensitivity" + suffix, data.right, data.truth, *args, missing=none, card=main),
        share("specificity" + suffix, data.right, ~data.truth, *args,
              missing="every slice is compressed", card=main),
        share("accuracy" + suffix, data.right, every, *args, missing="there is no slice"),
        measured("F1" + suffix, f1, data.patients, of=of, missing=none),
    ]  # fmt: skip


def _patient_auc_figures(data: Slices) -> list[Figure]:
    names = np.unique(data.patients)
    areas = np.array([data.auc_of(np.flatnonzero(data.patients == name)) for name in names])
    areas = areas[np.isfinite(areas)]
    of = f"{len(areas)} of {count(len(names), 'patient')}, who have slices of both kinds"
    if not len(areas):
        why = "not defined: no patient has compressed and other slices"
        return [Figure("AUC within patients, mean", None, of=of, note=why)]
    values = {"mean": areas.mean(), "median": np.median(areas)}
    if len(areas) > 1:
        values["SD"] = areas.std(ddof=1)
    return [Figure(f"AUC within patients, {k}", float(v), of=of) for k, v in values.items()]


def _patient_figures(patients: pd.DataFrame) -> list[Figure]:
    truth = (patients["truth"] == "abnormal").to_numpy()
    right = (patients["truth"] == patients["verdict"]).to_numpy()
    names = patients["patient"].to_numpy(dtype=str)
    figures = [
        share("sensitivity by patient", right, truth, names,
              missing="no patient is abnormal", noun="patients"),
        share("specificity by patient", right, ~truth, names,
              missing="every patient is abnormal", noun="patients"),
    ]  # fmt: skip
    return [replace(figure, interval=None) for figure in figures]


def _confusion(truth: pd.Series, verdict: pd.Series) -> pd.DataFrame:
    return pd.crosstab(truth, verdict).rename_axis(index="truth", columns=None).reset_index()


def _grouped(table: pd.DataFrame, column: str) -> pd.Series:
    text = table[column].fillna("").astype(str)
    numbers = pd.to_numeric(text.where(text != ""), errors="coerce")
    if numbers[text != ""].isna().any() or text[text != ""].nunique() <= MOST_GROUPS:
        return text
    middle = numbers.groupby(table["patient"]).first().median()
    groups = numbers.map(lambda x: f"up to {middle:g}" if x <= middle else f"over {middle:g}")
    return groups.where(text != "", "")


def _subgroup(column: str, name: str, inside: Slices, others: Slices) -> dict[str, object]:
    row: dict[str, object] = {
        "column": column,
        "group": name,
        "patients": len(set(inside.patients)),
        "slices": len(inside.truth),
        "compressed": int(inside.truth.sum()),
    }
    if not inside.both_classes:
        return {**row, "note": "AUC not defined: all slices are of one kind"}
    own = inside.auc()
    low, high = own.interval if own.variance else (None, None)
    row |= {"auc": own.value, "low": low, "high": high}
    if not others.both_classes:
        return {**row, "note": "no other slices of both kinds to compare with"}
    test = unpaired(own, others.auc())
    if test is None:
        return {**row, "auc_others": others.auc().value, "note": "both areas without variance"}
    return {**row, "auc_others": test.second, "p": test.p, "note": ""}
