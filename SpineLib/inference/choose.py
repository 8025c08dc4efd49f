"""Which stacks of a study a task reads, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from SpineLib.dicom.stack import Stack
from SpineLib.models.applicability import check
from SpineLib.models.card import Card
from SpineLib.reasons import NO_STACK, NONE_READABLE, Reason


@dataclass(frozen=True)
class Choice:
    """The stacks that a task reads.

    Attributes:
        stacks: the chosen stacks, all of one series; empty where there is none.
        reason: why these and not others, or why none, in one sentence.
        why: the same where there is none.
    """

    stacks: tuple[Stack, ...]
    reason: str
    why: Reason | None = None


def choose(stacks: Sequence[Stack], plane: str, cards: Sequence[Card]) -> Choice:
    """Chooses the series of a plane that the most models apply to.

    Among equals a T2 weighted series goes before others, one without fat saturation before one
    with it, and the one with more slices first.

    Args:
        stacks: every stack of the study.
        plane: ``axial`` or ``sagittal``.
        cards: the cards of the models that will read it.

    Returns:
        The best series' stacks that can be read and are in this plane, ordered from the highest
        to the lowest one.
    """
    usable = [s for s in stacks if s.plane == plane and not s.problem]
    if not usable:
        broken = [s for s in stacks if s.plane == plane]
        if broken:
            why = Reason(NONE_READABLE, {"plane": plane, "problem": broken[0].problem})
        else:
            why = Reason(NO_STACK, {"plane": plane})
        return Choice((), str(why), why)
    by_uid = sorted(usable, key=lambda s: s.series_instance_uid)
    series = [list(group) for _, group in groupby(by_uid, key=lambda s: s.series_instance_uid)]
    series.sort(key=lambda group: _rank(group, cards), reverse=True)
    best, others = series[0], series[1:]
    reason = _words(best)
    if not others:
        reason += f"; the only {plane} series"
    else:
        reason += "; preferred to " + ", ".join(_words(group) for group in others)
    ordered = sorted(best, key=lambda s: -max(p[2] for p in s.positions))
    return Choice(tuple(ordered), reason)


def _rank(group: list[Stack], cards: Sequence[Card]) -> tuple[int, bool, bool, int]:
    applies = max(sum(not check(card, stack) for card in cards) for stack in group)
    first = group[0]
    slices = sum(s.slices for s in group)
    return applies, first.weighting == "T2", not first.fat_saturated, slices


def _words(group: list[Stack]) -> str:
    first = group[0]
    slices = sum(s.slices for s in group)
    name = "" if first.series_number is None else f"series {first.series_number}: "
    fat = ", fat saturated" if first.fat_saturated else ""
    stacks = f" in {len(group)} stacks" if len(group) > 1 else ""
    weighting = first.weighting if first.weighting != "unknown" else "unknown weighting"
    noun = "slice" if slices == 1 else "slices"
    return f"{name}{first.plane} {weighting}{fat}, {slices} {noun}{stacks}"
