"""A person's table as cells: what programs write as CSV, Parquet, and the numbers of its rows."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from SpineLib.errors import BadInput, SpineError

if TYPE_CHECKING:
    import pandas as pd

MOST_SHOWN = 5
_SEPARATORS = (",", ";", "\t")
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n")  # Excel's own first line
_QUOTED = re.compile(r'"[^"]*"')
_AS_CSV = "Save it as CSV (UTF-8)."


@dataclass(frozen=True)
class Loaded:
    """A table as it stands in its file.

    Attributes:
        table: cells as they are, under the file's own names.
        rows: of each row of ``table`` the numbers of the file's, the header being 1.
        decimal_comma: numbers may have a comma, since it does not separate cells.
        notes: what was guessed, in sentences.
    """

    table: pd.DataFrame
    rows: list[list[int]]
    decimal_comma: bool = False
    notes: tuple[str, ...] = ()


def row_names(numbers: list[int]) -> str:
    """As a person says them.

    Example:
        >>> row_names([5]), row_names([4, 9]), row_names(list(range(2, 90)))
        ('Row 5', 'Rows 4 and 9', 'Rows 2, 3, 4, 5, 6 and 83 more')
    """
    if len(numbers) == 1:
        return f"Row {numbers[0]}"
    more = len(numbers) - MOST_SHOWN
    *others, last = [*map(str, numbers[:MOST_SHOWN]), *([f"{more} more"] if more > 0 else [])]
    return f"Rows {', '.join(others)} and {last}"


def load(path: Path) -> Loaded:
    """Reads a file's cells.

    Args:
        path: CSV with comma, semicolon or tab (UTF-8, UTF-16 with its mark, or Windows-1252, as
            Excel writes), or Parquet.

    Raises:
        BadInput: it is no such file, or its rows do not fit its header.
        SpineError: it is Parquet, and pyarrow is not installed.
    """
    if not path.is_file():
        raise BadInput("There is no such table", file=path)
    loaded = _parquet(path) if path.suffix.lower() in (".parquet", ".pq") else _csv(path)
    if not len(loaded.table):
        raise BadInput("The table has no rows", file=path)
    loaded.table.columns = [str(name).strip() for name in loaded.table.columns]
    return loaded


def _parquet(path: Path) -> Loaded:
    import pandas as pd

    try:
        table = pd.read_parquet(path).astype(object)
    except ImportError as error:
        raise SpineError(
            "Reading Parquet needs the Python package pyarrow, which is not installed",
            file=path,
            advice="Install pyarrow, or save the table as CSV.",
        ) from error
    except Exception as error:  # Arrow's own are of many kinds
        raise BadInput("The table cannot be read", file=path, advice=_AS_CSV) from error
    return Loaded(table.reset_index(drop=True), [[n] for n in range(2, len(table) + 2)])


def _csv(path: Path) -> Loaded:
    import pandas as pd

    text, notes = _text(path)
    mark = _SEPARATOR_LINE.match(text)
    text = text[mark.end() :] if mark else text
    first = _QUOTED.sub("", text.lstrip().partition("\n")[0])
    separator = mark[1] if mark else max(_SEPARATORS, key=first.count)
    skipped = number = int(bool(mark))
    records = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        for number, cells in enumerate(reader, skipped + 1):
            if any(cell.strip() for cell in cells):
                records.append((number, cells))
    except csv.Error as error:
        raise BadInput(
            f"The table cannot be read after row {number}: {error}",
            file=path,
            advice="Look for a quotation mark that is not closed.",
        ) from error
    if not records:
        raise BadInput("The table is empty", file=path)
    _number, header = records.pop(0)
    short = _fit(records, len(header), path)
    if short:
        notes.append(f"{row_names(short)}: shorter than the header; what is not there is taken as "
                     "missing.")  # fmt: skip
    table = pd.DataFrame([cells for _row, cells in records], columns=header, dtype=object)
    return Loaded(table, [[row] for row, _cells in records], separator != ",", tuple(notes))


def _fit(records: list[tuple[int, list[str]]], width: int, path: Path) -> list[int]:
    """Cuts and fills rows to the header's width; gives the numbers of those that were too short."""
    for row, cells in records:
        if any(cell.strip() for cell in cells[width:]):
            raise BadInput(
                f"Row {row} has {len(cells)} cells and the header {width}",
                file=path,
                advice="Put a cell that holds the separator, or a decimal comma, in quotes.",
            )
    short = [row for row, cells in records if len(cells) < width]
    for _row, cells in records:
        cells[width:] = []
        cells += [""] * (width - len(cells))
    return short


def _text(path: Path) -> tuple[str, list[str]]:
    """A file's text, and what was guessed of it."""
    raw = path.read_bytes()
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise BadInput("The table is an Excel workbook", file=path, advice=_AS_CSV)
    notes: list[str] = []
    try:
        if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = raw.decode("utf-16")
        else:
            try:
                text = raw.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = raw.decode("cp1252")
                notes.append("The table is not UTF-8; it was read as Windows-1252.")
    except UnicodeDecodeError as error:
        raise BadInput("The table is not text", file=path, advice=_AS_CSV) from error
    if "\0" in text:
        raise BadInput("The table is not text", file=path, advice=_AS_CSV)
    return text, notes
