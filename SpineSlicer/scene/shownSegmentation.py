"""A reading's segmentation in the scene, beside what a reader did with an earlier one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import slicer

from SpineLib.errors import BadInput
from SpineLib.findings import StackFindings
from SpineLib.labels import ASSESSED
from SpineLib.reading import Reading
from SpineLib.slabs import Steps
from SpineSlicer.scene.findingsText import findingsIn, writeFindings
from SpineSlicer.scene.heldVolumes import holdingVolume
from SpineSlicer.scene.namesDiffer import rememberLocalised
from SpineSlicer.scene.NamesLog import hasNamesLog
from SpineSlicer.scene.naming import namedByReader, namesOf, updatingFindings
from SpineSlicer.scene.overlays import putOnVolume
from SpineSlicer.scene.spineSegmentation import ASIDE, segmentedVolumeNode
from SpineSlicer.scene.stackGrids import notedGrid
from SpineSlicer.scene.StackInScene import StackInScene, requireStill
from SpineSlicer.scene.structureNodes import addingSegmentation
from SpineSlicer.scene.studyNodes import (
    FINDINGS,
    KIND,
    MEASURES_ROLE,
    NOTICE,
    ORIGINAL_ROLE,
    STACK,
    STUDY,
    disown,
    freeStudy,
    isCopyOf,
    own,
    readingsOf,
    roots,
    segmentationNodes,
    stackOf,
    studyKey,
    studyOfRoot,
    volumesOf,
)
from SpineSlicer.scene.studyVisibility import HIDDEN
from SpineSlicer.scene.subjectHierarchy import placeUnder, studyItem, studyUidOf
from SpineSlicer.scene.volumeNodes import addingVolumeNode, describe, removeNodes

from . import corrections


def showingSegmentation(
    scene: slicer.vtkMRMLScene, reading: Reading, volumeNode: Any = None
) -> Steps[tuple[Any, Any]]:
    """Adds a reading's segmentation, with its structures' names, in steps of some ten milliseconds.

    Left before their end, the steps add nothing.

    Its images are those of a volume that is in the scene already, if one shows the same.

    An earlier segmentation of the same volume is replaced, unless a reader corrected or named it:
    then it stays, hidden. Findings of the same volume take the new segmentation for theirs.

    Args:
        scene: where nodes are added.
        reading: what was read.
        volumeNode: the volume that it was read from; by default the reading's is added.

    Returns:
        The segmentation node and its volume's; both None where nothing was segmented.

    Raises:
        BadInput: the volume was moved or changed while it was read.
    """
    if reading.segmentation is None:
        return None, None
    stack = reading.findings.stack(reading.findings.segmentation.stack)
    added: list[Any] = []
    try:
        if volumeNode is not None:
            requireStill(stack, volumeNode)
        else:
            volumeNode = yield from holdingVolume(scene, reading.volumes[stack.id], stack.id)
        if volumeNode is None:
            volumeNode = yield from addingStackVolume(scene, reading, stack)
            added.append(volumeNode)
        yield
        node = yield from _addingSegmentation(scene, reading, volumeNode, added)
        added.clear()
    finally:
        removeNodes(added)
    yield from _makingRoom(node)
    describe(volumeNode, weighting=stack.weighting, region=stack.region)
    rememberLocalised(node, reading.findings)
    if _joinFindings(reading, node):
        yield from updatingFindings(node)
    return node, volumeNode


def setAside(node: slicer.vtkMRMLSegmentationNode) -> bool:
    """Hides a segmentation that a reader corrected or named, so that a new one can take its place.

    Returns:
        False where no reader did anything: nothing is lost with it.
    """
    if node.GetAttribute(ASIDE):
        return True
    named = namedByReader(node) or hasNamesLog(node)  # also what was undone stays in the scene
    word = "corrected" if corrections.isCorrected(node) else "named" if named else ""
    if not word:
        return False
    node.SetAttribute(ASIDE, word)
    disown(node)
    node.GetDisplayNode().SetVisibility(False)
    node.RemoveAttribute(HIDDEN)
    node.SetName(node.GetScene().GenerateUniqueName(f"{node.GetName()} ({word})"))
    return True


def replaceSegmentation(node: slicer.vtkMRMLSegmentationNode) -> None:
    """Makes room for a new one: sets it aside, or takes it and all that was made of it away."""
    names = namesOf(node)
    if not setAside(node):
        derived = [node.GetNodeReference(role) for role in (ORIGINAL_ROLE, MEASURES_ROLE)]
        removeNodes((*derived, node))
    removeNodes(names)


def addingStackVolume(scene: Any, reading: Reading, stack: StackFindings) -> Steps[Any]:
    """Adds the volume of a stack that was read, under its study, in steps."""
    name = scene.GenerateUniqueName(f"{stack.id} {stack.description or stack.plane}")
    node = yield from addingVolumeNode(scene, reading.volumes[stack.id], name)
    node.SetAttribute(STACK, stack.id)
    placeUnder(scene, node, studyItem(scene, "Spine MRI", reading.findings.study_instance_uid))
    return node


def _addingSegmentation(
    scene: Any, reading: Reading, volumeNode: Any, added: list[Any]
) -> Steps[Any]:
    def mark(new: Any, kind: str) -> None:
        added.append(new)
        new.SetAttribute(KIND, kind)

    steps = addingSegmentation(scene, reading, volumeNode, mark, surfaces=False)
    node, names = yield from steps
    stack = reading.findings.segmentation.stack
    study = _studyOf(reading, volumeNode, stack, node)
    asRead = next((stackInScene.nodeAsRead for _root, stackInScene in _readings(volumeNode)), None)
    for new in (node, names):
        new.SetAttribute(STACK, stack)
        new.SetAttribute(NOTICE, reading.findings.notice)
        new.SetAttribute(STUDY, study)
        putOnVolume(new, volumeNode, asRead)
    return node


def _studyOf(reading: Reading, volumeNode: Any, stack: str, node: Any) -> str:
    """The study of a new segmentation: its volume's; else that of the same examination.

    Where the scene holds two copies of the examination, or another volume as the same stack of it,
    nobody can tell whose the new one is: it is a study of its own.
    """
    others = [root for root in roots(volumeNode.GetScene()) if root is not node]
    for root in reversed(others):
        if volumeNode in volumesOf(root) and studyOfRoot(root):
            return studyOfRoot(root)
    scene, findings = volumeNode.GetScene(), reading.findings
    uid = findings.study_instance_uid or studyUidOf(scene, volumeNode)
    key = studyKey(replace(findings, study_instance_uid=uid))
    copies = {studyOfRoot(root) for root in others if isCopyOf(studyOfRoot(root), key)}
    if not uid or len(copies) != 1:
        return freeStudy(scene, key)
    (study,) = copies
    theirs = [volume for root in others if studyOfRoot(root) == study for volume in volumesOf(root)]
    return freeStudy(scene, key) if stack in [n.GetAttribute(STACK) for n in theirs] else study


def _makingRoom(node: Any) -> Steps[None]:
    """The new segmentation takes the place, and the names, of earlier ones of its volume."""
    scene, volumeNode = node.GetScene(), segmentedVolumeNode(node)
    for earlier in segmentationNodes(scene):
        if earlier is node or segmentedVolumeNode(earlier) is not volumeNode:
            continue
        replaceSegmentation(earlier)
        yield
    node.SetName(f"{volumeNode.GetName()} segmentation")
    for names in namesOf(node):
        names.SetName(f"{volumeNode.GetName()} segment names")


def _joinFindings(reading: Reading, node: Any) -> bool:
    """Gives this segmentation to findings of the same volume that have no other one."""
    joined = False
    for root, stackInScene in _readings(segmentedVolumeNode(node)):
        data, stack = json.loads(root.GetText()), stackInScene.stack.id
        segmentation = data["segmentation"]
        if segmentation.get("status") == ASSESSED and segmentation.get("stack") != stack:
            continue
        data["segmentation"] = asdict(replace(reading.findings.segmentation, stack=stack))
        models = [model for model in data["models"] if model["task"] != "segmentation"]
        new = [asdict(model) for model in reading.findings.models if model.task == "segmentation"]
        data["models"] = [*models, *new]
        writeFindings(root, data)
        own(root, [node, *namesOf(node)])
        for ours in (node, *namesOf(node)):
            ours.SetAttribute(STACK, stack)
        joined = True
    return joined


def _readings(volumeNode: Any) -> Iterator[tuple[Any, StackInScene]]:
    """The findings that are about a volume's slices, and which stack of theirs it shows.

    Not those that cannot be read, nor those of slices that the volume no longer has.
    """
    for root in readingsOf(volumeNode, FINDINGS):
        try:
            stack = findingsIn(root.GetText()).stack(stackOf(root, volumeNode))
        except (BadInput, KeyError):
            continue
        stackInScene = StackInScene(stack, volumeNode, notedGrid(root, stack, volumeNode))
        if stackInScene.fits:
            yield root, stackInScene
