"""The 3D views look at what is shown: Slicer's own stay where they were, with nothing in sight."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import slicer


def lookAt(nodes: Iterable[Any]) -> None:
    """Centres the 3D views on nodes, unless they look at them already, as in a scene that was saved.

    Args:
        nodes: segmentations that have surfaces; none changes nothing.
    """
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for node in nodes:
        bounds = [0.0] * 6
        node.GetRASBounds(bounds)
        low, high = np.minimum(low, bounds[::2]), np.maximum(high, bounds[1::2])
    manager = slicer.app.layoutManager()
    if manager is None or not (low <= high).all():
        return
    for index in range(manager.threeDViewCount):
        view = manager.threeDWidget(index).threeDView()
        camera = view.cameraNode()
        at = np.array(camera.GetFocalPoint() if camera is not None else [np.inf] * 3)
        if not ((low <= at) & (at <= high)).all():
            view.resetFocalPoint()
        # A scene's camera keeps the depth of another view's contents, and cuts these away.
        view.renderWindow().GetRenderers().GetFirstRenderer().ResetCameraClippingRange()
        view.scheduleRender()
