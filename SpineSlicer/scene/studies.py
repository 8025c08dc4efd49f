"""The scene's studies with findings: which one a reading is a new run of, and what each is called.

A study is one copy of one examination: the volumes of the scene, or the folder, that were read.
Two copies may have the same UIDs (an anonymised pair, the same study loaded twice) and are two
studies all the same, each with its own findings and its readers' answers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import slicer

from SpineLib.findings import Findings, StackFindings
from SpineLib.labels import ASSESSED
from SpineLib.reading import Reading
from SpineLib.volume import Volume
from SpineSlicer.scene.studyNodes import (
    IMAGES,
    NAME,
    STACK,
    STUDY,
    findingsNodes,
    freeStudy,
    isCopyOf,
    owned,
    segmentationNodes,
    studyKey,
    studyOfRoot,
    volumesOf,
)
from SpineSlicer.scene.volumeNodes import volumeFromNode

LONGEST_DESCRIPTION = 40


def studyOfReading(
    scene: slicer.vtkMRMLScene,
    reading: Reading,
    held: Mapping[str, Any],
    apart: Collection[str] = (),
    *,
    byImages: bool = True,
) -> str:
    """The study that a reading is a new run of, or the name of a new one.

    Args:
        scene: where earlier readings stand.
        reading: what was read.
        held: stack id → the scene's volume node that shows its images: a study of these and no
            others is the same one.
        apart: studies that it is not, because they were read from elsewhere.
        byImages: a study of other nodes with the same images is the same one, too.
    """
    key, images = studyKey(reading.findings), imagesOf(reading)
    for root in findingsNodes(scene):
        study, volumes = studyOfRoot(root), volumesOf(root)
        if study in apart:
            continue
        copy = _isOf(root, reading.findings)
        # A volume of the scene that was read by itself may not have known its examination.
        sameVolumes = bool(volumes) and all(volume in held.values() for volume in volumes)
        if sameVolumes and (copy or not _uidIn(root.GetText())):
            return study
        earlier = root.GetAttribute(IMAGES)
        # Scenes of the first version do not say which images were read.
        first = earlier is None and bool(reading.findings.study_instance_uid)
        if byImages and copy and (first or earlier == images):
            return study
    return _segmentedBefore(scene, reading, held) or freeStudy(scene, key)


def _segmentedBefore(scene: slicer.vtkMRMLScene, reading: Reading, held: Mapping[str, Any]) -> str:
    """The study of a segmentation of the same examination, which came by itself; empty if none.

    Not where the segmentation's stack shows other images here: that is a copy of the examination.
    """
    if not reading.findings.study_instance_uid:
        return ""
    known, key = studiesIn(scene), studyKey(reading.findings)
    for root in segmentationNodes(scene):
        study, stack = studyOfRoot(root), root.GetAttribute(STACK)
        other = stack in reading.volumes and held.get(stack) not in volumesOf(root)
        if isCopyOf(study, key) and study not in known and not other:
            return study
    return ""


def isStudyOf(scene: slicer.vtkMRMLScene, study: str, findings: Findings) -> bool:
    """Whether a study of the scene is a copy of the examination that was read."""
    root = findingsOf(scene, study) if study else None
    return root is not None and _isOf(root, findings)


def imagesOf(reading: Reading) -> str:
    """What was read, short: of each volume its grid and three rows of each slice, as a hash."""
    prints = {stack: fingerprint(volume) for stack, volume in sorted(reading.volumes.items())}
    return json.dumps(prints)


def fingerprint(volume: Volume) -> str:
    """A volume's grid and three rows of each of its slices as a hash: a millisecond's work."""
    rows = volume.shape[1]
    part = volume.voxels[:, [rows // 4, rows // 2, 3 * rows // 4]]
    grid = f"{volume.shape} {np.round(volume.ijk_to_ras, 3).tolist()} ".encode()
    return hashlib.sha256(grid + part.astype(np.float32).tobytes()).hexdigest()[:16]


def isChanged(volumeNode: Any, images: str | None) -> bool:
    """Whether a reader changed a volume since it was read.

    Args:
        volumeNode: of a stack that was read.
        images: from `imagesOf`; where it does not say how the stack was, nobody can tell: False.
    """
    try:
        read = json.loads(images or "{}").get(volumeNode.GetAttribute(STACK))
    except (ValueError, AttributeError):  # of an earlier version
        return False
    if read is None or volumeNode.GetImageData() is None:
        return False
    return fingerprint(volumeFromNode(volumeNode, copied=False)) != read


def studiesIn(scene: slicer.vtkMRMLScene) -> list[str]:
    """The studies that have findings in the scene, in the order in which they were shown."""
    return list(dict.fromkeys(studyOfRoot(root) for root in findingsNodes(scene)))


def findingsOf(scene: slicer.vtkMRMLScene, study: str) -> Any:
    """The text node with a study's findings; of any study where none is named; None without one."""
    nodes = (root for root in findingsNodes(scene) if study in ("", studyOfRoot(root)))
    return next(nodes, None)


