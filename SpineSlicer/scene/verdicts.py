"""Verdicts and grades in the few words that fit beside a slice."""

from __future__ import annotations

from SpineLib.findings import SliceFinding, StackFindings
from SpineLib.labels import ASSESSED, BORDERLINE, COMPRESSED, NOT_ASSESSED, VERDICT_LETTERS


def verdictOf(one: SliceFinding) -> str:
    """The slice's verdict, ``not assessed`` included."""
    if one.compression.status != ASSESSED or one.compression.verdict is None:
        return NOT_ASSESSED
    return one.compression.verdict


def shortText(one: SliceFinding, *, scheme: bool = True) -> str:
    """``C 0.96 · Bilsky 2 (high)``: letter, probability, grade if there is one.

    Args:
        one: the slice.
        scheme: name the grading and its group too; without, ``C 0.96 · 2``.

    Example:
        >>> shortText(SliceFinding(0, "", 1, [0.0, 0.0, 0.0]))
        '– not assessed'
    """
    verdict, graded = verdictOf(one), one.grading.status == ASSESSED
    text = VERDICT_LETTERS[verdict]
    if verdict == NOT_ASSESSED:
        text += f" {NOT_ASSESSED}"
    else:
        text += f" {one.compression.probability:.2f}"
    if not scheme:
        text += f" · {one.grading.grade}" if graded else ""
        return text + _forced(one.compression.forced or (graded and one.grading.forced))
    text += _forced(one.compression.forced)
    if graded:
        grading = one.grading
        text += f" · {grading.scheme} {grading.grade} ({grading.verdict})" + _forced(grading.forced)
    return text


def _forced(forced: bool) -> str:
    # Outside of the model's applicability: said wherever its answer is.
    return " forced" if forced else ""


def runs(stack: StackFindings) -> list[list[SliceFinding]]:
    """The stretches of neighbouring slices that are compressed or borderline."""
    result: list[list[SliceFinding]] = []
    for one in stack.slices:
        if verdictOf(one) not in (COMPRESSED, BORDERLINE):
            continue
        if result and result[-1][-1].index == one.index - 1:
            result[-1].append(one)
        else:
            result.append([one])
    return result


def worst(slices: list[SliceFinding]) -> SliceFinding | None:
    """The slice with the highest probability; None where none was assessed."""
    assessed = [one for one in slices if one.compression.probability is not None]
    return max(assessed, key=lambda one: one.compression.probability or 0.0, default=None)
