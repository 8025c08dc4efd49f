"""The panel's "this one is L5"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpineLib.errors import SpineError, from_exception
from SpineLib.translation import tr as _
from SpineSlicer.host.readersName import readersName
from SpineSlicer.host.readersTime import readersTime
from SpineSlicer.host.Turns import Turns
from SpineSlicer.scene.NamesLog import NamesLog, Naming
from SpineSlicer.scene.naming import (
    CHOICES,
    LOWEST_OF,
    following,
    redoNaming,
    renamed,
    statedCount,
    undoNaming,
)
from SpineSlicer.scene.spineSegmentation import segmentationFinding


class NamesSection:
    """Lets the reader name one vertebra, or state transitional anatomy, and take it back.

    Args:
        ui: ``vertebraSelector``, ``nameBox``, ``nameButton``, ``countBox``, ``countButton``,
            ``undoNameButton``, ``redoNameButton``, ``namesLabel``.
        onNamed: called when the names changed.
    """

    def __init__(self, ui: Any, onNamed: Callable[[], None]) -> None:
        self._ui, self._onNamed = ui, onNamed
        self._node: Any = None
        self._labels: list[int] = []
        self._following = Turns()
        ui.nameBox.addItems(list(CHOICES))
        ui.nameBox.setCurrentText("L5")
        ui.countBox.addItems([str(count) for count in LOWEST_OF])
        ui.countBox.setCurrentText("5")
        ui.nameButton.connect("clicked(bool)", self._onName)
        ui.countButton.connect("clicked(bool)", self._onCount)
        ui.undoNameButton.connect("clicked(bool)", self._onUndo)
        ui.redoNameButton.connect("clicked(bool)", self._onRedo)
        self.show(None)

    def show(self, node: Any) -> None:
        """Offers a segmentation's vertebrae, the lowest one first."""
        if node is not self._node:
            self._ui.namesLabel.text = ""
        self._node = node
        chosen = self._chosen()
        finding = segmentationFinding(node) if node is not None else None
        vertebrae = (
            [segment for segment in finding.segments if segment.kind == "vertebra"]
            if finding
            else []
        )
        vertebrae.sort(key=lambda one: one.label % 100)
        self._labels = [vertebra.label for vertebra in vertebrae]
        box = self._ui.vertebraSelector
        box.clear()
        box.addItems([vertebra.name for vertebra in vertebrae])
        self.choose(chosen)
        for button in (self._ui.nameButton, self._ui.countButton):
            button.enabled = bool(vertebrae)
        log = self._log()
        self._ui.undoNameButton.enabled = log is not None and log.can_undo
        self._ui.redoNameButton.enabled = log is not None and log.can_redo

    def stop(self) -> None:
        """Lets nothing follow any more; for when the scene closes or the panel goes."""
        self._following.stop()

    def choose(self, label: int) -> None:
        """Chooses the vertebra of this number, if it is one."""
        if label in self._labels:
            self._ui.vertebraSelector.setCurrentIndex(self._labels.index(label))

    def _chosen(self) -> int:
        index = self._ui.vertebraSelector.currentIndex
        return self._labels[index] if 0 <= index < len(self._labels) else 0

    def _log(self) -> NamesLog | None:
        try:
            return NamesLog(self._node) if self._node is not None else None
        except SpineError as error:
            self._ui.namesLabel.text = str(error)
            return None

    def _onName(self, *_arguments: Any) -> None:
        name, reader = self._ui.nameBox.currentText, readersName()
        self._do(lambda: renamed(self._node, self._chosen(), name, reader=reader).evidence)

    def _onCount(self, *_arguments: Any) -> None:
        count, reader = int(self._ui.countBox.currentText), readersName()
        self._do(lambda: statedCount(self._node, count, reader=reader).evidence)

    def _onUndo(self, *_arguments: Any) -> None:
        self._do(lambda: _("Undone: {naming}").format(naming=_namingText(undoNaming(self._node))))

    def _onRedo(self, *_arguments: Any) -> None:
        self._do(lambda: _namingText(redoNaming(self._node)))

    def _do(self, action: Callable[[], str]) -> None:
        try:
            text = action()
        except SpineError as error:
            self._ui.namesLabel.text = str(error)
            return
        self._onNamed()
        self._ui.namesLabel.text = text[:1].upper() + text[1:]
        self._following.start(
            following(self._node),
            onDone=lambda _none: self._onNamed(),  # what others call it has followed, too
            onError=self._onFailed,
        )

    def _onFailed(self, error: Exception) -> None:
        self._ui.namesLabel.text = str(from_exception(error))


def _namingText(step: Naming | None) -> str:
    """What was said, by whom and when, as far as it is known."""
    if step is None:
        return ""
    by = ", ".join(word for word in (step.reader, readersTime(step.time)) if word)
    return f"{step.after.evidence} ({by})"
