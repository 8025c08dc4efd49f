"""`slicer.ScriptedLoadableModule`, `slicer.parameterNodeWrapper` and `slicer.i18n`."""

from __future__ import annotations

import enum
import sys
import types
import typing
import unittest
from pathlib import Path
from typing import Any

import slicer
from PySide6 import QtWidgets


def _folder(self: Any) -> Path:
    return Path(sys.modules[type(self).__module__].__file__).parent


class ScriptedLoadableModule:
    def __init__(self, parent):
        self.parent = parent

    def resourcePath(self, name):
        return str(_folder(self) / "Resources" / name)


class ScriptedLoadableModuleWidget:
    def __init__(self, parent=None):
        self.parent, self.layout = parent, parent.layout()
        self.moduleName = type(self).__name__.removesuffix("Widget")
        self.developerMode = False
        manager = slicer.app.moduleManager()
        manager.moduleAboutToBeUnloaded.connect(self._onModuleAboutToBeUnloaded)

    def _onModuleAboutToBeUnloaded(self, name):
        if name == self.moduleName:
            self.cleanup()

    def resourcePath(self, name):
        return str(_folder(self) / "Resources" / name)

    def setup(self):
        pass

    def cleanup(self):
        pass

    def enter(self):
        pass

    def exit(self):
        pass

    def onReload(self):
        slicer.util.reloadScriptedModule(self.moduleName)


class ScriptedLoadableModuleLogic:
    def __init__(self, parent=None):
        self.moduleName = type(self).__name__.removesuffix("Logic")
        self.isSingletonParameterNode = True

    def getParameterNode(self):
        node = slicer.mrmlScene.GetSingletonNode(self.moduleName, "vtkMRMLScriptedModuleNode")
        return node or self.createParameterNode()

    def createParameterNode(self):
        node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLScriptedModuleNode")
        node.UnRegister(None)
        node.SetSingletonTag(self.moduleName)
        node.SetModuleName(self.moduleName)
        node.SetAttribute("ModuleName", self.moduleName)
        node.SetName(slicer.mrmlScene.GenerateUniqueName(self.moduleName))
        return slicer.mrmlScene.AddNode(node)


class ScriptedLoadableModuleTest(unittest.TestCase):
    def __init__(self, *arguments):
        super().__init__("runTest")

    def runTest(self):
        pass

    def delayDisplay(self, message, requestedDelay=None, msec=None):
        """Under 400 ms, as by default, Slicer's own `delayDisplay` does not wait."""
        msec = getattr(self, "messageDelay", requestedDelay if msec is None else msec)
        slicer.util.delayDisplay(message, 100 if msec is None else msec)


class Default:
    """A parameter's default, as in ``Annotated[float, Default(0.5)]``."""

    def __init__(self, value):
        self.value = value


class Choice:
    """The values that a parameter may have; a combo box is filled with them."""

    def __init__(self, choices):
        self.choices = choices


class WithinRange:
    """A number's limits; a slider takes them over."""

    def __init__(self, minimum, maximum):
        self.minimum, self.maximum = minimum, maximum


_BINDINGS = (  # property, signal: the first that the widget has
    ("currentNode", "currentNodeChanged"), ("currentPath", "currentPathChanged"),
    ("value", "valueChanged"), ("checked", "toggled"), ("currentText", "currentTextChanged"),
    ("collapsed", "contentsCollapsed"), ("plainText", "textChanged"), ("text", "textChanged"),
)  # fmt: skip


_TAKEN = {  # the widgets that Slicer's connectors take (parameterNodeWrapper/guiConnectors.py)
    bool: ("QCheckBox", "ctkCheckBox", "QPushButton", "ctkCheckablePushButton"),
    int: ("QSlider", "QSpinBox", "QComboBox"),
    float: ("QDoubleSpinBox", "ctkSliderWidget", "qMRMLSliderWidget", "QComboBox"),
    str: ("QComboBox", "QLineEdit", "QTextEdit", "QLabel"),
}


def parameterNodeWrapper(cls):
    """Makes a class of annotated fields a view of a parameter node."""
    hints = typing.get_type_hints(cls, include_extras=True)

    def start(self, node):
        self.parameterNode, self._links = node, {}

    def get(name):
        def read(self):
            return _read(self.parameterNode, name, hints[name], getattr(cls, f"_default_{name}"))

        def write(self, value):
            _write(self.parameterNode, name, hints[name], value)

        return property(read, write)

    for name, hint in hints.items():
        extras = [argument for argument in typing.get_args(hint) if isinstance(argument, Default)]
        default = extras[0].value if extras else cls.__dict__.get(name, _empty(_plain(hint)))
        setattr(cls, f"_default_{name}", default)
        setattr(cls, name, get(name))
    cls.__init__, cls.connectGui, cls.disconnectGui = start, _connectGui, _disconnectGui
    return cls


def _plain(hint):
    return typing.get_args(hint)[0] if typing.get_origin(hint) is typing.Annotated else hint


