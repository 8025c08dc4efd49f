"""Which reading project, who reads, and how far everybody is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from SpineLib.errors import SpineError, from_exception
from SpineLib.progress import Step
from SpineLib.projects.labels import ASSISTED, UNASSISTED
from SpineLib.projects.project import Project, create, open_project
from SpineLib.questions import KNOWN_QUESTIONS
from SpineLib.translation import tr as _
from SpineSlicer.host.confirm import confirm
from SpineSlicer.host.fillWidgets import fillTable
from SpineSlicer.host.pathChanged import onPathChanged
from SpineSlicer.host.readersTime import readersDay, readersTime
from SpineSlicer.host.WorkerTask import WorkerTask

# The reader of a project is not the one of Review: a name there belongs to a set of labels.
PROJECT_SETTING, READER_SETTING = "SpineMRI/ReadingProject", "SpineMRI/ProjectReader"
COLUMNS = ("Reader", "Arm", "Done", "Left", "Time", "Locked")
ROW_HEIGHT = 22
# What only looks: it is left without a question when another project is chosen.
_LOOKS = ("status", "disagreements")


class ProjectChoice:
    """The controls above the desk: folder, new project, reader, status, and what the worker does.

    Folder and reader are settings of this computer and never stand in the scene. How far readers
    are is asked of the worker, so that Slicer's process opens nobody's labels for it.

    Args:
        ui: the widgets of ``ReadingStudy.ui``.
        worker: `WorkerProcess`.
        changed: called when there is another project, or it has changed.
        tell: shows a message.

    Attributes:
        project: None where none is chosen.
        status: what `SpineLib.projects.status.status_of` said last; empty before.
    """

    def __init__(
        self, ui: Any, worker: Any, changed: Callable[[], None], tell: Callable[[str], None]
    ) -> None:
        import slicer

        self._ui, self._changed, self._tell = ui, changed, tell
        self._task = WorkerTask(worker)
        self.project: Project | None = None
        self.status: dict[str, Any] = {}
        self._prepare()
        ui.projectEdit.currentPath = slicer.util.settingsValue(PROJECT_SETTING, "")
        ui.projectReaderEdit.text = slicer.util.settingsValue(READER_SETTING, "")
        onPathChanged(ui.projectEdit, self._onPath)
        ui.projectReaderEdit.connect("textChanged(QString)", self._onReader)
        ui.newProjectButton.connect("clicked(bool)", self._onNew)
        ui.createButton.connect("clicked(bool)", self._onCreate)
        ui.addStudiesButton.connect("clicked(bool)", self._onAdd)
        ui.relinkButton.connect("clicked(bool)", self._onRelink)

    @property
    def reader(self) -> str:
        """The reader's name; empty where none is given."""
        return self._ui.projectReaderEdit.text.strip()

    @property
    def arm(self) -> str:
        """``unassisted`` or ``assisted``."""
        return self._ui.armBox.currentData

    @property
    def busy(self) -> bool:
        """Whether the worker is at something for the project."""
        return self._task.busy

    @property
    def over(self) -> bool:
        """Whether every set is locked, so that labels may be seen."""
        rows = [row for row in self.status.get("readers", ()) if row["arm"] == UNASSISTED]
        return bool(rows) and all(row["locked"] for row in rows)

    def open(self) -> None:
        """Opens the folder that is named; says why where it cannot be.

        What the worker does for the project before is cancelled, and its answer not heard.
        """
        folder = self._ui.projectEdit.currentPath.strip()
        self._task.drop()
        self._ui.projectBar.visible = False
        self.project, self.status = None, {}
        if folder:
            try:
                self.project = open_project(folder)
            except SpineError as error:
                self._tell(str(error))
        self._fill()
        if self.project is not None:
            self.refresh()
        self._changed()

    def refresh(self) -> None:
        """Asks how far everybody is."""
        if self.project is not None and not self.busy:
            self.ask("status", {}, lambda result: None)

    def ask(
        self,
        action: str,
        arguments: dict[str, Any],
        done: Callable[[dict[str, Any]], None],
        failed: Callable[[SpineError], None] | None = None,
    ) -> None:
        """Has the worker do something with the project, one thing at a time.

        Args:
            action: of `SpineLib.projects.requests`.
            arguments: what the action takes.
            done: gets the answer; one with ``readers`` in it is the project's status, too.
            failed: gets what went wrong; by default it is shown.

        Raises:
            SpineError: something is under way.
        """
        if self.project is None:
            return
        if self.busy:
            raise SpineError(_("The project is busy"), advice=_("Wait a moment."))

        def onResult(result: dict[str, Any]) -> None:
            self._ui.projectBar.visible = False
            if "readers" in result:
                self.status = result
                self._reopen()
            done(result)
            self._changed()

        self._ui.projectBar.visible = action not in ("status", "decide")
        self.progress(Step(_("Working"), 0, 0, None))
        self._task.start(
            "project",
            {"action": action, "project": str(self.project.folder), **arguments},
            onResult=onResult,
            onError=lambda error: self._onError(error, failed),
            onProgress=self.progress,
            name=action,
        )
        self._changed()

    def cancel(self) -> None:
        """Stops what the worker is at."""
        self._task.cancel()

    def stop(self) -> None:
        """Asks for nothing more, for when the panel goes away."""
        self._task.drop()

    def progress(self, step: Step) -> None:
        """Shows how far the worker is."""
        self._ui.projectBar.maximum = step.total
        self._ui.projectBar.value = step.done
        count = f" {step.done}/{step.total}" if step.total else ""
        self._ui.projectBar.setFormat(f"{step.stage}{count}")

    def make(self, title: str, scheme: str, plane: str) -> None:
        """Makes a project in the folder that is named."""
        folder = self._ui.projectEdit.currentPath.strip()
        try:
            if not folder:
                raise SpineError(
                    _("No folder is given"), advice=_("Enter a new or empty one above.")
                )
            create(folder, title=title, scheme=scheme, plane=plane)
        except Exception as error:
            self._tell(str(from_exception(error)))
            return
        self._ui.newProjectPart.visible = False
        self._tell(_("The project was created. Add studies to it."))
        self.open()

    def add(self, folder: str) -> None:
        """Adds the studies below a folder."""
        before = len(self.project.studies) if self.project else 0
        self.ask("add", {"folder": folder}, lambda result: self._tell(
            _("Studies added: {n}").format(n=result["studies"] - before)))  # fmt: skip

    def relink(self, folder: str) -> None:
        """Finds studies that have moved."""
        self.ask("relink", {"folder": folder}, lambda result: self._tell(
            _("Studies found again: {n}").format(n=result["moved"])))  # fmt: skip

    def setVisible(self, on: bool) -> None:
        """Nothing here is changed, or takes up room, while somebody reads."""
        self._ui.projectPart.visible = on

    def _prepare(self) -> None:
        ui = self._ui
        for scheme in KNOWN_QUESTIONS.values():
            ui.schemeBox.addItem(f"{scheme.title}: {', '.join(scheme.values)}", scheme.key)
        for plane in ("axial", "sagittal", "any"):
            ui.planeBox.addItem(_(plane), plane)
        ui.armBox.addItem(_("Blinded"), UNASSISTED)
        ui.armBox.addItem(_("With the model's answers"), ASSISTED)
        table = ui.readersTable
        table.setColumnCount(len(COLUMNS))
        table.setHorizontalHeaderLabels([_(name) for name in COLUMNS])
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        table.horizontalHeader().setStretchLastSection(True)
        import qt

        table.setEditTriggers(qt.QAbstractItemView.NoEditTriggers)
        table.setSelectionMode(qt.QAbstractItemView.NoSelection)
        ui.newProjectPart.visible = ui.takeOverBox.visible = ui.projectBar.visible = False

    def _reopen(self) -> None:
        """Studies may have joined or moved."""
        try:
            self.project = open_project(self.project.folder) if self.project else None
        except SpineError as error:
            self.project = None
            self._tell(str(error))
        self._fill()

    def _fill(self) -> None:
        ui, project = self._ui, self.project
        ui.projectLabel.visible = ui.readersTable.visible = project is not None
        rows = self.status.get("readers", ())
        table = ui.readersTable
        fillTable(table, [_cells(row) for row in rows])
        table.setFixedHeight(ROW_HEIGHT * (len(rows) + 1) + 8)
        table.visible = bool(rows)
        if project is None:
            return
        lines = [
            _("{title}: {studies} studies, {slices} slices, {scheme}").format(
                title=project.title, studies=len(project.studies),
                slices=sum(1 for _one in project.slices()), scheme=project.scheme.title,
            ),
            *_notes(self.status),
        ]  # fmt: skip
        ui.projectLabel.text = "\n".join(lines)

    def _onError(self, error: SpineError, failed: Callable[[SpineError], None] | None) -> None:
        self._ui.projectBar.visible = False
        if failed is not None:
            failed(error)
        else:
            self._tell(str(error))
        self._changed()

    def _onPath(self, path: str) -> None:
        import qt

        same = self.project is not None and path.strip() == str(self.project.folder)
        if not same and not self._mayLeave():
            self._ui.projectEdit.currentPath = str(self.project.folder)  # type: ignore[union-attr]
            return
        qt.QSettings().setValue(PROJECT_SETTING, path)
        if same:
            return
        self._tell("")
        if not self._ui.newProjectPart.visible:  # else it is a folder for a new one
            self.open()

    def _mayLeave(self) -> bool:
        """Whether another project may be chosen; asks where the worker writes for this one."""
        if not self._task.busy or self._task.name in _LOOKS or self.project is None:
            return True
        text = _("The worker is still busy with {title}. Stop it and leave this project?")
        return confirm(
            text.format(title=self.project.title), _("Reading project"), self._ui.projectPart
        )

    def _onReader(self, name: str) -> None:
        import qt

        qt.QSettings().setValue(READER_SETTING, name.strip())
        self._ui.takeOverBox.visible = self._ui.takeOverBox.checked = False
        self._changed()

    def _onNew(self, *_arguments: Any) -> None:
        part = self._ui.newProjectPart
        part.visible = not part.visible
        if part.visible:
            self._tell(_("Enter a new or empty folder, a title and the labels."))
        else:  # the folder that is named may be another one by now
            self._tell("")
            self.open()

    def _onCreate(self, *_arguments: Any) -> None:
        ui = self._ui
        self.make(ui.titleEdit.text.strip(), ui.schemeBox.currentData, ui.planeBox.currentData)

    def _onAdd(self, *_arguments: Any) -> None:
        folder = self.askFolder(_("Choose a DICOM folder with each study in a folder of its own"))
        if folder:
            self.add(folder)

    def _onRelink(self, *_arguments: Any) -> None:
        folder = self.askFolder(_("Choose the folder where the files are now"))
        if folder:
            self.relink(folder)

    def askFolder(self, title: str) -> str:
        """A folder that the person chooses; empty where they cancel."""
        import qt

        start = str(Path(self.project.folder).parent) if self.project else ""
        return qt.QFileDialog.getExistingDirectory(self._ui.projectPart, title, start)


def _notes(status: dict[str, Any]) -> list[str]:
    """What a person should know of the project, beside how far everybody is."""
    notes = list(status.get("problems", ()))
    for event in status.get("unblinded", ()):
        notes.append(
            _("{readers} unblinded by {who}, {time}: {why}").format(
                readers=", ".join(event["readers"]), who=event["who"],
                time=readersTime(event["time"]), why=event["why"],
            )
        )  # fmt: skip
    missing = len(status.get("missing", ()))
    if missing:
        text = _("Studies whose files have moved: {n}. Moved files… finds them.")
        notes.append(text.format(n=missing))
    return notes


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        row["reader"], _(row["arm"]), str(row["done"]), str(row["left"]),
        f"{row['seconds'] / 60:.1f} min" if row["seconds"] else "–",
        readersDay(row["locked"]) if row["locked"] else _("not locked"),
    )  # fmt: skip
