"""A run's drawings, as PNG."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from SpineLib.evaluation.drawings import COLORS, GREY, draw_reliability, new_figure, to_png
from SpineLib.evaluation.reliability import reliability
from SpineLib.outcome.dictionary import NUMBER, variable
from SpineLib.outcome.measuring import THRESHOLDS, net_benefit, views
from SpineLib.outcome.table import Cohort
from SpineLib.outcome.validation import REFERENCE

if TYPE_CHECKING:
    from SpineLib.outcome.run import Run

_WRAP = 3  # drawings of dependence side by side


def draw_missing(cohort: Cohort) -> bytes:
    """How many cells of each column are empty, and of which patients."""
    import textwrap

    table = cohort.missing().sort_values("share", kind="stable")
    empty = cohort.table[table["column"].tolist()].isna().to_numpy()
    figure, (bars, cells) = new_figure((9.5, 0.21 * len(table) + 1.4), columns=2)
    at = np.arange(len(table))
    bars.barh(at, 100 * table["share"], color=COLORS[0])
    names = [textwrap.shorten(title, 44, placeholder="…") for title in table["title"]]
    bars.set(xlim=(0, 100), xlabel="empty cells (%)", ylim=(-0.6, len(table) - 0.4))
    bars.set_yticks(at, names, fontsize=7)
    cells.imshow(empty.T, aspect="auto", cmap="Greys", origin="lower", interpolation="nearest",
                 vmin=0, vmax=1)  # fmt: skip
    cells.set(xlabel="patient (black: empty)", yticks=[])
    cells.grid(False)
    return to_png(figure)


def draw_run(run: Run) -> dict[str, bytes]:
    """Caption → drawing; calibration and decision curves only where the answer has classes."""
    pictures: dict[str, bytes] = {}
    for n, view in enumerate(
        views(run.data.kind, run.data.truth, run.validated[run.chosen].predicted)
    ):
        what = view.name or "yes"
        both = np.column_stack([1 - view.probability, view.probability])
        curve = reliability(both, view.truth.astype(np.int64))
        caption = f"Calibration: what P({what}) said of unseen patients, and how often it was true"
        pictures[caption] = draw_reliability({run.chosen: curve}, f"P({what})", "patients")
        caption = f"Net benefit of acting on P({what}), by the threshold from which one would act"
        pictures[caption] = _decision(run, n)
    pictures["How much worse unseen patients are told apart when a predictor is shuffled"] = (
        _importance(run)
    )
    pictures["Partial dependence: the mean answer with each predictor set to a value"] = (
        _dependence(run)
    )
    return pictures


def _decision(run: Run, side: int) -> bytes:
    figure, (axes,) = new_figure((5.6, 4.2))
    named = {run.chosen: COLORS[0], REFERENCE: COLORS[1]}
    truth = None
    for name, color in named.items():
        if name not in run.validated:
            continue
        view = views(run.data.kind, run.data.truth, run.validated[name].predicted)[side]
        truth = view.truth
        label = reference_title(run) if name == REFERENCE else name
        axes.plot(THRESHOLDS, net_benefit(view.truth, view.probability), color=color, label=label)
    assert truth is not None
    everybody = net_benefit(truth, np.ones(len(truth)))
    axes.plot(THRESHOLDS, everybody, color=GREY, linestyle="--", label="act on everybody")
    axes.axhline(0, color="black", linewidth=1, label="act on nobody")
    axes.set(xlim=(0, 1), ylim=(-0.05, float(truth.mean()) + 0.03), xlabel="threshold",
             ylabel="net benefit")  # fmt: skip
    axes.legend(fontsize=8)
    return to_png(figure)


def reference_title(run: Run) -> str:
    """What the reference model knows: ``mJOA alone``."""
    names = dict.fromkeys(run.prepared.columns[n].variable for n in run.data.reference)
    return f"{' and '.join(variable(name).title for name in names)} alone"


def _importance(run: Run) -> bytes:
    ranked = sorted(run.validated[run.chosen].importance.items(), key=lambda item: item[1][0])
    figure, (axes,) = new_figure((6.2, 0.3 * len(ranked) + 1.1))
    at = np.arange(len(ranked))
    axes.barh(at, [mean for _name, (mean, _spread) in ranked], color=COLORS[0],
              xerr=[spread for _name, (_mean, spread) in ranked], ecolor=GREY)  # fmt: skip
    axes.set_yticks(at, [variable(name).title for name, _drop in ranked], fontsize=8)
    axes.set(
        xlabel="fall of AUC" if run.model.classes else "fall of the share of variance explained"
    )
    return to_png(figure)


def _dependence(run: Run) -> bytes:
    names = list(run.dependence)
    rows = -(-len(names) // _WRAP)
    figure, every = new_figure((8.6, 2.1 * rows + 0.3), rows=(1,) * rows, columns=_WRAP)
    for axes in every[len(names) :]:
        axes.set_visible(False)
    top = max(max(answers) for _words, answers in run.dependence.values())
    low = min(min(answers) for _words, answers in run.dependence.values())
    for axes, name in zip(every, names, strict=False):
        words, answers = run.dependence[name]
        unit = variable(name).unit
        shown = [word.removesuffix(f" {unit}") if unit else word for word in words]
        number = variable(name).kind == NUMBER
        places = [float(word) for word in shown] if number else list(range(len(words)))
        axes.plot(places, answers, marker="o", color=COLORS[0], markersize=3)
        if not number:
            axes.set_xticks(places, shown)
        axes.tick_params(axis="x", labelsize=7)
        axes.tick_params(axis="y", labelsize=7)
        limits = (0.0, 1.0) if run.model.classes else (low, top)
        axes.set(ylim=limits)
        axes.set_title(f"{variable(name).title}{f' ({unit})' if unit else ''}", fontsize=7.5)
    return to_png(figure)
