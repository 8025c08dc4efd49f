"""Cord and dural sac as a segmentation of a stack: drawn in slices, corrected in Segment Editor."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from SpineLib.findings import Findings, StackFindings
from SpineLib.inference.outline_map import CORD_LABEL, SAC_LABEL, measuring_again
from SpineLib.labels import Code
from SpineLib.quantities import Quantity
from SpineLib.reading import Reading
from SpineLib.slabs import Steps, finish
from SpineLib.translation import tr as _
from SpineLib.volume import Volume
from SpineSlicer.scene.labelmapNodes import addSegmentationNode, labelmapFromNode, orientedImage
from SpineSlicer.scene.Segment import Segment
from SpineSlicer.scene.spineSegmentation import GIVEN, labelsHash, segmentedVolumeNode
from SpineSlicer.scene.volumeInScene import ijkToRas

# The grid: its shape, and 4×4 from its voxels to those of the stack's volume node.
_FINE = "SpineMRI.OutlineGrid"
# Of each slice, what the model outlined, as a hash, and what was measured of that.
_GIVEN_SLICES, _GIVEN_QUANTITIES = "SpineMRI.GivenSlices", "SpineMRI.GivenQuantities"
# The same of the outlines that the scene's findings have the numbers of, once they were measured again.
_MEASURED_SLICES = "SpineMRI.MeasuredSlices"
_SEGMENTS = (
    (CORD_LABEL, "cord", "Spinal cord", "#F0E442", Code("2748008", "SCT", "Spinal cord")),
    (SAC_LABEL, "sac", "Dural sac around the cord", "#56B4E9", None),
)


def addOutlines(
    scene: slicer.vtkMRMLScene, reading: Reading, stack: str, volumeNode: Any
) -> slicer.vtkMRMLSegmentationNode:
    """Adds the outlines of a stack, as lines without filling.

    Args:
        scene: where the node is added.
        reading: its outlines lie in the volume node's own RAS.
        stack: id of the stack.
        volumeNode: of the stack.
    """
    outlines, algorithm = reading.outlines[stack], algorithmOf(reading.findings, "outline")
    segments = [
        Segment(label, identifier, _(name), color, code)
        for label, identifier, name, color, code in _SEGMENTS
    ]
    name = f"{volumeNode.GetName()} cord and sac"
    node = addSegmentationNode(scene, outlines, segments, name, volumeNode, algorithm)
    _keepGrid(node, outlines)
    indices = np.linalg.inv(ijkToRas(volumeNode)) @ outlines.ijk_to_ras
    node.SetAttribute(_FINE, json.dumps({"shape": outlines.shape, "indices": indices.tolist()}))
    node.SetAttribute(GIVEN, labelsHash(outlines))
    node.SetAttribute(_GIVEN_SLICES, json.dumps(_slicesOf(outlines)))
    measured = [slice_.quantities for slice_ in reading.findings.stack(stack).slices]
    given = [[quantity.to_dict() for quantity in quantities] for quantities in measured]
    node.SetAttribute(_GIVEN_QUANTITIES, json.dumps(given, ensure_ascii=False, allow_nan=False))
    display = node.GetDisplayNode()
    display.SetVisibility2DFill(False)
    display.SetVisibility3D(False)
    return node


def outlinesIn(node: slicer.vtkMRMLSegmentationNode) -> Volume | None:
    """The outlines as they are now, in the volume node's own RAS; None where its volume is gone."""
    volumeNode = segmentedVolumeNode(node)
    if volumeNode is None or volumeNode.GetImageData() is None:
        return None
    shape, indices = _grid(node)
    return labelmapFromNode(node, Volume(np.zeros(shape, np.uint8), ijkToRas(volumeNode) @ indices))


def takeOutlines(reading: Reading, stack: str, node: Any, nodeAsRead: NDArray[np.float64]) -> None:
    """Puts a stack's outlines into a reading; measures anew what a reader corrected.

    Args:
        reading: its findings and outlines are changed.
        stack: id of the stack.
        node: of `addOutlines`; None where the stack was not outlined.
        nodeAsRead: 4×4 from the volume node's voxels to the RAS of the findings.
    """
    now = None if node is None else outlinesIn(node)
    if now is not None:
        reading.outlines[stack] = asRead(node, now, nodeAsRead)
        finish(measuringOutlines(reading.findings, stack, node, reading.outlines[stack]))


