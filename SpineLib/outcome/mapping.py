"""A mapping file: which column of a table is which of the dictionary, its codes, units and visits."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from SpineLib.arguments import read_arguments
from SpineLib.errors import BadInput, BadRequest
from SpineLib.outcome.dictionary import NUMBER, is_variable, variable
from SpineLib.toml_text import parse_toml

if TYPE_CHECKING:
    import pandas as pd

EVENT, RECORD = "redcap_event_name", "record_id"
BEFORE = "before"
MOST_NAMED = 20


@dataclass(frozen=True)
class Mapped:
    """What a mapping file says.

    Attributes:
        columns: a table's column → the dictionary's.
        values: the dictionary's column → the table's code → the dictionary's word or number.
        multiply: the dictionary's column → factor, for another unit (``height = 100`` for metres).
        events: REDCap's event, or another visit's name → ``before`` or the months after the
            operation, as text.
    """

    columns: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    multiply: dict[str, float] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)

    def renamed(self, table: pd.DataFrame, file: Path) -> pd.DataFrame:
        """The table with the dictionary's names; REDCap's record is the patient if no other is.

        Raises:
            BadInput: a column that the mapping names is not in the table.
        """
        columns = {name: name.lower() for name in table.columns if is_variable(name.lower())}
        columns |= self.columns
        if "patient" not in (*(columns.get(n) for n in table.columns), *table.columns):
            columns.setdefault(RECORD, "patient")
        gone = [name for name in self.columns if name not in table.columns]
        if gone:
            names = ", ".join(table.columns[:MOST_NAMED])
            raise BadInput(
                f"The mapping file names the column {gone[0]!r}, which the table does not have",
                file=file,
                advice=f"Write it as the table does, or take the line out. The table has: {names}"
                f"{', …' * (len(table.columns) > MOST_NAMED)}.",
            )
        return table.rename(columns=columns)

    def value(self, name: str, cell: Any) -> Any:
        """A cell in the dictionary's words and unit."""
        text = "" if cell is None else str(cell).strip()
        codes = self.values.get(self._key_of(name, self.values), {})
        for code in (text, text.removesuffix(".0")):  # the second: what was a number once
            if code in codes:
                return codes[code]
        factor = self.multiply.get(self._key_of(name, self.multiply))
        if factor and text:
            try:
                return float(text) * factor
            except ValueError:
                return text
        return cell

    def _key_of(self, name: str, names: Mapping[str, Any]) -> str:
        """The name by which a mapping tells of a column: of a later visit, that of every visit."""
        base, _line, months = name.rpartition("_")
        by_visit = self.events and name not in names and months.isdecimal()
        return base if by_visit else name


def read_mapping(path: str | Path) -> Mapped:
    """Reads a mapping file (TOML).

    Raises:
        BadInput: it cannot be read, or names a column that the dictionary does not have.
    """
    path = Path(path)
    try:
        data = parse_toml(path.read_text(encoding="utf-8"))
        data["values"] = {
            name: {str(key): str(value) for key, value in codes.items()}
            for name, codes in data.get("values", {}).items()
        }
        data["events"] = {key: str(value) for key, value in data.get("events", {}).items()}
        mapping = read_arguments(Mapped, data, "The mapping file")
        for name in (*mapping.columns.values(), *mapping.values, *mapping.multiply):
            if not _is_known(name, bool(mapping.events)):
                variable(name)
        _check(mapping)
    except OSError as error:
        raise BadInput("The mapping file cannot be read", file=path) from error
    except (ValueError, AttributeError, BadRequest) as error:
        table = isinstance(error, AttributeError)  # a number where codes or visits belong
        what = "[values.COLUMN] and [events] are tables" if table else error
        raise BadInput(
            f"The mapping file cannot be used: {what}",
            file=path,
            advice="docs/outcome.md shows one.",
        ) from error
    return mapping


def _check(mapping: Mapped) -> None:
    """Refuses words, factors and visits that would be lost without a word."""
    for name, codes in mapping.values.items():
        for word in codes.values():
            try:
                if is_variable(name):
                    variable(name).read(word)
            except ValueError as error:
                raise ValueError(f"{name}, {word!r}: {error}") from error
    for name, factor in mapping.multiply.items():
        if not is_variable(name) or variable(name).kind != NUMBER:
            raise ValueError(f"{name} is no number that could be multiplied")
        if not 0 < factor <= sys.float_info.max:  # a whole number may be larger
            raise ValueError(f"{name} cannot be multiplied by {factor!s:.20}")
    for event, months in mapping.events.items():
        if months != BEFORE and not months.isdecimal():
            raise ValueError(f'the visit {event} is neither "before" nor a number of months')


def _is_known(name: str, by_visit: bool) -> bool:
    return is_variable(name) or (by_visit and name in (EVENT, "followup_date"))


def merge_events(
    table: pd.DataFrame, rows: list[list[int]], mapping: Mapped, file: Path
) -> tuple[pd.DataFrame, list[list[int]]]:
    """One row a patient out of one row a visit, as REDCap's longitudinal export has.

    Values of a visit after the operation get its months behind their name: ``mjoa`` → ``mjoa_6``.

    Args:
        table: with the dictionary's names.
        rows: of each row its number in the file.
        mapping: names the visits.
        file: for messages.

    Returns:
        The table, and of each row the numbers of the rows that it was made of.

    Raises:
        BadInput: a visit is not in the mapping's events, or a patient has the same visit twice.
    """
    import pandas as pd

    if EVENT not in table:
        return table, rows
    merged: dict[str, dict[str, Any]] = {}
    numbers: dict[str, list[int]] = {}
    seen: set[tuple[str, str]] = set()
    for number, visit in zip(rows, table.to_dict("records"), strict=True):
        event, patient = str(visit.pop(EVENT)).strip(), str(visit.pop("patient", "")).strip()
        months = mapping.events.get(event)
        if months is None:
            raise BadInput(
                f"Row {number[0]} is of the visit {event!r}, which nobody says when it was",
                file=file,
                advice='Name it in the mapping file: [events], then its name = "before" or months.',
            )
        if (patient, months) in seen:
            raise BadInput(f"Row {number[0]} is a second row of one visit of one patient",
                           file=file, advice="Leave one of them out.")  # fmt: skip
        seen.add((patient, months))
        numbers.setdefault(patient, []).extend(number)
        values = merged.setdefault(patient, {"patient": patient})
        for name, value in visit.items():
            if str(value or "").strip():
                values[name if months == BEFORE else f"{name}_{months}"] = value
    return pd.DataFrame(list(merged.values()), dtype=object), list(numbers.values())
