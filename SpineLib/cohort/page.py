"""A cohort's page, with counts and distributions, and the page to rate its readings on."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from SpineLib import evaluation
from SpineLib.cohort.planned import digest
from SpineLib.cohort.setting import Setting
from SpineLib.findings import Findings
from SpineLib.labels import RESEARCH_NOTICE
from SpineLib.outputs.templates import environment

_BLUE = "#0072B2"  # Okabe and Ito's
_LONGEST = 40  # bars of one drawing


@dataclass
class Distributions:
    """What is counted while studies are collected.

    Attributes:
        studies, excluded: how many.
        states, reasons, ratings: state, reason of a failure, rating → how many studies.
        answers: title of a question → value → how many studies have it as their worst one.
        silent: the same of why a question was not answered.
        colors: title → value → colour.
        levels: vertebra or disc → how many studies show it.
        seconds: logarithmic bin → how many readings took as long.
    """

    studies: int = 0
    excluded: int = 0
    states: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    ratings: Counter[str] = field(default_factory=Counter)
    answers: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    silent: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    colors: dict[str, dict[str, str]] = field(default_factory=dict)
    levels: Counter[str] = field(default_factory=Counter)
    seconds: Counter[int] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)

    def add(self, row: Mapping[str, Any], findings: Findings | None) -> None:
        """Counts a study."""
        self.studies += 1
        self.excluded += bool(row["excluded"])
        self.states[row["state"]] += 1
        self.ratings[row.get("rating") or "not rated"] += row["state"] == "read"
        if row["why"]:
            self.reasons[row["why"]] += 1
        if findings is None or row["excluded"]:
            return
        self.notices[findings.notice or RESEARCH_NOTICE] += 1
        if row["seconds"]:
            self.seconds[math.floor(math.log2(max(row["seconds"], 0.01)))] += 1
        for column in findings.columns:
            summary, question = findings.summary(column.question.key, column.by), column.question
            title = column.title
            self.colors[title] = dict(zip(question.values, question.colors, strict=False))
            if summary.assessed:
                self.answers[title].setdefault(question.values[0], 0)
                self.answers[title][summary.worst] += 1
            else:
                self.silent[title][summary.reason] += 1

    def add_level(self, row: Mapping[str, Any]) -> None:
        """Counts a level of a study."""
        self.levels[row["level"]] += 1


@dataclass(frozen=True)
class Bar:
    """One bar of a drawing; ``share`` is its length, 0 to 100."""

    name: str
    number: int
    share: float
    color: str = _BLUE


def _bars(counts: Mapping[str, int], colors: Mapping[str, str] | None = None) -> list[Bar]:
    most = max(counts.values(), default=0) or 1
    shown = list(counts.items())[:_LONGEST]
    return [Bar(k, n, 100 * n / most, (colors or {}).get(k, _BLUE)) for k, n in shown]


def render_page(shown: Distributions, setting: Setting) -> str:
    """The page as HTML."""
    drawings: dict[str, list[Bar]] = {}
    for title, counts in shown.answers.items():
        colors = shown.colors[title]
        order = {value: n for n, value in enumerate(colors)}
        ordered = dict(sorted(counts.items(), key=lambda item: order.get(item[0], -1)))
        drawings[f"{title}: worst answer of a study"] = _bars(ordered, colors)
    if shown.levels:
        drawings["Levels, in studies"] = _bars(dict(sorted(shown.levels.items(), key=_from_above)))
    bins = sorted(shown.seconds)
    if bins:
        spans = {_span(n): shown.seconds[n] for n in range(bins[0], bins[-1] + 1)}
        drawings["Seconds for a study"] = _bars(spans)
    return _pages().get_template("cohort.html.jinja").render(
        notices=list(shown.notices) or [RESEARCH_NOTICE], shown=shown, setting=setting,
        drawings=drawings, reasons=_bars(dict(shown.reasons.most_common())),
        silent={title: _bars(dict(c.most_common())) for title, c in shown.silent.items() if c},
    )  # fmt: skip


def _from_above(item: tuple[str, int]) -> tuple[int, int, int]:
    """By part of the spine, number, and the disc behind its vertebra."""
    name = item[0].partition("/")[0]
    return "CTLS".find(name[0]), int("".join(c for c in name if c.isdigit()) or 0), "/" in item[0]


def _span(n: int) -> str:
    low, high = 2.0**n, 2.0 ** (n + 1)
    return f"{low:g} to {high:g}"


def render_quality(shown: Distributions, tiles: Sequence[Mapping[str, Any]], cohort: Path) -> str:
    """The page to rate readings on, as HTML."""
    # A browser keeps what was rated under this name until it is saved to a file.
    name = f"spine-cohort-{digest(str(cohort.absolute()))}"
    data = json.dumps({"name": name, "studies": list(tiles)}, ensure_ascii=True)
    return (
        _pages()
        .get_template("quality.html.jinja")
        .render(notices=list(shown.notices) or [RESEARCH_NOTICE], data=data.replace("</", "<\\/"))
    )


def _pages() -> Any:
    return environment(Path(__file__).parent, Path(evaluation.__file__).parent)
