"""The panel's section "Review": a reader's own answers, beside the model's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from SpineLib.errors import SpineError
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED
from SpineSlicer.host.readersName import keepReadersName, readersName
from SpineSlicer.scene.ShownStudy import PLACE_CHANGED, STUDY_CHANGED, ShownStudy

from . import reviewExport
from .Timeline import GRADE_KEYS


class ReviewSection:
    """Takes a reader's answers by buttons and keys.

    Args:
        ui: the panel's widgets.
        study: what the answers are about.

    Attributes:
        keys: key name → what it does; the timeline hands its keys on to them.
    """

    def __init__(self, ui: Any, study: ShownStudy) -> None:
        import qt

        self._ui, self._study, self._grades = ui, study, []
        self.keys: dict[str, Callable[[], None]] = {
            "0": lambda: self._answer("compression", NOT_COMPRESSED),
            "1": lambda: self._answer("compression", COMPRESSED),
            "A": self._agree,
            "Ctrl+Z": study.undo,
            "Ctrl+Y": study.redo,
        }
        for number, key in enumerate(GRADE_KEYS):
            self.keys[key] = lambda number=number: self._gradeNumber(number)
        ui.readerEdit.text = readersName()
        ui.readerEdit.connect("editingFinished()", self._onReader)
        for name, key in (("notCompressed", "0"), ("compressed", "1"), ("agree", "A"),
                          ("undo", "Ctrl+Z"), ("redo", "Ctrl+Y")):  # fmt: skip
            button = getattr(ui, f"{name}Button")
            button.connect("clicked(bool)", lambda *_, key=key: self.keys[key]())
        ui.exportLabelsButton.connect("clicked(bool)", self._onExportLabels)
        ui.exportTableButton.connect("clicked(bool)", self._onExportTable)
        row = qt.QHBoxLayout(ui.gradeHolder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        study.listen(self._onChanged)
        self._onChanged(STUDY_CHANGED)

    def exportLabels(self, path: str) -> None:
        """Writes ``compression_label.csv`` of the current stack; says what is missing."""
        self._export(reviewExport.writeLabels, path)

    def exportTable(self, path: str) -> None:
        """Writes every slice with the model's and the reader's answers."""
        self._export(reviewExport.writeTable, path)

    def _export(self, write: Callable[[ShownStudy, Path], str], path: str) -> None:
        if not path:
            return
        try:
            self._ui.reviewStatusLabel.text = write(self._study, Path(path))
        except SpineError as error:
            self._ui.reviewStatusLabel.text = str(error)

    def _answer(self, task: str, answer: str) -> None:
        self._study.answer(task, answer, reader=self._reader(), reason=self._reason())

    def _agree(self) -> None:
        chosen = len(self._study.chosen)
        answered = self._study.agree(reader=self._reader(), reason=self._reason())
        if answered < chosen:
            self._ui.reviewStatusLabel.text = _(
                "{n} slices have no clear answer of the model to agree with; use 0 or 1."
            ).format(n=chosen - answered)

    def _gradeNumber(self, number: int) -> None:
        scheme = self._study.scheme
        if scheme and number < len(scheme.grades):
            self._answer("grading", scheme.grades[number])

    def _reader(self) -> str:
        return self._ui.readerEdit.text.strip()

    def _reason(self) -> str:
        reason = self._ui.reasonEdit.text.strip()
        self._ui.reasonEdit.text = ""
        return reason

    def _onReader(self) -> None:
        keepReadersName(self._reader())

    def _onExportLabels(self, *_arguments: Any) -> None:
        self.exportLabels(self._askFile("compression_label.csv"))

    def _onExportTable(self, *_arguments: Any) -> None:
        self.exportTable(self._askFile("reviews.csv"))

    def _askFile(self, name: str) -> str:
        import qt

        parent = self._ui.exportLabelsButton
        return qt.QFileDialog.getSaveFileName(parent, _("Export"), name, _("Tables (*.csv)"))

    def _onChanged(self, what: str) -> None:
        ui, study = self._ui, self._study
        if what == STUDY_CHANGED:
            self._fillGrades()
        numbers = [study.slice(n).index + 1 for n in study.chosen]
        ui.selectionLabel.text = _range(numbers)
        for name in ("notCompressed", "compressed", "agree", "exportLabels", "exportTable"):
            getattr(ui, f"{name}Button").enabled = bool(numbers)
        ui.undoButton.enabled = study.log.canUndo
        ui.redoButton.enabled = study.log.canRedo
        if what != PLACE_CHANGED:
            done = sum(study.isReviewed(n) for n in range(len(study.places)))
            total = len(study.places)
            ui.reviewStatusLabel.text = (
                _("{n} of {m} slices reviewed").format(n=done, m=total) if total else ""
            )

    def _fillGrades(self) -> None:
        import qt

        for button in self._grades:
            button.hide()
            button.deleteLater()
        scheme, self._grades = self._study.scheme, []
        for number, grade in enumerate(scheme.grades if scheme else ()):
            button = qt.QToolButton()
            button.text = grade
            button.toolTip = _("{scheme} {grade} (key {key})").format(
                scheme=scheme.name, grade=grade, key=GRADE_KEYS[number]
            )
            button.connect("clicked(bool)", lambda *_, n=number: self._gradeNumber(n))
            self._ui.gradeHolder.layout().addWidget(button)
            self._grades.append(button)


def _range(numbers: list[int]) -> str:
    if not numbers:
        return _("no study is shown")
    low, high = min(numbers), max(numbers)
    whole = len(numbers) == high - low + 1
    return f"{low}" if low == high else (f"{low}–{high}" if whole else ", ".join(map(str, numbers)))


def _(text: str) -> str:
    from slicer.i18n import tr

    return tr(text)
