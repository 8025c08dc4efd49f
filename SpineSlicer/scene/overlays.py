"""What is drawn on a volume moves with it: rings, labels, segmentations, heat maps.

An overlay stands under its volume's transform, and follows one that is hardened into the volume's
matrix. Each remembers the grid that it stands on, so that it also follows what happened to a scene
while no code of ours was at work.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray
from slicer import util

from SpineLib.volume import Volume
from SpineSlicer.scene.studyNodes import (
    KIND,
    ORIGINAL_ROLE,
    SEGMENT_NAMES,
    SEGMENTATION,
    VERDICTS,
    VOLUME_ROLE,
)
from SpineSlicer.scene.volumeInScene import ijkToRas, shapeOf, voxelPrint
from SpineSlicer.scene.volumeNodes import nodesOfClass

_GRID = "SpineMRI.OnGrid"
# An overlay that is nearer than this to where it belongs, mm, is left alone.
SAME_PLACE = 1e-3
# So near, mm, is what somebody moved along with its volume.
MOVED_ALONG = 0.01


def putOnVolume(overlay: Any, volumeNode: Any, asRead: NDArray[np.float64] | None = None) -> None:
    """Records that a new overlay is drawn on a volume, in the volume's own RAS as it is now.

    Args:
        overlay: what is drawn.
        volumeNode: on which volume.
        asRead: 4×4 from its voxel indices to the RAS of the findings; by default it was not moved
            since they were made.
    """
    if not overlay.IsA("vtkMRMLSegmentationNode"):  # its reference geometry says it
        overlay.SetNodeReferenceID(VOLUME_ROLE, volumeNode.GetID())
    matrix = ijkToRas(volumeNode)
    read = matrix if asRead is None else asRead
    _note(overlay, read, matrix, shapeOf(volumeNode), voxelPrint(volumeNode))
    overlay.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())


def standOnVolume(volumeNode: Any) -> None:
    """Brings what is drawn on a volume to where the volume is now.

    A volume that was cropped, resampled or warped has no place for its overlays any more: they
    stay where they are.
    """
    overlays = overlaysOf(volumeNode)
    voxels = voxelPrint(volumeNode) if overlays else ""
    for overlay in overlays:
        if not overlay.GetAttribute(_GRID):
            matrix = _firstGrid(overlay, volumeNode, overlays)
            _note(overlay, matrix, matrix, shapeOf(volumeNode), voxels)
    for overlay in overlays:
        if _isSame(_grid(overlay), volumeNode, voxels):
            if overlay.GetTransformNodeID() != volumeNode.GetTransformNodeID():
                overlay.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
            _move(overlay, ijkToRas(volumeNode))


def overlaysOf(volumeNode: Any) -> list[Any]:
    """The nodes of ours that are drawn on a volume."""
    overlays: list[Any] = []
    for node in nodesOfClass(volumeNode.GetScene(), "vtkMRMLDisplayableNode"):
        if node.GetAttribute(KIND) and _volumeOf(node) is volumeNode and node is not volumeNode:
            overlays.append(node)
            kept = node.GetNodeReference(ORIGINAL_ROLE)
            if kept is not None:
                overlays.append(kept)
    return list(dict.fromkeys(overlays))


def gridUnder(overlay: Any) -> Volume | None:
    """The grid, without voxels, that an overlay stands on; None where it was never said.

    It is the volume's, in the volume's own RAS, as long as that still has the voxels that were
    read.
    """
    return _asVolume(overlay, "now")


def gridAsRead(overlay: Any) -> Volume | None:
    """The same grid where it was when the volume was read: in the RAS of the findings."""
    return _asVolume(overlay, "read")


def fitsItsVolume(overlay: Any) -> bool:
    """Whether an overlay's volume is in the scene and has the voxels that it was drawn on."""
    volumeNode, grid = _volumeOf(overlay), _grid(overlay)
    if volumeNode is None or volumeNode.GetImageData() is None:
        return False
    return grid is None or _isSame(grid, volumeNode, voxelPrint(volumeNode))


def _volumeOf(node: Any) -> Any:
    if node.IsA("vtkMRMLSegmentationNode"):
        return node.GetNodeReference(node.GetReferenceImageGeometryReferenceRole())
    return node.GetNodeReference(VOLUME_ROLE)


