"""What faces say of quantities, in words and as rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erf, sqrt

from SpineLib.findings import Findings, SliceFinding
from SpineLib.inference.second_opinion import disagree
from SpineLib.quantities import (
    DEFINITIONS,
    LEVEL_KEYS,
    Compared,
    Definition,
    Quantity,
    find_quantity,
    value_of,
)
from SpineLib.reasons import UNSURE_NARROWEST, sentence
from SpineLib.translation import language, tr
from SpineLib.wording import ranges

# What the table shows of a slice, and the quantity of the study that names what was narrowest.
SHOWN = ("cord_ap", "cord_area", "compression_ratio", "sac_ap", "sac_area", "ascor")
_NARROWEST = {"mscc": "cord_ap", "mcc": "sac_ap"}


@dataclass(frozen=True)
class Row:
    """The narrowest slice of a level, or a slice where levels are not known.

    Attributes:
        level: its name; empty where not known.
        stack, number: id of the stack, and the slice counted from 1.
        values: in the order of `shown_keys`, with unit; ``–`` where not measured.
        notes: beside them, the percentile in the norm, or why there is no value.
        disagree: the network and the equation of the cord's shape are on different sides.
    """

    level: str
    stack: str
    number: int
    values: list[str]
    notes: list[str]
    disagree: bool


def narrowest_lines(findings: Findings) -> list[str]:
    """``Narrowest at C5/C6: cord AP 4.6 mm, 52 % below the mean of C2/C3 and C7/T1``, of cord and sac.

    And that the narrowest place of the cord is not known where its outline is not sure.
    """
    lines = []
    for key, source in _NARROWEST.items():
        quantity = find_quantity(findings.quantities, key)
        if quantity and quantity.why and quantity.why.code == UNSURE_NARROWEST:
            lines.append(f"{tr(quantity.definition.title)}: {quantity.why}")
        value = None if quantity is None else _measured_at(findings, quantity, source)
        if quantity is None or quantity.value is None or value is None:
            continue
        text = tr("Narrowest {place}: {title} {value}, {percent} % below the mean of {others}")
        if quantity.value < 0:
            text = tr("Narrowest {place}: {title} {value}, not below the mean of {others}")
        title = tr(DEFINITIONS[source].title)
        lines.append(
            text.format(
                place=tr("at {level}").format(level=quantity.level)
                if quantity.level
                else tr("on {slice}").format(slice=_slice(quantity.index)),
                title=title[0].lower() + title[1:] if language() == "en" else title,
                value=Quantity(source, value).shown(),
                percent=round(quantity.value),
                others=_others(quantity.compared, quantity.index) + _chosen(quantity),
            )
        )
    return lines


def study_rows(findings: Findings) -> list[tuple[Definition, str, str, str]]:
    """Of each quantity of the study: definition, value, where, and what it was compared with or why."""
    rows = []
    for quantity in findings.quantities:
        if quantity.key in LEVEL_KEYS:  # they have tables of their own
            continue
        beside = _exactly(quantity) if quantity.compared else ""
        if quantity.value is None and quantity.why:
            beside = sentence(quantity.why)
        where = quantity.level or (_slice(quantity.index) if quantity.index is not None else "")
        rows.append((quantity.definition, quantity.shown() or "–", where, beside))
    return rows


def slice_text(finding: SliceFinding) -> str:
    """``Cord AP 4.6 mm (P 3), Cord area 51.2 mm²``, and that network and equation disagree."""
    words = []
    for key in SHOWN:
        quantity = find_quantity(finding.quantities, key)
        if quantity is not None and quantity.value is not None:
            share = percentile_text(quantity)
            words.append(
                f"{tr(quantity.definition.title)} {quantity.shown()}" + f" ({share})" * bool(share)
            )
    if disagree(finding):
        words.append(tr("the network and the equation of the cord’s shape disagree"))
    return ", ".join(words)


def definitions_text(finding: SliceFinding) -> str:
    """A line for each quantity of a slice: its definition, or why there is no value."""
    lines = [
        f"{tr(q.definition.title)}: {sentence(q.why) if q.why else tr(q.definition.definition)}"
        for q in finding.quantities
    ]
    if any(quantity.norm_own for quantity in finding.quantities):
        lines.append(tr("Own P: percentile among the patient's own slices without a flag."))
    return "\n".join(lines)


def slice_rows(findings: Findings) -> list[Row]:
    """The narrowest slice of each level from the head downward; each slice where levels are not known."""
    rows = []
    for stack in findings.stacks:
        measured = [slice_ for slice_ in stack.slices if slice_.quantities]
        measured.sort(key=lambda finding: -finding.position_ras[2])
        kept: dict[str, SliceFinding] = {}
        for finding in measured:
            name = finding.level or f"slice {finding.index}"
            if name not in kept or _ap(finding) < _ap(kept[name]):
                kept[name] = finding
        rows += [_row(stack.id, finding) for finding in kept.values()]
    return rows


def shown_keys(findings: Findings) -> list[tuple[str, Definition]]:
    """Columns of `slice_rows`: those of `SHOWN` that were looked for on any slice."""
    slices = [slice_ for stack in findings.stacks for slice_ in stack.slices]
    there = {quantity.key for slice_ in slices for quantity in slice_.quantities}
    return [(key, DEFINITIONS[key]) for key in SHOWN if key in there]


def percentile(quantity: Quantity) -> float | None:
    """Where a value stands in its norm, 0-100, by a normal distribution; None without a norm."""
    if quantity.value is None or len(quantity.norm) != 2:
        return None
    mean, deviation = quantity.norm
    return 50 * (1 + erf((quantity.value - mean) / (deviation * sqrt(2))))


def percentile_text(quantity: Quantity) -> str:
    """``P 3`` of healthy people, or ``own P 3``; ``below P 1`` and ``above P 99`` at the ends."""
    share = percentile(quantity)
    if share is None:
        return ""
    text = tr("P {number}").format(number=round(share))
    text = tr("below P 1") if share < 1 else tr("above P 99") if share > 99 else text
    return tr("own {percentile}").format(percentile=text) if quantity.norm_own else text


def _row(stack: str, finding: SliceFinding) -> Row:
    values, notes = [], []
    for key in SHOWN:
        quantity = find_quantity(finding.quantities, key)
        if quantity is None:
            continue
        values.append(quantity.shown() or "–")
        notes.append(sentence(quantity.why) if quantity.why else percentile_text(quantity))
    return Row(finding.level, stack, finding.index + 1, values, notes, disagree(finding))


def _ap(finding: SliceFinding) -> float:
    cord, sac = (value_of(finding.quantities, key) for key in ("cord_ap", "sac_ap"))
    return cord if cord is not None else sac if sac is not None else float("inf")


def _measured_at(findings: Findings, quantity: Quantity, source: str) -> float | None:
    for stack in findings.stacks:
        for slice_ in stack.slices:
            if (stack.id, slice_.index) == (quantity.stack, quantity.index):
                return value_of(slice_.quantities, source)
    return None


def _slice(index: int | None) -> str:
    return tr("slice {number}").format(number=(index or 0) + 1)


def _others(compared: Sequence[Compared], index: int | None) -> str:
    """The levels, or the slices, of both sides."""
    sides = [
        [other for other in compared if ((other.index or 0) < (index or 0)) is before]
        for before in (True, False)
    ]
    return tr(" and ").join(_side(side) for side in sides if side)


def _exactly(quantity: Quantity) -> str:
    """The levels and each slice of both sides, and who chose them."""
    numbers = sorted((c.index or 0) + 1 for c in quantity.compared)
    levels, word = _others(quantity.compared, quantity.index), tr("slices")
    slices = f" ({word} {ranges(numbers)})" if all(c.level for c in quantity.compared) else ""
    return levels + slices + _chosen(quantity)


def _chosen(quantity: Quantity) -> str:
    names = dict.fromkeys(other.chosen_by for other in quantity.compared if other.chosen_by)
    return tr(", chosen by {name}").format(name=", ".join(names)) if names else ""


def _side(side: Sequence[Compared]) -> str:
    levels = list(dict.fromkeys(other.level for other in side))
    if all(levels):
        return ", ".join(levels)
    numbers = sorted((other.index or 0) + 1 for other in side)
    word = tr("slices") if len(numbers) > 1 else tr("slice")
    return f"{word} {ranges(numbers)}"
