"""A reading remembers how its volumes lay when they were read, so that moved ones are found again."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from SpineLib.findings import Findings, StackFindings
from SpineLib.volume import Volume
from SpineSlicer.scene.StackInScene import AsRead
from SpineSlicer.scene.studies import fingerprint
from SpineSlicer.scene.studyNodes import GRIDS, IMAGES
from SpineSlicer.scene.volumeInScene import shapeOf, voxelPrint, voxelsOf


def noteGrids(findingsNode: Any, findings: Findings, volumes: dict[str, Any]) -> None:
    """Notes how the volumes lie; to be called as soon as a reading comes into the scene.

    Args:
        findingsNode: of the reading; what it has noted before stays.
        findings: what was read.
        volumes: stack id → volume node.
    """
    noted = json.loads(findingsNode.GetAttribute(GRIDS) or "{}")
    for stack in findings.stacks:
        if stack.id in noted or volumes.get(stack.id) is None:
            continue
        grid = AsRead.of(stack, volumes[stack.id]) or _ofFirstVersion(
            findingsNode, stack, volumes[stack.id]
        )
        if grid is not None:
            noted[stack.id] = grid.toDict()
    findingsNode.SetAttribute(GRIDS, json.dumps(noted))


def notedGrid(findingsNode: Any, stack: StackFindings, volumeNode: Any) -> AsRead | None:
    """How a stack's volume lay when it was read; None where nobody can say."""
    noted = json.loads(findingsNode.GetAttribute(GRIDS) or "{}")
    if stack.id in noted:
        return AsRead.fromDict(noted[stack.id])
    return AsRead.of(stack, volumeNode) or _ofFirstVersion(findingsNode, stack, volumeNode)


def _ofFirstVersion(findingsNode: Any, stack: StackFindings, volumeNode: Any) -> AsRead | None:
    """Scenes of version 0.1 keep a hash of the volumes that the reading brought, and no more."""
    try:
        known = json.loads(findingsNode.GetAttribute(IMAGES) or "{}").get(stack.id)
    except ValueError:  # the scene's own volumes were read
        return None
    if not known or not stack.ijk_to_ras or volumeNode.GetImageData() is None:
        return None
    still = Volume(voxelsOf(volumeNode), np.array(stack.ijk_to_ras))
    if fingerprint(still) != known:
        return None
    return AsRead(np.eye(4), shapeOf(volumeNode), voxelPrint(volumeNode))
