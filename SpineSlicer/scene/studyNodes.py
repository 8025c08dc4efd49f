"""Which nodes of a scene are ours, and of which study: the only place that knows.

A node is ours because a reading refers to it by its ID, never because of the attributes that it
bears: a clone has all of its original's, and is the reader's. A reading is a *root* that refers to
every node that came with it, itself first: the findings (a text node), or a spine segmentation,
which may come alone and refers to the names of its structures.

Scenes of earlier versions have no such references; there, attributes must do.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import slicer

from SpineLib.findings import Findings
from SpineSlicer.scene.volumeNodes import nodesOfClass

KIND, STUDY, STACK, NOTICE = "SpineMRI.Kind", "SpineMRI.Study", "SpineMRI.Stack", "SpineMRI.Notice"
FINDINGS, REVIEWS, VOLUME, WINDOW = "findings", "reviews", "volume", "window"
SEGMENTATION, SEGMENT_NAMES = "spine segmentation", "segment names"
LEVEL_NAMES = "level names"
ORIGINAL, MEASURES = "original segmentation", "segmentation measures"
ACTIVATION, OUTLINES, AP_LINE = "class activation", "cord and sac", "cord AP line"
VERDICTS, SLICE_LABELS, FLAGGED_RUNS = "verdicts", "slice labels", "flagged runs"
FINDINGS_TABLE, CHART = "findings table", "probability chart"
CHART_SERIES, CHART_TABLE = "probability series", "probability table"
QUANTITY_CHART = "quantity chart"
# Of a blinded reading, and of the correction loop: no study's, so that no new run takes their place.
READ_STACK, CASE, UNCERTAINTY = "reading study", "loop case", "loop uncertainty"
LOOP_CASE = "SpineMRI.LoopCase"
# On the findings: which images were read (`studies.imagesOf`), how their volumes lay (`stackGrids`),
# and what the study is called.
IMAGES, GRIDS, NAME = "SpineMRI.Images", "SpineMRI.Grids", "SpineMRI.Name"
# From a node to the volume that it is about; from findings to all of theirs.
VOLUME_ROLE = "SpineMRI.volume"
# From a segmentation to what the model gave, once a reader corrects it; to its table of sizes.
ORIGINAL_ROLE, MEASURES_ROLE = "SpineMRI.original", "SpineMRI.measures"
# On the findings: their stacks' ids, and in this role and their order the stacks' volumes.
_STACKS, _STACK_ROLE = "SpineMRI.Stacks", "SpineMRI.stack{}"
_NODES_ROLE, _REFERS = "SpineMRI.nodes", "SpineMRI.Refers"


def own(root: Any, nodes: Iterable[Any] = ()) -> None:
    """Makes a node a root, and other nodes those of its reading.

    Args:
        root: findings or a spine segmentation, in a scene.
        nodes: what came with it.
    """
    root.SetAttribute(_REFERS, "1")
    there = {node.GetID() for node in _referred(root)}
    for node in (root, *nodes):
        if node.GetID() not in there:
            root.AddNodeReferenceID(_NODES_ROLE, node.GetID())
            there.add(node.GetID())


def disown(node: Any) -> None:
    """Takes a node out of every reading but its own."""
    for root in roots(node.GetScene()):
        if root is not node:
            _forget(root, node)


def dissolve(root: Any) -> None:
    """Makes a node a root no more; its nodes stay, and belong to nobody."""
    root.SetAttribute(_REFERS, "1")
    root.RemoveNodeReferenceIDs(_NODES_ROLE)


def owned(root: Any, *kinds: str) -> list[Any]:
    """The nodes of a reading, its root among them; of some kinds alone where these are named."""
    nodes = _referred(root) if root.GetAttribute(_REFERS) else _ofEarlierVersion(root)
    return [node for node in nodes if not kinds or node.GetAttribute(KIND) in kinds]


def roots(scene: slicer.vtkMRMLScene) -> list[Any]:
    """The scene's readings: findings, then segmentations, each in the order of the scene."""
    names = ("vtkMRMLTextNode", "vtkMRMLSegmentationNode")
    return [node for name in names for node in nodesOfClass(scene, name) if _isRoot(node)]


def findingsNodes(scene: slicer.vtkMRMLScene) -> list[Any]:
    """The text nodes with the scene's findings, in the order in which they were shown."""
    return [root for root in roots(scene) if root.GetAttribute(KIND) == FINDINGS]


def segmentationNodes(scene: slicer.vtkMRMLScene) -> list[slicer.vtkMRMLSegmentationNode]:
    """Our spine segmentations, in the order in which they were added; no clone of one."""
    return [root for root in roots(scene) if root.GetAttribute(KIND) == SEGMENTATION]


def nodesOfKind(scene: slicer.vtkMRMLScene, kind: str) -> list[Any]:
    """Our nodes of a kind, of whatever study."""
    nodes = {node.GetID(): node for root in roots(scene) for node in owned(root, kind)}
    return list(nodes.values())


def studyOf(node: Any) -> str:
    """The study that a node of ours belongs to; empty for any other node, and for None."""
    if node is None or node.GetScene() is None:
        return ""
    owners = (root for root in roots(node.GetScene()) if node in owned(root))
    return next((study for study in map(studyOfRoot, owners) if study), "")


