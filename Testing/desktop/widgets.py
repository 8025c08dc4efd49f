"""The ctk and qMRML widgets that the modules use, as small as their tests need them."""

from __future__ import annotations

import shiboken6
import slicer
import vtk
from PySide6 import QtCore, QtUiTools, QtWidgets

from .pathLineEdit import ctkPathLineEdit
from .plotView import qMRMLPlotView, qMRMLPlotWidget
from .sliceController import qMRMLSliceControllerWidget
from .threeDView import Pausing, qMRMLThreeDView, qMRMLThreeDWidget

FOUR_UP = slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView
Property, Signal = QtCore.Property, QtCore.Signal


def plain(kind: type, name: str, default: object) -> Property:
    """A property that is only remembered."""
    key = f"_{name}"
    return Property(
        kind,
        lambda self: getattr(self, key, default),
        lambda self, value: setattr(self, key, value),
    )


class ctkCollapsibleButton(QtWidgets.QWidget):
    """A header with a triangle; a click shows or hides what stands beneath."""

    clicked, toggled, contentsCollapsed = Signal(bool), Signal(bool), Signal(bool)

    def __init__(self, *arguments):
        super().__init__(*[argument for argument in arguments if not isinstance(argument, str)])
        self._text, self._collapsed = next((a for a in arguments if isinstance(a, str)), ""), False
        self._mine = []
        policy = QtWidgets.QSizePolicy.Policy
        self.setSizePolicy(
            policy.Minimum, policy.Preferred
        )  # CTK's: what it would like is the least
        self.setContentsMargins(0, 26, 0, 0)

    def _setText(self, text):
        self._text = text
        self.update()

    def _setCollapsed(self, collapsed):
        if collapsed == self._collapsed:
            return
        self._collapsed = collapsed
        self._showChildren()
        self.contentsCollapsed.emit(collapsed)

    def _showChildren(self):
        # What was hidden by its own code stays hidden when the section opens.
        if self._collapsed:
            shown = [one for one in self.children() if isinstance(one, QtWidgets.QWidget)]
            self._mine += [one for one in shown if not one.isHidden()]
        for child in self._mine:
            child.setVisible(not self._collapsed)
        if not self._collapsed:
            self._mine = []
        self.setMaximumHeight(26 if self._collapsed else 16777215)
        self.updateGeometry()

    def showEvent(self, event):
        if self._collapsed:
            self._showChildren()

    def click(self):
        self._setCollapsed(not self._collapsed)
        self.clicked.emit(not self._collapsed)

    def mousePressEvent(self, event):
        if event.position().y() < 26:
            self.click()

    def paintEvent(self, event):
        painter = QtWidgets.QStylePainter(self)
        option = QtWidgets.QStyleOptionButton()
        option.initFrom(self)
        option.rect = QtCore.QRect(0, 0, self.width(), 24)
        option.text = ("▸  " if self._collapsed else "▾  ") + self._text
        painter.drawControl(QtWidgets.QStyle.ControlElement.CE_PushButton, option)

    text = Property(str, lambda self: self._text, _setText)
    collapsed = Property(bool, lambda self: self._collapsed, _setCollapsed)
    checked = Property(bool, lambda self: not self._collapsed,
                       lambda self, on: self._setCollapsed(not on))  # fmt: skip
    contentsLineWidth = plain(int, "contentsLineWidth", 1)


