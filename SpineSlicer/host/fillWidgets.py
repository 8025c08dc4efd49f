"""What every panel does with Qt's widgets: boxes and tables filled anew, lines that may be empty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any


@contextmanager
def silently(widget: Any) -> Iterator[None]:
    """Lets a widget be changed without a signal that says so."""
    blocked = widget.blockSignals(True)
    try:
        yield
    finally:
        widget.blockSignals(blocked)


def fillBox(box: Any, items: Iterable[tuple[str, Any]]) -> None:
    """Gives a combo box other items; what was chosen stays so, or else the first is.

    Args:
        box: a `QComboBox`, which emits nothing.
        items: text and data of each.
    """
    chosen = box.currentData
    with silently(box):
        box.clear()
        for text, data in items:
            box.addItem(text, data)
        box.currentIndex = max(box.findData(chosen), 0)


def fillTable(
    table: Any, rows: Sequence[Sequence[str]], toolTips: Sequence[Sequence[str]] | None = None
) -> None:
    """Fills a table anew, its columns as wide as their texts.

    Args:
        table: a `QTableWidget`, which emits nothing.
        rows: the texts of each row.
        toolTips: of each cell; by default there are none.
    """
    import qt

    with silently(table):
        table.setRowCount(len(rows))
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                item = qt.QTableWidgetItem(text)
                if toolTips is not None:
                    item.setToolTip(toolTips[row][column])
                table.setItem(row, column, item)
        table.resizeColumnsToContents()


def showLine(label: Any, text: str) -> None:
    """Shows a text; an empty one takes up no room."""
    label.text = text
    label.visible = bool(text)
