"""One case of the correction loop in the scene: its image, one version of its answer, doubts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import slicer

from SpineLib.errors import BadInput
from SpineLib.findings import SegmentFinding
from SpineLib.inference.naming import name_of
from SpineLib.labels import rgb, structure, terminology
from SpineLib.loop.cases import Case
from SpineLib.volume import Volume, read_volume

from .heatRamp import heatRamp
from .labelmapNodes import LABEL_TAG, addSegmentationNode, labelmapFromNode, setSegments, vtkTag
from .Segment import Segment
from .segmentNames import bodyPoint
from .spineSegmentation import PARTIAL, segmentColor, segmentId
from .volumeNodes import addVolumeNode, nodesOfClass

# Apart from the module's own kind, so that no new run takes a case's place in the scene.
KIND = "loop case"
# Where the model is nearly sure, the picture stays as it is.
VISIBLE_FROM = 0.15
_UNCERTAINTY = "loop uncertainty"


class LoopCase:
    """The nodes of the open case; it lives from opening to leaving it.

    Names are those of SPIDER's numbers, counted from the lowest vertebra; whether that is L5 is
    for the numbers to say, not for this class.

    Args:
        scene: where nodes are added.
        case: which one.
        image: its voxels.
        labels: the version's numbers on the image's grid; None where the case has no answer.

    Attributes:
        volumeNode, node: the image and the segmentation.
        grid: of the image.
        labels: as they were when they were last shown.
    """

    def __init__(
        self, scene: slicer.vtkMRMLScene, case: Case, image: Volume, labels: Volume | None
    ) -> None:
        self.case, self._scene, self.grid = case, scene, case.grid
        self._overlay: Any = None
        name = f"{case.id} {case.region}"
        self.volumeNode = addVolumeNode(scene, image, name)
        self.labels = labels or self.grid.with_voxels(np.zeros(image.shape, np.uint8))
        self.node = addSegmentationNode(
            scene, self.labels, _segments(self.labels), f"{name} segmentation", self.volumeNode, ""
        )
        self.node.GetDisplayNode().SetOpacity2DFill(0.35)
        self.node.GetDisplayNode().SetOpacity2DOutline(1.0)
        self.node.SetAttribute("SpineMRI.Kind", KIND)
        for one in (self.volumeNode, self.node):
            one.SetAttribute("SpineMRI.LoopCase", case.id)
        slicer.util.setSliceViewerLayers(
            background=self.volumeNode, foreground=None, label=None, fit=True
        )

    @property
    def isThere(self) -> bool:
        """Whether the scene still has it; a reader may have deleted a node, or closed the scene."""
        return all(self._scene.IsNodePresent(one) for one in (self.volumeNode, self.node))

    def current(self) -> Volume:
        """SPIDER's numbers as they stand in the scene now, on the image's grid."""
        return labelmapFromNode(self.node, self.grid)

    def show(self, labels: Volume) -> None:
        """Puts another version in the place of what is shown."""
        self.labels = labels
        setSegments(self.node, labels, _segments(labels), "")

    def strays(self) -> list[str]:
        """Names of segments without a number of SPIDER's, which no version can hold."""
        segmentation = self.node.GetSegmentation()
        segments = [
            segmentation.GetNthSegment(n) for n in range(segmentation.GetNumberOfSegments())
        ]
        return [one.GetName() for one in segments if not vtkTag(one, LABEL_TAG)]

    def structures(self) -> list[int]:
        """The numbers of the segments from head to foot, the canal last."""
        segmentation = self.node.GetSegmentation()
        numbers = [
            int(vtkTag(segmentation.GetNthSegment(n), LABEL_TAG) or 0)
            for n in range(segmentation.GetNumberOfSegments())
        ]
        return sorted((n for n in numbers if n), key=_order)

    def add(self, number: int) -> str:
        """Adds an empty segment for a structure that the model missed.

        Returns:
            Its segment ID.

        Raises:
            BadInput: it is there already.
        """
        identifier = segmentId(number)
        if self.node.GetSegmentation().GetSegment(identifier) is not None:
            raise BadInput(_("{name} is there already").format(name=structureName(number)))
        one, segmentation = _segment(number), self.node.GetSegmentation()
        segmentation.AddEmptySegment(identifier, one.name, rgb(one.color))
        segment = segmentation.GetSegment(identifier)
        segment.SetTag(LABEL_TAG, str(number))
        segment.SetTag("DICOM.SegmentAlgorithmType", "MANUAL")
        return identifier

    def place(self, number: int) -> tuple[float, float, float] | None:
        """Where to look for a structure, RAS mm; None where it is empty."""
        labels = self.current()
        if not (labels.voxels == number).any():
            return None
        x, y, z = bodyPoint(labels, _found(number))
        return float(x), float(y), float(z)

    def jump(self, ras: tuple[float, float, float]) -> None:
        """Shows a place in all slice views."""
        slicer.vtkMRMLSliceNode.JumpAllSlices(
            self._scene, *ras, slicer.vtkMRMLSliceNode.CenteredJumpSlice
        )

    def segment(self, number: int) -> str:
        """The segment ID of a structure."""
        return segmentId(number)

    def showUncertainty(self, file: Path | None, opacity: float) -> None:
        """Lays the model's doubts over the image, or takes them away.

        Args:
            file: 0 (sure) to 1 on the image's grid, read when it is first shown; None hides it.
            opacity: 0 to 1.

        Raises:
            SpineError: the file cannot be read.
        """
        if file is not None and self._overlay is None:
            self._overlay = self._addOverlay(read_volume(file))
        for composite in nodesOfClass(self._scene, "vtkMRMLSliceCompositeNode"):
            shown = self._scene.GetNodeByID(composite.GetForegroundVolumeID() or "")
            if file is not None:
                composite.SetForegroundVolumeID(self._overlay.GetID())
                composite.SetForegroundOpacity(opacity)
            elif shown is not None and shown is self._overlay:
                composite.SetForegroundVolumeID(None)

    def close(self) -> None:
        """Takes the case out of the scene."""
        kept = self.node.GetNodeReference("SpineMRI.original") if self.isThere else None
        for one in (kept, self._overlay, self.node, self.volumeNode):
            if one is not None and self._scene.IsNodePresent(one):
                self._scene.RemoveNode(one)
        self._overlay = None

    def _addOverlay(self, entropy: Volume) -> Any:
        node = addVolumeNode(self._scene, entropy, f"{self.volumeNode.GetName()} uncertainty")
        node.SetAttribute("SpineMRI.Kind", _UNCERTAINTY)
        display = node.GetVolumeDisplayNode()
        display.SetWindowLevelMinMax(0.0, 1.0)
        display.SetAndObserveColorNodeID(heatRamp(self._scene, "SpineMRI uncertainty").GetID())
        display.SetThreshold(VISIBLE_FROM, 1.0)
        display.ApplyThresholdOn()
        return node