def studyOfRoot(root: Any) -> str:
    """The study of a reading; of a segmentation of an earlier version, its volume says it."""
    study = root.GetAttribute(STUDY)
    if study or root.GetAttribute(KIND) == FINDINGS:
        return study or ""
    volume = root.GetNodeReference(VOLUME_ROLE)
    if volume is None:
        return ""
    others = readingsOf(volume, FINDINGS)
    return studyOfRoot(others[-1]) if others else f"volume {volume.GetID()}"


def readingsOf(volume: Any, kind: str = "") -> list[Any]:
    """The readings that are about a volume, of one kind where given, in the order of the scene."""
    return [
        root
        for root in roots(volume.GetScene())
        if kind in ("", root.GetAttribute(KIND)) and volume in volumesOf(root)
    ]


def isOurs(node: Any) -> bool:
    """Whether a reading of the scene refers to a node."""
    return any(node in owned(root) for root in roots(node.GetScene()))


def isNeeded(volume: Any) -> bool:
    """Whether a reading, or a segmentation of whomever, is about a volume."""
    role = slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole()
    segmentations = nodesOfClass(volume.GetScene(), "vtkMRMLSegmentationNode")
    return bool(readingsOf(volume)) or any(
        segmentation.GetNodeReference(role) is volume for segmentation in segmentations
    )


def volumesOf(root: Any) -> list[Any]:
    """The volume nodes that a reading is about, whoever loaded them."""
    return [node for node in _references(root, VOLUME_ROLE) if node is not None]


def setStackVolumes(root: Any, stacks: Iterable[str], volumes: dict[str, Any]) -> None:
    """Makes findings refer to their stacks' volumes.

    Args:
        root: the findings.
        stacks: ids, in the findings' order.
        volumes: stack id → volume node, of those stacks that have one.
    """
    names = list(stacks)
    root.SetAttribute(_STACKS, json.dumps(names))
    for number, name in enumerate(names):
        if name in volumes:
            root.AddNodeReferenceID(VOLUME_ROLE, volumes[name].GetID())
            root.SetNodeReferenceID(_STACK_ROLE.format(number), volumes[name].GetID())


def stackVolume(root: Any, stack: str) -> Any:
    """The volume node of one of the findings' stacks; None where there is none."""
    names = json.loads(root.GetAttribute(_STACKS) or "[]")
    if names:
        known = stack in names
        return root.GetNodeReference(_STACK_ROLE.format(names.index(stack))) if known else None
    ours = [volume for volume in volumesOf(root) if volume.GetAttribute(STACK) == stack]
    return next(iter(ours), None)  # a scene of the first version


def stackOf(root: Any, volume: Any) -> str:
    """The id of the findings' stack that a volume node shows; empty where it is none of theirs."""
    names = json.loads(root.GetAttribute(_STACKS) or "[]")
    return next((name for name in names if stackVolume(root, name) is volume), "")


def studyKey(findings: Findings) -> str:
    """A short name of the examination: the same when it is read again, telling nothing of whom.

    Of the Study Instance UID; of the stacks' places in space where there is none.
    """
    source = findings.study_instance_uid or json.dumps(
        [[stack.id, stack.shape, stack.ijk_to_ras] for stack in findings.stacks]
    )
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def isCopyOf(study: str, key: str) -> bool:
    """Whether a study is of the examination with this key; there may be several copies of one."""
    return study == key or study.startswith(f"{key}-")


def freeStudy(scene: slicer.vtkMRMLScene, key: str) -> str:
    """A name for one more study of an examination, which no study of the scene has."""
    known = {root.GetAttribute(STUDY) for root in roots(scene)}
    number = 1
    while (name := key if number == 1 else f"{key}-{number}") in known:
        number += 1
    return name


def _isRoot(node: Any) -> bool:
    kind = node.GetAttribute(KIND)
    if kind not in (FINDINGS, SEGMENTATION):
        return False
    if node.GetAttribute(_REFERS):
        return node in _references(node, _NODES_ROLE)  # a root refers to itself first
    return kind == FINDINGS or node.GetNodeReference(VOLUME_ROLE) is not None


def _referred(root: Any) -> list[Any]:
    nodes = _references(root, _NODES_ROLE)
    return [node for node in nodes if node is not None and node.GetAttribute(KIND)]


def _references(node: Any, role: str) -> list[Any]:
    numbers = range(node.GetNumberOfNodeReferences(role))
    return [node.GetNthNodeReference(role, number) for number in numbers]


def _forget(root: Any, node: Any) -> None:
    for n in reversed(range(root.GetNumberOfNodeReferences(_NODES_ROLE))):
        if root.GetNthNodeReference(_NODES_ROLE, n) is node:
            root.RemoveNthNodeReferenceID(_NODES_ROLE, n)


def _ofEarlierVersion(root: Any) -> list[Any]:
    """What bears the same study; all but volumes and texts also refer to a volume, as no clone does."""
    findings, study = root.GetAttribute(KIND) == FINDINGS, root.GetAttribute(STUDY)
    volumes, nodes = volumesOf(root), [root]
    for node in nodesOfClass(root.GetScene(), "vtkMRMLNode"):
        kind = node.GetAttribute(KIND)
        if not kind or node is root or node.GetAttribute(_REFERS):
            continue
        about = node.GetNodeReference(VOLUME_ROLE)
        if findings:
            same = node.GetAttribute(STUDY) == study and kind != FINDINGS
            if same and (kind == REVIEWS or node in volumes or about is not None):
                nodes.append(node)
        elif kind == SEGMENT_NAMES and about in volumes:
            nodes.append(node)
    return nodes
