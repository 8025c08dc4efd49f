"""The answers on each slice as they stand in strips and tables, and gathered by level."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from SpineLib.findings import Findings, SliceFinding, StackFindings
from SpineLib.outputs.summary import words
from SpineLib.questions import Opinion, Question
from SpineLib.translation import tr
from SpineLib.wording import ranges


@dataclass(frozen=True)
class Mark:
    """One opinion in the few words and the colour that it is shown with.

    Attributes:
        title: of the question.
        words: ``compressed``, ``high, Bilsky 2``, ``not assessed``; forced answers say so.
        letter: what stands beside the colour.
        color: ``#RRGGBB``.
    """

    opinion: Opinion
    title: str
    words: str
    letter: str
    color: str


@dataclass(frozen=True)
class Cell:
    """One slice in the strip and in the tables; ``number`` counts from 1.

    Attributes:
        lead: the lead question's answer.
        others: the answers to the other questions, assessed ones only.
    """

    one: SliceFinding
    number: int
    lead: Mark
    others: list[Mark]
    worst: bool

    @property
    def marks(self) -> list[Mark]:
        """All answers, the lead question's first."""
        return [self.lead, *self.others]


@dataclass(frozen=True)
class Level:
    """The slices of one vertebral level of a stack together.

    Attributes:
        lead: the worst answer to the lead question.
        positive: slices on the lead question's positive side, of ``assessed`` ones.
        probability: the highest P(positive) of the lead question.
        others: the worst answer to each other question.
    """

    name: str
    slices: str
    lead: Mark
    positive: int
    assessed: int
    probability: float | None
    others: list[Mark]


@dataclass(frozen=True)
class Strip:
    """One stack that was read slice by slice.

    Attributes:
        levels: from the head downward.
        first, last: which way its first and last slice lie (``feet``, ``head``), or empty.
    """

    stack: StackFindings
    cells: list[Cell]
    levels: list[Level]
    first: str
    last: str


def strips(findings: Findings) -> list[Strip]:
    """The stacks that were read slice by slice, from the head downward."""
    read = [stack for stack in findings.stacks if stack.slices]
    read.sort(key=lambda stack: -max(slice_.position_ras[2] for slice_ in stack.slices))
    lead = findings.lead
    if lead is None:
        return []
    assessed = [
        slice_
        for stack in read
        for slice_ in stack.slices
        if (opinion := slice_.opinion(lead.key)) and opinion.assessed
    ]
    peak = max(assessed, key=findings.severity, default=None)
    return [_strip(findings, lead, stack, peak) for stack in read]


def worst(strips: list[Strip]) -> tuple[StackFindings | None, Cell | None]:
    """The stack and slice with the worst answer of all; None twice where there is none."""
    for strip in strips:
        for cell in strip.cells:
            if cell.worst:
                return strip.stack, cell
    return None, None


def mark(question: Question, opinion: Opinion | None) -> Mark:
    """How an opinion is shown; one that is missing or not assessed in grey."""
    opinion = opinion or Opinion(question.key)
    return Mark(
        opinion,
        tr(question.title),
        words(question, opinion),
        question.letter(opinion.value),
        question.color(opinion.value),
    )


def _strip(
    findings: Findings, lead: Question, stack: StackFindings, peak: SliceFinding | None
) -> Strip:
    cells = [_cell(findings, lead, slice_, slice_ is peak) for slice_ in stack.slices]
    rise = stack.slices[-1].position_ras[2] - stack.slices[0].position_ras[2]
    ends = (tr("feet"), tr("head")) if rise > 0 else (tr("head"), tr("feet"))
    return Strip(
        stack,
        cells,
        _levels(findings, cells if rise <= 0 else cells[::-1]),
        *(ends if abs(rise) > 1.0 else ("", "")),
    )


def _cell(findings: Findings, lead: Question, finding: SliceFinding, worst: bool) -> Cell:
    first = finding.opinion(lead.key)
    others = [
        _mark_of(findings, opinion)
        for opinion in finding.opinions
        if opinion is not first and opinion.assessed
    ]
    return Cell(finding, finding.index + 1, mark(lead, first), others, worst)


def _mark_of(findings: Findings, opinion: Opinion) -> Mark:
    shown = mark(findings.question(opinion.question), opinion)
    return replace(shown, words=shown.words + findings.told_apart(opinion.question, opinion.by))


def _levels(findings: Findings, cells: list[Cell]) -> list[Level]:
    named = [cell for cell in cells if cell.one.level]
    levels = []
    # Slices of a level lie side by side, so that grouping neighbours gathers all of them.
    for name, group in groupby(named, key=lambda cell: cell.one.level):
        members = list(group)
        peak = max(members, key=lambda cell: findings.severity(cell.one))
        leads = [cell.lead.opinion for cell in members if cell.lead.opinion.assessed]
        known = [opinion.probability for opinion in leads if opinion.probability is not None]
        levels.append(
            Level(
                name,
                ranges([cell.number for cell in members]),
                peak.lead,
                sum(opinion.positive for opinion in leads),
                len(leads),
                max(known, default=None),
                _worst_of_each(cell.others for cell in members),
            )
        )
    return levels


def _worst_of_each(groups: Iterable[list[Mark]]) -> list[Mark]:
    kept: dict[tuple[str, str], Mark] = {}
    for shown in (shown for group in groups for shown in group):
        key = shown.opinion.question, shown.opinion.by
        if key not in kept or (shown.opinion.probability or 0.0) > (
            kept[key].opinion.probability or 0.0
        ):
            kept[key] = shown
    return list(kept.values())
