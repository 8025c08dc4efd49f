"""The study's verdict from its slices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from SpineLib.findings import (
    CompressionSummary,
    GradingSummary,
    SliceFinding,
    StackFindings,
)
from SpineLib.labels import ASSESSED, COMPRESSED, NOT_ASSESSED
from SpineLib.models.card import Card


def summarise_compression(stacks: Sequence[StackFindings], card: Card) -> CompressionSummary:
    """Counts the compressed slices and applies the card's rule.

    The published rule (Merali et al. 2021, Methods: a patient is abnormal with more than one
    compressed slice) stands on the card, so that another model may have another one.

    Args:
        stacks: all stacks; those without assessed slices do not count.
        card: of the compression model.
    """
    slices = [one for stack in stacks for one in stack.slices]
    assessed = [one.compression for one in slices if one.compression.status == ASSESSED]
    if not assessed:
        return CompressionSummary(reason=_reason(one.compression.reason for one in slices))
    count = sum(answer.verdict == COMPRESSED for answer in assessed)
    minimum = card.study_rule.minimum_compressed_slices if card.study_rule else 1
    run, millimetres = max(_longest_run(stack) for stack in stacks)
    reason = ""
    if len(assessed) < minimum:
        # The rule can never call such a study abnormal, so that "normal" would mean nothing.
        noun = "slice was" if len(assessed) == 1 else "slices were"
        reason = f"the rule needs at least {minimum} slices, and {len(assessed)} {noun} assessed"
    verdict = "abnormal" if count >= minimum else "normal"
    return CompressionSummary(
        verdict=NOT_ASSESSED if reason else verdict,
        reason=reason,
        rule=card.study_rule.text if card.study_rule else "any compressed slice",
        forced=any(answer.forced for answer in assessed),
        assessed_slices=len(assessed),
        compressed_slices=count,
        longest_run=run,
        longest_run_mm=round(millimetres, 1),
    )


def summarise_grading(stacks: Sequence[StackFindings], card: Card) -> GradingSummary:
    """The worst grade of all slices: the highest grade, of those the surest one.

    Args:
        stacks: all stacks; those without graded slices do not count.
        card: of the grading model; its scheme orders the grades.
    """
    pairs = [(stack, one) for stack in stacks for one in stack.slices]
    graded = [pair for pair in pairs if pair[1].grading.status == ASSESSED]
    name = card.scheme.name if card.scheme else ""
    if not graded or card.scheme is None:
        return GradingSummary(reason=_reason(one.grading.reason for _, one in pairs), scheme=name)
    grades = card.scheme.grades

    def severity(pair: tuple[StackFindings, SliceFinding]) -> tuple[int, float]:
        answer = pair[1].grading
        return grades.index(answer.grade or grades[0]), answer.probabilities[answer.grade or ""]

    stack, worst = max(graded, key=severity)
    return GradingSummary(
        status=ASSESSED,
        forced=any(one.grading.forced for _, one in graded),
        scheme=name,
        highest=worst.grading.grade,
        high_slices=sum(one.grading.verdict == "high" for _, one in graded),
        stack=stack.id,
        index=worst.index,
    )


def _reason(reasons: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(reason for reason in reasons if reason))


def _longest_run(stack: StackFindings) -> tuple[int, float]:
    """Slices and millimetres of the most compressed slices in a row."""
    verdicts = (one.compression.verdict == COMPRESSED for one in stack.slices)
    run = max((len(list(group)) for hit, group in groupby(verdicts) if hit), default=0)
    return run, run * (stack.spacing[2] if stack.spacing else 0.0)
