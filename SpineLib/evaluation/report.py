"""An evaluation on the disk: CSV tables and one page that needs no file beside it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from SpineLib.evaluation.calibration import Calibration
from SpineLib.evaluation.drawings import draw, draw_reliability
from SpineLib.evaluation.figures import Evaluation, Figure, unit
from SpineLib.evaluation.predictions import Predictions, names_of, write_table
from SpineLib.labels import RESEARCH_NOTICE, STARTER_NOTICE
from SpineLib.models.applicability import made_for
from SpineLib.outputs.templates import environment
from SpineLib.store.files import writing_folder
from SpineLib.wording import count

PAGE, FIGURES, PREDICTIONS, COMPARISON = (
    "evaluation.html",
    "figures.csv",
    "predictions.csv",
    "comparison.csv",
)
_TITLES = {
    "compression": "Cord compression",
    "grading": "Grading",
    "canal": "Finding the canal",
    "segmentation": "Segmentation",
    "levels": "Levels",
}
# What stands open on the page; other tables unfold.
_OPEN = ("confusion", "subgroups", "structures", "levels", "by level")


def write_evaluation(
    folder: str | Path,
    answers: Sequence[Predictions],
    evaluations: Sequence[Evaluation],
    comparison: pd.DataFrame | None = None,
    *,
    drawings: Mapping[str, bytes] | None = None,
) -> Path:
    """Writes ``evaluation.html``, and a folder a model with its tables as CSV.

    Args:
        folder: is made; files of the same names are replaced.
        answers, evaluations: of one model, or of two on the same data.
        comparison: of the two models.
        drawings: more of them for the page, caption → PNG.

    Returns:
        The page.

    Raises:
        OutputError: the folder cannot be written to.
    """
    html = render(answers, evaluations, comparison, {**draw(answers), **(drawings or {})})
    with writing_folder(folder) as out:
        for name, answer, evaluation in zip(names_of(answers), answers, evaluations, strict=True):
            answer.write(out / name / PREDICTIONS)
            write_table(evaluation.table(), out / name / FIGURES)
            for title, table in evaluation.tables.items():
                write_table(table, out / name / f"{title.replace('/', '-').replace(' ', '-')}.csv")
        if comparison is not None:
            write_table(comparison, out / COMPARISON)
        (out / PAGE).write_text(html, encoding="utf-8")
    return Path(folder) / PAGE


def write_calibration(
    folder: Path,
    predictions: Predictions,
    calibration: Calibration,
    of_sets: Predictions | None = None,
) -> Path:
    """Writes the predictions and ``reliability.png``, before and after; gives the drawing.

    Args:
        folder: is made; files of the same names are replaced.
        predictions, calibration: what was fitted to, and what came of it.
        of_sets: what the grade sets were fitted to.
    """
    what = "P(compressed)" if predictions.task == "compression" else "P(most probable grade)"
    parts = {"before": calibration.before, "after": calibration.after}
    with writing_folder(folder) as out:
        predictions.write(out / "predictions.csv")
        if of_sets is not None:
            of_sets.write(out / "predictions-sets.csv")
        (out / "reliability.png").write_bytes(draw_reliability(parts, what))
    return folder / "reliability.png"


def render(
    answers: Sequence[Predictions],
    evaluations: Sequence[Evaluation],
    comparison: pd.DataFrame | None,
    drawings: Mapping[str, bytes],
) -> str:
    """The page as HTML; see `write_evaluation`."""
    pages = environment(Path(__file__).parent)
    first = evaluations[0]
    names = names_of(answers)
    cards = [evaluation.card for evaluation in evaluations]
    values: dict[str, Any] = {
        "notice": STARTER_NOTICE if any(card.starter for card in cards) else RESEARCH_NOTICE,
        "forced": any(evaluation.forced for evaluation in evaluations),
        "title": _TITLES[answers[0].task],
        "data": first.data,
        "counts": f"{count(first.patients, 'patient')}, "
        f"{count(first.rows, unit(answers[0].task))}",
        "names": names,
        "evaluations": list(zip(names, evaluations, strict=True)),
        "figures": _side_by_side(evaluations),
        "by_slice": any(f.alone for evaluation in evaluations for f in evaluation.figures),
        "comparison": None if comparison is None else cells(comparison),
        "tables": [
            (f"{name}: {title}" if len(names) > 1 else title, cells(table),
             title.startswith(_OPEN))
            for name, evaluation in zip(names, evaluations, strict=True)
            for title, table in evaluation.tables.items()
        ],
        "drawings": {caption: data_url(picture) for caption, picture in drawings.items()},
        "made_for": made_for,
    }  # fmt: skip
    return pages.get_template("evaluation.html.jinja").render(values)


def span_of(interval: tuple[float, float] | None) -> str:
    """``0.912 to 0.987``; empty where there is no interval."""
    return f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else ""


def _side_by_side(evaluations: Sequence[Evaluation]) -> list[tuple[str, list[Figure | None]]]:
    names = list(dict.fromkeys(f.name for evaluation in evaluations for f in evaluation.figures))
    return [
        (
            name,
            [
                next((f for f in evaluation.figures if f.name == name), None)
                for evaluation in evaluations
            ],
        )
        for name in names
    ]


def cells(table: pd.DataFrame) -> dict[str, Any]:
    """A table as text for a page: ``columns`` and ``rows``, numbers with three decimals."""

    def text(value: Any) -> str:
        if value is None or (isinstance(value, float) and pd.isna(value)):
            return ""
        return f"{value:.3f}" if isinstance(value, float) else str(value)

    return {
        "columns": [str(c).replace("_", " ") for c in table.columns],
        "rows": [[text(v) for v in row] for row in table.astype(object).to_numpy().tolist()],
    }


def data_url(picture: bytes) -> str:
    """A PNG that stands in a page itself."""
    return f"data:image/png;base64,{base64.b64encode(picture).decode('ascii')}"
