"""Words over a view: which slice, which verdict, which side, and what must always be said."""

from __future__ import annotations

from typing import Any

import numpy as np
from vtkmodules.vtkRenderingCore import vtkTextActor

# Place in the view (0–1), justification across and up.
_PLACES = {
    "title": (0.012, 0.985, "left", "top"),
    "verdict": (0.988, 0.985, "right", "top"),
    "left": (0.015, 0.52, "left", "center"),
    "right": (0.985, 0.52, "right", "center"),
    "top": (0.5, 0.925, "center", "top"),
    "bottom": (0.5, 0.055, "center", "bottom"),
    "notice": (0.5, 0.008, "center", "bottom"),
}
_ACROSS = {"left": 0, "center": 1, "right": 2}
_UP = {"bottom": 0, "center": 1, "top": 2}


class Overlay:
    """Texts at fixed places of one view, drawn over everything else.

    Args:
        renderer: the view's renderer; the texts stay in it and are changed, not added again.
    """

    def __init__(self, renderer: Any) -> None:
        self.actors = {name: self._actor(renderer, *place) for name, place in _PLACES.items()}

    def show(self, texts: dict[str, str], *, size: tuple[int, int], color: str = "#000000") -> None:
        """Replaces the texts.

        Args:
            texts: place → text; places: ``title``, ``verdict``, ``left``, ``right``, ``top``,
                ``bottom`` (the orientation letters) and ``notice``.
            size: the view's pixels across and up, which the letters' size follows.
            color: behind the verdict, ``#RRGGBB``; its text is black or white, whichever reads.
        """
        from SpineLib.labels import rgb

        for name, actor in self.actors.items():
            words = texts.get(name, "")
            actor.SetInput(words)
            share = {"notice": 0.028, "title": 0.036, "verdict": 0.036}.get(name, 0.045)
            longest = max(map(len, words.splitlines()), default=1)
            # Arial's letters are about half as wide as they are high.
            fitting = 0.95 * size[0] / (0.55 * longest)
            actor.GetTextProperty().SetFontSize(max(8, round(min(share * size[1], fitting))))
        verdict = self.actors["verdict"].GetTextProperty()
        verdict.SetBackgroundColor(*rgb(color))
        verdict.SetBackgroundOpacity(1.0)
        # Rec. 709 luma tells whether a background is light.
        light = np.dot(rgb(color), (0.2126, 0.7152, 0.0722)) > 0.45
        verdict.SetColor(*([0.0] * 3 if light else [1.0] * 3))

    @staticmethod
    def _actor(renderer: Any, x: float, y: float, across: str, up: str) -> Any:
        actor = vtkTextActor()
        actor.GetPositionCoordinate().SetCoordinateSystemToNormalizedViewport()
        actor.SetPosition(x, y)
        text = actor.GetTextProperty()
        text.SetJustification(_ACROSS[across])
        text.SetVerticalJustification(_UP[up])
        text.SetFontFamilyToArial()
        text.SetBold(True)
        text.SetColor(1.0, 1.0, 1.0)
        text.SetBackgroundColor(0.0, 0.0, 0.0)
        text.SetBackgroundOpacity(0.55)
        renderer.AddViewProp(actor)
        return actor
