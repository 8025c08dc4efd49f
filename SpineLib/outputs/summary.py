"""What the report says, as plain values: the template only arranges them.

The lead question (`Findings.lead`) gives headline, strip and levels; every other question that
was asked stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from SpineLib.findings import (
    Findings,
    QuestionSummary,
    SegmentationFinding,
    SliceFinding,
    StackFindings,
)
from SpineLib.labels import ASSESSED, BORDERLINE, NOT_ASSESSED
from SpineLib.outputs import level_table, level_words
from SpineLib.outputs.grade_set_words import beside
from SpineLib.questions import COMPRESSION, NOT_ASSESSED_LETTER, Opinion, Question
from SpineLib.reasons import sentence
from SpineLib.translation import tr
from SpineLib.wording import count, ranges


@dataclass(frozen=True)
class Headline:
    """The sentence that is read first.

    Attributes:
        text: the sentence.
        detail: the line below it.
        mark: a letter or number that stands large beside it.
        color: ``#RRGGBB`` of the mark; empty where the study was read for something else.
    """

    text: str
    detail: str
    mark: str
    color: str


@dataclass(frozen=True)
class Missing:
    """What was not assessed, where, and why."""

    what: str
    where: str
    reason: str


def headline(findings: Findings) -> Headline:
    """The study in one sentence, never more than its slices say."""
    lead = findings.lead or COMPRESSION
    summary = findings.summary(lead.key)
    if not summary.assessed:
        if findings.segmentation.status == ASSESSED:
            return _segmentation_headline(findings)
        text = tr("{title} was not assessed").format(title=tr(lead.title))
        return Headline(text, why(summary), NOT_ASSESSED_LETTER, lead.color(""))
    if lead.of_levels:
        return _levels_headline(findings, lead, summary)
    parts = _conclusion(summary)
    flagged = _flagged_text(lead, summary)
    by_level = level_words.flagged_at(findings)
    if by_level:
        parts.insert(0, flagged)
        flagged = by_level
    if threshold_line(findings):
        parts.append(threshold_line(findings))
    total = sum(len(stack.slices) for stack in findings.stacks)
    if total > summary.assessed_slices:
        text = tr("{number} of {total} slices not assessed")
        parts.append(text.format(number=total - summary.assessed_slices, total=total))
    if summary.forced:
        parts.append(tr("forced"))
    value = _study_value(lead, summary)
    return Headline(flagged, " · ".join(parts), lead.letter(value), lead.color(value))


def _levels_headline(findings: Findings, lead: Question, summary: QuestionSummary) -> Headline:
    """The narrowest level; what was not assessed of slices stands in `other_lines`."""
    text = tr("Narrowest at {level}: {lower} {value}").format(
        level=summary.level, lower=tr(lead.title.lower()), value=tr(summary.worst)
    )
    sizes = level_table.narrowest_words(findings.quantities, summary.level)
    parts = [sizes] if sizes else []
    parts.append(_of_levels(lead, summary))
    if summary.forced:
        parts.append(tr("forced"))
    return Headline(text, " · ".join(parts), lead.letter(summary.worst), lead.color(summary.worst))


def positive_words(question: Question, tr: Callable[[str], str] = tr) -> str:
    """What is flagged: ``high``, or of a question without sides its values, ``moderate or severe``."""
    values = question.values[question.first_positive :]
    return tr(question.side(True)) or tr(" or ").join(map(tr, values))


def _of_levels(question: Question, summary: QuestionSummary) -> str:
    return tr("{values} at {number} of {total} levels").format(
        values=positive_words(question),
        number=summary.positive_slices,
        total=summary.assessed_slices,
    )


def _flagged_text(lead: Question, summary: QuestionSummary) -> str:
    if lead.sides:
        text = tr("{title}: {side} on {number} of {slices}")
    elif summary.positive_slices:
        text = tr("{title} flagged on {number} of {slices}")
    else:
        text = tr("No {lower} flagged on {slices}")
    return text.format(
        title=tr(lead.title),
        lower=tr(lead.title.lower()),
        side=tr(lead.side(True)),
        number=summary.positive_slices,
        slices=count(summary.assessed_slices, "slice", tr=tr),
    )


def _conclusion(summary: QuestionSummary) -> list[str]:
    parts = []
    if summary.verdict:
        text = tr("Study {verdict} (rule: {rule})")
        parts.append(text.format(verdict=tr(summary.verdict), rule=tr(summary.rule)))
    elif summary.reason:
        parts.append(tr("No verdict on the study: {reason}").format(reason=why(summary)))
    else:
        parts.append(tr("{value} at worst").format(value=tr(summary.worst)))
    if summary.positive_slices:
        parts.append(tr("longest run {mm:.0f} mm").format(mm=summary.longest_run_mm))
    return parts


def threshold_line(findings: Findings, tr: Callable[[str], str] = tr) -> str:
    """That slices were flagged at another threshold than the card's; empty where they were not."""
    for model in findings.models:
        if model.threshold is not None and model.card_threshold is not None:
            text = tr("threshold {threshold:g}, not the card's {card:g}")
            return text.format(threshold=model.threshold, card=model.card_threshold)
    return ""


