"""A study's results out of the scene, with a reader's answers, corrections and names, for DICOM."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import slicer

from SpineLib.errors import BadInput
from SpineLib.findings import Findings, ModelUsed, SegmentationFinding, StackFindings
from SpineLib.labels import STARTER_NOTICE
from SpineLib.outputs.answers import ReaderAnswer, write_answers
from SpineLib.outputs.corrections import Corrections, write_corrections
from SpineLib.reading import Reading, frames_of, is_dicom
from SpineLib.slabs import Steps, write_in_slabs
from SpineLib.translation import tr as _
from SpineLib.volume import Volume, write_volume
from SpineSlicer.scene.labelmapNodes import segmentsIn, vtkTag
from SpineSlicer.scene.naming import noticeOf
from SpineSlicer.scene.outlineNodes import takeOutlines
from SpineSlicer.scene.readersCorrections import correctionsOf, correctionsOfStudy
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.reportAnswers import readerAnswers
from SpineSlicer.scene.spineSegmentation import (
    ASIDE,
    currentLabelmap,
    labelmapAsRead,
    segmentationFinding,
    segmentedVolumeNode,
    volumeProblem,
)
from SpineSlicer.scene.studyNodes import (
    FINDINGS,
    OUTLINES,
    SEGMENTATION,
    STACK,
    owned,
    readingsOf,
    studyOf,
    studyOfRoot,
)
from SpineSlicer.scene.subjectHierarchy import studyUidOf
from SpineSlicer.scene.volumeNodes import frameOfReference, framesOfNode

_FILE = "segmentation.nrrd"


@dataclass(frozen=True)
class ResultsToSend:
    """What objects are made of.

    Attributes:
        study: key of the study in the scene.
        findings: with the sizes and names that the segmentation has now.
        labelmap: on the grid of the findings; None where nothing was segmented.
        answers, corrections: what readers said and changed.
        outlines: stack id → cord and sac, as in `SpineLib.reading.Reading`.
    """

    study: str
    findings: Findings
    labelmap: Volume | None
    answers: Sequence[ReaderAnswer]
    corrections: Corrections
    outlines: Mapping[str, Volume] = field(default_factory=dict)

    @property
    def images(self) -> list[str]:
        """SOP Instance UIDs of what was read; empty for a study that is not DICOM."""
        if not is_dicom(self.findings):
            return []
        frames = [frame for stack in self.findings.stacks for frame in frames_of(stack)]
        return list(dict.fromkeys(frame.sop_instance_uid for frame in frames))

    def writing(self, folder: Path) -> Steps[None]:
        """Puts them into a folder, as `SpineLib.outputs.dicom.results_in` reads them."""
        text = json.dumps(self.findings.to_dict(), ensure_ascii=False, allow_nan=False)
        (folder / "findings.json").write_text(text, encoding="utf-8")
        write_answers(self.answers, folder)
        write_corrections(self.corrections, folder)
        yield
        if self.labelmap is not None:
            yield from write_in_slabs(self.labelmap, folder / _FILE)
        for stack, outlined in self.outlines.items():
            write_volume(outlined, folder / "outlines" / f"{stack}.nrrd", compress=False)
            yield


def gatheringStudy(scene: slicer.vtkMRMLScene, study: str) -> Steps[ResultsToSend]:
    """A study's results as they are now, in steps of some ten milliseconds.

    Raises:
        BadInput: there is none, its findings are damaged, or the segmented volume was changed.
    """
    nodes = ReadingScene(scene, study)
    findings = nodes.findings()
    if findings is None:
        raise BadInput(_("The scene holds no reading"), advice=_("Read the study first."))
    labelmap, segmentation = None, nodes.node(SEGMENTATION)
    if segmentation is not None and findings.segmentation.stack:
        stackInScene = nodes.inScene(findings.stack(findings.segmentation.stack))
        labelmap = stackInScene.volume(_labels(segmentation).voxels)
        yield
        findings.segmentation = _finding(segmentation, labelmap, findings.segmentation)
    else:
        findings.segmentation = replace(findings.segmentation, file="")
    yield
    outlined = Reading(findings)
    for stack in findings.stacks:
        node = nodes.node(OUTLINES, stack.id)
        if node is not None:
            takeOutlines(outlined, stack.id, node, nodes.inScene(stack).nodeAsRead)
            yield
    answers, corrections = readerAnswers(findings, nodes.reviews()), correctionsOfStudy(nodes)
    return ResultsToSend(study, findings, labelmap, answers, corrections, outlined.outlines)


def gatheringSegmentation(node: slicer.vtkMRMLSegmentationNode) -> Steps[ResultsToSend]:
    """A segmentation's results: its study's, or its own where it came by itself.

    Raises:
        BadInput: as `gatheringStudy`.
    """
    volumeNode = segmentedVolumeNode(node)
    roots = readingsOf(volumeNode, FINDINGS) if volumeNode is not None else []
    for root in roots:
        if node in owned(root) and not node.GetAttribute(ASIDE):
            return (yield from gatheringStudy(node.GetScene(), studyOfRoot(root)))
    _labels(node)
    labelmap = labelmapAsRead(node)
    assert labelmap is not None
    yield
    stack = _stack(node, volumeNode, labelmap)
    finding = replace(_finding(node, labelmap, SegmentationFinding()), stack=stack.id)
    findings = Findings(
        [stack], segmentation=finding, models=[_model(node)], notice=noticeOf(node),
        study_instance_uid=studyUidOf(node.GetScene(), volumeNode),
    )  # fmt: skip
    yield
    corrections = correctionsOf(node, lambda mask: labelmap.with_voxels(mask.voxels))
    return ResultsToSend(studyOf(node), findings, labelmap, [], corrections)


def sentAs(node: slicer.vtkMRMLSegmentationNode | None) -> tuple[str, bool]:
    """The study of a segmentation, and whether it was read from DICOM; empty where there is none."""
    volumeNode = None if node is None else segmentedVolumeNode(node)
    if volumeNode is None:
        return "", False
    known = framesOfNode(volumeNode)
    return studyOf(node), bool(known) and all(frame.sop_instance_uid for frame in known)


def _labels(node: slicer.vtkMRMLSegmentationNode) -> Volume:
    labelmap = currentLabelmap(node)
    if labelmap is None:
        raise BadInput(volumeProblem(node))
    return labelmap


def _finding(
    node: slicer.vtkMRMLSegmentationNode, labelmap: Volume, read: SegmentationFinding
) -> SegmentationFinding:
    """Segments, sizes and names as they are now."""
    now = segmentationFinding(node, labelmap)
    return replace(now, file=_FILE, stack=read.stack or now.stack, forced=now.forced or read.forced)


def _stack(node: Any, volumeNode: Any, labelmap: Volume) -> StackFindings:
    frames = framesOfNode(volumeNode)
    frames = frames if len(frames) == labelmap.shape[0] else []
    return StackFindings(
        node.GetAttribute(STACK) or "1",
        frame_of_reference_uid=frameOfReference(volumeNode),
        shape=list(labelmap.shape),
        spacing=[float(x) for x in labelmap.spacing],
        ijk_to_ras=labelmap.ijk_to_ras.tolist(),
        sop_instance_uids=[frame.sop_instance_uid for frame in frames],
        frame_numbers=[frame.number for frame in frames],
    )


def _model(node: slicer.vtkMRMLSegmentationNode) -> ModelUsed:
    """The model, as the segments name it."""
    tags = (vtkTag(s, "DICOM.SegmentAlgorithmName") for _id, s, _number in segmentsIn(node))
    name, _space, version = next(filter(None, tags), "unknown").rpartition(" ")
    starter = noticeOf(node) == STARTER_NOTICE
    return ModelUsed("segmentation", name or version, name, version, "", starter, "")
