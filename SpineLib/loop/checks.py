"""What is wrong with an answer before it is accepted: grid, labels, anatomy, slices left out.

Two structures cannot overlap in a label map: each voxel has one number. Islands, gaps, counts and
sizes are `SpineLib.loop.plausibility`'s, jumps between slices `SpineLib.loop.slice_plausibility`'s.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from SpineLib.datasets.cases import SliceLabel
from SpineLib.labels import is_structure
from SpineLib.loop.images import TOLERANCE_MM
from SpineLib.loop.plausibility import implausible
from SpineLib.loop.problem import Point, Problem, point_of
from SpineLib.loop.slice_plausibility import implausible_slices, slice_place
from SpineLib.questions import COMPRESSION, Question
from SpineLib.volume import Volume


def problems_of(
    image: Volume, answer: Volume | Sequence[SliceLabel], *, question: Question | None = None
) -> list[Problem]:
    """What a person should look at before an answer is accepted.

    Args:
        image: or its grid (`Case.grid`).
        answer: a label map, or labels of slices in the task's own words.
        question: of the slices; None for a label map.
    """
    if isinstance(answer, Volume):
        return _of_map(image, answer)
    return [*_of_slices(image, answer), *implausible_slices(answer, image, question or COMPRESSION)]


def _of_map(image: Volume, labels: Volume) -> list[Problem]:
    if not image.same_grid(labels, tolerance=TOLERANCE_MM):
        return [Problem("The segmentation is not on its image's grid", serious=True)]
    numbers = [int(n) for n in np.unique(labels.voxels) if n]
    if not numbers:
        return [Problem("Nothing is segmented", serious=True)]
    unknown = [
        Problem(f"{number} is not a label of SPIDER", number, _place(labels, number), True)
        for number in numbers
        if not is_structure(number)
    ]
    return unknown or implausible(labels)


def _of_slices(image: Volume, labels: Sequence[SliceLabel]) -> list[Problem]:
    labelled = {label.index for label in labels}
    missing = [k for k in range(image.shape[0]) if k not in labelled]
    if not labelled:
        return [Problem("No slice is labelled", serious=True)]
    if not missing:
        return []
    listed = ", ".join(str(k + 1) for k in missing[:8]) + (" …" if len(missing) > 8 else "")
    noun = "slice has" if len(missing) == 1 else "slices have"
    point = slice_place(image, missing[0])
    return [Problem(f"{len(missing)} {noun} no label: {listed}", None, point)]


def _place(labels: Volume, number: int) -> Point:
    inside = np.argwhere(labels.voxels == number)
    return point_of(labels.ras(inside[len(inside) // 2][::-1]))