def _study_value(lead: Question, summary: QuestionSummary) -> str:
    """The value whose letter and colour stand for the study."""
    if not summary.rule:
        return summary.worst
    if summary.verdict == "abnormal":
        return lead.values[-1]
    # Fewer positive slices than the rule asks for: normal by the rule, yet not to be passed by.
    return BORDERLINE if summary.positive_slices else lead.values[0]


def other_lines(findings: Findings) -> list[str]:
    """A line for each summary but the headline's: which side first, the worst value beside it."""
    lead = findings.lead
    shown = findings.summary(lead.key) if lead else None
    return [_line(findings, summary) for summary in findings.summaries if summary is not shown]


def _line(findings: Findings, summary: QuestionSummary) -> str:
    question = findings.question(summary.question)
    name = tr(question.title) if not question.sides else question.key
    name += findings.told_apart(summary.question, summary.by)
    if not summary.assessed:
        return tr("{name}: not assessed – {reason}").format(name=name, reason=why(summary))
    text = tr("{value} at worst").format(value=tr(summary.worst))
    if question.of_levels:
        text = tr("{value} at {level}, the narrowest").format(
            value=tr(summary.worst), level=summary.level
        )
        forced = tr(" (forced)") if summary.forced else ""
        return f"{name}: {text}; {_of_levels(question, summary)}{forced}"
    if question.sides and summary.worst:
        side = tr(question.side(question.is_positive(summary.worst)))
        text = tr("{side} grade, {worst}").format(side=side, worst=text)
    if summary.index is not None:
        text += tr(" on slice {number}").format(number=summary.index + 1)
        if sum(bool(stack.slices) for stack in findings.stacks) > 1:
            text += tr(" of stack {id}").format(id=summary.stack)
    positive = tr(question.side(True) or question.values[-1])
    slices = count(summary.positive_slices, "slice", tr=tr)
    text += tr("; {value} on {slices}").format(value=positive, slices=slices)
    return f"{name}: {text}{tr(' (forced)') if summary.forced else ''}"


def words(question: Question, opinion: Opinion, tr: Callable[[str], str] = tr) -> str:
    """``compressed``, or of a grade its side first: ``high, Bilsky 2``; what else is possible behind it.

    Example:
        >>> words(COMPRESSION, Opinion("compression", value="compressed", forced=True))
        'compressed (forced)'
    """
    if not opinion.assessed:
        return tr(NOT_ASSESSED)
    side, value = tr(question.side(opinion.positive)), tr(opinion.value)
    text = f"{side}, {question.key} {value}" if side else value
    if opinion.grade_set and (possible := beside(opinion, tr)):
        text += f" ({possible})"
    return text + tr(" (forced)") if opinion.forced else text


