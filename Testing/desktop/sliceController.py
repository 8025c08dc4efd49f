"""A slice view's controller, as far as it hides segments by itself (qMRMLSegmentSelectorWidget.cxx)."""

from __future__ import annotations

from typing import Any

import slicer
import vtk
from PySide6 import QtWidgets

Segmentation, Displayable = slicer.vtkSegmentation, slicer.vtkMRMLDisplayableNode


class qMRMLSliceControllerWidget(QtWidgets.QWidget):
    """Ticks the visible segments of one segmentation, and hides those that are not ticked.

    Of a segmentation that it goes to, it takes the former one's ticks for the reader's will: where
    the segments' IDs differ, nothing is ticked, and it hides the first segment that is visible.
    Each view's controller does so. It goes to a scene's first segmentation when an import or
    another batch ends and it has none.
    """

    def __init__(self, scene: Any) -> None:
        super().__init__()
        self._scene, self._node, self._ticked = scene, None, []
        self._nodeTags: list[int] = []
        self._tags = [
            scene.AddObserver(scene.EndCloseEvent, lambda *_: self._choose(None)),
            scene.AddObserver(scene.NodeAboutToBeRemovedEvent, self._onRemoved),
            scene.AddObserver(scene.EndBatchProcessEvent, self.updateSegmentationControlsVisibility),
        ]  # fmt: skip

    def updateSegmentationControlsVisibility(self, *_: Any) -> None:
        if self._node is None:
            self._choose(self._scene.GetFirstNodeByClass("vtkMRMLSegmentationNode"))

    def stop(self) -> None:
        """Lets go of the scene."""
        self._choose(None)
        for tag in self._tags:
            self._scene.RemoveObserver(tag)
        self._tags = []

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onRemoved(self, scene: Any, _event: str, node: Any) -> None:
        """Goes to the segmentation before the one that is deleted, if there is one."""
        if node is self._node and not scene.IsClosing():
            nodes = slicer.util.getNodesByClass("vtkMRMLSegmentationNode", scene)
            before = nodes[: nodes.index(node)]
            self._choose(before[-1] if before else None)

    def _choose(self, node: Any) -> None:
        for tag in self._nodeTags:
            self._node.RemoveObserver(tag)
        self._node, self._nodeTags = node, []
        if node is None:
            return
        self._tick(self._ticked)
        for event in (Displayable.DisplayModifiedEvent, Segmentation.SegmentAdded,
                      Segmentation.SegmentRemoved):  # fmt: skip
            self._nodeTags.append(node.AddObserver(event, lambda *_: self._follow()))
        self._follow()

    def _follow(self) -> None:
        display = self._node.GetDisplayNode()
        if display is not None:
            self._tick(
                [segment for segment in self._segments() if display.GetSegmentVisibility(segment)]
            )

    def _tick(self, identifiers: list[str]) -> None:
        known = [identifier for identifier in identifiers if identifier in self._segments()]
        if known != self._ticked:
            self._ticked = known
            self._hideOrShow()

    def _hideOrShow(self) -> None:
        display = self._node.GetDisplayNode()
        for one in self._segments() if display is not None else ():
            if display.GetSegmentVisibility(one) != (one in self._ticked):
                display.SetSegmentVisibility(one, one in self._ticked)
                return  # one a time, as each tick of a reader's would be

    def _segments(self) -> tuple[str, ...]:
        return tuple(self._node.GetSegmentation().GetSegmentIDs())
