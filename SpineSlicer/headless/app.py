"""One Slicer application without a desktop: scene, logics and off-screen views."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from SpineLib.store.files import temporary_folder
from SpineSlicer.headless.libraries import check_libraries
from SpineSlicer.headless.overlay import Overlay
from SpineSlicer.headless.vtk_in_parts import use_vtk_in_parts

use_vtk_in_parts()


class HeadlessSlicer:
    """Slicer's scene, application logic and views, in this process.

    The scene exists from the start; a view is made when it is first asked for, and then reused:
    a picture costs a render, not a window. Views draw only when `SpineSlicer.headless.pictures` asks.

    Raises:
        SpineError: a system library is missing; the advice names the line that installs it.

    Example:
        slicer = HeadlessSlicer()
        ReadingScene(slicer.scene).show(reading)
    """

    def __init__(self) -> None:
        check_libraries()
        if sys.platform.startswith("linux"):
            # Without a display VTK tries X first and complains; EGL needs none.
            os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
        from trame_slicer.core import SlicerApp

        with _swept_folder(self):
            self._app = SlicerApp()
        self._keep_messages()
        self.scene = self._app.scene
        self.logic = self._app.app_logic
        self._overlays: dict[int, Overlay] = {}

    @cached_property
    def axial(self) -> Any:
        """The red slice view."""
        return self._slice_view("Red", "Axial", "#F34A33")

    @cached_property
    def sagittal(self) -> Any:
        """The yellow slice view."""
        return self._slice_view("Yellow", "Sagittal", "#EDD54C")

    @cached_property
    def coronal(self) -> Any:
        """The green slice view."""
        return self._slice_view("Green", "Coronal", "#6EB04B")

    @cached_property
    def three_d(self) -> Any:
        """The 3D view."""
        from trame_slicer.views import ThreeDView
        from trame_slicer.views.abstract_view import ViewProps
        from trame_slicer.views.render_scheduler import NoScheduleRendering

        view = ThreeDView(
            self.scene, self.logic, "1", scheduled_render_strategy=NoScheduleRendering()
        )
        view.set_view_properties(ViewProps(label="1", background_color="black"))
        # Peeling draws nothing translucent on Mesa's software renderer.
        view.renderer().SetUseDepthPeeling(False)
        return view

    def overlay(self, view: Any) -> Overlay:
        """The view's texts; made once a view, so that they are replaced and not heaped up."""
        if id(view) not in self._overlays:
            self._overlays[id(view)] = Overlay(view.first_renderer())
        return self._overlays[id(view)]

    def _slice_view(self, name: str, orientation: Any, color: str) -> Any:
        from trame_slicer.views import SliceView
        from trame_slicer.views.abstract_view import ViewProps
        from trame_slicer.views.render_scheduler import NoScheduleRendering

        view = SliceView(
            self.scene, self.logic, name, scheduled_render_strategy=NoScheduleRendering()
        )
        # A scene carries it to Slicer's own view, which without one stays mirrored after a close.
        view.get_view_node().SetDefaultOrientation(orientation)
        view.set_view_properties(ViewProps(label=name[0], orientation=orientation, color=color))
        view.set_orientation(orientation)
        return view

    @staticmethod
    def _keep_messages() -> None:
        from vtkmodules.vtkCommonCore import vtkLogger, vtkOutputWindow, vtkStringOutputWindow

        # A person at a terminal reads our own messages, not those of a toolkit.
        vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_OFF)
        vtkOutputWindow.SetInstance(vtkStringOutputWindow())


@contextmanager
def _swept_folder(owner: object) -> Iterator[None]:
    """Lets the application make its temporary folder where a killed process leaves nothing behind."""
    folder, before = temporary_folder("slicer"), tempfile.tempdir
    weakref.finalize(owner, shutil.rmtree, folder, ignore_errors=True)
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
