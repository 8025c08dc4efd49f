"""What a reading study shows in the scene: one stack at full resolution, and nobody's answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer

from SpineLib.slabs import Steps
from SpineLib.volume import Volume
from SpineSlicer.scene.sliceViews import (
    ViewState,
    bringBack,
    mendViews,
    showsSlices,
    slicesOff,
    stateOf,
    turnToSlices,
    turnToVolume,
)
from SpineSlicer.scene.studyNodes import KIND, READ_STACK
from SpineSlicer.scene.ViewLink import AXIAL_VIEW
from SpineSlicer.scene.volumeInScene import ijkToWorld, middleOf, shapeOf, voxelPrint
from SpineSlicer.scene.volumeNodes import addingVolumeNode, nodesOfClass

NEAR = 0.25  # of the distance between slices: a view that is farther away shows another slice


def holdsAnswers(scene: slicer.vtkMRMLScene) -> bool:
    """Whether a model's results or a reader's answers stand in the scene, of whatever study."""
    kinds = {node.GetAttribute(KIND) for node in nodesOfClass(scene, "vtkMRMLNode")}
    return bool(kinds - {None, "", READ_STACK})


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
        self.scene, self._node, self._voxels = scene, None, ""
        self._range = (0.0, 1.0)
        # Width and middle of the window as shares of the stack's own range.
        self._window = (1.0, 0.5)
        # How the views lay, and what they showed, when the reading began: layout name → state.
        self._before: dict[str, ViewState] = {}

    @property
    def volume(self) -> Any:
        """The volume that is shown; None where there is none, or somebody changed its voxels."""
        node = self._node if self._isThere else None
        return node if node is not None and self._print(node) == self._voxels else None

    @property
    def _isThere(self) -> bool:
        return self._node is not None and bool(self.scene.IsNodePresent(self._node))

    def showing(self, volume: Volume, name: str) -> Steps[None]:
        """Puts a stack in the place of the one before, in steps of some milliseconds."""
        if not self._before:
            views = nodesOfClass(self.scene, "vtkMRMLSliceNode")
            self._before = {view.GetLayoutName(): stateOf(view) for view in views}
        self.clear()
        node = yield from addingVolumeNode(self.scene, volume, name)
        self._node, self._voxels = node, self._print(node)
        node.SetAttribute(KIND, READ_STACK)
        display = node.GetVolumeDisplayNode()
        self._range = display.GetWindowLevelMin(), display.GetWindowLevelMax()
        self._applyWindow()
        self._toViews(node)

    def go(self, index: int) -> None:
        """Shows a slice of the stack in all views that cross it, wherever the volume is moved."""
        node, view = self.volume, self.scene.GetNodeByID(AXIAL_VIEW)
        middle = self._middle(node, index)
        if view is not None and not showsSlices(view, node, middle):
            turnToSlices(view, node, middle)
        slicer.vtkMRMLSliceNode.JumpAllSlices(
            self.scene, *ijkToWorld(node, middle), slicer.vtkMRMLSliceNode.OffsetJumpSlice
        )

    def isAt(self, index: int) -> bool:
        """Whether the reading view shows this slice, and not another one of the stack."""
        view, node = self.scene.GetNodeByID(AXIAL_VIEW), self.volume
        if view is None or node is None:
            return False
        middle = self._middle(node, index)
        return showsSlices(view, node, middle) and abs(slicesOff(view, node, middle)) < NEAR

    def keepWindow(self) -> None:
        """Remembers the grey scale that the reader chose, for the stacks that follow."""
        node, (low, high) = self.volume, self._range
        if node is None or high <= low:
            return
        display = node.GetVolumeDisplayNode()
        self._window = (
            display.GetWindow() / (high - low), (display.GetLevel() - low) / (high - low),
        )  # fmt: skip

    def leave(self) -> None:
        """Takes the volume out of the scene; the views lie and show again what they did before."""
        self.clear()
        for view in nodesOfClass(self.scene, "vtkMRMLSliceNode"):
            if view.GetLayoutName() in self._before:
                bringBack(view, self._before[view.GetLayoutName()])
        self._before = {}

    def clear(self) -> None:
        """Takes the volume out of the scene."""
        self.keepWindow()
        if self._isThere:
            self.scene.RemoveNode(self._node)
        self._node = None

    def _applyWindow(self) -> None:
        low, high = self._range
        width, middle = self._window
        display = self.volume.GetVolumeDisplayNode()
        display.SetWindowLevel(width * (high - low), low + middle * (high - low))

    def _toViews(self, node: Any) -> None:
        """The stack's own slices in the reading view, whatever their plane, as acquired."""
        mendViews(self.scene)
        slicer.util.setSliceViewerLayers(background=node, foreground=None, label=None)
        for view in nodesOfClass(self.scene, "vtkMRMLSliceNode"):
            if view.GetID() == AXIAL_VIEW:
                turnToSlices(view, node)
            else:
                turnToVolume(view, node, view.GetDefaultOrientation())
        slicer.util.setSliceViewerLayers(fit=True)

    def _middle(self, node: Any, index: int) -> np.ndarray:
        return np.array([*middleOf(node)[:2], index])

    def _print(self, node: Any) -> str:
        return f"{shapeOf(node)} {voxelPrint(node)}"
