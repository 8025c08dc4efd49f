"""Where answers to several questions contradict each other, in words."""

from __future__ import annotations

from SpineLib.contradictions import contradictions
from SpineLib.findings import Findings, SliceFinding, StackFindings
from SpineLib.reasons import Reason, sentence
from SpineLib.translation import tr
from SpineLib.wording import count, ranges

MARK = "≠"


def contradictions_on(findings: Findings, finding: SliceFinding) -> list[Reason]:
    """Each pair of a slice's answers that cannot both be true."""
    return contradictions(finding.opinions, {q.key: q for q in findings.questions})


def contradiction_text(findings: Findings, finding: SliceFinding) -> str:
    """The sentences of a slice; empty where nothing contradicts."""
    return "; ".join(map(sentence, contradictions_on(findings, finding)))


def contradictions_by_slice(findings: Findings) -> dict[tuple[str, int], str]:
    """Id of the stack and index of the slice → `contradiction_text`, where there is one."""
    return {
        (stack.id, finding.index): text
        for stack in findings.stacks
        for finding in stack.slices
        if (text := contradiction_text(findings, finding))
    }


def contradiction_line(findings: Findings) -> str:
    """``Answers contradict each other on 2 slices (7–8)``; empty where none do."""
    stacks = [(stack, _numbers(findings, stack)) for stack in findings.stacks]
    contradicting = [(stack, numbers) for stack, numbers in stacks if numbers]
    if not contradicting:
        return ""
    several = sum(bool(stack.slices) for stack in findings.stacks) > 1
    where = "; ".join(
        (tr("stack {id}").format(id=stack.id) + ": " if several else "") + ranges(numbers)
        for stack, numbers in contradicting
    )
    slices = count(sum(len(numbers) for _, numbers in contradicting), "slice", tr=tr)
    return tr("Answers contradict each other on {slices} ({where})").format(
        slices=slices, where=where
    )


def _numbers(findings: Findings, stack: StackFindings) -> list[int]:
    return [slice_.index + 1 for slice_ in stack.slices if contradictions_on(findings, slice_)]
