"""What the two modules' panels have in common: choose, read, cancel, see what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpineLib.errors import Cancelled, SpineError
from SpineLib.labels import REGIONS, WEIGHTINGS
from SpineLib.progress import Step
from SpineLib.reading import Reading

from .StudyReader import StudyReader


class ReadingPanel:
    """Wires a panel's widgets to a `StudyReader`; it lives as long as the module's widget.

    Args:
        ui: the widgets by name: ``pathEdit``, ``volumeSelector``, ``weightingBox``,
            ``regionBox``, ``forceBox``, ``readButton``, ``cancelButton``, ``progressBar``,
            ``verdictLabel``, ``noticeLabel``.
        reader: what reads.
        show: shows a reading in the scene and says its verdict in one line; gets the reading and
            the volume node it was read from (None for a folder).
    """

    def __init__(self, ui: Any, reader: StudyReader, show: Callable[[Reading, Any], str]) -> None:
        self._ui, self._reader, self._show = ui, reader, show
        for box, words in ((ui.weightingBox, WEIGHTINGS), (ui.regionBox, REGIONS)):
            box.addItems(list(words))
            box.setCurrentText("unknown")
        ui.pathEdit.connect("currentPathChanged(QString)", self._onInputChanged)
        ui.volumeSelector.connect("currentNodeChanged(vtkMRMLNode*)", self._onInputChanged)
        ui.readButton.connect("clicked(bool)", self._onReadButton)
        ui.cancelButton.connect("clicked(bool)", self._onCancelButton)
        self._update()

    def _onInputChanged(self, *_: Any) -> None:
        self._update()

    def _onReadButton(self, *_: Any) -> None:
        node = self._ui.volumeSelector.currentNode()
        options = {
            "onReading": lambda reading: self._onReading(reading, node),
            "onError": self._onError,
            "onProgress": self._onProgress,
            "force": bool(self._ui.forceBox.checked),
            "weighting": _said(self._ui.weightingBox.currentText),
            "region": _said(self._ui.regionBox.currentText),
        }
        self._tell("Reading…")
        if node is not None:
            self._reader.readVolume(node, **options)
        else:
            self._reader.readFolder(self._ui.pathEdit.currentPath, **options)
        self._update()

    def _onCancelButton(self, *_: Any) -> None:
        self._reader.cancel()

    def _onProgress(self, step: Step) -> None:
        bar = self._ui.progressBar
        bar.maximum = step.total
        bar.value = step.done
        left = "" if step.seconds_left is None else f", {step.seconds_left:.0f} s left"
        bar.setFormat(f"{step.stage}{left}")

    def _onReading(self, reading: Reading, node: Any) -> None:
        self._tell(self._show(reading, node), reading.findings.notice)
        self._update()

    def _onError(self, error: SpineError) -> None:
        self._tell("Cancelled" if isinstance(error, Cancelled) else str(error))
        self._update()

    def _tell(self, verdict: str, notice: str = "") -> None:
        self._ui.verdictLabel.text = verdict
        self._ui.noticeLabel.text = notice
        self._ui.noticeLabel.visible = bool(notice)

    def _update(self) -> None:
        ui, busy = self._ui, self._reader.busy
        chosen = bool(ui.pathEdit.currentPath) or ui.volumeSelector.currentNode() is not None
        ui.readButton.enabled = chosen and not busy
        ui.cancelButton.enabled = busy
        ui.progressBar.visible = busy


def _said(word: str) -> str:
    return "" if word == "unknown" else word
