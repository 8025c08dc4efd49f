"""What was measured of cord and sac along the canal, slice by slice beneath the cells of the strip."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import qt

from SpineLib.quantities import DEFINITIONS, Quantity, find_quantity
from SpineLib.translation import tr as _
from SpineSlicer.scene.quantityPlots import CHARTS, COLORS
from SpineSlicer.scene.ShownStudy import ShownStudy

CAPTION, HEIGHT, GAP = 14, 24, 3
KEYS = [key for chart in CHARTS for key in chart]
# A norm is shaded over its mean and so many standard deviations to both sides.
_DEVIATIONS = 2
# A row reaches over at least this share of its greatest value.
_LEAST_SPAN = 0.4
# What the study's greatest narrowing is of.
_NARROWING = {"cord_ap": "mscc", "sac_ap": "mcc"}

Rect = tuple[float, float, float, float]


class Curves:
    """Draws AP, area and ratio of the cord under a line of cells; of the sac where no cord is.

    Shaded is what healthy adults have at the slice's level, or else the patient's own slices without
    a flag. A dashed line is the mean of the slices that the narrowest one was compared with, which
    have a ring. A coloured square is a flagged slice, the upright line the current one.

    Args:
        study: what is shown.
    """

    def __init__(self, study: ShownStudy) -> None:
        self._study = study
        self.read()

    @property
    def toolTip(self) -> str:
        """What is drawn, and how it is defined."""
        lines = [f"{_(DEFINITIONS[key].title)}: {_(DEFINITIONS[key].definition)}" for key in KEYS]
        drawn = _("Curves: shaded, healthy adults' mean and two standard deviations at this level, "
                  "or of the patient's own slices without a flag; dashed, the mean of the slices with a ring, which the narrowest one was compared "
                  "with; squares, flagged slices.")  # fmt: skip
        return "\n".join([drawn, *lines])

    def read(self) -> None:
        """Takes from the findings what is drawn; call it when they are others."""
        study, every = self._study, range(len(self._study.places))
        measured = [study.slice(n).quantities for n in every]
        measuredByKey = {
            key: [find_quantity(quantities, key) for quantities in measured] for key in KEYS
        }
        self._values = {key: {n: quantity.value for n, quantity in enumerate(measuredByKey[key])
                              if quantity is not None and quantity.value is not None} for key in KEYS}  # fmt: skip
        self._norms = {key: {n: _usual(quantity.norm) for n, quantity in enumerate(measuredByKey[key])
                             if quantity is not None and quantity.norm} for key in KEYS}  # fmt: skip
        self._ranges = {key: self._range(key) for key in KEYS}
        self._compared = {key: self._comparedWith(of) for key, of in _NARROWING.items()}

    def rows(self, numbers: list[int]) -> list[str]:
        """The quantity of each curve under a line of places, from top to bottom."""
        seen = [
            [key for key in chart if self._values[key].keys() & set(numbers)] for chart in CHARTS
        ]
        return [keys[0] for keys in seen if keys]

    def height(self, numbers: list[int]) -> int:
        """Pixels that the curves of a line take."""
        return len(self.rows(numbers)) * (CAPTION + HEIGHT + GAP)

    def points(self, rects: list[Rect], numbers: list[int], key: str, top: float) -> dict[int, Any]:
        """Place → x and y in pixels of its value; places without a value are left out.

        Args:
            rects: of all cells.
            numbers: the line's places.
            key: which quantity.
            top: of its row.
        """
        values = self._values[key]
        return {n: (rects[n][0] + rects[n][2] / 2, self._y(key, values[n], top))
                for n in numbers if n in values}  # fmt: skip

    def band(self, number: int, key: str, top: float) -> tuple[float, float] | None:
        """Upper and lower end in pixels of what is usual at a place's level; None: not known."""
        if number not in self._norms[key]:
            return None
        low, high = self._norms[key][number]
        return self._y(key, high, top), self._y(key, low, top)

    def paint(
        self, painter: Any, rects: list[Rect], numbers: list[int], top: float, ink: Any
    ) -> None:
        """Draws the curves of a line.

        Args:
            painter: of the strip.
            rects, numbers: as of `points`.
            top: below the cells and their numbers.
            ink: colour of text.
        """
        left, right = rects[numbers[0]][0], rects[numbers[-1]][0] + rects[numbers[-1]][2]
        for key in self.rows(numbers):
            painter.setPen(qt.QColor(128, 128, 128, 120))
            for y in (top + CAPTION, top + CAPTION + HEIGHT):
                painter.drawLine(qt.QLineF(left, y, right, y))
            self._paintCurve(painter, rects, numbers, key, top)
            painter.setPen(ink)
            if self._study.place in numbers:
                here = rects[self._study.place]
                x = here[0] + here[2] / 2
                painter.drawLine(qt.QLineF(x, top + CAPTION, x, top + CAPTION + HEIGHT))
            box = qt.QRectF(left, top, 1000, CAPTION)
            painter.drawText(box, qt.Qt.AlignLeft | qt.Qt.AlignVCenter, self.caption(key))
            top += CAPTION + HEIGHT + GAP

    def caption(self, key: str) -> str:
        """What the current slice has, and from where to where the curve goes."""
        what, values = DEFINITIONS[key], self._values[key]
        here = values.get(self._study.place)
        shown = Quantity(key, here).shown() if here is not None else f"– {what.unit}"
        low, high = (
            f"{end:.{what.digits}f}" for end in (min(values.values()), max(values.values()))
        )
        return _("{title} {value} ({low} to {high})").format(
            title=_(what.title), value=shown, low=low, high=high
        )

    def _paintCurve(
        self, painter: Any, rects: list[Rect], numbers: list[int], key: str, top: float
    ) -> None:
        study, ink, points = (
            self._study,
            qt.QColor(COLORS[0]),
            self.points(rects, numbers, key, top),
        )
        shade = qt.QColor(ink.red(), ink.green(), ink.blue(), 45)
        for n in numbers:
            band = self.band(n, key, top)
            if band is not None:
                box = qt.QRectF(rects[n][0], band[0], rects[n][2], band[1] - band[0])
                painter.fillRect(box, shade)
        painter.setPen(ink)
        for first, second in pairwise(points):
            if second == first + 1 and study.places[first].block == study.places[second].block:
                painter.drawLine(qt.QLineF(*points[first], *points[second]))
        self._paintOwnMean(painter, rects, numbers, key, top)
        for n, (x, y) in points.items():
            flagged = study.isFlagged(n)
            side, color = (6.0, qt.QColor(study.color(n))) if flagged else (2.0, ink)
            painter.fillRect(qt.QRectF(x - side / 2, y - side / 2, side, side), color)
            if n in self._compared.get(key, {}):
                painter.setPen(ink)
                painter.setBrush(qt.QBrush())
                painter.drawEllipse(qt.QRectF(x - 3.5, y - 3.5, 7.0, 7.0))

    def _paintOwnMean(
        self, painter: Any, rects: list[Rect], numbers: list[int], key: str, top: float
    ) -> None:
        """The patient's own usual value, from the first slice that was compared with to the last."""
        compared = self._compared.get(key, {})
        if not compared:
            return
        within = [n for n in numbers if min(compared) <= n <= max(compared)]
        pen = qt.QPen(qt.QColor(COLORS[0]))
        pen.setStyle(qt.Qt.DashLine)
        painter.setPen(pen)
        y = self._y(key, sum(compared.values()) / len(compared), top)
        if within:
            right = rects[within[-1]][0] + rects[within[-1]][2]
            painter.drawLine(qt.QLineF(rects[within[0]][0], y, right, y))

    def _range(self, key: str) -> tuple[float, float]:
        """From where to where a row reaches in the whole study; little changes are to look little."""
        bands = [end for band in self._norms[key].values() for end in band]
        seen = [*self._values[key].values(), *bands]
        high = max(seen, default=1.0)
        low = min([*seen, (1 - _LEAST_SPAN) * high])
        room = 0.05 * (high - low)
        return low - room, high + room

    def _comparedWith(self, key: str) -> dict[int, float]:
        """Places that the narrowest slice was compared with, and what was measured there."""
        findings = self._study.findings
        narrowing = find_quantity(findings.quantities, key) if findings else None
        compared = narrowing.compared if narrowing is not None else []
        known = {(slice_.stack, slice_.index): slice_.value for slice_ in compared}
        places = [(place.stack, place.index) for place in self._study.places]
        return {n: known[place] for n, place in enumerate(places) if place in known}

    def _y(self, key: str, value: float, top: float) -> float:
        low, high = self._ranges[key]
        return top + CAPTION + (high - value) / (high - low) * HEIGHT


def _usual(norm: list[float]) -> tuple[float, float]:
    mean, deviation = norm
    return mean - _DEVIATIONS * deviation, mean + _DEVIATIONS * deviation
