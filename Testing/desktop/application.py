"""`slicer.app`, `slicer.modules`, and the modules `qt` and `ctk`, for as long as a desktop stands."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
import types
import xml.etree.ElementTree as xml
from functools import cache
from pathlib import Path
from typing import Any

import slicer
from PySide6 import QtCore, QtGui, QtWidgets

from . import pythonqt, widgets
from .coreIo import CoreIOManager
from .facts import NotInSlicer, facts, known, names
from .modulePanel import qSlicerModulePanel
from .moduleWidget import ModuleManager, qSlicerScriptedLoadableModuleWidget

# Slicer's own keys, wherever the mouse is (qSlicerMainWindow.ui, qSlicerModuleSelectorToolBar.cxx):
# a panel's key that is one of them does nothing there, because Qt does not know whose it is.
SLICERS_KEYS = ("Alt+Left", "Alt+Right", "Ctrl+Left", "Ctrl+Right", "Ctrl+F", "Ctrl+H", "Ctrl+O",
                "Ctrl+S", "Ctrl+W", "Ctrl+0", "Ctrl+1", "Ctrl+2", "Ctrl+3", "Ctrl+4", "Ctrl+5",
                "Ctrl+6", "Ctrl+Shift+A", "Ctrl+Shift+T", "Ctrl+Shift+Space")  # fmt: skip

# PySide 6 gives a reference to None away with each call of a slot; before Python 3.12, where None
# cannot die, a process that runs out of them is aborted.
_SPARE = [None] * 4_000_000

# What Slicer's own Python does not bring, and a panel's process must not need; the worker may.
ABSENT = ("filelock", "jsonschema")
ORIENTATIONS = ("Axial", "Sagittal", "Coronal")  # of Red, Yellow and Green
WINDOW = (256, 256)  # a slice view's pixels, as MRML has them before anything is drawn


class Refusing:
    """An object that has what Slicer's has; a test may add more of it."""

    def __init__(self, what: str) -> None:
        self.__dict__["_what"] = what

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        has = name in facts()[self._what]
        raise (
            NotImplementedError(f"The stand-in has no {name}")
            if has
            else NotInSlicer(f"slicer.{self._what} has no {name}")
        )


class App(Refusing):
    """`slicer.app`."""

    applicationLocaleName = "en_US"
    applicationName, applicationVersion, majorVersion, minorVersion = "Slicer", "5.13.0", 5, 13
    revision, os, arch, platform, repositoryRevision = "0", "linux", "amd64", "linux-amd64", "0"

    def __init__(self, host: Any) -> None:
        super().__init__("app")
        self.__dict__.update(
            _modules=ModuleManager(),
            _layout=widgets.qSlicerLayoutManager(host),
            _logic=host.logic,
            _folder=tempfile.mkdtemp(prefix="Desktop-"),
            quitters=[],
            front=True,  # a test puts None here where another application is in front
            _paused=0,
            drawings=0,  # how often the views were let go on, to draw what had changed
        )

    @property
    def temporaryPath(self) -> str:
        return self._folder

    def applicationLogic(self) -> Any:
        return self._logic

    def moduleManager(self) -> ModuleManager:
        return self._modules

    def layoutManager(self) -> Any:
        return self._layout

    def coreIOManager(self) -> CoreIOManager:
        return CoreIOManager()

    def processEvents(self) -> None:
        QtWidgets.QApplication.processEvents()

    def pauseRender(self) -> None:
        self._paused += 1

    def resumeRender(self) -> None:
        assert self._paused, "resumeRender without pauseRender"
        self._paused -= 1
        self.drawings += not self._paused

    def testingEnabled(self) -> bool:
        return False

    def settings(self) -> Any:
        return QtCore.QSettings()

    userSettings = settings

    def clipboard(self) -> Any:
        return QtGui.QGuiApplication.clipboard()

    def activeWindow(self) -> Any:
        return self.front

    def palette(self) -> Any:
        return QtWidgets.QApplication.palette()

    def startupEnvironment(self) -> Any:
        environment = QtCore.QProcessEnvironment()
        for name, value in os.environ.items():
            environment.insert(name, value)
        return environment

    def connect(self, signal: str, slot: Any) -> None:
        if signal != "aboutToQuit()":
            raise NotImplementedError(signal)
        self.quitters.append(slot)

    def disconnect(self, signal: str, slot: Any) -> None:
        self.quitters.remove(slot)


