"""Volume ↔ vtkMRMLScalarVolumeNode, without an application."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import slicer
import vtk
from numpy.typing import NDArray
from vtk.util import numpy_support

from SpineLib.slabs import Steps, finish, slabs
from SpineLib.volume import Frame, Volume
from SpineSlicer.scene.volumeInScene import ijkToRas, voxelsOf

# What VTK and Slicer display without trouble; anything else is stored as float32.
DISPLAYABLE_TYPES = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64")
# Percentiles of the voxels that span the grey scale: bright fat and flow do not wash out the cord.
WINDOW_PERCENTILES = (1.0, 99.5)
ENOUGH_VOXELS = 500_000
FRAME_OF_REFERENCE = "SpineMRI.FrameOfReference"
_FRAMES = "SpineMRI.FrameNumbers"
_WORDS = {"weighting": "SpineMRI.Weighting", "region": "SpineMRI.Region"}
UNKNOWN = "unknown"


def addVolumeNode(
    scene: slicer.vtkMRMLScene,
    volume: Volume,
    name: str,
    className: str = "vtkMRMLScalarVolumeNode",
) -> Any:
    """Adds a volume to the scene, displayed with the window of its header.

    Where the header says none, or one that does not fit the image, its percentiles give one.

    Args:
        scene: where the node is added.
        volume: voxels [slice, row, column]; they are copied.
        name: the node's name.
        className: a scalar volume node's class.

    Returns:
        The node. Its attribute ``DICOM.instanceUIDs`` lists the SOP Instance UIDs in the order
        of k, as Slicer's own DICOM import does, where the volume has frames;
        ``SpineMRI.FrameOfReference`` is the volume's Frame of Reference UID, if it has one.
    """
    return finish(addingVolumeNode(scene, volume, name, className))


def addingVolumeNode(
    scene: slicer.vtkMRMLScene,
    volume: Volume,
    name: str,
    className: str = "vtkMRMLScalarVolumeNode",
) -> Steps[Any]:
    """`addVolumeNode` in steps of some milliseconds; the node is in the scene from the last on."""
    from slicer import util

    voxels = volume.voxels
    if voxels.dtype.name not in DISPLAYABLE_TYPES:
        voxels = voxels.astype(np.float32)
    image = yield from _imageOf(voxels)
    node = scene.AddNewNodeByClass(className, name)
    node.SetIJKToRASMatrix(util.vtkMatrixFromArray(volume.ijk_to_ras))
    # Before the voxels are there, else Slicer looks through all of them for a window of its own.
    node.CreateDefaultDisplayNodes()
    labels = node.IsA("vtkMRMLLabelMapVolumeNode")
    if not labels:
        node.GetVolumeDisplayNode().AutoWindowLevelOff()
    node.SetAndObserveImageData(image)
    uids = [frame.sop_instance_uid for frame in volume.frames]
    if uids and all(uids):
        node.SetAttribute("DICOM.instanceUIDs", " ".join(uids))
        node.SetAttribute(_FRAMES, " ".join(str(frame.number) for frame in volume.frames))
    if volume.frame_of_reference_uid:
        node.SetAttribute(FRAME_OF_REFERENCE, volume.frame_of_reference_uid)
    if labels:
        return node
    display = node.GetVolumeDisplayNode()
    if volume.window is not None:
        center, width = volume.window
        display.SetWindowLevel(width, center)
        return node
    # A part of a large volume says as much, and does not hold up the window.
    part = voxels.ravel()[:: max(1, voxels.size // ENOUGH_VOXELS)]
    low, high = np.percentile(part, WINDOW_PERCENTILES)
    display.SetWindowLevelMinMax(float(low), float(max(high, low + 1e-6)))
    return node


def _imageOf(voxels: NDArray[Any]) -> Steps[vtk.vtkImageData]:
    image = vtk.vtkImageData()
    image.SetDimensions(*voxels.shape[::-1])
    image.AllocateScalars(numpy_support.get_vtk_array_type(voxels.dtype), 1)
    target = numpy_support.vtk_to_numpy(image.GetPointData().GetScalars()).reshape(voxels.shape)
    for part in slabs(voxels):
        if part.start:
            yield
        target[part] = voxels[part]
    return image


def volumeFromNode(node: Any, *, copied: bool = True) -> Volume:
    """The voxels and geometry of a scalar volume node.

    Args:
        node: the volume node.
        copied: False gives the node's own voxels, which are only to be read.
    """
    voxels = voxelsOf(node)
    return Volume(np.array(voxels) if copied else voxels, ijkToRas(node))


def framesOfNode(node: Any) -> list[Frame]:
    """Which DICOM frame each slice of a volume node is, in the order of k; empty if not known.

    Slicer's own import names the objects alone: several slices of one object are not told apart.
    """
    uids = (node.GetAttribute("DICOM.instanceUIDs") or "").split()
    numbers = [int(number) for number in (node.GetAttribute(_FRAMES) or "").split()]
    frames = [Frame(*pair) for pair in zip(uids, numbers or [1] * len(uids), strict=False)]
    return frames if len(set(frames)) == len(uids) else []


def frameOfReference(node: Any) -> str:
    """The Frame of Reference UID of a volume node; empty where neither it nor the database says.

    Args:
        node: from `addVolumeNode`, or from Slicer's own DICOM import, whose volumes name their
            images only, so that Slicer's database is asked (0020,0052); None is allowed.
    """
    if node is None:
        return ""
    uid = node.GetAttribute(FRAME_OF_REFERENCE)
    images = (node.GetAttribute("DICOM.instanceUIDs") or "").split()
    if uid or not images or getattr(slicer, "dicomDatabase", None) is None:
        return uid or ""
    return str(slicer.dicomDatabase.instanceValue(images[0], "0020,0052") or "")


def describe(node: Any, *, weighting: str, region: str) -> None:
    """Notes on a volume node what it shows, so that nobody has to say it again.

    Args:
        node: the volume node.
        weighting, region: words of `SpineLib.labels`; ``unknown`` changes nothing.
    """
    for word, value in (("weighting", weighting), ("region", region)):
        if value != UNKNOWN:
            node.SetAttribute(_WORDS[word], value)


def described(node: Any) -> dict[str, str]:
    """Weighting and region of a volume node, as `describe` kept them; empty where it does not say."""
    return {word: node.GetAttribute(name) or "" for word, name in _WORDS.items()}


def removeNodes(nodes: Iterable[Any]) -> None:
    """Takes nodes out of their scene; None, and what has left it already, is passed over."""
    for node in nodes:
        if node is not None and node.GetScene() is not None:
            node.GetScene().RemoveNode(node)


def nodesOfClass(scene: slicer.vtkMRMLScene, className: str) -> list[Any]:
    """The scene's nodes of a class and its subclasses.

    `slicer.util.getNodesByClass` asks the application's scene whatever scene it is given.
    """
    nodes = scene.GetNodesByClass(className)
    nodes.UnRegister(None)  # the collection is the caller's
    return [nodes.GetItemAsObject(n) for n in range(nodes.GetNumberOfItems())]
