"""What faces say of levels, in words."""

from __future__ import annotations

from SpineLib.findings import Findings
from SpineLib.inference.readers_level import differing
from SpineLib.reasons import SAME_FRAME, Reason, sentence
from SpineLib.translation import tr
from SpineLib.wording import listed


def flagged_levels(findings: Findings) -> list[str]:
    """Levels of the slices that the lead question's answers flag, from the head downward.

    Empty where a flagged slice has no level: a sentence must not leave it out.
    """
    lead = findings.lead
    slices = [
        slice_
        for stack in findings.stacks
        for slice_ in stack.slices
        if lead and (opinion := slice_.opinion(lead.key)) and opinion.positive
    ]
    if not slices or not all(slice_.level for slice_ in slices):
        return []
    slices.sort(key=lambda slice_: -slice_.position_ras[2])
    return list(dict.fromkeys(slice_.level for slice_ in slices))


def flagged_at(findings: Findings) -> str:
    """``Compression flagged at C5/C6 and C6/C7, worst at C5/C6``; empty where levels do not tell all.

    Not of a grade, whose headline says the side.
    """
    lead, at = findings.lead, flagged_levels(findings)
    if not at or lead is None or lead.sides:
        return ""
    summary = findings.summary(lead.key)
    slices = next((s.slices for s in findings.stacks if s.id == summary.stack), [])
    worst = next((slice_.level for slice_ in slices if slice_.index == summary.index), "")
    levels = listed(at, tr(" and "))
    text = tr("{title} flagged at {levels}").format(title=tr(lead.title), levels=levels)
    if len(at) > 1 and worst:
        text += tr(", worst at {level}").format(level=worst)
    return text


def level_lines(findings: Findings) -> list[str]:
    """Where the names of levels come from, what is unusual, and how axial stacks were placed."""
    levels = findings.levels
    lines = [sentence(reason) for reason in (*levels.evidence, *levels.unusual)]
    lines += [sentence(levels.why)] if levels.why else []
    placed = {stack: reason for stack, reason in levels.placed.items() if reason.code != SAME_FRAME}
    return [*lines, *_of_stacks(placed)]


def level_warnings(findings: Findings) -> list[str]:
    """Where localiser and segmentation, or picture and header, do not agree."""
    differs = differing(findings)
    return [*([sentence(differs)] if differs else []), *_of_stacks(findings.levels.regions)]


def _of_stacks(whys: dict[str, Reason]) -> list[str]:
    return [tr("stack {id}").format(id=stack) + ": " + sentence(why) for stack, why in whys.items()]
