"""The reader's "this one is L5", in the scene: segments, labels, findings and tables follow."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import slicer

from SpineLib.errors import BadInput
from SpineLib.findings import SCHEMA_VERSION, Findings, SegmentationFinding
from SpineLib.findings_upgrade import evidence_reason
from SpineLib.inference.levels import Levels
from SpineLib.inference.lumbar import rename_levels
from SpineLib.inference.naming import rename
from SpineLib.labels import RESEARCH_NOTICE, SIXTH_LUMBAR, VERTEBRAE, terminology
from SpineLib.reasons import READER_COUNTED, READERS, Reason
from SpineLib.slabs import Steps, finish
from SpineLib.translation import tr as _
from SpineLib.volume import Volume
from SpineSlicer.scene.findingsLevels import keepFindings, levelsFollow
from SpineSlicer.scene.NamesLog import Names, NamesLog, Naming
from SpineSlicer.scene.segmentNames import renameSegmentNames
from SpineSlicer.scene.spineSegmentation import (
    ASIDE,
    LOWEST,
    evidenceWhy,
    isFlagged,
    labelmapAsRead,
    rememberNames,
    segmentationFinding,
    segmentedVolumeNode,
    segmentId,
    shownName,
)
from SpineSlicer.scene.studyNodes import (
    FINDINGS,
    NOTICE,
    SEGMENT_NAMES,
    findingsNodes,
    owned,
    readingsOf,
    segmentationNodes,
    stackVolume,
)
from SpineSlicer.scene.terminology import terminologyEntry
from SpineSlicer.scene.volumeNodes import frameOfReference

# What the reader may call a vertebra: from the lumbar spine up, as far as such volumes reach.
CHOICES = (SIXTH_LUMBAR, *reversed(VERTEBRAE[VERTEBRAE.index("T1") : VERTEBRAE.index("S1")]))
# Lumbar vertebrae → name of the lowest free one. With four, L5 has become part of the sacrum.
LOWEST_OF = {4: "L4", 5: "L5", 6: SIXTH_LUMBAR}
_NO_LEVELS = Levels(Volume(np.zeros((1, 1, 1), np.uint8), np.eye(4)), SegmentationFinding())


def nameVertebra(
    node: slicer.vtkMRMLSegmentationNode, label: int, name: str, *, reader: str = ""
) -> SegmentationFinding:
    """Renames every structure after the reader said what one vertebra is.

    The findings of the same reading and the labels in the views follow, and the levels of all
    slices in the scene that share the segmentation's Frame of Reference, in the findings and in
    the "Level" columns of the tables. Label numbers stay. What was said is kept in the node
    (`NamesLog`) and can be undone. A segmentation that a newer run's took the place of is renamed
    by itself: findings and labels are those of the newer one.

    Args:
        node: a spine segmentation.
        label: the vertebra's number.
        name: one of `CHOICES`.
        reader: who says so, for the log.

    Raises:
        BadInput: there is no such vertebra, or the vertebrae below it would have no name, or the
            node's log cannot be read.
    """
    finding = renamed(node, label, name, reader=reader)
    finish(following(node))
    return finding


def renamed(
    node: slicer.vtkMRMLSegmentationNode,
    label: int,
    name: str,
    *,
    why: Reason | None = None,
    reader: str = "",
) -> SegmentationFinding:
    """`nameVertebra` for the segmentation alone; `following` does the rest.

    ``why`` is the evidence; by default that the reader named the vertebra.
    """
    log, before = NamesLog(node), segmentationFinding(node)
    finding = rename(before, label, name, why)
    log.add(Names.of(before), Names.of(finding), reader=reader)
    _giveNames(node, finding)
    return finding


def following(node: slicer.vtkMRMLSegmentationNode) -> Steps[None]:
    """Makes labels, findings, tables and levels of slices follow the names, a piece a step."""
    if node.GetAttribute(ASIDE):
        return
    labelmap = labelmapAsRead(node)
    yield
    finding = segmentationFinding(node, labelmap)
    for labels in namesOf(node):
        renameSegmentNames(labels, finding)
    yield
    if labelmap is None:
        return
    levels = Levels(labelmap, finding)
    yield
    _updateFindings(node, finding, levels)
    yield
    if namedByReader(node):
        _levelOthers(node, finding, levels, byRequest=True)
    else:
        yield from _levellingAnew(node, finding)


def undoNaming(node: slicer.vtkMRMLSegmentationNode) -> Naming | None:
    """Takes back what a reader said last; `following` does the rest.

    Returns:
        What was taken back; None where there is nothing.

    Raises:
        BadInput: the node's log cannot be read.
    """
    step = NamesLog(node).undo()
    if step is not None:
        _giveNames(node, step.before.given(segmentationFinding(node)))
    return step


def redoNaming(node: slicer.vtkMRMLSegmentationNode) -> Naming | None:
    """Takes the last undo back; see `undoNaming`."""
    step = NamesLog(node).redo()
    if step is not None:
        _giveNames(node, step.after.given(segmentationFinding(node)))
    return step


def levellingReadings(scene: slicer.vtkMRMLScene) -> Steps[None]:
    """Gives readings without levels of their own those of a segmentation beside them, in steps.

    For when a reading or a segmentation was added. What a reader named goes before what a model
    named, and over the levels that a reading brought; otherwise those stay.

    Args:
        scene: where both are.
    """
    known = [node for node in segmentationNodes(scene) if node.GetAttribute(LOWEST)]
    for node in sorted(known, key=namedByReader):
        labelmap = labelmapAsRead(node)
        yield
        if labelmap is not None:
            finding = segmentationFinding(node)
            levels = Levels(labelmap, finding)
            yield
            _levelOthers(node, finding, levels)
            yield


def namedByReader(node: slicer.vtkMRMLSegmentationNode) -> bool:
    """Whether the levels are a reader's word and not a model's."""
    why = evidenceWhy(node)
    return why is not None and why.code in READERS


def statedCount(
    node: slicer.vtkMRMLSegmentationNode, count: int, *, reader: str = ""
) -> SegmentationFinding:
    """Names all structures from how many lumbar vertebrae the patient has.

    Only right where the lowest vertebra of the segmentation is the lowest free one. `following` does
    the rest of the scene.

    Args:
        node: a spine segmentation.
        count: 4, 5 or 6.
        reader: who says so, for the log.

    Raises:
        BadInput: another count, or no vertebra to begin at.
    """
    if count not in LOWEST_OF:
        raise BadInput(
            _("{count} lumbar vertebrae").format(count=count), advice=_("Choose four, five or six.")
        )
    labels = [s.label for s in segmentationFinding(node).segments if s.kind == "vertebra"]
    if not labels:
        raise BadInput(_("The segmentation has no vertebra"))
    lowest = min(labels, key=lambda n: n % 100)
    words = {4: "four", 5: "five", 6: "six"}
    why = Reason(READER_COUNTED, {"count": words[count], "lowest": LOWEST_OF[count]})
    return renamed(node, lowest, LOWEST_OF[count], why=why, reader=reader)


def noticeOf(node: slicer.vtkMRMLSegmentationNode) -> str:
    """What the segmentation may be used for; the badge of a starter model stays with its result."""
    if node.GetAttribute(NOTICE):
        return str(node.GetAttribute(NOTICE))
    notices = [text.GetAttribute(NOTICE) for text in findingsOf(node)]
    return next((notice for notice in notices if notice), RESEARCH_NOTICE)


def updateFindings(node: slicer.vtkMRMLSegmentationNode) -> None:
    """Writes a corrected segmentation's sizes, and the levels by it, into its findings.

    Not those of one that a newer run's took the place of.
    """
    finish(updatingFindings(node))


def updatingFindings(node: slicer.vtkMRMLSegmentationNode) -> Steps[None]:
    """`updateFindings` in steps, for turns of the event loop."""
    labelmap = None if node.GetAttribute(ASIDE) else labelmapAsRead(node)
    yield
    if labelmap is not None:
        finding = segmentationFinding(node, labelmap)
        yield
        levels = Levels(labelmap, finding)
        yield
        _updateFindings(node, finding, levels)
        _levelOthers(node, finding, levels)


def namesOf(node: slicer.vtkMRMLSegmentationNode) -> list[Any]:
    """The names of a segmentation's structures in the views; a clone has none."""
    return owned(node, SEGMENT_NAMES)


