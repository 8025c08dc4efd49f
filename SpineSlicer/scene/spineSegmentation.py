"""The lumbar segmentation in the scene: SPIDER's label map with names, codes and colours.

The node remembers what a `SegmentationFinding` says, so that the scene alone is enough: the lowest
vertebra's name and the evidence in attributes, each segment's number in a tag, its name as its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np
import slicer

from SpineLib.findings import SegmentationFinding, SegmentFinding
from SpineLib.findings_upgrade import evidence_reason
from SpineLib.inference.grid import canonical_volume
from SpineLib.inference.parts import Parts
from SpineLib.labels import ASSESSED, structure, structure_color, terminology
from SpineLib.reasons import Reason
from SpineLib.translation import tr as _
from SpineLib.volume import Volume
from SpineSlicer.scene.labelmapNodes import addSegmentationNode, labelmapFromNode, segmentsIn
from SpineSlicer.scene.overlays import fitsItsVolume, gridAsRead
from SpineSlicer.scene.Segment import Segment
from SpineSlicer.scene.studyNodes import KIND, SEGMENTATION, STACK, VOLUME_ROLE, own
from SpineSlicer.scene.volumeInScene import ijkToRas, shapeOf

LOWEST, FORCED = "SpineMRI.Lowest", "SpineMRI.Forced"
EVIDENCE, EVIDENCE_WHY = "SpineMRI.Evidence", "SpineMRI.EvidenceWhy"
# Why a newer run's segmentation took this one's place: a reader had "corrected" or "named" it.
ASIDE = "SpineMRI.Aside"
# What the model gave, as `labelsHash` has it: whoever corrects it, wherever, is noticed by it.
GIVEN = "SpineMRI.GivenLabels"
PARTIAL = " (partial)"


def addSpineSegmentation(
    scene: slicer.vtkMRMLScene,
    labelmap: Volume,
    finding: SegmentationFinding,
    volumeNode: Any,
    algorithm: str,
    *,
    surfaces: bool = True,
) -> slicer.vtkMRMLSegmentationNode:
    """Adds the segmentation, a root of its own: filled in slices, closed surfaces in 3D.

    Args:
        scene: where the node is added.
        labelmap: SPIDER's numbers on the grid of ``volumeNode``'s volume.
        finding: which segments there are, and their names.
        volumeNode: the volume that was segmented.
        algorithm: the model's name and version.
        surfaces: make the surfaces for 3D now; it takes seconds.
    """
    segments = [_segment(segment, levelKnown=bool(finding.lowest)) for segment in finding.segments]
    name = f"{volumeNode.GetName()} segmentation"
    node = addSegmentationNode(scene, labelmap, segments, name, volumeNode, algorithm)
    node.SetAttribute(KIND, SEGMENTATION)
    node.SetNodeReferenceID(VOLUME_ROLE, volumeNode.GetID())
    own(node)
    rememberNames(node, finding)
    node.SetAttribute(FORCED, "1" if finding.forced else "0")
    node.SetAttribute(GIVEN, labelsHash(labelmap, [segment.label for segment in finding.segments]))
    display = node.GetDisplayNode()
    display.SetOpacity2DFill(0.35)
    display.SetOpacity2DOutline(1.0)
    if surfaces:
        node.CreateClosedSurfaceRepresentation()
    return node


def rememberNames(node: slicer.vtkMRMLSegmentationNode, finding: SegmentationFinding) -> None:
    """Writes the lowest vertebra's name and the evidence into the node."""
    node.SetAttribute(LOWEST, finding.lowest)
    node.SetAttribute(EVIDENCE, finding.evidence)
    why = finding.evidence_why
    node.SetAttribute(EVIDENCE_WHY, "" if why is None else json.dumps(asdict(why)))


def evidenceWhy(node: slicer.vtkMRMLSegmentationNode) -> Reason | None:
    """Why the levels are known, or why not; scenes of version 0.1 have only the sentence."""
    text = node.GetAttribute(EVIDENCE_WHY)
    if text:
        return Reason.from_dict(json.loads(text))
    return evidence_reason(node.GetAttribute(EVIDENCE) or "")


def segmentedVolumeNode(node: slicer.vtkMRMLSegmentationNode) -> Any:
    """The volume that was segmented; None where the scene has it no more."""
    return node.GetNodeReference(node.GetReferenceImageGeometryReferenceRole())


def hasImages(node: slicer.vtkMRMLSegmentationNode) -> bool:
    """Whether the segmented volume is in the scene with its voxels, whose file may be missing."""
    volumeNode = segmentedVolumeNode(node)
    return volumeNode is not None and volumeNode.GetImageData() is not None


