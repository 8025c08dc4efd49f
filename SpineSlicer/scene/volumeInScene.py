"""Where a volume node's voxels lie in the views now: its own matrix, then whatever transforms it.

A voxel index (i, j, k) is what stays when a volume is moved. A transform that is observed, linear
or not, is followed point by point; a hardened one stands in the node's matrix.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import vtk
from numpy.typing import ArrayLike, NDArray
from slicer import util


def ijkToRas(node: Any) -> NDArray[np.float64]:
    """The node's own 4×4 matrix from voxel indices to RAS mm, without what transforms it."""
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return np.array(util.arrayFromVTKMatrix(matrix))


def shapeOf(node: Any) -> tuple[int, int, int]:
    """(slices, rows, columns); zeros where the node has no voxels."""
    image = node.GetImageData()
    columns, rows, slices = image.GetDimensions() if image is not None else (0, 0, 0)
    return slices, rows, columns


def ijkToWorld(node: Any, ijk: ArrayLike) -> NDArray[np.float64]:
    """World mm of one voxel index (i, j, k), which need not be whole."""
    return rasToWorld(node, (ijkToRas(node) @ [*np.asarray(ijk, float), 1.0])[:3])


def rasToWorld(node: Any, ras: ArrayLike) -> NDArray[np.float64]:
    """World mm of a point given in the node's own RAS mm, before what transforms it."""
    world = [0.0] * 3
    node.TransformPointToWorld([float(x) for x in np.asarray(ras, float)], world)
    return np.array(world)


def worldToRas(node: Any, world: ArrayLike) -> NDArray[np.float64]:
    """The node's own RAS mm of a point in the world; of a non-linear transform its inverse."""
    ras = [0.0] * 3
    node.TransformPointFromWorld([float(x) for x in np.asarray(world, float)], ras)
    return np.array(ras)


def worldToIjk(node: Any, world: ArrayLike) -> NDArray[np.float64]:
    """The voxel index (i, j, k) that lies at a point in the world."""
    return (np.linalg.inv(ijkToRas(node)) @ [*worldToRas(node, world), 1.0])[:3]


def axesInWorld(node: Any, ijk: ArrayLike) -> NDArray[np.float64]:
    """3×3: what one step along i, j and k is in the world, mm, at a voxel; columns i, j, k.

    Where the transform bends the volume this is its slope there, by central differences.
    """
    at, steps = np.asarray(ijk, float), np.eye(3) / 2
    return np.stack(
        [ijkToWorld(node, at + step) - ijkToWorld(node, at - step) for step in steps], axis=1
    )


def middleOf(node: Any) -> NDArray[np.float64]:
    """The voxel index (i, j, k) of the volume's middle."""
    return (np.array(shapeOf(node)[::-1], float) - 1) / 2


def isBent(node: Any) -> bool:
    """Whether an observed transform bends the volume, so that its slices are no planes."""
    transform = node.GetParentTransformNode()
    return transform is not None and not transform.IsTransformToWorldLinear()


def placeState(node: Any) -> tuple[Any, ...]:
    """Differs from what it was where a volume has been moved, or has other voxels."""
    transform, image = node.GetParentTransformNode(), node.GetImageData()
    return (
        node.GetTransformNodeID(),
        None if transform is None else transform.GetTransformToWorldMTime(),
        ijkToRas(node).tobytes(),
        None if image is None else image.GetMTime(),
    )


def voxelsOf(node: Any) -> NDArray[Any]:
    """The node's own voxels [k, j, i], only to be read."""
    return util.arrayFromVolume(node)


def voxelPrint(node: Any) -> str:
    """Three rows of each slice as a hash, without their place: a millisecond's work.

    It stays the same wherever the volume is moved, and changes where it is cropped, resampled or
    warped.
    """
    image = node.GetImageData()
    scalars = image.GetPointData().GetScalars() if image is not None else None
    # Who replaces voxels in place tells of it before all of them are there.
    if scalars is None or scalars.GetNumberOfTuples() != image.GetNumberOfPoints():
        return ""
    voxels = voxelsOf(node)
    rows = voxels.shape[1]
    part = voxels[:, [rows // 4, rows // 2, 3 * rows // 4]]
    return hashlib.sha256(part.astype(np.float32).tobytes()).hexdigest()[:16]
