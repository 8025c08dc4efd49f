"""A reader study on the disk: CSV tables and one page that needs no file beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from SpineLib import evaluation
from SpineLib.evaluation.drawings import COLORS, to_png
from SpineLib.evaluation.figures import Figure
from SpineLib.evaluation.predictions import write_table
from SpineLib.evaluation.report import cells, data_url
from SpineLib.labels import RESEARCH_NOTICE, STARTER_NOTICE
from SpineLib.outputs.templates import environment
from SpineLib.projects.readers import ReaderStudy
from SpineLib.store.files import write_text
from SpineLib.wording import count

PAGE, FIGURES, LABELS = "readers.html", "figures.csv", "labels.csv"
_COLUMNS = 3


def write_page(study: ReaderStudy, folder: str | Path) -> Path:
    """Writes ``readers.html``, ``figures.csv``, ``labels.csv`` and a CSV a table.

    Args:
        study: what was found.
        folder: is made; files of the same names are replaced.

    Returns:
        The page.

    Raises:
        OutputError: the folder cannot be written to.
    """
    folder = Path(folder)
    write_table(study.table(), folder / FIGURES)
    write_table(_labels(study), folder / LABELS)
    for title, table in study.tables.items():
        write_table(table, folder / f"{title.replace(' ', '-')}.csv")
    write_text(folder / PAGE, render(study))
    return folder / PAGE


def render(study: ReaderStudy) -> str:
    """The page as HTML."""
    pages = environment(Path(__file__).parent, Path(evaluation.__file__).parent)
    readings = study.readings
    patients = int(readings.table["patient"].nunique())
    return pages.get_template("readers.html.jinja").render(
        notice=STARTER_NOTICE if readings.starter else RESEARCH_NOTICE,
        forced=readings.forced,
        title=study.title or "Reader study",
        scheme=readings.scheme,
        counts=f"{count(len(readings.readers), 'reader')}, {count(patients, 'patient')}, "
        f"{count(len(readings.table), 'slice')}",
        model=f"{readings.model_name} (starter)" if readings.starter else readings.model_name,
        sections=study.sections,
        tables=[(name, cells(table), name not in study.confusions)
                for name, table in study.tables.items()],
        drawings={caption: data_url(picture) for caption, picture in draw(study).items()},
        notes=study.notes,
    )  # fmt: skip


def draw(study: ReaderStudy) -> dict[str, bytes]:
    """Caption → PNG: who found what against the consensus, and who said what beside whom."""
    pictures = {}
    if study.against:
        caption = "Sensitivity and specificity against the consensus, exact 95 % intervals by slice"
        pictures[caption] = _rates(study.against)
    tables = [table for name, table in study.tables.items() if name in study.confusions]
    if tables:
        pictures["Label against label, in slices"] = _confusions(tables)
    return pictures


def _labels(study: ReaderStudy) -> pd.DataFrame:
    """Every label side by side, a row a slice."""
    readings, table = study.readings, study.readings.table.copy()
    for name in readings.readers:
        table[f"{name}"] = readings.first[name]
        table[f"{name}_again"] = readings.again[name]
        table[f"{name}_assisted"] = readings.assisted[name]
    if readings.model is not None:
        table["model"] = readings.model
    return table


def _rates(against: dict[str, tuple[Figure, ...]]) -> bytes:
    names = list(against)
    figure = Drawing(figsize=(6.4, 1.4 + 0.45 * len(names)), layout="constrained")
    pair = figure.subplots(1, 2, sharey=True, squeeze=False)[0]
    for axes, what, color in zip(pair, ("sensitivity", "specificity"), COLORS[::-1], strict=True):
        for line, name in enumerate(names):
            rate = next(f for f in against[name] if f.name == what)
            if rate.value is None or rate.alone is None:
                continue
            axes.hlines(line, *rate.alone, color=color, linewidth=2)
            axes.plot(rate.value, line, "o", color=color)
        axes.set(xlim=(0, 1.02), title=what, yticks=range(len(names)), yticklabels=names)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="x", alpha=0.25)
    return to_png(figure)


def _confusions(tables: list[pd.DataFrame]) -> bytes:
    rows = -(-len(tables) // _COLUMNS)
    columns = min(len(tables), _COLUMNS)
    figure = Drawing(figsize=(2.3 * columns, 2.3 * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, table in zip(grid, tables, strict=False):
        _confusion(axes, table)
    for axes in grid[len(tables) :]:
        axes.set_visible(False)
    return to_png(figure)


def _confusion(axes: Axes, table: pd.DataFrame) -> None:
    down, across = str(table.columns[0]).split(" \\ ")
    counts = table.iloc[:, 1:].to_numpy(int)
    # The share of each row, so that a rare label is seen as well.
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for (row, column), number in np.ndenumerate(counts):
        color = "white" if share[row, column] > 0.55 else "black"
        axes.text(column, row, str(number), ha="center", va="center", color=color, fontsize=9)
    names = [str(name) for name in table.columns[1:]]
    axes.set_xticks(range(len(names)), [_short(name) for name in names], fontsize=8)
    axes.set_yticks(range(len(table)), [_short(str(v)) for v in table.iloc[:, 0]], fontsize=8)
    axes.set_xlabel(across, fontsize=9)
    axes.set_ylabel(down, fontsize=9)


def _short(name: str) -> str:
    return name.replace(" ", "\n")
