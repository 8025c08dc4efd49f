"""Signs that a reader is at work: the mouse over a picture, a view scrolled, a segment painted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer

from SpineSlicer.scene.volumeNodes import nodesOfClass


class SignsOfWork:
    """Hears the scene's views and one segmentation, from `watch` to `stop`.

    Args:
        scene: with the views' nodes.
        touch: called with each sign; it has to be quick.
    """

    def __init__(self, scene: slicer.vtkMRMLScene, touch: Callable[[], None]) -> None:
        self._scene = scene
        self._heard = lambda *_: touch()
        self._observed: list[tuple[Any, int]] = []

    def watch(self, segmentationNode: Any) -> None:
        """Begins to listen; the segmentation before is let go of."""
        self.stop()
        for view in nodesOfClass(self._scene, "vtkMRMLSliceNode"):
            self._add(view, "ModifiedEvent")
        for crosshair in nodesOfClass(self._scene, "vtkMRMLCrosshairNode"):
            self._add(crosshair, slicer.vtkMRMLCrosshairNode.CursorPositionModifiedEvent)
        segmentation = segmentationNode.GetSegmentation()
        self._add(segmentation, slicer.vtkSegmentation.SourceRepresentationModified)

    def stop(self) -> None:
        """Listens no more."""
        for what, tag in self._observed:
            what.RemoveObserver(tag)
        self._observed = []

    def _add(self, what: Any, event: Any) -> None:
        self._observed.append((what, what.AddObserver(event, self._heard)))
