"""Label map ↔ vtkMRMLSegmentationNode on the label map's own grid, without an application."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import slicer
import vtk
from numpy.typing import NDArray
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

from SpineLib.labels import rgb
from SpineLib.volume import Volume
from SpineSlicer.scene.Segment import Segment
from SpineSlicer.scene.subjectHierarchy import placeBeside
from SpineSlicer.scene.terminology import terminologyEntry

# Smoothing of the 3D surface (vtkBinaryLabelmapToClosedSurfaceConversionRule): 0 shows voxels'
# stairs, Slicer's default of 0.5 thins structures of one slice.
SMOOTHING = "0.3"
LABEL_TAG = "SpineMRI.Label"
_LAST_VALUE = 255
# What VTK calls the voxels of an image that it makes; Slicer's DICOM export asks for them by it.
_SCALARS = "ImageScalars"


def addSegmentationNode(
    scene: slicer.vtkMRMLScene,
    labelmap: Volume,
    segments: Sequence[Segment],
    name: str,
    volumeNode: Any,
    algorithm: str,
) -> slicer.vtkMRMLSegmentationNode:
    """Adds a segmentation node whose segments are the label map's numbers.

    Args:
        scene: where the node is added.
        labelmap: whole numbers on the grid of ``volumeNode``'s volume.
        segments: the numbers to show; others in ``labelmap`` belong to no segment.
        name: the node's name.
        volumeNode: the volume that was segmented; it becomes the reference geometry, and the
            segmentation stands beside it in the subject hierarchy (both are what DICOM SEG
            export asks for).
        algorithm: ``DICOM.SegmentAlgorithmName``.
    """
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    segmentation = node.GetSegmentation()
    segmentation.SetSourceRepresentationName(binaryName())
    node.SetReferenceImageGeometryParameterFromVolumeNode(volumeNode)
    segmentation.SetConversionParameter("Smoothing factor", SMOOTHING)
    setSegments(node, labelmap, segments, algorithm)
    placeBeside(scene, node, volumeNode)
    return node


def setSegments(
    node: slicer.vtkMRMLSegmentationNode,
    labelmap: Volume,
    segments: Sequence[Segment],
    algorithm: str,
) -> None:
    """Replaces a node's segments by a label map's numbers; see `addSegmentationNode`."""
    segmentation = node.GetSegmentation()
    segmentation.RemoveAllSegments()
    image = orientedImage(labelmap)
    for segment in segments:
        segmentation.AddSegment(_vtkSegment(segment, image, algorithm), segment.identifier)


def labelmapFromNode(node: slicer.vtkMRMLSegmentationNode, reference: Volume) -> Volume:
    """The segmentation's label numbers on the grid of ``reference`` (uint8).

    Args:
        node: a segmentation that `addSegmentationNode` made and a reader may have edited, on
            whatever grid; segments that a reader added have no number here and are left out.
        reference: the segmented volume.
    """
    voxels = np.zeros(reference.shape, np.uint8)
    grid = orientedImage(reference.with_voxels(voxels))
    segmentation = node.GetSegmentation()
    for number in range(segmentation.GetNumberOfLayers(binaryName())):
        image = segmentation.GetLayerDataObject(number, binaryName())
        segments = segmentation.GetSegmentIDsForLayer(number, binaryName())
        numbers = _numbersOf([segmentation.GetSegment(name) for name in segments])
        if image.GetPointData().GetScalars() is None or not numbers.any():
            continue
        fitting = _resampled(image, grid)
        values = vtk_to_numpy(fitting.GetPointData().GetScalars()).reshape(reference.shape)
        filled = _filled(fitting)
        layer = np.take(numbers, values[filled], mode="clip")
        np.copyto(voxels[filled], layer, where=layer > 0)
    return reference.with_voxels(voxels)


def segmentMask(
    node: slicer.vtkMRMLSegmentationNode, identifier: str, grid: Volume
) -> NDArray[np.bool_]:
    """Where one segment is on a grid [slice, row, column]."""
    image = slicer.vtkOrientedImageData()
    node.GetBinaryLabelmapRepresentation(identifier, image)
    if image.GetPointData().GetScalars() is None:
        return np.zeros(grid.shape, bool)
    fitting = _resampled(image, orientedImage(grid))
    return np.asarray(vtk_to_numpy(fitting.GetPointData().GetScalars()).reshape(grid.shape) > 0)


def segmentsIn(
    node: slicer.vtkMRMLSegmentationNode,
) -> Iterator[tuple[str, slicer.vtkSegment, int]]:
    """Each segment's ID, the segment, and its label number: 0 for one that a reader added."""
    segmentation = node.GetSegmentation()
    for identifier in segmentation.GetSegmentIDs():
        segment = segmentation.GetSegment(identifier)
        yield identifier, segment, int(vtkTag(segment, LABEL_TAG) or 0)


