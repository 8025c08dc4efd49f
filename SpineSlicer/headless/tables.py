"""A reading as the few tables and sentences that the terminal shows."""

from __future__ import annotations

from collections.abc import Iterator

from SpineLib.findings import Column, Findings, QuestionSummary, SliceFinding
from SpineLib.labels import ASSESSED, NOT_ASSESSED
from SpineLib.outputs.contradiction_words import contradiction_line
from SpineLib.outputs.grade_set_words import beside, promise_lines, set_lines
from SpineLib.outputs.quantity_words import narrowest_lines
from SpineLib.outputs.summary import threshold_line
from SpineLib.questions import Opinion, Question
from SpineLib.reasons import NOT_SAID, UNLIKE_CODES
from SpineLib.wording import count


def slice_columns(findings: Findings) -> tuple[str, ...]:
    """Slice, level, and answer and P(positive) of each question and model that answered."""
    columns = ["slice", "level"]
    for question, _by, title in _shown(findings):
        columns += [title, f"P({question.side(True) or question.values[-1]})"]
    return tuple(columns)


def slice_rows(findings: Findings) -> list[tuple[str, ...]]:
    """A row a slice, columns `slice_columns`; slices count from 1, as viewers show them."""
    several = len([stack for stack in findings.stacks if stack.slices]) > 1
    return [
        (
            f"{stack.id} · {slice_.index + 1}" if several else str(slice_.index + 1),
            slice_.level or "–",
            *_answers(findings, slice_),
        )
        for stack in findings.stacks
        for slice_ in stack.slices
    ]


def _shown(findings: Findings) -> list[Column]:
    """What was answered; everything where nothing was."""
    every = findings.columns
    return [c for c in every if findings.summary(c.question.key, c.by).assessed] or every


def _answers(findings: Findings, slice_: SliceFinding) -> Iterator[str]:
    for question, by, _title in _shown(findings):
        yield from opinion_cells(question, slice_.opinion(question.key, by))


def opinion_cells(question: Question, opinion: Opinion | None) -> tuple[str, str]:
    """The answer, with what else is possible, and P(positive)."""
    if opinion is None or not opinion.assessed or opinion.probability is None:
        return NOT_ASSESSED, "–"
    text = f"{question.key} {opinion.value}" if question.sides else opinion.value
    possible = beside(opinion, str)
    text += f" ({possible})" if possible else ""
    return text + (" (forced)" if opinion.forced else ""), f"{opinion.probability:.2f}"


def sentences(findings: Findings) -> Iterator[str]:
    """What was concluded and what was not assessed, one sentence each, the verdict first."""
    for summary in findings.summaries:
        apart = findings.told_apart(summary.question, summary.by)
        yield _sentence(findings.question(summary.question), summary, apart)
    if threshold := threshold_line(findings, str):
        yield f"Flagged at the {threshold}"
    yield from set_lines(findings, str)
    yield from promise_lines(findings, str)
    if against := contradiction_line(findings):
        yield against
    yield from narrowest_lines(findings)
    segmentation = findings.segmentation
    if segmentation.status != ASSESSED:
        yield f"Segmentation: not assessed: {segmentation.reason}"
    else:
        names = ", ".join(segment.name for segment in segmentation.segments)
        yield f"Segmentation: {names} ({segmentation.evidence})"
    yield from _choices(findings)
    if options := options_to_say(findings):
        yield f"Not known of a stack; set it with {options}"


def options_to_say(findings: Findings) -> str:
    """The options with which a person says what the images could not."""
    whys = [why for stack in findings.stacks for why in stack.not_assessed_why.values()]
    words = dict.fromkeys(why.values["word"] for why in whys if why.code == NOT_SAID)
    return " and ".join(f"--{word}" for word in words)


def _sentence(question: Question, summary: QuestionSummary, apart: str) -> str:
    name = (question.key if question.sides else question.title) + apart
    if not summary.assessed:
        return f"{name}: not assessed: {summary.reason}{forcible(summary)}"
    if question.of_levels:
        tally = f"{summary.positive_slices} of {count(summary.assessed_slices, 'level')}"
        flagged = " or ".join(question.values[question.first_positive :])
        return f"{name}: narrowest at {summary.level}, {summary.worst} ({tally} {flagged})"
    positive = question.side(True) or question.values[-1]
    slices = count(summary.assessed_slices, "slice")
    tally = f"{summary.positive_slices} of {slices} {positive}"
    if summary.positive_slices:
        tally += f", longest run {summary.longest_run_mm:.0f} mm"
    if not summary.rule:
        return f"{name}: {summary.worst} at worst ({tally})"
    verdict = summary.verdict or f"no verdict on the study: {summary.reason}"
    return f"{name}: {verdict} ({tally}; rule: {summary.rule})"


def forcible(summary: QuestionSummary) -> str:
    """What helps where every slice is unlike what the model knows; empty elsewhere."""
    unlike = any(why.code in UNLIKE_CODES for why in summary.whys)
    return " (answer it anyway with --force)" * (unlike and not summary.assessed)


def _choices(findings: Findings) -> Iterator[str]:
    titles = {question.key: question.title for question in findings.questions}
    for stack in findings.stacks:
        if stack.chosen_for:
            read_for = " and ".join(titles.get(key, key) for key in stack.chosen_for)
            yield f"Stack {stack.id} for {read_for}: {stack.choice_reason}"
    yield from findings.warnings
    if findings.notice:
        yield findings.notice


def nothing_assessed(findings: Findings) -> str:
    """Why not one model answered; empty where one did."""
    if findings.answered:
        return ""
    reasons = [summary.reason + forcible(summary) for summary in findings.summaries]
    reasons.append(findings.segmentation.reason)
    return "; ".join(dict.fromkeys(reason for reason in reasons if reason))