def _giveNames(node: slicer.vtkMRMLSegmentationNode, finding: SegmentationFinding) -> None:
    _renameSegments(node, finding)
    rememberNames(node, finding)


def _levellingAnew(
    node: slicer.vtkMRMLSegmentationNode, finding: SegmentationFinding
) -> Steps[None]:
    """The levels of the others, now that a reader's word on this segmentation was taken back.

    Each reading has again those of its own segmentation, or none; then `levellingReadings`.
    """
    scene, frame = node.GetScene(), _frameOf(node, finding)
    own = _ofSameImages(node)
    for text in allFindings(scene):
        if not frame or text in own:
            continue
        theirs = [n for n in segmentationNodes(scene) if text in findingsOf(n)]
        theirs = [n for n in theirs if not n.GetAttribute(ASIDE)]
        labelmap = labelmapAsRead(theirs[0]) if theirs else None
        yield
        levels = _NO_LEVELS
        if labelmap is not None:
            levels = Levels(labelmap, segmentationFinding(theirs[0], labelmap))
        findings = json.loads(text.GetText())
        if _levelSlices(text, findings, levels, frame, over=True):
            keepFindings(text, findings)
    yield from levellingReadings(scene)


def _renameSegments(node: slicer.vtkMRMLSegmentationNode, finding: SegmentationFinding) -> None:
    segmentation = node.GetSegmentation()
    entry = slicer.vtkSegment.GetTerminologyEntryTagName()
    for named in finding.segments:
        segment = segmentation.GetSegment(segmentId(named.label))
        if segment is None:
            continue
        segment.SetName(shownName(named))
        segment.SetTag(entry, terminologyEntry(terminology(named.kind, named.name)))
        flagged = isFlagged(named, levelKnown=bool(finding.lowest))
        segment.SetTag("Segmentation.Status", "flagged" if flagged else "completed")


