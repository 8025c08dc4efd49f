"""Which volume of the scene shows the images that were read: nothing is added twice."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from SpineLib.inference.grid import canonical_volume, order_of
from SpineLib.slabs import Steps, slabs
from SpineLib.volume import Volume
from SpineSlicer.scene.studyNodes import KIND, LOOP_CASE, STACK, VOLUME
from SpineSlicer.scene.volumeNodes import nodesOfClass, volumeFromNode

# Share of the grey scale by which two readers of one file may differ: float32's rounding.
TOLERANCE = 1e-5


def holdingVolume(
    scene: slicer.vtkMRMLScene,
    volume: Volume,
    stack: str,
    without: Collection[Any] = (),
    first: Collection[Any] = (),
) -> Steps[Any]:
    """The scene's volume node with the same images, whoever loaded it; None where there is none.

    The same are images on the same grid, in whatever order of slices, with the same voxels; and
    with the same SOP Instance UIDs, or with the same stack's id where one of them has none.
    A clone that was changed since is another volume.

    Args:
        scene: where it is looked for.
        volume: what was read.
        stack: its stack's id.
        without: nodes that are passed over.
        first: nodes that are looked at before all others.
    """
    for node in (*first, *nodesOfClass(scene, "vtkMRMLScalarVolumeNode")):
        if node is None or node in without or not _isImage(node):
            continue
        if _areNamesSame(node, volume, stack) and (yield from _areVoxelsSame(node, volume)):
            return node
    return None


def _isImage(node: Any) -> bool:
    kind = node.GetAttribute(KIND) or VOLUME
    image = node.GetImageData()
    case = node.GetAttribute(LOOP_CASE)  # leaves the scene with its case
    plain = not node.IsA("vtkMRMLLabelMapVolumeNode") and kind == VOLUME and not case
    return plain and image is not None and image.GetNumberOfScalarComponents() == 1


def _areNamesSame(node: Any, volume: Volume, stack: str) -> bool:
    uids = {frame.sop_instance_uid for frame in volume.frames} - {""}
    theirs = set((node.GetAttribute("DICOM.instanceUIDs") or "").split())
    if uids and theirs:
        return uids == theirs
    return node.GetAttribute(STACK) in (None, stack)


def _areVoxelsSame(node: Any, volume: Volume) -> Steps[bool]:
    theirs = volumeFromNode(node, copied=False)
    voxels = _inOrderOf(volume, theirs)
    if voxels is None:
        return False
    for part in slabs(volume.voxels):
        if part.start:
            yield
        if not _areEqual(volume.voxels[part], voxels[part]):
            return False
    return True


def _areEqual(some: NDArray[Any], others: NDArray[Any]) -> bool:
    if some.dtype.kind in "iub" and others.dtype.kind in "iub":
        return bool(np.array_equal(some, others))
    tolerance = TOLERANCE * float(np.abs(some.astype(np.float32)).max(initial=0.0))
    return bool(np.allclose(some, others, rtol=0.0, atol=tolerance, equal_nan=True))


def _inOrderOf(volume: Volume, other: Volume) -> NDArray[Any] | None:
    """The other volume's voxels in this one's order of axes (a view); None on another grid."""
    if volume.same_grid(other):
        return other.voxels
    if not canonical_volume(volume).same_grid(canonical_volume(other)):
        return None
    return order_of(volume).original(order_of(other).canonical(other.voxels))
