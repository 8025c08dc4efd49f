"""The panel's section "Review": a reader's own answers, beside the model's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from SpineLib.errors import SpineError
from SpineLib.questions import Question
from SpineLib.translation import tr as _
from SpineLib.wording import count
from SpineSlicer.host.readersName import keepReadersName, readersName
from SpineSlicer.scene.ShownStudy import PLACE_CHANGED, STUDY_CHANGED, VOLUME_CHANGED, ShownStudy

from . import reviewExport
from .Timeline import GRADE_KEYS

# As many as a dock of Slicer's own width has room for.
CHARACTERS_A_ROW = 24


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

        self._ui, self._study = ui, study
        self._graded: list[Question] = []  # each has rows of buttons, and keys
        self._rows: list[Any] = []
        self.keys: dict[str, Callable[[], None]] = {
            "0": lambda: self._answerTwo(0),
            "1": lambda: self._answerTwo(1),
            "A": self._agree,
            "C": self._compare,
            "Ctrl+Z": study.undo,
            "Ctrl+Y": study.redo,
        }
        for row, keys in enumerate(GRADE_KEYS):
            for number, key in enumerate(keys):
                self.keys[key] = lambda row=row, number=number: self._gradeNumber(row, number)
        ui.readerEdit.text = readersName()
        ui.readerEdit.connect("editingFinished()", self._onReader)
        for name, key in (("notCompressed", "0"), ("compressed", "1"), ("agree", "A"),
                          ("compare", "C"), ("undo", "Ctrl+Z"), ("redo", "Ctrl+Y")):  # fmt: skip
            button = getattr(ui, f"{name}Button")
            button.connect("clicked(bool)", lambda *_, key=key: self.keys[key]())
        ui.exportLabelsButton.connect("clicked(bool)", self._onExportLabels)
        ui.exportTableButton.connect("clicked(bool)", self._onExportTable)
        rows = qt.QVBoxLayout(ui.gradeHolder)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(2)
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
        self._file(lambda author: self._study.answer(task, answer, **author))

    def _agree(self) -> None:
        chosen = len(self._study.chosen)
        answered = self._file(lambda author: self._study.agree(**author))
        if answered is not None and answered < chosen:
            self._ui.reviewStatusLabel.text = _(
                "On {slices} the model gives no clear answer to agree with; use 0 or 1."
            ).format(slices=count(chosen - answered, "slice", tr=_))

    def _compare(self) -> None:
        self._file(lambda author: self._study.compare(reader=author["reader"]))

    @property
    def _two(self) -> Question | None:
        """The first question with two values, which the keys 0 and 1 answer."""
        return next((q for q in self._study.questions if len(q.values) == 2), None)

    def _others(self) -> list[Question]:
        """The other questions that a model or a reader answered anywhere in the study."""
        study = self._study
        stacks = study.findings.stacks if study.findings else ()
        given = {
            o.question for s in stacks for slice_ in s.slices for o in slice_.opinions if o.assessed
        }
        given |= study.log.questions
        return [q for q in study.questions if q is not self._two and q.key in given]

    def _answerTwo(self, number: int) -> None:
        if self._two is not None:
            self._answer(self._two.key, self._two.values[number])

    def _gradeNumber(self, row: int, number: int) -> None:
        graded = self._graded  # rows stay as they are until another study or reading is shown
        if row < len(graded) and number < len(graded[row].values):
            self._answer(graded[row].key, graded[row].values[number])

    def _file(self, say: Callable[[dict[str, str]], Any]) -> Any:
        """Files an answer with reader and reason; says why not where it cannot be taken."""
        try:
            result = say({"reader": self._reader(), "reason": self._ui.reasonEdit.text.strip()})
        except SpineError as error:
            self._ui.reviewStatusLabel.text = str(error)
            return None
        self._ui.reasonEdit.text = ""
        return result

    def _reader(self) -> str:
        return self._ui.readerEdit.text.strip()

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
        for name in (
            "notCompressed",
            "compressed",
            "agree",
            "compare",
            "exportLabels",
            "exportTable",
        ):
            getattr(ui, f"{name}Button").enabled = bool(numbers)
        ui.undoButton.enabled = study.log.can_undo
        ui.redoButton.enabled = study.log.can_redo
        if what not in (PLACE_CHANGED, VOLUME_CHANGED):
            done = sum(study.isReviewed(n) for n in range(len(study.places)))
            total = len(study.places)
            ui.reviewStatusLabel.text = (
                _("{n} of {m} slices reviewed").format(n=done, m=total) if total else ""
            )

    def _fillGrades(self) -> None:
        for row in self._rows:
            self._ui.gradeHolder.layout().removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows, self._graded = [], self._others()
        two = self._two
        for number, name in enumerate(("notCompressedButton", "compressedButton")):
            button = getattr(self._ui, name)
            button.visible = two is not None
            if two is not None:
                button.text = f"{number}  {_(two.values[number])}"
                button.toolTip = f"{two.title}: {two.values[number]} " + _("(key {key})").format(
                    key=number
                )
        self._ui.notCompressedButtonLabel.visible = two is not None
        self._ui.gradeHolder.visible = self._ui.gradeHolderLabel.visible = bool(self._graded)
        for number, question in enumerate(self._graded):
            for values in _rowsOf(question):
                self._addRow(number, question, values)

    def _addRow(self, keys: int, question: Question, values: range) -> None:
        import qt

        row = qt.QWidget(self._ui.gradeHolder)
        layout = qt.QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for number in values:
            layout.addWidget(self._gradeButton(qt.QToolButton(), question, keys, number))
        layout.addStretch(1)
        self._ui.gradeHolder.layout().addWidget(row)
        self._rows.append(row)

    def _gradeButton(self, button: Any, question: Question, row: int, number: int) -> Any:
        keys = GRADE_KEYS[row] if row < len(GRADE_KEYS) else ""
        button.text = question.values[number]
        button.toolTip = f"{question.title}: {question.values[number]}"
        if number < len(keys):
            button.toolTip += " " + _("(key {key})").format(key=keys[number])
        button.connect("clicked(bool)", lambda *_: self._gradeNumber(row, number))
        return button


def _rowsOf(question: Question) -> list[range]:
    """Numbers of the values that stand side by side; long words begin a new row."""
    first, length, rows = 0, 0, []
    for number, value in enumerate(question.values):
        if number > first and length + len(value) > CHARACTERS_A_ROW:
            rows.append(range(first, number))
            first, length = number, 0
        length += len(value)
    return [*rows, range(first, len(question.values))]


def _range(numbers: list[int]) -> str:
    if not numbers:
        return _("no study is shown")
    low, high = min(numbers), max(numbers)
    whole = len(numbers) == high - low + 1
    return f"{low}" if low == high else (f"{low}–{high}" if whole else ", ".join(map(str, numbers)))
