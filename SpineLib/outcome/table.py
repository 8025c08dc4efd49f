"""A cohort: a table with a row a patient, checked against the dictionary, identifiers hashed."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadInput, BadRequest
from SpineLib.outcome.dictionary import (
    CATEGORY,
    DATE,
    IDENTITY,
    MONTHS,
    PARTS,
    TEXT,
    VARIABLES,
    Column,
    is_variable,
    variable,
)
from SpineLib.outcome.loading import MOST_SHOWN, load, row_names
from SpineLib.outcome.mapping import Mapped, merge_events
from SpineLib.store.patients import keyed, new_secret
from SpineLib.wording import count

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Cohort:
    """Patients, a row each.

    Attributes:
        table: dictionary's columns that are there; numbers as floats (yes is 1), categories as
            words, ``patient`` as a keyed hash. No dates.
        notes: what was filled, joined or left out, in sentences.
        simulated: every patient is a simulated one.
    """

    table: pd.DataFrame
    notes: tuple[str, ...] = ()
    simulated: bool = False

    @property
    def variables(self) -> list[str]:
        """Names of the columns that say something of a patient's state."""
        return [n for n in self.table.columns if variable(n).when != IDENTITY]

    @property
    def sites(self) -> NDArray[Any]:
        """Each patient's hospital; empty where none is said."""
        if "site" not in self.table:
            return np.full(len(self.table), "", dtype=object)
        return self.table["site"].fillna("").to_numpy(object)

    def matrix(self, columns: tuple[Column, ...]) -> NDArray[np.float64]:
        """[patient, column]; NaN where a value is not known or the table has no such column."""
        return np.array(
            [
                [column.of(value) for value in self.table[column.variable]]
                if column.variable in self.table
                else [float("nan")] * len(self.table)
                for column in columns
            ],
            dtype=float,
        ).T.reshape(len(self.table), len(columns))

    def missing(self) -> pd.DataFrame:
        """How many cells of each column are empty: ``column``, ``title``, ``missing``, ``share``."""
        import pandas as pd

        empty = self.table[self.variables].isna()
        return pd.DataFrame({
            "column": self.variables,
            "title": [variable(name).title for name in self.variables],
            "missing": empty.sum().to_numpy(int),
            "share": empty.mean().to_numpy(float),
        })  # fmt: skip


@dataclass
class _Problems:
    """What is wrong with a table, all of it, a place each."""

    file: Path
    rows: list[list[int]]
    found: list[str] = field(default_factory=list)

    def where(self, *rows: int) -> str:
        """Rows of the table as the person's file counts them."""
        return row_names([number for row in rows for number in self.rows[row]])

    def raise_any(
        self, advice: str = 'Correct the table, or say in a mapping file what its codes mean ("" '
        "is a missing value)."
    ) -> None:  # fmt: skip
        if self.found:
            more = len(self.found) - MOST_SHOWN
            rest = f"; and {more} more" if more > 0 else ""
            raise BadInput("; ".join(self.found[:MOST_SHOWN]) + rest, file=self.file, advice=advice)


def read_cohort(
    path: str | Path,
    *,
    mapping: Mapped | None = None,
    key: str | Path | None = None,
    readings: Mapping[str, Mapping[str, float]] | None = None,
) -> Cohort:
    """Reads a table of patients.

    Args:
        path: CSV, Parquet, or REDCap's CSV export; see `SpineLib.outcome.loading`.
        mapping: names, codes, units and events of the table; see `SpineLib.outcome.mapping`.
        key: folder of the secret that identifiers are hashed with (`SpineLib.store.patients`); it
            is made there if there is none. Without a folder nobody can be recognised again.
        readings: what readings say, by patient's identifier or Study Instance UID
            (`SpineLib.outcome.imaging.read_imaging`); it fills cells that are empty.

    Raises:
        BadInput: a cell, a row or the whole table cannot be used; rows are named by their number,
            the header being row 1, never by the patient.
    """
    path, mapping = Path(path), mapping or Mapped()
    loaded = load(path)
    problems, notes = _Problems(path, loaded.rows), list(loaded.notes)
    table = mapping.renamed(loaded.table, path)
    twice = [name for name in table.columns if list(table.columns).count(name) > 1]
    if any(is_variable(name) for name in twice):
        problems.found.append(f"Two columns are {next(filter(is_variable, twice))}")
        problems.raise_any("Leave one of them out.")
    table, problems.rows = merge_events(table, loaded.rows, mapping, path)
    unknown = [str(name) for name in table.columns if not is_variable(str(name))]
    if unknown:
        notes.append(f"Left out, not in the data dictionary: {', '.join(unknown[:20])}.")
    table = table.drop(columns=unknown)
    if "patient" not in table:
        problems.found.append("There is no column for the patient's identifier")
        problems.raise_any('Name it "patient", or say in a mapping file which column it is.')
    for name in table.columns:
        cells = table[name].tolist()
        if loaded.decimal_comma and variable(name).kind not in (TEXT, DATE):
            cells = [_with_point(cell) for cell in cells]
        table[name] = _read_column(name, cells, mapping, problems)
    problems.raise_any()
    _check_patients(table, problems)
    _check_dates(table, problems)
    notes += _complete_mjoa(table, problems)
    problems.raise_any()
    if readings is not None:
        notes += _join(table, readings, problems)
        problems.raise_any("Leave one reading a patient.")
    simulated = "simulated" in table and bool((table["simulated"] == 1).all())
    secret = secrets.token_bytes(32) if key is None else new_secret(key)
    table["patient"] = [keyed(str(patient), secret) for patient in table["patient"]]
    kept = [column.name for column in VARIABLES if column.name in table and _is_kept(column.name)]
    return Cohort(table[kept].reset_index(drop=True), tuple(notes), simulated)


