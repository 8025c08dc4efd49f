"""The panel's section "Outcome": a model of severity or outcome asked of the patient. Research only."""

from __future__ import annotations

from typing import Any

from SpineLib.errors import SpineError
from SpineLib.outcome.imaging import imaging_of
from SpineLib.outputs.prognosis import Prognosis, beside_sentence, prognosis_of
from SpineLib.translation import tr as _
from SpineSlicer.scene.ShownStudy import MEASURED_AGAIN, STUDY_CHANGED, ShownStudy

INPUT, VALUE, RANGE = range(3)


class OutcomeSection:
    """Asks a model what becomes of the shown patient; the worker answers.

    What was typed and answered is of this patient: another study empties it, and no scene keeps it.

    Args:
        ui: the panel's widgets.
        study: whose reading fills inputs.
        worker: knows the models (`WorkerProcess`).

    Attributes:
        prognosis: the last answer, which the report shows; None where there is none.
    """

    def __init__(self, ui: Any, study: ShownStudy, worker: Any) -> None:
        import qt

        self._ui, self._study, self._worker = ui, study, worker
        self._folder, self._inputs = "", []  # type: tuple[str, list[dict[str, Any]]]
        self._asked = 0
        self.prognosis: Prognosis | None = None
        table = ui.outcomeTable
        table.setColumnCount(3)
        table.setHorizontalHeaderLabels([_("Input"), _("Value"), _("Possible")])
        table.verticalHeader().setVisible(False)
        table.wordWrap = True
        # What is longer than its column goes on in another line of its row.
        table.horizontalHeader().setSectionResizeMode(qt.QHeaderView.Stretch)
        table.verticalHeader().setSectionResizeMode(qt.QHeaderView.ResizeToContents)
        ui.outcomeModelButton.connect("clicked(bool)", self._onChoose)
        ui.predictButton.connect("clicked(bool)", lambda *_: self.predict())
        study.listen(self._onChanged)
        self._show()

    @property
    def values(self) -> dict[str, str]:
        """What stands in the table, by column of the data dictionary; empty cells are left out."""
        table = self._ui.outcomeTable
        typed = [str(table.item(n, VALUE).text()).strip() for n in range(len(self._inputs))]
        return {
            entry["name"]: text for entry, text in zip(self._inputs, typed, strict=True) if text
        }

    def openModel(self, folder: str) -> None:
        """Asks the worker what a model's folder asks for."""
        self._worker.request(
            "outcome", {"action": "model", "model": folder},
            onResult=lambda result: self._onModel(folder, result), onError=self._onError,
        )  # fmt: skip

    def predict(self) -> None:
        """Asks the model with what stands in the table."""
        self._forget()
        self._asked += 1
        number = self._asked
        arguments = {"action": "predict", "model": self._folder, "values": self.values,
                     "force": bool(self._ui.outcomeForceBox.checked)}  # fmt: skip
        self._worker.request(
            "outcome", arguments,
            onResult=lambda result: self._onAnswer(number, result),
            onError=lambda error: self._onError(error, number),
        )  # fmt: skip

    def _onChoose(self, *_arguments: Any) -> None:
        import qt

        title = _("Choose the folder of an outcome model")
        path = qt.QFileDialog.getExistingDirectory(self._ui.outcomeModelButton, title)
        if path:
            self.openModel(path)

    def _onModel(self, folder: str, result: dict[str, Any]) -> None:
        self._folder, self._inputs = folder, result["inputs"]
        text = _("{question}. {title}, learnt from {patients} patients. {notice}")
        self._ui.outcomeModelLabel.text = text.format(**result)
        self._fill()

    def _fill(self) -> None:
        """A row an input; what the reading says stands there already."""
        import qt

        findings = self._study.findings
        imaging = imaging_of(findings) if findings is not None else {}
        table = self._ui.outcomeTable
        table.setRowCount(len(self._inputs))
        for row, entry in enumerate(self._inputs):
            value = imaging.get(entry["name"])
            texts = entry["title"], "" if value is None else f"{value:.4g}", entry["range"]
            for column, text in enumerate(texts):
                item = qt.QTableWidgetItem(text)
                item.setToolTip(text)
                if column != VALUE:
                    item.setFlags(qt.Qt.ItemIsEnabled)
                table.setItem(row, column, item)
        self._forget()

    def _onAnswer(self, number: int, result: dict[str, Any]) -> None:
        if number != self._asked:  # the study changed meanwhile
            return
        self.prognosis = prognosis_of(result["prognosis"])
        self._show()

    def _onError(self, error: SpineError, number: int | None = None) -> None:
        if number in (None, self._asked):
            self._show(str(error))

    def _onChanged(self, what: str) -> None:
        if what in (STUDY_CHANGED, MEASURED_AGAIN):
            self._asked += 1
            self._fill()

    def _forget(self) -> None:
        self.prognosis = None
        self._show()

    def _show(self, text: str = "") -> None:
        answer = self.prognosis
        if answer is not None:
            lines = [f"{answer.question}: {answer.headline}", *answer.lines]
            lines += [beside_sentence(patient) for patient in answer.beside if not patient.outside]
            text = "\n".join([*lines, f"{answer.model}. {_(answer.notice)}"])
        self._ui.outcomeAnswerLabel.text = text
        self._ui.predictButton.enabled = bool(self._folder)
