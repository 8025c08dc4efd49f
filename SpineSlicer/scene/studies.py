"""Which study a node belongs to, so that several studies in one scene do not mix.

A study is one copy of one examination: the volumes of the scene, or the folder, that were read.
Two copies may have the same UIDs (an anonymised pair, the same study loaded twice) and are two
studies all the same, each with its own findings and its readers' answers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from typing import Any

import numpy as np
import slicer

from SpineLib.findings import Findings
from SpineLib.reading import Reading
from SpineLib.volume import Volume
from SpineSlicer.scene.volumeNodes import nodesOfClass

STUDY, KIND, FINDINGS = "SpineMRI.Study", "SpineMRI.Kind", "findings"
# On the findings' node: which images were read (`imagesOf`), or that the scene's volumes were.
IMAGES, GIVEN = "SpineMRI.Images", "given"
VOLUME_ROLE = "SpineMRI.volume"


def studyKey(findings: Findings) -> str:
    """A short name of the examination: the same when it is read again, telling nothing of whom.

    Of the Study Instance UID; of the stacks' places in space where there is none.
    """
    source = findings.study_instance_uid or json.dumps(
        [[stack.id, stack.shape, stack.ijk_to_ras] for stack in findings.stacks]
    )
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def studyOfReading(
    scene: slicer.vtkMRMLScene,
    reading: Reading,
    given: Collection[Any] = (),
    apart: Collection[str] = (),
) -> str:
    """The study that a reading is a new run of, or the name of a new one.

    Args:
        scene: where earlier readings stand.
        reading: what was read.
        given: the scene's volume nodes that it was read from: only a reading of the same nodes is
            the same study. Where there are none, one with the same images is.
        apart: studies that it is not, because they were read from elsewhere.
    """
    key = studyKey(reading.findings)
    known = {one: node for one, node in _findingsNodes(scene).items() if _isOf(one, key)}
    for study, node in known.items():
        if study not in apart and _isCopy(node, reading, given):
            return study
    return next(one for one in _names(key) if one not in known)


def isStudyOf(study: str, findings: Findings) -> bool:
    """Whether a study's name is that of a copy of this examination."""
    return _isOf(study, studyKey(findings))


def imagesOf(reading: Reading) -> str:
    """What was read, short: of each volume its grid and three rows of each slice, as a hash."""
    found = {stack: fingerprint(volume) for stack, volume in sorted(reading.volumes.items())}
    return json.dumps(found)


def fingerprint(volume: Volume) -> str:
    """A volume's grid and three rows of each of its slices as a hash: a millisecond's work."""
    rows = volume.shape[1]
    part = volume.voxels[:, [rows // 4, rows // 2, 3 * rows // 4]]
    grid = f"{volume.shape} {np.round(volume.ijk_to_ras, 3).tolist()} ".encode()
    return hashlib.sha256(grid + part.astype(np.float32).tobytes()).hexdigest()[:16]


def studiesIn(scene: slicer.vtkMRMLScene) -> list[str]:
    """The studies that have findings in the scene, in the order in which they were shown."""
    return list(_findingsNodes(scene))


def studyOf(node: Any) -> str:
    """The study that a node was marked with; empty where it was not, or there is no node."""
    return (node.GetAttribute(STUDY) or "") if node is not None else ""


def volumesOf(findingsNode: Any) -> list[Any]:
    """The volume nodes that a reading is about."""
    count = findingsNode.GetNumberOfNodeReferences(VOLUME_ROLE)
    nodes = [findingsNode.GetNthNodeReference(VOLUME_ROLE, n) for n in range(count)]
    return [node for node in nodes if node is not None]


def _findingsNodes(scene: slicer.vtkMRMLScene) -> dict[str, Any]:
    nodes = nodesOfClass(scene, "vtkMRMLTextNode")
    found = [node for node in nodes if node.GetAttribute(KIND) == FINDINGS]
    return {studyOf(node): node for node in found}


def _isCopy(node: Any, reading: Reading, given: Collection[Any]) -> bool:
    images = node.GetAttribute(IMAGES)
    if given:
        return {n.GetID() for n in given} <= {n.GetID() for n in volumesOf(node)}
    # Scenes of the first version do not say which images were read.
    first = images is None and bool(reading.findings.study_instance_uid)
    return first or images == imagesOf(reading)


def _isOf(study: str, key: str) -> bool:
    return study == key or study.startswith(f"{key}-")


def _names(key: str) -> Any:
    yield key
    number = 2
    while True:
        yield f"{key}-{number}"
        number += 1
