"""The lumbar segmentation in the scene: SPIDER's label map with names, codes and colours."""

from __future__ import annotations

from typing import Any

import slicer

from SpineLib.findings import SegmentationFinding, SegmentFinding
from SpineLib.labels import structure, terminology
from SpineLib.volume import Volume

from .labelmapNodes import addSegmentationNode, labelmapFromNode
from .Segment import Segment
from .volumeNodes import nodesOfClass

# Paul Tol's "muted" scheme (SRON/EPS/TN/09-002, issue 3.2): safe for colour-blind readers and
# apart from the verdicts' colours. Three a cycle, so that no vertebra looks like a neighbour.
VERTEBRA_COLORS = ("#88CCEE", "#CC6677", "#DDCC77")
DISC_COLORS = ("#117733", "#999933")
CANAL_COLOR = "#AA4499"
KIND = "spine segmentation"


def segmentColor(label: int) -> str:
    """``#RRGGBB`` of one of SPIDER's numbers."""
    what = structure(label)
    if what.kind == "canal":
        return CANAL_COLOR
    colors = VERTEBRA_COLORS if what.kind == "vertebra" else DISC_COLORS
    return colors[(what.position - 1) % len(colors)]


def addSpineSegmentation(
    scene: slicer.vtkMRMLScene,
    labelmap: Volume,
    finding: SegmentationFinding,
    volumeNode: Any,
    algorithm: str,
) -> slicer.vtkMRMLSegmentationNode:
    """Adds the segmentation: filled and outlined in slices, closed surfaces in 3D.

    Args:
        scene: where the node is added.
        labelmap: SPIDER's numbers on the grid of ``volumeNode``'s volume.
        finding: which segments there are, and their names.
        volumeNode: the volume that was segmented.
        algorithm: the model's name and version.
    """
    segments = [_segment(one, levelKnown=bool(finding.lowest)) for one in finding.segments]
    name = f"{volumeNode.GetName()} segmentation"
    node = addSegmentationNode(scene, labelmap, segments, name, volumeNode, algorithm)
    node.SetAttribute("SpineMRI.Kind", KIND)
    display = node.GetDisplayNode()
    display.SetOpacity2DFill(0.35)
    display.SetOpacity2DOutline(1.0)
    node.CreateClosedSurfaceRepresentation()
    return node


def segmentationNodes(scene: slicer.vtkMRMLScene) -> list[slicer.vtkMRMLSegmentationNode]:
    """The scene's spine segmentations, in the order in which they were added."""
    nodes = nodesOfClass(scene, "vtkMRMLSegmentationNode")
    return [node for node in nodes if node.GetAttribute("SpineMRI.Kind") == KIND]


def spineLabelmap(node: slicer.vtkMRMLSegmentationNode, reference: Volume) -> Volume:
    """SPIDER's numbers on the grid of the segmented volume, a reader's edits included."""
    return labelmapFromNode(node, reference)


def _segment(one: SegmentFinding, *, levelKnown: bool) -> Segment:
    name = one.name + (" (partial)" if one.partial and "partial" not in one.name else "")
    what = structure(one.label)
    return Segment(
        label=one.label,
        identifier="canal" if what.kind == "canal" else f"{what.kind}{one.label}",
        name=name,
        color=segmentColor(one.label),
        code=terminology(one.kind, one.name),
        flagged=one.kind != "canal" and (one.partial or not levelKnown),
    )