def why(reasoned: QuestionSummary | Opinion | SegmentationFinding) -> str:
    """Why something was not assessed or had to be forced, in the language that is spoken.

    What has no codes, as findings of version 0.1, keeps its English sentence.
    """
    if isinstance(reasoned, QuestionSummary):
        return "; ".join(map(sentence, reasoned.whys)) or reasoned.reason
    if reasoned.why is None:
        return reasoned.reason
    text = tr("forced: {reason}") if reasoned.forced else "{reason}"
    return text.format(reason=sentence(reasoned.why))


def evidence(segmentation: SegmentationFinding) -> str:
    """Why the levels are known, or why not."""
    why = segmentation.evidence_why
    return segmentation.evidence if why is None else sentence(why)


def missing(findings: Findings) -> list[Missing]:
    """Everything that was not assessed, each reason once."""
    rows = []
    titles = {question.key: tr(question.title) for question in findings.questions}
    for stack in findings.stacks:
        where = tr("stack {id}").format(id=stack.id)
        where += f" ({stack.description or tr(stack.plane)})"
        for key, reason in stack.not_assessed.items():
            # A forced run answered in spite of the reason.
            if not any(_assessed(slice_, key) for slice_ in stack.slices):
                code = stack.not_assessed_why.get(key)
                why_not = sentence(code) if code else reason
                rows.append(Missing(titles.get(key, tr(key.capitalize())), where, why_not))
        for key, title in titles.items():
            if key not in stack.not_assessed:
                rows += _missing_slices(stack, key, title, where)
    for opinion in findings.level_opinions:
        if not opinion.assessed:
            title = titles.get(opinion.question, opinion.question)
            rows.append(Missing(title, opinion.level, why(opinion)))
    if findings.segmentation.status != ASSESSED:
        rows.append(Missing(tr("Segmentation"), tr("study"), why(findings.segmentation)))
    done = {missed.what for missed in rows}
    for summary in findings.summaries:
        title = titles.get(summary.question, summary.question)
        if summary.reason and title not in done:
            rows.append(Missing(title, tr("study"), why(summary)))
    return [missed for missed in rows if missed.reason]


def forced(findings: Findings) -> list[str]:
    """What was answered outside of its model's applicability, in words."""
    titles = {question.key: tr(question.title) for question in findings.questions}
    ran = [titles[s.question] for s in findings.summaries if s.forced]
    return list(dict.fromkeys(ran)) + [tr("segmentation")] * findings.segmentation.forced


def _segmentation_headline(findings: Findings) -> Headline:
    segmentation = findings.segmentation
    vertebrae = [segment for segment in segmentation.segments if segment.kind == "vertebra"]
    text = tr("{number} vertebrae segmented") if len(vertebrae) != 1 else tr("1 vertebra segmented")
    text = text.format(number=len(vertebrae))
    if not segmentation.lowest:
        text += tr(", their levels not known")
    elif vertebrae:
        ends = (max(vertebrae, key=lambda vertebra: vertebra.centroid_ras[2]),
                min(vertebrae, key=lambda vertebra: vertebra.centroid_ras[2]))  # fmt: skip
        text += tr(": {first} to {last}").format(first=ends[0].name, last=ends[1].name)
    lead = findings.lead or COMPRESSION
    detail = tr("{title} was not assessed: {reason}").format(
        title=tr(lead.title), reason=why(findings.summary(lead.key))
    )
    return Headline(text, detail, str(len(vertebrae)), "")


def _assessed(finding: SliceFinding, key: str) -> bool:
    return any(opinion.assessed for opinion in finding.opinions if opinion.question == key)


def _missing_slices(stack: StackFindings, key: str, title: str, where: str) -> list[Missing]:
    silent: dict[str, list[int]] = {}
    for slice_ in stack.slices:
        opinion = slice_.opinion(key)
        if opinion and not opinion.assessed:
            silent.setdefault(why(opinion), []).append(slice_.index + 1)
    return [
        Missing(title, f"{where}, {tr('slices' if len(n) > 1 else 'slice')} {ranges(n)}", reason)
        for reason, n in silent.items()
    ]
