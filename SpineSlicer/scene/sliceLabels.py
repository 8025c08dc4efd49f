"""Verdict and grade as text beside the ring, where no two texts collide.

Two markups nodes: one point a slice, outside the ring, which an axial view shows on that slice
only; and one point a run of flagged slices, for the sagittal, coronal and 3D views.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from SpineLib.findings import Findings, SliceFinding, StackFindings
from SpineLib.volume import Volume
from SpineSlicer.scene.directionLetters import ANTERIOR, RIGHT, nearestAxis
from SpineSlicer.scene.segmentNames import addName, addTextNode, showInParallelSlices
from SpineSlicer.scene.subjectHierarchy import placeBeside
from SpineSlicer.scene.verdictHalo import OUTER_RADIUS, canalCenters, gridOf
from SpineSlicer.scene.verdicts import labelText, runs, shortText, withLevel, worst

# Slicer's names of the views in its standard layouts.
AXIAL_VIEWS = ("vtkMRMLSliceNodeRed",)
OTHER_VIEWS = ("vtkMRMLSliceNodeYellow", "vtkMRMLSliceNodeGreen", "vtkMRMLViewNode1")
GAP = 2.0
# Millimetres between two runs' labels, so that they are two lines in a view of a whole stack.
LINE = 10.0


def addSliceLabels(
    scene: slicer.vtkMRMLScene,
    findings: Findings,
    volume: Volume,
    stack: StackFindings,
    volumeNode: Any,
) -> tuple[slicer.vtkMRMLMarkupsFiducialNode, slicer.vtkMRMLMarkupsFiducialNode]:
    """Adds the labels of a stack's slices and of its runs of flagged slices.

    Returns:
        The slices' and the runs' nodes.
    """
    centers = canalCenters(volume, stack.slices)
    right, anterior, left = _inPlane(volume)
    name = volumeNode.GetName()
    slices = _addNode(scene, f"{name} slice labels", AXIAL_VIEWS)
    modified = slices.StartModify()  # one event for all points
    for slice_, center in zip(stack.slices, centers, strict=True):
        # Above the ring, from its right edge on: the text runs along the ring and leaves it free.
        position = center + (OUTER_RADIUS + GAP) * anterior + 0.8 * OUTER_RADIUS * right
        addName(slices, position, labelText(findings, slice_), slice_.sop_instance_uid)
    slices.EndModify(modified)
    flagged = _addNode(scene, f"{name} flagged runs", OTHER_VIEWS)
    # Seen in every sagittal and coronal slice, left and behind the ring, never on the cord.
    showInParallelSlices(flagged.GetDisplayNode())
    for slice_, center in _apart(findings, stack, centers):
        position = center + (OUTER_RADIUS + GAP) * (left - anterior)
        addName(flagged, position, _runText(findings, slice_), slice_.sop_instance_uid)
    for node in (slices, flagged):
        placeBeside(scene, node, volumeNode)
    return slices, flagged


def renameRuns(node: Any, findings: Findings, stack: StackFindings) -> None:
    """Writes the levels of the runs anew, after they were named in another way.

    Args:
        node: the second of `addSliceLabels`.
        findings: with the new levels, and otherwise as they were.
        stack: of the node.
    """
    grid = gridOf(stack)
    for n, (slice_, _) in enumerate(_apart(findings, stack, canalCenters(grid, stack.slices))):
        if n < node.GetNumberOfControlPoints():
            node.SetNthControlPointLabel(n, _runText(findings, slice_))


def _runText(findings: Findings, slice_: SliceFinding) -> str:
    return withLevel(slice_, shortText(findings, slice_, scheme=False))


def _apart(
    findings: Findings, stack: StackFindings, centers: NDArray[np.float64]
) -> list[tuple[SliceFinding, NDArray[np.float64]]]:
    """Each run's worst slice and its centre; of two runs too close for two lines, the worse one."""
    flagged = [slice_ for run in runs(stack) if (slice_ := worst(findings, run)) is not None]
    kept: list[tuple[SliceFinding, NDArray[np.float64]]] = []
    for slice_ in sorted(flagged, key=findings.severity, reverse=True):
        center = centers[stack.slices.index(slice_)]
        if all(np.linalg.norm(center - other) >= LINE for _, other in kept):
            kept.append((slice_, center))
    return kept


def _addNode(scene: Any, name: str, views: tuple[str, ...]) -> Any:
    node = addTextNode(scene, name, 3.2, views)
    display = node.GetDisplayNode()
    display.SetColor(1.0, 1.0, 1.0)
    display.GetTextProperty().SetBackgroundColor(0.0, 0.0, 0.0)
    display.GetTextProperty().SetBackgroundOpacity(0.45)
    return node


def _inPlane(volume: Volume) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    # The slice's own axes nearest to right and anterior: labels stay in an oblique slice's plane.
    directions = volume.directions[:, :2]
    left = nearestAxis(directions, -RIGHT)
    return -left, nearestAxis(directions, ANTERIOR), left
