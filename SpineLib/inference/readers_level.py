"""A reader's "this one is C5/C6" on any slice: every vertebra and slice of the study is named anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineLib import reasons
from SpineLib.errors import BadInput
from SpineLib.findings import Findings
from SpineLib.inference.level_names import named_by_reader, sequence
from SpineLib.inference.localising import chain_in, told
from SpineLib.inference.lumbar import rename_levels
from SpineLib.inference.spine_levels import SpineLevels, crossing, region_of_name
from SpineLib.inference.study_levels import (
    difference,
    follow_segmentation,
    name_again,
    with_names_of,
)
from SpineLib.labels import ASSESSED
from SpineLib.levels import LevelsFinding
from SpineLib.reasons import Reason
from SpineLib.translation import tr

# A place that is as near to a slice's plane was said of that slice: places are kept to 0.01 mm.
_SAME_SLICE_MM = 0.1


@dataclass(frozen=True)
class LevelWord:
    """What a reader said of one place.

    Attributes:
        name: ``C5`` or ``C5/C6``.
        place: where, RAS mm in the space of the sagittal series; see `place_on`.
        thoracic, lumbar: how many of these vertebrae there are.
    """

    name: str
    place: Sequence[float]
    thoracic: int = 12
    lumbar: int = 5

    @property
    def why(self) -> Reason:
        """The evidence of every name that follows from it."""
        values = {"name": self.name, "thoracic": self.thoracic, "lumbar": self.lumbar}
        return Reason(reasons.READER_LEVEL, values)


def level_choices(thoracic: int = 12, lumbar: int = 5) -> list[str]:
    """Every vertebra and disc that a reader can say, from above to below.

    Example:
        >>> level_choices()[:4]
        ['C1', 'C2', 'C2/C3', 'C3']
    """
    names = sequence(thoracic, lumbar)
    discs = {upper: f"{upper}/{lower}" for upper, lower in pairwise(names) if upper != "C1"}
    return [name for one in names for name in (one, discs.get(one, "")) if name]


def place_on(findings: Findings, stack_id: str, point: ArrayLike) -> list[float]:
    """What a reader means who points at a slice: of an axial one where it crosses the canal.

    Args:
        findings: with the vertebrae that the sagittal series show.
        stack_id: the slice's stack.
        point: any place of the slice, RAS mm as the stack was read.

    Returns:
        RAS mm in the space of the sagittal series.

    Raises:
        BadInput: no sagittal series shows vertebrae, the stack does not lie in their space, or the
            slice does not meet the spine that they show.
    """
    levels, stack = findings.levels, findings.stack(stack_id)
    if levels.status != ASSESSED:
        raise BadInput(
            tr(
                "No vertebrae were found on a sagittal series, so that the others cannot be counted"
            ),
            advice=tr("Read the study with a model for levels."),
        )
    shift = shift_to_levels(findings, stack_id)
    if shift is None:
        raise BadInput(
            tr("Stack {id} does not lie where the sagittal series do, so that its slices have no "
               "level").format(id=stack_id),
            advice=tr("Name the level on another stack."),
        )  # fmt: skip
    place: NDArray[np.float64] | None = np.add(point, shift)
    if stack.plane == "axial":
        axes = np.array(stack.ijk_to_ras)[:3]
        assert place is not None
        place = crossing(np.array(levels.course), place, np.cross(axes[:, 0], axes[:, 1]))
    if place is None or SpineLevels(levels).near(place).vertebra < 0:
        raise BadInput(tr("No vertebra was seen here on the sagittal series"),
                       advice=tr("Name a level that they show."))  # fmt: skip
    return [round(float(x), 2) for x in place]


def name_by(findings: Findings, word: LevelWord) -> None:
    """Names every vertebra, every slice, and the segmentation's structures by a reader's word.

    Args:
        findings: changed in place, or not at all.
        word: what the reader said.

    Raises:
        BadInput: no vertebra was seen there, or it cannot be called so.
    """
    levels, segmentation = findings.levels, findings.segmentation
    chain, differed = chain_in(levels), differing(findings)
    upper, index = _vertebra(levels, word)
    naming = named_by_reader(chain, index, upper, thoracic=word.thoracic, lumbar=word.lumbar)
    naming.evidence[:] = [word.why]
    renamed = told(chain, naming)
    levels.vertebrae, levels.evidence = renamed.vertebrae, renamed.evidence
    levels.unusual = renamed.unusual
    name_again(findings)
    _name_here(findings, word)
    if (
        segmentation.status == ASSESSED
        and shift_to_levels(findings, segmentation.stack) is not None
    ):
        findings.segmentation = with_names_of(levels, segmentation, word.why)
        rename_levels(findings, segmentation)
    differs = differing(findings)
    kept = [
        warning for warning in findings.warnings if warning not in (str(differed), str(differs))
    ]
    findings.warnings = [*kept, str(differs)] if differs else kept


def name_without(findings: Findings) -> None:
    """The names of the picture, or of a reader's word on the segmentation, once more."""
    follow_segmentation(findings)