def measuringOutlines(findings: Findings, stack: str, node: Any, outlines: Volume) -> Steps[None]:
    """Measures the slices anew whose outlines a reader corrected; others have the model's numbers.

    Args:
        findings: changed in the last step.
        stack: id of the stack.
        node: of `addOutlines`.
        outlines: as they are now.
    """
    slices = findings.stack(stack).slices
    hashes = json.loads(node.GetAttribute(_GIVEN_SLICES) or "[]")
    if len(hashes) == len(slices):
        given = json.loads(node.GetAttribute(_GIVEN_QUANTITIES))
        changed = {k for k, print_ in enumerate(_slicesOf(outlines)) if print_ != hashes[k]}
        before = [[Quantity.from_dict(quantity) for quantity in quantities] for quantities in given]
    else:  # a scene of an earlier version does not know which
        changed = set(range(len(slices))) if isCorrected(node) else set()
        before = [slice_.quantities for slice_ in slices]
    if changed or any(_differ(s.quantities, b) for s, b in zip(slices, before, strict=True)):
        for slice_, quantities in zip(slices, before, strict=True):
            slice_.quantities = quantities
        yield from measuring_again(findings, stack, outlines, changed)


def isMeasured(node: slicer.vtkMRMLSegmentationNode, outlines: Volume) -> bool:
    """Whether the scene's findings have the numbers of the outlines as they are now."""
    known = node.GetAttribute(_MEASURED_SLICES) or node.GetAttribute(_GIVEN_SLICES)
    if known is None:  # a scene of an earlier version
        return not isCorrected(node)
    return bool(json.loads(known) == _slicesOf(outlines))


def noteMeasured(node: slicer.vtkMRMLSegmentationNode, outlines: Volume) -> None:
    """Says of which outlines the scene's findings have the numbers from now on."""
    node.SetAttribute(_MEASURED_SLICES, json.dumps(_slicesOf(outlines)))


def asRead(node: Any, outlines: Volume, nodeAsRead: NDArray[np.float64]) -> Volume:
    """Outlines in the RAS of the findings.

    Args:
        node: of `addOutlines`.
        outlines: of `outlinesIn`.
        nodeAsRead: 4×4 from the volume node's voxels to that RAS.
    """
    return Volume(outlines.voxels, nodeAsRead @ _grid(node)[1])


def inOrderOf(stack: StackFindings, outlines: Volume) -> Volume:
    """Outlines with their slices in the order of a stack, which may have been read the other way round."""
    matrix = outlines.ijk_to_ras.copy()
    if matrix[:3, 2] @ np.array(stack.ijk_to_ras)[:3, 2] > 0:
        return outlines
    matrix[:3, 3] += (len(outlines.voxels) - 1) * matrix[:3, 2]
    matrix[:3, 2] *= -1
    return Volume(outlines.voxels[::-1], matrix)


def algorithmOf(findings: Findings, task: str) -> str:
    """Name and version of the model that did a task."""
    model = next((used for used in findings.models if used.task == task), None)
    return f"{model.name} {model.version}" if model else "SlicerSpineMRI"


def isCorrected(node: slicer.vtkMRMLSegmentationNode) -> bool:
    """Whether a reader changed what the model outlined."""
    now = outlinesIn(node)
    return now is not None and labelsHash(now) != node.GetAttribute(GIVEN)


def _keepGrid(node: slicer.vtkMRMLSegmentationNode, outlines: Volume) -> None:
    """Has Segment Editor edit on the outlines' own grid; else it makes all as coarse as the volume."""
    converter = slicer.vtkSegmentationConverter
    node.GetSegmentation().SetConversionParameter(
        converter.GetReferenceImageGeometryParameterName(),
        converter.SerializeImageGeometry(orientedImage(outlines)),
    )


def _slicesOf(outlines: Volume) -> list[str]:
    return [hashlib.sha256(voxel.tobytes()).hexdigest()[:16] for voxel in outlines.voxels]


def _differ(some: list[Quantity], others: list[Quantity]) -> bool:
    """Whether other numbers were measured; norms follow from the level."""
    return [(q.key, q.value) for q in some] != [(q.key, q.value) for q in others]


def _grid(
    node: slicer.vtkMRMLSegmentationNode,
) -> tuple[tuple[int, int, int], NDArray[np.float64]]:
    record = json.loads(node.GetAttribute(_FINE))
    slices, rows, columns = (int(n) for n in record["shape"])
    return (slices, rows, columns), np.array(record["indices"], np.float64)
