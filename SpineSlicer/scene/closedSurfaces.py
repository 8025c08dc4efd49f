"""A segmentation's surfaces for 3D views, one segment after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from SpineLib.inference.parts import Parts
from SpineLib.slabs import Steps
from SpineLib.volume import Volume
from SpineSlicer.scene.labelmapNodes import SMOOTHING, binaryName, orientedImage, segmentsIn

_RULE_PADDING = 1  # voxels around a structure, so that its surface is closed


def hasSurfaces(node: Any) -> bool:
    """Whether all of a segmentation's surfaces are there."""
    return bool(node.GetSegmentation().ContainsRepresentation(surfaceName()))


def surfaceName() -> str:
    """What Slicer calls the representation."""
    return str(slicer.vtkSegmentationConverter.GetSegmentationClosedSurfaceRepresentationName())


def addingSurfaces(node: slicer.vtkMRMLSegmentationNode) -> Steps[None]:
    """Makes the surfaces that are missing, a segment a step; views get them with the last.

    Each is made of the segment's own box: Slicer's `CreateClosedSurfaceRepresentation` goes
    through the whole label map for each segment. The rule and its smoothing are Slicer's.

    Args:
        node: a segmentation whose source is label maps.
    """
    segmentation = node.GetSegmentation()
    for image, segments in _layers(segmentation):
        parts = Parts(image)
        yield
        for segment in segments:
            if not segment.GetRepresentation(surfaceName()):
                _addSurface(segment, parts)
                yield
    # What is there is left as it is; this makes the rest and tells the views.
    node.CreateClosedSurfaceRepresentation()


def moveWithSurfaces(node: slicer.vtkMRMLSegmentationNode, matrix: Any) -> None:
    """Applies a linear transform to a segmentation and to the surfaces that it has.

    Slicer's `ApplyTransformMatrix` makes the surfaces anew, which takes seconds.

    Args:
        node: a segmentation whose source is label maps.
        matrix: vtkMatrix4x4.
    """
    segmentation = node.GetSegmentation()
    surfaces = {identifier: segment.GetRepresentation(surfaceName())
                for identifier, segment, _number in segmentsIn(node)}  # fmt: skip
    segmentation.RemoveRepresentation(surfaceName())
    node.ApplyTransformMatrix(matrix)
    moved, transform = vtk.vtkTransformPolyDataFilter(), vtk.vtkTransform()
    transform.SetMatrix(matrix)
    moved.SetTransform(transform)
    for identifier, surface in surfaces.items():
        if surface is not None:
            moved.SetInputData(surface)
            moved.Update()
            copy = vtk.vtkPolyData()
            copy.DeepCopy(moved.GetOutput())
            segmentation.GetSegment(identifier).AddRepresentation(surfaceName(), copy)
    if any(surface is not None for surface in surfaces.values()):
        node.CreateClosedSurfaceRepresentation()  # tells the views; what is there stays


def _layers(segmentation: Any) -> list[tuple[Volume, list[Any]]]:
    layers = []
    for number in range(segmentation.GetNumberOfLayers(binaryName())):
        image = segmentation.GetLayerDataObject(number, binaryName())
        names = segmentation.GetSegmentIDsForLayer(number, binaryName())
        if image.GetPointData().GetScalars() is not None:
            segments = [segmentation.GetSegment(name) for name in names]
            layers.append((_volumeOfImage(image), segments))
    return layers


def _volumeOfImage(image: slicer.vtkOrientedImageData) -> Volume:
    """An oriented image's numbers (not copied) and geometry."""
    from slicer import util

    matrix = util.vtkMatrixFromArray(np.eye(4))
    image.GetImageToWorldMatrix(matrix)
    ijk_to_ras = util.arrayFromVTKMatrix(matrix)
    ijk_to_ras[:3, 3] = (ijk_to_ras @ [*image.GetExtent()[::2], 1.0])[:3]
    numbers = vtk_to_numpy(image.GetPointData().GetScalars())
    return Volume(numbers.reshape(image.GetDimensions()[::-1]), ijk_to_ras)


def _addSurface(segment: Any, parts: Parts) -> None:
    label = int(segment.GetLabelValue())
    box = parts.box(label)
    if box is None:
        return
    inside = np.pad(parts.grid.voxels[box] == label, _RULE_PADDING).astype(np.uint8)
    first = [part.start - _RULE_PADDING for part in box][::-1]
    ijk_to_ras = parts.grid.ijk_to_ras.copy()
    ijk_to_ras[:3, 3] = parts.grid.ras(first)
    alone = slicer.vtkSegment()
    alone.AddRepresentation(binaryName(), orientedImage(Volume(inside, ijk_to_ras)))
    alone.SetLabelValue(1)
    rule = slicer.vtkBinaryLabelmapToClosedSurfaceConversionRule()
    rule.SetConversionParameter("Smoothing factor", SMOOTHING)
    if rule.Convert(alone):
        segment.AddRepresentation(surfaceName(), alone.GetRepresentation(surfaceName()))
