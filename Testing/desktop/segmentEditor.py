"""Segment Editor's widget, as far as a module embeds it; it edits nothing."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets


class qMRMLSegmentEditorWidget(QtWidgets.QWidget):
    """Remembers what it was given, and draws its effects' buttons."""

    currentSegmentIDChanged = QtCore.Signal(str)

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._given, self._effect, self._observing, self._shortcuts = {}, "", False, False
        self._row = QtWidgets.QGridLayout(self)

    def setMRMLScene(self, scene):
        self._given["scene"] = scene

    def setMRMLSegmentEditorNode(self, node):
        self._given["editor"] = node

    def setSegmentationNode(self, node):
        self._given["segmentation"] = node

    def setSourceVolumeNode(self, node):
        self._given["volume"] = node

    def mrmlSegmentEditorNode(self):
        return self._given.get("editor")

    def segmentationNode(self):
        return self._given.get("segmentation")

    def sourceVolumeNode(self):
        return self._given.get("volume")

    def setCurrentSegmentID(self, identifier):
        self._given["segment"] = identifier
        self.currentSegmentIDChanged.emit(identifier)

    def currentSegmentID(self):
        return self._given.get("segment", "")

    def setEffectNameOrder(self, names):
        self._given["effects"] = list(names)
        for index, name in enumerate(names):
            button = QtWidgets.QToolButton(self)
            button.setText(name)
            self._row.addWidget(button, index // 3, index % 3)

    def effectNameOrder(self):
        return tuple(self._given.get("effects", ()))

    def setActiveEffectByName(self, name):
        self._effect = name

    def setActiveEffect(self, effect):
        self._effect = effect or ""

    def activeEffect(self):
        return self._effect or None

    def setupViewObservations(self):
        self._observing = True

    def removeViewObservations(self):
        self._observing = False

    def installKeyboardShortcuts(self, *_):
        self._shortcuts = True

    def uninstallKeyboardShortcuts(self):
        self._shortcuts = False

    def updateWidgetFromMRML(self):
        pass

    def setMaximumNumberOfUndoStates(self, number):
        self._given["undo"] = number

    def setSegmentationNodeSelectorVisible(self, on):
        pass

    setSourceVolumeNodeSelectorVisible = setSegmentationNodeSelectorVisible
    setSwitchToSegmentationsButtonVisible = setSegmentationNodeSelectorVisible
    unorderedEffectsVisible = QtCore.Property(
        bool, lambda self: self._given.get("others", True),
        lambda self, on: self._given.update(others=on),
    )  # fmt: skip