def _updateFindings(
    node: slicer.vtkMRMLSegmentationNode, finding: SegmentationFinding, levels: Levels
) -> None:
    for text in findingsOf(node):
        findings = json.loads(text.GetText())
        segmentation = findings["segmentation"]
        why = None if finding.evidence_why is None else asdict(finding.evidence_why)
        segmentation.update(lowest=finding.lowest, evidence=finding.evidence, evidence_why=why)
        _renameLevels(findings, finding)
        segmentation["segments"] = [asdict(segment) for segment in finding.segments]
        stacks = {stack["id"]: stack for stack in findings["stacks"]}
        frame = stacks[segmentation["stack"]]["frame_of_reference_uid"]
        _levelSlices(text, findings, levels, frame, over=namedByReader(node))
        keepFindings(text, findings)


def _renameLevels(findings: dict[str, Any], finding: SegmentationFinding) -> None:
    """Makes the measurements of levels, and their answers, follow the new names."""
    if not findings.get("quantities") and not findings.get("level_opinions"):
        return
    whole = Findings.from_dict(json.loads(json.dumps(findings)))
    before, whole.segmentation = whole.segmentation, finding
    rename_levels(whole, before)
    data = whole.to_dict()
    for name in ("quantities", "level_opinions", "summaries", "stacks"):
        if name in data:
            findings[name] = data[name]


def _levelOthers(
    node: slicer.vtkMRMLSegmentationNode,
    finding: SegmentationFinding,
    levels: Levels,
    *,
    byRequest: bool = False,
) -> None:
    """Levels of the slices of other readings in the segmentation's Frame of Reference.

    Unless a reader asked for it now, a reading keeps levels of its own; a model's give way to a
    reader's, a reader's to none.
    """
    own, frame = _ofSameImages(node), _frameOf(node, finding)
    if not frame or not finding.lowest:
        return
    for text in allFindings(node.GetScene()):
        if text in own:
            continue
        findings = json.loads(text.GetText())
        answer = findings["segmentation"]
        why = Reason.from_dict(answer.get("evidence_why")) or evidence_reason(answer["evidence"])
        theirs = not namedByReader(node) or (why is not None and why.code in READERS)
        if answer["lowest"] and theirs and not byRequest:
            continue
        if _levelSlices(text, findings, levels, frame, over=namedByReader(node)):
            keepFindings(text, findings)


def _frameOf(node: slicer.vtkMRMLSegmentationNode, finding: SegmentationFinding) -> str:
    frame = frameOfReference(segmentedVolumeNode(node))
    if frame:
        return frame
    stacks = [s for text in findingsOf(node) for s in json.loads(text.GetText())["stacks"]]
    return next((s["frame_of_reference_uid"] for s in stacks if s["id"] == finding.stack), "")


def _levelSlices(
    text: Any, findings: dict[str, Any], levels: Levels, frame: str, *, over: bool
) -> bool:
    """Sets the levels of the stacks in a Frame of Reference; whether there was such a stack.

    Only a reader's word goes ``over`` a level that the localiser told.
    """
    levelsFollow(text, findings)
    hasStack, localised = False, bool(findings.get("levels", {}).get("vertebrae"))
    for stack in findings["stacks"]:
        same = stack["frame_of_reference_uid"] or frameOfReference(stackVolume(text, stack["id"]))
        if not frame or same != frame or not stack["slices"]:
            continue
        hasStack = True
        axes = np.array(stack["ijk_to_ras"])[:3, :3]
        for slice_ in stack["slices"]:
            position = slice_["canal_center_ras"] or slice_["position_ras"]
            level = levels.at(position, normal=axes[:, 2])
            localisedLevel = slice_["level"] if localised else ""
            slice_["level"] = (level or localisedLevel) if over else (localisedLevel or level)
    return hasStack


def findingsOf(node: slicer.vtkMRMLSegmentationNode) -> list[Any]:
    """The text nodes with the findings of the readings that this segmentation belongs to."""
    return [text for text in allFindings(node.GetScene()) if node in owned(text)]


def _ofSameImages(node: slicer.vtkMRMLSegmentationNode) -> list[Any]:
    """Findings of the images that were segmented: their levels are by their own segmentation."""
    volumeNode = segmentedVolumeNode(node)
    same = [] if volumeNode is None else readingsOf(volumeNode, FINDINGS)
    return [*same, *findingsOf(node)]


def allFindings(scene: slicer.vtkMRMLScene) -> list[Any]:
    """The text nodes with findings that this version can read; others are left as they are."""
    return [text for text in findingsNodes(scene) if _isReadable(text.GetText())]


def _isReadable(text: str) -> bool:
    try:
        return int(json.loads(text)["schema_version"]) <= SCHEMA_VERSION
    except (ValueError, TypeError, KeyError):
        return False
