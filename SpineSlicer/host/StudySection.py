"""The panels' section "Study": what is read, and which of its stacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from SpineLib.errors import BadInput, Cancelled, SpineError
from SpineLib.reasons import NO_STACK, NONE_READABLE, NOT_SAID, UNREADABLE, Reason, sentence
from SpineLib.translation import tr as _
from SpineSlicer.host.dicomDatabase import DatabaseStudy, databaseStudies, seriesFiles, studyFiles
from SpineSlicer.host.pathChanged import onPathChanged
from SpineSlicer.scene.oneShotTimer import oneShotTimer
from SpineSlicer.scene.volumeNodes import described

AUTOMATIC = ""
# A path is typed letter by letter: its stacks are looked for when nothing was typed so long.
MILLISECONDS_TO_LOOK = 800
# Where there is no stack to read, running anyway does not help.
_NOTHING_TO_READ = (NO_STACK, NONE_READABLE, UNREADABLE)
# Task → the plane whose stacks it reads.
PLANES = {"compression": "axial", "segmentation": "sagittal"}
_NEVER = object()


class StudySection:
    """Lets a volume, a folder or a study of Slicer's DICOM database be chosen.

    The stacks are found by the worker; they stand in a list with what the models say of them. A
    folder's study that Slicer's database holds already is read from there. It lives as long as
    the panel.

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
        self._scanned, self._request, self._looks = "", "", 0
        self._wanted = ""  # the stack to choose when it is found
        self._files: list[str] = []  # of Slicer's database
        self._unreadable = False  # what was looked at elsewhere holds no study that can be read
        self._followed: Any = _NEVER
        self._filled = ["", ""]  # what the volume's own weighting and region are
        self._menu: Any = None
        self._wait = oneShotTimer(self.scan)
        onPathChanged(ui.pathEdit, self._onPath)
        ui.loadDicomButton.connect("clicked(bool)", self._onLoadDicom)
        ui.stackBox.connect("currentIndexChanged(int)", self._onStack)
        ui.forceBox.connect("toggled(bool)", self._onStack)
        for box in (ui.weightingBox, ui.regionBox):
            box.connect("currentIndexChanged(int)", self._onSaid)
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
    def elsewhere(self) -> bool:
        """Whether a folder, a file or a study of the database is chosen, not the scene's volume."""
        return self.volume is None and (bool(self.folder) or bool(self._files))

    @property
    def ready(self) -> bool:
        """Whether something is chosen, as far as is known one that can be read."""
        if self.volume is not None:
            return self._hasVoxels
        return self.elsewhere and not self._unreadable

    @property
    def _hasVoxels(self) -> bool:
        return self.volume is not None and self.volume.GetImageData() is not None

    @property
    def options(self) -> dict[str, Any]:
        """What was said of the study, as the worker's arguments."""
        series = "" if self.volume is not None else (self._ui.stackBox.currentData or AUTOMATIC)
        files = [] if self.volume is not None else self._files
        return {
            **({"files": files} if files else {}),
            "series": series,
            "force": bool(self._ui.forceBox.checked),
            **self._words(),
        }

    @property
    def chosen(self) -> tuple[str, list[str], str]:
        """Folder, files of Slicer's database and stack, for `chooseAgain`."""
        return self.folder, list(self._files), self._ui.stackBox.currentData or self._wanted

    def chooseAgain(self, chosen: tuple[str, list[str], str]) -> None:
        """Chooses what another section had chosen; a chosen volume goes before it."""
        folder, files, stack = chosen
        self._ui.pathEdit.currentPath = folder
        self._wait.stop()
        self._wanted = stack
        if folder:
            self.scan()
        elif files:
            self._begin()
            self._look({"files": files}, lambda result: self._onFromDatabase(result, files))

    def choose(self, path: str) -> None:
        """Chooses a folder or file and has its stacks found."""
        self._ui.volumeSelector.setCurrentNode(None)
        self._ui.pathEdit.currentPath = path
        self._wait.stop()
        self.scan()

    def scan(self) -> None:
        """Has the folder's stacks found; the list follows when the worker answers."""
        folder = self.folder
        if not folder or folder == self._scanned:
            return
        if not Path(folder).exists():
            self._refuse(_("There is nothing at this path. Choose another one."))
        if not Path(folder).is_dir():
            return
        self._scanned = folder
        self._begin()
        self._look({"folder": folder}, self._onScanned)

    def chooseFromDatabase(self, study: DatabaseStudy) -> None:
        """Chooses a study of Slicer's DICOM database and has its stacks found."""
        self._ui.volumeSelector.setCurrentNode(None)
        self._ui.pathEdit.currentPath = ""
        self._wait.stop()
        self._scanned = ""
        files = studyFiles(study.uid)
        if not files:
            self._say(_("This study's files are no longer where Slicer's database expects them."))
            return
        self._begin()
        self._look({"files": files}, lambda result: self._onFromDatabase(result, files))

    def follow(self) -> None:
        """Takes up another volume, if one was chosen.

        The panel calls it when the parameter node has it (`ParameterBinding`). Heard from the
        selector itself it would come too early: what is said here of weighting and region goes
        into the parameter node too, which then puts its former volume back.
        """
        node = self.volume
        if node is self._followed:
            return
        self._followed = node
        self._fillWords(node)
        self._fill()
        self._changed()

    def forget(self) -> None:
        """Holds no node any more; for when the scene closes."""
        self._followed = _NEVER

    def close(self) -> None:
        """Looks for nothing any more; for when the panel goes away."""
        self.forget()
        self._wait.stop()
        self._cancel()

    def _begin(self) -> None:
        self._stacks, self._chosen, self._files, self._unreadable = [], {}, [], False
        self._ui.stackBox.setCurrentIndex(0)
        self._say(_("Looking for stacks…"))
        self._changed()

    def _look(self, where: dict[str, Any], onFound: Callable[[dict[str, Any]], None]) -> None:
        """Has the worker look for stacks; an answer that comes after another look is not heard."""
        self._cancel()
        look = self._looks

        def answered(result: dict[str, Any]) -> None:
            if look == self._looks:
                self._request = ""
                onFound(result)

        def failed(error: SpineError) -> None:
            if look == self._looks:
                self._onError(error)

        arguments = {**where, **{word: value for word, value in self._words().items() if value}}
        self._request = self._worker.request("scan", arguments, onResult=answered, onError=failed)

    def _words(self) -> dict[str, str]:
        """What the person says of stacks whose images cannot say."""
        return {
            "weighting": _knownWord(self._ui.weightingBox.currentText),
            "region": _knownWord(self._ui.regionBox.currentText),
        }

    def _onSaid(self, *_arguments: Any) -> None:
        """Asks again which stacks a model is made for, where the images could not say."""
        unknown = any("unknown" in (stack["weighting"], stack["region"]) for stack in self._stacks)
        if unknown and self.volume is None and not self._wait.active:
            where = {"files": self._files} if self._files else {"folder": self.folder}
            self._look(where, self._list)

    def _cancel(self) -> None:
        if self._request:
            self._worker.cancel(self._request)
        self._request = ""
        self._looks += 1

    def _onLoadDicom(self, *_arguments: Any) -> None:
        import qt

        studies = databaseStudies()
        if not studies:
            self._onChooseFolder()
            return
        button = self._ui.loadDicomButton
        self._menu = menu = qt.QMenu(button)
        menu.addAction(_("Choose a folder…")).connect("triggered()", self._onChooseFolder)
        menu.addSection(_("In Slicer's DICOM database"))
        for study in studies:
            action = menu.addAction(study.title.replace("&", "&&"))
            action.connect("triggered()", lambda study=study: self.chooseFromDatabase(study))
        menu.addAction(_("Others: the DICOM module…")).connect("triggered()", _openDicomModule)
        menu.popup(button.mapToGlobal(qt.QPoint(0, button.height)))

    def _onChooseFolder(self) -> None:
        import qt

        title = _("Choose a study's folder of DICOM")
        folder = qt.QFileDialog.getExistingDirectory(self._ui.loadDicomButton, title, self.folder)
        if folder:
            self.choose(folder)

    def _onPath(self, *_arguments: Any) -> None:
        if self.folder and self.volume is not None:
            self._ui.volumeSelector.setCurrentNode(None)  # what was chosen last is meant
        self._cancel()
        self._stacks, self._files, self._scanned, self._unreadable = [], [], "", False
        self._wanted = ""
        self._wait.start(MILLISECONDS_TO_LOOK)
        self._fill()
        self._changed()

    def _fillWords(self, node: Any) -> None:
        """Says what is known of a volume that is chosen now, and takes back what was of the former.

        What the person said themselves stays.
        """
        boxes = (self._ui.weightingBox, self._ui.regionBox)
        words = ["", ""] if node is None else list(described(node).values())
        for box, word, before in zip(boxes, words, self._filled, strict=True):
            if word or box.currentText == before:
                box.setCurrentText(word or "unknown")
        self._filled = words

    def _onScanned(self, result: dict[str, Any]) -> None:
        self._list(result)
        files = seriesFiles([series.get("series_instance_uid", "") for series in _series(result)])
        if len(result["studies"]) == 1 and files:
            # Which stacks the database's files make is only known when they were looked at.
            self._look({"files": files}, lambda there: self._onFoundThere(there, result, files))

    def _onFoundThere(self, there: dict[str, Any], here: dict[str, Any], files: list[str]) -> None:
        """The database was looked at; it serves if it has every stack of the folder."""
        if _sizes(there) == _sizes(here):
            self._onFromDatabase(there, files)

    def _onFromDatabase(self, result: dict[str, Any], files: list[str]) -> None:
        self._files = files
        self._list(result)
        self._changed()

    def _list(self, result: dict[str, Any]) -> None:
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
            text = _("The folder holds {n} studies; choose one's folder.")
            self._refuse(text.format(n=len(studies)))
        elif not self._stacks:
            self._refuse(_("There are no MR images in this folder. Choose another one."))

    def _onError(self, error: SpineError) -> None:
        self._request, self._scanned = "", ""
        if isinstance(error, BadInput):
            self._refuse(str(error))
        elif not isinstance(error, Cancelled):
            self._say(str(error))

    def _refuse(self, text: str) -> None:
        """What is chosen cannot be read, and why."""
        self._unreadable = True
        self._changed()
        self._say(text)

    def _fill(self) -> None:
        box = self._ui.stackBox
        wanted = self._wanted or box.currentData
        blocked = box.blockSignals(True)
        box.clear()
        box.addItem(_("Automatic"), AUTOMATIC)
        for stack in self._stacks:
            box.addItem(_title(stack), stack["id"])
        index = max(0, box.findData(wanted))
        box.setCurrentIndex(index)
        self._wanted = "" if index else self._wanted
        box.blockSignals(blocked)
        box.enabled = bool(self._stacks) and self.volume is None
        self._onStack()

    def _onStack(self, *_arguments: Any) -> None:
        if self.volume is not None and not self._hasVoxels:
            text = _("The images of {name} are not in the scene: its file may be missing.")
            self._say(text.format(name=self.volume.GetName()))
        elif self.volume is not None:
            text = _("The volume {name} is read.").format(name=self.volume.GetName())
            known = ", ".join(word for word in described(self.volume).values() if word)
            self._say(text + (" " + _("It is {words}.").format(words=known) if known else ""))
        elif not self._stacks:
            self._say("" if self.ready else _("Choose a volume, or drop a folder of DICOM here."))
        else:
            self._say(self._reason(self._ui.stackBox.currentData or AUTOMATIC))

    def _reason(self, chosen: str) -> str:
        if chosen == AUTOMATIC and not self._chosen.get("stacks"):
            return self._notAssessed(self._chosen, forcible=False)
        names = self._chosen["stacks"] if chosen == AUTOMATIC else [chosen]
        stack = next(known for known in self._stacks if known["id"] == names[0])
        against = self._against(stack)
        if against is not None:
            rightPlane = stack["plane"] == PLANES[self._task]
            return self._notAssessed(against, forcible=rightPlane and not stack.get("problem"))
        there = " " + _("From Slicer's DICOM database.") if self._files else ""
        if chosen != AUTOMATIC:
            return _("A model is made for it.") + there
        text, reason = _("Read: {names}. {reason}."), _capital(self._chosen["reason"])
        return text.format(names=", ".join(names), reason=reason) + there

    def _against(self, stack: dict[str, Any]) -> dict[str, Any] | None:
        """What says why no model is made for a stack; None where one is."""
        models = [model for model in stack["models"] if model["task"] == self._task]
        if not models or any(model["applies"] for model in models):
            return None
        return models[0]

    def _notAssessed(self, against: dict[str, Any], *, forcible: bool) -> str:
        """Why not, and what helps, as a person at a panel says it.

        A model can be forced, but not without slices of its plane.
        """
        why = Reason.from_dict(against.get("why"))
        reason = str(against.get("reason", "")) if why is None else sentence(why)
        if not forcible or (why is not None and why.code in _NOTHING_TO_READ):
            return _("Not assessed: {reason}.").format(reason=reason)
        if self._ui.forceBox.checked:
            return _(
                "No model is made for it ({reason}); it is read anyway and marked as forced."
            ).format(reason=reason)
        help_ = [_('"Run anyway" reads it nevertheless.')]
        if why is not None and why.code == NOT_SAID:
            says = {"region": _("Set it under Region."), "weighting": _("Set it under Weighting.")}
            help_.insert(0, says[why.values["word"]])
        return " ".join([_("Not assessed: {reason}.").format(reason=reason), *help_])

    def _say(self, text: str) -> None:
        self._ui.stackReasonLabel.text = text
        self._ui.stackReasonLabel.visible = bool(text)


def _series(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [series for study in result["studies"] for series in study["series"]]


def _sizes(result: dict[str, Any]) -> list[tuple[str, str, int]]:
    """What tells whether two looks found the same stacks."""
    return sorted(
        (series["series_instance_uid"], stack["id"], stack["slices"])
        for series in _series(result)
        for stack in series["stacks"]
    )


def _openDicomModule() -> None:
    import slicer

    slicer.util.selectModule("DICOM")


def _title(stack: dict[str, Any]) -> str:
    words = (stack["id"], stack["plane"], stack["weighting"], stack["region"])
    known = " ".join(word for word in words if word != "unknown")
    return f"{known}, {stack['slices']} " + _("slices")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _knownWord(word: str) -> str:
    return "" if word == "unknown" else word
