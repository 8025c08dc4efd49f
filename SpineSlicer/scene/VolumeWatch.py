"""Tells when a volume was moved, or has other voxels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer

from SpineSlicer.scene.volumeInScene import placeState

_EVENTS = (
    "ModifiedEvent",
    slicer.vtkMRMLTransformableNode.TransformModifiedEvent,
    slicer.vtkMRMLVolumeNode.ImageDataModifiedEvent,
)


class VolumeWatch:
    """Watches one volume node until it is stopped.

    Args:
        node: the volume.
        onChanged: called with the node when it lies elsewhere, or has other voxels.
    """

    def __init__(self, node: Any, onChanged: Callable[[Any], None]) -> None:
        self.node, self._onChanged = node, onChanged
        self._state = placeState(node)
        self._tags = [node.AddObserver(event, self._onEvent) for event in _EVENTS]

    def stop(self) -> None:
        """Watches no more."""
        for tag in self._tags:
            self.node.RemoveObserver(tag)

    def _onEvent(self, *_arguments: Any) -> None:
        before, self._state = self._state, placeState(self.node)
        if before != self._state:
            self._onChanged(self.node)
