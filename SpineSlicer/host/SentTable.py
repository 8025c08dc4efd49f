"""What became of each object that was sent, in a reader's words."""

from __future__ import annotations

from typing import Any

from SpineLib.translation import tr as _


class SentTable:
    """Fills a table with a row an object: what it is, whether the archive has it, and why not.

    Args:
        table: with three columns; hidden while it is empty.
    """

    def __init__(self, table: Any) -> None:
        self._table = table
        self.fill([])

    def fill(self, objects: list[dict[str, Any]]) -> None:
        """Shows the worker's answer."""
        import qt

        self._table.visible = bool(objects)
        self._table.setRowCount(len(objects))
        for row, object_ in enumerate(objects):
            texts = (_objectName(object_["name"]), _stateName(object_["state"]), object_["reason"])
            for column, text in enumerate(texts):
                item = qt.QTableWidgetItem(text)
                item.setToolTip(text)
                self._table.setItem(row, column, item)
        self._table.resizeColumnsToContents()


def _objectName(file: str) -> str:
    """Of the file that the worker made (`SpineLib.outputs.dicom`)."""
    kind, _dash, number = file.removesuffix(".dcm").partition("-")
    names = {
        "segmentation": _("Segmentation"), "labelmap": _("Label map"), "report": _("Report"),
        "key": _("Key images"), "presentation": _("Ring and letters"), "capture": _("Picture"),
    }  # fmt: skip
    return f"{names.get(kind, file)} {number if number.isdigit() else ''}".strip()


def _stateName(state: str) -> str:
    names = {
        "sent": _("sent"), "sent before": _("there already"), "refused": _("refused"),
        "left out": _("left out"), "not sent": _("not sent"),
        "nothing to say": _("nothing to say"),
    }  # fmt: skip
    return names.get(state, state)
