"""Class activation as a foreground volume: transparent where the network did not look."""

from __future__ import annotations

from typing import Any

import slicer
from SpineSegmentationLib.subjectHierarchy import placeBeside
from SpineSegmentationLib.volumeNodes import addVolumeNode

from SpineLib.volume import Volume

# Below this share of the peak the picture underneath shows.
VISIBLE_FROM = 0.3


def addActivationVolume(
    scene: slicer.vtkMRMLScene, activation: Volume, volumeNode: Any
) -> slicer.vtkMRMLScalarVolumeNode:
    """Adds the activation of a stack, in its own colours.

    Args:
        scene: where the node is added.
        activation: 0–1 on the stack's grid.
        volumeNode: the stack's volume node.
    """
    node = addVolumeNode(scene, activation, f"{volumeNode.GetName()} class activation")
    display = node.GetVolumeDisplayNode()
    display.SetWindowLevelMinMax(0.0, 1.0)
    display.SetAndObserveColorNodeID(_ramp(scene).GetID())
    display.SetThreshold(VISIBLE_FROM, 1.0)
    display.ApplyThresholdOn()
    placeBeside(scene, node, volumeNode)
    return node


def _ramp(scene: slicer.vtkMRMLScene) -> Any:
    # Our own node: it is saved with the scene and does not depend on the application's tables.
    name = "SpineCompression activation"
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
