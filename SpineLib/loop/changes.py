"""What changed from one model to another on the same cases: figure by figure, tested by patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from SpineLib.errors import BadRequest
from SpineLib.evaluation.agreement import kappa
from SpineLib.evaluation.grades import Graded
from SpineLib.evaluation.predictions import Predictions, require_same_rows
from SpineLib.evaluation.slices import Slices
from SpineLib.evaluation.statistics import (
    LEAST_PATIENTS,
    Interval,
    Metric,
    bootstrap,
    bootstrap_difference,
    signed_rank,
)
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED

# How much less a figure may be before the new model counts as worse there (by hand): about what
# two readers or two trainings of the same recipe differ by, and more where fewer slices or a single
# level stand behind a figure.
MARGINS = {
    "dice": 0.01,
    "level": 0.03,
    "names": 0.02,
    "auc": 0.01,
    "sensitivity": 0.03,
    "specificity": 0.03,
    "low-high": 0.03,
    "grades": 0.03,
}
OF_TASK = {
    "segmentation": ("dice", "level", "names"),
    "compression": ("auc", "sensitivity", "specificity"),
    "grading": ("low-high", "grades"),
}
MEAN_DICE, NAMES = "Dice, mean of structures", "levels without a wrong name"
MAIN = {"segmentation": MEAN_DICE, "compression": "AUC", "grading": "κ low/high"}


@dataclass(frozen=True)
class Change:
    """One figure of both models on the same cases; more is better in all of them.

    Attributes:
        figure: for the person; ``margin_of`` is its key in `MARGINS`.
        patients: that it is of.
        old, new: values; None where it is not defined.
        old_interval, new_interval: 95 % by patient; None for single levels and where there are
            too few.
        interval: 95 % of ``difference`` by patient, paired; None where there are too few.
        p: two-sided; None where no test can be made.
        test: its name.
        margin: see `MARGINS`; None where the figure is shown and not judged.
        note: why it is not defined or not judged.
    """

    figure: str
    margin_of: str
    patients: int
    old: float | None = None
    new: float | None = None
    old_interval: Interval | None = None
    new_interval: Interval | None = None
    interval: Interval | None = None
    p: float | None = None
    test: str = ""
    margin: float | None = None
    note: str = ""

    @property
    def difference(self) -> float | None:
        """New minus old."""
        return None if self.old is None or self.new is None else self.new - self.old

    @property
    def worse(self) -> bool:
        """Whether the new model is worse by more than the margin."""
        if self.difference is None or self.margin is None:
            return False
        return self.difference < -self.margin - 1e-9

    @property
    def said(self) -> str:
        """``Dice, disc 0.812 → 0.774 (margin 0.010)``."""
        if self.old is None or self.new is None:
            return f"{self.figure}: {self.note}"
        text = f"{self.figure} {self.old:.3f} → {self.new:.3f}"
        return f"{text} (margin {self.margin:.3f})" if self.margin is not None else text

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Change:
        """From `to_dict`."""
        pairs = ("old_interval", "new_interval", "interval")
        values: dict[str, Any] = {
            name: tuple(value) if name in pairs and value else value for name, value in data.items()
        }
        return cls(**values)


def margins_of(task: str, given: Mapping[str, float] | None = None) -> dict[str, float]:
    """The margins of a task's figures.

    Args:
        task: of the data set.
        given: name of `MARGINS` → value, in place of the usual one.

    Raises:
        BadRequest: a name that the task does not know, or a margin below 0.
    """
    known = OF_TASK[task]
    for name, value in (given or {}).items():
        if name not in known or not 0 <= value <= 1:
            raise BadRequest(
                f"{name}={value:g} is not a margin of {task}",
                advice=f"Say NAME=VALUE with {', '.join(known)} and a value of 0 to 1.",
            )
    return {name: (given or {}).get(name, MARGINS[name]) for name in known}


def changes(old: Predictions, new: Predictions, margins: Mapping[str, float]) -> list[Change]:
    """Every figure that a promotion is decided by.

    Args:
        old, new: of the same cases.
        margins: from `margins_of`.

    Raises:
        BadInput: tables of other cases or truths.
    """
    require_same_rows(old, new)
    of = {"segmentation": _segmentation, "compression": _compression, "grading": _grading}
    return of[old.task](old, new, margins)


def change_table(changes: list[Change]) -> pd.DataFrame:
    """A row a figure, for CSV and the page."""
    return pd.DataFrame(
        [
            {
                "figure": change.figure,
                "patients": change.patients,
                "old": change.old,
                "new": change.new,
                "difference": change.difference,
                "low": change.interval[0] if change.interval else None,
                "high": change.interval[1] if change.interval else None,
                "p": change.p,
                "test": change.test,
                "margin": change.margin,
                "judged": "worse" if change.worse else change.note or "not worse",
            }
            for change in changes
        ]
    )


def _segmentation(old: Predictions, new: Predictions, margins: Mapping[str, float]) -> list[Change]:
    keys = ["patient", "stack", "kind", "structure"]
    wanted = [*keys, "partial", "dice", "named"]
    old_table, new_table = (p.table.loc[p.table["kind"] != "extra", wanted] for p in (old, new))
    both = old_table.merge(
        new_table, on=[*keys, "partial"], suffixes=("_old", "_new"), validate="1:1"
    )
    classes = both[both["kind"] == "class"]
    means = classes.groupby(["patient", "stack"], as_index=False)[["dice_old", "dice_new"]].mean()
    figures = [_paired(MEAN_DICE, "dice", means, margins)]
    for name, rows in classes.groupby("structure", sort=False):
        figures.append(_paired(f"Dice, {name}", "dice", rows, margins))
    levels = both[(both["kind"] == "level") & ~both["partial"].astype(bool)]
    if len(levels):
        rows = levels.assign(dice_old=(levels["named_old"] != "wrong").astype(float),
                             dice_new=(levels["named_new"] != "wrong").astype(float))  # fmt: skip
        figures.append(_paired(NAMES, "names", rows, margins))
    for name, rows in levels.groupby("structure", sort=False):
        one_level = _paired(f"Dice, {name}", "level", rows, margins)
        figures.append(one_level)
    return figures


def _paired(name: str, margin: str, rows: pd.DataFrame, margins: Mapping[str, float]) -> Change:
    """A mean over rows: Wilcoxon's signed ranks of the patients' means, interval by bootstrap."""
    a, b = (rows[column].to_numpy(float) for column in ("dice_old", "dice_new"))
    patients = rows["patient"].to_numpy(str)
    by_patient = rows.groupby("patient")[["dice_old", "dice_new"]].mean()
    test = signed_rank(by_patient["dice_new"], by_patient["dice_old"])
    level = margin == "level"
    few = level and len(by_patient) < LEAST_PATIENTS
    drawn = bootstrap_difference(_mean(b), _mean(a), patients)
    return Change(
        name, margin, len(by_patient), float(a.mean()), float(b.mean()),
        None if level else bootstrap(_mean(a), patients),
        None if level else bootstrap(_mean(b), patients),
        drawn.interval if drawn else None,
        test.p if test else None, test.method if test else "",
        None if few else margins[margin],
        f"not judged: fewer than {LEAST_PATIENTS} patients" if few else "",
    )  # fmt: skip


def _mean(values: NDArray[np.float64]) -> Metric:
    return lambda k: float(values[k].mean()) if len(k) else float("nan")


def _compression(old: Predictions, new: Predictions, margins: Mapping[str, float]) -> list[Change]:
    decided = old.table["truth"].isin((COMPRESSED, NOT_COMPRESSED)).to_numpy()
    a, b = (Slices(p.table[decided].reset_index(drop=True)) for p in (old, new))
    if not len(a.truth):
        return []
    figures = []
    for name, of in (("AUC", _auc), ("sensitivity", _sensitivity), ("specificity", _specificity)):
        figures.append(_drawn(name, name.lower(), of(a), of(b), a.patients, margins))
    return figures


def _auc(data: Slices) -> Metric:
    return data.auc_of


def _sensitivity(data: Slices) -> Metric:
    return _share(data.right, data.truth)


def _specificity(data: Slices) -> Metric:
    return _share(data.right, ~data.truth)


def _share(hit: NDArray[np.bool_], rows: NDArray[np.bool_]) -> Metric:
    return lambda k: float(hit[k][rows[k]].mean()) if rows[k].any() else float("nan")


def _grading(old: Predictions, new: Predictions, margins: Mapping[str, float]) -> list[Change]:
    a, b = Graded(old), Graded(new)
    both = np.intersect1d(a.every, b.every)
    if not len(both):
        return []
    patients = a.patients[both]

    def of(graded: Graded, high: bool) -> Metric:
        count = graded.high_table_of if high else graded.table_of
        weights = "identity" if high else "linear"
        return lambda k: kappa(count(both[k]), weights=weights)

    return [
        _drawn("κ low/high", "low-high", of(a, True), of(b, True), patients, margins),
        _drawn("κ of grades, linear", "grades", of(a, False), of(b, False), patients, margins),
    ]


def _drawn(
    name: str, margin: str, old: Metric, new: Metric, patients: NDArray,
    margins: Mapping[str, float],
) -> Change:  # fmt: skip
    """A figure of all slices: paired bootstrap, patients drawn."""
    count = len(np.unique(patients))
    every = np.arange(len(patients))
    old_value, new_value = old(every), new(every)
    if not (np.isfinite(old_value) and np.isfinite(new_value)):
        return Change(name, margin, count, note="not defined: the test's slices are of one kind")
    test = bootstrap_difference(new, old, patients)
    return Change(
        name, margin, count, float(old_value), float(new_value),
        bootstrap(old, patients), bootstrap(new, patients),
        test.interval if test else None, test.p if test else None, test.method if test else "",
        margins[margin],
    )  # fmt: skip
