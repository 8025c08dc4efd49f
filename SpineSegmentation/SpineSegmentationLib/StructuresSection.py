"""The panel's table of structures: sizes, groups to show, and a jump to each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer

from SpineLib.inference.measures import Measure, measure

from .measuresTable import NUMBERS, showMeasures
from .segmentGroups import isGroupVisible, setGroupVisible
from .segmentNames import bodyPoint
from .spineSegmentation import currentLabelmap, segmentationFinding

_DIGITS = {"volume_ml": 1, "canal_area": 0}
_NONE = "–"


class StructuresSection:
    """Shows one segmentation; it lives as long as the module's panel.

    Args:
        ui: the panel's widgets: ``vertebraBox``, ``discBox``, ``canalBox``, ``show3DButton``,
            ``structuresTable``, ``evidenceLabel``.
        onChosen: called with the label number of the row that was chosen.
    """

    def __init__(self, ui: Any, onChosen: Callable[[int], None]) -> None:
        self._ui, self._onChosen = ui, onChosen
        self._node: Any = None
        self._measures: list[Measure] = []
        self._boxes = {"vertebra": ui.vertebraBox, "disc": ui.discBox, "canal": ui.canalBox}
        for group, box in self._boxes.items():
            box.connect("toggled(bool)", lambda on, group=group: self._onGroup(group, on))
        ui.show3DButton.connect("toggled(bool)", self._onShow3D)
        ui.structuresTable.connect("cellClicked(int,int)", self._onRow)
        ui.structuresTable.connect("currentCellChanged(int,int,int,int)", self._onRow)
        self.show(None)

    @property
    def measures(self) -> list[Measure]:
        """What stands in the table."""
        return self._measures

    def show(self, node: Any) -> None:
        """Shows a segmentation, or that there is none; measures it anew."""
        self._node = node
        self._measures, evidence = [], ""
        if node is not None:
            evidence = self._measure()
            showMeasures(node, self._measures)
        self._fill()
        self._ui.evidenceLabel.text = evidence
        for group, box in self._boxes.items():
            _silently(box, node is None or isGroupVisible(node, group))
            box.enabled = node is not None
        self._ui.show3DButton.enabled = node is not None
        display = node.GetDisplayNode() if node is not None else None
        shown = bool(display and display.GetVisibility3D() and _hasSurfaces(node))
        _silently(self._ui.show3DButton, shown)

    def choose(self, label: int) -> None:
        """Chooses the row of a structure, as a click does."""
        for row, one in enumerate(self._measures):
            if one.label == label:
                self._ui.structuresTable.setCurrentCell(row, 0)

    def _measure(self) -> str:
        labelmap = currentLabelmap(self._node)
        finding = segmentationFinding(self._node, labelmap)
        if labelmap is None:
            return _("The segmented volume is not in the scene, so that nothing can be measured.")
        self._measures = measure(labelmap, finding)
        # A vertebra's middle lies in its canal; what a reader wants to see is the body.
        self._places = {one.label: one.place_ras for one in self._measures}
        for one in finding.segments:
            if one.kind == "vertebra" and one.label in self._places:
                self._places[one.label] = tuple(float(x) for x in bodyPoint(labelmap, one))
        return finding.evidence

    def _fill(self) -> None:
        import qt

        table = self._ui.structuresTable
        blocked = table.blockSignals(True)
        table.setRowCount(len(self._measures))
        for row, one in enumerate(self._measures):
            name = one.name + (_(" (partial)") if one.partial else "")
            texts = [name, *(_text(one, attribute) for attribute in NUMBERS.values())]
            for column, text in enumerate(texts):
                item = qt.QTableWidgetItem(text)
                if column:
                    item.setTextAlignment(int(qt.Qt.AlignRight) | int(qt.Qt.AlignVCenter))
                else:
                    item.setToolTip(_("Choose it to jump there in all views."))
                table.setItem(row, column, item)
        table.resizeColumnsToContents()
        table.blockSignals(blocked)

    def _onRow(self, row: int, *_arguments: Any) -> None:
        if not 0 <= row < len(self._measures):
            return
        label = self._measures[row].label
        slicer.vtkMRMLSliceNode.JumpAllSlices(
            self._node.GetScene(), *self._places[label], slicer.vtkMRMLSliceNode.CenteredJumpSlice
        )
        self._onChosen(label)

    def _onGroup(self, group: str, on: bool) -> None:
        if self._node is not None:
            setGroupVisible(self._node, group, on)

    def _onShow3D(self, on: bool) -> None:
        if self._node is None:
            return
        if on and not _hasSurfaces(self._node):
            self._node.CreateClosedSurfaceRepresentation()
        self._node.GetDisplayNode().SetVisibility3D(on)


def _text(one: Measure, attribute: str) -> str:
    value = getattr(one, attribute)
    return _NONE if value is None else f"{value:.{_DIGITS.get(attribute, 1)}f}"


def _hasSurfaces(node: Any) -> bool:
    name = slicer.vtkSegmentationConverter.GetSegmentationClosedSurfaceRepresentationName()
    return bool(node.GetSegmentation().ContainsRepresentation(name))


def _silently(button: Any, on: bool) -> None:
    blocked = button.blockSignals(True)
    button.checked = on
    button.blockSignals(blocked)


def _(text: str) -> str:
    from slicer.i18n import tr

    return tr(text)