def segmentationFinding(
    node: slicer.vtkMRMLSegmentationNode, labelmap: Volume | None = None
) -> SegmentationFinding:
    """What the scene says of a segmentation, a reader's edits and names included.

    Args:
        node: from `addSpineSegmentation`, perhaps edited.
        labelmap: its numbers, for volumes and middles; without them these are 0.
    """
    parts = None if labelmap is None else Parts(labelmap)
    segments = [
        segmentFinding(number, segment.GetName(), parts)
        for _id, segment, number in segmentsIn(node)
        if number
    ]
    return SegmentationFinding(
        status=ASSESSED,
        stack=node.GetAttribute(STACK) or "",
        lowest=node.GetAttribute(LOWEST) or "",
        evidence=node.GetAttribute(EVIDENCE) or "",
        evidence_why=evidenceWhy(node),
        forced=node.GetAttribute(FORCED) == "1",
        segments=segments,
    )


def currentLabelmap(node: slicer.vtkMRMLSegmentationNode) -> Volume | None:
    """SPIDER's numbers on the segmented volume's grid, before what transforms it.

    Returns:
        None where the volume is gone, or no longer has the voxels that were segmented.
    """
    if not fitsItsVolume(node):
        return None
    volumeNode = segmentedVolumeNode(node)
    empty = np.broadcast_to(np.uint8(0), shapeOf(volumeNode))
    return labelmapFromNode(node, Volume(empty, ijkToRas(volumeNode)))


def labelmapAsRead(node: slicer.vtkMRMLSegmentationNode) -> Volume | None:
    """`currentLabelmap` where the volume was when it was read: in the RAS of the findings.

    There it lies beside the slices of its Frame of Reference, wherever volumes were moved since.
    """
    labelmap, grid = currentLabelmap(node), gridAsRead(node)
    if labelmap is None or grid is None:
        return labelmap
    return Volume(labelmap.voxels, grid.ijk_to_ras)


def volumeProblem(node: slicer.vtkMRMLSegmentationNode) -> str:
    """Why nothing can be measured or corrected on the segmented volume; empty where it can."""
    if not hasImages(node):
        return _(
            "The images of the segmented volume are not in the scene, so nothing can be measured."
        )
    if fitsItsVolume(node):
        return ""
    volumeNode = segmentedVolumeNode(node)
    return _(
        "The volume {name} no longer has the voxels that were segmented: it was cropped, "
        "resampled, warped or changed. Nothing is measured on it; segment it again."
    ).format(name=volumeNode.GetName())


def labelsHash(labelmap: Volume, labels: Iterable[int] = range(1, 256)) -> str:
    """A label map as a hash: the same in any order of axes.

    Args:
        labelmap: SPIDER's numbers.
        labels: the numbers that count; others are taken for background.
    """
    kept = np.zeros(256, np.uint8)
    kept[list(labels)] = list(labels)
    voxels = np.ascontiguousarray(kept[canonical_volume(labelmap).voxels])
    return hashlib.sha256(repr(voxels.shape).encode() + voxels.tobytes()).hexdigest()


def segmentId(label: int) -> str:
    """The segment ID of one of SPIDER's numbers, the same in every segmentation."""
    what = structure(label)
    return "canal" if what.kind == "canal" else f"{what.kind}{label}"


def shownName(segment: SegmentFinding) -> str:
    """The segment's name in the scene; a partial structure says so."""
    return segment.name + (PARTIAL if segment.partial and "partial" not in segment.name else "")


def isFlagged(segment: SegmentFinding, *, levelKnown: bool) -> bool:
    """Whether the reader should look at this segment: it is cut, or its level is not known."""
    return segment.kind != "canal" and (segment.partial or not levelKnown)


def segmentFinding(label: int, name: str, parts: Parts | None) -> SegmentFinding:
    """What is known of one of SPIDER's numbers; without ``parts``, volume and middle are 0."""
    what = structure(label)
    volume, middle = 0.0, [0.0, 0.0, 0.0]
    if parts is not None:
        points = parts.points(label)
        volume = len(points) * float(abs(np.linalg.det(parts.grid.ijk_to_ras[:3, :3]))) / 1000
        if len(points):
            middle = [float(x) for x in points.mean(axis=0)]
    return SegmentFinding(
        label, what.kind, name.removesuffix(PARTIAL), what.partial, volume, middle
    )


def _segment(segment: SegmentFinding, *, levelKnown: bool) -> Segment:
    return Segment(
        label=segment.label,
        identifier=segmentId(segment.label),
        name=shownName(segment),
        color=structure_color(segment.label),
        code=terminology(segment.kind, segment.name),
        flagged=isFlagged(segment, levelKnown=levelKnown),
    )
