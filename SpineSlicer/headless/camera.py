"""Aims the views of a scene that shows a reading, and takes their pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.labels import RESEARCH_NOTICE
from SpineLib.reading import Reading
from SpineSlicer.headless.app import HeadlessSlicer
from SpineSlicer.headless.Picture import Picture, take
from SpineSlicer.scene.directionLetters import letter
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.studyNodes import ACTIVATION, KIND, STACK, VOLUME

# Degrees around and above the anterior view: the tube's steps and the arches show.
AZIMUTH, ELEVATION = 35.0, 10.0


class Camera:
    """Takes pictures of a reading's nodes in the app's views.

    Args:
        app: its scene shows the reading.
        reading: for the volumes' geometry and the notice that every picture carries.
    """

    def __init__(self, app: HeadlessSlicer, reading: Reading) -> None:
        self._app = app
        self._reading = reading
        self._scene = ReadingScene(app.scene)

    def slice_picture(
        self,
        view: str,
        stack: str,
        matrix: NDArray[np.float64],
        height: float,
        size: tuple[int, int],
        caption: str,
        texts: dict[str, str],
        color: str = "#000000",
    ) -> Picture:
        """A slice view's picture.

        Args:
            view: ``axial``, ``sagittal`` or ``coronal``.
            stack: whose volume is the background.
            matrix: the slice in RAS, as `SpineSlicer.headless.planes.slice_to_ras` gives it.
            height: millimetres from the picture's lower to its upper border.
            size: pixels across and up.
            caption: the picture's.
            texts: place → words, as `Overlay.show` takes them; orientation letters are added.
            color: ``#RRGGBB`` behind the verdict's words.
        """
        shown = self.aim(view, stack, matrix, height, size)
        return self._take(shown, texts | _letters(matrix), caption, color)

    def aim(
        self,
        view: str,
        stack: str,
        matrix: NDArray[np.float64],
        height: float,
        size: tuple[int, int],
    ) -> Any:
        """Points a slice view, as `slice_picture` takes it; gives the view."""
        shown: Any = getattr(self._app, view)
        volume = self._reading.volumes[stack]
        shown.set_background_volume_id(self._scene.volumeNode(stack).GetID())
        _resize(shown, size)
        node = shown.get_view_node()
        for row, column in np.ndindex(4, 4):
            node.GetSliceToRAS().SetElement(row, column, float(matrix[row, column]))
        node.UpdateMatrices()
        # How far a slice reaches in depth decides which labels belong to it.
        axis = int(np.argmax(np.abs(volume.directions.T @ matrix[:3, 2])))
        node.SetDimensions(*size, 1)
        node.SetFieldOfView(height * size[0] / size[1], height, float(volume.spacing[axis]))
        return shown

    def three_d_picture(
        self, size: tuple[int, int], caption: str, texts: dict[str, str]
    ) -> Picture:
        """The 3D view's picture, from the front, a little from the left and above."""
        from trame_slicer.views.threed_view import ViewDirection

        view = self._app.three_d
        _resize(view, size)
        view.set_box_visible(False)
        view.reset_focal_point()
        view.rotate_to_view_direction(ViewDirection.ANTERIOR)
        camera = view.get_camera_node().GetCamera()
        camera.Azimuth(AZIMUTH)
        camera.Elevation(ELEVATION)
        camera.OrthogonalizeViewUp()
        # Fits the shape, not a sphere around it; some room is left for the words at the borders.
        view.renderer().ResetCameraScreenSpace(0.68)
        view.renderer().ResetCameraClippingRange()
        screen = np.eye(4)
        screen[:3, 1] = camera.GetViewUp()
        screen[:3, 0] = np.cross(camera.GetDirectionOfProjection(), screen[:3, 1])
        return self._take(view, texts | _letters(screen), caption)

    @contextmanager
    def only(self, stacks: list[str], *kinds: str) -> Iterator[None]:
        """Shows these kinds of nodes of these stacks and hides the reading's others, for a while."""
        before: list[tuple[Any, bool]] = []
        for node in self._scene.nodes():
            display = node.GetDisplayNode() if hasattr(node, "GetDisplayNode") else None
            if display is None or node.GetAttribute(KIND) == VOLUME:
                continue
            before.append((display, bool(display.GetVisibility())))
            wanted = node.GetAttribute(KIND) in kinds and node.GetAttribute(STACK) in stacks
            display.SetVisibility(wanted)
        try:
            yield
        finally:
            for display, visible in before:
                display.SetVisibility(visible)

    @contextmanager
    def foreground(self, stack: str) -> Iterator[None]:
        """Lays the stack's class activation over the axial view, for a while."""
        view = self._app.axial
        view.set_foreground_volume_id(self._scene.node(ACTIVATION, stack).GetID())
        view.set_foreground_opacity(0.45)
        try:
            yield
        finally:
            view.set_foreground_volume_id(None)

    def _take(
        self, view: Any, texts: dict[str, str], caption: str, color: str = "#000000"
    ) -> Picture:
        overlay = self._app.overlay(view)
        overlay.show(
            texts | {"notice": self._reading.findings.notice or RESEARCH_NOTICE},
            size=view.render_window().GetSize(),
            color=color,
        )
        return take(view, caption)


def _resize(view: Any, size: tuple[int, int]) -> None:
    view.update_size(*size)
    view.render_window().SetSize(*size)


def _letters(screen: NDArray[np.float64]) -> dict[str, str]:
    right, up = screen[:3, 0], screen[:3, 1]
    sides = {"right": right, "left": -right, "top": up, "bottom": -up}
    return {side: letter(direction) for side, direction in sides.items()}