class Modules(Refusing):
    """`slicer.modules`; `add` what Slicer would have loaded."""

    def __init__(self) -> None:
        super().__init__("modules")

    def add(self, **modules: Any) -> None:
        self.__dict__.update(modules)


class Kit(types.ModuleType):
    """The module `qt` or `ctk`."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in facts()[self.__name__]:
            raise NotInSlicer(f"{self.__name__} has no {name}")
        if name == "QUiLoader":
            found = UiLoader
        else:
            found = widgets.CLASSES.get(name) or pythonqt.find(name)
        if found is None:
            raise NotImplementedError(f"The stand-in has no {self.__name__}.{name}")
        return found


class UiLoader:
    """Loads a ``.ui`` file and refuses what Slicer's loader would silently drop."""

    def load(self, file: Any) -> Any:
        text, connections = _form(Path(QtCore.QFile.fileName(file)).read_bytes())
        buffer = QtCore.QBuffer()
        buffer.setData(text)
        widget = widgets.Loader().load(buffer)
        if widget is None:
            return None
        by = {one.objectName(): one for one in [widget, *widget.findChildren(QtCore.QObject)]}
        for sender, signal, receiver in connections:
            if signal == "mrmlSceneChanged(vtkMRMLScene*)":
                by[sender].mrmlSceneChanged.connect(by[receiver].setMRMLScene)
        return widget


@cache
def _form(content: bytes) -> tuple[bytes, list[tuple[str, str, str]]]:
    """A form as PySide6 loads it, and its connections: sender, signal, receiver."""
    root = xml.fromstring(content)
    _check(root)
    connections = [
        (one.findtext("sender", ""), one.findtext("signal", ""), one.findtext("receiver", ""))
        for one in root.iter("connection")
    ]
    for group in root.findall("connections"):
        root.remove(group)  # PySide6 has no signals with VTK's types; `load` makes them
    return xml.tostring(root), connections


def _check(root: Any) -> None:
    for one in root.iter("widget"):
        kind = one.get("class")
        if not known(kind):
            raise NotInSlicer(f"The facts do not hold the class {kind}")
        for item in one.findall("property"):
            name = item.get("name")
            if name not in names(kind, "properties") | {"SlicerParameterName"}:
                raise NotInSlicer(f"{one.get('name')}: Slicer's {kind} has no {name}")


def _shutdown() -> None:
    application = QtWidgets.QApplication.instance()
    if application is not None:
        application.shutdown()


