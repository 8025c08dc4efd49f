"""A volume of a study is read by itself: whose it is, and what the whole study says then."""

from __future__ import annotations

from typing import Any

import slicer

from SpineLib.errors import BadInput
from SpineLib.inference.joining import joined
from SpineLib.labels import ASSESSED
from SpineLib.models import find_models
from SpineLib.reading import Reading
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.studyNodes import FINDINGS, readingsOf, stackOf, studyOfRoot


def studyWith(scene: slicer.vtkMRMLScene, volumeNode: Any, shown: str) -> tuple[str, str]:
    """The study that a volume belongs to, and which of its stacks it is; empty where to none.

    Args:
        scene: with the studies; those whose findings cannot be read are not asked.
        volumeNode: None belongs to none.
        shown: the study that is shown, which comes before others with the same volume.
    """
    if volumeNode is None or volumeNode.GetScene() is not scene:
        return "", ""
    roots = (one for one in readingsOf(volumeNode, FINDINGS) if stackOf(one, volumeNode))
    found = [one for one in roots if _isReadable(scene, studyOfRoot(one))]
    if not found:
        return "", ""
    root = max(found, key=lambda one: studyOfRoot(one) == shown)
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
    (read,) = (one for one in part.findings.stacks if one.id in part.volumes)
    cards = {model.card.name: model.card for model in find_models() if model.card.question}
    findings = joined(study, part.findings, read.id, stack, cards=cards)
    segmented = part.findings.segmentation.status == ASSESSED
    whole = Reading(findings, {}, part.segmentation if segmented else None)
    if read.id in part.activations:
        whole.activations[stack] = part.activations[read.id]
    return whole


def _isReadable(scene: slicer.vtkMRMLScene, study: str) -> bool:
    try:
        return ReadingScene(scene, study).findings() is not None
    except BadInput:
        return False
