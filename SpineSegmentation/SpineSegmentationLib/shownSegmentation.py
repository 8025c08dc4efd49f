"""A reading's segmentation in the scene, beside what a reader did with an earlier one."""

from __future__ import annotations

from typing import Any

import slicer

from SpineLib.reading import Reading

from .corrections import changes
from .NamesLog import hasNamesLog
from .naming import namedByReader
from .segmentNames import addSegmentNames
from .spineSegmentation import (
    ASIDE,
    addSpineSegmentation,
    segmentationNodes,
    segmentedVolumeNode,
)
from .subjectHierarchy import placeUnder, studyItem
from .volumeNodes import addVolumeNode, nodesOfClass

_VOLUME_ROLE = "SpineMRI.volume"


def showSegmentation(
    scene: slicer.vtkMRMLScene, reading: Reading, volumeNode: Any = None
) -> tuple[Any, Any]:
    """Adds a reading's segmentation, with the names of its structures in the views.

    An earlier segmentation of the same volume is replaced, unless a reader corrected or named it:
    then it stays, hidden.

    Args:
        scene: where nodes are added.
        reading: what was read.
        volumeNode: the volume that it was read from; by default the reading's is added.

    Returns:
        The segmentation node and its volume's; both None where nothing was segmented.
    """
    finding = reading.findings.segmentation
    if reading.segmentation is None:
        return None, None
    if volumeNode is None:
        volumeNode = _addVolume(scene, reading)
    _makeRoom(scene, volumeNode)
    model = next((m for m in reading.findings.models if m.task == "segmentation"), None)
    node = addSpineSegmentation(
        scene, reading.segmentation, finding, volumeNode,
        f"{model.name} {model.version}" if model else "SlicerSpineMRI", surfaces=False,
    )  # fmt: skip
    names = addSegmentNames(scene, reading.segmentation, finding, volumeNode)
    for one, kind in ((node, "spine segmentation"), (names, "segment names")):
        one.SetAttribute("SpineMRI.Kind", kind)
        one.SetAttribute("SpineMRI.Stack", finding.stack)
        one.SetAttribute("SpineMRI.Notice", reading.findings.notice)
        one.SetNodeReferenceID(_VOLUME_ROLE, volumeNode.GetID())
    return node, volumeNode


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


def _addVolume(scene: Any, reading: Reading) -> Any:
    stack = reading.findings.stack(reading.findings.segmentation.stack)
    name = f"{stack.id} {stack.description or stack.plane}"
    node = addVolumeNode(scene, reading.volumes[stack.id], scene.GenerateUniqueName(name))
    placeUnder(scene, node, studyItem(scene, "Spine MRI", reading.findings.study_instance_uid))
    return node


def _makeRoom(scene: Any, volumeNode: Any) -> None:
    for node in segmentationNodes(scene):
        if segmentedVolumeNode(node) is not volumeNode:
            continue
        if not setAside(node):
            scene.RemoveNode(node)
    for labels in nodesOfClass(scene, "vtkMRMLMarkupsFiducialNode"):
        if (
            labels.GetAttribute("SpineMRI.Kind") == "segment names"
            and labels.GetNodeReference(_VOLUME_ROLE) is volumeNode
        ):
            scene.RemoveNode(labels)
