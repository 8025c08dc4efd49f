"""Slicer's slice views and the shown study in step: who moves one moves the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from SpineSlicer.scene.sagittalSeries import sagittalVolume
from SpineSlicer.scene.ShownStudy import REVIEW_CHANGED, STUDY_CHANGED, ShownStudy
from SpineSlicer.scene.sliceViews import (
    ViewState,
    bringBack,
    isInSight,
    jumpKeeping,
    mendViews,
    sameScale,
    setBackground,
    spotOf,
    stateOf,
    turnToSlices,
    turnToVolume,
)
from SpineSlicer.scene.StackInScene import StackInScene
from SpineSlicer.scene.studyNodes import SEGMENTATION
from SpineSlicer.scene.studyViews import showInViews
from SpineSlicer.scene.volumeInScene import axesInWorld, ijkToWorld, shapeOf, worldToIjk
from SpineSlicer.scene.volumeNodes import nodesOfClass

AXIAL_VIEW, SAGITTAL_VIEW = "vtkMRMLSliceNodeRed", "vtkMRMLSliceNodeYellow"
COMPARE_VIEW = "vtkMRMLSliceNodeGreen"


class ViewLink:
    """Follows the views that lie in the stack's plane, and scrolls all of them to the study's place.

    The axial view shows the stack's own slices; the sagittal one the study's own sagittal series,
    where the scene has one of the same space; the others the stack. Views are fitted when a study
    is first shown; from then on a reader's zoom and pan stay, from block to block too.

    Args:
        study: what is in step with the views.

    Example:
        link = ViewLink(study)
        link.start()
    """

    def __init__(self, study: ShownStudy) -> None:
        self._study, self._busy, self._stack = study, False, ""
        self._observed: list[tuple[Any, int]] = []
        # What the green view compares with, and how it lay before.
        self._compared = ""
        self._before: ViewState | None = None
        self._fitted = ""  # the study that the views were fitted to
        self._sagittal: Any = None
        self._turned: dict[str, NDArray[np.float64]] = {}  # view → the axes that it was turned to
        # The slice that is shown: its number, and where its canal is, world mm.
        self._number, self._at = -1, list[float]()
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

    def compare(self, stack: str) -> None:
        """Shows another stack in its own slices, beside the one that is gone through.

        Args:
            stack: its id; empty to compare no more.
        """
        if stack == self._compared:
            return
        view = self._view(COMPARE_VIEW)
        if view is not None and not self._compared:
            self._before = stateOf(view)
        elif view is not None and not stack and self._before is not None:
            self._busy = True
            bringBack(view, self._before)
            self._busy = False
        self._compared, self._stack = stack, ""
        if self._observed:
            self._show()

    def _onChanged(self, what: str) -> None:
        if what == STUDY_CHANGED:
            self._stack, findings = "", self._study.findings
            if findings is None:
                self._fitted, self._at, self._sagittal, self._turned = "", [], None, {}
            if findings is None or self._compared not in [stack.id for stack in findings.stacks]:
                self.compare("")
                self._before = None
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
            self._bring(place.stack, where, self._study.toWorld(self._study.place))
        finally:
            self._busy = False

    def _showSegmented(self) -> None:
        """The images of a study that was only segmented, not those of the study before it."""
        if self._study.study:
            showInViews(self._study.nodes.node(SEGMENTATION))

    def _bring(self, stack: str, where: StackInScene, world: list[float]) -> None:
        """Brings every view to the place; what a reader sees of it otherwise stays as it is."""
        views = nodesOfClass(self._study.scene, "vtkMRMLSliceNode")
        axial = self._view(AXIAL_VIEW)
        spot = spotOf(axial, self._at) if axial is not None and self._at else None
        isNew = stack != self._stack and where.volumeNode is not None
        if isNew:
            self._showLayers(stack, where, views)
        turned = [view for view in views if self._turn(view, where, world)]
        # Within a block the picture stands still; beyond, and where a volume moves, the canal does.
        stays = isNew or axial in turned or self._number == self._study.place
        fits = isNew and self._fitted != self._study.study
        if fits:
            self._fitted = self._study.study
            slicer.util.setSliceViewerLayers(fit=True)
        for view in views:
            comparing = self._isComparing(view)
            point = self._nearestOf(self._compared, world) if comparing else world
            if comparing and view in turned and axial is not None:
                sameScale(view, axial)
            if view is axial and stays and not fits and spot is not None:
                jumpKeeping(view, world, spot)
            view.JumpSliceByOffsetting(*point)
            # In a bent volume the plane is the slice's at the canal alone.
            centred = fits or where.isBent if view is axial else view in turned and comparing
            if centred or not isInSight(view, point):
                view.JumpSliceByCentering(*point)
        self._at, self._number = world, self._study.place

    def _showLayers(self, stack: str, where: StackInScene, views: list[Any]) -> None:
        """Each view's volume: the stack, the sagittal series, the stack to compare with."""
        study, findings = self._study, self._study.findings
        assert findings is not None
        mendViews(study.scene)
        self._stack, self._sagittal = stack, sagittalVolume(study.nodes, findings, where.stack)
        for view in views:
            volume = self._volumeOf(view, where) or where.volumeNode
            if setBackground(view, volume) or view.GetID() != SAGITTAL_VIEW:
                self._turned.pop(view.GetID(), None)

    def _turn(self, view: Any, where: StackInScene, world: list[float]) -> bool:
        """Turns a view to its volume's slices, as they were acquired; whether it had to.

        Only where they lie otherwise than before: a reader may have turned the view.
        """
        volume = self._volumeOf(view, where)
        if volume is None or volume.GetScene() is None:
            return False
        if view.GetID() not in (AXIAL_VIEW, SAGITTAL_VIEW) and not self._isComparing(view):
            return False
        ijk = worldToIjk(volume, world)
        axes = axesInWorld(volume, ijk)
        before = self._turned.get(view.GetID())
        if before is not None and np.allclose(axes, before, atol=1e-4):
            return False
        self._turned[view.GetID()] = axes
        if view.GetID() == SAGITTAL_VIEW:
            turnToVolume(view, volume, "Sagittal")
        else:
            turnToSlices(view, volume, ijk)
        return True

    def _volumeOf(self, view: Any, where: StackInScene) -> Any:
        """What a view is to show; None where the study has no sagittal series."""
        if self._isComparing(view):
            return self._study.inScene(self._compared).volumeNode
        return self._sagittal if view.GetID() == SAGITTAL_VIEW else where.volumeNode

    def _isComparing(self, view: Any) -> bool:
        if not self._compared or view.GetID() != COMPARE_VIEW:
            return False
        where = self._study.inScene(self._compared)
        return where.volumeNode is not None and where.fits

    def _nearestOf(self, stack: str, world: list[float]) -> list[float]:
        """The canal, or else the middle, of a stack's slice that is nearest to a point, world mm."""
        assert self._study.findings is not None
        compared, where = self._study.findings.stack(stack), self._study.inScene(stack)
        if not compared.slices:  # it was not read slice by slice
            ijk, last = worldToIjk(where.volumeNode, world), shapeOf(where.volumeNode)[::-1]
            ijk = np.clip(ijk, 0, np.array(last) - 1)
            return [float(x) for x in ijkToWorld(where.volumeNode, ijk)]
        ras = where.fromWorld(world)
        axes = np.array(compared.ijk_to_ras)[:3]
        normal = np.cross(axes[:, 0], axes[:, 1])
        nearest = min(
            compared.slices, key=lambda slice_: abs(normal @ (np.array(slice_.position_ras) - ras))
        )
        return where.toWorld(nearest.canal_center_ras or nearest.position_ras)

    def _view(self, identifier: str) -> Any:
        return self._study.scene.GetNodeByID(identifier)

    def _onView(self, node: Any, _event: str) -> None:
        if self._busy or self._isComparing(node):  # the reader scrolls the second stack by itself
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
            place = self._study.current
            if place is not None and place.stack != self._stack:  # beyond the block's border
                self._show()
            else:
                self._at, self._number = self._study.toWorld(number), number
