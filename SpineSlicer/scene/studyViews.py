"""The slice views show the images of the study whose segmentation a panel shows."""

from __future__ import annotations

from typing import Any

import slicer

from SpineSlicer.scene.spineSegmentation import segmentedVolumeNode
from SpineSlicer.scene.studyNodes import readingsOf, studyOf, studyOfRoot
from SpineSlicer.scene.studyVisibility import showSegmentsOf, showStudy
from SpineSlicer.scene.subjectHierarchy import studyUidOf
from SpineSlicer.scene.volumeNodes import nodesOfClass


def showInViews(segmentation: Any) -> None:
    """Shows a segmentation with its own images, and hides what was made of other studies.

    Views that show images of the same study already are left as they are. A clone of the
    reader's belongs to no study, and changes nothing.

    Args:
        segmentation: one of ours; None changes nothing.
    """
    study = studyOf(segmentation)
    if not study:
        return
    scene, volume = segmentation.GetScene(), segmentedVolumeNode(segmentation)
    showStudy(scene, study)
    showSegmentsOf(scene, study)
    if volume is not None and not all(
        _isOf(background, study, volume) for background in _backgrounds(scene)
    ):
        slicer.util.setSliceViewerLayers(background=volume, fit=True)


def _backgrounds(scene: Any) -> list[Any]:
    nodes = nodesOfClass(scene, "vtkMRMLSliceCompositeNode")
    return [scene.GetNodeByID(node.GetBackgroundVolumeID() or "") for node in nodes]


def _isOf(shown: Any, study: str, volume: Any) -> bool:
    """Whether a volume shows the study: one of its own, or another series of the examination."""
    if shown is None or shown is volume:
        return shown is volume
    theirs = [studyOfRoot(root) for root in readingsOf(shown)]
    if theirs:
        return study in theirs
    uid = studyUidOf(volume.GetScene(), volume)
    return bool(uid) and studyUidOf(volume.GetScene(), shown) == uid
