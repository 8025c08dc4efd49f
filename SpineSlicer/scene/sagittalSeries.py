"""Which sagittal series shows the same spine as an axial stack, in the same space."""

from __future__ import annotations

from typing import Any

from SpineLib.findings import Findings, StackFindings
from SpineLib.reasons import ON_COURSE
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.sliceViews import planeOf
from SpineSlicer.scene.studyNodes import KIND, VOLUME
from SpineSlicer.scene.volumeNodes import frameOfReference, nodesOfClass


def sagittalsOf(findings: Findings, stack: StackFindings) -> list[str]:
    """The ids of the study's sagittal stacks in whose pictures a stack's ladder lies right.

    They share its Frame of Reference; or it has levels of the one that was segmented, which only
    stacks of the same space get; or its canal lies on theirs.
    """
    frame, segmented = stack.frame_of_reference_uid, findings.segmentation.stack
    hasLevels = any(slice_.level for slice_ in stack.slices)
    placed = findings.levels.placed.get(stack.id)
    onCourse = placed is not None and placed.code == ON_COURSE
    sagittals = [
        other
        for other in findings.stacks
        if other.plane == "sagittal"
        and (
            other.frame_of_reference_uid == frame != ""
            or (hasLevels and other.id == segmented)
            or (onCourse and other.id in findings.levels.stacks)
        )
    ]
    # No localiser of few slices where there is better.
    sagittals.sort(key=lambda s: (s.id != segmented, s.weighting != "T2", -(s.shape or [0])[0]))
    return [other.id for other in sagittals]


def sagittalVolume(nodes: ReadingScene, findings: Findings, stack: StackFindings) -> Any:
    """The volume node of such a series: the study's own, or one that the reader loaded; or None."""
    for name in sagittalsOf(findings, stack):
        volume = nodes.volumeNode(name)
        if volume is not None and volume.GetImageData() is not None:
            return volume
    frame = stack.frame_of_reference_uid
    volumes = nodesOfClass(nodes.scene, "vtkMRMLScalarVolumeNode") if frame else []
    fitting = [v for v in volumes if _isSagittal(v) and frameOfReference(v) == frame]
    # The largest: no localiser where there is better.
    return max(fitting, key=lambda volume: volume.GetImageData().GetNumberOfPoints(), default=None)


def _isSagittal(volume: Any) -> bool:
    if volume.GetImageData() is None or volume.IsA("vtkMRMLLabelMapVolumeNode"):
        return False
    derived = volume.GetAttribute(KIND) not in (None, "", VOLUME)
    return not derived and planeOf(volume) == "Sagittal"
