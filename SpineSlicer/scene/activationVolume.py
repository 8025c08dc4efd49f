"""Class activation as a foreground volume: transparent where the network did not look."""

from __future__ import annotations

from typing import Any

import slicer

from SpineLib.slabs import Steps
from SpineLib.volume import Volume
from SpineSlicer.scene.heatRamp import showAsHeat
from SpineSlicer.scene.subjectHierarchy import placeBeside
from SpineSlicer.scene.volumeNodes import addingVolumeNode

# Below this share of the peak the picture underneath shows.
VISIBLE_FROM = 0.3


def addingActivationVolume(
    scene: slicer.vtkMRMLScene, activation: Volume, volumeNode: Any
) -> Steps[slicer.vtkMRMLScalarVolumeNode]:
    """Adds the activation of a stack, in its own colours; in steps of some milliseconds.

    Args:
        scene: where the node is added.
        activation: 0–1 on the stack's grid.
        volumeNode: the stack's volume node.
    """
    name = f"{volumeNode.GetName()} class activation"
    node = yield from addingVolumeNode(scene, activation, name)
    showAsHeat(node, "SpineCompression activation", VISIBLE_FROM)
    placeBeside(scene, node, volumeNode)
    return node