def differing(findings: Findings) -> Reason | None:
    """That localiser and segmentation do not agree on a name; None where they do."""
    levels, segmentation = findings.levels, findings.segmentation
    if levels.status != ASSESSED or segmentation.status != ASSESSED:
        return None
    same = shift_to_levels(findings, segmentation.stack) is not None
    return difference(levels, segmentation) if same else None


def _name_here(findings: Findings, word: LevelWord) -> None:
    """The slices through the place bear the reader's own word, whatever the picture shows beside it."""
    for stack in findings.stacks:
        shift = shift_to_levels(findings, stack.id)
        if shift is None or stack.plane != "axial" or not stack.ijk_to_ras:
            continue
        axes = np.array(stack.ijk_to_ras)[:3]
        normal = np.cross(axes[:, 0], axes[:, 1])
        for slice_ in stack.slices:
            away = np.subtract(word.place, np.add(slice_.position_ras, shift)) @ normal
            if abs(away) <= _SAME_SLICE_MM * np.linalg.norm(normal):
                slice_.level, slice_.region = word.name, region_of_name(word.name)


def shift_to_levels(findings: Findings, stack_id: str) -> NDArray[np.float64] | None:
    """What brings a stack's places into the space of the levels, mm; None where nothing does."""
    levels, frames = findings.levels, {s.id: s.frame_of_reference_uid for s in findings.stacks}
    placed = levels.placed.get(stack_id)
    if placed is not None and placed.code == reasons.OFF_COURSE:
        return None
    if placed is not None:
        return np.array(levels.shifts.get(stack_id, [0.0, 0.0, 0.0]))
    same = {frames.get(stack, "") for stack in levels.stacks} - {""}
    return np.zeros(3) if stack_id in levels.stacks or frames.get(stack_id) in same else None


def _vertebra(levels: LevelsFinding, word: LevelWord) -> tuple[str, int]:
    """The vertebra that a word names, and its place in the chain: the nearest, or above the nearest disc."""
    upper, _, lower = word.name.partition("/")
    if word.name not in level_choices(word.thoracic, word.lumbar):
        raise BadInput(tr("{name} is no level of such a spine").format(name=word.name),
                       advice=tr("Say for example C5, C5/C6 or L5/S1."))  # fmt: skip
    places, course = (_discs if lower else _bodies)(levels), SpineLevels(levels)
    at = np.array(word.place)
    seen = course.near(at).vertebra >= 0
    # As `near` measures: along the canal.
    away = [(abs(float((place - at) @ course.direction(at))), n)
            for n, place in enumerate(places) if seen and place is not None]  # fmt: skip
    if not away:
        raise BadInput(tr("No vertebra was seen here on the sagittal series"),
                       advice=tr("Name a level that they show."))  # fmt: skip
    return upper, min(away)[1]


def _discs(levels: LevelsFinding) -> list[NDArray[np.float64] | None]:
    bodies = [vertebra.ras for vertebra in levels.vertebrae]
    return [_place(one.disc_ras, above, below) for one, above, below in
            zip(levels.vertebrae, bodies, [*bodies[1:], None], strict=True)]  # fmt: skip


def _bodies(levels: LevelsFinding) -> list[NDArray[np.float64] | None]:
    discs = [vertebra.disc_ras for vertebra in levels.vertebrae]
    return [_place(one.ras, above, below) for one, above, below in
            zip(levels.vertebrae, [None, *discs], discs, strict=False)]  # fmt: skip


def _place(
    own: list[float] | None, above: list[float] | None, below: list[float] | None
) -> NDArray[np.float64] | None:
    """Where something lies: itself, or between its neighbours."""
    if own is not None:
        return np.array(own)
    return None if above is None or below is None else np.mean([above, below], axis=0)
