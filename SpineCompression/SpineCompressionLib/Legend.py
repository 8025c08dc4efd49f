"""The lead question's letters and colours in a corner of a slice view."""

from __future__ import annotations

from typing import Any

from SpineLib.labels import NOT_ASSESSED, rgb
from SpineLib.questions import Question
from SpineSlicer.scene.verdicts import shownValues

_LINE = 20  # pixels from line to line


class Legend:
    """Texts of our own in a view: Data Probe rewrites the view's corners at each change of a slice.

    Example:
        legend = Legend()
        legend.show(slicer.app.layoutManager().sliceWidget("Red").sliceView(), COMPRESSION)
        legend.hide()
    """

    def __init__(self) -> None:
        self._view: Any = None
        self._question: Question | None = None
        self._actors: list[Any] = []

    def show(self, view: Any, question: Question) -> None:
        """Stands in a slice view (`qMRMLSliceView`) until it is hidden."""
        if self._view is view and self._question == question:
            return
        self.hide()
        self._view, self._question = view, question
        self._actors = [
            _line(n, f"{question.letter(value)}  {value or NOT_ASSESSED}", question.color(value))
            for n, value in enumerate(shownValues(question))
        ]
        for actor in self._actors:
            _renderer(view).AddViewProp(actor)
        view.scheduleRender()

    def hide(self) -> None:
        """Leaves the view."""
        for actor in self._actors:
            _renderer(self._view).RemoveViewProp(actor)
        if self._view is not None:
            self._view.scheduleRender()
        self._view, self._question, self._actors = None, None, []


def _renderer(view: Any) -> Any:
    return view.renderWindow().GetRenderers().GetFirstRenderer()


def _line(number: int, text: str, color: str) -> Any:
    import vtk

    corner, actor = vtk.vtkCoordinate(), vtk.vtkTextActor()
    corner.SetCoordinateSystemToNormalizedViewport()
    corner.SetValue(0.985, 0.985)
    position = actor.GetPositionCoordinate()
    position.SetReferenceCoordinate(corner)
    position.SetCoordinateSystemToViewport()
    position.SetValue(0, -_LINE * number)
    actor.SetInput(text)
    style = actor.GetTextProperty()
    style.SetJustificationToRight()
    style.SetVerticalJustificationToTop()
    style.SetFontSize(14)
    style.SetBold(True)
    style.SetColor(1.0, 1.0, 1.0) if _isDark(color) else style.SetColor(0.0, 0.0, 0.0)
    style.SetBackgroundColor(*rgb(color))
    style.SetBackgroundOpacity(1.0)
    return actor


def _isDark(color: str) -> bool:
    """Whether white reads better than black on a colour (Rec. 709 luma)."""
    parts = zip(rgb(color), (0.2126, 0.7152, 0.0722), strict=True)
    return sum(x * weight for x, weight in parts) < 0.45
