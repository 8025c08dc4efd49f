"""The slice views' orientation: the patient's right is at the picture's left, whatever was loaded.

Slicer keeps one node a view. A scene that is loaded overwrites it, and closing the scene turns it
back to its default orientation; one without (as the command line of version 0.1 wrote them) leaves
the view at the identity, in which left and right are swapped, and turning it to a volume's plane
keeps the handedness that it finds.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray
from slicer import util

from SpineSlicer.scene.volumeInScene import axesInWorld, ijkToWorld, isBent, middleOf
from SpineSlicer.scene.volumeNodes import nodesOfClass

# Names of Slicer's orientations, by the axis of the world (R, A, S) that they look along.
ORIENTATIONS = ("Sagittal", "Coronal", "Axial")
# What the views of Slicer's own layouts show, by the beginning of their names (Red+, Red++, ...).
_OF_LAYOUT = {"Red": "Axial", "Yellow": "Sagittal", "Green": "Coronal"}


@dataclass(frozen=True)
class ViewState:
    """How a slice view lies and what it shows.

    Attributes:
        matrix: from its plane to RAS, 4×4.
        scale: mm a pixel, which is what Slicer keeps where a view is made larger or smaller.
        origin: how far it is panned, mm.
        volume: the ID of its background.
    """

    matrix: NDArray[np.float64]
    scale: float
    origin: tuple[float, float]
    volume: str


def stateOf(view: Any) -> ViewState:
    """What `bringBack` needs."""
    matrix, shown = np.array(util.arrayFromVTKMatrix(view.GetSliceToRAS())), backgroundOf(view)
    x, y, _z = view.GetXYZOrigin()
    identifier = shown.GetID() if shown is not None else ""
    return ViewState(matrix, _scaleOf(view), (x, y), identifier)


def bringBack(view: Any, state: ViewState) -> None:
    """Puts a view back where it was, and shows what it showed, if that is still there."""
    volume = view.GetScene().GetNodeByID(state.volume)
    if volume is not None:
        setBackground(view, volume)
    for row, column in np.ndindex(4, 4):
        view.GetSliceToRAS().SetElement(row, column, float(state.matrix[row, column]))
    _setScale(view, state.scale)
    view.SetSliceOrigin(*state.origin, 0.0)
    view.UpdateMatrices()


def mendViews(scene: slicer.vtkMRMLScene) -> None:
    """Gives each slice view that has none a default orientation, and turns it where it is mirrored.

    A view that has one is left alone: it is as Slicer, or its reader, wanted it.
    """
    for view in nodesOfClass(scene, "vtkMRMLSliceNode"):
        if view.GetDefaultOrientation():
            continue
        orientation = _orientationOfLayout(view) or _nearest(_axesOf(view)[:, 2])
        view.SetDefaultOrientation(orientation)
        if not any(_liesNear(view, name) for name in ORIENTATIONS):
            view.SetOrientation(orientation)
            background = backgroundOf(view)
            if background is not None:
                turnToVolume(view, background, orientation)


def turnToVolume(view: Any, volumeNode: Any, orientation: str) -> None:
    """Turns a view to the volume's axes that are nearest to an orientation.

    Args:
        view: the slice node; its place stays.
        volumeNode: what transforms it counts, too.
        orientation: ``Axial``, ``Sagittal`` or ``Coronal``.
    """
    _turn(view, axesInWorld(volumeNode, middleOf(volumeNode)), orientation, -1)


def turnToSlices(view: Any, volumeNode: Any, ijk: Any = None) -> None:
    """Turns a view to the volume's own slices, as they were acquired, whatever their plane.

    Args:
        view: the slice node; its place stays.
        volumeNode: what transforms it counts, too.
        ijk: the voxel at which the plane is wanted, for volumes that are bent; by default the
            middle.
    """
    axes = axesInWorld(volumeNode, middleOf(volumeNode) if ijk is None else ijk)
    _turn(view, axes, _nearest(np.cross(axes[:, 0], axes[:, 1])), 2)


def planeOf(volumeNode: Any) -> str:
    """The plane of a volume's own slices where it is now: the nearest of ``ORIENTATIONS``."""
    axes = axesInWorld(volumeNode, middleOf(volumeNode))
    return _nearest(np.cross(axes[:, 0], axes[:, 1]))


def backgroundOf(view: Any) -> Any:
    """The volume node that a view shows; None where it shows none."""
    composite = partnerOf(view, "vtkMRMLSliceCompositeNode")
    shown = composite.GetBackgroundVolumeID() if composite else None
    return view.GetScene().GetNodeByID(shown) if shown else None


def setBackground(view: Any, volumeNode: Any) -> bool:
    """Shows a volume in a view, which is neither turned nor fitted; whether it showed another."""
    composite = partnerOf(view, "vtkMRMLSliceCompositeNode")
    if composite is None or composite.GetBackgroundVolumeID() == volumeNode.GetID():
        return False
    composite.SetBackgroundVolumeID(volumeNode.GetID())
    return True


