"""Answers in the few words that fit beside a slice; the lead question's first."""

from __future__ import annotations

from SpineLib.findings import Findings, SliceFinding, StackFindings
from SpineLib.labels import BORDERLINE, NOT_ASSESSED
from SpineLib.outputs.contradiction_words import MARK, contradictions_on
from SpineLib.outputs.grade_set_words import beside
from SpineLib.questions import NOT_ASSESSED_LETTER, Opinion, Question
from SpineLib.translation import tr as _

# Characters; a longer label leaves a report's small picture, in whose middle it begins (by hand).
LABEL_LENGTH = 26


def leadValue(findings: Findings, slice_: SliceFinding) -> str:
    """The slice's answer to the lead question; empty where it was not assessed."""
    opinion = slice_.opinion(findings.lead.key) if findings.lead else None
    return opinion.value if opinion else ""


def shownValues(question: Question) -> list[str]:
    """All that a slice can be shown with, from mild to severe; empty, for not assessed, last."""
    values = [*question.values]
    if question.borderline:
        values.insert(question.first_positive, BORDERLINE)
    return [*values, ""]


def shortText(findings: Findings, slice_: SliceFinding, *, scheme: bool = True) -> str:
    """``C 0.96 · Bilsky 2 (high, 1c or 2)``: letter and probability, then what other questions answered.

    A ``≠`` at the end says that two answers contradict each other.

    Args:
        findings: whose questions were asked.
        slice_: the slice.
        scheme: name the other questions and their side too; without, ``C 0.96 · 2``.

    Example:
        >>> shortText(Findings(), SliceFinding(0, "", 1, [0.0, 0.0, 0.0]))
        '– not assessed'
    """
    lead = findings.lead
    opinion = slice_.opinion(lead.key) if lead else None
    if lead is None or opinion is None or not opinion.assessed:
        text = f"{NOT_ASSESSED_LETTER} {_(NOT_ASSESSED)}"
    else:
        text = f"{lead.letter(opinion.value)} {opinion.probability:.2f}"
        text += f" {beside(opinion)}".rstrip() if scheme and opinion.grade_set else ""
    others = [o for o in slice_.opinions if o is not opinion and o.assessed]
    if not scheme:
        text += "".join(f" · {_letter(findings, other)}" for other in others)
        return text + _forced(any(o.forced for o in (opinion, *others) if o is not None))
    text += _forced(opinion is not None and opinion.forced)
    for other in others:
        text += f" · {_words(findings.question(other.question), other)}{_forced(other.forced)}"
    return text + f" {MARK}" * bool(contradictions_on(findings, slice_))


def labelText(findings: Findings, slice_: SliceFinding) -> str:
    """Level and `shortText` as a view shows them: what is long stands one below the other."""
    text = withLevel(slice_, shortText(findings, slice_))
    return text.replace(" · ", "\n") if len(text) > LABEL_LENGTH else text


def withLevel(slice_: SliceFinding, text: str) -> str:
    """``C5/C6 · C 0.96``: the slice's level before what was said of it, where it is known."""
    return f"{slice_.level} · {text}" if slice_.level else text


def _letter(findings: Findings, opinion: Opinion) -> str:
    return findings.question(opinion.question).letter(opinion.value)


def _words(question: Question, opinion: Opinion) -> str:
    side, value = _(question.side(opinion.positive)), _(opinion.value)
    inside = ", ".join(filter(None, (side, beside(opinion) if opinion.grade_set else "")))
    text = f"{question.key} {value}" if side else value
    return f"{text} ({inside})" if inside else text


def _forced(forced: bool) -> str:
    # Outside of the model's applicability: said wherever its answer is.
    return " " + _("forced") if forced else ""


def runs(stack: StackFindings) -> list[list[SliceFinding]]:
    """The stretches of neighbouring slices on which a model flags anything."""
    result: list[list[SliceFinding]] = []
    for slice_ in stack.slices:
        if not slice_.flagged:
            continue
        if result and result[-1][-1].index == slice_.index - 1:
            result[-1].append(slice_)
        else:
            result.append([slice_])
    return result


def worst(findings: Findings, slices: list[SliceFinding]) -> SliceFinding | None:
    """The slice with the worst answer; None where none was assessed."""
    assessed = [slice_ for slice_ in slices if any(opinion.assessed for opinion in slice_.opinions)]
    return max(assessed, key=findings.severity, default=None)