class ctkSliderWidget(QtWidgets.QWidget):
    """A slider with its number beside it."""

    valueChanged, valueIsChanging = Signal(float), Signal(float)

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal, self)
        self._box = QtWidgets.QDoubleSpinBox(self)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._slider)
        row.addWidget(self._box)
        self._box.setRange(0.0, 99.0)
        self._box.valueChanged.connect(self._onBox)
        self._slider.valueChanged.connect(lambda n: self.setValue(n * self._box.singleStep()))
        self._fit()

    def _fit(self):
        step = self._box.singleStep() or 1.0
        self._slider.setRange(round(self._box.minimum() / step), round(self._box.maximum() / step))

    def _onBox(self, value):
        with QtCore.QSignalBlocker(self._slider):
            self._slider.setValue(round(value / (self._box.singleStep() or 1.0)))
        self.valueChanged.emit(value)

    def setValue(self, value):
        self._box.setValue(value)

    def _with(self, setter, value):
        with QtCore.QSignalBlocker(self._slider):
            setter(value)
            self._fit()

    value = Property(float, lambda self: self._box.value(), setValue)
    minimum = Property(float, lambda self: self._box.minimum(),
                       lambda self, x: self._with(self._box.setMinimum, x))  # fmt: skip
    maximum = Property(float, lambda self: self._box.maximum(),
                       lambda self, x: self._with(self._box.setMaximum, x))  # fmt: skip
    singleStep = Property(float, lambda self: self._box.singleStep(),
                          lambda self, x: self._with(self._box.setSingleStep, x))  # fmt: skip
    decimals = Property(int, lambda self: self._box.decimals(),
                        lambda self, n: self._box.setDecimals(n))  # fmt: skip
    pageStep = plain(float, "pageStep", 1.0)
    tracking = plain(bool, "tracking", True)
    suffix = Property(str, lambda self: self._box.suffix(),
                      lambda self, x: self._box.setSuffix(x))  # fmt: skip


class qMRMLWidget(QtWidgets.QWidget):
    """A widget that knows a scene and hands it to those that its ``.ui`` file connects."""

    mrmlSceneChanged = Signal(object)

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._scene = None

    def setMRMLScene(self, scene):
        self._scene = scene
        self.mrmlSceneChanged.emit(scene)

    def mrmlScene(self):
        return self._scene


