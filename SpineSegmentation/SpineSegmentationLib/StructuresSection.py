"""The panel's table of structures: sizes, groups to show, and a jump to each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from SpineLib.errors import from_exception
from SpineLib.findings import SegmentationFinding
from SpineLib.inference.lumbar import lumbar_quantities
from SpineLib.inference.measures import Measure, measuring
from SpineLib.inference.parts import Parts
from SpineLib.outputs.level_table import level_lines, narrowest_sentence
from SpineLib.outputs.summary import evidence
from SpineLib.quantities import Quantity
from SpineLib.slabs import Steps
from SpineLib.translation import tr as _
from SpineSlicer.host.fillWidgets import fillTable, silently
from SpineSlicer.host.inThread import importing
from SpineSlicer.host.rowInSight import bringIntoSight
from SpineSlicer.host.threeD import lookAt
from SpineSlicer.host.Turns import Turns
from SpineSlicer.scene.closedSurfaces import addingSurfaces, hasSurfaces
from SpineSlicer.scene.measuresTable import showMeasures
from SpineSlicer.scene.segmentGroups import isGroupVisible, setGroupVisible
from SpineSlicer.scene.segmentNames import bodyMiddle, shortName
from SpineSlicer.scene.spineSegmentation import (
    currentLabelmap,
    segmentationFinding,
    segmentedVolumeNode,
    volumeProblem,
)
from SpineSlicer.scene.volumeInScene import ijkToWorld

_NONE = "–"
_ROW_HEIGHT = 22


class StructuresSection:
    """Shows one segmentation; it lives as long as the module's panel.

    Sizes are measured and surfaces made over several turns of the event loop.

    Args:
        ui: the panel's widgets: ``vertebraBox``, ``discBox``, ``canalBox``, ``show3DButton``,
            ``structuresTable``, ``evidenceLabel``.
        onChosen: called with the label number of the row that was chosen.
    """

    def __init__(self, ui: Any, onChosen: Callable[[int], None]) -> None:
        self._ui, self._onChosen = ui, onChosen
        self._node: Any = None
        self._measures: list[Measure] = []
        self._places: dict[int, NDArray[np.float64]] = {}
        self._measuring, self._surfaces = Turns(), Turns()
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
        self.stop()
        if node is not self._node:
            self._measures, self._places = [], {}
            self._fill()
        self._node = node
        self._ui.evidenceLabel.text = ""
        if node is not None:
            self._ui.evidenceLabel.text = _("Measuring…")
            self._measuring.start(self._measured(), onDone=self._onMeasured, onError=self._onFailed)
        self.showGroups()
        self._ui.show3DButton.enabled = node is not None
        display = node.GetDisplayNode() if node is not None else None
        shown = bool(display and display.GetVisibility3D() and hasSurfaces(node))
        if shown:
            lookAt([node])
        with silently(self._ui.show3DButton):
            self._ui.show3DButton.checked = shown

    def showGroups(self) -> None:
        """Ticks the groups that are in sight."""
        for group, box in self._boxes.items():
            with silently(box):
                box.checked = self._node is None or isGroupVisible(self._node, group)
            box.enabled = self._node is not None

    def rename(self, finding: SegmentationFinding) -> None:
        """Shows new names; sizes are those that were measured."""
        if self.busy:
            self.show(self._node)
            return
        names = {segment.label: segment.name for segment in finding.segments}
        self._onMeasured(
            [
                replace(measure, name=names.get(measure.label, measure.name))
                for measure in self._measures
            ]
        )

    @property
    def busy(self) -> bool:
        """Whether sizes or surfaces are still to come."""
        return self._measuring.busy or self._surfaces.busy

    def stop(self) -> None:
        """Leaves what is under way; for when another segmentation is shown or the panel goes."""
        self._measuring.stop()
        self._surfaces.stop()

    def choose(self, label: int) -> None:
        """Chooses the row of a structure, as a click does."""
        for row, measure in enumerate(self._measures):
            if measure.label == label:
                self._ui.structuresTable.setCurrentCell(row, 0)
                bringIntoSight(self._ui.structuresTable, row)

    def _measured(self) -> Steps[list[Measure]]:
        labelmap = currentLabelmap(self._node)
        if labelmap is None:
            return []
        yield from importing("scipy.ndimage")
        finding = segmentationFinding(self._node)
        measures = yield from measuring(labelmap, finding)
        # A vertebra's middle lies in its canal; what a reader wants to see is the body.
        parts = Parts(labelmap)
        places = {measure.label: np.array(measure.place_ras) for measure in measures}
        for segment in finding.segments:
            if segment.kind == "vertebra" and segment.label in places:
                yield
                places[segment.label] = bodyMiddle(parts, segment)
        # As voxels, so that they are found again wherever the volume is moved.
        self._places = {label: labelmap.ijk(ras) for label, ras in places.items()}
        # As a reader goes down the picture; the canal, which runs through all of it, comes last.
        return sorted(
            measures, key=lambda measure: (measure.kind == "canal", -measure.place_ras[2])
        )

    def _onMeasured(self, measures: list[Measure]) -> None:
        finding = segmentationFinding(self._node)
        self._measures, quantities = measures, lumbar_quantities(measures, finding)
        showMeasures(self._node, measures)
        self._fill(quantities)
        text, problem = evidence(finding), volumeProblem(self._node)
        self._ui.evidenceLabel.text = problem or f"{text[:1].upper()}{text[1:]}."
        self._ui.evidenceLabel.toolTip = narrowest_sentence(quantities)

    def _onFailed(self, error: Exception) -> None:
        self._ui.evidenceLabel.text = str(from_exception(error))

    def _fill(self, quantities: Sequence[Quantity] = ()) -> None:
        import qt

        table = self._ui.structuresTable
        jump = _("Click to jump there in all views.")
        rows, notes = [_texts(measure) for measure in self._measures], []
        for measure in self._measures:
            level = "\n".join(level_lines(quantities, measure.name))
            notes.append([f"{measure.name}. {jump}", *[level] * 4])
        fillTable(table, rows, notes)
        right = int(qt.Qt.AlignRight) | int(qt.Qt.AlignVCenter)
        for row, texts in enumerate(rows):
            for column in range(1, len(texts)):
                table.item(row, column).setTextAlignment(right)

    def _onRow(self, row: int, *_arguments: Any) -> None:
        if not 0 <= row < len(self._measures):
            return
        label, problem = self._measures[row].label, volumeProblem(self._node)
        if problem:
            self._ui.evidenceLabel.text = problem
        else:
            world = ijkToWorld(segmentedVolumeNode(self._node), self._places[label])
            slicer.vtkMRMLSliceNode.JumpAllSlices(
                self._node.GetScene(), *world, slicer.vtkMRMLSliceNode.CenteredJumpSlice
            )
        self._onChosen(label)

    def _onGroup(self, group: str, on: bool) -> None:
        if self._node is not None:
            setGroupVisible(self._node, group, on)

    def _onShow3D(self, on: bool) -> None:
        if self._node is None:
            return
        node = self._node
        if not on:
            self._surfaces.stop()
        elif not hasSurfaces(node):
            self._surfaces.start(
                addingSurfaces(node),
                onDone=lambda _none: self._onSurfaces(node),
                onError=self._onFailed,
            )
            return
        node.GetDisplayNode().SetVisibility3D(on)

    def _onSurfaces(self, node: Any) -> None:
        node.GetDisplayNode().SetVisibility3D(True)
        lookAt([node])


def _texts(measure: Measure) -> list[str]:
    name = shortName(measure.name) + (_(" (cut)") if measure.partial else "")
    heights = (measure.height_front, measure.height_middle, measure.height_back)
    return [
        name,
        f"{measure.volume_ml:.1f}",
        " ".join(_NONE if mm is None else f"{mm:.1f}" for mm in heights)
        if any(mm is not None for mm in heights)
        else _NONE,
        _NONE if measure.canal_area is None else f"{measure.canal_area:.0f}",
        _NONE if measure.canal_ap is None else f"{measure.canal_ap:.1f}",
    ]
