"""What is drawn of a stack's structures: segmentation, outlines of cord and sac, levels' names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer

from SpineLib.reading import Reading
from SpineLib.slabs import Steps
from SpineSlicer.scene.apLine import addApLine
from SpineSlicer.scene.levelNames import addLevelNames
from SpineSlicer.scene.outlineNodes import addOutlines, algorithmOf
from SpineSlicer.scene.segmentNames import addingSegmentNames
from SpineSlicer.scene.spineSegmentation import addSpineSegmentation
from SpineSlicer.scene.studyNodes import (
    AP_LINE,
    LEVEL_NAMES,
    NOTICE,
    OUTLINES,
    SEGMENT_NAMES,
    SEGMENTATION,
    own,
)


def addingStructures(
    scene: slicer.vtkMRMLScene,
    reading: Reading,
    stack: str,
    volumeNode: Any,
    mark: Callable[[Any, str], None],
    *,
    surfaces: bool,
) -> Steps[None]:
    """Adds the nodes of what was segmented, outlined and named on a stack, in steps.

    Args:
        scene: where nodes are added.
        reading: its label maps lie in the volume node's own RAS.
        stack: id of the stack.
        volumeNode: of the stack.
        mark: called with each new node and its kind, as soon as it is in the scene.
        surfaces: makes surfaces of the segmentation for 3D views too.
    """
    findings = reading.findings
    if reading.segmentation is not None and stack == findings.segmentation.stack:
        yield from addingSegmentation(scene, reading, volumeNode, mark, surfaces=surfaces)
        yield
    if stack in reading.outlines:
        mark(addOutlines(scene, reading, stack, volumeNode), OUTLINES)
        line = addApLine(scene, reading, stack, volumeNode)
        if line is not None:
            mark(line, AP_LINE)
        yield
    if stack in findings.levels.stacks[:1]:
        names = addLevelNames(scene, findings, volumeNode)
        if names is not None:
            mark(names, LEVEL_NAMES)
        yield


def addingSegmentation(
    scene: slicer.vtkMRMLScene,
    reading: Reading,
    volumeNode: Any,
    mark: Callable[[Any, str], None],
    *,
    surfaces: bool,
) -> Steps[tuple[Any, Any]]:
    """Adds a reading's segmentation and its structures' names, and gives both nodes, in steps."""
    finding = reading.findings.segmentation
    algorithm = algorithmOf(reading.findings, "segmentation")
    assert reading.segmentation is not None
    node = addSpineSegmentation(
        scene, reading.segmentation, finding, volumeNode, algorithm, surfaces=surfaces
    )
    node.SetAttribute(NOTICE, reading.findings.notice)
    mark(node, SEGMENTATION)
    names = yield from addingSegmentNames(scene, reading.segmentation, finding, volumeNode)
    mark(names, SEGMENT_NAMES)
    own(node, [names])
    return node, names
