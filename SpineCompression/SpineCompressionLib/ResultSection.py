"""The panel's section "Result": verdict, timeline, table, and the ways between flagged slices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpineLib.labels import NOT_ASSESSED
from SpineLib.outputs import grade_set_words, level_words, quantity_words, summary
from SpineLib.outputs.contradiction_words import (
    MARK,
    contradiction_line,
    contradiction_text,
    contradictions_on,
)
from SpineLib.quantities import DEFINITIONS, value_of
from SpineLib.questions import Opinion, Question
from SpineLib.reasons import UNLIKE_CODES
from SpineLib.slabs import Steps
from SpineLib.translation import tr as _
from SpineSlicer.host.fillWidgets import showLine
from SpineSlicer.host.rowInSight import bringIntoSight
from SpineSlicer.host.Turns import Turns
from SpineSlicer.scene.ShownStudy import (
    MEASURED_AGAIN,
    PLACE_CHANGED,
    STUDY_CHANGED,
    VOLUME_CHANGED,
    ShownStudy,
)
from SpineSlicer.scene.studies import studyNames
from SpineSlicer.scene.verdicts import shortText

from .Timeline import Timeline

# Rows that are filled in one go; a study of several stacks takes more than one.
ROWS_A_STEP = 50
# What was measured stands at the end, each quantity a column.
MEASURED = ("cord_ap", "cord_area", "compression_ratio", "sac_ap")
COLUMNS = ("Slice", "Stack", "Level", "P", "Verdict", "Grade", "Review", *MEASURED)


class ResultSection:
    """Shows a `ShownStudy` as words, strip and table, all in step.

    Args:
        ui: the panel's widgets.
        study: what is shown.
        keys: what the timeline's keys do, see `Timeline`.
    """

    def __init__(self, ui: Any, study: ShownStudy, keys: dict[str, Any]) -> None:
        import qt

        self._ui, self._study, self._filling = ui, study, False
        self._turns, self._rows = Turns(), []
        self.timeline = Timeline(study, keys)
        row = qt.QVBoxLayout(ui.timelineHolder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.timeline)
        self._prepareTable()
        ui.readingBox.connect("currentIndexChanged(int)", self._onReadingBox)
        ui.findingsTable.connect("itemSelectionChanged()", self._onTable)
        ui.previousFlaggedButton.connect("clicked(bool)", self.previousFlagged)
        ui.nextFlaggedButton.connect("clicked(bool)", self.nextFlagged)
        ui.nextUnreviewedButton.connect("clicked(bool)", self.nextUnreviewed)
        study.listen(self._onChanged)
        self._onChanged(STUDY_CHANGED)

    @property
    def rows(self) -> int:
        """The table's rows, one a slice."""
        return int(self._ui.findingsTable.rowCount)

    def stop(self) -> None:
        """Fills the table no further; for when the module goes away."""
        self._turns.stop()

    def previousFlagged(self, *_arguments: Any) -> None:
        """Goes to the flagged slice before this one."""
        self._step(
            self._study.isFlagged, _("There is no flagged slice before this one."), direction=-1
        )

    def nextFlagged(self, *_arguments: Any) -> None:
        """Goes to the next flagged slice."""
        self._step(self._study.isFlagged, _("There is no flagged slice after this one."))

    def nextUnreviewed(self, *_arguments: Any) -> None:
        """Goes to the next slice that no reader answered."""
        self._step(
            lambda number: not self._study.isReviewed(number),
            _("There is no unreviewed slice after this one."),
        )

    def _step(self, test: Callable[[int], bool], otherwise: str, direction: int = 1) -> None:
        """Goes on, or says that it did not: the next key would answer on the slice that stays."""
        if not self._study.step(test, direction) and self._study.places:
            self._tellSlice()
            self._ui.sliceLabel.text += f". {otherwise}"

    def verdictText(self) -> str:
        """The verdict as plain text, for a report that is written elsewhere."""
        lines = (self._ui.verdictLabel.text, self._ui.detailLabel.text, self._ui.noticeLabel.text)
        return "\n".join(line for line in lines if line)

    def _prepareTable(self) -> None:
        import qt

        table = self._ui.findingsTable
        table.setColumnCount(len(COLUMNS))
        table.setHorizontalHeaderLabels([_columnTitle(name) for name in COLUMNS])
        table.setSelectionBehavior(qt.QAbstractItemView.SelectRows)
        table.setEditTriggers(qt.QAbstractItemView.NoEditTriggers)
        table.verticalHeader().hide()
        table.horizontalHeader().setStretchLastSection(True)
        table.verticalHeader().setDefaultSectionSize(22)
        table.minimumHeight = 190
        table.sortingEnabled = True
        table.sortItems(COLUMNS.index("P"), qt.Qt.DescendingOrder)  # the worst on top
        self._tableKeys = _keysTo(self.timeline)
        table.installEventFilter(self._tableKeys)

    def _onChanged(self, what: str) -> None:
        if what == STUDY_CHANGED:
            self._fillReadings()
            self._tellVerdict()
            self._fillTable()
        elif what == PLACE_CHANGED:
            self._markRows()
        elif what != VOLUME_CHANGED:
            if what == MEASURED_AGAIN:
                self._tellVerdict()
            self._updateTable()
        self._tellSlice()

    def _fillReadings(self) -> None:
        box, scene = self._ui.readingBox, self._study.scene
        self._filling = True
        box.clear()
        known = studyNames(scene)
        for study, name in known.items():
            box.addItem(name, study)
        box.currentIndex = box.findData(self._study.study)
        box.visible = len(known) > int(bool(self._study.study))
        self._filling = False

    def _onReadingBox(self, *_arguments: Any) -> None:
        chosen = self._ui.readingBox.currentData
        if not self._filling and chosen and chosen != self._study.study:
            self._study.open(chosen)

    def _tellVerdict(self) -> None:
        findings, ui = self._study.findings, self._ui
        warnings = level_words.level_warnings(findings) if findings is not None else []
        showLine(ui.warningLabel, "\n".join(f"⚠ {warning}." for warning in warnings))
        for widget in (ui.verdictLabel, ui.detailLabel, ui.noticeLabel, ui.timelineHolder,
                    ui.findingsTable, ui.sliceLabel, ui.plotButton):  # fmt: skip
            widget.visible = findings is not None
        if findings is None:
            return
        head, lead = summary.headline(findings), findings.lead
        ui.verdictLabel.text = head.text
        abnormal = lead is not None and findings.summary(lead.key).verdict == "abnormal"
        color = head.color if abnormal else ""
        ui.verdictLabel.styleSheet = "font-size: 14pt; font-weight: bold;" + (
            f" color: {color};" if color else ""
        )
        ui.detailLabel.text = self._details()
        ui.detailLabel.toolTip = "\n".join(grade_set_words.promise_lines(findings))
        ui.noticeLabel.text = _(findings.notice)

    def _details(self) -> str:
        findings = self._study.findings
        assert findings is not None
        levels = [slice_.level for _stack, slice_ in findings.flagged() if slice_.level]
        named = level_words.flagged_levels(findings)  # the headline says them
        parts = (
            summary.headline(findings).detail,
            _('"Run anyway" reads it nevertheless.') if self._isWithheld() else "",
            "" if named else ", ".join(dict.fromkeys(levels)),
            *(level_words.level_lines(findings) if named or levels else ()),
            *summary.other_lines(findings),
            *grade_set_words.set_lines(findings),
            contradiction_line(findings),
            *quantity_words.narrowest_lines(findings),
        )
        return "\n".join(part for part in parts if part)

    def _isWithheld(self) -> bool:
        """Whether a model answered nothing because all is unlike what it knows."""
        silent = [answer for answer in self._study.findings.summaries if not answer.assessed]
        return any(why.code in UNLIKE_CODES for answer in silent for why in answer.whys)

    def _tellSlice(self) -> None:
        place = self._study.current
        if place is None:
            self._ui.sliceLabel.text = ""
            return
        slice_ = self._study.slice(self._study.place)
        text = _("Slice {n}").format(n=slice_.index + 1)
        text += _(" of stack {id}").format(id=place.stack) if self._severalStacks() else ""
        text += f" ({slice_.level})" if slice_.level else ""
        text += ": " + shortText(self._study.findings, slice_)
        for question in self._study.questions:
            answer = self._study.reviewed(self._study.place, question.key)
            if answer:
                who = _("reader {name}").format(name=answer.reader).strip()
                text += f" | {who}: {_(answer.answer)}"
        lead = slice_.opinion(self._study.lead.key) if self._study.lead else None
        reason = summary.why(lead) if lead else ""
        text += f" ({reason})" if reason else ""
        against = contradiction_text(self._study.findings, slice_)
        text += f". {against}" if against else ""
        measured = quantity_words.slice_text(slice_)
        text += f". {measured}" if measured else ""
        self._ui.sliceLabel.toolTip = quantity_words.definitions_text(slice_)
        problem = self._study.inScene(place.stack).problem
        self._ui.sliceLabel.text = f"{text}. {problem}" if problem else text

    def _severalStacks(self) -> bool:
        return len({place.stack for place in self._study.places}) > 1

    def _fillTable(self) -> None:
        self._turns.start(self._fillingTable(), onDone=self._onFilled, onError=_raise)

    def _fillingTable(self) -> Steps[None]:
        table, count = self._ui.findingsTable, len(self._study.places)
        self._filling = True
        table.sortingEnabled = False
        self._rows = []
        table.setRowCount(0)
        table.setRowCount(count)
        for number in range(count):
            if number and number % ROWS_A_STEP == 0:
                yield
            self._rows.append(self._row(number))
            self._fillRow(number, number)

    def _onFilled(self, _none: Any) -> None:
        table = self._ui.findingsTable
        self._filling = False
        for name in ("Level", "Grade", *MEASURED):
            column = COLUMNS.index(name)
            table.setColumnHidden(column, all(row[column] in ("", "–") for row in self._rows))
        table.setColumnHidden(COLUMNS.index("Stack"), not self._severalStacks())
        table.resizeColumnsToContents()
        table.sortingEnabled = True
        self._markRows()

    def _updateTable(self) -> None:
        """Only the rows that say something else now."""
        if self._turns.busy or len(self._rows) != len(self._study.places):
            self._fillTable()
            return
        table = self._ui.findingsTable
        now = [self._row(number) for number in range(len(self._rows))]
        changed = {n for n, row in enumerate(now) if row != self._rows[n]}
        grades = COLUMNS.index("Grade")
        if changed:
            self._rows, self._filling = now, True
            table.sortingEnabled = False
            for row, number in enumerate(self._numbers()):
                if number in changed:
                    self._fillRow(row, number)
            table.setColumnHidden(grades, all(row[grades] in ("", "–") for row in now))
            table.sortingEnabled = True
            self._filling = False
        self._markRows()

    def _fillRow(self, row: int, number: int) -> None:
        import qt

        for column, value in enumerate(self._rows[number]):
            item = qt.QTableWidgetItem()
            item.setData(qt.Qt.DisplayRole, value)
            if column == 0:
                item.setData(qt.Qt.UserRole, number)
            if column == COLUMNS.index("Verdict"):
                item.setData(qt.Qt.DecorationRole, qt.QColor(self._study.color(number)))
            self._ui.findingsTable.setItem(row, column, item)

    def _numbers(self) -> list[int]:
        """The place of each row, in the order that the table is sorted in."""
        import qt

        table = self._ui.findingsTable
        return [int(table.item(row, 0).data(qt.Qt.UserRole)) for row in range(table.rowCount)]

    def _row(self, number: int) -> tuple[Any, ...]:
        study, slice_ = self._study, self._study.slice(number)
        lead = slice_.opinion(study.lead.key) if study.lead else None
        answers = [study.reviewed(number, question.key) for question in study.questions]
        review = ", ".join(dict.fromkeys(_(a.state) for a in answers if a))
        others = [self._otherWords(*other) for other in study.others(number)]
        return (
            slice_.index + 1,
            study.places[number].stack,
            slice_.level,
            "" if lead is None or lead.probability is None else f"{lead.probability:.2f}",
            _(study.leadValue(number) or NOT_ASSESSED)
            + self._besides(lead, number)
            + f" {MARK}" * bool(contradictions_on(study.findings, slice_)),
            "; ".join(others) or "–",
            review or "–",
            *(_number(value_of(slice_.quantities, key)) for key in MEASURED),
        )

    def _otherWords(self, question: Question, value: str, opinion: Opinion | None) -> str:
        """``2 (high, 1c–2)``; question and model are named where there are several."""
        text, findings = value, self._study.findings
        assert findings is not None
        if opinion is not None:
            words = [_(question.side(opinion.positive)), grade_set_words.beside(opinion)]
            words += [_("forced")] if opinion.forced else []
            inside = ", ".join(word for word in words if word)
            text += f" ({inside})" if inside else ""
            text += findings.told_apart(question.key, opinion.by)
        return f"{question.key} {text}" if len(findings.columns) > 2 else text

    def _besides(self, lead: Opinion | None, number: int) -> str:
        """What stands behind the model's answer, where it is the one that is shown."""
        if lead is None or lead.value != self._study.leadValue(number):
            return ""
        possible = grade_set_words.beside(lead) if lead.grade_set else ""
        text = f" ({possible})" if possible else ""
        return text + (" " + _("(forced)") if lead.forced else "")

    def _markRows(self) -> None:
        import qt

        if self._turns.busy:
            return
        table = self._ui.findingsTable
        self._filling = True
        model, selection = table.model(), table.selectionModel()
        selection.clearSelection()
        rows = qt.QItemSelectionModel.Select | qt.QItemSelectionModel.Rows
        for row, number in enumerate(self._numbers()):
            if number in self._study.chosen:
                selection.select(model.index(row, 0), rows)
            if number == self._study.place:
                bringIntoSight(table, row)
        self._filling = False

    def _onTable(self) -> None:
        if self._filling:
            return
        rows = {item.row() for item in self._ui.findingsTable.selectedItems()}
        known = self._numbers()
        numbers = [known[row] for row in sorted(rows)]
        if len(numbers) == 1:
            self._study.go(numbers[0])
        elif numbers:
            self._study.choose(numbers)


def _columnTitle(name: str) -> str:
    what = DEFINITIONS.get(name)
    return _(name) if what is None else f"{_(what.title)} ({what.unit})"


def _number(value: float | None) -> float | str:
    """A number, so that the column sorts by it; empty where nothing was measured."""
    return "" if value is None else round(value, 1)


def _keysTo(timeline: Timeline) -> Any:
    """Answers by keys in the table too, where Qt would go to a row that begins with the digit."""
    import qt

    class Filter(qt.QObject):
        def eventFilter(self, _watched: Any, event: Any) -> bool:
            return event.type() == qt.QEvent.KeyPress and timeline.does(event)

    return Filter()


def _raise(error: Exception) -> None:
    raise error
