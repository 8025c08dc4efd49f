"""A reader's corrections of a segmentation: the original is kept, and what changed is reported.

The original is a hidden label map in the scene, so that it is saved with it. A segment that
differs from it is marked ``SEMIAUTOMATIC`` (DICOM's Segment Algorithm Type, PS3.3 C.8.20.2), one
that the reader added ``MANUAL``; one that was changed back is ``AUTOMATIC`` again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer
from vtk.util.numpy_support import vtk_to_numpy

from SpineLib.volume import Volume
from SpineSlicer.scene.labelmapNodes import labelmapFromNode, segmentsIn
from SpineSlicer.scene.overlays import putOnVolume
from SpineSlicer.scene.spineSegmentation import (
    GIVEN,
    currentLabelmap,
    labelmapAsRead,
    labelsHash,
    segmentedVolumeNode,
)
from SpineSlicer.scene.studyNodes import KIND, ORIGINAL, ORIGINAL_ROLE, STACK
from SpineSlicer.scene.subjectHierarchy import placeBeside
from SpineSlicer.scene.volumeNodes import addVolumeNode, volumeFromNode

ALGORITHM_TYPE = "DICOM.SegmentAlgorithmType"


@dataclass(frozen=True)
class Change:
    """What a reader changed of one segment.

    Attributes:
        label: SPIDER's number; 0 for a segment that the reader added.
        name: the segment's name now; of a removed one its number.
        before, after: voxels on the segmented volume's grid.
        added, removed: voxels that came and went.
        dice: Dice's overlap of before and after (1 is the same); 0 where one of them is empty.
    """

    label: int
    name: str
    before: int
    after: int
    added: int
    removed: int
    dice: float


def keepOriginal(node: slicer.vtkMRMLSegmentationNode, labelmap: Volume | None = None) -> Any:
    """Keeps the segmentation as it is now, once; later calls give the same node.

    Args:
        node: a spine segmentation.
        labelmap: what it is compared with later, where that is not its present state.

    Returns:
        The hidden label map; None where the segmented volume is not in the scene.
    """
    kept = node.GetNodeReference(ORIGINAL_ROLE)
    if kept is not None:
        return kept
    labelmap = labelmap or currentLabelmap(node)
    if labelmap is None:
        return None
    name = f"{node.GetName()} original"
    kept = addVolumeNode(node.GetScene(), labelmap, name, "vtkMRMLLabelMapVolumeNode")
    kept.SetHideFromEditors(True)
    kept.SetAttribute(KIND, ORIGINAL)
    if node.GetAttribute(STACK):
        kept.SetAttribute(STACK, node.GetAttribute(STACK))
    node.SetNodeReferenceID(ORIGINAL_ROLE, kept.GetID())
    putOnVolume(kept, segmentedVolumeNode(node))
    placeBeside(node.GetScene(), kept, segmentedVolumeNode(node))
    return kept


def original(node: slicer.vtkMRMLSegmentationNode) -> Volume | None:
    """SPIDER's numbers as the model gave them; None where nothing was kept, or its file is gone."""
    kept = node.GetNodeReference(ORIGINAL_ROLE)
    return None if kept is None or kept.GetImageData() is None else volumeFromNode(kept)


def changes(node: slicer.vtkMRMLSegmentationNode) -> list[Change]:
    """The differences from the original, one for each segment changed, removed or added."""
    before = original(node)
    if before is None:
        return []
    # On the original's own grid: the volume may have been cropped, or be gone.
    after = labelmapFromNode(node, before)
    names = {number: segment.GetName() for _id, segment, number in segmentsIn(node)}
    differ = before.voxels != after.voxels
    removed = np.bincount(before.voxels[differ], minlength=256)
    added = np.bincount(after.voxels[differ], minlength=256)
    changed = [
        _change(n, names.get(n, str(n)), before.voxels, int(removed[n]), int(added[n]))
        for n in range(1, 256)
        if removed[n] or added[n]
    ]
    return changed + _added(node)


def isCorrected(node: slicer.vtkMRMLSegmentationNode) -> bool:
    """Whether a reader changed the segmentation, in the panel or anywhere else in Slicer.

    Where the segmented volume is gone and no original was kept, nobody can tell: True.
    """
    if node.GetNodeReference(ORIGINAL_ROLE) is not None:
        return bool(changes(node))
    if not node.GetAttribute(GIVEN):  # of an earlier version
        return False
    return labelsDiffer(node) or bool(_added(node))


def labelsDiffer(node: slicer.vtkMRMLSegmentationNode) -> bool:
    """Whether the model's structures are not as it gave them, where no original was kept.

    Where the segmented volume is gone nobody can tell: True.
    """
    given, labelmap = node.GetAttribute(GIVEN), labelmapAsRead(node)
    return bool(given) and (labelmap is None or labelsHash(labelmap) != given)


def markCorrections(node: slicer.vtkMRMLSegmentationNode) -> list[Change]:
    """Marks each segment by whether the reader changed it; gives the changes."""
    marked = changes(node)
    changed = {change.label for change in marked}
    for _id, segment, number in segmentsIn(node):
        kind = "SEMIAUTOMATIC" if number in changed else "AUTOMATIC"
        segment.SetTag(ALGORITHM_TYPE, kind if number else "MANUAL")
    return marked


def _change(label: int, name: str, voxels: Any, removed: int, added: int) -> Change:
    before = int(np.count_nonzero(voxels == label))
    after = before - removed + added
    dice = 2 * (before - removed) / (before + after)
    return Change(label, name, before, after, added, removed, dice)


def _added(node: slicer.vtkMRMLSegmentationNode) -> list[Change]:
    """Segments without one of SPIDER's numbers: the reader's own."""
    added = []
    for identifier, segment, number in segmentsIn(node):
        if number:
            continue
        image = slicer.vtkOrientedImageData()
        node.GetBinaryLabelmapRepresentation(identifier, image)
        scalars = image.GetPointData().GetScalars()
        count = 0 if scalars is None else int((vtk_to_numpy(scalars) > 0).sum())
        added.append(Change(0, segment.GetName(), 0, count, count, 0, 0.0))
    return added
