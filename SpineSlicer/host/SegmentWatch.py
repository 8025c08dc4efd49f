"""Hears that segments went or came, wherever in Slicer that was done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer

from SpineSlicer.scene.laterTurn import singleShot


class SegmentWatch:
    """Tells that a segmentation has other segments now, once for all that went and came together.

    What is painted is not told; nor is a name, which only this module's panel changes.

    Args:
        changed: called in a later turn of the event loop.

    Example:
        watch = SegmentWatch(self._onSegments)
        watch.follow(segmentationNode)
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._observed: list[tuple[Any, int]] = []
        self._timer = singleShot(changed)

    def follow(self, node: Any) -> None:
        """Watches this segmentation from now on, and no other; None for no one."""
        self._timer.stop()
        for what, tag in self._observed:
            what.RemoveObserver(tag)
        self._observed = []
        if node is None:
            return
        segmentation = node.GetSegmentation()
        for event in (slicer.vtkSegmentation.SegmentRemoved, slicer.vtkSegmentation.SegmentAdded):
            self._observed.append((segmentation, segmentation.AddObserver(event, self._heard)))

    def _heard(self, *_arguments: Any) -> None:
        self._timer.start(0)
