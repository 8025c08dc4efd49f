"""One case of the correction loop in the scene: its image, one version of its answer, doubts."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.inference.naming import name_of
from SpineLib.inference.parts import Parts
from SpineLib.labels import is_structure, rgb, structure, structure_color, terminology
from SpineLib.loop.cases import Case
from SpineLib.slabs import Steps
from SpineLib.translation import tr as _
from SpineLib.volume import Volume
from SpineSlicer.scene.heatRamp import showAsHeat
from SpineSlicer.scene.labelmapNodes import (
    LABEL_TAG,
    addSegmentationNode,
    binaryName,
    labelmapFromNode,
    orientedImage,
    segmentMask,
    segmentsIn,
    setSegments,
)
from SpineSlicer.scene.overlays import gridUnder, putOnVolume
from SpineSlicer.scene.Segment import Segment
from SpineSlicer.scene.segmentNames import bodyMiddle
from SpineSlicer.scene.sliceViews import mendViews
from SpineSlicer.scene.spineSegmentation import PARTIAL, segmentFinding, segmentId, volumeProblem
from SpineSlicer.scene.studyNodes import CASE, KIND, LOOP_CASE, ORIGINAL_ROLE, UNCERTAINTY
from SpineSlicer.scene.studyVisibility import hideStudies
from SpineSlicer.scene.volumeInScene import ijkToWorld
from SpineSlicer.scene.volumeNodes import addingVolumeNode, nodesOfClass, removeNodes

# Where the model is nearly sure, the picture stays as it is.
VISIBLE_FROM = 0.15


class LoopCase:
    """The nodes of the open case; it lives from opening to leaving it.

    Structures have the names that the version knows (``L4``), or where it does not SPIDER's numbers,
    counted from the lowest vertebra (``vertebra 2``).

    Args:
        scene: with the nodes, from `addingLoopCase`.
        case: which one.
        labels: as they are shown.
        lowest: name of vertebra 1; empty where not known.
        volumeNode, node: the image and the segmentation.

    Attributes:
        grid: of the image.
        labels: as they were when they were last shown.
    """

    def __init__(
        self,
        scene: slicer.vtkMRMLScene,
        case: Case,
        labels: Volume,
        lowest: str,
        volumeNode: Any,
        node: Any,
    ) -> None:
        self.case, self._scene, self.grid, self.lowest = case, scene, case.grid, lowest
        self._overlay: Any = None
        self.labels, self.volumeNode, self.node = labels, volumeNode, node

    @property
    def isThere(self) -> bool:
        """Whether the scene still has it; a reader may have deleted a node, or closed the scene."""
        return all(self._scene.IsNodePresent(node) for node in (self.volumeNode, self.node))

    def current(self) -> Volume:
        """SPIDER's numbers as they stand in the scene now, on the image's grid."""
        return self.grid.with_voxels(labelmapFromNode(self.node, self._inScene()).voxels)

    def show(self, labels: Volume, lowest: str) -> None:
        """Puts another version in the place of what is shown."""
        self.labels, self.lowest = labels, lowest
        there = self._inScene().with_voxels(labels.voxels)
        setSegments(self.node, there, _segments(labels, lowest), "")

    def nameOf(self, number: int) -> str:
        """What one of SPIDER's numbers is called in this case."""
        return structureName(number, self.lowest)

    def strays(self) -> list[str]:
        """Names of segments without a number of SPIDER's, which no version can hold."""
        return [segment.GetName() for _id, segment, number in segmentsIn(self.node) if not number]

    def own(self) -> tuple[tuple[str, NDArray[np.bool_]], ...]:
        """Name and voxels, on the image's grid, of segments without a number of SPIDER's."""
        return tuple(
            (segment.GetName(), segmentMask(self.node, identifier, self._inScene()))
            for identifier, segment, number in segmentsIn(self.node)
            if not number
        )

    def addOwn(self, name: str, voxels: NDArray[np.bool_]) -> None:
        """Adds a segment of the reader's own, as `own` gave it."""
        segmentation = self.node.GetSegmentation()
        segment = slicer.vtkSegment()
        segment.SetName(name)
        there = self._inScene().with_voxels(voxels)
        segment.AddRepresentation(binaryName(), orientedImage(there))
        segment.SetTag("DICOM.SegmentAlgorithmType", "MANUAL")
        segmentation.AddSegment(segment, segmentation.GenerateUniqueSegmentID(name))

    def structures(self) -> list[int]:
        """The numbers of the segments from head to foot, the canal last."""
        numbers = (number for _id, _segment, number in segmentsIn(self.node) if number)
        return sorted(numbers, key=_order)

    def add(self, number: int) -> str:
        """Adds an empty segment for a structure that the model missed.

        Returns:
            Its segment ID.

        Raises:
            BadInput: it is there already.
        """
        identifier = segmentId(number)
        if self.node.GetSegmentation().GetSegment(identifier) is not None:
            raise BadInput(_("{name} already exists").format(name=self.nameOf(number)))
        wanted, segmentation = _segment(number, self.lowest), self.node.GetSegmentation()
        segmentation.AddEmptySegment(identifier, wanted.name, rgb(wanted.color))
        segment = segmentation.GetSegment(identifier)
        segment.SetTag(LABEL_TAG, str(number))
        segment.SetTag("DICOM.SegmentAlgorithmType", "MANUAL")
        return identifier

    def place(self, number: int) -> tuple[float, float, float] | None:
        """Where to look for a structure, RAS mm; None where it is empty."""
        parts = Parts(self.current())
        if parts.box(number) is None:
            return None
        x, y, z = bodyMiddle(parts, segmentFinding(number, self.nameOf(number), parts))
        return float(x), float(y), float(z)

    def jump(self, ras: tuple[float, float, float]) -> None:
        """Shows a place in all slice views, wherever the image was moved.

        Args:
            ras: mm, on the case's grid.

        Raises:
            BadInput: the image in the scene no longer has the case's voxels.
        """
        problem = volumeProblem(self.node)
        if problem:
            raise BadInput(problem, advice=_("Save, then open the case again."))
        slicer.vtkMRMLSliceNode.JumpAllSlices(
            self._scene,
            *ijkToWorld(self.volumeNode, self.grid.ijk(ras)),
            slicer.vtkMRMLSliceNode.CenteredJumpSlice,
        )

    def _inScene(self) -> Volume:
        """The case's grid where it lies in the scene: a hardened transform moves it."""
        return gridUnder(self.node) or self.grid

    @property
    def hasOverlay(self) -> bool:
        """Whether the model's doubts are in the scene."""
        return self._overlay is not None

    def addingOverlay(self, entropy: Volume) -> Steps[None]:
        """Adds the model's doubts to the scene, in steps; `showOverlay` shows them.

        Args:
            entropy: 0 (sure) to 1 on the image's grid.
        """
        name = f"{self.volumeNode.GetName()} uncertainty"
        there = Volume(entropy.voxels, self._inScene().ijk_to_ras)
        node = yield from addingVolumeNode(self._scene, there, name)
        node.SetAttribute(KIND, UNCERTAINTY)
        putOnVolume(node, self.volumeNode)
        showAsHeat(node, "SpineMRI uncertainty", VISIBLE_FROM)
        self._overlay = node

    def showOverlay(self, on: bool, opacity: float) -> None:
        """Lays the model's doubts over the image, or takes them away.

        Args:
            on: show them, if they were added.
            opacity: 0 to 1.
        """
        if self._overlay is None:
            return
        for composite in nodesOfClass(self._scene, "vtkMRMLSliceCompositeNode"):
            if on:
                composite.SetForegroundVolumeID(self._overlay.GetID())
                composite.SetForegroundOpacity(opacity)
            elif composite.GetForegroundVolumeID() == self._overlay.GetID():
                composite.SetForegroundVolumeID(None)

    def showInViews(self) -> None:
        """Shows the case's images, and hides what was made of any study; after a scene was added."""
        views = nodesOfClass(self._scene, "vtkMRMLSliceCompositeNode")
        if self.isThere and any(
            view.GetBackgroundVolumeID() != self.volumeNode.GetID() for view in views
        ):
            _showAlone(self._scene, self.volumeNode)
        hideStudies(self._scene)

    def close(self) -> None:
        """Takes the case out of the scene."""
        kept = self.node.GetNodeReference(ORIGINAL_ROLE) if self.isThere else None
        removeNodes((kept, self._overlay, self.node, self.volumeNode))
        self._overlay = None


