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
    """A series whose stacks are read.

    Attributes:
        stacks: the chosen stacks, all of one series, from the highest to the lowest.
        reason: why this series and not others, in one sentence.
    """

    stacks: tuple[Stack, ...]
    reason: str


@dataclass(frozen=True)
class Choices:
    """What is read of a plane.

    Attributes:
        series: from the best one on; empty where there is none.
        reason, why: why there is none, as a sentence and as code and values; else empty.
    """

    series: tuple[Choice, ...] = ()
    reason: str = ""
    why: Reason | None = None


def choose(
    stacks: Sequence[Stack], plane: str, cards: Sequence[Card], *, most: int | None = None
) -> Choices:
    """Chooses the series of a plane that are read: of each part of the spine the best one.

    A series is better the more models apply to it; among equals a T2 weighted one goes before
    others, one without fat saturation before one with it, and the one with more slices first. A
    series that shows the same part as a better one (a second echo, another weighting) is not
    read, unless it has a model of its own that does not apply to the better one; nor is one that
    no model applies to beside one that a model does. The order of the stacks does not matter.

    Args:
        stacks: every stack of the study.
        plane: ``axial`` or ``sagittal``.
        cards: the cards of the models that will read it.
        most: no more series than this.
    """
    usable = [s for s in stacks if s.plane == plane and not s.problem]
    if not usable:
        broken = [s for s in stacks if s.plane == plane]
        if broken:
            why = Reason(NONE_READABLE, {"plane": plane, "problem": broken[0].problem})
            return Choices(reason=str(why), why=why)
        why = Reason(NO_STACK, {"plane": plane})
        return Choices(reason=str(why), why=why)
    by_uid = sorted(usable, key=lambda s: (s.series_instance_uid, s.id))
    series = [list(group) for _, group in groupby(by_uid, key=lambda s: s.series_instance_uid)]
    series.sort(key=lambda group: _rank(group, cards), reverse=True)
    kept: list[list[Stack]] = []
    passed_over: dict[int, list[list[Stack]]] = {}
    for group in series:
        models = _models(group, cards)
        rival = next(
            (
                n
                for n, other in enumerate(kept)
                if models <= _models(other, cards) and _same_part(group, other)
            ),
            None,
        )
        useful = not kept or bool(models)
        if rival is None and useful and (most is None or len(kept) < most):
            kept.append(group)
        else:
            passed_over.setdefault(rival or 0, []).append(group)
    return Choices(
        tuple(_choice(group, plane, passed_over.get(n, []), kept) for n, group in enumerate(kept))
    )


def _choice(
    group: list[Stack], plane: str, passed_over: list[list[Stack]], kept: list[list[Stack]]
) -> Choice:
    reason = _words(group)
    if passed_over:
        reason += "; preferred to " + ", ".join(_words(other) for other in passed_over)
    elif len(kept) == 1:
        reason += f"; the only {plane} series"
    elif any(_same_part(group, other) for other in kept if other is not group):
        reason += "; beside a series of the same part that other models read"
    else:
        reason += "; beside another part of the spine"
    return Choice(tuple(sorted(group, key=lambda s: -max(p[2] for p in s.positions))), reason)


def _same_part(group: list[Stack], other: list[Stack]) -> bool:
    """Whether at least half of the smaller series' slices lie at heights of the other one's.

    Only along the body's long axis: two series may look at fields of other sizes.
    """
    small, large = sorted((group, other), key=lambda stacks: sum(s.slices for s in stacks))
    reach = max(stack.spacing[2] for stack in large)
    heights = [position[2] for stack in large for position in stack.positions]
    places = [position[2] for stack in small for position in stack.positions]
    near = sum(any(abs(place - z) <= reach for z in heights) for place in places)
    return 2 * near >= len(places)


def _models(group: list[Stack], cards: Sequence[Card]) -> frozenset[int]:
    """Numbers of the cards that apply to at least one stack."""
    return frozenset(
        n for n, card in enumerate(cards) if any(not check(card, stack) for stack in group)
    )


def _rank(group: list[Stack], cards: Sequence[Card]) -> tuple[int, bool, bool, int]:
    first = group[0]
    slices = sum(s.slices for s in group)
    return len(_models(group, cards)), first.weighting == "T2", not first.fat_saturated, slices


def _words(group: list[Stack]) -> str:
    first = group[0]
    slices = sum(s.slices for s in group)
    name = "" if first.series_number is None else f"series {first.series_number}: "
    fat = ", fat saturated" if first.fat_saturated else ""
    stacks = f" in {len(group)} stacks" if len(group) > 1 else ""
    weighting = first.weighting if first.weighting != "unknown" else "unknown weighting"
    noun = "slice" if slices == 1 else "slices"
    return f"{name}{first.plane} {weighting}{fat}, {slices} {noun}{stacks}"
