"""The study as a strip of coloured cells, from the head on the left to the feet on the right."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import qt

from SpineLib.questions import Question
from SpineLib.translation import tr as _
from SpineSlicer.scene.ShownStudy import MEASURED_AGAIN, STUDY_CHANGED, ShownStudy

from .Curves import Curves

GAP, CELL_HEIGHT, NUMBER_HEIGHT, MAXIMUM_WIDTH = 8, 30, 18, 44
# A narrower cell would lose its letter: the series then goes on in another line.
MINIMUM_WIDTH = 11
# Above the cells of each level its name and a bracket, where any level is known.
LEVEL_HEIGHT = 16
# The other questions' answers as a band along a cell's lower edge.
BAND = 5
# Keys that answer the questions beside the one of 0 and 1, by their values' order; a row a question.
GRADE_KEYS = ("QWERTY", "345678", "DFGHJK")


class Timeline(qt.QWidget):
    """Shows a `ShownStudy` and moves it: click, drag, arrows; Shift chooses a range.

    A cell has colour and letter of the answer to the lead question (the reader's where there is
    one), as the ring has; a band along its lower edge has the colours of the other questions'
    answers. Where several answers are possible the band (of the lead question one along the upper
    edge) has the colours of all of them. A bracket above holds the cells of each level together. A
    dot says that a reader answered, a dark corner that answers contradict each other, a dotted line
    that a model was forced, a frame around the cell which slice one is at.
    Under each line are the curves of what was measured (`Curves`), each slice below its cell.
    Cells of one stack stand together, blocks apart, another series in another row; a series of
    many slices goes on in another line. It lives as long as the panel.

    Args:
        study: what is shown.
        keys: key name → what it does, beyond moving; see `CompressionPanel`.
    """

    def __init__(self, study: ShownStudy, keys: dict[str, Any]) -> None:
        qt.QWidget.__init__(self)
        self._study, self._keys, self.curves = study, keys, Curves(study)
        self.focusPolicy = qt.Qt.StrongFocus
        self.toolTip = _(
            "Click or drag to scroll the views. ← →: neighbours; P, N: flagged; U: "
            "unreviewed; Shift: choose a range; 0, 1: answer; A: agree; Ctrl+Z: undo."
        )
        self.toolTip += "\n" + _("Several colours side by side along an edge: all are possible.")
        self.toolTip += "\n" + _("A dotted line in a cell: a model was run anyway (forced).")
        self.toolTip += "\n" + self.curves.toolTip
        self.accessibleName = _("Strip of slices")
        self._fit()
        study.listen(self._onChanged)

    def cellRects(self) -> list[tuple[float, float, float, float]]:
        """Left, top, width and height of each place's cell, in pixels."""
        places = self._study.places
        rects = [(0.0, 0.0, 0.0, 0.0)] * len(places)
        for numbers, over in self._tops():
            first = places[numbers[0]].block
            gaps = places[numbers[-1]].block - first
            room = self.width - 4 - gaps * GAP
            width = min(MAXIMUM_WIDTH, room / len(numbers))
            for count, number in enumerate(numbers):
                left = 2 + count * width + (places[number].block - first) * GAP
                top = 3.0 + self._levelHeight() + over
                rects[number] = (left, top, width, float(CELL_HEIGHT))
        return rects

    def levelRuns(self) -> list[tuple[str, int, int]]:
        """Name, first and last cell of each run of neighbours at one level, in one line and block."""
        places, runs = self._study.places, list[tuple[str, int, int]]()
        for numbers in self._lines():
            for n, number in enumerate(numbers):
                level = self._study.slice(number).level
                name, first, last = runs[-1] if n and runs else ("", -1, -1)
                if level and level == name and places[last].block == places[number].block:
                    runs[-1] = (name, first, number)
                else:
                    runs.append((level, number, number))
        return [run for run in runs if run[0]]

    def _levelHeight(self) -> int:
        known = any(self._study.slice(n).level for n in range(len(self._study.places)))
        return LEVEL_HEIGHT if known else 0

    def _tops(self) -> list[tuple[list[int], int]]:
        """The places of each line, and how far down it begins."""
        tops, top = [], 0
        for numbers in self._lines():
            tops.append((numbers, top))
            top += self._levelHeight() + CELL_HEIGHT + NUMBER_HEIGHT + self.curves.height(numbers)
        return tops

    def curvesTop(self, numbers: list[int]) -> float:
        """Where the curves of a line begin, in pixels."""
        _left, top, _width, height = self.cellRects()[numbers[0]]
        return top + height + NUMBER_HEIGHT

    def _lines(self) -> list[list[int]]:
        """The places' numbers, a list a line; lines of one series are equally long."""
        rows: dict[int, list[int]] = {}
        for number, place in enumerate(self._study.places):
            rows.setdefault(place.row, []).append(number)
        lines = []
        for numbers in rows.values():
            gaps = self._study.places[numbers[-1]].block
            fitting = max(1, int((self.width - 4 - gaps * GAP) / MINIMUM_WIDTH))
            each = math.ceil(len(numbers) / math.ceil(len(numbers) / fitting))
            lines += [numbers[n : n + each] for n in range(0, len(numbers), each)]
        return lines

    def paintEvent(self, _event: Any) -> None:
        painter = qt.QPainter(self)
        rects = self.cellRects()
        for number, rect in enumerate(rects):
            self._paintCell(painter, number, rect)
        for name, first, last in self.levelRuns():
            self._paintLevel(painter, name, rects[first], rects[last])
        for number in self._study.chosen:
            self._paintFrame(painter, rects[number], number == self._study.place)
        ink = self.palette.color(qt.QPalette.WindowText)
        for numbers in self._lines():
            self.curves.paint(painter, rects, numbers, self.curvesTop(numbers), ink)
        painter.end()

    def resizeEvent(self, _event: Any) -> None:
        self._fit()

    def mousePressEvent(self, event: Any) -> None:
        self.setFocus()
        self._go(event)

    def mouseMoveEvent(self, event: Any) -> None:
        self._go(event)

    def keyPressEvent(self, event: Any) -> None:
        shift = bool(event.modifiers() & qt.Qt.ShiftModifier)
        moves = {qt.Qt.Key_Left: -1, qt.Qt.Key_Up: -1, qt.Qt.Key_Right: 1, qt.Qt.Key_Down: 1}
        ends = {qt.Qt.Key_Home: 0, qt.Qt.Key_End: len(self._study.places) - 1}
        key = event.key()
        if key in moves:
            self._study.go(self._study.place + moves[key], extend=shift)
        elif key in ends:
            self._study.go(ends[key], extend=shift)
        elif not self.does(event):
            event.ignore()

    def does(self, event: Any) -> bool:
        """Does what a key means beyond moving, wherever it was pressed; False where it means nothing."""
        control = bool(event.modifiers() & qt.Qt.ControlModifier)
        key = event.key()
        name = ("Ctrl+" if control else "") + (chr(key) if 32 < key < 127 else "")
        if name not in self._keys:
            return False
        self._keys[name]()
        return True

    def _go(self, event: Any) -> None:
        x, y = event.x(), event.y()
        shift = bool(event.modifiers() & qt.Qt.ShiftModifier)
        rects, tops = self.cellRects(), [*self._tops(), ([], self.minimumHeight)]
        for (numbers, over), (_next, under) in pairwise(tops):
            for number in numbers if over <= y - 3 < under else ():
                left, _top, width, _height = rects[number]
                if left <= x < left + width:
                    self._study.go(number, extend=shift)
                    return

    def _paintCell(self, painter: Any, number: int, rect: tuple) -> None:
        left, top, width, height = rect
        box = qt.QRectF(left + 0.5, top, max(width - 1.5, 1.0), height)
        value, lead = self._study.leadValue(number), self._study.lead
        color = qt.QColor(self._study.color(number))
        painter.fillRect(box, color)
        if not value:
            painter.fillRect(box, qt.QBrush(qt.QColor("#555555"), qt.Qt.BDiagPattern))
        self._paintBand(painter, number, rect)
        painter.setPen(qt.QColor("#000000" if _isLight(color) else "#FFFFFF"))
        if lead is not None:
            painter.drawText(box, qt.Qt.AlignCenter, lead.letter(value))
        if any(opinion.forced for opinion in self._study.slice(number).opinions):
            self._paintForced(painter, box)
        if self._study.contradicts(number):
            self._paintCorner(painter, box)
        if self._study.isReviewed(number):
            dot = qt.QRectF(left + width / 2 - 2.5, top + 1.5, 5.0, 5.0)
            painter.setBrush(qt.QBrush(painter.pen().color()))
            painter.drawEllipse(dot)
            painter.setBrush(qt.QBrush())
        every = max(1, round(18 / max(width, 1.0) + 0.49))
        index = self._study.slice(number).index + 1
        if (index - 1) % every == 0:
            painter.setPen(self.palette.color(qt.QPalette.WindowText))
            under = qt.QRectF(left - 10, top + height, width + 20, NUMBER_HEIGHT)
            painter.drawText(under, qt.Qt.AlignCenter, str(index))

    def _paintForced(self, painter: Any, box: Any) -> None:
        """A dotted line under the letter: a model was run anyway."""
        before, pen = painter.pen(), qt.QPen(painter.pen().color())
        pen.setWidth(2)
        pen.setStyle(qt.Qt.DotLine)
        painter.setPen(pen)
        under = box.bottom() - BAND - 2.5
        painter.drawLine(qt.QLineF(box.left() + 2, under, box.right() - 2, under))
        painter.setPen(before)

    def _paintCorner(self, painter: Any, box: Any) -> None:
        """A dark square with a light edge: answers contradict each other."""
        side = min(6.0, box.width())
        painter.fillRect(qt.QRectF(box.right() - side, box.top(), side, side), qt.QColor("#FFFFFF"))
        inner = qt.QRectF(box.right() - side + 1, box.top(), side - 1, side - 1)
        painter.fillRect(inner, qt.QColor("#000000"))

    def _paintLevel(self, painter: Any, name: str, first: tuple, last: tuple) -> None:
        """A bracket over the cells, and the name over it where it has room."""
        left, right, top = first[0] + 1.5, last[0] + last[2] - 1.5, first[1] - 3
        painter.setPen(self.palette.color(qt.QPalette.WindowText))
        for x in (left, right):
            painter.drawLine(qt.QLineF(x, top, x, top + 2))
        painter.drawLine(qt.QLineF(left, top, right, top))
        if qt.QFontMetrics(painter.font()).horizontalAdvance(name) <= right - left + 4:
            box = qt.QRectF(left - 2, top - LEVEL_HEIGHT + 2, right - left + 4, LEVEL_HEIGHT - 2)
            painter.drawText(box, qt.Qt.AlignCenter, name)

    def _paintBand(self, painter: Any, number: int, rect: tuple) -> None:
        left, top, width, height = rect
        others, room = self._study.others(number), max(width - 1.5, 1.0)
        share = room / max(len(others), 1)
        for count, (question, value, opinion) in enumerate(others):
            values = opinion.grade_set if opinion is not None else []
            start = left + 0.5 + count * share
            self._paintColors(
                painter, question, values or [value], start, top + height - BAND, share
            )
        lead, slice_ = self._study.lead, self._study.slice(number)
        leadOpinion = slice_.opinion(lead.key) if lead is not None else None
        answered = lead is not None and self._study.reviewed(number, lead.key) is not None
        if leadOpinion and len(leadOpinion.grade_set) > 1 and not answered:
            self._paintColors(painter, lead, leadOpinion.grade_set, left + 0.5, top, room)

    def _paintColors(
        self, painter: Any, question: Question, values: list[str],
        left: float, top: float, width: float,
    ) -> None:  # fmt: skip
        each = width / len(values)
        for n, value in enumerate(values):
            box = qt.QRectF(left + n * each, top, each, BAND)
            painter.fillRect(box, qt.QColor(question.color(value)))

    def _paintFrame(self, painter: Any, rect: tuple, current: bool) -> None:
        """Around the cell, so that its colour stays in sight."""
        left, top, width, height = rect
        pen = qt.QPen(self.palette.color(qt.QPalette.WindowText))
        pen.setWidth(2 if current else 1)
        painter.setPen(pen)
        painter.setBrush(qt.QBrush())
        painter.drawRect(qt.QRectF(left - 0.5, top - 1.5, max(width + 0.5, 2.0), height + 3.0))

    def _onChanged(self, what: str) -> None:
        if what in (STUDY_CHANGED, MEASURED_AGAIN):
            self.curves.read()
        self._fit()
        self.update()

    def _fit(self) -> None:
        lines = self._lines() or [[]]
        each = self._levelHeight() + CELL_HEIGHT + NUMBER_HEIGHT
        self.minimumHeight = sum(each + self.curves.height(line) for line in lines) + 4


def _isLight(color: Any) -> bool:
    # Relative luminance without gamma, as in ITU-R BT.601: enough to choose black or white.
    return 0.299 * color.red() + 0.587 * color.green() + 0.114 * color.blue() > 140
