"""Slicer's slice views and the shown study in step: who moves one moves the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer

from SpineSlicer.scene.ShownStudy import REVIEW_CHANGED, STUDY_CHANGED, ShownStudy
from SpineSlicer.scene.sliceViews import mendViews, turnToSlices
from SpineSlicer.scene.StackInScene import StackInScene
from SpineSlicer.scene.studyNodes import SEGMENTATION
from SpineSlicer.scene.studyViews import showInViews
from SpineSlicer.scene.volumeInScene import worldToIjk
from SpineSlicer.scene.volumeNodes import nodesOfClass

AXIAL_VIEW = "vtkMRMLSliceNodeRed"


class ViewLink:
    """Follows the views that lie in the stack's plane, and scrolls all of them to the study's place.

    Args:
        study: what is in step with the views.

    Example:
        link = ViewLink(study)
        link.start()
    """

    def __init__(self, study: ShownStudy) -> None:
        self._study, self._observed, self._busy, self._stack = study, [], False, ""
        self._turned: list[float] = []
        study.listen(self._onChanged)

    def start(self) -> None:
        """Begins to follow the views, until a scene is added; they are brought to the study's place.

        A scene brings views of its own, which no reader scrolled: begin again when it is there.
        """
        self.stop()
        scene = self._study.scene
        tag = scene.AddObserver(scene.StartImportEvent, lambda *_: self.stop())
        self._observed.append((scene, tag))
        for node in nodesOfClass(self._study.scene, "vtkMRMLSliceNode"):
            self._observed.append((node, node.AddObserver("ModifiedEvent", self._onView)))
        self._show()

    def stop(self) -> None:
        """Follows no view any more."""
        for node, tag in self._observed:
            node.RemoveObserver(tag)
        self._observed = []

    def _onChanged(self, what: str) -> None:
        if what == STUDY_CHANGED:
            self._stack = ""
        if what != REVIEW_CHANGED and self._observed and not self._busy:
            self._show()

    def _show(self) -> None:
        place = self._study.current
        if place is None:
            self._showSegmented()
            return
        where = self._study.inScene(place.stack)
        if not where.fits:
            return
        self._busy = True
        try:
            world = self._study.toWorld(self._study.place)
            if where.volumeNode is not None:
                self._background(place.stack, where, world)
            slicer.vtkMRMLSliceNode.JumpAllSlices(
                self._study.scene, *world, slicer.vtkMRMLSliceNode.CenteredJumpSlice
            )
        finally:
            self._busy = False

    def _showSegmented(self) -> None:
        """The images of a study that was only segmented, not those of the study before it."""
        if self._study.study:
            showInViews(self._study.nodes.node(SEGMENTATION))

    def _background(self, stack: str, where: StackInScene, world: list[float]) -> None:
        """A stack's own slices in the axial view, as they were acquired."""
        if stack != self._stack:
            self._stack, self._turned = stack, []
            mendViews(self._study.scene)
            slicer.util.setSliceViewerLayers(background=where.volumeNode, fit=True)
        # Only where the slices lie otherwise than before: a reader may have turned the view.
        axes = where.axesInWorld(where.fromWorld(world)).ravel().tolist()
        axial = self._study.scene.GetNodeByID(AXIAL_VIEW)
        if axial is not None and not np.allclose(axes, self._turned or np.inf, atol=1e-4):
            self._turned = axes
            turnToSlices(axial, where.volumeNode, worldToIjk(where.volumeNode, world))

    def _onView(self, node: Any, _event: str) -> None:
        if self._busy:
            return
        matrix = node.GetSliceToRAS()
        normal = [matrix.GetElement(row, 2) for row in range(3)]
        length = sum(x * x for x in normal) ** 0.5 or 1.0
        number = self._study.numberAt(
            [matrix.GetElement(row, 3) for row in range(3)], [x / length for x in normal]
        )
        if number is not None and number != self._study.place:
            self._busy = True
            try:
                self._study.go(number)
            finally:
                self._busy = False
