"""A reading's pictures: every axial slice, the worst one, the ladder, the tube, the segmentation."""

from __future__ import annotations

from contextlib import contextmanager
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from SpineCompressionLib.ReadingScene import ReadingScene
from SpineCompressionLib.verdictHalo import OUTER_RADIUS, canalCenters
from SpineCompressionLib.verdicts import shortText, verdictOf, worst
from SpineSegmentationLib.spineSegmentation import KIND as SEGMENTATION

from SpineHeadless.app import HeadlessSlicer
from SpineHeadless.overlay import Overlay
from SpineHeadless.Picture import Picture, take
from SpineHeadless.planes import letter, slice_to_ras
from SpineLib.findings import SliceFinding, StackFindings
from SpineLib.labels import VERDICT_COLORS
from SpineLib.progress import Progress
from SpineLib.reading import Reading
from SpineLib.report import names
from SpineLib.volume import Volume

SLICE_PIXELS, KEY_PIXELS = 420, 640
# Millimetres that an axial picture shows: the ring, its label above it, and a margin.
AXIAL_FIELD = 2 * OUTER_RADIUS + 36.0


def take_pictures(
    app: HeadlessSlicer, reading: Reading, *, progress: Progress | None = None
) -> dict[str, Picture]:
    """Takes all of a reading's pictures from a scene that shows it.

    Args:
        app: `ReadingScene.show` was called on its scene.
        reading: what is shown.
        progress: a step a picture.

    Returns:
        File name without suffix (`SpineLib.report.names`) → picture.
    """
    camera = _Camera(app, reading)
    tasks: list[tuple[str, Any]] = []
    for stack in reading.findings.stacks:
        if stack.slices and stack.id in reading.volumes:
            tasks += camera.axial_tasks(stack)
            tasks.append((names.ladder_picture(stack.id), lambda s=stack: camera.ladder(s)))
            tasks.append((names.tube_picture(stack.id), lambda s=stack: camera.tube(s)))
    if reading.segmentation is not None:
        tasks.append((names.SEGMENTATION_SLICE, camera.segmentation_slice))
        tasks.append((names.SEGMENTATION_SURFACES, camera.segmentation_surfaces))
    return {name: make() for name, make in (progress or Progress()).track(tasks, "Taking pictures")}


