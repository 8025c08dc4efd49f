"""Showing and hiding a segmentation's vertebrae, discs and canal as groups."""

from __future__ import annotations

from typing import Any

from SpineLib.labels import structure
from SpineSlicer.scene.labelmapNodes import LABEL_TAG, vtkTag

GROUPS = ("vertebra", "disc", "canal")


def setGroupVisible(node: Any, group: str, visible: bool) -> None:
    """Shows or hides all segments of a kind, in slices and in 3D."""
    display = node.GetDisplayNode()
    for identifier in _segmentsOf(node, group):
        display.SetSegmentVisibility(identifier, visible)


def isGroupVisible(node: Any, group: str) -> bool:
    """Whether any segment of a kind is shown."""
    display = node.GetDisplayNode()
    return any(display.GetSegmentVisibility(one) for one in _segmentsOf(node, group))


def _segmentsOf(node: Any, group: str) -> list[str]:
    segmentation = node.GetSegmentation()
    found = []
    for index in range(segmentation.GetNumberOfSegments()):
        number = vtkTag(segmentation.GetNthSegment(index), LABEL_TAG)
        if number and structure(int(number)).kind == group:
            found.append(segmentation.GetNthSegmentID(index))
    return found
