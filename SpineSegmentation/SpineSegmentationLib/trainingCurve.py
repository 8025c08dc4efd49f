"""How a training goes: the table that a run writes while it works."""

from __future__ import annotations

import csv
from pathlib import Path

CURVES = "curves.csv"
_COLUMNS = ("training_loss", "dice")


def curveRows(training: Path) -> list[tuple[str, str, str]]:
    """Step, loss and Dice of each time the watching cases were segmented; empty before the first.

    Args:
        training: folder of a run (`SpineLib.training.run`).
    """
    try:
        with (training / CURVES).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except OSError:  # not begun yet
        return []
    return [(row["step"], *(_rounded(row.get(name)) for name in _COLUMNS)) for row in rows]


def _rounded(text: str | None) -> str:
    try:
        return f"{float(text or ''):.3f}"
    except ValueError:
        return "–"
