"""Notices segments that are added or removed, wherever in Slicer that is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer

from SpineSlicer.scene.oneShotTimer import oneShotTimer


class SegmentWatch:
    """Tells when segments were added or removed, once for all that changed together.

    Painting is not reported, nor is a new name, which only this module's panel gives.

    Args:
        changed: called in a later turn of the event loop.

    Example:
        watch = SegmentWatch(self._onSegments)
        watch.follow(segmentationNode)
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._observed: list[tuple[Any, int]] = []
        self._timer = oneShotTimer(changed)

    def follow(self, node: Any) -> None:
        """Watches this segmentation from now on, and no other; None for none."""
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