class Desktop:
    """Slicer's desktop as far as the modules see it, around one headless Slicer.

    Args:
        host: a `SpineSlicer.headless.app.HeadlessSlicer`.

    Attributes:
        app: `slicer.app`.
        errors: exceptions that slots raised; a test ends with none.
    """

    def __init__(self, host: Any) -> None:
        pythonqt.install()
        self.application = QtWidgets.QApplication.instance() or QtWidgets.QApplication([])
        self.scene, self.errors, self._was = host.scene, [], {}
        self._settings = tempfile.TemporaryDirectory()
        QtCore.QSettings.setDefaultFormat(QtCore.QSettings.Format.IniFormat)
        QtCore.QSettings.setPath(
            QtCore.QSettings.Format.IniFormat, QtCore.QSettings.Scope.UserScope, self._settings.name
        )
        QtCore.QCoreApplication.setOrganizationName("Testing")
        self._views = [host.axial, host.sagittal, host.coronal]
        for view, orientation in zip(self._views, ORIENTATIONS, strict=True):
            # As Slicer's layout logic makes these nodes, whatever a host without a desktop does.
            view.get_view_node().SetDefaultOrientation(orientation)
            view.get_view_node().SetOrientation(orientation)
            view.get_view_node().SetDimensions(*WINDOW, 1)  # whatever was drawn before
        self.app, self.modules = App(host), Modules()
        self.window: Any = None
        self._opened: list[str] = []
        self._loaded: dict[str, Any] = {}
        # Else Qt's own end comes after the interpreter's, and falls over its widgets.
        atexit.unregister(_shutdown)
        atexit.register(_shutdown)

    def __enter__(self) -> Desktop:
        from . import scripted

        self._set(slicer, app=self.app, modules=self.modules, mrmlScene=self.scene)
        for name, cls in widgets.CLASSES.items():
            if name.startswith("q"):
                self._set(slicer, **{name: cls})
        for view in self._views:
            # Slicer's views do nothing of their own when a scene is closed; trame-slicer's turn back.
            self._set(view, reset_view=lambda: None)
        self._set(sys.modules, **dict.fromkeys(ABSENT))
        self._set(sys.modules, qt=Kit("qt"), ctk=Kit("ctk"), **scripted.modules())
        self._set(slicer, **{n.split(".")[1]: m for n, m in scripted.modules().items()})
        self._hook, sys.excepthook = sys.excepthook, self._onException
        return self

    def __exit__(self, *_: Any) -> None:
        for slot in list(self.app.quitters):
            slot()
        for name in self._opened:
            self.app.moduleManager().moduleAboutToBeUnloaded.emit(name)
        if self.window is not None:
            for one in self.window.findChildren(widgets.qMRMLNodeComboBox):
                one.setMRMLScene(None)
            self.window.deleteLater()
        self.app.layoutManager()._stop()
        self.application.processEvents()
        # Outside an event loop of its own, Qt keeps what is to be deleted until it is asked.
        self.application.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete.value)
        sys.excepthook = self._hook
        for (_, name), (where, value) in reversed(self._was.items()):
            if isinstance(where, dict):
                where.pop(name, None) if value is None else where.__setitem__(name, value)
            elif value is None:
                delattr(where, name)
            else:
                setattr(where, name, value)
        self._forgetReloaded()
        self._settings.cleanup()
        shutil.rmtree(self.app.temporaryPath, ignore_errors=True)

    def open(self, name: str, folder: Path, *, width: int = 400, height: int = 900) -> Any:
        """Opens a module's panel as its first click in Slicer does.

        Args:
            name: the module, for example ``SpineCompression``.
            folder: where ``<name>.py`` stands.
            width, height: the panel's size in pixels.

        Returns:
            The module's widget (``ScriptedLoadableModuleWidget``).
        """
        import importlib

        if str(folder) not in sys.path:
            sys.path.append(str(folder))
        importlib.import_module(name)
        parent = qSlicerScriptedLoadableModuleWidget(name)
        parent.setMRMLScene(self.scene)
        about = types.SimpleNamespace(
            name=name, path=str(folder / f"{name}.py"), widgetRepresentation=lambda: parent
        )
        self.modules.add(**{name.lower(): about})
        self._opened.append(name)
        parent.reload()  # to begin with as later: Slicer makes a widget in one way
        self.dock(parent, width, height)
        parent.enter()
        self.application.processEvents()
        self._loaded = {**sys.modules, **self._loaded}
        return parent.self()

    def dock(self, module: Any, width: int, height: int) -> None:
        """Puts a module's widget into the dock's panel and shows it."""
        self.window = area = qSlicerModulePanel()
        area.resize(width, height)
        for key in SLICERS_KEYS:
            action = QtGui.QAction(area)
            action.setShortcut(QtGui.QKeySequence(key))
            action.setShortcutContext(QtCore.Qt.ShortcutContext.ApplicationShortcut)
            area.addAction(action)
        area.addModule(module)
        area.show()

    def _onException(self, kind: type, error: BaseException, trace: Any) -> None:
        self.errors.append(error)
        self._hook(kind, error, trace)

    def _forgetReloaded(self) -> None:
        """Brings back the modules that a reload replaced: tests have imported from them."""
        for name, module in self._loaded.items():
            if not name.startswith("Spine"):
                continue
            sys.modules[name] = module
            package, _, last = name.rpartition(".")
            if (
                package
                and getattr(getattr(self._loaded[package], last, None), "__name__", "") == name
            ):
                setattr(self._loaded[package], last, module)

    def _set(self, where: Any, **values: Any) -> None:
        for name, value in values.items():
            space = where if isinstance(where, dict) else vars(where)
            self._was.setdefault((id(where), name), (where, space.get(name)))
            if isinstance(where, dict):
                where[name] = value
            else:
                setattr(where, name, value)
