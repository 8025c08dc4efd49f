"""The loop's section "Data set": choose or make one, add images, keep a test apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from SpineLib.errors import Cancelled, SpineError, from_exception
from SpineLib.labels import REGIONS, WEIGHTINGS
from SpineLib.loop.dataset import DATASET, create_dataset
from SpineLib.models.folder import ModelFolder
from SpineLib.translation import tr as _
from SpineSlicer.host.fillWidgets import showLine
from SpineSlicer.host.pathChanged import onPathChanged
from SpineSlicer.host.readersName import keepReadersName, readersName
from SpineSlicer.host.RunControl import RunControl
from SpineSlicer.host.WorkerTask import WorkerTask

from .LoopDataSet import LoopDataSet

TASK = "segmentation"
_REASONS = 5  # as many are told; the command line tells all


class LoopDataSection:
    """Lets a data set be chosen, made and filled; it lives as long as the panel.

    Args:
        ui: the loop's widgets.
        worker: adds images (`WorkerProcess`).
        model: the model that a new data set begins with; None where none is chosen.
        mayLeave: asks the reader where something runs for the open data set; whether another one
            may be opened.
        onData: called when another data set is open, or none.
        onChanged: called when the open one holds something else.

    Attributes:
        data: the open `LoopDataSet`; None where there is none.
    """

    def __init__(
        self,
        ui: Any,
        worker: Any,
        model: Callable[[], ModelFolder | None],
        mayLeave: Callable[[], bool],
        onData: Callable[[], None],
        onChanged: Callable[[], None],
    ) -> None:
        self._ui, self._task, self._model = ui, WorkerTask(worker), model
        self._mayLeave, self._onData, self._onChanged = mayLeave, onData, onChanged
        self._message = ""
        self.data: LoopDataSet | None = None
        ui.readerEdit.text = readersName()
        for box, words in ((ui.loopWeightingBox, WEIGHTINGS), (ui.loopRegionBox, REGIONS)):
            box.addItems(["unknown", *(word for word in words if word != "unknown")])
        self._adding = RunControl(
            ui.addButton, ui.addBar, self._add, self._task.cancel, lambda: self._task.busy
        )
        ui.readerEdit.connect("textChanged(QString)", self._onReader)
        onPathChanged(ui.dataSetEdit, self._onPath)
        onPathChanged(ui.imagesEdit, lambda *_: self.update())
        ui.titleEdit.connect("textChanged(QString)", lambda *_: self.update())
        ui.createButton.connect("clicked(bool)", self._onCreate)
        ui.freezeButton.connect("clicked(bool)", self._onFreeze)
        ui.reloadButton.connect("clicked(bool)", self._onReload)
        self.update()

    @property
    def reader(self) -> str:
        """Who corrects."""
        return str(self._ui.readerEdit.text).strip()

    @property
    def running(self) -> str:
        """What the worker does for the open data set, for the reader; empty where nothing."""
        return _("Images are being added; those already added are kept.") if self._task.busy else ""

    def close(self) -> None:
        """Lets go of the data set; what the worker does for it is cancelled."""
        self._task.drop()
        self._adding.update()
        if self.data is not None:
            self.data.close()
        self.data = None

    def say(self, text: str) -> None:
        """Shows what came of the last thing that was done."""
        self._message = text
        self.update()

    def update(self) -> None:
        """Shows what the data set holds, and what can be done with it."""
        ui, folder = self._ui, self._folder
        new = self.data is None and folder is not None and _isFree(folder)
        ui.createFrame.visible = new
        ui.fillFrame.visible = self.data is not None
        lines = (self._about(folder, new), self._message)
        showLine(ui.dataSetLabel, "\n".join(line for line in lines if line))
        ui.reloadButton.visible = self.data is not None
        model = self._model()
        ui.createLabel.text = (
            _("It starts with {title} {version}.").format(
                title=model.card.title, version=model.card.version
            )
            if model is not None
            else _("No model is chosen under Model.")
        )
        ui.createButton.enabled = model is not None and bool(ui.titleEdit.text.strip())
        if self.data is None:
            return
        writable = not self.data.readOnly
        self._adding.setReady(writable and bool(ui.imagesEdit.currentPath.strip()))
        frozen = self.data.dataset.frozen
        ui.freezeButton.enabled = writable and frozen is None and bool(self.data.dataset.cases)
        ui.shareBox.enabled = ui.freezeButton.enabled

    @property
    def _folder(self) -> Path | None:
        text = self._ui.dataSetEdit.currentPath.strip()
        return Path(text) if text else None

    def _about(self, folder: Path | None, new: bool) -> str:
        if self.data is None:
            if folder is None or new:
                return ""
            return _("This folder is neither a data set nor empty. Choose another one.")
        dataset = self.data.dataset
        states = Counter(
            (c.set_aside and _("set aside")) or _(c.state) for c in dataset.cases.values()
        )
        counts = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        lines = [f"{dataset.title}: {counts or _('no cases yet')}."]
        if dataset.frozen is None:
            lines.append(_("No test is frozen yet. Freeze one before you train."))
        else:
            text = _("Patients in the frozen test: {count} ({sha}). They are never trained on.")
            sha = dataset.frozen.sha256[:8]
            lines.append(text.format(count=len(dataset.frozen.patients), sha=sha))
        lines.append(_("Current model: {model}.").format(model=dataset.current.id))
        if self.data.readOnly:
            lines.append(f"{self.data.readOnly.removesuffix('.')}.")
        return "\n".join([*lines, *dataset.problems])

    def _onReader(self, *_arguments: Any) -> None:
        keepReadersName(self.reader)
        self._onChanged()

    def _onPath(self, *_arguments: Any) -> None:
        folder = self._folder
        if self.data is not None and folder == self.data.folder:
            return
        if self.data is not None and not self._mayLeave():
            self._ui.dataSetEdit.currentPath = str(self.data.folder)
            return
        self._message = ""
        self._open(folder)

    def _open(self, folder: Path | None) -> None:
        self._onData()  # whoever holds something of the old one lets go of it
        self.close()
        try:
            if folder is not None and (folder / DATASET).is_file():
                self.data = LoopDataSet(folder)
        except SpineError as error:
            self._message = str(error)
        if self.data is not None and self.data.dataset.task != TASK:
            self._message = _(
                "This data set is for {task}; only segmentations are corrected here."
            ).format(task=self.data.dataset.task)
            self.close()
        self.update()
        self._onChanged()

    def _onReload(self, *_arguments: Any) -> None:
        self.data.reload()
        self._message = ""
        self._onChanged()

    def _onCreate(self, *_arguments: Any) -> None:
        folder, title = self._folder, self._ui.titleEdit.text.strip()
        try:
            create_dataset(folder, title=title, task=TASK, model=self._model())
        except SpineError as error:
            self.say(str(error))
            return
        self._message = ""
        self._open(folder)

    def _add(self) -> None:
        self._message = ""
        arguments = {
            "dataset": str(self.data.folder), "source": self._ui.imagesEdit.currentPath.strip(),
            "weighting": self._ui.loopWeightingBox.currentText,
            "region": self._ui.loopRegionBox.currentText, "by": self.reader,
            "images_only": bool(self._ui.imagesOnlyBox.checked),
        }  # fmt: skip
        self._task.start(
            "loop-add", arguments, onResult=self._onAdded, onError=self._onAddError,
            onProgress=self._adding.progress,
        )  # fmt: skip

    def _onAdded(self, result: dict[str, Any]) -> None:
        text = _("Cases added: {count}.").format(count=len(result["added"]))
        left = Counter(result["left_out"]).most_common(_REASONS)
        lines = [_("Left out: {n} × {why}").format(n=n, why=why) for why, n in left]
        self._ended("\n".join([text, *lines]))

    def _onAddError(self, error: SpineError) -> None:
        message = (
            _("Cancelled; what was added is kept.") if isinstance(error, Cancelled) else str(error)
        )
        self._ended(message)

    def _ended(self, message: str) -> None:
        self._message = message
        self._adding.update()
        if self.data is not None:
            self.data.reload()
        self._onChanged()

    def _onFreeze(self, *_arguments: Any) -> None:
        share = float(self._ui.shareBox.value) / 100
        try:
            self.data.write(lambda writer: writer.freeze(share, by=self.reader))
            self._message = ""
        except Exception as error:
            self._message = str(from_exception(error))
        self._onChanged()


def _isFree(folder: Path) -> bool:
    """Whether a data set may be made there."""
    if not folder.exists():
        return folder.parent.is_dir()
    return folder.is_dir() and not any(folder.iterdir())
