"""Keeps what the views show right, whatever is loaded into the scene."""

from __future__ import annotations

from typing import Any

import slicer

from .sliceViews import mendViews


class SceneKeeper:
    """Mends the slice views when a scene was loaded; it lives as long as what it was made by.

    Args:
        scene: what is watched.

    Example:
        keeper = SceneKeeper(slicer.mrmlScene)
        keeper.stop()
    """

    def __init__(self, scene: slicer.vtkMRMLScene) -> None:
        self._scene = scene
        self._tag = scene.AddObserver(scene.EndImportEvent, self._onImported)
        mendViews(scene)

    def stop(self) -> None:
        """Watches the scene no more."""
        self._scene.RemoveObserver(self._tag)

    def _onImported(self, *_arguments: Any) -> None:
        mendViews(self._scene)
