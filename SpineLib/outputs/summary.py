"""What the report says, as plain values: the template only arranges them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from SpineLib.findings import Findings, SliceFinding, StackFindings
from SpineLib.labels import (
    ASSESSED,
    BORDERLINE,
    COMPRESSED,
    NOT_ASSESSED,
    NOT_COMPRESSED,
    SCHEMES,
    VERDICT_COLORS,
    VERDICT_LETTERS,
)

# Worst first: the order in which a level's verdict is chosen among its slices'.
_SEVERITY = (COMPRESSED, BORDERLINE, NOT_COMPRESSED, NOT_ASSESSED)


@dataclass(frozen=True)
class Headline:
    """The sentence that is read first.

    Attributes:
        text: the sentence.
        detail: the line below it.
        mark: a letter or number that stands large beside it.
        verdict: what colours the mark; empty where the study was read for something else.
    """

    text: str
    detail: str
    mark: str
    verdict: str


@dataclass(frozen=True)
class Cell:
    """One slice in the strip and in the tables; ``number`` counts from 1."""

    one: SliceFinding
    number: int
    verdict: str
    letter: str
    color: str
    grade_color: str
    worst: bool


@dataclass(frozen=True)
class Level:
    """The slices of one vertebral level of a stack together."""

    name: str
    slices: str
    verdict: str
    letter: str
    color: str
    flagged: int
    assessed: int
    probability: float | None
    grade: str


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


@dataclass(frozen=True)
class Missing:
    """What was not assessed, where, and why."""

    what: str
    where: str
    reason: str


def headline(findings: Findings) -> Headline:
    """The study in one sentence, never more than its slices say."""
    summary = findings.compression
    if not summary.assessed_slices:
        if findings.segmentation.status == ASSESSED:
            return _segmentation_headline(findings)
        text = "Cord compression was not assessed"
        return Headline(text, summary.reason, VERDICT_LETTERS[NOT_ASSESSED], NOT_ASSESSED)
    number, assessed = summary.compressed_slices, summary.assessed_slices
    total = sum(len(stack.slices) for stack in findings.stacks)
    text = f"{'Compression' if number else 'No compression'} flagged on "
    text += f"{number} of {assessed} slices" if number else f"{assessed} slices"
    if summary.verdict == NOT_ASSESSED:
        parts = [f"No verdict on the study: {summary.reason}"]
    else:
        parts = [f"Study {summary.verdict} (rule: {summary.rule})"]
    if number:
        parts.append(f"longest run {summary.longest_run_mm:.0f} mm")
    if total > assessed:
        parts.append(f"{total - assessed} of {total} slices not assessed")
    verdict = COMPRESSED if summary.verdict == "abnormal" else NOT_COMPRESSED
    if number and verdict == NOT_COMPRESSED:
        # Fewer flagged slices than the rule asks for: normal by the rule, yet not to be passed by.
        verdict = BORDERLINE
    return Headline(text, " · ".join(parts), VERDICT_LETTERS[verdict], verdict)


def grading_line(findings: Findings) -> str:
    """The study's grade in one line: low or high first, the grade beside it."""
    summary = findings.grading
    if summary.status != ASSESSED or summary.highest is None:
        return f"{summary.scheme}: not assessed – {summary.reason}"
    scheme = SCHEMES.get(summary.scheme)
    group = ""
    if scheme is not None and summary.highest in scheme.grades:
        group = "high grade, " if scheme.is_high(summary.highest) else "low grade, "
    place = "" if summary.index is None else f" on slice {summary.index + 1}"
    if place and sum(bool(stack.slices) for stack in findings.stacks) > 1:
        place += f" of stack {summary.stack}"
    slices = "slice" if summary.high_slices == 1 else "slices"
    text = f"{summary.scheme}: {group}{summary.highest} at worst{place}"
    return f"{text}; high on {summary.high_slices} {slices}{' (forced)' if summary.forced else ''}"


def strips(findings: Findings) -> list[Strip]:
    """The stacks that were read slice by slice, from the head downward."""
    read = [stack for stack in findings.stacks if stack.slices]
    read.sort(key=lambda stack: -max(one.position_ras[2] for one in stack.slices))
    assessed = [
        one for stack in read for one in stack.slices if one.compression.probability is not None
    ]
    peak = max(assessed, key=lambda one: one.compression.probability or 0.0, default=None)
    return [_strip(stack, peak) for stack in read]


def worst(strips: list[Strip]) -> tuple[StackFindings | None, Cell | None]:
    """The stack and slice with the highest probability of all; None twice where there is none."""
    for strip in strips:
        for cell in strip.cells:
            if cell.worst:
                return strip.stack, cell
    return None, None


def verdict_of(one: SliceFinding) -> str:
    """The slice's verdict, ``not assessed`` included."""
    if one.compression.status != ASSESSED or one.compression.verdict is None:
        return NOT_ASSESSED
    return one.compression.verdict


