"""Exceptions that a slot of ours let out, as a line in the panel; Slicer only prints them."""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from SpineLib.errors import SpineError, from_exception
from SpineLib.translation import tr as _

OURS = ("SpineLib", "SpineSlicer", "SpineCompression", "SpineCompressionLib", "SpineSegmentation",
        "SpineSegmentationLib")  # fmt: skip


class UncaughtErrors:
    """Hears every exception that a slot, an observer or an event of ours lets out.

    PythonQt and VTK end all of them in `sys.excepthook` (`PyErr_Print`), so that one place hears
    them and no slot needs a ``try`` of its own. The hook that was there before is called first, so
    that the Python console shows the whole as ever. It lives as long as the panel.

    Args:
        layout: the panel's; the line comes in at its top, when there is something to say.

    Example:
        self.uncaught = UncaughtErrors(widget.layout())
    """

    def __init__(self, layout: Any) -> None:
        import qt

        self.frame = qt.QFrame()
        line = qt.QHBoxLayout(self.frame)
        line.setContentsMargins(0, 0, 0, 0)
        self.label, self.button = qt.QLabel(), qt.QToolButton()
        self.label.wordWrap = True
        self.label.styleSheet = "font-weight: bold;"
        self.label.setToolTip(_("What went wrong in the program itself."))
        self.button.text, self.button.autoRaise = "✕", True
        self.button.setToolTip(_("Hides this line."))
        self.button.connect("clicked(bool)", lambda *_: self.frame.hide())
        line.addWidget(self.label, 1)
        line.addWidget(self.button)
        layout.insertWidget(0, self.frame)
        self.frame.hide()
        self._before, sys.excepthook = sys.excepthook, self._heard

    def stop(self) -> None:
        """Hears nothing any more; for when the panel goes away."""
        # Whoever hooked in after us calls us on; then there is nobody to tell.
        if sys.excepthook == self._heard:
            sys.excepthook = self._before
        self.frame = self.label = None

    def _heard(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        self._before(kind, error, trace)
        if self.frame is not None and isinstance(error, Exception) and _isOurs(trace):
            self.label.text = _sentence(error, trace)
            self.frame.show()


def _isOurs(trace: TracebackType | None) -> bool:
    return trace is not None and _module(trace).split(".")[0] in OURS


def _module(trace: TracebackType) -> str:
    return str(trace.tb_frame.f_globals.get("__name__", ""))


def _sentence(error: Exception, trace: TracebackType | None) -> str:
    if isinstance(error, (SpineError, OSError, ModuleNotFoundError, MemoryError)):
        return str(from_exception(error))
    codeLine = ""
    while trace is not None:
        if _isOurs(trace):
            codeLine = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return _(
        "Something went wrong inside the program: {kind} in {place}. What is shown may be wrong. "
        "This is a fault of the program; Slicer's Python console shows more."
    ).format(kind=type(error).__name__, place=codeLine)
