"""The views are drawn once for a change, not once for each node that it touches."""

from __future__ import annotations

import contextlib
from contextlib import AbstractContextManager
from typing import Any

import slicer
from slicer import util


def drawOnce() -> AbstractContextManager[Any]:
    """Holds the views' drawing back, to be drawn once at the end; also within another one.

    A view that was asked to draw and could not do so for a sixtieth of a second draws at the next
    request, in the middle of whatever is changed. Without an application nothing is drawn at all.

    Example:
        with drawOnce():
            showStudy(scene, study)
    """
    return util.RenderBlocker() if hasattr(slicer, "app") else contextlib.nullcontext()
