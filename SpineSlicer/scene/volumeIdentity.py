"""The DICOM identity of slices that were read from a volume of the scene."""

from __future__ import annotations

from typing import Any

from SpineLib.reading import Reading
from SpineSlicer.scene.StackInScene import AsRead
from SpineSlicer.scene.subjectHierarchy import studyUidOf
from SpineSlicer.scene.volumeNodes import frameOfReference, framesOfNode


def adoptIdentity(reading: Reading, volumeNode: Any) -> None:
    """Gives a reading's slices the UIDs of the volume that they were read from.

    On its way to the worker a volume is a file without them, whose slices may be laid out the
    other way round; reviews and exports are keyed by the SOP Instance UIDs, and the levels of a
    sagittal stack go to slices of the same Frame of Reference. A slice is known by its place; none
    is named where the numbers or the places do not fit.

    Args:
        reading: of this one volume; its findings are changed.
        volumeNode: with ``DICOM.instanceUIDs`` in the order of k, as Slicer's DICOM import sets it.
    """
    findings, scene = reading.findings, volumeNode.GetScene()
    findings.study_instance_uid = findings.study_instance_uid or studyUidOf(scene, volumeNode)
    frames = framesOfNode(volumeNode)
    for stack in findings.stacks:
        stack.frame_of_reference_uid = stack.frame_of_reference_uid or frameOfReference(volumeNode)
        if any(stack.sop_instance_uids) or any(slice_.sop_instance_uid for slice_ in stack.slices):
            continue
        asRead = AsRead.of(stack, volumeNode)
        if asRead is None or not asRead.keepsSlices or len(frames) != asRead.shape[0]:
            continue
        numbers = [asRead.slice(index) for index in range(asRead.shape[0])]
        stack.sop_instance_uids = [frames[number].sop_instance_uid for number in numbers]
        stack.frame_numbers = [frames[number].number for number in numbers]
        for slice_ in stack.slices:
            slice_.sop_instance_uid = stack.sop_instance_uids[slice_.index]
            slice_.frame = stack.frame_numbers[slice_.index]
