"""Texts that wrap get the lines that they need, at whatever width."""

from __future__ import annotations

from typing import Any

import slicer

from SpineSlicer.scene.oneShotTimer import oneShotTimer


class WrappedLabels:
    """Lets each wrapped label be as high as its text is at its width.

    The scroll area that Slicer shows a panel in asks what height a panel needs at the least, and
    not at its width: a text of two lines, said after the panel was laid out, would lie over what
    stands above it. It lives as long as a panel.

    Args:
        widget: the panel; its labels are those that it has now.
    """

    def __init__(self, widget: Any) -> None:
        import qt

        labels = slicer.util.findChildren(widget, className="QLabel")
        self._labels = [label for label in labels if label.wordWrap]
        self._timer = timer = oneShotTimer(self.fit)
        kinds = (qt.QEvent.LayoutRequest, qt.QEvent.Resize)

        class Filter(qt.QObject):
            def eventFilter(self, _watched: Any, event: Any) -> bool:
                if event.type() in kinds:
                    timer.start(0)
                return False

        self._filter = Filter()
        for parent in dict.fromkeys(label.parent() for label in self._labels):
            parent.installEventFilter(self._filter)

    def stop(self) -> None:
        """Leaves the labels as they are."""
        self._timer.stop()
        for parent in dict.fromkeys(label.parent() for label in self._labels):
            parent.removeEventFilter(self._filter)
        self._labels = []

    def fit(self) -> None:
        """Gives each label in sight its height."""
        for label in self._labels:
            if label.visible:
                needed = max(0, label.heightForWidth(label.width))  # without a text it is -1
                if needed != label.minimumHeight:
                    label.minimumHeight = needed
