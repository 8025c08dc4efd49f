"""The layout's 3D view: Slicer's own off-screen view, whose camera moves only when it is told to."""

from __future__ import annotations

from typing import Any

from PySide6 import QtWidgets


class qMRMLThreeDView(QtWidgets.QWidget):
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
