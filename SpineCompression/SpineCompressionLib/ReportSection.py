"""The panel's section "Report": the command line's report, with pictures from Slicer's own views."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import slicer

from SpineLib.errors import SpineError, from_exception
from SpineLib.outputs.answers import write_answers
from SpineLib.outputs.prognosis import write_prognosis
from SpineLib.store.files import temporary_directory
from SpineLib.translation import tr as _
from SpineSlicer.host.Turns import Turns
from SpineSlicer.scene.reportAnswers import readerAnswers
from SpineSlicer.scene.ShownStudy import STUDY_CHANGED, ShownStudy

from .viewPictures import takingPictures


class ReportSection:
    """Writes the report and copies the verdict.

    Args:
        ui: the panel's widgets.
        study: what is reported.
        result: says the verdict as text (`ResultSection`).
        worker: writes the HTML (`WorkerProcess`), whose Python has what that needs.
        outcome: what a model says of the patient (`OutcomeSection`).
    """

    def __init__(self, ui: Any, study: ShownStudy, result: Any, worker: Any, outcome: Any) -> None:
        self._outcome = outcome
        self._ui, self._study, self._result, self._worker = ui, study, result, worker
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._turns = Turns()
        ui.writeReportButton.connect("clicked(bool)", self._onWrite)
        ui.copyVerdictButton.connect("clicked(bool)", self._onCopy)
        study.listen(self._onChanged)
        self._onChanged(STUDY_CHANGED)

    def write(self, path: str) -> None:
        """Takes the pictures and has the report written; the line beneath says when it is there."""
        if not path or self._study.findings is None or self._folder is not None:
            return
        self._folder = temporary_directory("slicer")
        folder = Path(self._folder.name)
        text = json.dumps(self._study.findings.to_dict(), ensure_ascii=False, allow_nan=False)
        (folder / "findings.json").write_text(text, encoding="utf-8")
        write_answers(readerAnswers(self._study.findings, self._study.log), folder)
        if self._outcome.prognosis is not None:
            write_prognosis(self._outcome.prognosis, folder)
        self._say(_("Writing the report…"))
        self._turns.start(
            takingPictures(self._study, folder),
            onDone=lambda _none: self._ask(folder, path),
            onError=lambda error: self._onError(from_exception(error)),
        )

    def stop(self) -> None:
        """Leaves nothing behind; for when the module goes away."""
        self._turns.stop()
        self._end("")

    def _ask(self, folder: Path, path: str) -> None:
        self._worker.request(
            "report",
            {"reading": str(folder), "pictures": str(folder), "file": path},
            onResult=self._onWritten,
            onError=self._onError,
        )

    def _onWrite(self, *_arguments: Any) -> None:
        import qt

        parent = self._ui.writeReportButton
        title, kinds = _("Write the report"), _("Reports (*.html)")
        self.write(qt.QFileDialog.getSaveFileName(parent, title, "report.html", kinds))

    def _onCopy(self, *_arguments: Any) -> None:
        slicer.app.clipboard().setText(self._result.verdictText())
        self._say(_("Copied."))

    def _onWritten(self, result: dict[str, Any]) -> None:
        self._end(_("Written: {file}").format(file=result["file"]))

    def _onError(self, error: SpineError) -> None:
        self._end(str(error))

    def _end(self, text: str) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
        self._say(text)

    def _onChanged(self, what: str) -> None:
        if what == STUDY_CHANGED:
            has = self._study.findings is not None
            self._ui.writeReportButton.enabled = self._ui.copyVerdictButton.enabled = has

    def _say(self, text: str) -> None:
        self._ui.reportStatusLabel.text = text
