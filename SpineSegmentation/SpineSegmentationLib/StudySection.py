"""The panels' section "Study": what is read, and which of its stacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from SpineLib.errors import Cancelled, SpineError

AUTOMATIC = ""
# Task → the plane whose stacks it reads.
PLANES = {"compression": "axial", "segmentation": "sagittal"}


class StudySection:
    """Lets a volume or a folder be chosen, and says what of it is read and why.

    The stacks of a folder are found by the worker; they stand in a list with what the models say
    of them. It lives as long as the panel.

    Args:
        ui: the panel's widgets: ``volumeSelector``, ``pathEdit``, ``loadDicomButton``,
            ``stackBox``, ``stackReasonLabel``, ``forceBox``, ``weightingBox``, ``regionBox``.
        worker: scans folders (`WorkerProcess`).
        changed: called when there is something else to read.
        task: one of `PLANES`, whose models the stacks are held against.

    Example:
        self.input = StudySection(ui, reader.worker, self._update, "segmentation")
    """

    def __init__(self, ui: Any, worker: Any, changed: Callable[[], None], task: str) -> None:
        self._ui, self._worker, self._changed, self._task = ui, worker, changed, task
        self._stacks: list[dict[str, Any]] = []
        self._chosen: dict[str, Any] = {}
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
        self._scanned, self._stacks, self._chosen = folder, [], {}
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
        if len(studies) == 1:
            self._chosen = studies[0]["chosen"][PLANES[self._task]]
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
        if chosen == AUTOMATIC and not self._chosen.get("stacks"):
            return self._notAssessed(self._chosen.get("reason", ""))
        names = self._chosen["stacks"] if chosen == AUTOMATIC else [chosen]
        against = self._against(next(one for one in self._stacks if one["id"] == names[0]))
        if against:
            return self._notAssessed(against)
        if chosen != AUTOMATIC:
            return _("A model is made for it.")
        return _("Read: {names}. {reason}.").format(
            names=", ".join(names), reason=_capital(self._chosen["reason"])
        )

    def _against(self, stack: dict[str, Any]) -> str:
        """Why no model is made for a stack; empty where one is."""
        models = [one for one in stack["models"] if one["task"] == self._task]
        if stack.get("problem"):
            return str(stack["problem"])
        return (
            "" if any(one["applies"] for one in models) else models[0]["reason"] if models else ""
        )

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


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _said(word: str) -> str:
    return "" if word == "unknown" else word


def _(text: str) -> str:
    from slicer.i18n import tr

    return tr(text)
