"""The panel's table of structures: sizes, groups to show, and a jump to each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer

from SpineLib.inference.measures import Measure, measure

from .measuresTable import showMeasures
from .segmentGroups import isGroupVisible, setGroupVisible
from .segmentNames import bodyPoint
from .spineSegmentation import currentLabelmap, segmentationFinding

_NONE = "–"
_ROW_HEIGHT = 22


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
        header = ui.structuresTable.verticalHeader()
        header.visible = False
        header.defaultSectionSize = _ROW_HEIGHT
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
        found = measure(labelmap, finding)
        # As a reader goes down the picture; the canal, which runs through all of it, comes last.
        self._measures = sorted(found, key=lambda one: (one.kind == "canal", -one.place_ras[2]))
        # A vertebra's middle lies in its canal; what a reader wants to see is the body.
        self._places = {one.label: one.place_ras for one in self._measures}
        for one in finding.segments:
            if one.kind == "vertebra" and one.label in self._places:
                self._places[one.label] = tuple(float(x) for x in bodyPoint(labelmap, one))
        return f"{finding.evidence[:1].upper()}{finding.evidence[1:]}."

    def _fill(self) -> None:
        import qt

        table = self._ui.structuresTable
        blocked = table.blockSignals(True)
        table.setRowCount(len(self._measures))
        for row, one in enumerate(self._measures):
            for column, text in enumerate(_texts(one)):
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


def _texts(one: Measure) -> list[str]:
    name = one.name + (_(" (partial)") if one.partial else "")
    heights = (one.height_front, one.height_middle, one.height_back)
    return [
        name,
        f"{one.volume_ml:.1f}",
        "  ".join(_NONE if mm is None else f"{mm:.1f}" for mm in heights)
        if one.kind == "disc"
        else _NONE,
        _NONE if one.canal_area is None else f"{one.canal_area:.0f}",
        _NONE if one.canal_ap is None else f"{one.canal_ap:.1f}",
    ]


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
