"""The loop's section "Queue": which case comes next and why, and the model's answers to all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpineLib.errors import Cancelled, SpineError
from SpineLib.loop.cases import Case
from SpineLib.loop.queue import OLDEST, TEACHING, Queued, queue
from SpineLib.loop.scores import STAGE
from SpineLib.loop.versions import APPROVED, NEW
from SpineLib.progress import Step
from SpineLib.translation import tr as _
from SpineSlicer.host.fillWidgets import fillTable, showLine
from SpineSlicer.host.RunControl import RunControl
from SpineSlicer.host.WorkerTask import WorkerTask

from .LoopDataSet import LoopDataSet

ROW_HEIGHT = 22
ORDERS = {TEACHING: "What teaches most", OLDEST: "Oldest first"}


class LoopQueueSection:
    """Lists the cases and has the new ones segmented; it lives as long as the panel.

    Args:
        ui: the loop's widgets.
        worker: segments (`WorkerProcess`).
        device: where the network runs.
        reader: who sets a case aside.
        onOpen: called with a case's id when the reader chose it.
        onChanged: called when the worker wrote something.
    """

    def __init__(
        self,
        ui: Any,
        worker: Any,
        device: Callable[[], str],
        reader: Callable[[], str],
        onOpen: Callable[[str], None],
        onChanged: Callable[[], None],
    ) -> None:
        self._ui, self._task, self._device = ui, WorkerTask(worker), device
        self._reader, self._onOpen, self._onChanged = reader, onOpen, onChanged
        self._data: LoopDataSet | None = None
        self._waits: list[Queued] = []
        self._rows: list[Queued] = []
        self._message = ""
        for key, text in ORDERS.items():
            ui.orderBox.addItem(_(text), key)
        self._scoring = RunControl(
            ui.scoreButton, ui.scoreBar, self._score, self._task.cancel, lambda: self._task.busy,
            partText=_("Case {part} of {parts}"),
        )  # fmt: skip
        ui.orderBox.connect("currentIndexChanged(int)", lambda *_: self.update())
        ui.openButton.connect("clicked(bool)", self._onOpenButton)
        ui.asideButton.connect("clicked(bool)", self._onAside)
        ui.asideEdit.connect("textChanged(QString)", lambda *_: self._enableAside())
        ui.queueTable.connect("cellDoubleClicked(int,int)", self._onOpenButton)
        ui.queueTable.connect("itemActivated(QTableWidgetItem*)", self._onOpenButton)
        ui.queueTable.connect("currentCellChanged(int,int,int,int)", self._onRow)
        header = ui.queueTable.verticalHeader()
        header.visible = False
        header.defaultSectionSize = ROW_HEIGHT
        # The reasons end with "…" at the panel's border; in full they stand beneath and in a tooltip.
        ui.queueTable.horizontalHeader().setStretchLastSection(True)
        self.show(None)

    def show(self, data: LoopDataSet | None) -> None:
        """Shows a data set's cases, or none; what runs for another one is cancelled."""
        if data is not self._data:
            self._task.drop()
            self._scoring.update()
            self._message = ""
        self._data = data
        self.update()

    def update(self) -> None:
        """Lists the cases anew, in the chosen order."""
        chosen = self._chosen()
        order = self._ui.orderBox.currentData or TEACHING
        self._waits = queue(self._data.dataset, order=order) if self._data is not None else []
        self._rows = [*self._waits, *self._done()]
        self._fill()
        self.choose(chosen)
        waiting = self._waiting()
        self._scoring.setReady(bool(waiting) and self._data is not None and not self._data.readOnly)
        showLine(self._ui.scoreLabel, self._message)

    def next(self, after: str) -> str:
        """The id of the case that comes next; empty where all are done.

        Args:
            after: the case that is left.
        """
        cases = [wait.case for wait in self._waits if wait.case.state != NEW]
        return next((case.id for case in cases if case.id != after), "")

    def choose(self, case: str) -> None:
        """Marks a case's row."""
        for row, queued in enumerate(self._rows):
            if queued.case.id == case:
                self._ui.queueTable.setCurrentCell(row, 0)

    @property
    def running(self) -> str:
        """What the worker does for the data set, for the reader; empty where nothing."""
        return (
            _("New cases are being segmented; finished ones are kept.") if self._task.busy else ""
        )

    def _chosen(self) -> str:
        case = self._case()
        return "" if case is None else case.id

    def _case(self) -> Case | None:
        row = self._ui.queueTable.currentRow()
        return self._rows[row].case if 0 <= row < len(self._rows) else None

    def _waiting(self) -> list[str]:
        if self._data is None:
            return []
        model = self._data.dataset.current.id
        return [
            case.id
            for case in self._data.dataset.cases.values()
            if not case.set_aside
            and case.state != APPROVED
            and not any(version.model == model for version in case.versions)
        ]

    def _done(self) -> list[Queued]:
        """What waits for nobody: to look at again, or to take back."""
        cases = self._data.dataset.cases.values() if self._data is not None else ()
        done = []
        for case in cases:
            if case.set_aside:
                done.append(Queued(case, None, (case.set_aside,)))
            elif case.state == APPROVED:
                by = case.chosen.approved_by if case.chosen is not None else ""
                done.append(Queued(case, None, (_("Approved by {by}").format(by=by),)))
        return done

    def _fill(self) -> None:
        table = self._ui.queueTable
        rows = [_texts(queued) for queued in self._rows]
        notes = [["\n".join(queued.reasons)] * len(rows[0]) for queued in self._rows]
        fillTable(table, rows, notes)
        self._ui.openButton.enabled = bool(self._rows)
        self._onRow(table.currentRow())

    def _onRow(self, row: int, *_arguments: Any) -> None:
        reasons = self._rows[row].reasons if 0 <= row < len(self._rows) else ()
        showLine(self._ui.whyLabel, "; ".join(reasons))
        self._enableAside()

    def _enableAside(self) -> None:
        ui, case = self._ui, self._case()
        aside = case is not None and bool(case.set_aside)
        ui.asideButton.text = _("Take back") if aside else _("Set aside")
        ui.asideEdit.visible = not aside
        ready = case is not None and (aside or bool(ui.asideEdit.text.strip()))
        writable = self._data is not None and not self._data.readOnly
        ui.asideButton.enabled = writable and ready

    def _onAside(self, *_arguments: Any) -> None:
        case, by, why = self._case(), self._reader(), self._ui.asideEdit.text.strip()
        assert self._data is not None and case is not None
        try:
            if case.set_aside:
                self._data.write(lambda writer: writer.take_back(case, by=by))
            else:
                self._data.write(lambda writer: writer.set_aside(case, why, by=by))
        except SpineError as error:
            self._message = str(error)
        else:
            self._message, self._ui.asideEdit.text = "", ""
        self._onChanged()
        self.choose(case.id)

    def _onOpenButton(self, *_arguments: Any) -> None:
        case = self._chosen() or (self._rows[0].case.id if self._rows else "")
        if case:
            self._onOpen(case)

    def _score(self) -> None:
        self._message = ""
        arguments = {
            "dataset": str(self._data.folder), "cases": self._waiting(), "device": self._device(),
        }  # fmt: skip
        self._task.start(
            "loop-score", arguments, onResult=self._onScored, onError=self._onError,
            onProgress=self._onProgress,
        )  # fmt: skip

    def _onProgress(self, step: Step) -> None:
        self._scoring.progress(step)
        if step.stage == STAGE and self._data is not None:
            self._data.reload()
            self.update()

    def _onScored(self, result: dict[str, Any]) -> None:
        failed = [f"{case}: {why}" for case, why in result["failed"].items()]
        text = _("Cases segmented: {count}.").format(count=result["scored"])
        self._ended("\n".join([text, *failed]))

    def _onError(self, error: SpineError) -> None:
        cancelled = isinstance(error, Cancelled)
        self._ended(_("Cancelled; what is finished is kept.") if cancelled else str(error))

    def _ended(self, message: str) -> None:
        self._message = message
        self._scoring.update()
        if self._data is not None:
            self._data.reload()
        self._onChanged()


def _texts(queued: Queued) -> list[str]:
    score = "" if queued.score is None else f"{queued.score:.2f}"
    return [queued.case.id, _state(queued.case), score, "; ".join(queued.reasons)]


def _state(case: Case) -> str:
    state = _("set aside") if case.set_aside else _(case.state)
    return f"{state} (T)" if case.test else state
