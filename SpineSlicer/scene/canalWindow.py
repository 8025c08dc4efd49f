"""The window around the canal as a box that can be moved in the views."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from SpineLib.findings import StackFindings
from SpineSlicer.scene.StackInScene import StackInScene
from SpineSlicer.scene.studyNodes import KIND, STUDY, WINDOW, own, studyOfRoot

Corners = list[list[float]]


def addWindow(findings: Any) -> slicer.vtkMRMLMarkupsROINode:
    """Adds the box; it is not saved, since what a reader drew stands in the reader's log.

    Args:
        findings: the text node with the findings of the study that the box is of.
    """
    box = findings.GetScene().AddNewNodeByClass("vtkMRMLMarkupsROINode", "Canal window")
    box.CreateDefaultDisplayNodes()
    box.SetSaveWithScene(False)
    display = box.GetDisplayNode()
    display.SetHandlesInteractive(True)
    display.SetRotationHandleVisibility(False)  # the model's window lies along the image's rows
    display.SetFillVisibility(False)
    display.SetPropertiesLabelVisibility(False)
    display.SetSelectedColor(0.94, 0.89, 0.26)
    display.SetSnapMode(display.SnapModeUnconstrained)
    box.SetAttribute(KIND, WINDOW)
    box.SetAttribute(STUDY, studyOfRoot(findings))
    own(findings, [box])
    return box


def placeWindow(box: Any, where: StackInScene, corners: Corners) -> None:
    """Puts the box along a stack's axes, under what transforms its volume.

    Args:
        box: the node.
        where: the stack, as it lies now; gives the axes and how thick the box is.
        corners: two opposite corners in the slice, in the RAS of the findings, mm.
    """
    stack = where.stackInNode()
    axes, matrix = _axes(stack), np.eye(4)
    first, second = np.array([where.inNode(corner) for corner in corners])
    matrix[:3, :3], matrix[:3, 3] = axes, (first + second) / 2
    if np.linalg.det(axes) < 0:
        matrix[:3, 2] *= -1
    width, height = np.abs(axes[:, :2].T @ (second - first))
    if where.volumeNode is not None:
        box.SetAndObserveTransformNodeID(where.volumeNode.GetTransformNodeID())
    box.SetAndObserveObjectToNodeMatrix(slicer.util.vtkMatrixFromArray(matrix))
    box.SetSize(width, height, stack.spacing[2])
    box.SetXYZ((0.0, 0.0, 0.0))
    box.SetCenter(*matrix[:3, 3])


def windowOf(box: Any, where: StackInScene) -> Corners:
    """The box's two corners as it stands now, in the plane of its middle.

    Returns:
        RAS mm of the findings.
    """
    stack, middle = where.stackInNode(), [0.0] * 3
    box.GetCenter(middle)
    return [where.fromNode(corner) for corner in corners(stack, middle, box.GetSize()[:2])]


def corners(stack: StackFindings, middle: Any, size: Any) -> Corners:
    """Two opposite corners, RAS mm, of a window in a slice's plane.

    Args:
        stack: gives the directions of rows and columns.
        middle: RAS mm.
        size: width and height, mm.
    """
    half = _axes(stack)[:, :2] @ (np.array(size) / 2)
    return [(np.array(middle) - half).tolist(), (np.array(middle) + half).tolist()]


def _axes(stack: StackFindings) -> NDArray[np.float64]:
    axes = np.array(stack.ijk_to_ras, float)[:3, :3]
    return axes / np.linalg.norm(axes, axis=0)
