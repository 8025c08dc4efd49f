"""Slicer's slice views and the shown study in step: who moves one moves the other."""

from __future__ import annotations

from typing import Any

import slicer

from SpineSlicer.scene.ShownStudy import PLACE_CHANGED, STUDY_CHANGED, ShownStudy
from SpineSlicer.scene.studyNodes import SEGMENTATION
from SpineSlicer.scene.studyViews import showInViews
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
        study.listen(self._onChanged)

    def start(self) -> None:
        """Begins to follow the views; they are brought to the study's place."""
        self.stop()
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
        if what in (STUDY_CHANGED, PLACE_CHANGED) and self._observed and not self._busy:
            self._show()

    def _show(self) -> None:
        place = self._study.current
        if place is None:
            self._showSegmented()
            return
        self._busy = True
        try:
            self._background(place.stack)
            one = self._study.slice(self._study.place)
            slicer.vtkMRMLSliceNode.JumpAllSlices(
                self._study.scene,
                *(one.canal_center_ras or one.position_ras),
                slicer.vtkMRMLSliceNode.CenteredJumpSlice,
            )
        finally:
            self._busy = False

    def _showSegmented(self) -> None:
        """The images of a study that was only segmented, not those of the study before it."""
        if self._study.study:
            showInViews(self._study.nodes.node(SEGMENTATION))

    def _background(self, stack: str) -> None:
        """A stack's own slices in the axial view, as they were acquired."""
        if stack == self._stack:
            return
        volume = self._study.nodes.volumeNode(stack)
        if volume is None:
            return
        self._stack = stack
        slicer.util.setSliceViewerLayers(background=volume, fit=True)
        axial = self._study.scene.GetNodeByID(AXIAL_VIEW)
        if axial is not None:
            axial.RotateToVolumePlane(volume)

    def _onView(self, node: Any, _event: str) -> None:
        timeline = self._study.timeline
        if self._busy or timeline is None or not self._study.places:
            return
        matrix = node.GetSliceToRAS()
        normal = [matrix.GetElement(row, 2) for row in range(3)]
        length = sum(x * x for x in normal) ** 0.5 or 1.0
        number = timeline.nearest(
            [matrix.GetElement(row, 3) for row in range(3)],
            [x / length for x in normal],
            self._study.current.stack,
        )
        if number is not None and number != self._study.place:
            self._busy = True
            try:
                self._study.go(number)
            finally:
                self._busy = False
