"""PySide6 that behaves as PythonQt does: properties are attributes, signals are strings.

From importing this on, every Qt object answers as Slicer's would, and refuses each name that the
facts do not list for its class. Code of this package and of PySide6 sees plain PySide6.
"""

from __future__ import annotations

import ctypes
import enum
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from .facts import NotInSlicer, facts, known, names

KITS = (QtCore, QtGui, QtWidgets)
_INSIDE = ("Testing.desktop", "PySide6", "shiboken6", "shibokensupport", "Shiboken")


def _inside() -> bool:
    return _isInside(sys._getframe(3).f_globals.get("__name__", ""))


@cache
def _isInside(name: str) -> bool:
    return name.startswith(_INSIDE)


@cache
def _pythonClasses(cls: type) -> list[type]:
    """The class and its bases that were written for Slicer, in Python."""
    return [one for one in cls.__mro__ if not one.__module__.startswith((*_INSIDE, "builtins"))]


@cache
def slicerClass(cls: type) -> str:
    """The class's name in Slicer; of a Python subclass, its Qt base's."""
    return next((one.__name__ for one in cls.__mro__ if known(one.__name__)), "")


# PySide looks for a Python override of these when an object goes, whoever let go of it.
_ASKED_BY_QT = ("connectNotify", "disconnectNotify")


def _get(plain: Callable[[Any, str], Any], self: Any, name: str) -> Any:
    if name.startswith("__") or name in _ASKED_BY_QT or _inside():
        return plain(self, name)
    cls = type(self)
    if name in plain(self, "__dict__") or any(name in one.__dict__ for one in _pythonClasses(cls)):
        return plain(self, name)
    base = slicerClass(cls)
    if base and name not in names(base) and name != "name":
        raise NotInSlicer(f"Slicer's {base} has no {name}")
    if name == "name":
        return QtCore.QObject.objectName(self)
    if name in ("connect", "disconnect", "className", "delete"):
        return getattr(_Extras(self), name)
    if isinstance(self, QtCore.QObject):
        meta = plain(self, "metaObject")()
        if _isProperty(meta, base, name) and meta.indexOfProperty(name) >= 0:
            value = plain(self, "property")(name)
            return tuple(value) if isinstance(value, list) else value
    return plain(self, name)


def _isProperty(meta: QtCore.QMetaObject, base: str, name: str) -> bool:
    """Whether PythonQt takes a name for a property; it takes QTimer's `singleShot` for a slot."""
    # Of a class that no living object stood for, the facts tell no properties; Qt itself does.
    listed = names(base, "properties")
    return name in listed if listed else meta.indexOfProperty(name) >= 0


def _set(plain: Callable[[Any, str, Any], None], self: Any, name: str, value: Any) -> None:
    if name.startswith("__") or _inside():
        return plain(self, name, value)
    cls, base = type(self), slicerClass(type(self))
    meta = QtCore.QObject.metaObject(self)
    if name == "name" or _isProperty(meta, base, name):
        index = meta.indexOfProperty("objectName" if name == "name" else name)
        if index < 0:
            raise NotImplementedError(f"The stand-in's {base} has no property {name}")
        target = meta.property(index)
        if not target.isWritable():
            raise NotInSlicer(f"Property '{name}' of {base} object is not writable")
        if not QtCore.QObject.setProperty(self, target.name(), value):
            raise AttributeError(f"Property '{name}' of {base} does not accept {value!r}")
        return None
    if name in names(base):
        # Also on a class written in Python: PythonQt looks at the C++ members first.
        raise NotInSlicer(f"Slot '{name}' can not be overwritten on {base} object")
    if not _pythonClasses(cls):
        raise NotInSlicer(f"'{name}' does not exist on {base}, nor may it be made there")
    return plain(self, name, value)


class _Extras:
    """What PythonQt adds to each object."""

    def __init__(self, it: QtCore.QObject) -> None:
        self._it = it

    def connect(self, signal: str, slot: Callable) -> bool:
        it, base = self._it, slicerClass(type(self._it))
        if signal not in names(base, "signals"):
            raise NotInSlicer(f"Slicer's {base} has no signal {signal}")
        if not callable(slot):
            raise TypeError(f"{slot!r} cannot be called")
        name, _, arguments = signal.partition("(")
        text = QtCore.QMetaObject.normalizedSignature(signal).data().decode()
        if it.metaObject().indexOfSignal(text) >= 0:
            return QtCore.QObject.connect(it, QtCore.SIGNAL(text), slot)
        if it.metaObject().indexOfSignal(f"{name}(PyObject)") >= 0 and arguments.startswith("vtk"):
            return getattr(it, name).connect(slot)
        raise NotImplementedError(f"The stand-in's {base} never says {signal}")

    def disconnect(self, signal: str, slot: Callable | None = None) -> bool:
        bound = getattr(self._it, signal.partition("(")[0])
        return bound.disconnect(slot) if slot else bound.disconnect()

    def className(self) -> str:
        return slicerClass(type(self._it))

    def delete(self) -> None:
        self._it.deleteLater()


def _plainSet(self: Any, name: str, value: Any) -> None:
    # `object.__setattr__` refuses types that set a slot of their own in C.
    code = ctypes.pythonapi.PyObject_GenericSetAttr(
        ctypes.py_object(self), ctypes.py_object(name), ctypes.py_object(value)
    )
    assert code == 0


_patched: set[type] = set()
_seen: set[type] = set()


def _patch(cls: type) -> None:
    # A class with a C slot of its own (QFile, QProcess: methods that are static too) does not
    # inherit what Python set on its base.
    plain = next(
        one.__dict__["__getattribute__"]
        for one in cls.__mro__
        if one not in _patched and "__getattribute__" in one.__dict__
    )
    _patched.add(cls)
    cls.__getattribute__ = lambda self, name: _get(plain, self, name)
    if issubclass(cls, QtCore.QObject):
        cls.__setattr__ = lambda self, name, value: _set(_plainSet, self, name, value)


def _addInt(cls: type) -> None:
    """Enum values convert with `int()`, as PythonQt's do."""
    for var in vars(cls).values():
        if isinstance(var, type) and issubclass(var, enum.Enum) and not issubclass(var, int):
            var.__int__ = lambda self: int(self.value)


_VALUES = ("QPainter", "QColor", "QPixmap", "QImage", "QEvent", "QPoint", "QRect", "QSize",
           "QTableWidgetItem", "QStandardItem", "QUrl", "QKeySequence", "QModelIndex", "QFont",
           "QPalette", "QIcon", "QPen", "QBrush", "QMimeData", "QFontMetrics")  # fmt: skip


def install() -> None:
    """Makes PySide6 behave so, once a process."""
    _patch(QtCore.QObject)
    for name in facts()["classes"]:
        find(name)


def find(name: str) -> Any:
    """A class or function of Qt by its name, whichever kit has it."""
    found = next((getattr(kit, name) for kit in KITS if hasattr(kit, name)), None)
    if isinstance(found, type) and found not in _seen and name != "QApplication":
        _seen.add(found)
        own = {"__getattribute__", "__setattr__", "__delattr__"} & found.__dict__.keys()
        if own or name in _VALUES:
            _patch(found)
        _addInt(found)
    return found
