"""A volume of the scene says again which DICOM slices it was made of, and where they lie."""

from __future__ import annotations

from typing import Any

from SpineLib.reading import Reading
from SpineSlicer.scene.volumeNodes import frameOfReference


def adoptIdentity(reading: Reading, volumeNode: Any) -> None:
    """Gives a reading's slices the UIDs of the volume that they were read from.

    On its way to the worker a volume is a file without them; reviews and exports are keyed by
    the SOP Instance UIDs, and the levels of a sagittal stack go to slices of the same Frame of
    Reference. No slice is named where the numbers do not fit.

    Args:
        reading: of this one volume; its findings are changed.
        volumeNode: with ``DICOM.instanceUIDs`` in the order of k, as Slicer's DICOM import sets it.
    """
    uids = (volumeNode.GetAttribute("DICOM.instanceUIDs") or "").split()
    for stack in reading.findings.stacks:
        stack.frame_of_reference_uid = stack.frame_of_reference_uid or frameOfReference(volumeNode)
        if len(stack.slices) != len(uids) or any(s.sop_instance_uid for s in stack.slices):
            continue
        if volumeNode.GetImageData().GetDimensions()[::-1] != tuple(stack.shape):
            continue
        for one in stack.slices:
            one.sop_instance_uid = uids[one.index]
