"""Label map ↔ vtkMRMLSegmentationNode on the label map's own grid, without an application."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import slicer
import vtk
from numpy.typing import NDArray
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

from SpineLib.labels import rgb
from SpineLib.volume import Volume

from .Segment import Segment
from .subjectHierarchy import placeBeside
from .terminology import terminologyEntry

# Smoothing of the 3D surface (vtkBinaryLabelmapToClosedSurfaceConversionRule): 0 shows voxels'
# stairs, Slicer's default of 0.5 thins structures of one slice.
SMOOTHING = "0.3"
LABEL_TAG = "SpineMRI.Label"
_LAST_VALUE = 255


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
    segmentation.SetSourceRepresentationName(_binaryName())
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
    image = _orientedImage(labelmap)
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
    grid = _orientedImage(reference.with_voxels(voxels))
    segmentation = node.GetSegmentation()
    # Segments that do not overlap share an image, so that one look-up serves them all.
    shared: dict[int, tuple[slicer.vtkOrientedImageData, NDArray[np.uint8]]] = {}
    for index in range(segmentation.GetNumberOfSegments()):
        segment = segmentation.GetNthSegment(index)
        number = vtkTag(segment, LABEL_TAG)
        if not number:
            continue
        image = segment.GetRepresentation(_binaryName())
        value = segment.GetLabelValue()
        if value > _LAST_VALUE or not _isOnGrid(image, grid):
            image, value = slicer.vtkOrientedImageData(), 1
            node.GetBinaryLabelmapRepresentation(segmentation.GetNthSegmentID(index), image)
            slicer.vtkOrientedImageDataResample.ResampleOrientedImageToReferenceOrientedImage(
                image, grid, image, False
            )
        _, table = shared.setdefault(id(image), (image, np.zeros(_LAST_VALUE + 2, np.uint8)))
        table[value] = int(number)
    for image, table in shared.values():
        part, box = _array(image)
        numbers = np.take(table, part, mode="clip")
        np.copyto(voxels[box], numbers, where=numbers > 0)
    return reference.with_voxels(voxels)


def _isOnGrid(image: slicer.vtkOrientedImageData | None, grid: slicer.vtkOrientedImageData) -> bool:
    """Whether an image's voxels are some of the grid's; most are, and then nothing is resampled."""
    if image is None or image.GetPointData().GetScalars() is None:
        return False
    if not slicer.vtkOrientedImageDataResample.DoGeometriesMatchIgnoreOrigin(image, grid):
        return False
    origins = np.array([one.GetOrigin() for one in (image, grid)])
    inside, outside = np.array(image.GetExtent()), np.array(grid.GetExtent())
    fits = (inside[::2] >= outside[::2]).all() and (inside[1::2] <= outside[1::2]).all()
    return bool(fits and np.allclose(origins[0], origins[1], atol=1e-3))


def _array(image: slicer.vtkOrientedImageData) -> tuple[NDArray, tuple[slice, ...]]:
    """An image's voxels [slice, row, column], not copied, and the box that they fill in a grid."""
    extent = np.array(image.GetExtent()).reshape(3, 2)[::-1]
    shape = extent[:, 1] - extent[:, 0] + 1
    box = tuple(slice(int(low), int(high) + 1) for low, high in extent)
    return vtk_to_numpy(image.GetPointData().GetScalars()).reshape(shape), box


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
    result.AddRepresentation(_binaryName(), image)
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


def _orientedImage(labelmap: Volume) -> slicer.vtkOrientedImageData:
    from slicer import util

    image = slicer.vtkOrientedImageData()
    slices, rows, columns = labelmap.shape
    image.SetDimensions(columns, rows, slices)
    flat = np.ascontiguousarray(labelmap.voxels, dtype=np.uint8).ravel()
    image.GetPointData().SetScalars(numpy_to_vtk(flat, deep=True))
    image.SetGeometryFromImageToWorldMatrix(util.vtkMatrixFromArray(labelmap.ijk_to_ras))
    return image


def _binaryName() -> str:
    return slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
