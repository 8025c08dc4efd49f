"""A volume of the scene says again which DICOM slices it was made of, and where they lie."""

from __future__ import annotations

from typing import Any

import numpy as np

from SpineLib.findings import StackFindings
from SpineLib.reading import Reading
from SpineLib.volume import Volume
from SpineSlicer.scene.subjectHierarchy import studyUidOf
from SpineSlicer.scene.volumeNodes import frameOfReference, framesOfNode, gridFromNode

# Share of the distance between slices: a slice that lies farther off is none of the volume's.
NEAR = 0.1


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
    grid = gridFromNode(volumeNode)
    for stack in findings.stacks:
        stack.frame_of_reference_uid = stack.frame_of_reference_uid or frameOfReference(volumeNode)
        if any(stack.sop_instance_uids) or any(one.sop_instance_uid for one in stack.slices):
            continue
        numbers = _numbers(stack, grid)
        if numbers is None or len(numbers) != len(frames):
            continue
        stack.sop_instance_uids = [frames[number].sop_instance_uid for number in numbers]
        stack.frame_numbers = [frames[number].number for number in numbers]
        for one in stack.slices:
            one.sop_instance_uid = stack.sop_instance_uids[one.index]
            one.frame = stack.frame_numbers[one.index]


def _numbers(stack: StackFindings, grid: Volume) -> list[int] | None:
    """Which slice of the volume each of the stack's slices is; None where they are not its own."""
    if not stack.ijk_to_ras or not stack.shape:
        return None
    own = Volume(np.broadcast_to(np.uint8(0), stack.shape), np.array(stack.ijk_to_ras))
    middles = [own.slice_center(k) for k in range(own.shape[0])]
    places = grid.ijk(middles)[:, 2]
    numbers = np.round(places).astype(int)
    fits = np.abs(places - numbers).max() < NEAR
    return numbers.tolist() if fits and sorted(numbers) == list(range(grid.shape[0])) else None
