"""What a person does to a volume in Slicer's Transforms and Crop Volume modules."""

from __future__ import annotations

import numpy as np
import slicer
import vtk
from scipy.spatial.transform import Rotation


def placed(degrees, shift) -> np.ndarray:
    """A rigid motion, 4×4: turned about x, y and z, then moved by millimetres."""
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("xyz", degrees, degrees=True).as_matrix()
    matrix[:3, 3] = shift
    return matrix


def move(node, matrix):
    """Puts a linear transform on a node; it can be hardened afterwards."""
    transform = node.GetScene().AddNewNodeByClass("vtkMRMLLinearTransformNode", "moved")
    transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(np.asarray(matrix)))
    node.SetAndObserveTransformNodeID(transform.GetID())
    return transform


def bend(node, volume):
    """Puts a transform on a node that bends it, as a deformable registration does."""
    middle = volume.ras((np.array(volume.shape[::-1]) - 1) / 2)
    moved = vtk.vtkThinPlateSplineTransform()
    moved.SetBasisToR()
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * 45.0
    source, target = vtk.vtkPoints(), vtk.vtkPoints()
    for point, shift in [*((corner, 0.0) for corner in corners + middle), (middle, 1.0)]:
        source.InsertNextPoint(*point)
        target.InsertNextPoint(*(point + shift * np.array([0.0, 12.0, 9.0])))
    moved.SetSourceLandmarks(source)
    moved.SetTargetLandmarks(target)
    transform = node.GetScene().AddNewNodeByClass("vtkMRMLTransformNode", "bent")
    transform.SetAndObserveTransformToParent(moved)
    node.SetAndObserveTransformNodeID(transform.GetID())
    return transform


def harden(node):
    """Writes a node's transform into the node."""
    assert node.HardenTransform()


def crop(node, first: int = 1):
    """Cuts slices off, in place, as Crop Volume does."""
    voxels = slicer.util.arrayFromVolume(node)[first:].copy()
    matrix = slicer.util.vtkMatrixFromArray(np.eye(4))
    node.GetIJKToRASMatrix(matrix)
    matrix = slicer.util.arrayFromVTKMatrix(matrix).copy()
    matrix[:3, 3] += first * matrix[:3, 2]
    slicer.util.updateVolumeFromArray(node, voxels)
    node.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(matrix))
