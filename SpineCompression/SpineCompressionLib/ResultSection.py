"""The panel's section "Result": verdict, timeline, table, and the ways between flagged slices."""

from __future__ import annotations

from typing import Any

from SpineLib.labels import NOT_ASSESSED, VERDICT_COLORS
from SpineLib.report import summary

from .ShownStudy import PLACE_CHANGED, STUDY_CHANGED, ShownStudy
from .studies import studiesIn
from .Timeline import Timeline
from .verdicts import shortText

COLUMNS = ("Slice", "Stack", "Level", "P", "Verdict", "Grade", "Review")


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

    def previousFlagged(self, *_arguments: Any) -> None:
        """Goes to the flagged slice before this one."""
        self._study.step(self._study.isFlagged, -1)

    def nextFlagged(self, *_arguments: Any) -> None:
        """Goes to the next flagged slice."""
        self._study.step(self._study.isFlagged)

    def nextUnreviewed(self, *_arguments: Any) -> None:
        """Goes to the next slice that no reader answered."""
        self._study.step(lambda number: not self._study.isReviewed(number))

    def verdictText(self) -> str:
        """The verdict as plain text, for a report that is written elsewhere."""
        lines = (self._ui.verdictLabel.text, self._ui.detailLabel.text, self._ui.noticeLabel.text)
        return "\n".join(line for line in lines if line)

    def _prepareTable(self) -> None:
        import qt

        table = self._ui.findingsTable
        table.setColumnCount(len(COLUMNS))
        table.setHorizontalHeaderLabels([_(name) for name in COLUMNS])
        table.setSelectionBehavior(qt.QAbstractItemView.SelectRows)
        table.setEditTriggers(qt.QAbstractItemView.NoEditTriggers)
        table.verticalHeader().hide()
        table.horizontalHeader().setStretchLastSection(True)
        table.verticalHeader().setDefaultSectionSize(22)
        table.minimumHeight = 190
        table.sortingEnabled = True
        table.sortItems(COLUMNS.index("P"), qt.Qt.DescendingOrder)  # the worst on top

    def _onChanged(self, what: str) -> None:
        if what == STUDY_CHANGED:
            self._fillReadings()
            self._tellVerdict()
        if what == PLACE_CHANGED:
            self._markRows()
        else:
            self._fillTable()
        self._tellSlice()

    def _fillReadings(self) -> None:
        box, scene = self._ui.readingBox, self._study.scene
        self._filling = True
        box.clear()
        known = studiesIn(scene)
        for number, study in enumerate(known, start=1):
            box.addItem(_("Study {n}").format(n=number) + f" ({study[:6]})", study)
        box.currentIndex = box.findData(self._study.study)
        box.visible = len(known) > 1
        self._filling = False

    def _onReadingBox(self, *_arguments: Any) -> None:
        chosen = self._ui.readingBox.currentData
        if not self._filling and chosen and chosen != self._study.study:
            self._study.open(chosen)

    def _tellVerdict(self) -> None:
        findings, ui = self._study.findings, self._ui
        for one in (ui.verdictLabel, ui.detailLabel, ui.noticeLabel, ui.timelineHolder,
                    ui.findingsTable, ui.sliceLabel, ui.plotButton):  # fmt: skip
            one.visible = findings is not None
        if findings is None:
            return
        compression = findings.compression
        head = summary.headline(findings)
        ui.verdictLabel.text = head.text
        color = VERDICT_COLORS["compressed"] if compression.verdict == "abnormal" else ""
        ui.verdictLabel.styleSheet = "font-size: 14pt; font-weight: bold;" + (
            f" color: {color};" if color else ""
        )
        ui.detailLabel.text = self._details()
        ui.noticeLabel.text = findings.notice

    def _details(self) -> str:
        findings = self._study.findings
        assert findings is not None
        levels = [one.level for _stack, one in findings.flagged() if one.level]
        parts = (
            summary.headline(findings).detail,
            ", ".join(dict.fromkeys(levels)),
            summary.grading_line(findings),
        )
        return " · ".join(part for part in parts if part)

    def _tellSlice(self) -> None:
        place = self._study.current
        if place is None:
            self._ui.sliceLabel.text = ""
            return
        one = self._study.slice(self._study.place)
        text = _("Slice {n}").format(n=one.index + 1)
        text += _(" of stack {id}").format(id=place.stack) if self._severalStacks() else ""
        text += f" ({one.level})" if one.level else ""
        text += ": " + shortText(one)
        for task in ("compression", "grading"):
            answer = self._study.reviewed(self._study.place, task)
            if answer:
                who = _("reader {name}").format(name=answer.reader).strip()
                text += f" | {who}: {answer.answer}"
        reason = one.compression.reason
        self._ui.sliceLabel.text = text + (f" ({reason})" if reason else "")

    def _severalStacks(self) -> bool:
        return len({place.stack for place in self._study.places}) > 1

    def _fillTable(self) -> None:
        import qt

        table, study = self._ui.findingsTable, self._study
        self._filling = True
        table.sortingEnabled = False
        table.setRowCount(len(study.places))
        for number in range(len(study.places)):
            for column, value in enumerate(self._row(number)):
                item = qt.QTableWidgetItem()
                item.setData(qt.Qt.DisplayRole, value)
                item.setData(qt.Qt.UserRole, number)
                if column == COLUMNS.index("Verdict"):
                    item.setData(qt.Qt.DecorationRole, qt.QColor(self._color(number)))
                table.setItem(number, column, item)
        table.sortingEnabled = True
        for name in ("Level", "Grade"):
            column, empty = COLUMNS.index(name), ("", "–")
            values = [table.item(row, column).text() for row in range(table.rowCount)]
            table.setColumnHidden(column, all(value in empty for value in values))
        table.setColumnHidden(COLUMNS.index("Stack"), not self._severalStacks())
        table.resizeColumnsToContents()
        self._filling = False
        self._markRows()

    def _row(self, number: int) -> tuple[Any, ...]:
        one = self._study.slice(number)
        p = one.compression.probability
        grading = one.grading
        grade = self._study.grade(number)
        if grade and grading.grade == grade:
            ends = list(dict.fromkeys(grading.interval))
            grade += f" ({grading.verdict}, {'–'.join(ends)})"
        answers = [self._study.reviewed(number, task) for task in ("compression", "grading")]
        review = ", ".join(dict.fromkeys(_(a.state) for a in answers if a))
        return (
            one.index + 1,
            self._study.places[number].stack,
            one.level,
            "" if p is None else f"{p:.2f}",
            _(self._study.verdict(number)),
            grade or "–",
            review or "–",
        )

    def _color(self, number: int) -> str:
        return VERDICT_COLORS.get(self._study.verdict(number), VERDICT_COLORS[NOT_ASSESSED])

    def _markRows(self) -> None:
        import qt

        table = self._ui.findingsTable
        self._filling = True
        model, selection = table.model(), table.selectionModel()
        selection.clearSelection()
        rows = qt.QItemSelectionModel.Select | qt.QItemSelectionModel.Rows
        for row in range(table.rowCount):
            number = table.item(row, 0).data(qt.Qt.UserRole)
            if number in self._study.chosen:
                selection.select(model.index(row, 0), rows)
            if number == self._study.place:
                table.scrollToItem(table.item(row, 0))
        self._filling = False

    def _onTable(self) -> None:
        import qt

        if self._filling:
            return
        items = self._ui.findingsTable.selectedItems()
        numbers = list(dict.fromkeys(int(item.data(qt.Qt.UserRole)) for item in items))
        if len(numbers) == 1:
            self._study.go(numbers[0])
        elif numbers:
            self._study.choose(numbers)


def _(text: str) -> str:
    from slicer.i18n import tr

    return tr(text)
