"""The panel's "this one is L5"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpineLib.errors import SpineError

from .naming import CHOICES, LOWEST_OF, nameVertebra, stateLumbarCount
from .spineSegmentation import segmentationFinding


class NamesSection:
    """Lets the reader name one vertebra, or state transitional anatomy.

    Args:
        ui: ``vertebraSelector``, ``nameBox``, ``nameButton``, ``countBox``, ``countButton``,
            ``namesLabel``.
        onNamed: called when the names changed.
    """

    def __init__(self, ui: Any, onNamed: Callable[[], None]) -> None:
        self._ui, self._onNamed = ui, onNamed
        self._node: Any = None
        self._labels: list[int] = []
        ui.nameBox.addItems(list(CHOICES))
        ui.nameBox.setCurrentText("L5")
        ui.countBox.addItems([str(count) for count in LOWEST_OF])
        ui.countBox.setCurrentText("5")
        ui.nameButton.connect("clicked(bool)", self._onName)
        ui.countButton.connect("clicked(bool)", self._onCount)
        self.show(None)

    def show(self, node: Any) -> None:
        """Offers a segmentation's vertebrae, the lowest one first."""
        if node is not self._node:
            self._ui.namesLabel.text = ""
        self._node = node
        chosen = self._chosen()
        finding = segmentationFinding(node) if node is not None else None
        vertebrae = [one for one in finding.segments if one.kind == "vertebra"] if finding else []
        vertebrae.sort(key=lambda one: one.label % 100)
        self._labels = [one.label for one in vertebrae]
        box = self._ui.vertebraSelector
        box.clear()
        box.addItems([one.name for one in vertebrae])
        self.choose(chosen)
        for button in (self._ui.nameButton, self._ui.countButton):
            button.enabled = bool(vertebrae)

    def choose(self, label: int) -> None:
        """Chooses the vertebra of this number, if it is one."""
        if label in self._labels:
            self._ui.vertebraSelector.setCurrentIndex(self._labels.index(label))

    def _chosen(self) -> int:
        index = self._ui.vertebraSelector.currentIndex
        return self._labels[index] if 0 <= index < len(self._labels) else 0

    def _onName(self, *_arguments: Any) -> None:
        name = self._ui.nameBox.currentText
        self._do(lambda: nameVertebra(self._node, self._chosen(), name))

    def _onCount(self, *_arguments: Any) -> None:
        count = int(self._ui.countBox.currentText)
        self._do(lambda: stateLumbarCount(self._node, count))

    def _do(self, action: Callable[[], Any]) -> None:
        try:
            said = action().evidence
        except SpineError as error:
            self._ui.namesLabel.text = str(error)
            return
        self._onNamed()
        self._ui.namesLabel.text = said[:1].upper() + said[1:]
