"""The segments' names in the views: colour never stands alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from SpineLib.findings import SegmentationFinding, SegmentFinding
from SpineLib.inference.parts import Parts
from SpineLib.labels import CANAL
from SpineLib.slabs import Steps
from SpineLib.volume import Volume
from SpineSlicer.scene.subjectHierarchy import placeBeside

# Slicer's names of the views along the spine in its standard layouts; `NamesInViews` follows others.
VIEWS = ("vtkMRMLSliceNodeYellow", "vtkMRMLSliceNodeGreen")
# A vertebra's level is compared with the canal this far up and down, mm.
REACH = 12.0


def addingSegmentNames(
    scene: slicer.vtkMRMLScene, labelmap: Volume, finding: SegmentationFinding, volumeNode: Any
) -> Steps[slicer.vtkMRMLMarkupsFiducialNode]:
    """Adds one label a vertebra and disc, on its body, seen in every parallel slice; in steps.

    The node is in the scene from the last step on.

    Args:
        scene: where the node is added.
        labelmap: SPIDER's numbers.
        finding: the segments and their names.
        volumeNode: the volume that was segmented.
    """
    parts = Parts(labelmap)
    shown = [segment for segment in finding.segments if segment.kind != "canal"]
    places = []
    for segment in shown:
        yield
        places.append(bodyMiddle(parts, segment))
    node = addNamesNode(scene, f"{volumeNode.GetName()} segment names")
    for segment, middle in zip(shown, places, strict=True):
        addName(node, middle, shortName(segment.name), str(segment.label))
    placeBeside(scene, node, volumeNode)
    return node


def addNamesNode(scene: slicer.vtkMRMLScene, name: str) -> slicer.vtkMRMLMarkupsFiducialNode:
    """A markups node for names, which are drawn as text alone in every parallel slice."""
    node = addTextNode(scene, name, 3.4, VIEWS)
    display = node.GetDisplayNode()
    display.SetVisibility3D(False)
    display.SetOccludedVisibility(True)  # in 3D a name's place lies within its bone
    display.SetOccludedOpacity(1.0)
    showInParallelSlices(display)
    return node


def addTextNode(
    scene: slicer.vtkMRMLScene, name: str, scale: float, views: Iterable[str]
) -> slicer.vtkMRMLMarkupsFiducialNode:
    """A locked markups node that is drawn as bold white text alone, in these views."""
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", name)
    node.CreateDefaultDisplayNodes()
    node.SetLocked(True)
    display = node.GetDisplayNode()
    drawTextAlone(display)
    display.SetTextScale(scale)
    display.SetPropertiesLabelVisibility(False)
    display.SetPointLabelsVisibility(True)
    display.SetSelectedColor(1.0, 1.0, 1.0)
    display.GetTextProperty().SetBold(True)
    display.GetTextProperty().SetShadow(True)
    for view in views:
        display.AddViewNodeID(view)
    return node


def showInParallelSlices(display: Any) -> None:
    """Draws points in every slice of a view, not only in the one that they lie in."""
    display.SetSliceProjection(True)
    display.SetSliceProjectionUseFiducialColor(True)
    display.SetSliceProjectionOpacity(1.0)


def addName(node: Any, ras: Iterable[float], name: str, description: str) -> None:
    """Adds a text to such a node, with what it is the text of."""
    index = node.AddControlPoint(*(float(x) for x in ras), name)
    node.SetNthControlPointDescription(index, description)
    node.SetNthControlPointLocked(index, True)


def drawTextAlone(display: Any) -> None:
    """Draws labels without a glyph, which would be a small tick beside them."""
    display.SetGlyphType(slicer.vtkMRMLMarkupsDisplayNode.GlyphTypeInvalid)


def renameSegmentNames(node: Any, finding: SegmentationFinding) -> None:
    """Writes new names; those of segments that are no more are hidden.

    Args:
        node: from `addingSegmentNames`; each of its points has the segment's number as description.
        finding: the segments that there are, and their names.
    """
    names = {str(segment.label): shortName(segment.name) for segment in finding.segments}
    for index in range(node.GetNumberOfControlPoints()):
        name = names.get(node.GetNthControlPointDescription(index))
        node.SetNthControlPointVisibility(index, name is not None)
        if name is not None:
            node.SetNthControlPointLabel(index, name)


def shortName(whole: str) -> str:
    """The name without its explanation: ``L4``, ``vertebra 1 ?``.

    Example:
        >>> shortName("vertebra 1 (level not known)")
        'vertebra 1 ?'
    """
    name, _, explanation = whole.partition(" (")
    return f"{name} ?" if "not known" in explanation else name


def bodyMiddle(parts: Parts, segment: SegmentFinding) -> NDArray[np.float64]:
    """The middle of what lies in front of the canal, RAS mm: a vertebra's body, not its arch.

    Args:
        parts: of SPIDER's numbers; without a canal in them, or without anything in front of it,
            the middle of the whole segment is given.
        segment: the segment.
    """
    points = parts.points(segment.label)
    if not len(points):
        return np.asarray(segment.centroid_ras, dtype=np.float64)
    canal = parts.points(CANAL)
    near = canal[np.abs(canal[:, 2] - points[:, 2].mean()) < REACH]
    if len(near):
        front = points[points[:, 1] > near[:, 1].max()]
        points = front if len(front) else points
    return points.mean(axis=0)
