"""Which pictures a reading gets, and what each of them shows."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

import numpy as np
from numpy.typing import NDArray

from SpineLib.findings import Findings, SliceFinding, StackFindings
from SpineLib.outputs import names
from SpineLib.progress import Progress
from SpineLib.questions import NOT_ASSESSED_COLOR
from SpineLib.reading import Reading
from SpineSlicer.headless.app import HeadlessSlicer
from SpineSlicer.headless.camera import Camera
from SpineSlicer.headless.Picture import Picture
from SpineSlicer.headless.planes import plane_of, slice_to_ras
from SpineSlicer.scene.sagittalSeries import sagittalsOf
from SpineSlicer.scene.studyNodes import (
    ACTIVATION,
    FLAGGED_RUNS,
    LEVEL_NAMES,
    SEGMENT_NAMES,
    SEGMENTATION,
    SLICE_LABELS,
    VERDICTS,
)
from SpineSlicer.scene.verdictHalo import OUTER_RADIUS, canalCenters
from SpineSlicer.scene.verdicts import leadValue, shortText, worst

SLICE_SIZE, KEY_SIZE, TALL_SIZE = (420, 420), (640, 640), (470, 640)
# Millimetres across an axial picture: the ring, its label above it, and a margin.
AXIAL_FIELD = 2 * OUTER_RADIUS + 36.0
# Millimetres that a sagittal picture shows above and below the slices.
LADDER_MARGIN = 14.0
LABEL_ROOM = 8.0
# A single block is shown with as much around it as the ring and its label need.
LADDER_FIELD = 140.0
# Of so few assessed slices each has its picture.
FEW = 8


def take_pictures(
    app: HeadlessSlicer,
    reading: Reading,
    *,
    looked_at: Collection[tuple[str, int]] | None = None,
    progress: Progress | None = None,
) -> dict[str, Picture]:
    """Takes a reading's pictures from a scene that shows it.

    Args:
        app: `ReadingScene.show` was called on its scene.
        reading: what is shown.
        looked_at: stack and index of the slices that get a picture of their own; None for all.
        progress: a step a picture.

    Returns:
        File name without suffix (`SpineLib.outputs.names`) → picture.
    """
    studio = _Studio(app, reading, looked_at)
    tasks = (progress or Progress()).track(studio.tasks(), "Taking pictures")
    pictures = {name: make() for name, make in tasks}
    studio.leave()
    return pictures


def looked_at(findings: Findings) -> set[tuple[str, int]]:
    """Stack and index of the slices that a person will look at.

    The flagged ones, and the worst of each level (of each stack, where the levels are not known);
    of a study of few slices, all that were assessed.
    """
    assessed = [
        (stack, slice_)
        for stack in findings.stacks
        for slice_ in stack.slices
        if any(opinion.assessed for opinion in slice_.opinions)
    ]
    shown = [pair for pair in assessed if pair[1].flagged or len(assessed) <= FEW]
    # The last one of a level stays, so the worst.
    by_severity = sorted(assessed, key=lambda pair: findings.severity(pair[1]))
    shown += {slice_.level or stack.id: (stack, slice_) for stack, slice_ in by_severity}.values()
    return {(stack.id, slice_.index) for stack, slice_ in shown}


class _Studio:
    def __init__(
        self,
        app: HeadlessSlicer,
        reading: Reading,
        looked_at: Collection[tuple[str, int]] | None,
    ) -> None:
        self._reading, self._looked_at = reading, looked_at
        self._camera = Camera(app, reading)
        stacks = reading.findings.stacks
        self._stacks = [s for s in stacks if s.slices and s.id in reading.volumes]
        self._centers = {
            stack.id: canalCenters(reading.volumes[stack.id], stack.slices)
            for stack in self._stacks
        }

    def tasks(self) -> list[tuple[str, Callable[[], Picture]]]:
        """Every picture's name with what takes it; the worst slice last, so the views stay there."""
        tasks: list[tuple[str, Callable[[], Picture]]] = []
        for stack in self._stacks:
            for slice_ in stack.slices:
                if self._looked_at is not None and (stack.id, slice_.index) not in self._looked_at:
                    continue
                name = names.slice_picture(stack.id, slice_.index)
                tasks.append((name, partial(self.axial, stack, slice_, SLICE_SIZE)))
        if self._reading.segmentation is not None:
            tasks.append((names.SEGMENTATION_SLICE, self.segmentation_slice))
            tasks.append((names.SEGMENTATION_SURFACES, self.segmentation_surfaces))
        if self._stacks:
            stack, slice_ = self._worst()
            tasks.append((names.TUBE, partial(self.tube, stack)))
            tasks.append((names.LADDER, partial(self.ladder, stack, slice_)))
            if stack.id in self._reading.activations:
                tasks.append((names.ACTIVATION, partial(self.activation, stack, slice_)))
            tasks.append((names.WORST, partial(self.axial, stack, slice_, KEY_SIZE)))
        return tasks

    def axial(self, stack: StackFindings, slice_: SliceFinding, size: tuple[int, int]) -> Picture:
        """One slice as it was acquired, the canal in the middle."""
        with self._camera.only([stack.id], VERDICTS, SLICE_LABELS):
            return self._axial(stack, slice_, size, shortText(self._reading.findings, slice_))

    def activation(self, stack: StackFindings, slice_: SliceFinding) -> Picture:
        """The same slice with the class activation over it."""
        with self._camera.only([stack.id], VERDICTS), self._camera.foreground(stack.id):
            return self._axial(stack, slice_, KEY_SIZE, ACTIVATION)

    def ladder(self, stack: StackFindings, slice_: SliceFinding) -> Picture:
        """The canal's sagittal plane: a real sagittal stack where there is one, else the axial's.

        The plane goes through the worst slice's canal; the slices' whole length is shown.
        """
        shown = self._sagittal_of(stack) or stack.id
        matrix, height = self._along("sagittal", shown, stack, slice_)
        # The runs' labels stand behind the canal, on the screen's right.
        matrix[:3, 3] += LABEL_ROOM * matrix[:3, 0]
        together = [other.id for other in self._together(stack)]
        how = "reformatted axial stack" if shown == stack.id else "sagittal series"
        named = self._reading.findings.levels.stacks[:1]
        with self._camera.only([*together, *named], VERDICTS, FLAGGED_RUNS, LEVEL_NAMES):
            return self._camera.slice_picture(
                "sagittal", shown, matrix, height, TALL_SIZE,
                f"Verdicts along the canal, {how}", {"title": "Sagittal"},
            )  # fmt: skip

    def leave(self) -> None:
        """Leaves the coronal view where the others stand, for who opens the saved scene."""
        if self._stacks:
            stack, slice_ = self._worst()
            matrix, height = self._along("coronal", stack.id, stack, slice_)
            self._camera.aim("coronal", stack.id, matrix, height, TALL_SIZE)

    def tube(self, stack: StackFindings) -> Picture:
        """The verdicts' tube in 3D, from the front and left."""
        together = [other.id for other in self._together(stack)]
        with self._camera.only(together, VERDICTS, FLAGGED_RUNS):
            return self._camera.three_d_picture(
                TALL_SIZE, "Verdicts along the canal in 3D", {"title": "3D"}
            )

    def segmentation_slice(self) -> Picture:
        """The sagittal slice through the middle of the canal, or of all structures."""
        finding = self._reading.findings.segmentation
        volume = self._reading.volumes[finding.stack]
        canal = [segment for segment in finding.segments if segment.kind == "canal"]
        shown = canal or finding.segments
        through = np.mean([segment.centroid_ras for segment in shown], axis=0)
        matrix = slice_to_ras(volume, "sagittal", through)
        corners = volume.ras(np.indices((2, 2, 2)).reshape(3, -1).T * np.array(volume.shape[::-1]))
        across, height = (_center_on(matrix, corners, axis=axis) for axis in (0, 1))
        with self._camera.only([finding.stack], SEGMENTATION, SEGMENT_NAMES):
            return self._camera.slice_picture(
                "sagittal", finding.stack, matrix, max(across, height), KEY_SIZE,
                "Segmentation in the sagittal slice through the canal",
                {"title": "Segmentation"},
            )  # fmt: skip

    def segmentation_surfaces(self) -> Picture:
        """The segments' surfaces."""
        with self._camera.only([self._reading.findings.segmentation.stack], SEGMENTATION):
            return self._camera.three_d_picture(
                KEY_SIZE, "Segmentation in 3D", {"title": "Segmentation, 3D"}
            )

    def _axial(
        self, stack: StackFindings, slice_: SliceFinding, size: tuple[int, int], words: str
    ) -> Picture:
        title = f"Slice {slice_.index + 1} of {len(stack.slices)}"
        title += f" · {slice_.level}" if slice_.level else ""
        volume = self._reading.volumes[stack.id]
        # A forced run may have read slices of another plane: they are shown as acquired, too.
        matrix = slice_to_ras(volume, plane_of(volume), self._center(stack, slice_))
        # The label stands above the ring, so the ring stands a little below the middle.
        matrix[:3, 3] += 3.0 * matrix[:3, 1]
        return self._camera.slice_picture(
            "axial", stack.id, matrix, AXIAL_FIELD, size, f"{title}: {words}",
            {"title": title, "verdict": words.replace(" · ", "\n")}, self._color(slice_),
        )  # fmt: skip

    def _along(
        self, plane: str, background: str, stack: StackFindings, slice_: SliceFinding
    ) -> tuple[NDArray[np.float64], float]:
        """A plane through a slice's canal that shows the whole length of the slices, and how tall."""
        volume = self._reading.volumes[background]
        matrix = slice_to_ras(volume, plane, self._center(stack, slice_))
        centers = np.concatenate([self._centers[other.id] for other in self._together(stack)])
        height = _center_on(matrix, centers, axis=1) + 2 * LADDER_MARGIN
        _center_on(matrix, centers, axis=0)
        return matrix, max(height, LADDER_FIELD)

    def _center(self, stack: StackFindings, slice_: SliceFinding) -> NDArray[np.float64]:
        return self._centers[stack.id][stack.slices.index(slice_)]

    def _worst(self) -> tuple[StackFindings, SliceFinding]:
        # Where nothing was assessed the middle slice stands for the study.
        middle = self._stacks[0], self._stacks[0].slices[len(self._stacks[0].slices) // 2]
        slices = [slice_ for stack in self._stacks for slice_ in stack.slices]
        worst_slice = worst(self._reading.findings, slices)
        pairs = [(stack, s) for stack in self._stacks for s in stack.slices if s is worst_slice]
        return pairs[0] if pairs else middle

    def _color(self, slice_: SliceFinding) -> str:
        """``#RRGGBB`` of the slice's answer to the lead question."""
        lead = self._reading.findings.lead
        return lead.color(leadValue(self._reading.findings, slice_)) if lead else NOT_ASSESSED_COLOR

    def _together(self, stack: StackFindings) -> list[StackFindings]:
        frame = stack.frame_of_reference_uid
        return [s for s in self._stacks if s is stack or s.frame_of_reference_uid == frame != ""]

    def _sagittal_of(self, stack: StackFindings) -> str:
        sagittals = sagittalsOf(self._reading.findings, stack)
        return next((name for name in sagittals if name in self._reading.volumes), "")


def _center_on(matrix: NDArray[np.float64], points: NDArray[np.float64], *, axis: int) -> float:
    """Moves a slice along one of its screen axes to the points' middle; gives their extent, mm."""
    along = (points - matrix[:3, 3]) @ matrix[:3, axis]
    matrix[:3, 3] += matrix[:3, axis] * (along.max() + along.min()) / 2
    return float(np.ptp(along))