def missing(findings: Findings) -> list[Missing]:
    """Everything that was not assessed, each reason once."""
    rows = []
    for stack in findings.stacks:
        where = f"stack {stack.id} ({stack.description or stack.plane})"
        for task, reason in stack.not_assessed.items():
            # A forced run answered in spite of the reason.
            if not any(_assessed(one, task) for one in stack.slices):
                rows.append(Missing(task.capitalize(), where, reason))
        for task in ("compression", "grading"):
            if task not in stack.not_assessed:
                rows += _missing_slices(stack, task, where)
    if findings.segmentation.status != ASSESSED:
        rows.append(Missing("Segmentation", "study", findings.segmentation.reason))
    for task in ("compression", "grading"):
        summary = getattr(findings, task)
        answered = any(row.what.lower() == task for row in rows)
        if summary.reason and not answered:
            rows.append(Missing(task.capitalize(), "study", summary.reason))
    return [row for row in rows if row.reason]


def forced(findings: Findings) -> list[str]:
    """The tasks that ran outside of their model's applicability."""
    tasks = ("compression", "grading", "segmentation")
    return [task for task in tasks if getattr(findings, task).forced]


def ranges(numbers: list[int]) -> str:
    """Slice numbers as a person writes them.

    Example:
        >>> ranges([1, 2, 3, 7, 9, 10])
        '1–3, 7, 9–10'
    """
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _segmentation_headline(findings: Findings) -> Headline:
    segmentation = findings.segmentation
    vertebrae = [one for one in segmentation.segments if one.kind == "vertebra"]
    text = f"{len(vertebrae)} vertebrae segmented"
    if not segmentation.lowest:
        text += ", their levels not known"
    elif vertebrae:
        ends = (max(vertebrae, key=lambda one: one.centroid_ras[2]),
                min(vertebrae, key=lambda one: one.centroid_ras[2]))  # fmt: skip
        text += f": {ends[0].name} to {ends[1].name}"
    detail = f"Cord compression was not assessed: {findings.compression.reason}"
    return Headline(text, detail, str(len(vertebrae)), "")


def _assessed(one: SliceFinding, task: str) -> bool:
    answer = getattr(one, task, None)
    return answer is not None and answer.status == ASSESSED


def _strip(stack: StackFindings, peak: SliceFinding | None) -> Strip:
    cells = [_cell(one, one is peak) for one in stack.slices]
    rise = stack.slices[-1].position_ras[2] - stack.slices[0].position_ras[2]
    ends = ("feet", "head") if rise > 0 else ("head", "feet")
    return Strip(
        stack,
        cells,
        _levels(cells if rise <= 0 else cells[::-1]),
        *(ends if abs(rise) > 1.0 else ("", "")),
    )


def _cell(one: SliceFinding, worst: bool) -> Cell:
    verdict = verdict_of(one)
    scheme = SCHEMES.get(one.grading.scheme)
    grade = one.grading.grade
    known = scheme is not None and grade in scheme.grades and one.grading.status == ASSESSED
    return Cell(
        one,
        one.index + 1,
        verdict,
        VERDICT_LETTERS[verdict],
        VERDICT_COLORS[verdict],
        scheme.color(grade) if known and scheme is not None and grade is not None else "",
        worst,
    )


def _levels(cells: list[Cell]) -> list[Level]:
    named = [cell for cell in cells if cell.one.level]
    levels = []
    # Slices of a level lie side by side, so that grouping neighbours gathers all of them.
    for name, group in groupby(named, key=lambda cell: cell.one.level):
        members = list(group)
        peak = min(members, key=lambda cell: _SEVERITY.index(cell.verdict))
        probabilities = [m.one.compression.probability for m in members]
        known = [p for p in probabilities if p is not None]
        graded = [m.one.grading for m in members if m.one.grading.status == ASSESSED]
        top = max(graded, key=lambda grading: grading.high_probability or 0.0, default=None)
        levels.append(
            Level(
                name,
                ranges([m.number for m in members]),
                peak.verdict,
                peak.letter,
                peak.color,
                sum(m.verdict == COMPRESSED for m in members),
                len(known),
                max(known, default=None),
                "" if top is None else f"{top.verdict}, {top.scheme} {top.grade}",
            )
        )
    return levels


def _missing_slices(stack: StackFindings, task: str, where: str) -> list[Missing]:
    silent: dict[str, list[int]] = {}
    for one in stack.slices:
        answer = getattr(one, task)
        if answer.status != ASSESSED:
            silent.setdefault(answer.reason, []).append(one.index + 1)
    return [
        Missing(
            task.capitalize(),
            f"{where}, slice{'s' if len(numbers) > 1 else ''} {ranges(numbers)}",
            reason,
        )
        for reason, numbers in silent.items()
    ]
