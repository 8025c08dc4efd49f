"""The learning curve: what the frozen test says of each model against the work that went into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from SpineLib.errors import BadInput
from SpineLib.evaluation.drawings import GREY, MORE_COLORS
from SpineLib.evaluation.predictions import write_table
from SpineLib.loop.changes import MAIN, Change
from SpineLib.loop.dataset import Dataset
from SpineLib.loop.promotion import Comparison, comparisons
from SpineLib.store.files import writing

CURVE = "curve"
_ON_PAGES = ("level", "names")
# The main figure first.
_COLORS = MORE_COLORS[:4]
# No figure is above 1; a point there is drawn whole.
_MOST = 1.01


@dataclass(frozen=True)
class Point:
    """One model's figure on the frozen test.

    Attributes:
        model: its id.
        cases, minutes: corrected cases that it learnt from, and what people spent on them.
        figure: as on the page of the comparison.
        value: of the model's last comparison.
        interval: 95 % by patient; None where there are too few.
        test_cases: of the test then; models that were compared on other cases are less alike.
        comparison: number of the comparison that it is from.
        state: ``first``, ``candidate``, ``promoted`` or ``refused``.
    """

    model: str
    cases: int
    minutes: float
    figure: str
    value: float
    interval: tuple[float, float] | None
    test_cases: int
    comparison: int
    state: str


def points(dataset: Dataset) -> list[Point]:
    """Every model's figures from the last comparison that it was in, fewest cases first.

    Figures of single levels and of their names are left out: they stand on the pages.

    Raises:
        BadInput: nothing was compared yet.
    """
    last: dict[str, tuple[Comparison, str]] = {}
    for compared in comparisons(dataset):
        if not compared.cannot:
            last[compared.against] = (compared, "against")
            last[compared.candidate] = (compared, "candidate")
    states = {model.id: model.state for model in dataset.models}
    drawn = []
    for model, (compared, role) in last.items():
        for change in compared.changes:
            point = _point(model, compared, role, change, states.get(model, ""))
            if point is not None and change.margin_of not in _ON_PAGES:
                drawn.append(point)
    if not drawn:
        raise BadInput(
            "No models were compared on the frozen test yet, so there is no curve",
            file=dataset.folder,
            advice="Compare two models first.",
            command=f"spine loop promote {dataset.folder}",
        )
    return sorted(drawn, key=lambda p: (p.cases, p.minutes, p.model))


def write_curve(dataset: Dataset, folder: str | Path | None = None) -> list[Path]:
    """Writes ``curve.csv``, ``curve.svg`` and ``curve.png``.

    Args:
        dataset: whose comparisons are drawn.
        folder: where to; the data set's own if None.

    Returns:
        The three files.

    Raises:
        BadInput: nothing was compared yet.
        OutputError: the disk is full.
    """
    import pandas as pd

    drawn = points(dataset)
    folder = Path(folder) if folder else dataset.folder
    table = pd.DataFrame(
        [
            {
                **{k: v for k, v in vars(point).items() if k != "interval"},
                "low": point.interval[0] if point.interval else None,
                "high": point.interval[1] if point.interval else None,
            }
            for point in drawn
        ]
    )
    files = [folder / f"{CURVE}.{suffix}" for suffix in ("csv", "svg", "png")]
    write_table(table, files[0])
    for file in files[1:]:
        with writing(file) as temporary:
            _draw(drawn, dataset.task, temporary)
    return files


def _point(model: str, compared: Comparison, role: str, change: Change, state: str) -> Point | None:
    value, interval = (
        (change.old, change.old_interval)
        if role == "against"
        else (change.new, change.new_interval)
    )
    about = compared.record[role]
    if value is None:
        return None
    return Point(
        model, about["cases"], about["minutes"], change.figure, value, interval,
        len(compared.record["test"]), compared.record["number"], state,
    )  # fmt: skip


def _draw(drawn: Sequence[Point], task: str, path: Path) -> None:
    from matplotlib.figure import Figure

    # Minutes that nobody counted would be one point above another.
    counted = [of for of in ("cases", "minutes") if len({getattr(p, of) for p in drawn}) > 1]
    shown = counted or ["cases"]
    figure = Figure(figsize=(4.7 * len(shown), 4.1), layout="constrained")
    panels = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    names = sorted({p.figure for p in drawn}, key=lambda name: (name != MAIN[task], name))
    for axes, of in zip(panels, shown, strict=True):
        for name, color in zip(names, _COLORS, strict=False):
            own = sorted((p for p in drawn if p.figure == name), key=lambda p: getattr(p, of))
            kept = [p for p in own if p.state in ("first", "promoted")]
            main = name == names[0]
            width = 2.2 if main else 1.2
            axes.plot([getattr(p, of) for p in kept], [p.value for p in kept], color=color,
                      linewidth=width, label=name)  # fmt: skip
            for p in own:
                x, filled = getattr(p, of), p in kept
                axes.plot(x, p.value, "o", color=color, markersize=6 if main else 4,
                          markerfacecolor=color if filled else "white")  # fmt: skip
                if main and p.interval:
                    axes.vlines(x, *p.interval, color=color, linewidth=1)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_xlabel("corrected cases" if of == "cases" else "minutes spent on them")
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
    low, high = panels[0].get_ylim()
    panels[0].set_ylim(low, min(high, _MOST))
    panels[0].set_ylabel("on the frozen test")
    panels[-1].plot([], [], "o", color=GREY, markerfacecolor="white", label="not promoted")
    handles, labels = panels[-1].get_legend_handles_labels()
    figure.legend(handles, labels, fontsize=8, loc="outside lower center", ncols=3)
    figure.savefig(path, dpi=130)
