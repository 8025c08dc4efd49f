"""What stands around a scripted module's panel: Slicer's own widget, which knows how to reload it."""

from __future__ import annotations

import sys

import slicer
from PySide6 import QtCore, QtWidgets

from .widgets import qMRMLWidget


class qSlicerScriptedLoadableModuleWidget(qMRMLWidget):
    """Makes the module's Python widget, enters and leaves it; a reload makes it anew, no more."""

    def __init__(self, name: str) -> None:
        super().__init__()
        QtWidgets.QVBoxLayout(self).setContentsMargins(0, 0, 0, 0)
        self._name, self._entered = name, False

    def reload(self) -> None:
        """Makes the widget from the module as it is loaded now, and sets it up; enters nothing."""
        widget = getattr(sys.modules[self._name], f"{self._name}Widget")(self)
        slicer.modules.add(**{f"{self._name}Widget": widget})
        widget.setup()

    def enter(self) -> None:
        """The module is chosen."""
        self._entered = True
        self.self().enter()

    def exit(self) -> None:
        """Another module is chosen."""
        self._entered = False
        self.self().exit()

    def self(self) -> object:
        """The module's Python widget."""
        return getattr(slicer.modules, f"{self._name}Widget")

    isEntered = QtCore.Property(bool, lambda self: self._entered)


class ModuleManager(QtCore.QObject):
    """`slicer.app.moduleManager()`, as far as a module hears from it that it is unloaded."""

    moduleAboutToBeUnloaded = QtCore.Signal(str)
