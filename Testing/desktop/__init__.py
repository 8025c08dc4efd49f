"""A stand-in for Slicer's desktop: the modules' real widgets on the real MRML scene.

Slicer's desktop is in no package index; slicer-core is all of its C++ without Qt. This package
puts PySide6 (off-screen) where PythonQt stands in Slicer, so that a test drives a module's panel by
clicks and keys and asks the scene what came of it. It behaves as PythonQt does (properties are
attributes, ``connect("clicked(bool)", f)``, enums convert with ``int()``), and it refuses each
name that the facts in ``facts.json``, taken from a running Slicer, do not list.

In a test::

    from Testing.desktop import desktop  # noqa: F401  the fixture; it needs the fixture `app`

    def test_a_click(desktop):
        widget = desktop.open("SpineCompression", ROOT / "SpineCompression")
        click(widget.ui.readButton)
        assert desktop.scene.GetFirstNodeByName(...)

- ``qt``, ``ctk``, ``slicer.app``, ``slicer.modules``, ``slicer.mrmlScene``, ``slicer.i18n``,
  ``slicer.ScriptedLoadableModule`` and ``slicer.parameterNodeWrapper`` stand while the fixture
  does; `slicer.util` is slicer-core's own.
- What a slot raises is in ``desktop.errors``; the fixture fails the test for it.
- ``desktop.window.grab().save(path)`` makes a picture of the panel.
- What Slicer does and Qt, PySide or slicer-core by themselves do not (Reload, Data Probe, hidden
  segments, the dock's room, what its Python lacks) is held by the tests beside this file.
- A name that Slicer has and this package has not raises `NotImplementedError`: add it, small.
- Code in this package sees plain PySide6 (``label.text()``); a test sees what a module sees.
- `facts.json` is made from the whole facts by ``cut_facts.py``.
"""

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture
def desktop(app):
    """A desktop around the test's `HeadlessSlicer` (`app`), with an empty scene."""
    pytest.importorskip("PySide6.QtWidgets")
    from .application import Desktop

    app.scene.Clear(False)
    with Desktop(app) as one:
        yield one
    assert not one.errors, one.errors


def click(widget):
    """A click with the left button in the middle of a widget."""
    from PySide6 import QtWidgets

    assert widget.isEnabled(), f"{widget.objectName} is not enabled"
    assert widget.isVisible(), f"{widget.objectName} is not visible"
    if isinstance(widget, QtWidgets.QAbstractButton) or hasattr(widget, "click"):
        widget.click()
    QtWidgets.QApplication.processEvents()


def press(widget, key, *modifiers):
    """A key's press on a widget, by its name (``Key_Right``) or its letter."""
    from PySide6 import QtCore, QtGui, QtWidgets

    code = getattr(QtCore.Qt.Key, key if key.startswith("Key_") else f"Key_{key.upper()}")
    held = QtCore.Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        held |= getattr(QtCore.Qt.KeyboardModifier, f"{modifier}Modifier")
    text = "" if key.startswith("Key_") else key
    for kind in (QtCore.QEvent.Type.KeyPress, QtCore.QEvent.Type.KeyRelease):
        event = QtGui.QKeyEvent(kind, code, held, text)
        QtWidgets.QApplication.sendEvent(widget, event)
    QtWidgets.QApplication.processEvents()


def drag(widget, *points, shift=False):
    """The left button pressed at the first point, moved over the others and let go."""
    from PySide6 import QtCore, QtGui, QtWidgets

    kinds = QtCore.QEvent.Type
    left, none = QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.MouseButton.NoButton
    held = QtCore.Qt.KeyboardModifier
    modifiers = held.ShiftModifier if shift else held.NoModifier
    steps = [(kinds.MouseButtonPress, points[0], left)]
    steps += [(kinds.MouseMove, point, none) for point in points[1:]]
    steps.append((kinds.MouseButtonRelease, points[-1], left))
    for kind, point, button in steps:
        where = QtCore.QPointF(*point)
        event = QtGui.QMouseEvent(kind, where, where, button, left, modifiers)
        QtWidgets.QApplication.sendEvent(widget, event)
    QtWidgets.QApplication.processEvents()


def settle(desktop):
    """Lets layouts find their sizes: labels that wrap need several rounds."""
    for _round in range(20):
        desktop.application.processEvents()


def cramped(window):
    """The widgets in sight that are lower than they need to be for their width, by name."""
    from PySide6 import QtWidgets

    found = []
    for widget in window.findChildren(QtWidgets.QWidget):
        layout, size = widget.layout(), widget.size()
        inside = (QtWidgets.QAbstractItemView, QtWidgets.QAbstractSpinBox, QtWidgets.QComboBox)
        if not widget.isVisibleTo(window) or isinstance(widget.parent(), inside):
            continue
        if getattr(widget, "_collapsed", False):
            continue
        if widget.hasHeightForWidth():  # wrapped labels, and what holds some
            least = layout.totalMinimumHeightForWidth if layout is not None else None
            needed = (least or widget.heightForWidth)(size.width())
        else:
            least = layout.totalMinimumSize() if layout is not None else widget.minimumSizeHint()
            needed = min(least.height(), widget.maximumHeight())
        if size.height() < needed:
            found.append(
                f"{widget.objectName() or type(widget).__name__}: {size.height()} < {needed}"
            )
    return found


def wrapped(window):
    """The labels in sight whose text wraps."""
    from PySide6 import QtWidgets

    labels = window.findChildren(QtWidgets.QLabel)
    return [label for label in labels if label.wordWrap() and label.isVisibleTo(window)]
