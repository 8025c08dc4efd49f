"""One volume of a study by itself: whose it is, and what the whole study says when it is read."""

from __future__ import annotations

from typing import Any

import slicer

from SpineLib.errors import BadInput, SpineError
from SpineLib.inference.joining import joined
from SpineLib.labels import ASSESSED
from SpineLib.models import find_models
from SpineLib.reading import Reading
from SpineLib.translation import tr as _
from SpineLib.volume import resample
from SpineSlicer.scene.outlineNodes import inOrderOf
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.StackInScene import AsRead
from SpineSlicer.scene.studies import studiesIn
from SpineSlicer.scene.studyNodes import FINDINGS, readingsOf, stackOf, studyOfRoot
from SpineSlicer.scene.verdictHalo import gridOf


def studyWith(scene: slicer.vtkMRMLScene, volumeNode: Any, shown: str) -> tuple[str, str]:
    """The study that a volume belongs to, and which of its stacks it is; empty where to none.

    Args:
        scene: with the studies; those whose findings cannot be read are not asked.
        volumeNode: None belongs to none.
        shown: the study that is shown, which comes before others with the same volume.
    """
    if volumeNode is None or volumeNode.GetScene() is not scene:
        return "", ""
    roots = (root for root in readingsOf(volumeNode, FINDINGS) if stackOf(root, volumeNode))
    readable = [root for root in roots if _isReadable(scene, studyOfRoot(root))]
    if not readable:
        return "", ""
    root = max(readable, key=lambda root: studyOfRoot(root) == shown)
    return studyOfRoot(root), stackOf(root, volumeNode)


def wholeReading(part: Reading, nodes: ReadingScene, stack: str) -> Reading:
    """A reading of one volume as one of its whole study.

    Args:
        part: of one volume, laid out as the worker did.
        nodes: of the study, from `studyWith`.
        stack: the volume's stack in its findings.

    Raises:
        BadInput: the volume is not where the stack was, or nothing was assessed.
    """
    study = nodes.findings()
    assert study is not None
    own, node = study.stack(stack), nodes.volumeNode(stack)
    if AsRead.of(own, node) is None:
        raise BadInput(
            _("The volume {name} is not where stack {stack} of its study was read").format(
                name=node.GetName(), stack=stack
            ),
            advice=_("Read the study's folder again."),
        )
    (read,) = (partStack for partStack in part.findings.stacks if partStack.id in part.volumes)
    cards = {model.card.name: model.card for model in find_models() if model.card.question}
    findings = joined(study, part.findings, read.id, stack, cards=cards)
    segmented = part.findings.segmentation.status == ASSESSED
    whole = Reading(findings, {}, part.segmentation if segmented else None)
    if read.id in part.activations:
        activation = part.activations[read.id]
        whole.activations[stack] = resample(activation, gridOf(own), nearest=True)
    if read.id in part.outlines:
        whole.outlines[stack] = inOrderOf(own, part.outlines[read.id])
    return whole


def onlyVolumeRead(scene: slicer.vtkMRMLScene) -> Any:
    """The volume that was read slice by slice; None where there are several, or none."""
    studies = studiesIn(scene)
    if len(studies) != 1:
        return None
    nodes = ReadingScene(scene, studies[0])
    try:
        findings = nodes.findings()
    except SpineError:  # the panel says so where it shows the study
        return None
    stacks = findings.stacks if findings else ()
    read = [nodes.volumeNode(stack.id) for stack in stacks if stack.slices]
    return read[0] if len(read) == 1 else None


def _isReadable(scene: slicer.vtkMRMLScene, study: str) -> bool:
    try:
        return ReadingScene(scene, study).findings() is not None
    except BadInput:
        return False
