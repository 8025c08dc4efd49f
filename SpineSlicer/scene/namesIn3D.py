"""Whether names can be read in the 3D views: from far away they would lie over each other."""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from SpineSlicer.scene.sliceViews import partnerOf
from SpineSlicer.scene.volumeNodes import nodesOfClass

# Pixels from the bottom to the top of a view whose size nobody knows.
USUAL_HEIGHT = 400
# A letter's width in heights of the text.
LETTER = 0.6


def canBeReadIn3D(names: Any, shown: Collection[int], textHeight: float) -> bool:
    """Whether no two of a node's names touch each other in any 3D view that the layout shows.

    Args:
        names: the markups node.
        shown: its points that are drawn.
        textHeight: pixels from one line to the next, for a screen scale of 1.
    """
    views = nodesOfClass(names.GetScene(), "vtkMRMLViewNode")
    mapped = [view for view in views if view.IsMappedInLayout()]
    return all(_apart(names, shown, view, textHeight) for view in mapped)


def _apart(names: Any, shown: Collection[int], view: Any, textHeight: float) -> bool:
    node = partnerOf(view, "vtkMRMLCameraNode")
    if node is None or len(shown) < 2:
        return True
    places = np.array([names.GetNthControlPointPositionWorld(n) for n in shown])
    at = _onScreen(places, node.GetCamera(), _height())
    line = textHeight * view.GetScreenScaleFactor()
    wide = [line * LETTER * len(names.GetNthControlPointLabel(n)) for n in shown]
    for a, b in combinations(range(len(at)), 2):
        x, y = np.abs(at[a] - at[b])
        if y < line and x < (wide[a] + wide[b]) / 2:
            return False
    return True


def _onScreen(places: NDArray[np.float64], camera: Any, height: int) -> NDArray[np.float64]:
    """Pixels to the right and up of each place [n, 3]."""
    ahead, up = np.array(camera.GetDirectionOfProjection()), np.array(camera.GetViewUp())
    right = np.cross(ahead, up)
    right /= np.linalg.norm(right)
    away = places - np.array(camera.GetPosition())
    flat = np.stack([away @ right, away @ np.cross(right, ahead)], axis=1)
    if camera.GetParallelProjection():
        return np.asarray(flat * height / (2 * camera.GetParallelScale()))
    depth = np.maximum(away @ ahead, 1.0) * np.tan(np.radians(camera.GetViewAngle()) / 2)
    return np.asarray(flat * height / (2 * depth[:, None]))


def _height() -> int:
    """Pixels from the bottom to the top of the lowest 3D view."""
    manager: Any = slicer.app.layoutManager() if hasattr(slicer, "app") else None
    count = manager.threeDViewCount if manager is not None else 0
    heights = [int(manager.threeDWidget(n).threeDView().height) for n in range(count)]
    return min((height for height in heights if height > 0), default=USUAL_HEIGHT)
