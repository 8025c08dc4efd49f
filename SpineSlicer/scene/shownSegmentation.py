"""A reading's segmentation in the scene, beside what a reader did with an earlier one."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer

from SpineLib.reading import Reading
from SpineLib.slabs import Steps, finish
from SpineLib.volume import Volume
from SpineSlicer.scene.corrections import changes
from SpineSlicer.scene.NamesLog import hasNamesLog
from SpineSlicer.scene.naming import namedByReader
from SpineSlicer.scene.overlays import VOLUME_ROLE, putOnVolume
from SpineSlicer.scene.segmentNames import addingSegmentNames
from SpineSlicer.scene.spineSegmentation import (
    ASIDE,
    addSpineSegmentation,
    segmentationNodes,
    segmentedVolumeNode,
)
from SpineSlicer.scene.StackInScene import requireStill
from SpineSlicer.scene.stackWords import keepStackWords
from SpineSlicer.scene.subjectHierarchy import placeUnder, studyItem
from SpineSlicer.scene.volumeNodes import addingVolumeNode, nodesOfClass


def showSegmentation(
    scene: slicer.vtkMRMLScene, reading: Reading, volumeNode: Any = None
) -> tuple[Any, Any]:
    """Adds a reading's segmentation, with the names of its structures in the views.

    Its images are those of a volume that is in the scene already, if one shows the same.

    An earlier segmentation of the same volume is replaced, unless a reader corrected or named it:
    then it stays, hidden.

    Args:
        scene: where nodes are added.
        reading: what was read.
        volumeNode: the volume that it was read from; by default the reading's is added.

    Returns:
        The segmentation node and its volume's; both None where nothing was segmented.

    Raises:
        BadInput: the volume was moved or changed while it was read.
    """
    return finish(showingSegmentation(scene, reading, volumeNode))


def showingSegmentation(
    scene: slicer.vtkMRMLScene, reading: Reading, volumeNode: Any = None
) -> Steps[tuple[Any, Any]]:
    """`showSegmentation` in steps of some ten milliseconds."""
    finding = reading.findings.segmentation
    if reading.segmentation is None:
        return None, None
    if volumeNode is None:
        volumeNode = loadedVolumeNode(scene, reading.volumes[finding.stack])
    if volumeNode is None:
        volumeNode = yield from _addingVolume(scene, reading)
    requireStill(reading.findings.stack(finding.stack), volumeNode)
    keepStackWords(volumeNode, reading.findings.stack(finding.stack))
    yield
    yield from _makingRoom(scene, volumeNode)
    model = next((m for m in reading.findings.models if m.task == "segmentation"), None)
    node = addSpineSegmentation(
        scene, reading.segmentation, finding, volumeNode,
        f"{model.name} {model.version}" if model else "SlicerSpineMRI", surfaces=False,
    )  # fmt: skip
    _mark(node, "spine segmentation", reading, volumeNode)
    yield
    names = yield from addingSegmentNames(scene, reading.segmentation, finding, volumeNode)
    _mark(names, "segment names", reading, volumeNode)
    return node, volumeNode


def loadedVolumeNode(scene: slicer.vtkMRMLScene, volume: Volume) -> Any:
    """The scene's volume that shows the same images on the same grid; None where there is none.

    Args:
        scene: where it is looked for.
        volume: whose images; their SOP Instance UIDs tell, as Slicer's own import keeps them.
    """
    uids = [frame.sop_instance_uid for frame in volume.frames]
    if not uids or not all(uids):
        return None
    for node in nodesOfClass(scene, "vtkMRMLScalarVolumeNode"):
        images = (node.GetAttribute("DICOM.instanceUIDs") or "").split()
        if images == uids and node.GetImageData() and _gridOf(node).same_grid(volume):
            return node
    return None


def _gridOf(node: Any) -> Volume:
    """A volume node's grid; its voxels are not copied."""
    from slicer import util

    matrix = util.vtkMatrixFromArray(np.eye(4))
    node.GetIJKToRASMatrix(matrix)
    return Volume(util.arrayFromVolume(node), util.arrayFromVTKMatrix(matrix))


def _mark(node: Any, kind: str, reading: Reading, volumeNode: Any) -> None:
    node.SetAttribute("SpineMRI.Kind", kind)
    node.SetAttribute("SpineMRI.Stack", reading.findings.segmentation.stack)
    node.SetAttribute("SpineMRI.Notice", reading.findings.notice)
    node.SetNodeReferenceID(VOLUME_ROLE, volumeNode.GetID())
    putOnVolume(node, volumeNode)


def setAside(node: slicer.vtkMRMLSegmentationNode) -> bool:
    """Hides a segmentation that a reader corrected or named, so that a new one can take its place.

    Returns:
        False where no reader did anything: nothing is lost with it.
    """
    if node.GetAttribute(ASIDE):
        return True
    named = namedByReader(node) or hasNamesLog(node)  # also what was undone stays in the scene
    word = "corrected" if changes(node) else "named" if named else ""
    if not word:
        return False
    node.SetAttribute(ASIDE, word)
    node.RemoveAttribute("SpineMRI.Study")
    node.GetDisplayNode().SetVisibility(False)
    node.SetName(node.GetScene().GenerateUniqueName(f"{node.GetName()} ({word})"))
    return True


def _addingVolume(scene: Any, reading: Reading) -> Steps[Any]:
    stack = reading.findings.stack(reading.findings.segmentation.stack)
    name = f"{stack.id} {stack.description or stack.plane}"
    name = scene.GenerateUniqueName(name)
    node = yield from addingVolumeNode(scene, reading.volumes[stack.id], name)
    placeUnder(scene, node, studyItem(scene, "Spine MRI", reading.findings.study_instance_uid))
    return node


def _makingRoom(scene: Any, volumeNode: Any) -> Steps[None]:
    for node in segmentationNodes(scene):
        if segmentedVolumeNode(node) is not volumeNode:
            continue
        if not setAside(node):
            scene.RemoveNode(node)
        yield
    for labels in nodesOfClass(scene, "vtkMRMLMarkupsFiducialNode"):
        if (
            labels.GetAttribute("SpineMRI.Kind") == "segment names"
            and labels.GetNodeReference(VOLUME_ROLE) is volumeNode
        ):
            scene.RemoveNode(labels)
