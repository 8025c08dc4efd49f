"""A table's current row, where a person sees it."""

from __future__ import annotations

from typing import Any


def bringIntoSight(table: Any, row: int) -> None:
    """Scrolls a table to a row, which comes to its top where it would be out of sight otherwise.

    A part of the table may lie beyond the panel's own border: a row that is there is not seen
    either, though the table takes it for visible. The panel itself is not scrolled: it would move
    away under the mouse. The last rows of such a table stay where they are.

    Args:
        table: a `QTableWidget`.
        row: its number; out of range changes nothing.
    """
    import qt

    item = table.item(row, 0)
    if item is None:
        return
    table.scrollToItem(item)
    seen = table.viewport().visibleRegion().boundingRect()
    if seen.height() and not seen.contains(table.visualItemRect(item).center()):
        table.scrollToItem(item, qt.QAbstractItemView.PositionAtTop)
