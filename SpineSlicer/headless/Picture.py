"""One picture out of a view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from SpineLib.errors import SpineError


@dataclass(frozen=True)
class Picture:
    """A view as it stood.

    Attributes:
        caption: what it shows, in words.
        png: lossless, for the folder of pictures.
        jpeg: small, for the report.
    """

    caption: str
    png: bytes
    jpeg: bytes


def take(view: Any, caption: str) -> Picture:
    """Renders a view and takes its picture.

    Raises:
        SpineError: the view stayed empty: OpenGL does not work here.
    """
    from vtkmodules.vtkIOImage import vtkJPEGWriter, vtkPNGWriter
    from vtkmodules.vtkRenderingCore import vtkWindowToImageFilter

    view.render()
    window = vtkWindowToImageFilter()
    window.SetInput(view.render_window())
    window.ReadFrontBufferOff()
    window.ShouldRerenderOff()
    window.Update()
    image = window.GetOutput()
    if image.GetNumberOfPoints() == 0 or image.GetScalarRange() == (0.0, 0.0):
        raise SpineError(
            "The pictures stayed black: OpenGL does not work on this machine",
            advice="Run: sudo apt-get install -y libgl1-mesa-dri libegl-mesa0",
        )
    png, jpeg = vtkPNGWriter(), vtkJPEGWriter()
    png.SetCompressionLevel(1)  # a third of the time for a tenth more bytes
    jpeg.SetQuality(88)
    return Picture(caption, _encoded(png, image), _encoded(jpeg, image))


def _encoded(writer: Any, image: Any) -> bytes:
    writer.SetInputData(image)
    writer.WriteToMemoryOn()
    writer.Write()
    return bytes(writer.GetResult())
