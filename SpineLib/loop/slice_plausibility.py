"""What is very rare in the labels of a stack's slices: one that flips, grades that jump."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from SpineLib.datasets.cases import SliceLabel
from SpineLib.datasets.vocabulary import COMPRESSION_VALUES
from SpineLib.loop.problem import Point, Problem, point_of
from SpineLib.questions import Opinion, Question
from SpineLib.reasons import STACK_UNLIKE, STRANGER, Reason
from SpineLib.volume import Volume

# Grades between neighbouring slices: more than this is a jump.
MOST_STEPS = 2
# One slice that differs so much from both of its neighbours is a flip.
LEAST_STEPS = 2
# What narrows a canal is seldom less than this from head to foot, mm (by hand: about a disc with its
# rims). Farther apart, neighbouring slices may well say anything.
LEAST_LESION = 8.0


def implausible_slices(
    labels: Sequence[SliceLabel], grid: Volume, question: Question
) -> list[Problem]:
    """Looks through the labels of neighbouring slices.

    - One slice that is `LEAST_STEPS` or more worse than both of its neighbours, or better, where
      the three lie within `LEAST_LESION` mm. Better is serious: in simulated truths a lesion may
      show on one slice alone, but none has a hole.
    - Grades that differ by more than `MOST_STEPS` from one slice to the next, half as far away at
      most: serious.

    Args:
        labels: one a slice; slices without a label are no neighbours.
        grid: of the image; its frames are not needed.
        question: what the labels answer.

    Returns:
        In the order of the slices.
    """
    scale = question.values if question.sides else COMPRESSION_VALUES
    ranks = {label.index: scale.index(label.value) for label in labels}
    ordered = sorted(ranks)
    if 2 * float(grid.spacing[2]) > LEAST_LESION:
        return []
    by_slice = [*_flips(ranks, ordered, scale, grid)]
    if question.sides:
        by_slice += _jumps(ranks, ordered, scale, grid)
    return [problem for _, problem in sorted(by_slice, key=lambda pair: pair[0])]


def unlike_slices(answers: Mapping[int, Opinion], grid: Volume) -> list[Problem]:
    """The slices that are unlike what the model knows: a label there teaches it most.

    Of a stack that is unlike as a whole, one serious problem at its middle.

    Args:
        answers: slice index → the model's answer, forced where it would be withheld.
        grid: of the image.
    """
    odd = {k: answer.why for k, answer in answers.items() if answer.forced and answer.why}
    if any(why.code in (STACK_UNLIKE, STRANGER) for why in odd.values()):
        middle = sorted(odd)[len(odd) // 2]
        return [Problem(_sentence(odd[middle]), None, slice_place(grid, middle), True)]
    return [
        Problem(f"Slice {k + 1} is {why}", None, slice_place(grid, k))
        for k, why in sorted(odd.items())
    ]


def _sentence(why: Reason) -> str:
    text = str(why)
    return text[0].upper() + text[1:]


def _flips(
    ranks: dict[int, int], ordered: Sequence[int], scale: Sequence[str], grid: Volume
) -> Iterator[tuple[int, Problem]]:
    for k in ordered:
        before, after = ranks.get(k - 1), ranks.get(k + 1)
        if before is None or after is None:
            continue
        less = min(before, after) - ranks[k] >= LEAST_STEPS
        if less or ranks[k] - max(before, after) >= LEAST_STEPS:
            yield k, Problem(
                f"Slice {k + 1} alone is {scale[ranks[k]]}, its neighbours are {scale[before]} and "
                f"{scale[after]}",
                None, slice_place(grid, k), less,
            )  # fmt: skip


def _jumps(
    ranks: dict[int, int], ordered: Sequence[int], scale: Sequence[str], grid: Volume
) -> Iterator[tuple[int, Problem]]:
    for a, b in pairwise(ordered):
        if b == a + 1 and abs(ranks[b] - ranks[a]) > MOST_STEPS:
            yield b, Problem(
                f"From slice {a + 1} to {b + 1} the grade jumps from {scale[ranks[a]]} to "
                f"{scale[ranks[b]]}",
                None, slice_place(grid, b), True,
            )  # fmt: skip


def slice_place(grid: Volume, k: int) -> Point:
    return point_of(grid.slice_center(k))