def _resampled(
    image: slicer.vtkOrientedImageData, grid: slicer.vtkOrientedImageData
) -> slicer.vtkOrientedImageData:
    fitting = slicer.vtkOrientedImageData()
    slicer.vtkOrientedImageDataResample.ResampleOrientedImageToReferenceOrientedImage(
        image, grid, fitting, False
    )
    return fitting


def _filled(image: slicer.vtkOrientedImageData) -> tuple[slice, slice, slice]:
    """The box [slice, row, column] that holds all of a label map's segments.

    Most of an image is not spine, and a reader paints while this is read.
    """
    box = [0, -1] * 3
    slicer.vtkOrientedImageDataResample.CalculateEffectiveExtent(image, box)
    columns, rows, slices = (slice(box[n], max(box[n], box[n + 1] + 1)) for n in (0, 2, 4))
    return slices, rows, columns


def _numbersOf(segments: Sequence[Any]) -> NDArray[np.uint8]:
    """A layer's values → label numbers; the last one stands for every value beyond."""
    values = [int(segment.GetLabelValue()) for segment in segments]
    numbers = np.zeros(max(values, default=0) + 2, np.uint8)
    for value, segment in zip(values, segments, strict=True):
        numbers[value] = int(vtkTag(segment, LABEL_TAG) or 0)
    return numbers


def vtkTag(segment: slicer.vtkSegment, name: str) -> str:
    """A segment's tag, or an empty string."""
    value = vtk.reference("")
    return str(value) if segment.GetTag(name, value) else ""


def _vtkSegment(
    segment: Segment, image: slicer.vtkOrientedImageData, algorithm: str
) -> slicer.vtkSegment:
    result = slicer.vtkSegment()
    result.SetName(segment.name)
    result.SetColor(*rgb(segment.color))
    result.AddRepresentation(binaryName(), image)
    result.SetLabelValue(segment.label)
    if segment.code is not None:
        result.SetTag(
            slicer.vtkSegment.GetTerminologyEntryTagName(), terminologyEntry(segment.code)
        )
    result.SetTag("Segmentation.Status", "flagged" if segment.flagged else "completed")
    result.SetTag("DICOM.SegmentAlgorithmType", "AUTOMATIC")
    result.SetTag("DICOM.SegmentAlgorithmName", algorithm)
    # Slicer renumbers label values when it merges layers; the tag keeps the number.
    result.SetTag(LABEL_TAG, str(segment.label))
    for key, value in segment.tags.items():
        result.SetTag(key, value)
    return result


def orientedImage(labelmap: Volume) -> slicer.vtkOrientedImageData:
    """A label map's numbers (copied, uint8) and geometry as Slicer's segments hold them."""
    from slicer import util

    image = slicer.vtkOrientedImageData()
    slices, rows, columns = labelmap.shape
    image.SetDimensions(columns, rows, slices)
    flat = np.ascontiguousarray(labelmap.voxels, dtype=np.uint8).ravel()
    scalars = numpy_to_vtk(flat, deep=True)
    scalars.SetName(_SCALARS)
    image.GetPointData().SetScalars(scalars)
    image.SetGeometryFromImageToWorldMatrix(util.vtkMatrixFromArray(labelmap.ijk_to_ras))
    return image


def binaryName() -> str:
    """What Slicer calls segments' label maps."""
    return slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
