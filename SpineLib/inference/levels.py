"""The vertebral level of a place, from a segmentation that shares its Frame of Reference."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineLib.findings import Findings, SegmentationFinding
from SpineLib.inference.course import Slab, along_course, slab_of
from SpineLib.inference.grid import canonical_volume
from SpineLib.inference.naming import known_name, rename
from SpineLib.inference.parts import Parts
from SpineLib.labels import CANAL, DISC_OFFSET, PARTIAL_OFFSET, Structure, structure
from SpineLib.volume import Volume

__all__ = ["Levels", "rename", "tell_segmented"]

# A place farther from the canal's course than this is beside the spine, mm.
REACH = 80.0


def tell_segmented(findings: Findings, segmentation: Volume, volumes: Mapping[str, Volume]) -> None:
    """Writes the segmentation's levels into slices of its Frame of Reference that have none.

    Args:
        findings: of the study.
        segmentation: SPIDER's numbers.
        volumes: of the stacks, by their ids.
    """
    frame = findings.stack(findings.segmentation.stack).frame_of_reference_uid
    if not findings.segmentation.lowest or not frame:
        return
    levels = Levels(segmentation, findings.segmentation)
    for stack in findings.stacks:
        if stack.frame_of_reference_uid == frame and stack.slices:
            normal = volumes[stack.id].directions[:, 2]
            for slice_ in stack.slices:
                place = slice_.canal_center_ras or slice_.position_ras
                slice_.level = slice_.level or levels.at(place, normal=normal)


class Levels:
    """Names levels along the canal's course; built once a segmentation, asked for each slice.

    Args:
        segmentation: SPIDER's numbers on any grid.
        finding: what the numbers are; without a known level every answer is empty.
    """

    def __init__(self, segmentation: Volume, finding: SegmentationFinding) -> None:
        self._lowest = finding.lowest
        self._discs: list[tuple[int, Slab]] = []
        self._ends: dict[int, NDArray[np.float64]] = {}
        self._course = np.zeros((0, 3))
        if self._lowest:
            self._read(segmentation)

    def at(self, point: ArrayLike, *, normal: ArrayLike | None = None) -> str:
        """The level of a place, or of a slice through it.

        Args:
            point: RAS mm.
            normal: RAS direction across the slice; with it the level is that of the point where
                the slice crosses the canal, wherever in the slice ``point`` lies.

        Returns:
            ``L4`` beside a vertebra, ``L4/L5`` beside a disc; empty where not known or outside.
        """
        given = np.asarray(point, dtype=np.float64)
        place = given if normal is None else self._crossing(given, np.asarray(normal, np.float64))
        if place is None or not self._near(place) or not self._discs:
            return ""
        for position, disc in self._discs:
            if abs(disc.height(place)) <= disc.thickness / 2:
                return self._name("disc", position)
        below = [position for position, disc in self._discs if disc.height(place) > 0]
        position = max(below, default=self._discs[0][0] - 1)
        if position in self._ends and not self._within(place, position):
            return ""
        first, last = self._discs[0][0], self._discs[-1][0]
        if position not in self._ends and not first <= position < last:
            return ""
        return self._name("vertebra", position)

    def _read(self, segmentation: Volume) -> None:
        parts = Parts(segmentation)
        labels = set(parts.labels)
        discs = {n - DISC_OFFSET: parts.points(n) for n in labels if n > DISC_OFFSET}
        slabs = along_course([slab_of(p) for p in discs.values() if len(p) > 3])
        self._discs = list(
            zip(sorted(n for n, p in discs.items() if len(p) > 3), slabs, strict=True)
        )
        if not self._discs:
            return
        for position in (self._discs[0][0] - 1, self._discs[-1][0]):
            for label in (position, position + PARTIAL_OFFSET):
                if label in labels and structure(label).kind == "vertebra":
                    self._ends[position] = parts.points(label)
        if CANAL in labels:
            canal = parts.points(CANAL)
            rows = np.round(canonical_volume(segmentation).ijk(canal)[:, 1]).astype(int)
            _, row, count = np.unique(rows, return_inverse=True, return_counts=True)
            sums = [np.bincount(row, weights=axis) for axis in canal.T]
            self._course = np.stack(sums, axis=1) / count[:, None]

    def _crossing(
        self, point: NDArray[np.float64], normal: NDArray[np.float64]
    ) -> NDArray[np.float64] | None:
        """Where the slice's plane meets the canal's course."""
        if len(self._course) < 2:
            return None
        distance = (self._course - point) @ (normal / np.linalg.norm(normal))
        change = np.flatnonzero(np.sign(distance[:-1]) != np.sign(distance[1:]))
        if not len(change):
            return None
        first = change[np.argmin(np.abs(distance[change]))]
        share = distance[first] / (distance[first] - distance[first + 1])
        return self._course[first] + share * (self._course[first + 1] - self._course[first])

    def _near(self, place: NDArray[np.float64]) -> bool:
        centers = np.concatenate(
            [self._course, np.reshape([disc.center for _, disc in self._discs], (-1, 3))]
        )
        return bool(len(centers) and np.linalg.norm(centers - place, axis=1).min() <= REACH)

    def _within(self, place: NDArray[np.float64], position: int) -> bool:
        """Whether the place lies no higher or lower than the body of an outermost vertebra."""
        number, disc = min(self._discs, key=lambda one: abs(one[0] - position - 0.5))
        heights = disc.height(self._ends[position])
        beside = np.abs(self._ends[position] - disc.center)
        body = heights[(beside[:, :2] < disc.radius).all(axis=1)]
        if not len(body):
            return False
        height = float(disc.height(place))
        return height <= body.max() if number <= position else height >= body.min()

    def _name(self, kind: str, position: int) -> str:
        return known_name(Structure(0, kind, position), self._lowest)