def _is_kept(name: str) -> bool:
    column = variable(name)
    return column.kind != DATE and name not in ("study_instance_uid", "simulated")


def _with_point(cell: Any) -> Any:
    whole, comma, part = str(cell).strip().partition(",")
    number = comma and whole.lstrip("+-").isdecimal() and part.isdecimal()
    return f"{whole}.{part}" if number else cell


def _read_column(name: str, cells: list[Any], mapping: Mapped, problems: _Problems) -> Any:
    import pandas as pd

    column, values = variable(name), []
    wrong: dict[str, list[int]] = {}
    for row, cell in enumerate(cells):
        try:
            values.append(column.read(mapping.value(name, cell)))
        except ValueError as error:
            wrong.setdefault(str(error), []).append(row)
            values.append(None)
    problems.found += [f"{problems.where(*rows)}, {name}: {what}" for what, rows in wrong.items()]
    if column.kind in (CATEGORY, TEXT, DATE):
        return pd.Series(values, dtype=object)
    return pd.Series([np.nan if v is None else v for v in values], dtype=float)


def _check_patients(table: pd.DataFrame, problems: _Problems) -> None:
    rows: dict[str, int] = {}
    for row, patient in enumerate(table["patient"]):
        name = _nfc(patient).casefold()  # typed twice, it is hardly ever typed alike
        if patient is None:
            problems.found.append(f"{problems.where(row)}: there is no patient's identifier")
        elif name in rows:
            problems.found.append(f"{problems.where(rows[name], row)} are the same patient")
        else:
            rows[name] = row
    problems.raise_any(
        "A table has one row a patient. For one with a row a visit, name the visits in the mapping "
        "file's [events]."
    )


def _check_dates(table: pd.DataFrame, problems: _Problems) -> None:
    """A follow-up before the operation or an earlier visit is another visit, or a wrong date."""
    dates = {}
    for name in [n for n in table.columns if variable(n).kind == DATE]:
        dates[name] = [_date(text) for text in table[name]]
        rows = [n for n, day in enumerate(dates[name]) if not day and table[name][n] is not None]
        if rows:
            problems.found.append(
                f"{problems.where(*rows)}, {name}: it is not a date as 2024-05-31"
            )
    before = [(day, "the operation") for day in dates.get("operation_date", [None] * len(table))]
    for months in MONTHS:
        for row, visit in enumerate(dates.get(f"followup_date_{months}", [])):
            day, what = before[row]
            if day and visit and visit <= day:
                problems.found.append(
                    f"{problems.where(row)}: the visit at {months} months is not after {what}"
                )
            if visit:
                before[row] = visit, f"that at {months} months"
    problems.raise_any("Correct the dates, or leave the visit's values empty.")


def _date(text: str | None) -> date | None:
    """The day of an ISO date, with or without a time behind it."""
    try:
        return date.fromisoformat(text[:10]) if text and len(text) >= 10 else None
    except ValueError:
        return None


def _complete_mjoa(table: pd.DataFrame, problems: _Problems) -> list[str]:
    """The total from its parts where it is empty; they must fit where all are there."""
    if not set(PARTS) <= set(table.columns):
        return []
    total = table[list(PARTS)].sum(axis=1, skipna=False)
    if "mjoa" not in table:
        table["mjoa"] = np.nan
    for row in np.flatnonzero((total != table["mjoa"]) & total.notna() & table["mjoa"].notna()):
        problems.found.append(
            f"{problems.where(int(row))}: mJOA is {table['mjoa'][row]:g} and its parts add up to {total[row]:g}"
        )
    filled = table["mjoa"].isna() & total.notna()
    table.loc[filled, "mjoa"] = total[filled]
    return [f"mJOA was added up from its parts for {count(int(filled.sum()), 'patient')}."] * bool(
        filled.any()
    )


def _join(
    table: pd.DataFrame, readings: Mapping[str, Mapping[str, float]], problems: _Problems
) -> list[str]:
    joined = filled = 0
    odd: list[str] = []
    used: set[str] = set()
    for row in range(len(table)):
        uid = table["study_instance_uid"][row] if "study_instance_uid" in table else None
        keys = [key for text in (table["patient"][row], uid) if (key := _nfc(text)) in readings]
        if not keys:
            continue
        joined += 1
        used.update(keys)
        for name, value in readings[keys[0]].items():
            if name not in table:
                table[name] = np.nan
            if not variable(name).low <= value <= variable(name).high:
                odd.append(name)
            elif np.isnan(table[name][row]):
                table.loc[row, name] = value
                filled += 1
    if not joined:
        problems.found.append("No reading belongs to a patient of the table")
        problems.raise_any(
            "Name each reading's folder as the table names the patient, or give the table a column "
            "study_instance_uid."
        )
    left = len(
        {id(readings[key]) for key in set(readings) - used} - {id(readings[k]) for k in used}
    )
    sentence = f"Readings joined to {count(joined, 'patient')}, {count(filled, 'cell')} filled."
    sentence += f" {count(left, 'reading')} of no patient of the table." * bool(left)
    return [sentence] + [
        f"Left empty, since a reading says what cannot be: {', '.join(sorted(set(odd)))}."
    ] * bool(odd)


def _nfc(name: str | None) -> str:
    """One writing of a name: macOS's folders have ü as u and two dots."""
    return unicodedata.normalize("NFC", name or "")


def require_columns(cohort: Cohort, names: tuple[str, ...]) -> None:
    """Refuses where the table has none of some columns.

    Raises:
        BadRequest: names the missing ones.
    """
    gone = [name for name in names if name not in cohort.table]
    if gone:
        raise BadRequest(
            f"The table has no column {', '.join(gone)}, which the question needs",
            advice="Add it, or map another column to it in a mapping file.",
        )
