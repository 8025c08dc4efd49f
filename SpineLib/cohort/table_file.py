"""A table on the disk as CSV and, where pyarrow is there, as Parquet; row by row, never all at once."""

from __future__ import annotations

import csv
import importlib.util
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from SpineLib.cohort.tables import Columns
from SpineLib.outputs.findings_csv import cell

_BATCH = 5000  # rows


class TableFile:
    """Takes rows; made by `table_file`."""

    def __init__(self, columns: Columns, writer: Any, parquet: Any) -> None:
        self._columns, self._writer, self._parquet = columns, writer, parquet
        self._batch: list[dict[str, Any]] = []
        self.rows = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Adds a row; what is missing or empty has no value."""
        values = {
            name: None if row.get(name) in ("", None) else kind(row[name])
            for name, kind in self._columns.items()
        }
        self._writer.writerow({key: cell(value) for key, value in values.items()})
        self.rows += 1
        if self._parquet is not None:
            self._batch.append(values)
            if len(self._batch) >= _BATCH:
                self.flush()

    def flush(self) -> None:
        """Writes the rows that wait."""
        if self._parquet is not None and self._batch:
            import pyarrow as pa

            schema = self._parquet.schema
            self._parquet.write_table(pa.Table.from_pylist(self._batch, schema))
        self._batch = []


@contextmanager
def table_file(path: Path, columns: Columns) -> Iterator[TableFile]:
    """Writes ``path`` with ``.csv``, and ``.parquet`` where it can.

    Args:
        path: without a suffix, in a folder that nobody sees yet.
        columns: name → kind of its values.
    """
    with ExitStack() as stack:
        stream = path.with_suffix(".csv").open("w", newline="", encoding="utf-8")
        writer = csv.DictWriter(stack.enter_context(stream), list(columns))
        writer.writeheader()
        parquet = None
        if can_write_parquet():
            import pyarrow as pa
            from pyarrow.parquet import ParquetWriter

            kinds = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
            schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
            parquet = stack.enter_context(ParquetWriter(path.with_suffix(".parquet"), schema))
        table = TableFile(columns, writer, parquet)
        yield table
        table.flush()


def can_write_parquet() -> bool:
    """Whether pyarrow is installed."""
    return importlib.util.find_spec("pyarrow") is not None
