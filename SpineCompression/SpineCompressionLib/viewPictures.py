"""Pictures of the flagged slices as Slicer's views show them, for the report and for an archive."""

from __future__ import annotations

from pathlib import Path

import slicer

from SpineLib.errors import SpineError
from SpineLib.outputs import names
from SpineLib.slabs import Steps
from SpineLib.translation import tr as _
from SpineSlicer.scene.ShownStudy import ShownStudy

SHOWN = 8  # key images: the flagged slices, worst first


def takingPictures(study: ShownStudy, folder: Path) -> Steps[None]:
    """The flagged slices as the axial view shows them, the worst one also as the first.

    What the software is not for is burnt into each.

    Args:
        study: what is shown; the views are where they were afterwards.
        folder: for the PNG files, named as `SpineLib.outputs.names` says.

    Raises:
        SpineError: a volume was changed, or another study is shown meanwhile.
    """
    findings, before, chosen = study.findings, study.place, study.chosen
    assert findings is not None
    flagged = [n for n in range(len(study.places)) if study.isFlagged(n)]
    flagged.sort(key=lambda n: findings.severity(study.slice(n)), reverse=True)
    numbers = (flagged or [before])[:SHOWN]
    for stack in dict.fromkeys(study.places[number].stack for number in numbers):
        study.inScene(stack).require()  # else the views would show another slice
    for count, number in enumerate(numbers):
        if study.findings is not findings:
            raise SpineError(_("Another study is shown now"), advice=_("Start again."))
        study.go(number)
        place = study.places[number]
        name = names.slice_picture(place.stack, place.index)
        picture = _capture("Red", folder / f"{name}.png", findings.notice)
        if picture and count == 0:
            (folder / f"{names.WORST}.png").write_bytes(picture.read_bytes())
            _capture("Yellow", folder / f"{names.LADDER}.png", findings.notice)
        yield
    study.go(before)
    study.choose(chosen)


def _capture(view: str, path: Path, notice: str) -> Path | None:
    """What a slice view shows now, as PNG; None where the layout has no such view."""
    import vtk

    widget = slicer.app.layoutManager().sliceWidget(view)
    if widget is None:
        return None
    window = widget.sliceView().renderWindow()
    renderer = window.GetRenderers().GetFirstRenderer()
    words = _words(notice, window.GetSize())
    renderer.AddViewProp(words)
    widget.sliceView().forceRender()
    grab = vtk.vtkWindowToImageFilter()
    grab.SetInput(window)
    grab.ReadFrontBufferOff()
    writer = vtk.vtkPNGWriter()
    writer.SetInputConnection(grab.GetOutputPort())
    writer.SetFileName(str(path))
    writer.Write()
    renderer.RemoveViewProp(words)
    widget.sliceView().scheduleRender()
    return path


def _words(notice: str, size: tuple[int, int]) -> object:
    """The notice at the lower border of a view, white on dark."""
    import vtk

    actor = vtk.vtkTextActor()
    actor.SetInput(notice)
    actor.GetPositionCoordinate().SetCoordinateSystemToNormalizedViewport()
    actor.SetPosition(0.5, 0.01)
    text = actor.GetTextProperty()
    text.SetJustificationToCentered()
    text.SetVerticalJustificationToBottom()
    # Arial's letters are about half as wide as they are high.
    text.SetFontSize(max(8, min(14, round(0.95 * size[0] / (0.55 * max(1, len(notice)))))))
    text.SetColor(1.0, 1.0, 1.0)
    text.SetBackgroundColor(0.0, 0.0, 0.0)
    text.SetBackgroundOpacity(0.55)
    return actor