def structureName(number: int) -> str:
    """What one of SPIDER's numbers is called where the level is not known: ``vertebra 2``."""
    what = structure(number)
    name = name_of(what, "").partition(" (")[0]
    return f"{name}{PARTIAL}" if what.partial else name


def _order(number: int) -> tuple[int, int]:
    what = structure(number)
    return (1, 0) if what.kind == "canal" else (-what.position, int(what.kind == "disc"))


def _numbers(labels: Volume) -> list[int]:
    found = np.flatnonzero(np.bincount(labels.voxels.ravel(), minlength=256))
    return [int(n) for n in found if n and _isKnown(int(n))]


def _isKnown(number: int) -> bool:
    try:
        structure(number)
    except ValueError:
        return False
    return True


def _found(number: int) -> SegmentFinding:
    what = structure(number)
    return SegmentFinding(number, what.kind, structureName(number), what.partial, 0.0, [0.0] * 3)


def _segments(labels: Volume) -> list[Segment]:
    return [_segment(number) for number in sorted(_numbers(labels), key=_order)]


def _segment(number: int) -> Segment:
    what = structure(number)
    name = structureName(number)
    return Segment(
        label=number, identifier=segmentId(number), name=name, color=segmentColor(number),
        code=terminology(what.kind, name),
    )  # fmt: skip


def _(text: str) -> str:
    from slicer.i18n import tr

    return tr(text)
