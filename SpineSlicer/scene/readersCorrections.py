"""A reader's corrections of a study's segmentation, as results and DICOM objects hold them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import slicer

from SpineLib.labels import Code
from SpineLib.outputs.corrections import SEMIAUTOMATIC, TISSUE, Corrections, DrawnSegment
from SpineLib.volume import Volume
from SpineSlicer.scene.corrections import changes, labelsDiffer, original
from SpineSlicer.scene.labelmapNodes import segmentMask, segmentsIn, vtkTag
from SpineSlicer.scene.outlineNodes import isCorrected
from SpineSlicer.scene.spineSegmentation import currentLabelmap, segmentationFinding
from SpineSlicer.scene.studyNodes import OUTLINES, SEGMENTATION

# Of what `SerializeTerminologyEntry` joins by ``~``, category and type (`scene.terminology`).
_CATEGORY, _TYPE = 1, 2


def correctionsOfStudy(nodes: Any) -> Corrections:
    """Those of a study's segmentation, on the grid of its findings, and of its outlines.

    Args:
        nodes: `ReadingScene` of the study.

    Raises:
        BadInput: the segmented volume no longer has the slices that were read.
    """
    segmentation, findings = nodes.node(SEGMENTATION), nodes.findings()
    outlined = [(stack.id, nodes.node(OUTLINES, stack.id)) for stack in findings.stacks]
    outlines = [name for name, node in outlined if node is not None and isCorrected(node)]
    if segmentation is None or not findings.segmentation.stack:
        return Corrections(outlines=outlines)
    stackInScene = nodes.inScene(findings.stack(findings.segmentation.stack))
    own = correctionsOf(segmentation, lambda mask: stackInScene.volume(mask.voxels))
    return replace(own, outlines=outlines)


def correctionsOf(
    node: slicer.vtkMRMLSegmentationNode, placed: Callable[[Volume], Volume] = lambda mask: mask
) -> Corrections:
    """What a reader changed of a segmentation, and what the reader drew.

    Where it is known that it was corrected and not where, all of it counts as corrected.

    Args:
        node: a spine segmentation.
        placed: a mask on the segmented volume's grid → on the grid of the findings.
    """
    if original(node) is not None:
        changed = {change.label for change in changes(node) if change.label}
    elif labelsDiffer(node):
        changed = {segment.label for segment in segmentationFinding(node).segments}
    else:
        changed = set()
    return Corrections(dict.fromkeys(sorted(changed), SEMIAUTOMATIC), _drawn(node, placed))


def _drawn(
    node: slicer.vtkMRMLSegmentationNode, placed: Callable[[Volume], Volume]
) -> list[DrawnSegment]:
    own = [(name, segment) for name, segment, number in segmentsIn(node) if not number]
    grid = currentLabelmap(node) if own else None
    if grid is None:
        return []
    drawn = []
    for identifier, segment in own:
        mask = segmentMask(node, identifier, grid).astype(np.uint8)
        if mask.any():
            codes = _codes(vtkTag(segment, slicer.vtkSegment.GetTerminologyEntryTagName()))
            drawn.append(DrawnSegment(segment.GetName(), placed(grid.with_voxels(mask)), *codes))
    return drawn


def _codes(entry: str) -> tuple[Code, Code]:
    """Category and type of a segment's terminology; tissue where it says none."""
    parts = entry.split("~")
    category, kind = (_code(parts[n]) if n < len(parts) else None for n in (_CATEGORY, _TYPE))
    return category or TISSUE, kind or TISSUE


def _code(triple: str) -> Code | None:
    scheme, _, rest = triple.partition("^")
    value, _, meaning = rest.partition("^")
    return Code(value, scheme, meaning) if scheme and value and meaning else None
