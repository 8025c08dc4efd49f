"""Lumbar levels as tables and as ``levels.csv``: what was measured at each, and its grades."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from SpineLib.findings import Findings
from SpineLib.quantities import BODY_KEYS, DEFINITIONS, DISC_KEYS, LEVEL_KEYS, Definition, Quantity
from SpineLib.questions import Opinion
from SpineLib.reasons import sentence
from SpineLib.store.files import writing
from SpineLib.translation import tr

NAME = "levels.csv"
NONE = "–"


@dataclass(frozen=True)
class LevelRow:
    """One level.

    Attributes:
        name: ``L4/L5``.
        cells: value with unit of each column, `NONE` without one; and why there is none.
        opinions: the answers of the level.
    """

    name: str
    cells: list[tuple[str, str]]
    opinions: list[Opinion]


@dataclass(frozen=True)
class LevelTable:
    """Levels from the head downward.

    Attributes:
        columns: of the cells.
    """

    columns: list[Definition]
    rows: list[LevelRow]


def level_tables(findings: Findings) -> list[LevelTable]:
    """The table of discs and the table of vertebrae; those that hold nothing are left out."""
    return [table for keys in (DISC_KEYS, BODY_KEYS) if (table := _table(findings, keys)).rows]


def narrowest_sentence(quantities: Sequence[Quantity]) -> str:
    """``Narrowest at L4/L5: canal 54 mm², …``, by area; empty where no canal was measured."""
    areas = [
        quantity
        for quantity in quantities
        if quantity.key == "canal_area" and quantity.value is not None
    ]
    if not areas:
        return ""
    level = min(areas, key=lambda quantity: quantity.value or 0.0).level
    sizes = narrowest_words(quantities, level)
    return tr("Narrowest at {level}: {sizes}").format(level=level, sizes=sizes)


def level_lines(quantities: Sequence[Quantity], level: str) -> list[str]:
    """``Slip: 6.0 mm. How far …``: a line a quantity of a level, with its definition or why it is missing."""
    lines = []
    for quantity in quantities:
        if quantity.level == level:
            beside = sentence(quantity.why) if quantity.why else tr(quantity.definition.definition)
            lines.append(f"{tr(quantity.definition.title)}: {quantity.shown() or NONE}. {beside}")
    return lines


def narrowest_words(quantities: Sequence[Quantity], level: str) -> str:
    """``canal 54 mm², 6.1 mm front to back``: a level's size, best from axial slices; empty where it has none."""
    sizes = {quantity.key: quantity for quantity in quantities if quantity.level == level}
    area, depth = (sizes.get(key, Quantity(key)).shown() for key in ("canal_area", "canal_ap"))
    if not area or not depth:
        return ""
    axial = sizes.get("axial_area", Quantity("axial_area")).shown()
    if axial:  # the segmentation's sizes, which are rougher, would only contradict it
        return tr("sac {area} on axial slices").format(area=axial)
    return tr("canal {area}, {depth} front to back").format(area=area, depth=depth)


def write_levels(findings: Findings, path: str | Path) -> None:
    """Writes ``levels.csv``: a row a level, units as `SpineLib.quantities.DEFINITIONS`, UTF-8.

    Where nothing was measured of levels there is no file.
    """
    ours = [quantity for quantity in findings.quantities if quantity.key in LEVEL_KEYS]
    if not ours:
        return
    questions = [question.key for question in findings.questions if question.of_levels]
    answers = [f"{key}_{part}" for key in questions for part in ("value", "probability", "by")]
    with writing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, ("level", "stack", *LEVEL_KEYS, *answers, "reason"))
        writer.writeheader()
        for level in _levels(ours):
            own = [quantity for quantity in ours if quantity.level == level]
            row = {q.key: f"{q.value:.4f}" for q in own if q.value is not None}
            whys = dict.fromkeys(str(quantity.why) for quantity in own if quantity.why)
            row |= {"level": level, "stack": own[0].stack, "reason": "; ".join(whys)}
            for opinion in _opinions(findings, level):
                row |= {
                    f"{opinion.question}_value": opinion.value,
                    f"{opinion.question}_by": opinion.by,
                    f"{opinion.question}_probability": ""
                    if opinion.probability is None
                    else f"{opinion.probability:.4f}",
                }
            writer.writerow(row)


def _table(findings: Findings, keys: Sequence[str]) -> LevelTable:
    ours = [quantity for quantity in findings.quantities if quantity.key in keys]
    rows = []
    for level in reversed(_levels(ours)):
        sizes = {quantity.key: quantity for quantity in ours if quantity.level == level}
        cells = [_cell(sizes.get(key, Quantity(key))) for key in keys]
        opinions = _opinions(findings, level)
        if opinions or any(text != NONE for text, _why in cells):
            rows.append(LevelRow(level, cells, opinions))
    return LevelTable([DEFINITIONS[key] for key in keys], rows)


def _cell(quantity: Quantity) -> tuple[str, str]:
    return quantity.shown() or NONE, sentence(quantity.why) if quantity.why else ""


def _levels(quantities: Sequence[Quantity]) -> list[str]:
    """Levels in the order in which they were measured: from the feet upward."""
    return list(dict.fromkeys(quantity.level for quantity in quantities))


def _opinions(findings: Findings, level: str) -> list[Opinion]:
    return [opinion for opinion in findings.level_opinions if opinion.level == level]
