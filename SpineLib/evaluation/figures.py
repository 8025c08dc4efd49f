"""What an evaluation gives: figures with two kinds of interval, tables, and what a reader must know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from SpineLib.evaluation.statistics import Interval, Metric, bootstrap, exact_interval
from SpineLib.models.card import Card
from SpineLib.models.card import Figure as CardFigure
from SpineLib.wording import count


@dataclass(frozen=True)
class Figure:
    """One measured figure.

    Attributes:
        name: for the person.
        value: None where it is not defined; ``note`` then says why.
        interval: 95 %, bootstrap with patients drawn, since slices of one patient are alike.
        alone: 95 %, every slice taken as independent; ``method`` says how (exact, DeLong).
        of: on what: ``31 of 42 slices``.
        card: whether it stands on the model's card.
    """

    name: str
    value: float | None
    interval: Interval | None = None
    alone: Interval | None = None
    method: str = ""
    of: str = ""
    note: str = ""
    card: bool = False

    def row(self, counted: str = "of") -> dict[str, object]:
        """The figure as a row of a table, in which ``of`` is the column ``counted``."""
        (low, high), (low_alone, high_alone) = (
            interval or (None, None) for interval in (self.interval, self.alone)
        )
        return {
            "figure": self.name, "value": self.value, "low_by_patient": low,
            "high_by_patient": high, "low_by_slice": low_alone, "high_by_slice": high_alone,
            "method_by_slice": self.method, counted: self.of, "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True)
class Evaluation:
    """All that was found on one model and one data set.

    Attributes:
        card: the model's card.
        data: the data set in words.
        patients, rows: how many patients and slices (volumes for a segmentation) they are of.
        figures: in the order in which they are shown.
        tables: name → table, for CSV and the page.
        notes: how things were counted, and what was left out, in sentences.
        forced: the model was run on stacks that it was not made for.
    """

    card: Card
    data: str
    patients: int
    rows: int
    figures: tuple[Figure, ...]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    forced: bool = False

    def figure(self, name: str) -> Figure:
        """The figure of this name.

        Raises:
            KeyError: there is none.
        """
        return {figure.name: figure for figure in reversed(self.figures)}[name]

    def table(self) -> pd.DataFrame:
        """The figures as a table."""
        return pd.DataFrame([figure.row() for figure in self.figures])

    def card_figures(self) -> tuple[CardFigure, ...]:
        """The figures for the model's card; intervals are those by patient."""
        patients, rows = count(self.patients, "patient"), count(self.rows, unit(self.card.task))
        on = f"{self.data} ({patients}, {rows})"
        return tuple(
            CardFigure(f.name, round(f.value, 3), on, tuple(round(x, 3) for x in f.interval or ()))
            for f in self.figures
            if f.card and f.value is not None
        )


def unit(task: str) -> str:
    """What is counted: slices, volumes for a segmentation, rows of all kinds for levels."""
    return {"segmentation": "volume", "levels": "row"}.get(task, "slice")


def share(
    name: str,
    hit: NDArray[np.bool_],
    rows: NDArray[np.bool_],
    patients: NDArray,
    *,
    missing: str,
    noun: str = "slices",
    card: bool = False,
) -> Figure:
    """A share of rows with an exact interval and one by patient.

    Args:
        name: of the figure.
        hit: whether each row counts as a success.
        rows: which rows are counted at all.
        patients: the patient of each row.
        missing: why there is no value where no row is counted.
        noun: what a row is.
        card: as of `Figure`.
    """
    total, hits = int(rows.sum()), int(hit[rows].sum())
    if not total:
        return Figure(name, None, note=f"not defined: {missing}", card=card)

    def metric(k: NDArray[np.intp]) -> float:
        chosen = rows[k]
        return float(hit[k][chosen].mean()) if chosen.any() else float("nan")

    return Figure(
        name,
        hits / total,
        bootstrap(metric, patients),
        exact_interval(hits, total),
        "exact (Clopper-Pearson)",
        f"{hits} of {total} {noun}",
        card=card,
    )


def measured(
    name: str, metric: Metric, patients: NDArray, *, of: str, missing: str, card: bool = False
) -> Figure:
    """A figure of all rows with an interval by patient only."""
    value = metric(np.arange(len(patients)))
    if not np.isfinite(value):
        return Figure(name, None, note=f"not defined: {missing}", card=card)
    return Figure(name, value, bootstrap(metric, patients), of=of, card=card)


def stack_notes(left_out: dict[str, str], forced: dict[str, str]) -> list[str]:
    """A sentence a reason for the stacks that the model was not run on, or was forced to.

    Args:
        left_out, forced: stack → why the model was not made for it.
    """
    notes = []
    for what, stacks in (("left out", left_out), ("FORCED", forced)):
        for reason in dict.fromkeys(stacks.values()):
            own = [stack for stack, why in stacks.items() if why == reason]
            notes.append(f"{count(len(own), 'stack')} {what} ({_listed(own)}): {reason}.")
    return notes


def not_assessed_notes(table: pd.DataFrame, how: str) -> list[str]:
    """A sentence a reason for the slices without an answer, and how they count."""
    missing = table[table["verdict"] == "not assessed"]
    notes = [
        f"{count(len(rows), 'slice')} not assessed ({_listed(_places(rows))}): {reason}."
        for reason, rows in missing.groupby("reason", sort=False)
    ]
    return [*notes, how] if notes else notes


def _places(rows: pd.DataFrame) -> Sequence[str]:
    return [f"{s}:{k + 1}" for s, k in zip(rows["stack"], rows["index"], strict=True)]


def _listed(names: Sequence[str], most: int = 12) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