def separateStudies(scene: slicer.vtkMRMLScene) -> None:
    """Gives every study a key and a name of its own; for after scenes were added to each other."""
    keys: set[str] = set()
    for root in findingsNodes(scene):
        study = studyOfRoot(root)
        if study and study in keys:
            study = freeStudy(scene, study)
            for node in owned(root):
                node.SetAttribute(STUDY, study)
        keys.add(study)
    names: set[str] = set()
    for root in findingsNodes(scene):
        name = root.GetAttribute(NAME) or _named(root.GetText())
        root.SetAttribute(NAME, _unique(name, names))
        names.add(root.GetAttribute(NAME))


def studyNames(scene: slicer.vtkMRMLScene) -> dict[str, str]:
    """Study → what it is called, in the order of the names."""
    names = {studyOfRoot(root): root.GetAttribute(NAME) or "" for root in findingsNodes(scene)}
    return dict(sorted(names.items(), key=lambda item: item[1]))


def freeName(scene: slicer.vtkMRMLScene, findings: Findings) -> str:
    """A name for a new study of the scene, which no other one has."""
    return _unique(studyName(findings), {n.GetAttribute(NAME) for n in findingsNodes(scene)})


def studyName(findings: Findings) -> str:
    """What a reader calls a study: region, and the series' description or what its images are.

    Never a folder or a file: their names may be a patient's. Of a volume file the description is
    the file's name, so that it is not used.

    Example:
        >>> stack = StackFindings("4", "1.2.3", description="T2 TSE tra", region="cervical")
        >>> studyName(Findings([stack]))
        'Cervical, T2 TSE tra'
    """
    stack = _mainStack(findings)
    if stack is None:
        return "Study"
    described = stack.description.strip() if stack.series_instance_uid else ""
    what = " ".join(word for word in (stack.weighting, stack.plane) if word != "unknown")
    words = [stack.region, described[:LONGEST_DESCRIPTION].strip() or what]
    name = ", ".join(word for word in words if word != "unknown")
    return name[:1].upper() + name[1:]


def _mainStack(findings: Findings) -> StackFindings | None:
    """The first stack that was read slice by slice; else the segmented one; else the first."""
    segmented = findings.segmentation
    for stack in findings.stacks:
        if stack.slices:
            return stack
    for stack in findings.stacks:
        if segmented.status == ASSESSED and stack.id == segmented.stack:
            return stack
    return next(iter(findings.stacks), None)


def _isOf(root: Any, findings: Findings) -> bool:
    uid = findings.study_instance_uid
    named = bool(uid) and _uidIn(root.GetText()) == uid
    return named or isCopyOf(studyOfRoot(root), studyKey(findings))


def _uidIn(text: str) -> str:
    """The Study Instance UID that findings as text name; empty where they name none."""
    try:
        return str(json.loads(text)["study_instance_uid"])
    except (ValueError, TypeError, KeyError):
        return ""


def _named(text: str) -> str:
    """The name by findings as text; those of a newer version or damaged ones have none."""
    try:
        return studyName(Findings.from_dict(json.loads(text)))
    except (ValueError, TypeError, KeyError, AttributeError):
        return "Study"


def _unique(name: str, taken: Collection[str]) -> str:
    number, free = 2, name
    while free in taken:
        free, number = f"{name} ({number})", number + 1
    return free