def _grid(node: Any) -> dict[str, Any] | None:
    text = node.GetAttribute(_GRID)
    return json.loads(text) if text else None


def _firstGrid(overlay: Any, volumeNode: Any, overlays: list[Any]) -> NDArray[np.float64]:
    """The grid, 4×4, of an overlay of a scene of version 0.1, which does not say it.

    A segmentation keeps the volume's grid of the moment in which it was made, and so tells where
    the labels and volumes were put that were made with it.
    """
    kind = SEGMENTATION if overlay.GetAttribute(KIND) == SEGMENT_NAMES else VERDICTS
    first = [overlay, *(other for other in overlays if other.GetAttribute(KIND) == kind), *overlays]
    known = [_referenceGeometry(other) for other in first if other.IsA("vtkMRMLSegmentationNode")]
    shape = shapeOf(volumeNode)
    return next((matrix for matrix, size in known if size == shape), ijkToRas(volumeNode))


def _referenceGeometry(node: Any) -> tuple[NDArray[np.float64], tuple[int, ...]]:
    converter = slicer.vtkSegmentationConverter
    name = converter.GetReferenceImageGeometryParameterName()
    image = slicer.vtkOrientedImageData()
    text = node.GetSegmentation().GetConversionParameter(name)
    matrix = util.vtkMatrixFromArray(np.eye(4))
    if not text or not converter.DeserializeImageGeometry(text, image, False):
        return np.eye(4), ()
    image.GetImageToWorldMatrix(matrix)
    return np.array(util.arrayFromVTKMatrix(matrix)), image.GetDimensions()[::-1]


def _isSame(grid: dict[str, Any] | None, volumeNode: Any, voxels: str) -> bool:
    assert grid is not None
    return tuple(grid["shape"]) == shapeOf(volumeNode) and grid["voxels"] == voxels


def _move(overlay: Any, to: NDArray[np.float64]) -> None:
    """Moves an overlay as its volume was moved, unless somebody moved it along already."""
    grid = _grid(overlay)
    assert grid is not None
    moved = to @ np.linalg.inv(np.array(grid["now"]))
    before = np.array(grid["points"]).reshape(-1, 3)
    along = before @ moved[:3, :3].T + moved[:3, 3]
    if np.allclose(along, before, rtol=0, atol=SAME_PLACE):
        return
    points = _points(overlay)
    if points.shape != along.shape or not np.allclose(points, along, rtol=0, atol=MOVED_ALONG):
        matrix = util.vtkMatrixFromArray(moved)
        if overlay.IsA("vtkMRMLSegmentationNode"):
            # Not at the top: Slicer imports this file when it starts.
            from SpineSlicer.scene.closedSurfaces import moveWithSurfaces

            moveWithSurfaces(overlay, matrix)
        else:
            overlay.ApplyTransformMatrix(matrix)
    _note(overlay, np.array(grid["read"]), to, tuple(grid["shape"]), grid["voxels"])


def _note(
    overlay: Any,
    read: NDArray[np.float64],
    now: NDArray[np.float64],
    shape: tuple[int, ...],
    voxels: str,
) -> None:
    record = {
        "read": read.tolist(), "now": now.tolist(), "shape": shape, "voxels": voxels,
        "points": np.round(_points(overlay), 4).tolist(),
    }  # fmt: skip
    overlay.SetAttribute(_GRID, json.dumps(record))


def _points(node: Any) -> NDArray[np.float64]:
    """A few points that go where an overlay's contents go, in its own RAS, mm; shape [n, 3]."""
    if node.IsA("vtkMRMLMarkupsNode"):
        count = min(node.GetNumberOfControlPoints(), 4)
        points = [list(node.GetNthControlPointPosition(n)) for n in range(count)]
        return np.array(points, np.float64).reshape(-1, 3)
    isSegmentation = node.IsA("vtkMRMLSegmentationNode")
    matrix = _referenceGeometry(node)[0] if isSegmentation else ijkToRas(node)
    return np.stack([matrix[:3, 3], *(matrix[:3, 3] + 100 * matrix[:3, n] for n in range(3))])


def _asVolume(overlay: Any, when: str) -> Volume | None:
    grid = _grid(overlay)
    if grid is None:
        return None
    return Volume(np.broadcast_to(np.uint8(0), grid["shape"]), np.array(grid[when]))
