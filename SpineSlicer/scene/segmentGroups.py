"""Showing and hiding a segmentation's vertebrae, discs and canal as groups."""

from __future__ import annotations

from typing import Any

from SpineLib.labels import structure
from SpineSlicer.scene.labelmapNodes import segmentsIn

GROUPS = ("vertebra", "disc", "canal")
# On the segmentation: the groups that were hidden here, which its display node may forget.
_HIDDEN = "SpineMRI.HiddenGroups"


def setGroupVisible(node: Any, group: str, visible: bool) -> None:
    """Shows or hides all segments of a kind, in slices and in 3D."""
    _setVisible(node, group, visible)
    hidden = [g for g in GROUPS if (g in _hidden(node) if g != group else not visible)]
    node.SetAttribute(_HIDDEN, " ".join(hidden))


def showGroups(node: Any) -> None:
    """Shows every segment but those of the groups that were hidden by `setGroupVisible`."""
    for group in GROUPS:
        _setVisible(node, group, group not in _hidden(node))


def isGroupVisible(node: Any, group: str) -> bool:
    """Whether any segment of a kind is shown."""
    display = node.GetDisplayNode()
    return any(display.GetSegmentVisibility(identifier) for identifier in _segmentsOf(node, group))


def _hidden(node: Any) -> list[str]:
    return (node.GetAttribute(_HIDDEN) or "").split()


def _setVisible(node: Any, group: str, visible: bool) -> None:
    display = node.GetDisplayNode()
    for identifier in _segmentsOf(node, group):
        if bool(display.GetSegmentVisibility(identifier)) != visible:
            display.SetSegmentVisibility(identifier, visible)


def _segmentsOf(node: Any, group: str) -> list[str]:
    return [
        identifier
        for identifier, _segment, number in segmentsIn(node)
        if number and structure(number).kind == group
    ]
