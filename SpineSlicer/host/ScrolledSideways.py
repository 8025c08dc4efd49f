"""A widget of Slicer's that is wider than the dock is scrolled sideways; the dock stays as it is."""

from __future__ import annotations

from typing import Any


class ScrolledSideways:
    """An area that is as high as the widget in it, and as narrow as the reader wants.

    It is to be kept as long as the widget.

    Args:
        widget: one whose own least width would widen Slicer's whole window.

    Attributes:
        area: to be added to a layout.
    """

    def __init__(self, widget: Any) -> None:
        import qt

        self._widget = widget
        self.area = area = qt.QScrollArea()
        area.setFrameShape(qt.QFrame.NoFrame)
        area.setWidgetResizable(True)
        area.setVerticalScrollBarPolicy(qt.Qt.ScrollBarAlwaysOff)
        area.setWidget(widget)
        kinds, fit = (qt.QEvent.LayoutRequest, qt.QEvent.Resize, qt.QEvent.Show), self._fit

        class Filter(qt.QObject):
            def eventFilter(self, _watched: Any, event: Any) -> bool:
                if event.type() in kinds:
                    fit()
                return False

        self._filter = Filter()
        widget.installEventFilter(self._filter)

    def _fit(self) -> None:
        """Makes room for the widget's height at its width, and for the bar beneath it."""
        widget, area = self._widget, self.area
        height = max(widget.heightForWidth(widget.width), widget.minimumSizeHint.height(),
                     widget.minimumHeight)  # fmt: skip
        height += area.horizontalScrollBar().sizeHint.height()
        if area.minimumHeight != height:
            area.minimumHeight = height
