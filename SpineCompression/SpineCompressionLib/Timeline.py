"""The study as a strip of coloured cells, from the head on the left to the feet on the right."""

from __future__ import annotations

from typing import Any

import qt

from SpineLib.labels import NOT_ASSESSED, VERDICT_COLORS, VERDICT_LETTERS
from SpineSlicer.scene.ShownStudy import ShownStudy

GAP, CELL_HEIGHT, NUMBER_HEIGHT, MAXIMUM_WIDTH = 8, 30, 16, 44
# Keys that answer with the scheme's grades, in their order.
GRADE_KEYS = "QWERTY"


class Timeline(qt.QWidget):
    """Shows a `ShownStudy` and moves it: click, drag, arrows; Shift chooses a range.

    A cell has the colour of its verdict (the reader's where there is one) and its letter, or the
    grade where slices are graded; a dot says that a reader answered, a frame which slice one is
    at. Cells of one stack stand together, blocks apart, another series in another row. It lives
    as long as the panel.

    Args:
        study: what is shown.
        keys: key name → what it does, beyond moving; see `CompressionPanel`.
    """

    def __init__(self, study: ShownStudy, keys: dict[str, Any]) -> None:
        qt.QWidget.__init__(self)
        self._study, self._keys = study, keys
        self.focusPolicy = qt.Qt.StrongFocus
        self.toolTip = _(
            "Click or drag to scroll the views. ← → neighbours, P N flagged, U unreviewed, "
            "Shift chooses a range, 0 1 answer, A agree, Ctrl+Z undo."
        )
        self.accessibleName = _("Timeline of slices")
        self._fit()
        study.listen(self._onChanged)

    def cellRects(self) -> list[tuple[float, float, float, float]]:
        """Left, top, width and height of each place's cell, in pixels."""
        places = self._study.places
        rows: dict[int, list[int]] = {}
        for number, place in enumerate(places):
            rows.setdefault(place.row, []).append(number)
        rects = [(0.0, 0.0, 0.0, 0.0)] * len(places)
        for line, numbers in enumerate(rows.values()):
            gaps = places[numbers[-1]].block
            room = self.width - 2 - gaps * GAP
            width = min(MAXIMUM_WIDTH, room / len(numbers))
            for count, number in enumerate(numbers):
                left = 1 + count * width + places[number].block * GAP
                top = 1 + line * (CELL_HEIGHT + NUMBER_HEIGHT)
                rects[number] = (left, float(top), width, float(CELL_HEIGHT))
        return rects

    def paintEvent(self, _event: Any) -> None:
        painter = qt.QPainter(self)
        rects = self.cellRects()
        for number, rect in enumerate(rects):
            self._paintCell(painter, number, rect)
        for number in self._study.chosen:
            self._paintFrame(painter, rects[number], number == self._study.place)
        painter.end()

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
        for number, (left, top, width, height) in enumerate(self.cellRects()):
            if left <= x < left + width and top <= y < top + height + NUMBER_HEIGHT:
                self._study.go(number, extend=shift)
                return

    def _paintCell(self, painter: Any, number: int, rect: tuple) -> None:
        left, top, width, height = rect
        box = qt.QRectF(left + 0.5, top, max(width - 1.5, 1.0), height)
        verdict, grade = self._study.verdict(number), self._study.grade(number)
        scheme = self._study.scheme
        color = qt.QColor(scheme.color(grade) if grade and scheme else VERDICT_COLORS[verdict])
        painter.fillRect(box, color)
        if verdict == NOT_ASSESSED and not grade:
            painter.fillRect(box, qt.QBrush(qt.QColor("#555555"), qt.Qt.BDiagPattern))
        painter.setPen(qt.QColor("#000000" if _isLight(color) else "#FFFFFF"))
        if width >= 9:
            painter.drawText(box, qt.Qt.AlignCenter, grade or VERDICT_LETTERS[verdict])
        if self._study.isReviewed(number):
            dot = qt.QRectF(left + width / 2 - 2.5, top + height - 7, 5.0, 5.0)
            painter.setBrush(qt.QBrush(painter.pen().color()))
            painter.drawEllipse(dot)
            painter.setBrush(qt.QBrush())
        every = max(1, round(18 / max(width, 1.0) + 0.49))
        index = self._study.slice(number).index + 1
        if (index - 1) % every == 0:
            painter.setPen(self.palette.color(qt.QPalette.WindowText))
            under = qt.QRectF(left - 10, top + height, width + 20, NUMBER_HEIGHT)
            painter.drawText(under, qt.Qt.AlignCenter, str(index))

    def _paintFrame(self, painter: Any, rect: tuple, current: bool) -> None:
        left, top, width, height = rect
        pen = qt.QPen(self.palette.color(qt.QPalette.WindowText))
        pen.setWidth(3 if current else 1)
        painter.setPen(pen)
        painter.setBrush(qt.QBrush())
        painter.drawRect(qt.QRectF(left + 0.5, top, max(width - 1.5, 1.0), height))

    def _onChanged(self, _what: str) -> None:
        self._fit()
        self.update()

    def _fit(self) -> None:
        rows = len({place.row for place in self._study.places}) or 1
        self.minimumHeight = rows * (CELL_HEIGHT + NUMBER_HEIGHT) + 4


def _isLight(color: Any) -> bool:
    # Relative luminance without gamma, as in ITU-R BT.601: enough to choose black or white.
    return 0.299 * color.red() + 0.587 * color.green() + 0.114 * color.blue() > 140


def _(text: str) -> str:
    from slicer.i18n import tr

    return tr(text)
