"""A study's axial slices in one order along the spine, whatever stacks they were acquired in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from SpineLib.findings import Findings, SliceFinding, StackFindings


@dataclass(frozen=True)
class Place:
    """One slice's place on the timeline.

    Attributes:
        stack: the stack's id.
        index: the slice's number in its stack, from 0.
        key: names the slice in reviews: SOP Instance UID and frame, or stack and number where
            there is no DICOM.
        block: number of the block of slices that it belongs to, from the head on.
        row: number of the series; series that cover the same stretch stand beneath each other.
    """

    stack: str
    index: int
    key: str
    block: int
    row: int


class SpineTimeline:
    """The slices of all stacks from the head to the feet.

    The stacks of one series are one row with a gap between its blocks, ordered by where their
    middles are along the spine (RAS superior); another series is another row.

    Args:
        findings: their stacks with slices are shown.

    Example:
        timeline = SpineTimeline(findings)
        timeline.nearest({"4": [0.0, 0.0, 120.0]}, "4")
    """

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self._stacks = {stack.id: stack for stack in findings.stacks if stack.slices}
        series: dict[str, list[StackFindings]] = defaultdict(list)
        for stack in self._stacks.values():
            series[stack.series_instance_uid or stack.id].append(stack)
        named = Counter(slice_.key for stack in self._stacks.values() for slice_ in stack.slices)
        self.places: list[Place] = []
        for row, stacks in enumerate(series.values()):
            for block, stack in enumerate(sorted(stacks, key=_height, reverse=True)):
                self.places += [
                    Place(
                        stack.id,
                        slice_.index,
                        sliceKey(stack, slice_, shared=named[slice_.key] > 1),
                        block,
                        row,
                    )
                    for slice_ in sorted(
                        stack.slices, key=lambda s: s.position_ras[2], reverse=True
                    )
                ]

    def slice(self, place: Place) -> SliceFinding:
        """The finding of a place."""
        return next(s for s in self._stacks[place.stack].slices if s.index == place.index)

    def stack(self, place: Place) -> StackFindings:
        """The stack of a place."""
        return self._stacks[place.stack]

    def nearest(self, points: Mapping[str, Sequence[float]], stack: str = "") -> int | None:
        """The place whose slice is nearest to a point, measured across the slices.

        Args:
            points: stack → the point in the RAS of its findings, mm: stacks may have been moved
                apart since they were read. Stacks that are not in it do not count.
            stack: preferred where it holds the point as well as another one.

        Returns:
            The place's number; None where the point is further from each slice than that slice
            is from its neighbour.
        """
        best: tuple[float, bool, int] | None = None
        for number, place in enumerate(self.places):
            ras = points.get(place.stack)
            if ras is None:
                continue
            along = _normal(self._stacks[place.stack])
            at = self.slice(place).position_ras
            far = abs(sum((x - y) * n for x, y, n in zip(ras, at, along, strict=True)))
            if far <= self._stacks[place.stack].spacing[2] / 2 + 1e-3:
                candidate = (round(far, 3), place.stack != stack, number)
                best = min(best, candidate) if best else candidate
        return best[2] if best else None


def sliceKey(stack: StackFindings, slice_: SliceFinding, *, shared: bool = False) -> str:
    """What a slice is called in reviews: it stays the same when a study is read again.

    Args:
        stack: of the slice.
        slice_: the slice.
        shared: an anonymiser gave its UID to other slices, too, so that it is called by its number.
    """
    if slice_.sop_instance_uid and not shared:
        return f"{slice_.sop_instance_uid}:{slice_.frame}"
    return f"stack {stack.id}:{slice_.index}"


def _height(stack: StackFindings) -> float:
    return sum(slice_.position_ras[2] for slice_ in stack.slices) / len(stack.slices)


def _normal(stack: StackFindings) -> list[float]:
    a, b = ([stack.ijk_to_ras[row][column] for row in range(3)] for column in (0, 1))
    cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    length = sum(x * x for x in cross) ** 0.5 or 1.0
    return [x / length for x in cross]