def addingLoopCase(
    scene: slicer.vtkMRMLScene, case: Case, image: Volume, labels: Volume, lowest: str
) -> Steps[LoopCase]:
    """Adds a case to the scene, in steps; steps that are left take away what was added.

    Args:
        scene: where nodes are added.
        case: which one.
        image: its voxels.
        labels: SPIDER's numbers on the image's grid.
        lowest: name of vertebra 1; empty where not known.
    """
    name = f"{case.id} {case.region}"
    added = []
    try:
        volumeNode = yield from addingVolumeNode(scene, image, name)
        added.append(volumeNode)
        volumeNode.SetAttribute(LOOP_CASE, case.id)
        yield
        node = addSegmentationNode(
            scene, labels, _segments(labels, lowest), f"{name} segmentation", volumeNode, ""
        )
        added.append(node)
        node.GetDisplayNode().SetOpacity2DFill(0.35)
        node.GetDisplayNode().SetOpacity2DOutline(1.0)
        node.SetAttribute(KIND, CASE)
        node.SetAttribute(LOOP_CASE, case.id)
        putOnVolume(node, volumeNode)
        yield
        mendViews(scene)
        _showAlone(scene, volumeNode)
        yield
    except BaseException:
        removeNodes(added)
        raise
    return LoopCase(scene, case, labels, lowest, volumeNode, node)


def _showAlone(scene: slicer.vtkMRMLScene, volumeNode: Any) -> None:
    hideStudies(scene)
    slicer.util.setSliceViewerLayers(background=volumeNode, foreground=None, label=None, fit=True)


def structureName(number: int, lowest: str = "") -> str:
    """What one of SPIDER's numbers is called: ``L4``, or ``vertebra 2`` without a known level."""
    what = structure(number)
    name = name_of(what, lowest).partition(" (")[0]
    return f"{name}{PARTIAL}" if what.partial else name


def _order(number: int) -> tuple[int, int]:
    what = structure(number)
    return (1, 0) if what.kind == "canal" else (-what.position, int(what.kind == "disc"))


def _numbers(labels: Volume) -> list[int]:
    numbers = np.flatnonzero(np.bincount(labels.voxels.ravel(), minlength=256))
    return [int(n) for n in numbers if n and is_structure(int(n))]


def _segments(labels: Volume, lowest: str) -> list[Segment]:
    return [_segment(number, lowest) for number in sorted(_numbers(labels), key=_order)]


def _segment(number: int, lowest: str) -> Segment:
    what = structure(number)
    name = structureName(number, lowest)
    return Segment(
        label=number, identifier=segmentId(number), name=name, color=structure_color(number),
        code=terminology(what.kind, name),
    )  # fmt: skip
