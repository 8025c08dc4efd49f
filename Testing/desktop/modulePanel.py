"""The dock's part that holds a module's panel (qSlicerModulePanel): how much room a panel gets."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets

from .widgets import ctkCollapsibleButton

Policy = QtWidgets.QSizePolicy.Policy


class qSlicerModulePanel(QtWidgets.QScrollArea):
    """A scroll area that scrolls up and down only, and is never narrower than its panel needs.

    A panel is made as high as its widgets' least sizes are together. What a wrapped label needs
    for its width is not asked, so that a section whose height may shrink is squeezed; and a size
    policy `Minimum` makes of the width that a widget would like the least width of the window.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(False)  # this class does it, and not as Qt 6 would
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        contents = QtWidgets.QWidget()
        contents.setSizePolicy(Policy.Minimum, Policy.Preferred)
        self._layout = QtWidgets.QVBoxLayout(contents)
        self._layout.setSizeConstraint(QtWidgets.QLayout.SizeConstraint.SetMinAndMaxSize)
        self._layout.setContentsMargins(0, 0, 0, 0)
        about = ctkCollapsibleButton("Help && Acknowledgement")
        about.setSizePolicy(Policy.Ignored, Policy.Fixed)
        about.setProperty("collapsed", True)
        self._layout.addWidget(about)
        self._layout.addItem(QtWidgets.QSpacerItem(0, 0, Policy.Minimum, Policy.MinimumExpanding))
        self.setWidget(contents)
        contents.installEventFilter(self)

    def addModule(self, widget: QtWidgets.QWidget) -> None:
        """Puts a module's widget into sight."""
        self._layout.insertWidget(1, widget, 1)
        widget.setSizePolicy(Policy.Minimum, widget.sizePolicy().verticalPolicy())
        widget.setVisible(True)

    def resizeEvent(self, event: QtCore.QEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        if event.type() == QtCore.QEvent.Type.LayoutRequest:
            QtCore.QTimer.singleShot(0, self, self._fit)  # not once it is gone
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        if self.widget() is not None:
            self.widget().resize(self.viewport().size().expandedTo(self.widget().minimumSizeHint()))

    def minimumSizeHint(self) -> QtCore.QSize:
        """The least width of the dock, the scroll bar included."""
        width = self.widget().minimumSizeHint().width()
        bar = self.verticalScrollBar().sizeHint().width()
        return QtCore.QSize(width + bar, super().minimumSizeHint().height())
