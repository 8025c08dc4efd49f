"""Colours for a share of something: where a network looked, where it is not sure."""

from __future__ import annotations

from typing import Any

import slicer


def showAsHeat(node: Any, name: str, visibleFrom: float) -> None:
    """Colours a volume of shares by the ramp of this name.

    Args:
        node: a volume node, 0 to 1.
        name: of the ramp.
        visibleFrom: lower shares are transparent.
    """
    display = node.GetVolumeDisplayNode()
    display.SetWindowLevelMinMax(0.0, 1.0)
    display.SetAndObserveColorNodeID(_heatRamp(node.GetScene(), name).GetID())
    display.SetThreshold(visibleFrom, 1.0)
    display.ApplyThresholdOn()


def _heatRamp(scene: slicer.vtkMRMLScene, name: str) -> Any:
    """The scene's colour node of this name, made where there is none.

    It is our own node: it is saved with the scene and does not depend on the application's tables.
    """
    node = scene.GetFirstNodeByName(name)
    if node is not None:
        return node
    node = slicer.vtkMRMLColorTableNode()
    node.SetTypeToUser()
    node.SetName(name)
    node.SetNumberOfColors(256)
    for index in range(256):
        share = index / 255
        # Dark red to yellow to white: brightness rises throughout, so grey prints keep the order.
        red, green, blue = (
            min(1.0, max(0.0, value))
            for value in (0.25 + 1.5 * share, 1.6 * share - 0.5, 3.0 * share - 2.0)
        )
        node.SetColor(index, f"{share:.2f}", red, green, blue, 1.0)
    return scene.AddNode(node)
