"""What the answers of one model to its question say of the whole study."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from SpineLib.findings import Findings, QuestionSummary, SliceFinding, StackFindings, severity
from SpineLib.labels import ASSESSED
from SpineLib.models.card import Card, StudyRule
from SpineLib.questions import Opinion, Question
from SpineLib.reasons import RULE_NEEDS, Reason


def sum_up(findings: Findings, cards: Sequence[Card], no_axial: Reason | None) -> None:
    """Puts a summary of each model's answers on slices into findings, and its question.

    Args:
        findings: their slices are answered.
        cards: of the models.
        no_axial: why no slice was looked at, if none was.
    """
    for card in cards:
        summary = summarise(findings.stacks, card)
        if no_axial and not summary.assessed and not summary.reason:
            summary.reason, summary.whys = str(no_axial), [no_axial]
        add_summary(findings, summary, card.asked)


def add_summary(findings: Findings, summary: QuestionSummary, question: Question) -> None:
    """Puts a summary and, once, its question into findings."""
    findings.summaries.append(summary)
    if question.key not in [known.key for known in findings.questions]:
        findings.questions.append(question)


def summarise(
    stacks: Sequence[StackFindings], card: Card, *, alone: bool = True
) -> QuestionSummary:
    """Counts the positive slices, finds the worst one, and applies the card's rule.

    The published rule for compression (Merali et al. 2021, Methods: a patient is abnormal with
    more than one compressed slice) stands on the card, so that another model may have another one.

    Args:
        stacks: all stacks; those without assessed slices do not count.
        card: of the model; it has a question.
        alone: only this model's answers count; else each slice's first answer to the question,
            whoever gave it.
    """
    return summarise_question(
        stacks, card.asked, card.name, card.study_rule, by=card.name if alone else ""
    )


def summarise_question(
    stacks: Sequence[StackFindings],
    question: Question,
    name: str,
    rule: StudyRule | None = None,
    *,
    by: str,
) -> QuestionSummary:
    """The same of whoever answers a question.

    Args:
        stacks: as `summarise`.
        question: which one.
        name: who answered.
        rule: from how many positive slices on the study is abnormal; one slice if None.
        by: whose answers count; of everybody if empty.
    """
    pairs = [(stack, finding) for stack in stacks for finding in stack.slices]
    answers = [opinion for _, f in pairs if (opinion := f.opinion(question.key, by))]
    assessed = [opinion for opinion in answers if opinion.assessed]
    summary = QuestionSummary(question.key, name)
    if not assessed:
        summary.reason = "; ".join(dict.fromkeys(o.reason for o in answers if o.reason))
        # By their sentence: the same reason may have another measure on each slice.
        summary.whys = list({str(o.why): o.why for o in answers if o.why}.values())
        return summary
    summary.status = ASSESSED
    summary.forced = any(opinion.forced for opinion in assessed)
    summary.assessed_slices = len(assessed)
    summary.positive_slices = sum(opinion.positive for opinion in assessed)
    runs = [_longest_run(stack, question, by) for stack in stacks]
    summary.longest_run, millimetres = max(runs)
    summary.longest_run_mm = round(millimetres, 1)
    stack, finding, opinion = _worst(pairs, question, by)
    summary.worst, summary.stack, summary.index = opinion.value, stack.id, finding.index
    _decide(summary, question, rule)
    return summary


def _worst(
    pairs: list[tuple[StackFindings, SliceFinding]], question: Question, by: str
) -> tuple[StackFindings, SliceFinding, Opinion]:
    answered = [
        (severity(question, opinion), stack, finding, opinion)
        for stack, finding in pairs
        if (opinion := finding.opinion(question.key, by)) and opinion.assessed
    ]
    _, stack, finding, opinion = max(answered, key=lambda answer: answer[0])
    return stack, finding, opinion


def _decide(summary: QuestionSummary, question: Question, rule: StudyRule | None) -> None:
    if rule is None and len(question.values) > 2:
        return
    minimum = rule.minimum_compressed_slices if rule else 1
    summary.rule = rule.text if rule else f"any {question.values[1]} slice"
    if summary.assessed_slices < minimum:
        # The rule can never call such a study abnormal, so that "normal" would mean nothing.
        values = {"minimum": minimum, "assessed": summary.assessed_slices}
        summary.whys = [Reason(RULE_NEEDS, values)]
        summary.reason = str(summary.whys[0])
    else:
        summary.verdict = "abnormal" if summary.positive_slices >= minimum else "normal"


def _longest_run(stack: StackFindings, question: Question, by: str) -> tuple[int, float]:
    """Slices and millimetres of the most positive slices in a row."""
    opinions = (finding.opinion(question.key, by) for finding in stack.slices)
    positive = (bool(opinion and opinion.positive) for opinion in opinions)
    run = max((len(list(group)) for hit, group in groupby(positive) if hit), default=0)
    return run, run * (stack.spacing[2] if stack.spacing else 0.0)