def _isNode(kind):
    return isinstance(kind, type) and issubclass(kind, slicer.vtkMRMLNode)


def _empty(kind):
    return None if _isNode(kind) or issubclass(kind, enum.Enum) else kind()


def _read(node, name, hint, default):
    kind = _plain(hint)
    if _isNode(kind):
        return node.GetNodeReference(name)
    text = node.GetParameter(name)
    if not text:
        return default if kind is not str or name not in node.GetParameterNamesAsCommaSeparatedList().split(",") else ""  # fmt: skip
    if kind is bool:
        return text == "True"
    return kind[text] if issubclass(kind, enum.Enum) else kind(text)


def _write(node, name, hint, value):
    kind = _plain(hint)
    if _isNode(kind):
        node.SetNodeReferenceID(name, value.GetID() if value is not None else None)
    elif not isinstance(value, kind) and not (kind is float and isinstance(value, int)):
        raise ValueError(f"{name} takes {kind.__name__}, not {value!r}")
    else:
        node.SetParameter(name, value.name if isinstance(value, enum.Enum) else str(value))


def _prepare(widget, hint):
    """As Slicer's connectors do it: a combo box needs choices, a slider limits."""
    extras, kind = typing.get_args(hint)[1:], _plain(hint)
    taken = ("qMRMLNodeComboBox",) if _isNode(kind) else _TAKEN.get(kind, ("QComboBox",))
    if type(widget).__name__ not in taken:
        raise RuntimeError(f"Slicer has no connector from {kind} to {type(widget).__name__}")
    if isinstance(widget, QtWidgets.QComboBox):
        choice = next(extra for extra in extras if isinstance(extra, Choice))
        widget.clear()
        widget.addItems([str(one) for one in choice.choices])
    elif type(widget).__name__ == "ctkSliderWidget":
        limits = next(extra for extra in extras if isinstance(extra, WithinRange))
        widget.setProperty("minimum", limits.minimum)
        widget.setProperty("maximum", limits.maximum)


def _connectGui(self, widget):
    links, hints = [], typing.get_type_hints(type(self), include_extras=True)
    for child in [widget, *widget.findChildren(QtWidgets.QWidget)]:
        name = child.property("SlicerParameterName")
        if not name:
            continue
        if not hasattr(type(self), name):
            raise ValueError(f"{child.objectName()} names the parameter {name}, which is not there")
        _prepare(child, hints[name])
        links.append(_Link(self, name, child))
    tag = max(self._links, default=0) + 1
    self._links[tag] = links
    return tag


def _disconnectGui(self, tag):
    for link in self._links.pop(tag):
        link.end()


class _Link:
    def __init__(self, wrapper, name, widget):
        self.wrapper, self.name, self.widget, self.busy = wrapper, name, widget, False
        self.prop, signal = next(
            (name, signal)
            for name, signal in _BINDINGS
            if hasattr(widget, signal)
            and (name == "currentNode" or widget.metaObject().indexOfProperty(name) >= 0)
        )
        self.signal = getattr(widget, signal)
        node = wrapper.parameterNode
        self.tag = node.AddObserver("ModifiedEvent", lambda *_: self.toWidget())
        self.toWidget()
        self.signal.connect(self.fromWidget)

    def toWidget(self):
        value = getattr(self.wrapper, self.name)
        if self.busy:
            return
        if self.prop == "currentNode":
            self.widget.setCurrentNode(value)
        elif self.prop == "currentText" and self.widget.findText(str(value)) < 0:
            raise ValueError(f"Unable to find value {value} in choices")
        else:
            self.widget.setProperty(
                self.prop, value.name if isinstance(value, enum.Enum) else value
            )

    def fromWidget(self, *_):
        value = (
            self.widget.currentNode()
            if self.prop == "currentNode"
            else self.widget.property(self.prop)
        )
        self.busy = True
        try:
            setattr(self.wrapper, self.name, value)
        finally:
            self.busy = False

    def end(self):
        self.wrapper.parameterNode.RemoveObserver(self.tag)
        self.signal.disconnect(self.fromWidget)


def modules() -> dict[str, types.ModuleType]:
    """The Python modules of this file, by their names in Slicer."""
    loadable = types.ModuleType("slicer.ScriptedLoadableModule")
    for one in (ScriptedLoadableModule, ScriptedLoadableModuleWidget, ScriptedLoadableModuleLogic,
                ScriptedLoadableModuleTest):  # fmt: skip
        setattr(loadable, one.__name__, one)
    parameters = types.ModuleType("slicer.parameterNodeWrapper")
    for one in (parameterNodeWrapper, Default, Choice, WithinRange):
        setattr(parameters, one.__name__, one)
    i18n = types.ModuleType("slicer.i18n")
    i18n.tr, i18n.translate = lambda text: text, lambda context, text: text
    return {one.__name__: one for one in (loadable, parameters, i18n)}
