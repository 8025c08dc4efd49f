"""Pictures of the flagged slices as Slicer's views show them, for the report and for an archive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import slicer

from SpineLib.errors import SpineError
from SpineLib.outputs import names
from SpineLib.slabs import Steps
from SpineLib.translation import tr as _
from SpineSlicer.scene.directionLetters import letter
from SpineSlicer.scene.ShownStudy import ShownStudy

SHOWN = 8  # key images: the flagged slices, worst first


def takingPictures(study: ShownStudy, folder: Path) -> Steps[None]:
    """The slices that a model or a reader flags, as the axial view shows them; the worst one twice.

    Burnt into each is what the software is not for, and where the patient's sides are.

    Args:
        study: what is shown; the views are where they were afterwards.
        folder: for the PNG files, named as `SpineLib.outputs.names` says.

    Raises:
        SpineError: a volume was changed, or another study is shown meanwhile.
    """
    findings, before, chosen = study.findings, study.place, study.chosen
    assert findings is not None
    every = range(len(study.places))
    flagged = [n for n in every if study.isFlagged(n) or study.slice(n).flagged]
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
    words = _words(notice, widget.mrmlSliceNode(), window.GetSize())
    for actor in words:
        renderer.AddViewProp(actor)
    widget.sliceView().forceRender()
    grab = vtk.vtkWindowToImageFilter()
    grab.SetInput(window)
    grab.ReadFrontBufferOff()
    writer = vtk.vtkPNGWriter()
    writer.SetInputConnection(grab.GetOutputPort())
    writer.SetFileName(str(path))
    writer.Write()
    for actor in words:
        renderer.RemoveViewProp(actor)
    widget.sliceView().scheduleRender()
    return path


def _words(notice: str, sliceNode: Any, size: tuple[int, int]) -> list[Any]:
    """The notice at the lower border of a view, and the directions at three others."""
    axes = slicer.util.arrayFromVTKMatrix(sliceNode.GetSliceToRAS())[:3, :2]
    # Arial's letters are about half as wide as they are high.
    small = max(8, min(14, round(0.95 * size[0] / (0.55 * max(1, len(notice))))))
    return [
        _text(notice, 0.5, 0.01, "Centered", small),
        _text(letter(-axes[:, 0]), 0.015, 0.5, "Left", 16),
        _text(letter(axes[:, 0]), 0.985, 0.5, "Right", 16),
        _text(letter(axes[:, 1]), 0.5, 0.94, "Centered", 16),
    ]


def _text(words: str, x: float, y: float, side: str, height: int) -> Any:
    """White on dark, at a place of the view from 0 to 1."""
    import vtk

    actor = vtk.vtkTextActor()
    actor.SetInput(words)
    actor.GetPositionCoordinate().SetCoordinateSystemToNormalizedViewport()
    actor.SetPosition(x, y)
    text = actor.GetTextProperty()
    getattr(text, f"SetJustificationTo{side}")()
    text.SetVerticalJustificationToBottom()
    text.SetFontSize(height)
    text.SetColor(1.0, 1.0, 1.0)
    text.SetBackgroundColor(0.0, 0.0, 0.0)
    text.SetBackgroundOpacity(0.55)
    return actor