class _Camera:
    def __init__(self, app: HeadlessSlicer, reading: Reading) -> None:
        self._app = app
        self._reading = reading
        self._scene = ReadingScene(app.scene)
        self._overlays: dict[int, Overlay] = {}

    def axial_tasks(self, stack: StackFindings) -> list[tuple[str, Any]]:
        centers = canalCenters(self._reading.volumes[stack.id], stack.slices)
        tasks: list[tuple[str, Any]] = [
            (
                names.slice_picture(stack.id, one.index),
                lambda o=one, c=center: self.axial(stack, o, c, SLICE_PIXELS),
            )
            for one, center in zip(stack.slices, centers, strict=True)
        ]
        one = worst(stack.slices)
        if one is not None:
            center = centers[stack.slices.index(one)]
            make = lambda: self.axial(stack, one, center, KEY_PIXELS)  # noqa: E731
            tasks.append((names.worst_picture(stack.id), make))
        return tasks

    def axial(
        self, stack: StackFindings, one: SliceFinding, center: NDArray[Any], pixels: int
    ) -> Picture:
        """One slice as it was acquired, the canal in the middle."""
        volume = self._reading.volumes[stack.id]
        title = f"Slice {one.index + 1} of {len(stack.slices)}"
        title += f" · {one.level}" if one.level else ""
        view = self._app.axial
        with self._only(stack.id, "verdicts", "slice labels"):
            # The label stands above the ring, so the ring stands a little below the middle.
            matrix = slice_to_ras(volume, "axial", center)
            matrix[:3, 3] += 4.0 * matrix[:3, 1]
            self._aim(view, matrix, (AXIAL_FIELD, AXIAL_FIELD), pixels, stack.id)
            texts = {"title": title, "verdict": shortText(one)} | _letters(matrix)
            return self._take(view, texts, f"{title}: {shortText(one)}", verdictOf(one))

    def ladder(self, stack: StackFindings) -> Picture:
        """The canal's sagittal plane: a real sagittal stack where there is one, else the axial's."""
        volume = self._reading.volumes[stack.id]
        centers = canalCenters(volume, stack.slices)
        background = self._sagittal_of(stack) or stack.id
        matrix = slice_to_ras(
            self._reading.volumes[background], "sagittal", centers.mean(axis=0)
        )
        along = (centers - centers.mean(axis=0)) @ matrix[:3, 1]
        tall = float(np.ptp(along)) + 60.0
        matrix[:3, 3] += matrix[:3, 1] * (along.max() + along.min()) / 2
        with self._only(stack.id, "verdicts", "flagged runs"):
            view = self._app.sagittal
            self._aim(view, matrix, (tall, tall), KEY_PIXELS, background)
            how = "sagittal series" if background != stack.id else "reformatted axial stack"
            texts = {"title": f"Sagittal ({how})"} | _letters(matrix)
            return self._take(view, texts, f"Verdicts along the canal, {how}")

    def tube(self, stack: StackFindings) -> Picture:
        """The verdicts' tube in 3D, from the front and left."""
        with self._only(stack.id, "verdicts", "flagged runs"):
            return self._three_d("Verdicts along the canal in 3D", "Verdicts, 3D")

    def segmentation_slice(self) -> Picture:
        """The sagittal slice through the middle of the canal, or of all structures."""
        finding = self._reading.findings.segmentation
        volume = self._reading.volumes[finding.stack]
        canal = [one for one in finding.segments if one.kind == "canal"] or finding.segments
        through = np.mean([one.centroid_ras for one in canal], axis=0)
        matrix = slice_to_ras(volume, "sagittal", through)
        field = _extent(volume, matrix)
        with self._only(finding.stack, SEGMENTATION):
            view = self._app.sagittal
            self._aim(view, matrix, field, KEY_PIXELS, finding.stack)
            texts = {"title": "Segmentation, sagittal"} | _letters(matrix)
            return self._take(view, texts, "Segmentation in the sagittal slice through the canal")

    def segmentation_surfaces(self) -> Picture:
        """The segments' surfaces."""
        with self._only(self._reading.findings.segmentation.stack, SEGMENTATION):
            return self._three_d("Segmentation in 3D", "Segmentation, 3D")

    def _three_d(self, caption: str, title: str) -> Picture:
        view = self._app.three_d
        view.update_size(KEY_PIXELS, KEY_PIXELS)
        view.set_box_visible(False)
        view.reset_focal_point()
        view.rotate_to_view_direction(_view_direction())
        camera = view.get_camera_node().GetCamera()
        camera.Azimuth(35)
        camera.Elevation(12)
        camera.OrthogonalizeViewUp()
        view.renderer().ResetCamera()
        camera.Zoom(1.25)
        view.renderer().ResetCameraClippingRange()
        screen = np.eye(4)
        depth = np.array(camera.GetDirectionOfProjection())
        screen[:3, 1] = camera.GetViewUp()
        screen[:3, 0] = np.cross(depth, screen[:3, 1])
        texts = {"title": title} | _letters(screen)
        return self._take(view, texts, caption)

    def _aim(
        self, view: Any, matrix: NDArray[Any], field: tuple[float, float], pixels: int, stack: str
    ) -> None:
        volume = self._reading.volumes[stack]
        view.set_background_volume_id(self._scene.volumeNode(stack).GetID())
        view.update_size(pixels, pixels)
        view.render_window().SetSize(pixels, pixels)
        node = view.get_view_node()
        for row in range(4):
            for column in range(4):
                node.GetSliceToRAS().SetElement(row, column, float(matrix[row, column]))
        node.UpdateMatrices()
        # How far a slice reaches in depth decides which labels belong to it.
        depth = float(volume.spacing[np.argmax(np.abs(volume.directions.T @ matrix[:3, 2]))])
        side = max(field)
        node.SetDimensions(pixels, pixels, 1)
        node.SetFieldOfView(side, side, depth)

    def _take(
        self, view: Any, texts: dict[str, str], caption: str, verdict: str = ""
    ) -> Picture:
        overlay = self._overlays.setdefault(id(view), Overlay(view.first_renderer()))
        notice = self._reading.findings.notice
        height = view.render_window().GetSize()[1]
        color = VERDICT_COLORS.get(verdict, "#000000")
        overlay.show(texts | {"notice": notice}, height=height, color=color)
        return take(view, caption)

    def _sagittal_of(self, stack: StackFindings) -> str:
        for other in self._reading.findings.stacks:
            same = other.frame_of_reference_uid == stack.frame_of_reference_uid != ""
            if other.plane == "sagittal" and same and other.id in self._reading.volumes:
                return other.id
        return ""

    @contextmanager
    def _only(self, stack: str, *kinds: str) -> Iterator[None]:
        """Shows the named kinds of one stack and hides the rest, until the picture is taken."""
        before: list[tuple[Any, bool]] = []
        for node in self._scene.nodes():
            display = node.GetDisplayNode() if hasattr(node, "GetDisplayNode") else None
            if display is None or node.GetAttribute("SpineMRI.Kind") == "volume":
                continue
            before.append((display, bool(display.GetVisibility())))
            kind = node.GetAttribute("SpineMRI.Kind")
            wanted = kind in kinds and node.GetAttribute("SpineMRI.Stack") == stack
            display.SetVisibility(wanted)
        try:
            yield
        finally:
            for display, visible in before:
                display.SetVisibility(visible)


def _letters(screen: NDArray[np.float64]) -> dict[str, str]:
    right, up = screen[:3, 0], screen[:3, 1]
    return {
        "right": letter(right), "left": letter(-right), "top": letter(up), "bottom": letter(-up)
    }  # fmt: skip


def _extent(volume: Volume, matrix: NDArray[np.float64]) -> tuple[float, float]:
    size = np.abs(matrix[:3, :2].T @ (volume.directions * volume.spacing)) @ volume.shape[::-1]
    return float(size[0]), float(size[1])


def _view_direction() -> Any:
    from trame_slicer.views.threed_view import ViewDirection

    return ViewDirection.ANTERIOR
