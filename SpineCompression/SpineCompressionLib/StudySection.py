"""The panel's section "Study": what is read, and which of its stacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from SpineLib.errors import Cancelled, SpineError

AUTOMATIC = ""


class StudySection:
    """Lets a volume or a folder be chosen, and says what of it is read and why.

    The stacks of a folder are found by the worker; they stand in a list with what the models say
    of them. It lives as long as the panel.

    Args:
        ui: the panel's widgets.
        worker: scans folders (`WorkerProcess`).
        changed: called when there is something else to read.
    """

    def __init__(self, ui: Any, worker: Any, changed: Callable[[], None]) -> None:
        self._ui, self._worker, self._changed = ui, worker, changed
        self._stacks: list[dict[str, Any]] = []
        self._scanned, self._request = "", ""
        ui.pathEdit.connect("currentPathChanged(QString)", self._onPath)
        ui.loadDicomButton.connect("clicked(bool)", self._onLoadDicom)
        ui.volumeSelector.connect("currentNodeChanged(vtkMRMLNode*)", self._onVolume)
        ui.stackBox.connect("currentIndexChanged(int)", self._onStack)
        ui.forceBox.connect("toggled(bool)", self._onStack)
        self._fill()

    @property
    def volume(self) -> Any:
        """The chosen volume node; None for a folder."""
        return self._ui.volumeSelector.currentNode()

    @property
    def folder(self) -> str:
        """The chosen folder or file; empty where there is none."""
        return self._ui.pathEdit.currentPath.strip()

    @property
    def ready(self) -> bool:
        """Whether something is chosen."""
        return self.volume is not None or bool(self.folder)

    @property
    def options(self) -> dict[str, Any]:
        """What was said of the study, as the worker's arguments."""
        series = "" if self.volume is not None else (self._ui.stackBox.currentData or AUTOMATIC)
        return {
            "series": series,
            "force": bool(self._ui.forceBox.checked),
            "weighting": _said(self._ui.weightingBox.currentText),
            "region": _said(self._ui.regionBox.currentText),
        }

    def choose(self, path: str) -> None:
        """Chooses a folder or file and has its stacks found."""
        self._ui.volumeSelector.setCurrentNode(None)
        self._ui.pathEdit.currentPath = path
        self.scan()

    def scan(self) -> None:
        """Has the folder's stacks found; the list follows when the worker answers."""
        folder = self.folder
        if not Path(folder).is_dir() or folder == self._scanned:
            return
        if self._request:
            self._worker.cancel(self._request)
        self._scanned, self._stacks = folder, []
        self._say(_("Looking for stacks…"))
        self._request = self._worker.request(
            "scan", {"folder": folder}, onResult=self._onScanned, onError=self._onError
        )

    def _onLoadDicom(self, *_arguments: Any) -> None:
        import qt

        title = _("Choose a study's folder of DICOM")
        folder = qt.QFileDialog.getExistingDirectory(self._ui.loadDicomButton, title, self.folder)
        if folder:
            self.choose(folder)

    def _onPath(self, *_arguments: Any) -> None:
        self._stacks, self._scanned = [], ""
        self._fill()
        self._changed()

    def _onVolume(self, node: Any) -> None:
        self._fill()
        self._changed()

    def _onScanned(self, result: dict[str, Any]) -> None:
        self._request = ""
        studies = result["studies"]
        self._stacks = [
            {**stack, "description": series["description"]}
            for study in studies
            for series in study["series"]
            for stack in series["stacks"]
        ]
        self._fill()
        if len(studies) > 1:
            self._say(
                _("The folder holds {n} studies; choose one's folder.").format(n=len(studies))
            )
        elif not self._stacks:
            self._say(_("There are no MR images in this folder. Choose another one."))

    def _onError(self, error: SpineError) -> None:
        self._request, self._scanned = "", ""
        if not isinstance(error, Cancelled):
            self._say(str(error))

    def _fill(self) -> None:
        box = self._ui.stackBox
        blocked = box.blockSignals(True)
        box.clear()
        box.addItem(_("Automatic"), AUTOMATIC)
        for stack in self._stacks:
            box.addItem(_title(stack), stack["id"])
        box.blockSignals(blocked)
        box.enabled = bool(self._stacks) and self.volume is None
        self._onStack()

    def _onStack(self, *_arguments: Any) -> None:
        if self.volume is not None:
            self._say(_("The volume {name} is read.").format(name=self.volume.GetName()))
        elif not self._stacks:
            self._say("" if self.ready else _("Choose a volume, or drop a folder of DICOM here."))
        else:
            self._say(self._reason(self._ui.stackBox.currentData or AUTOMATIC))

    def _reason(self, chosen: str) -> str:
        if chosen == AUTOMATIC:
            taken = [stack for stack in self._stacks if not _against(stack)]
            if taken:
                names = ", ".join(stack["id"] for stack in taken)
                return _("Read: {names} (axial, made for the model).").format(names=names)
            first = next((s for s in self._stacks if s["plane"] == "axial"), self._stacks[0])
            return self._notAssessed(_against(first))
        stack = next(stack for stack in self._stacks if stack["id"] == chosen)
        against = _against(stack)
        return self._notAssessed(against) if against else _("The compression model is for it.")

    def _notAssessed(self, reason: str) -> str:
        if self._ui.forceBox.checked:
            return _("Not made for it ({reason}); it is read anyway and marked as forced.").format(
                reason=reason
            )
        return _('Not assessed: {reason}. "Run anyway" reads it all the same.').format(
            reason=reason
        )

    def _say(self, text: str) -> None:
        self._ui.stackReasonLabel.text = text
        self._ui.stackReasonLabel.visible = bool(text)


def _title(stack: dict[str, Any]) -> str:
    words = (stack["id"], stack["plane"], stack["weighting"], stack["region"])
    known = " ".join(word for word in words if word != "unknown")
    return f"{known}, {stack['slices']} " + _("slices")


def _against(stack: dict[str, Any]) -> str:
    """Why the compression model is not for a stack; empty where it is."""
    models = [one for one in stack["models"] if one["task"] == "compression"]
    if stack.get("problem"):
        return stack["problem"]
    return "" if any(one["applies"] for one in models) else models[0]["reason"] if models else ""


def _said(word: str) -> str:
    return "" if word == "unknown" else word


def _(text: str) -> str:
    from slicer.i18n import tr

    return tr(text)
