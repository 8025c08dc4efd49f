"""The figures of the loop's section "Learn": a run's curve, a comparison, the learning curve."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from SpineLib.translation import tr as _
from SpineSlicer.host.fillWidgets import fillTable

from .trainingCurve import curveRows

_WORSE = "▼"


class LoopFigures:
    """Fills the section's tables and links; an empty one takes up no room.

    Args:
        ui: ``runTable``, ``comparisonTable``, ``pageLabel``, ``curveTable``, ``curveLabel``.
    """

    def __init__(self, ui: Any) -> None:
        self._ui = ui

    def clear(self) -> None:
        """Shows nothing of another data set."""
        self.showRun(None)
        self.showCurve([], "")

    def showRun(self, folder: Path | None) -> None:
        """Shows the validations of a fine-tuning's training, or none."""
        rows = curveRows(folder) if folder is not None else []
        _fill(self._ui.runTable, rows, rows)

    def showComparison(self, comparison: dict[str, Any]) -> None:
        """Shows the values of ``comparison.json``, or none."""
        changes = comparison.get("changes", [])
        rows = [
            [_WORSE if _isWorse(change) else "", change["figure"], _number(change["old"]),
             _number(change["new"]), _difference(change)]
            for change in changes
        ]  # fmt: skip
        notes = [[change["note"] or change["figure"]] * 5 for change in changes]
        _fill(self._ui.comparisonTable, rows, notes)
        _link(self._ui.pageLabel, comparison.get("page"), _("Page with figures and pictures"))

    def showCurve(self, points: list[dict[str, Any]], file: str) -> None:
        """Shows what ``loop-curve`` answered, and where it is drawn."""
        rows = []
        for point in points:
            value = _number(point["value"])
            if point["interval"]:
                value += " ({:.3f}–{:.3f})".format(*point["interval"])
            number = point["model"].partition("-")[0]  # the whole name takes half of the panel
            rows.append(
                [number, str(point["cases"]), f"{point['minutes']:.0f}", point["figure"], value]
            )
        notes = [[point["model"], *row[1:]] for point, row in zip(points, rows, strict=True)]
        _fill(self._ui.curveTable, rows, notes)
        _link(self._ui.curveLabel, file, _("Drawing of the curve"))


def _fill(table: Any, rows: list[Any], notes: list[Any]) -> None:
    table.visible = bool(rows)
    fillTable(table, rows, notes)


def _isWorse(change: dict[str, Any]) -> bool:
    """As `SpineLib.loop.changes.Change.worse`, which needs pandas."""
    old, new, margin = change["old"], change["new"], change["margin"]
    return None not in (old, new, margin) and new - old < -margin - 1e-9


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _difference(change: dict[str, Any]) -> str:
    if change["old"] is None or change["new"] is None:
        return "–"
    text = f"{change['new'] - change['old']:+.3f}"
    interval = change["interval"]
    return text + (" ({:+.3f} to {:+.3f})".format(*interval) if interval else "")


def _link(label: Any, file: Any, text: str) -> None:
    there = bool(file) and Path(file).is_file()
    label.text = f'<a href="{Path(file).resolve().as_uri()}">{text}</a>' if there else ""
    label.visible = there
