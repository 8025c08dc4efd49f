"""Which names of vertebrae and discs are drawn, and in which views: those that can be read there."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
import vtk
from numpy.typing import NDArray
from slicer import util

from SpineLib.labels import structure
from SpineSlicer.scene.closedSurfaces import hasSurfaces
from SpineSlicer.scene.labelmapNodes import segmentsIn
from SpineSlicer.scene.namesIn3D import canBeReadIn3D
from SpineSlicer.scene.naming import namesOf
from SpineSlicer.scene.segmentNames import drawTextAlone
from SpineSlicer.scene.sliceViews import showOnlyIn
from SpineSlicer.scene.studyNodes import (
    FLAGGED_RUNS,
    LEVEL_NAMES,
    SLICE_LABELS,
    nodesOfKind,
    segmentationNodes,
)
from SpineSlicer.scene.volumeNodes import nodesOfClass

# A view runs along the spine where its plane is less than 45° from the body's axis.
ACROSS = 0.707
# From one name to the next, in heights of the text.
LINE = 1.25
# Pixels of a text's height for each of its display node's scale and a view's screen scale: the
# text property's size, 5, times the 5 of vtkSlicerMarkupsWidgetRepresentation2D.
TEXT_HEIGHT = 25.0
_FOLLOWED = ("vtkMRMLSliceNode", "vtkMRMLCameraNode", "vtkMRMLSegmentationNode")
# What a segmentation tells when its segments or surfaces come into sight or go.
_SHOWN = (
    slicer.vtkMRMLDisplayableNode.DisplayModifiedEvent,
    slicer.vtkSegmentation.ContainedRepresentationNamesModified,
    slicer.vtkSegmentation.SegmentModified,
)


class NamesInViews:
    """Keeps the names of all our segmentations, and of levels, in step with views and segments.

    A name is drawn in views along the spine, never across it, where all would lie over each other;
    in 3D where surfaces are shown, unless they are so far away that names touch; only as long as its segment is; and, where a view is too small
    for all, only if it does not touch another: vertebrae come before discs. It lives as long as
    a panel; several do no harm.

    Args:
        scene: what is watched.

    Example:
        names = NamesInViews(slicer.mrmlScene)
        names.update()
        names.stop()
    """

    def __init__(self, scene: slicer.vtkMRMLScene) -> None:
        self._scene, self._views = scene, dict[Any, tuple[Any, ...]]()  # slice view → `_stateOf` it
        self._observed: dict[Any, list[int]] = {}
        self._shown: dict[Any, Any] = {}  # segmentation → which of its segments were in sight
        self._tags = [
            scene.AddObserver(scene.NodeAddedEvent, self._onAdded),
            scene.AddObserver(scene.NodeRemovedEvent, self._onRemoved),
            scene.AddObserver(scene.EndImportEvent, self.update),
        ]
        for name in _FOLLOWED:
            for node in nodesOfClass(scene, name):
                self._follow(node)

    def stop(self) -> None:
        """Watches the scene no more."""
        for tag in self._tags:
            self._scene.RemoveObserver(tag)
        for node in list(self._observed):
            self._forget(node)

    def update(self, *_arguments: Any) -> None:
        """Brings the names in step; for when a segmentation came into sight."""
        slices = [node for node in self._observed if node.IsA("vtkMRMLSliceNode")]
        self._views = {view: _stateOf(view) for view in slices}
        for segmentation in segmentationNodes(self._scene):
            fitNames(segmentation)
        for names in nodesOfKind(self._scene, LEVEL_NAMES):
            fitLevelNames(names)
        for kind in (SLICE_LABELS, FLAGGED_RUNS):  # of a scene of version 0.1
            for labels in nodesOfKind(self._scene, kind):
                drawTextAlone(labels.GetDisplayNode())

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onAdded(self, _scene: Any, _event: str, node: Any) -> None:
        if any(node.IsA(name) for name in _FOLLOWED):
            self._follow(node)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onRemoved(self, _scene: Any, _event: str, node: Any) -> None:
        if node in self._observed:
            self._forget(node)

    def _follow(self, node: Any) -> None:
        if node.IsA("vtkMRMLSliceNode"):
            self._observed[node] = [node.AddObserver("ModifiedEvent", self._onView)]
        elif node.IsA("vtkMRMLCameraNode"):
            self._observed[node] = [node.AddObserver("ModifiedEvent", self._onCamera)]
        else:
            self._observed[node] = [node.AddObserver(e, self._onSegmentation) for e in _SHOWN]

    def _forget(self, node: Any) -> None:
        self._shown.pop(node, None)
        self._views.pop(node, None)
        for tag in self._observed.pop(node):
            node.RemoveObserver(tag)

    def _onView(self, view: Any, _event: str) -> None:
        """A reader scrolls more often than zooms or turns: only what counts is looked at."""
        if not self._scene.IsBatchProcessing() and _stateOf(view) != self._views.get(view):
            self.update()

    def _onCamera(self, *_arguments: Any) -> None:
        if self._scene.IsBatchProcessing():
            return
        for segmentation in segmentationNodes(self._scene):
            if _showsSurfaces(segmentation):
                for names in namesOf(segmentation):
                    _fitIn3D(names)

    def _onSegmentation(self, node: Any, _event: str) -> None:
        if self._scene.IsBatchProcessing() or node not in segmentationNodes(self._scene):
            return
        shown = (_visibleNumbers(node), _showsSurfaces(node))
        if self._shown.get(node) != shown:
            self._shown[node] = shown
            fitNames(node)


def fitNames(segmentation: Any) -> None:
    """Shows those names of a segmentation that can be read, where they can be.

    Args:
        segmentation: one of ours; one without names changes nothing.
    """
    for names in namesOf(segmentation):
        labels = _descriptions(names)
        numbers = _visibleNumbers(segmentation)
        kinds = {n: structure(int(label or 0)).kind for n, label in labels.items()
                 if int(label or 0) in numbers}  # fmt: skip
        _fit(names, kinds, _showsSurfaces(segmentation))


def fitLevelNames(names: Any) -> None:
    """The same for the localiser's names, which belong to no surface.

    Args:
        names: from `levelNames.addLevelNames`.
    """
    kinds = {n: kind.split()[0] for n, kind in _descriptions(names).items()
             if names.GetNthControlPointLabel(n)}  # fmt: skip
    _fit(names, kinds, False)


def _descriptions(names: Any) -> dict[int, str]:
    count = names.GetNumberOfControlPoints()
    return {n: names.GetNthControlPointDescription(n) for n in range(count)}


def _fit(names: Any, kinds: dict[int, str], in3D: bool) -> None:
    """Shows the points that can be read, of those whose kind is given."""
    scene, display = names.GetScene(), names.GetDisplayNode()
    if display is None:
        return
    along = [view for view in nodesOfClass(scene, "vtkMRMLSliceNode") if _isAlong(view)]
    drawTextAlone(display)  # in scenes of earlier versions too
    display.SetVisibility2D(bool(along))
    views = [*along, *nodesOfClass(scene, "vtkMRMLViewNode")]
    showOnlyIn(display, [view.GetID() for view in views])
    shown = _readable(names, kinds, _mapped(along))
    modified = names.StartModify()
    for index in range(names.GetNumberOfControlPoints()):
        if bool(names.GetNthControlPointVisibility(index)) != (index in shown):
            names.SetNthControlPointVisibility(index, index in shown)
    names.EndModify(modified)
    if in3D:
        _fitIn3D(names)
    else:
        display.SetVisibility3D(False)


def _fitIn3D(names: Any) -> None:
    """Shows the names in 3D, or from too far away none of them."""
    count, display = names.GetNumberOfControlPoints(), names.GetDisplayNode()
    shown = [n for n in range(count) if names.GetNthControlPointVisibility(n)]
    height = TEXT_HEIGHT * LINE * display.GetTextScale()
    display.SetVisibility3D(canBeReadIn3D(names, shown, height))


def _readable(names: Any, kinds: dict[int, str], views: list[Any]) -> set[int]:
    """Of these points, those that are a line apart in every view."""
    count = names.GetNumberOfControlPoints()
    places = np.array([names.GetNthControlPointPositionWorld(n) for n in range(count)])
    # Lines of text from below, a row a view.
    scale = TEXT_HEIGHT * LINE * names.GetDisplayNode().GetTextScale()
    up = [places @ _up(view) / (scale * view.GetScreenScaleFactor()) for view in views]
    shown: set[int] = set()
    for n in sorted(kinds, key=lambda n: (kinds[n] == "disc", places[n][2])):
        if all(abs(line[n] - line[other]) >= 1.0 for line in up for other in shown):
            shown.add(n)
    return shown


def _up(view: Any) -> NDArray[np.float64]:
    """Pixels up the picture for each mm to the right, to the front and up."""
    axis = np.array(util.arrayFromVTKMatrix(view.GetSliceToRAS()))[:3, 1]
    return axis * view.GetDimensions()[1] / view.GetFieldOfView()[1]


def _visibleNumbers(segmentation: Any) -> set[int]:
    display = segmentation.GetDisplayNode()
    if display is None or not display.GetVisibility():
        return set()
    segments = segmentsIn(segmentation)
    return {number for name, _segment, number in segments if display.GetSegmentVisibility(name)}


def _showsSurfaces(segmentation: Any) -> bool:
    display = segmentation.GetDisplayNode()
    return bool(
        display
        and display.GetVisibility()
        and display.GetVisibility3D()
        and hasSurfaces(segmentation)
    )


def _isAlong(view: Any) -> bool:
    normal = np.array(util.arrayFromVTKMatrix(view.GetSliceToRAS()))[:3, 2]
    return bool(abs(normal[2]) < ACROSS * np.linalg.norm(normal))


def _mapped(views: list[Any]) -> list[Any]:
    """The views that the layout shows; all where it shows none, as a program without a layout."""
    return [view for view in views if view.IsMappedInLayout()] or views


def _stateOf(view: Any) -> tuple[Any, ...]:
    """Differs where a view was turned across the spine, zoomed, or brought into sight."""
    return (_isAlong(view), view.IsMappedInLayout(), *view.GetFieldOfView()[:2],
            *view.GetDimensions()[:2])  # fmt: skip