class qMRMLNodeComboBox(QtWidgets.QWidget):
    """Chooses a node of a scene; follows what is added and removed."""

    currentNodeChanged, currentNodeIDChanged = Signal(object), Signal(str)
    nodeAddedByUser, nodeActivated = Signal(object), Signal(object)

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._box = QtWidgets.QComboBox(self)
        self._box.setSizePolicy(
            QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed
        )
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._box)
        self._scene, self._observers, self._types, self._none = None, [], [], False
        self._attributes, self._hidden, self._said = [], False, ""
        self._box.currentIndexChanged.connect(self._onIndex)

    def setMRMLScene(self, scene):
        for observer in self._observers:
            self._scene.RemoveObserver(observer)
        self._scene, self._observers = scene, []
        if scene is not None:
            events = ((scene.NodeAddedEvent, self._fill), (scene.NodeRemovedEvent, self._onRemoved),
                      (scene.EndCloseEvent, self._fill), (scene.EndImportEvent, self._onImported),
                      (scene.EndBatchProcessEvent, self._fill))  # fmt: skip
            self._observers = [scene.AddObserver(event, method) for event, method in events]
        self._fill()

    def mrmlScene(self):
        return self._scene

    def addAttribute(self, nodeType, name, value=None):
        self._attributes.append((nodeType, name, value))
        self._fill()

    def _fits(self, node):
        if not any(node.IsA(type_) for type_ in self._types):
            return False
        if node.GetHideFromEditors() and not self._hidden:
            return False
        return all(
            node.GetAttribute(name) is not None and value in (None, node.GetAttribute(name))
            for kind, name, value in self._attributes
            if node.IsA(kind)
        )

    def _gone(self):
        """Whether Qt has deleted the box while Python still holds this one (a failed test does)."""
        return not shiboken6.isValid(self._box)

    def _fill(self, *_):
        if (
            self._gone()
            or self._scene is None
            or self._scene.IsImporting()
            or self._scene.IsClosing()
        ):
            return
        before = self._said
        nodes = [self._scene.GetNthNode(n) for n in range(self._scene.GetNumberOfNodes())]
        fitting = [node for node in nodes if self._fits(node)]
        with QtCore.QSignalBlocker(self._box):
            self._box.clear()
            if self._none or not fitting:
                self._box.addItem("None", "")
            for node in fitting:
                self._box.addItem(node.GetName(), node.GetID())
            self._box.setCurrentIndex(max(0, self._box.findData(before)))
        self._onIndex()

    def _onImported(self, *_):
        """All rows go and come again, and no node is current any more (qMRMLSceneModel.cxx)."""
        if self._gone():
            return
        with QtCore.QSignalBlocker(self._box):
            self._box.setCurrentIndex(self._box.findData(""))
        self._onIndex()
        self._fill()

    def _onRemoved(self, *_):
        """Where the current row goes, Qt goes to its neighbour, a node of whomever."""
        if self._gone():
            return
        gone = self._said and self._scene.GetNodeByID(self._said) is None
        neighbour = self._box.currentIndex()
        if not gone or self._scene.IsClosing():
            self._fill()
            return
        with QtCore.QSignalBlocker(self._box):
            self._box.removeItem(neighbour)
            neighbour = min(neighbour, self._box.count() - 1)
            self._box.setCurrentIndex(neighbour)
        self._onIndex()
        self._fill()

    def _onIndex(self, *_):
        now = self._box.currentData() or ""
        if now != self._said:
            self._said = now
            self.currentNodeChanged.emit(self.currentNode())
            self.currentNodeIDChanged.emit(now)

    def currentNode(self):
        return self._scene.GetNodeByID(self._said) if self._scene and self._said else None

    def setCurrentNode(self, node):
        self._setId(node.GetID() if node is not None else "")

    def setCurrentNodeID(self, identifier):
        self._setId(identifier)

    def _setId(self, identifier):
        self._fill()  # Slicer's list follows a node's attributes as they change
        index = self._box.findData(identifier or "")
        if index >= 0:
            self._box.setCurrentIndex(index)

    def nodeCount(self):
        return sum(1 for n in range(self._box.count()) if self._box.itemData(n))

    def _setTypes(self, types):
        self._types = list(types)
        self._fill()

    def _setNone(self, on):
        self._none = on
        self._fill()

    nodeTypes = Property("QStringList", lambda self: self._types, _setTypes)
    noneEnabled = Property(bool, lambda self: self._none, _setNone)
    currentNodeID = Property(str, lambda self: self._said, _setId)
    noneDisplay = plain(str, "noneDisplay", "None")
    addEnabled, removeEnabled = plain(bool, "addEnabled", True), plain(bool, "removeEnabled", True)
    editEnabled, renameEnabled = plain(bool, "editEnabled", False), plain(bool, "rename", False)
    showChildNodeTypes = plain(bool, "showChildNodeTypes", True)
    showHidden = Property(bool, lambda self: self._hidden, lambda self, on: setattr(self, "_hidden", on))  # fmt: skip
    selectNodeUponCreation = plain(bool, "selectNodeUponCreation", True)


class qMRMLSliceView(Pausing, QtWidgets.QWidget):
    """A slice view; its picture is what Slicer's own off-screen view draws.

    Data Probe, which Slicer always has, writes its corners anew at each change of the slice.
    """

    def __init__(self, host, name):
        super().__init__()
        self._view = getattr(host, {"Red": "axial", "Yellow": "sagittal", "Green": "coronal"}[name])
        self._corner = vtk.vtkCornerAnnotation()
        self._tag = self._view._logic.AddObserver("ModifiedEvent", self._annotate)

    def _annotate(self, logic, _event):
        background = logic.GetBackgroundLayer().GetVolumeNode()
        name = "" if background is None else f"B: {background.GetName()}\n"
        for corner, text in enumerate((name, "", "", "")):
            self._corner.SetText(corner, text)

    def _stop(self):
        self._view._logic.RemoveObserver(self._tag)

    def cornerAnnotation(self):
        return self._corner

    def mrmlSliceNode(self):
        return self._view.get_view_node()

    def renderWindow(self):
        return self._view.render_window()

    def forceRender(self):
        self._view.render()

    def scheduleRender(self):
        pass


