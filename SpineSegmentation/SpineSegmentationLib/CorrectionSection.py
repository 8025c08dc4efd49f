"""The panel's Segment Editor, and what the reader changed with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer

from SpineLib.translation import tr as _
from SpineSlicer.host.fillWidgets import fillTable, silently
from SpineSlicer.host.ScrolledSideways import ScrolledSideways
from SpineSlicer.scene.corrections import (
    Change,
    changes,
    keepOriginal,
    markCorrections,
    original,
)
from SpineSlicer.scene.naming import updateFindings
from SpineSlicer.scene.spineSegmentation import segmentedVolumeNode, volumeProblem

EFFECTS = ("Paint", "Erase", "Islands", "Smoothing", "Grow from seeds")
_SINGLETON = "SpineSegmentation"


class CorrectionSection:
    """Opens Segment Editor in the panel and counts what it changed.

    The editor is made when it is first asked for, so that a panel costs nothing before.

    Args:
        ui: ``editButton``, ``editorFrame``, ``changesLabel``, ``changesTable``.
        onCorrected: called when the reader finished.
    """

    def __init__(self, ui: Any, onCorrected: Callable[[], None]) -> None:
        self._ui, self._onCorrected = ui, onCorrected
        self._node: Any = None
        self._models, self._counted = True, False
        self._heard: tuple[Any, int] | None = None  # what is listened to, and the observer's tag
        self._editor: Any = None
        self._action = ui.editButton.text
        ui.editButton.connect("toggled(bool)", self._onToggled)
        ui.editorFrame.visible = False
        self.show(None)

    @property
    def editing(self) -> bool:
        """Whether the editor is open."""
        return bool(self._ui.editButton.checked)

    def show(self, node: Any, *, models: bool = True) -> None:
        """Offers to correct a segmentation; another one ends the editing of the last.

        Args:
            node: the segmentation; None where there is none.
            models: it was a model's answer before anybody corrected it.
        """
        if self.editing and node is not self._node:
            self._ui.editButton.checked = False
        self._hear(node)
        self._node, self._models = node, models
        self._ui.editButton.enabled = node is not None and not volumeProblem(node)
        self.refresh()

    def refresh(self) -> None:
        """Counts anew what differs."""
        self._fill(changes(self._node) if self._node is not None else [])

    def select(self, segment: str) -> None:
        """Makes a segment the one that is edited, if the editor is open."""
        if self._editor is not None and self.editing:
            self._editor.setCurrentSegmentID(segment)

    def leave(self) -> None:
        """Takes the editor's hands off the views; for when the panel is left or goes away."""
        if self._editor is not None:
            self._editor.setActiveEffect(None)
            self._editor.uninstallKeyboardShortcuts()
            self._editor.removeViewObservations()

    def enter(self) -> None:
        """Lets the editor, if it is open, hear the views again."""
        if self._editor is not None and self.editing:
            self._editor.setupViewObservations()
            self._editor.installKeyboardShortcuts()
            self._editor.updateWidgetFromMRML()

    def close(self) -> None:
        """Ends the editing without a word to the scene; for when the scene closes."""
        with silently(self._ui.editButton):
            self._ui.editButton.checked = False
            self._ui.editButton.text = self._action
        self._ui.editorFrame.visible = False
        self.leave()
        if self._editor is not None:
            self._editor.setSegmentationNode(None)
            self._editor.setSourceVolumeNode(None)
            self._editor.setMRMLSegmentEditorNode(None)
        self._hear(None)
        self._node = None

    def _onToggled(self, on: bool) -> None:
        self._ui.editButton.text = _("Finish correcting") if on else self._action
        self._ui.editorFrame.visible = on
        if on:
            self._begin()
        else:
            self._finish()

    def _begin(self) -> None:
        keepOriginal(self._node)
        editor = self._editorWidget()
        editor.setMRMLSegmentEditorNode(_editorNode(self._node.GetScene()))
        editor.setSegmentationNode(self._node)
        editor.setSourceVolumeNode(segmentedVolumeNode(self._node))
        self.enter()
        editor.setActiveEffectByName(EFFECTS[0])
        self._onPainted()

    def _finish(self) -> None:
        self.leave()
        if self._node is None:
            return
        changed = markCorrections(self._node)
        updateFindings(self._node)
        self._onCorrected()
        self._fill(changed)

    def _editorWidget(self) -> Any:
        if self._editor is None:
            editor = slicer.qMRMLSegmentEditorWidget()
            editor.setMaximumNumberOfUndoStates(10)
            editor.setMRMLScene(slicer.mrmlScene)
            editor.setEffectNameOrder(list(EFFECTS))
            editor.unorderedEffectsVisible = False
            editor.setSegmentationNodeSelectorVisible(False)
            editor.setSourceVolumeNodeSelectorVisible(False)
            editor.setSwitchToSegmentationsButtonVisible(False)
            self._inArea = ScrolledSideways(editor)
            self._ui.editorFrame.layout().addWidget(self._inArea.area)
            self._editor = editor
        return self._editor

    def _fill(self, changed: list[Change]) -> None:
        table = self._ui.changesTable
        table.visible = bool(changed)
        self._counted = True
        # Where nothing was kept, nobody can say what differs.
        known = self._node is not None and original(self._node) is not None
        self._ui.changesLabel.visible = known
        self._ui.changesLabel.text = self._changesText(len(changed)) if known else ""
        fillTable(table, [_texts(change) for change in changed])

    def _changesText(self, count: int) -> str:
        if self._models:
            some = _("Segments that differ from the model's: {count}")
            return (
                some.format(count=count)
                if count
                else _("Nothing differs from the model's segments.")
            )
        some = _("Segments that differ from before your correction: {count}")
        return (
            some.format(count=count) if count else _("Nothing differs from before your correction.")
        )

    def _hear(self, node: Any) -> None:
        """Listens to what is painted into a segmentation, wherever that is done."""
        if self._heard is not None:
            segmentation, tag = self._heard
            segmentation.RemoveObserver(tag)
        self._heard = None
        if node is not None:
            segmentation = node.GetSegmentation()
            changed = slicer.vtkSegmentation.SourceRepresentationModified
            self._heard = segmentation, segmentation.AddObserver(changed, self._onPainted)

    def _onPainted(self, *_arguments: Any) -> None:
        """What was counted is no longer so; counting with each stroke would hold the brush up."""
        if not self._counted:
            return
        self._counted = False
        self._ui.changesTable.visible = False
        self._ui.changesLabel.visible = True
        self._ui.changesLabel.text = _(
            "Being corrected. The differences are counted when you save or finish."
        )


def _texts(change: Change) -> list[str]:
    numbers = (change.before, change.after, change.added, change.removed)
    return [change.name, *map(str, numbers), f"{change.dice:.3f}"]


def _editorNode(scene: Any) -> Any:
    """The editor's own settings in the scene, apart from those of the Segment Editor module."""
    node = scene.GetSingletonNode(_SINGLETON, "vtkMRMLSegmentEditorNode")
    if node is None:
        node = scene.CreateNodeByClass("vtkMRMLSegmentEditorNode")
        node.UnRegister(None)
        node.SetSingletonTag(_SINGLETON)
        node = scene.AddNode(node)
    return node
