"""Drawings of an evaluation, as PNG."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from SpineLib.evaluation.predictions import Predictions, names_of
from SpineLib.evaluation.reliability import (
    Reliability,
    by_site,
    reliability_of,
    reliability_of_high,
)
from SpineLib.evaluation.slices import Slices
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's blue and vermilion: the first and the second model.
COLORS = ("#0072B2", "#D55E00")
# Then those of sites: vermilion, green, purple, yellow.
MORE_COLORS = (*COLORS, "#009E73", "#CC79A7", "#F0E442")
GREY = "#9a9a9a"


def draw(answers: Sequence[Predictions]) -> dict[str, bytes]:
    """Every drawing of a task.

    Args:
        answers: of one model, or of two on the same data.

    Returns:
        Caption → PNG; what cannot be drawn (no curve of one class) is left out.
    """
    task = answers[0].task
    if task == "compression":
        return _slices(answers)
    if task == "grading":
        return _reliabilities(answers)
    if task == "canal":
        return {"Share of slices whose canal was found within a distance": _errors(answers)}
    if task == "levels":
        return {"Share of discs that were found within a distance": _errors(answers, "discs")}
    return {"Dice of each volume": _dice(answers)}


def draw_reliability(curves: dict[str, Reliability], what: str, unit: str = "slices") -> bytes:
    """Reliability curves over how often each probability was given.

    Args:
        curves: name → reliability.
        what: the probability's name: ``P(compressed)``.
        unit: what is counted.
    """
    figure, (above, below) = new_figure((5.4, 5.6), rows=(3, 1))
    above.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", label="honest")
    for (name, curve), color in zip(curves.items(), MORE_COLORS, strict=False):
        label = f"{name}: ECE {curve.ece:.3f}, Brier {curve.brier:.3f}"
        above.plot(curve.predicted, curve.seen, marker="o", color=color, label=label)
        below.plot(curve.predicted, curve.count, marker="o", color=color, linewidth=1)
    above.set(xlim=(0, 1), ylim=(0, 1), ylabel="share that it was true of")
    above.legend(fontsize=8, loc="upper left")
    below.set(xlim=(0, 1), xlabel=what, ylabel=unit, yscale="log")
    return to_png(figure)


def _slices(answers: Sequence[Predictions]) -> dict[str, bytes]:
    pictures = {}
    for name, predictions in zip(names_of(answers), answers, strict=True):
        decided = predictions.table[predictions.table["truth"].isin((COMPRESSED, NOT_COMPRESSED))]
        data = Slices(decided)
        if data.both_classes:
            caption = "ROC curves: of each patient, their mean with one standard deviation, and all"
            pictures[f"{name}: {caption}" if len(answers) > 1 else caption] = _roc(data)
    return {**pictures, **_reliabilities(answers)}


def _roc(data: Slices) -> bytes:
    from sklearn.metrics import roc_curve

    figure, (axes,) = new_figure((5.4, 5.2))
    grid = np.linspace(0, 1, 201)
    curves = []
    for name in np.unique(data.patients):
        own = data.only(data.patients == name)
        if own.both_classes:
            x, y, _ = roc_curve(own.truth, own.score, drop_intermediate=False)
            axes.plot(x, y, color=GREY, linewidth=0.7, alpha=0.5)
            curves.append(np.interp(grid, x, y))
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    if len(curves) > 1:
        mean, spread = np.mean(curves, axis=0), np.std(curves, axis=0, ddof=1)
        low, high = np.maximum(mean - spread, 0), np.minimum(mean + spread, 1)
        axes.fill_between(grid, low, high, color=COLORS[0], alpha=0.2, linewidth=0,
                          label="± 1 SD")  # fmt: skip
        label = f"mean of {len(curves)} patients"
        axes.plot(grid, mean, color=COLORS[0], linewidth=2, label=label)
    x, y, _ = roc_curve(data.truth, data.score)
    area = data.auc().value
    axes.plot(x, y, color="black", linewidth=1.2, label=f"all slices: AUC {area:.3f}")
    axes.set(xlim=(-0.01, 1), ylim=(0, 1.01), xlabel="1 - specificity", ylabel="sensitivity")
    axes.set_aspect("equal")
    axes.legend(fontsize=8, loc="lower right")
    return to_png(figure)


def _reliabilities(answers: Sequence[Predictions]) -> dict[str, bytes]:
    if answers[0].task == "compression":
        return _reliability("P(compressed)", reliability_of, answers)
    return {
        **_reliability("P(high)", reliability_of_high, answers),
        **_reliability("P(most probable grade)", reliability_of, answers),
    }


def _reliability(
    what: str, curve_of: Callable[[Predictions], Reliability | None], answers: Sequence[Predictions]
) -> dict[str, bytes]:
    named = dict(zip(names_of(answers), answers, strict=True))
    sites = by_site(answers[0])
    if len(answers) == 1 and len(sites) < len(MORE_COLORS):
        named |= sites
    curves = {name: curve_of(part) for name, part in named.items()}
    known = {name: curve for name, curve in curves.items() if curve is not None}
    caption = f"Reliability: what {what} says and how often it was true"
    return {caption: draw_reliability(known, what)} if known else {}


def _errors(answers: Sequence[Predictions], what: str = "slices") -> bytes:
    figure, (axes,) = new_figure((5.8, 4))
    for predictions, name, color in zip(answers, names_of(answers), COLORS, strict=False):
        table = predictions.table
        if what == "discs":
            table = table[table["kind"] == "disc"]
        error = np.sort(table["error_mm"].to_numpy(float))  # NaN, where there is none, is last
        share = np.arange(1, len(error) + 1) / len(error)
        axes.step(error, share, where="post", color=color, label=name)
    axes.axvline(3, color=GREY, linewidth=1, linestyle="--")
    axes.set(xlim=(0, 15), ylim=(0, 1.01), xlabel="distance to the true centre (mm)")
    axes.set_ylabel(f"share of {what}")
    axes.legend(fontsize=8, loc="lower right")
    return to_png(figure)


def _dice(answers: Sequence[Predictions]) -> bytes:
    figure, (axes,) = new_figure((5.8, 4))
    tables = [answer.table[answer.table["kind"] == "class"] for answer in answers]
    names = list(tables[0]["structure"].unique())
    for n, (model, table) in enumerate(zip(names_of(answers), tables, strict=True)):
        _points(axes, table, names, (n - (len(answers) - 1) / 2) * 0.25, COLORS[n], model)
    axes.set(ylim=(0, 1), ylabel="Dice", xticks=range(len(names)), xticklabels=names)
    axes.legend(fontsize=8, loc="lower right")
    return to_png(figure)


def _points(
    axes: Axes, table: pd.DataFrame, names: Sequence[str], aside: float, color: str, label: str
) -> None:
    for position, name in enumerate(names):
        dice = table.loc[table["structure"] == name, "dice"].to_numpy(float)
        spread = np.linspace(-0.08, 0.08, len(dice)) if len(dice) > 1 else np.zeros(len(dice))
        own = label if position == 0 else None
        axes.plot(position + aside + spread, dice, "o", color=color, alpha=0.6, label=own)
        axes.hlines(dice.mean(), position + aside - 0.1, position + aside + 0.1, color="black")


def new_figure(
    size: tuple[float, float], rows: Sequence[int] = (1,), columns: int = 1
) -> tuple[Figure, list[Axes]]:
    """A figure without a window, and its axes, row by row; ``rows`` are their heights."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(len(rows), columns, height_ratios=list(rows), squeeze=False)
    for axes in grid.flat:
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
    return figure, list(grid.flat)


def to_png(figure: Figure) -> bytes:
    """A figure as PNG."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=130)
    return stream.getvalue()
