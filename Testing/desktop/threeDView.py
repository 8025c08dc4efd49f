"""The layout's 3D view: Slicer's own off-screen view, whose camera moves only when it is told to."""

from __future__ import annotations

from typing import Any

import slicer
from PySide6 import QtWidgets


class Pausing:
    """A view that can be held back; ``drawings`` is how often it was let go on, to draw."""

    paused, drawings = 0, 0

    def pauseRender(self) -> None:
        self.paused += 1

    def resumeRender(self) -> None:
        assert self.paused, "resumeRender without pauseRender"
        self.paused -= 1
        self.drawings += not (self.paused or slicer.app._paused)


class qMRMLThreeDView(Pausing, QtWidgets.QWidget):
    """A 3D view; new data does not move its camera."""

    def __init__(self, view: Any) -> None:
        super().__init__()
        self._view = view

    def resetFocalPoint(self) -> None:
        self._view.reset_focal_point()

    def renderWindow(self) -> Any:
        return self._view.render_window()

    def cameraNode(self) -> Any:
        return self._view.get_camera_node()

    def mrmlViewNode(self) -> Any:
        return self._view.get_view_node()

    def forceRender(self) -> None:
        self._view.render()

    def scheduleRender(self) -> None:
        pass


class qMRMLThreeDWidget(QtWidgets.QWidget):
    """What stands around a 3D view."""

    def __init__(self, view: Any) -> None:
        super().__init__()
        self._view = qMRMLThreeDView(view)

    def threeDView(self) -> qMRMLThreeDView:
        return self._view
