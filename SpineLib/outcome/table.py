"""A cohort: a table with a row a patient, checked against the dictionary, identifiers hashed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadInput, BadRequest, SpineError
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
from SpineLib.outcome.mapping import Mapped, merge_events
from SpineLib.store.patients import keyed, new_secret
from SpineLib.wording import count

if TYPE_CHECKING:
    import pandas as pd

MOST_SHOWN = 5


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
                [one.of(value) for value in self.table[one.variable]]
                if one.variable in self.table
                else [float("nan")] * len(self.table)
                for one in columns
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
    found: list[str] = field(default_factory=list)

    def raise_any(
        self, advice: str = "Correct the table, or map the column in a mapping file."
    ) -> None:
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
        path: CSV (comma, semicolon or tab), Parquet, or REDCap's CSV export.
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
    raw = merge_events(_load(path), mapping, path)
    notes: list[str] = []
    table = mapping.renamed(raw)
    unknown = [str(name) for name in table.columns if not is_variable(str(name))]
    if unknown:
        notes.append(f"Left out, not in the data dictionary: {', '.join(unknown[:20])}.")
    table = table.drop(columns=unknown)
    problems = _Problems(path)
    if "patient" not in table:
        problems.found.append("There is no column for the patient's identifier")
        problems.raise_any('Name it "patient", or say in a mapping file which column it is.')
    twice = [name for name in table.columns if list(table.columns).count(name) > 1]
    if twice:
        problems.found.append(f"Two columns are {twice[0]}")
        problems.raise_any("Leave one of them out.")
    for name in table.columns:
        table[name] = _read_column(name, table[name].tolist(), mapping, problems)
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
    table["patient"] = [keyed(str(one), secret) for one in table["patient"]]
    kept = [one.name for one in VARIABLES if one.name in table and _is_kept(one.name)]
    return Cohort(table[kept].reset_index(drop=True), tuple(notes), simulated)


def _is_kept(name: str) -> bool:
    one = variable(name)
    return one.kind != DATE and name not in ("study_instance_uid", "simulated")


def _load(path: Path) -> pd.DataFrame:
    import pandas as pd

    if not path.is_file():
        raise BadInput("There is no such table", file=path)
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            table = pd.read_parquet(path).astype(object)
        else:
            table = pd.read_csv(path, dtype=str, sep=None, engine="python", encoding="utf-8-sig",
                                keep_default_na=False)  # fmt: skip
    except ImportError as error:
        raise SpineError(
            "Reading Parquet needs the Python package pyarrow, which is not installed",
            file=path,
            advice="Install pyarrow, or save the table as CSV.",
        ) from error
    except (ValueError, OSError, UnicodeError) as error:
        raise BadInput("The table cannot be read", file=path, advice="Save it as CSV.") from error
    except Exception as error:  # the CSV sniffer's and Arrow's own
        raise BadInput("The table cannot be read", file=path, advice="Save it as CSV.") from error
    if not len(table):
        raise BadInput("The table has no rows", file=path)
    return table


def _read_column(name: str, cells: list[Any], mapping: Mapped, problems: _Problems) -> Any:
    import pandas as pd

    one, values = variable(name), []
    for row, cell in enumerate(cells):
        try:
            values.append(one.read(mapping.value(name, cell)))
        except ValueError as error:
            problems.found.append(f"Row {row + 2}, {name}: {error}")
            values.append(None)
    if one.kind in (CATEGORY, TEXT, DATE):
        return pd.Series(values, dtype=object)
    return pd.Series([np.nan if v is None else v for v in values], dtype=float)


def _check_patients(table: pd.DataFrame, problems: _Problems) -> None:
    rows: dict[str, int] = {}
    for row, one in enumerate(table["patient"], 2):
        if one is None:
            problems.found.append(f"Row {row} has no patient's identifier")
        elif one in rows:
            problems.found.append(f"Rows {rows[one]} and {row} are the same patient")
        else:
            rows[one] = row
    problems.raise_any(
        "A table has one row a patient. For one with a row a visit, name the visits in the mapping "
        "file's [events]."
    )


def _check_dates(table: pd.DataFrame, problems: _Problems) -> None:
    """A follow-up that was before the operation is another visit, or a wrong date."""
    import pandas as pd

    dates = {}
    for name in [n for n in table.columns if variable(n).kind == DATE]:
        read = pd.to_datetime(table[name], format="ISO8601", errors="coerce")
        for row in np.flatnonzero(read.isna() & table[name].notna()):
            problems.found.append(f"Row {row + 2}, {name}: it is not a date as 2024-05-31")
        dates[name] = read
    if "operation_date" not in dates:
        return
    for months in MONTHS:
        if (name := f"followup_date_{months}") in dates:
            for row in np.flatnonzero(dates[name] <= dates["operation_date"]):
                problems.found.append(
                    f"Row {row + 2}: the visit at {months} months is not after the operation"
                )
    problems.raise_any("Correct the dates, or leave the visit's values empty.")


def _complete_mjoa(table: pd.DataFrame, problems: _Problems) -> list[str]:
    """The total from its parts where it is empty; they must fit where all are there."""
    if not set(PARTS) <= set(table.columns):
        return []
    total = table[list(PARTS)].sum(axis=1, skipna=False)
    if "mjoa" not in table:
        table["mjoa"] = np.nan
    for row in np.flatnonzero((total != table["mjoa"]) & total.notna() & table["mjoa"].notna()):
        problems.found.append(
            f"Row {row + 2}: mJOA is {table['mjoa'][row]:g} and its parts add up to {total[row]:g}"
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
    used: set[str] = set()
    for row in range(len(table)):
        uid = table["study_instance_uid"][row] if "study_instance_uid" in table else None
        keys = [str(key) for key in (table["patient"][row], uid) if key in readings]
        if not keys:
            continue
        joined += 1
        used.update(keys)
        for name, value in readings[keys[0]].items():
            if name not in table:
                table[name] = np.nan
            if np.isnan(table[name][row]):
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
    said = f"Readings joined to {count(joined, 'patient')}, {count(filled, 'cell')} filled."
    return [said] + [f"{count(left, 'reading')} of no patient of the table."] * bool(left)


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
