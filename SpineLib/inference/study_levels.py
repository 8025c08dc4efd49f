"""The levels of a study on the way of a reading: which sagittal stacks, which level of each slice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from SpineLib import reasons
from SpineLib.dicom.stack import Stack
from SpineLib.errors import BadInput
from SpineLib.findings import Findings, SegmentationFinding, SliceFinding
from SpineLib.inference.level_names import named, named_by_reader
from SpineLib.inference.localising import chain_in, levels_of, placed, told
from SpineLib.inference.naming import rename
from SpineLib.inference.spine_levels import Level, SpineLevels
from SpineLib.inference.spine_points import SpinePoints
from SpineLib.inference.study_quantities import complete
from SpineLib.labels import ASSESSED, SIXTH_LUMBAR, structure
from SpineLib.levels import LevelsFinding
from SpineLib.models.applicability import check
from SpineLib.models.card import Card
from SpineLib.reasons import UNKNOWN, Reason

# Sagittal stacks that are looked at: of each Frame of Reference the ones with most slices.
MOST_STACKS = 4
# A sagittal series of the chest shows L1 and L2 at most.
_LUMBAR = 3
# Middles of one disc, found in two ways, mm in the sagittal plane.
_SAME_DISC_MM = 9.0


def sagittal_stacks(stacks: Sequence[Stack], card: Card) -> list[list[Stack]]:
    """The stacks that the localiser reads, a group a Frame of Reference, the largest group first.

    T2 goes before others where several show the same heights.
    """
    fitting = [s for s in stacks if check(card, s) is None and s.ijk_to_ras is not None]
    fitting.sort(key=lambda s: (s.weighting != "T2", s.fat_saturated, -s.slices, s.id))
    groups: dict[str, list[Stack]] = {}
    for stack in fitting:
        group = groups.setdefault(stack.frame_of_reference_uid or stack.id, [])
        if len(group) < MOST_STACKS and not any(_covers(other, stack) for other in group):
            group.append(stack)
    return sorted(groups.values(), key=lambda group: -_height(group))


def _heights(stack: Stack) -> tuple[float, float]:
    assert stack.ijk_to_ras is not None
    corners = [[i, j, 0, 1] for i in (0, stack.columns - 1) for j in (0, stack.rows - 1)]
    z = (np.array(corners) @ stack.ijk_to_ras.T)[:, 2]
    return float(z.min()), float(z.max())


def _covers(one: Stack, other: Stack) -> bool:
    """Whether a stack shows most of the heights that another one does."""
    (low, high), (bottom, top) = _heights(one), _heights(other)
    return min(high, top) - max(low, bottom) > 0.8 * (top - bottom)


def _height(group: Sequence[Stack]) -> float:
    ends = [_heights(stack) for stack in group]
    return max(high for _, high in ends) - min(low for low, _ in ends)


class StudyLevels:
    """Levels of a study's slices.

    Args:
        finding: the chain and its names; how stacks lie to it is written into it.
        frame: its Frame of Reference UID; empty where there is none.
    """

    def __init__(self, finding: LevelsFinding, frame: str) -> None:
        self.finding, self._frame = finding, frame
        self._levels = SpineLevels(finding)

    def of(
        self, stack: Stack, centers: Callable[[Stack], NDArray[np.float64]]
    ) -> list[Level] | None:
        """The level of each slice of an axial stack; None where the stack cannot be placed.

        Args:
            stack: axial.
            centers: gives the canal's centre on each slice, [n, 3] RAS mm, NaN where it was not
                found; asked for only where the stack has another Frame of Reference.
        """
        if self.finding.status != ASSESSED or len(self.finding.course) < 2:
            return None
        shift = self._shift(stack, centers)
        if shift is None or stack.ijk_to_ras is None:
            return None
        normal = np.cross(stack.ijk_to_ras[:3, 0], stack.ijk_to_ras[:3, 1])
        return [self._levels.at(np.add(place, shift), normal) for place in stack.positions]

    def shown(self, stack: Stack) -> list[Level]:
        """The levels that a sagittal stack shows: of each vertebra between its ends."""
        low, high = _heights(stack)
        places = [vertebra.ras or vertebra.disc_ras for vertebra in self.finding.vertebrae]
        return [self._levels.of(n) for n, place in enumerate(places)
                if place is not None and low <= place[2] <= high]  # fmt: skip

    def _shift(
        self, stack: Stack, centers: Callable[[Stack], NDArray[np.float64]]
    ) -> NDArray[np.float64] | None:
        if self._frame and stack.frame_of_reference_uid == self._frame:
            self.finding.placed[stack.id] = Reason(reasons.SAME_FRAME)
            return np.zeros(3)
        found = centers(stack)
        found = found[np.isfinite(found).all(axis=1)]
        why, shift = placed(found, np.array(self.finding.course))
        self.finding.placed[stack.id] = why
        if shift is not None and shift.any():
            self.finding.shifts[stack.id] = [round(float(x), 1) for x in shift]
        return shift


def make_levels(
    groups: Sequence[Sequence[Stack]], search: Callable[[Stack], Mapping[str, SpinePoints]]
) -> StudyLevels | None:
    """The levels of the first group with names, else of the first group in which a spine was seen.

    Args:
        groups: of `sagittal_stacks`.
        search: finds the points on each part of a stack that can be read, by the part's id.
    """
    seen: list[StudyLevels] = []
    for group in groups:
        points = {part: one for stack in group for part, one in search(stack).items()}
        if not points:
            continue
        finding = levels_of(points)
        made = StudyLevels(finding, group[0].frame_of_reference_uid)
        if finding.known:
            return made
        if finding.status == ASSESSED:
            seen.append(made)
    return seen[0] if seen else None


def region_of(levels: Sequence[Level]) -> str:
    """The region that most slices of a stack show; ``unknown`` where most are not known."""
    counts = Counter(level.region for level in levels) or Counter([""])
    region, count = counts.most_common(1)[0]
    return region if region and 2 * count > len(levels) else UNKNOWN


def with_region(stack: Stack, levels: Sequence[Level]) -> tuple[Stack, Reason | None]:
    """The stack with the region that its slices show, and how the header differs, where it does.

    A picture that does not show the region leaves the header's, and so does a sagittal one that
    shows the header's beside others.
    """
    region = region_of(levels)
    if stack.plane == "sagittal":
        shown = Counter(level.region for level in levels)
        if stack.region in shown:
            return stack, None
        if shown["lumbar"] >= _LUMBAR and not shown["cervical"]:
            region = "lumbar"
    if region in (UNKNOWN, stack.region):
        return stack, None
    why = None
    if stack.region != UNKNOWN:
        why = Reason(reasons.PICTURE_REGION, {"picture": region, "header": stack.region})
    return replace(stack, region=region), why


def header_differs(stack: Stack, regions: Sequence[str]) -> Reason | None:
    """That the axial pictures alone show another region than the header says; the header counts."""
    seen = region_of([Level(region=region) for region in regions])
    if UNKNOWN in (seen, stack.region) or seen == stack.region:
        return None
    return Reason(reasons.HEADER_REGION, {"picture": seen, "header": stack.region})


def wrong_region(card: Card, stack: Stack, level: Level) -> Reason | None:
    """Why a model does not apply to one slice of a stack: the slice shows another region."""
    if not level.region or level.region == stack.region:
        return None
    return check(card, replace(stack, region=level.region))


def tell(slices: Sequence[SliceFinding], levels: Sequence[Level] | None) -> None:
    """Writes levels and regions into slices."""
    for one, level in zip(slices, levels or [], strict=False):
        one.level, one.region = level.name, level.region


def name_again(findings: Findings) -> None:
    """The level of every slice anew, after a reader named a vertebra.

    Stacks are placed as they were; only names change.
    """
    levels = SpineLevels(findings.levels)
    for stack in findings.stacks:
        if stack.id not in findings.levels.placed or not stack.ijk_to_ras:
            continue
        if findings.levels.placed[stack.id].code == reasons.OFF_COURSE:
            continue
        matrix = np.array(stack.ijk_to_ras)
        normal = np.cross(matrix[:3, 0], matrix[:3, 1])
        shift = findings.levels.shifts.get(stack.id, [0.0, 0.0, 0.0])
        for slice_ in stack.slices:
            level = levels.at(np.add(slice_.position_ras, shift), normal)
            slice_.level, slice_.region = level.name, level.region
    complete(findings)


def follow_segmentation(findings: Findings) -> None:
    """Lets the localiser's names follow a reader's word on the lumbar segmentation, or its undoing.

    A reader who named a segmented vertebra named all others of the study; without a reader's word
    the names are again those of the picture. Levels of slices follow.
    """
    levels, why = findings.levels, findings.segmentation.evidence_why
    # A reader's word on a slice named both (`readers_level`).
    if levels.status != ASSESSED or (why is not None and why.code == reasons.READER_LEVEL):
        return
    chain = chain_in(levels)
    naming = named(chain)
    if why is not None and why.code in reasons.READERS:
        own = {structure(segment.label).position: segment.name for segment in findings.segmentation.segments
               if segment.kind == "vertebra"}  # fmt: skip
        place = next(iter(places_of(levels, findings.segmentation).items()), None)
        if place is None:
            return
        position, n = place
        lumbar = {"L4": 4, SIXTH_LUMBAR: 6}.get(findings.segmentation.lowest, 5)
        naming = named_by_reader(chain, n, own[position], lumbar=lumbar)
        naming.evidence[:] = [why]
    renamed = told(chain, naming)
    levels.vertebrae, levels.evidence = renamed.vertebrae, renamed.evidence
    levels.unusual = renamed.unusual
    name_again(findings)


def agree(levels: LevelsFinding, segmentation: SegmentationFinding) -> tuple[
    SegmentationFinding, str
]:  # fmt: skip
    """One source of names for the lumbar segmentation and the localiser.

    Where only the localiser knows, its names are the segmentation's; where they differ, each keeps
    its own and the warning says so.

    Args:
        levels: of the same study, in the same Frame of Reference.
        segmentation: what was outlined.

    Returns:
        The segmentation, and a warning, empty where there is none.
    """
    names = localised_names(levels, segmentation)
    if not names:
        return segmentation, ""
    position, name = next(iter(names.items()))
    if not segmentation.lowest:
        why = Reason(reasons.LOCALISED, {"vertebra": position, "name": name})
        return with_names_of(levels, segmentation, why), ""
    differs = difference(levels, segmentation)
    return segmentation, "" if differs is None else str(differs)


def difference(levels: LevelsFinding, segmentation: SegmentationFinding) -> Reason | None:
    """That localiser and segmentation both know a vertebra and call it differently; else None."""
    return difference_of(localised_names(levels, segmentation), segmentation)


def difference_of(names: Mapping[int, str], segmentation: SegmentationFinding) -> Reason | None:
    """`difference`, with what `localised_names` gave."""
    own = {structure(segment.label).position: segment.name for segment in segmentation.segments
           if segment.kind == "vertebra"}  # fmt: skip
    for position, name in names.items() if segmentation.lowest else ():
        if own.get(position, name) != name:
            values = {"segmented": own[position], "localised": name}
            return Reason(reasons.NAMES_DIFFER, values)
    return None


def with_names_of(
    levels: LevelsFinding, segmentation: SegmentationFinding, why: Reason
) -> SegmentationFinding:
    """The segmentation with the localiser's names; as it is where its numbers cannot have them.

    Args:
        levels: of the same study, in the same Frame of Reference.
        segmentation: what was outlined.
        why: the evidence.
    """
    for position, name in localised_names(levels, segmentation).items():
        label = next(
            segment.label for segment in segmentation.segments
            if segment.kind == "vertebra" and structure(segment.label).position == position
        )  # fmt: skip
        try:
            return rename(segmentation, label, name, why)
        except BadInput:  # a name that the numbers from below cannot have
            continue
    return segmentation


def localised_names(levels: LevelsFinding, segmentation: SegmentationFinding) -> dict[int, str]:
    """The localiser's name of each segmented vertebra that has one, by its position from below."""
    places = places_of(levels, segmentation)
    names = {position: levels.vertebrae[n].name for position, n in places.items()}
    return {position: name for position, name in names.items() if name}


def places_of(levels: LevelsFinding, segmentation: SegmentationFinding) -> dict[int, int]:
    """Place in the chain of each segmented vertebra, by its position from below; by their discs."""
    numbers = {structure(one.label).position for one in segmentation.segments
               if one.kind == "vertebra"}  # fmt: skip
    places = {}
    for segment in segmentation.segments:
        if segment.kind != "disc":
            continue
        away = [
            (float(np.linalg.norm(np.subtract(one.disc_ras, segment.centroid_ras)[1:])), n)
            for n, one in enumerate(levels.vertebrae)
            if one.disc_ras
        ]
        position = structure(segment.label).position
        if away and min(away)[0] <= _SAME_DISC_MM and position in numbers:
            places[position] = min(away)[1]
    return dict(sorted(places.items()))
