"""The list "Where to look" of the open case: what cannot be in it, or hardly ever is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from SpineLib.loop.problem import Problem
from SpineSlicer.host.fillWidgets import silently

from .LoopQueueSection import ROW_HEIGHT


class LoopPlaces:
    """Lists places and tells which one the reader chose.

    Args:
        ui: ``placesTable``, ``placeButton``.
        onPlace: called with the place to look at.
    """

    def __init__(self, ui: Any, onPlace: Callable[[Problem], None]) -> None:
        import qt

        self._ui, self._onPlace = ui, onPlace
        self._places: tuple[Problem, ...] = ()
        self._names: Callable[[int], str] | None = None
        table = ui.placesTable
        table.connect("currentCellChanged(int,int,int,int)", self._onRow)
        table.connect("cellClicked(int,int)", self._onRow)
        # A sentence is longer than the panel is wide: it wraps, and its row grows with it.
        table.wordWrap = True
        table.verticalHeader().visible = False
        table.verticalHeader().defaultSectionSize = ROW_HEIGHT
        table.verticalHeader().setSectionResizeMode(qt.QHeaderView.ResizeToContents)
        table.horizontalHeader().setStretchLastSection(True)
        self.show(())

    def show(self, places: Sequence[Problem], names: Callable[[int], str] | None = None) -> None:
        """Lists others.

        Args:
            places: what is listed.
            names: what a structure's number is called, where its level is known.
        """
        import qt

        self._places, self._names = tuple(places), names
        table = self._ui.placesTable
        table.visible = self._ui.placeButton.enabled = bool(places)
        with silently(table):
            table.setRowCount(len(self._places))
            for row, problem in enumerate(self._places):
                texts = ("✖" if problem.serious else "·", self.text(problem))
                for column, text in enumerate(texts):
                    item = qt.QTableWidgetItem(text)
                    item.setToolTip(text)
                    table.setItem(row, column, item)
            table.resizeColumnToContents(0)

    def text(self, problem: Problem) -> str:
        """What is to be looked at; its sentence counts from below, its name is the level's."""
        if self._names is None or problem.structure is None:
            return problem.what
        return f"{self._names(problem.structure)}: {problem.what}"

    def next(self) -> None:
        """Goes to the next place, after the last one to the first."""
        if not self._places:
            return
        table = self._ui.placesTable
        row = (table.currentRow() + 1) % len(self._places)
        with silently(table):
            table.setCurrentCell(row, 0)
        self._onRow(row)

    def _onRow(self, row: int, *_arguments: Any) -> None:
        if 0 <= row < len(self._places):
            self._onPlace(self._places[row])
