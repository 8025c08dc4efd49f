"""A mapping file: which column of a table is which of the dictionary, its codes, units and visits."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from SpineLib.arguments import read_arguments
from SpineLib.errors import BadInput, BadRequest
from SpineLib.outcome.dictionary import is_variable, variable
from SpineLib.toml_text import parse_toml

if TYPE_CHECKING:
    import pandas as pd

EVENT, RECORD = "redcap_event_name", "record_id"
BEFORE = "before"


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

    def renamed(self, table: pd.DataFrame) -> pd.DataFrame:
        """The table with the dictionary's names; REDCap's record is the patient if no other is."""
        columns = dict(self.columns)
        if "patient" not in (*columns.values(), *table.columns) and RECORD in table:
            columns[RECORD] = "patient"
        return table.rename(columns=columns)

    def value(self, name: str, cell: Any) -> Any:
        """A cell in the dictionary's words and unit."""
        text = "" if cell is None else str(cell).strip()
        if name in self.values:
            codes = self.values[name]
            whole = text.removesuffix(".0")  # what was a number once
            return codes.get(text, codes.get(whole, text))
        if name in self.multiply and text:
            try:
                return float(text) * self.multiply[name]
            except ValueError:
                return text
        return cell


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
    except OSError as error:
        raise BadInput("The mapping file cannot be read", file=path) from error
    except (ValueError, AttributeError, BadRequest) as error:
        raise BadInput(
            f"The mapping file cannot be used: {error}",
            file=path,
            advice="docs/outcome.md shows one.",
        ) from error
    return mapping


def _is_known(name: str, by_visit: bool) -> bool:
    return is_variable(name) or (by_visit and name in (EVENT, "followup_date"))


def merge_events(table: pd.DataFrame, mapping: Mapped, file: Path) -> pd.DataFrame:
    """One row a patient out of one row a visit, as REDCap's longitudinal export has.

    Values of a visit after the operation get its months behind their name: ``mjoa`` → ``mjoa_6``.

    Raises:
        BadInput: a visit is not in the mapping's events, or a patient has the same visit twice.
    """
    import pandas as pd

    table = mapping.renamed(table)
    if EVENT not in table:
        return table
    rows: dict[str, dict[str, Any]] = {}
    seen: set[tuple[str, str]] = set()
    for number, visit in enumerate(table.to_dict("records"), 2):
        event, patient = str(visit.pop(EVENT)), str(visit.get("patient", ""))
        months = mapping.events.get(event)
        if months is None:
            raise BadInput(
                f"Row {number} is of the visit {event!r}, which nobody says when it was",
                file=file,
                advice='Name it in the mapping file: [events], then its name = "before" or months.',
            )
        if (patient, months) in seen:
            raise BadInput(f"Row {number} is a second row of one visit of one patient", file=file,
                           advice="Leave one of them out.")  # fmt: skip
        seen.add((patient, months))
        merged = rows.setdefault(patient, {"patient": patient})
        for name, value in visit.items():
            if name != "patient" and str(value or "").strip():
                merged[name if months == BEFORE else f"{name}_{months}"] = value
    return pd.DataFrame(list(rows.values()), dtype=object)
