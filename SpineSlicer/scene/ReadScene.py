"""What a reading study shows in the scene: one stack at full resolution, and nothing that was said."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer

from SpineLib.slabs import Steps
from SpineLib.volume import Volume
from SpineSlicer.scene.studyNodes import KIND
from SpineSlicer.scene.ViewLink import AXIAL_VIEW
from SpineSlicer.scene.volumeNodes import addingVolumeNode, nodesOfClass

STACK_KIND = "reading study"
NEAR = 0.25  # of the distance between slices: a view that is farther away shows another slice


def holdsAnswers(scene: slicer.vtkMRMLScene) -> bool:
    """Whether a model's results or a reader's answers stand in the scene, of whatever study."""
    kinds = {node.GetAttribute(KIND) for node in nodesOfClass(scene, "vtkMRMLNode")}
    return bool(kinds - {None, "", STACK_KIND})


class ReadScene:
    """Shows the slices of a reading study.

    There is one volume at a time. The grey scale that a reader chose is kept in proportion to each
    stack's own range, because MR has no unit, and within a stack as it is. Zoom and pan stay from
    slice to slice.

    Args:
        scene: where the volume stands; the application's own, whose views are used.

    Example:
        finish(scene.showing(volume, "reading"))
        scene.go(12)
    """

    def __init__(self, scene: slicer.vtkMRMLScene) -> None:
        self.scene, self._node = scene, None
        self._range = (0.0, 1.0)
        # Width and middle of the window as shares of the stack's own range.
        self._window = (1.0, 0.5)

    @property
    def volume(self) -> Any:
        """The volume that is shown; None where there is none."""
        there = self._node is not None and self.scene.IsNodePresent(self._node)
        return self._node if there else None

    def showing(self, volume: Volume, name: str) -> Steps[None]:
        """Puts a stack in the place of the one before, in steps of some milliseconds."""
        self.clear()
        node = yield from addingVolumeNode(self.scene, volume, name)
        self._node = node
        node.SetAttribute(KIND, STACK_KIND)
        display = node.GetVolumeDisplayNode()
        self._range = display.GetWindowLevelMin(), display.GetWindowLevelMax()
        self._applyWindow()
        self._toViews(node)

    def go(self, index: int) -> None:
        """Shows a slice of the stack in all views that cross it."""
        slicer.vtkMRMLSliceNode.JumpAllSlices(
            self.scene, *self._center(index), slicer.vtkMRMLSliceNode.OffsetJumpSlice
        )

    def isAt(self, index: int) -> bool:
        """Whether the reading view shows this slice, and not another one of the stack."""
        view = self.scene.GetNodeByID(AXIAL_VIEW)
        if view is None or self.volume is None:
            return False
        matrix = slicer.util.arrayFromVTKMatrix(view.GetSliceToRAS())
        step = self._matrix()[:3, 2]
        away = step @ (matrix[:3, 3] - self._center(index)) / (step @ step)
        along = abs(step @ matrix[:3, 2]) / np.linalg.norm(step)
        return bool(abs(away) < NEAR and along > 0.999)

    def keepWindow(self) -> None:
        """Remembers the grey scale that the reader chose, for the stacks that follow."""
        node, (low, high) = self.volume, self._range
        if node is None or high <= low:
            return
        display = node.GetVolumeDisplayNode()
        self._window = (
            display.GetWindow() / (high - low), (display.GetLevel() - low) / (high - low),
        )  # fmt: skip

    def clear(self) -> None:
        """Takes the volume out of the scene."""
        self.keepWindow()
        if self.volume is not None:
            self.scene.RemoveNode(self.volume)
        self._node = None

    def _applyWindow(self) -> None:
        low, high = self._range
        width, middle = self._window
        display = self.volume.GetVolumeDisplayNode()
        display.SetWindowLevel(width * (high - low), low + middle * (high - low))

    def _toViews(self, node: Any) -> None:
        """The stack's own slices in the reading view, whatever their plane, as acquired."""
        view = self.scene.GetNodeByID(AXIAL_VIEW)
        if view is not None:
            normal = np.abs(self._matrix()[:3, 2])
            view.SetOrientation(("Sagittal", "Coronal", "Axial")[int(normal.argmax())])
        slicer.util.setSliceViewerLayers(
            background=node, foreground=None, label=None, fit=True, rotateToVolumePlane=True
        )

    def _matrix(self) -> np.ndarray:
        matrix = slicer.util.vtkMatrixFromArray(np.eye(4))
        self.volume.GetIJKToRASMatrix(matrix)
        return slicer.util.arrayFromVTKMatrix(matrix)

    def _center(self, index: int) -> np.ndarray:
        columns, rows, _slices = self.volume.GetImageData().GetDimensions()
        at = np.array([(columns - 1) / 2, (rows - 1) / 2, index, 1.0])
        return (self._matrix() @ at)[:3]