class qMRMLSliceWidget(QtWidgets.QWidget):
    """A slice view with its logic and its controller."""

    def __init__(self, host, name):
        super().__init__()
        self._view = qMRMLSliceView(host, name)
        self._controller = qMRMLSliceControllerWidget(host.scene)

    def sliceController(self):
        return self._controller

    def sliceView(self):
        return self._view

    def sliceLogic(self):
        return self._view._view._logic

    def mrmlSliceNode(self):
        return self._view.mrmlSliceNode()

    def mrmlSliceCompositeNode(self):
        return self.sliceLogic().GetSliceCompositeNode()

    def fitSliceToBackground(self):
        self.sliceLogic().FitSliceToBackground()


class qSlicerLayoutManager(QtCore.QObject):
    """The three slice views and the 3D view, and the layout by its number; none is remembered."""

    layoutChanged = Signal(int)

    def __init__(self, host):
        super().__init__()
        self._widgets = {name: qMRMLSliceWidget(host, name) for name in self.sliceViewNames()}
        self._host, self._threeD, self._plot = host, None, None
        self._logic = slicer.vtkMRMLLayoutLogic()
        self._logic.SetMRMLScene(host.scene)
        self._logic.GetLayoutNode().SetViewArrangement(FOUR_UP)

    def sliceViewNames(self):
        return ("Red", "Yellow", "Green")

    def sliceWidget(self, name):
        return self._widgets.get(name)

    def mrmlSliceLogics(self):
        return self._host.logic.GetSliceLogics()

    def layoutLogic(self):
        return self._logic

    def threeDWidget(self, index):
        if index == 0 and self._threeD is None:
            view = self._host.three_d
            if view.get_view_node().GetScene() is None:  # the layout logic's node came before
                view.set_view_node(self._host.scene.GetNodeByID("vtkMRMLViewNode1"))
            self._threeD = qMRMLThreeDWidget(view)
        return self._threeD if index == 0 else None

    def plotWidget(self, index):
        return self._plot if index == 0 else None

    def setLayout(self, number):
        node = self._logic.GetLayoutNode()
        if number == node.GetViewArrangement():
            return
        if not node.IsLayoutDescription(number):
            number = slicer.vtkMRMLLayoutNode.SlicerLayoutConventionalView
        node.SetViewArrangement(number)
        if self._plot is None and "vtkMRMLPlotViewNode" in node.GetCurrentLayoutDescription():
            self._plot = qMRMLPlotWidget()
        self.layoutChanged.emit(number)

    def resetSliceViews(self):
        for name in self.sliceViewNames():
            self.sliceWidget(name).fitSliceToBackground()

    def _stop(self):
        """Lets go of the scene; for when the desktop goes."""
        for widget in self._widgets.values():
            widget.sliceController().stop()
            widget.sliceView()._stop()
        self._logic.SetMRMLScene(None)

    layout = Property(int, lambda self: self._logic.GetLayoutNode().GetViewArrangement(), setLayout)
    threeDViewCount = Property(int, lambda self: 1)
    plotViewCount = Property(int, lambda self: int(self._plot is not None))
    tableViewCount = Property(int, lambda self: 0)


class Loader(QtUiTools.QUiLoader):
    """`QUiLoader` that knows the widgets above."""

    def createWidget(self, className, parent=None, name=""):
        kind = CLASSES.get(className)
        if kind is None:
            return super().createWidget(className, parent, name)
        widget = kind(parent)
        widget.setObjectName(name)
        return widget


CLASSES = {
    one.__name__: one
    for one in (ctkCollapsibleButton, ctkPathLineEdit, ctkSliderWidget, qMRMLWidget,
                qMRMLNodeComboBox, qMRMLPlotView, qMRMLPlotWidget, qMRMLSliceControllerWidget,
                qMRMLSliceView, qMRMLSliceWidget, qMRMLThreeDView, qMRMLThreeDWidget,
                qSlicerLayoutManager)
}  # fmt: skip
