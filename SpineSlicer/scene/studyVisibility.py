"""One study at a time: what was made of another patient's images never lies over this one's.

Also the segments' own visibility, which Slicer may lose when a scene is loaded.
"""

from __future__ import annotations

from typing import Any

import slicer

from SpineSlicer.scene.segmentGroups import showGroups
from SpineSlicer.scene.studyNodes import (
    AP_LINE,
    FLAGGED_RUNS,
    KIND,
    LEVEL_NAMES,
    OUTLINES,
    SEGMENT_NAMES,
    SEGMENTATION,
    SLICE_LABELS,
    VERDICTS,
    nodesOfKind,
    owned,
    roots,
    studyOf,
    studyOfRoot,
)

RINGS = (VERDICTS, SLICE_LABELS, FLAGGED_RUNS)
CORD = (OUTLINES, AP_LINE)
_SEGMENTED = (VERDICTS, SEGMENTATION, OUTLINES)
OVERLAYS = (*RINGS, SEGMENTATION, SEGMENT_NAMES, LEVEL_NAMES, *CORD)
# On a node that was in sight until another study was shown, and is again with its own; or until
# its volume lost the slices that were read.
HIDDEN = "SpineMRI.HiddenByStudy"


def showStudy(scene: slicer.vtkMRMLScene, study: str) -> None:
    """Hides what was made of other studies, and shows again what was hidden so of this one.

    What a reader hid stays hidden, and a reader's own nodes, clones of ours too, stay as they are.

    Args:
        scene: with the studies.
        study: the one that is shown; empty for none, which hides nothing.
    """
    if not study:
        return
    mine: dict[str, slicer.vtkMRMLNode] = {}
    others: dict[str, slicer.vtkMRMLNode] = {}
    for root in roots(scene):
        whose = mine if studyOfRoot(root) == study else others
        whose |= {node.GetID(): node for node in owned(root, *OVERLAYS)}
    for identifier, node in others.items():
        if identifier not in mine:
            hideForNow(node)
    for node in mine.values():
        showAgain(node)


def hideStudies(scene: slicer.vtkMRMLScene) -> None:
    """Hides what was made of every study, until `showStudy`; for a case of a loop, which is none."""
    for root in roots(scene):
        for node in owned(root, *OVERLAYS):
            hideForNow(node)


def hideRings(scene: slicer.vtkMRMLScene) -> None:
    """Hides every verdict of every study; for when none is shown."""
    for kind in RINGS:
        for node in nodesOfKind(scene, kind):
            hideForNow(node)


def showSegmentsOf(scene: slicer.vtkMRMLScene, study: str = "") -> None:
    """Makes the segments of a study visible again, where none is named those of every study.

    The controllers of Slicer's slice views hide segments by themselves where the segmentation that
    they follow gives way to one whose segments have other IDs: in the second scene of a session,
    or after a new run. A verdict must show all the same. Groups that the panel hid stay hidden.
    """
    for kind in _SEGMENTED:
        for node in nodesOfKind(scene, kind):
            if not study or studyOf(node) == study:
                _showSegments(node)


def _showSegments(node: Any) -> None:
    display = node.GetDisplayNode()
    if display is None:
        return
    if node.GetAttribute(KIND) == SEGMENTATION:
        showGroups(node)
        return
    for identifier in node.GetSegmentation().GetSegmentIDs():
        if not display.GetSegmentVisibility(identifier):
            display.SetSegmentVisibility(identifier, True)


def hideForNow(node: Any) -> None:
    """Hides a node that is in sight, until `showAgain`."""
    display = node.GetDisplayNode()
    if display is not None and display.GetVisibility():
        display.SetVisibility(False)
        node.SetAttribute(HIDDEN, "1")


def showAgain(node: Any) -> None:
    """Shows what `hideForNow` hid; what a reader hid stays hidden."""
    if node.GetAttribute(HIDDEN):
        node.RemoveAttribute(HIDDEN)
        if node.GetDisplayNode() is not None:
            node.GetDisplayNode().SetVisibility(True)