def showOnlyIn(display: Any, views: Collection[str]) -> None:
    """Draws a display node in these views alone, by their IDs; in all where there is none."""
    if sorted(display.GetViewNodeIDs() or ()) == sorted(views):
        return
    modified = display.StartModify()
    display.RemoveAllViewNodeIDs()
    for view in views:
        display.AddViewNodeID(view)
    display.EndModify(modified)


def showsSlices(view: Any, volumeNode: Any, ijk: Any) -> bool:
    """Whether a view lies in the plane of the volume's own slices, to a few degrees."""
    axes = axesInWorld(volumeNode, ijk)
    normal = np.cross(axes[:, 0], axes[:, 1])
    along = abs(normal @ _axesOf(view)[:, 2]) / np.linalg.norm(normal)
    return bool(along > (0.99 if isBent(volumeNode) else 0.999))


def slicesOff(view: Any, volumeNode: Any, ijk: Any) -> float:
    """How many of the volume's slices a view's plane lies off a voxel; 0 where it meets it."""
    axes = axesInWorld(volumeNode, ijk)
    normal = np.cross(axes[:, 0], axes[:, 1])
    matrix = np.array(util.arrayFromVTKMatrix(view.GetSliceToRAS()))
    away = matrix[:3, 3] - ijkToWorld(volumeNode, ijk)
    return float(normal @ away / (normal @ axes[:, 2]))


def isInSight(view: Any, world: Any) -> bool:
    """Whether a point lies within a view's borders, wherever it is across the view."""
    x, y, _z, _w = np.linalg.inv(util.arrayFromVTKMatrix(view.GetXYToRAS())) @ [*world, 1.0]
    width, height, _depth = view.GetDimensions()
    return bool(0.0 < x < width and 0.0 < y < height)


def sameScale(view: Any, other: Any) -> None:
    """Gives a view the scale of another one: as many pixels a millimetre."""
    _setScale(view, _scaleOf(other))


def jumpKeeping(view: Any, world: Any, spot: Any) -> None:
    """Goes to a point, which then stands where another one stood before the view was turned.

    Args:
        view: the slice node.
        world: the point, mm.
        spot: (x, y) mm from the middle of the view, along its own axes: `spotOf` the other one.
    """
    at = np.asarray(world, float) - _axesOf(view)[:, :2] @ spot
    matrix = view.GetSliceToRAS()
    for row in range(3):
        matrix.SetElement(row, 3, float(at[row]))
    view.UpdateMatrices()


def spotOf(view: Any, world: Any) -> NDArray[np.float64]:
    """Where a point stands in a view: (x, y) mm from the middle of its plane, along its axes."""
    matrix = np.array(util.arrayFromVTKMatrix(view.GetSliceToRAS()))
    return np.asarray(_axesOf(view)[:, :2].T @ (np.asarray(world, float) - matrix[:3, 3]))


def _scaleOf(view: Any) -> float:
    return float(view.GetFieldOfView()[1] / view.GetDimensions()[1])


def _setScale(view: Any, mm: float) -> None:
    width, height, _depth = view.GetDimensions()
    view.SetFieldOfView(width * mm, height * mm, view.GetFieldOfView()[2])


def partnerOf(view: Any, className: str) -> Any:
    """The node of a class that belongs to a view, by the name in the layout; None if none does."""
    for node in nodesOfClass(view.GetScene(), className):
        if node.GetLayoutName() == view.GetLayoutName():
            return node
    return None


def _turn(view: Any, axes: NDArray[np.float64], orientation: str, across: int) -> None:
    matrix = np.eye(4)
    matrix[:3, :3] = _rightAngled(axes)
    # First the orientation itself: what the view has now, mirrored or not, must not count.
    view.SetOrientation(orientation)
    view.RotateToAxes(util.vtkMatrixFromArray(matrix), across)


def _rightAngled(axes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Axes at right angles whose first two lie in the same plane: a picture is not sheared."""
    i = axes[:, 0] / np.linalg.norm(axes[:, 0])
    j = axes[:, 1] - (axes[:, 1] @ i) * i
    j /= np.linalg.norm(j)
    return np.stack([i, j, np.cross(i, j) * np.sign(np.linalg.det(axes))], axis=1)


def _axesOf(view: Any) -> NDArray[np.float64]:
    axes = np.array(util.arrayFromVTKMatrix(view.GetSliceToRAS()))[:3, :3]
    return axes / np.linalg.norm(axes, axis=0)


def _nearest(normal: NDArray[np.float64]) -> str:
    return ORIENTATIONS[int(np.abs(normal).argmax())]


def _orientationOfLayout(view: Any) -> str:
    name = view.GetLayoutName() or ""
    return next((plane for begin, plane in _OF_LAYOUT.items() if name.startswith(begin)), "")


def _liesNear(view: Any, orientation: str) -> bool:
    """Whether right, up and ahead of the picture are less than 60° from those of an orientation."""
    preset = view.GetSliceOrientationPreset(orientation)
    wanted = np.array([[preset.GetElement(row, n) for n in range(3)] for row in range(3)])
    return bool(((_axesOf(view) * wanted).sum(axis=0) > 0.5).all())
