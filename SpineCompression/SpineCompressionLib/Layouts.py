"""The module's own layouts: with the plot, with two stacks side by side; and back to the one before."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import slicer
import vtk

from SpineLib.translation import tr as _
from SpineSlicer.host.fillWidgets import silently
from SpineSlicer.scene.drawOnce import drawOnce
from SpineSlicer.scene.probabilityPlot import levelTicks, markPlace
from SpineSlicer.scene.ShownStudy import PLACE_CHANGED, STUDY_CHANGED, ShownStudy
from SpineSlicer.scene.studyNodes import CHART
from SpineSlicer.scene.ViewLink import ViewLink
from SpineSlicer.scene.volumeNodes import nodesOfClass

# Our own layouts' numbers: any that Slicer's own (below 600) and other extensions do not use.
PLOT_LAYOUT, COMPARE_LAYOUT = 67101, 67102
_SLICE = (
    '<item><view class="vtkMRMLSliceNode" singletontag="{tag}">'
    '<property name="orientation" action="default">{orientation}</property>'
    '<property name="viewlabel" action="default">{label}</property>'
    '<property name="viewcolor" action="default">{color}</property></view></item>'
)
_RED = _SLICE.format(tag="Red", orientation="Axial", label="R", color="#F34A33")
_YELLOW = _SLICE.format(tag="Yellow", orientation="Sagittal", label="Y", color="#EDD54C")
_GREEN = _SLICE.format(tag="Green", orientation="Coronal", label="G", color="#6EB04B")
_PLOT = (
    '<item splitSize="500"><view class="vtkMRMLPlotViewNode" singletontag="PlotView1">'
    '<property name="viewlabel" action="default">P</property></view></item>'
)
LAYOUTS = {
    PLOT_LAYOUT: f'<layout type="vertical" split="true"><item splitSize="500"><layout type="horizontal">'
    f"{_RED}{_YELLOW}</layout></item>{_PLOT}</layout>",
    COMPARE_LAYOUT: f'<layout type="horizontal">{_RED}{_GREEN}{_YELLOW}</layout>',
}
# A combo box's item is disabled by its flags, which stand in this role (Qt::UserRole - 1).
_FLAGS_ROLE, _ENABLED, _DISABLED = 255, 33, 0


class Layouts:
    """Keeps box, button and Slicer's layout in step, whoever changes it; it lives as long as a panel.

    Args:
        ui: the panel's widgets: ``layoutBox``, ``compareBox``, ``plotButton``.
        study: whose plot is shown and whose stacks are compared.
        link: shows the second stack.
        onComparing: called when two stacks are compared, or no more.

    Attributes:
        comparing: whether two stacks are compared.
    """

    def __init__(
        self, ui: Any, study: ShownStudy, link: ViewLink, onComparing: Callable[[], None]
    ) -> None:
        self._ui, self._study, self._link, self._onComparing = ui, study, link, onComparing
        self._former, self.comparing = slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView, False
        self._manager = slicer.app.layoutManager()
        for text, layout in ((_("Slicer's layout"), 0), (_("Axial, sagittal, plot"), PLOT_LAYOUT),
                             ("", COMPARE_LAYOUT)):  # fmt: skip
            ui.layoutBox.addItem(text, layout)
        ui.layoutBox.connect("currentIndexChanged(int)", self._onBox)
        ui.compareBox.connect("currentIndexChanged(int)", self._follow)
        ui.plotButton.connect("clicked(bool)", self._onPlot)
        if self._manager is not None:
            node = self._manager.layoutLogic().GetLayoutNode()
            for number, text in LAYOUTS.items():
                if not node.IsLayoutDescription(number):
                    node.AddLayoutDescription(number, text)
            self._manager.connect("layoutChanged(int)", self._follow)
        study.listen(self._onChanged)
        self._fillStacks()
        self._follow()

    def stop(self) -> None:
        """Follows Slicer's layout no more."""
        if self._manager is not None:
            self._manager.disconnect("layoutChanged(int)", self._follow)

    @property
    def _layout(self) -> int:
        return int(self._manager.layout) if self._manager is not None else 0

    def _onBox(self, *_arguments: Any) -> None:
        self._set(int(self._ui.layoutBox.currentData or 0))

    def _onPlot(self, *_arguments: Any) -> None:
        self._set(PLOT_LAYOUT if self._ui.plotButton.checked else 0)

    def _set(self, layout: int) -> None:
        if self._manager is None:
            return
        if self._layout not in LAYOUTS:
            self._former = self._layout
        before = int(self._manager.plotViewCount)
        with drawOnce():
            self._manager.setLayout(layout or self._former)
            self._follow()
        for number in range(before, int(self._manager.plotViewCount)):
            _drawInTurns(self._manager.plotWidget(number).plotView())

    def _follow(self, *_arguments: Any) -> None:
        """Box, button and views say and show what Slicer's layout is."""
        layout, box = self._layout, self._ui.layoutBox
        with silently(box):
            box.currentIndex = box.findData(layout if layout in LAYOUTS else 0)
        self._ui.plotButton.checked = layout == PLOT_LAYOUT
        compares = layout == COMPARE_LAYOUT and self._ui.compareBox.count > 1
        self._ui.compareBox.visible = compares
        self._link.compare(self._ui.compareBox.currentData if compares else "")
        if compares != self.comparing:
            self.comparing = compares
            self._onComparing()
        self._showChart()

    def _onChanged(self, what: str) -> None:
        if what == STUDY_CHANGED:
            self._fillStacks()
            self._follow()
        elif what == PLACE_CHANGED:
            self._showChart()

    def _fillStacks(self) -> None:
        """The stacks that can be compared; where there is one alone, the layout says so."""
        ui, study = self._ui, self._study
        chosen, box = ui.compareBox.currentData, ui.compareBox
        with silently(box):
            box.clear()
            for stack in study.findings.stacks if study.findings else ():
                if study.nodes.volumeNode(stack.id) is not None:
                    box.addItem(f"{stack.id} {stack.description or stack.plane}", stack.id)
            box.currentIndex = box.findData(chosen) if chosen else -1
            if box.currentIndex < 0:
                box.currentIndex = self._other()
        item, several = ui.layoutBox.findData(COMPARE_LAYOUT), box.count > 1
        text = _("Compare two stacks")
        if study.findings and not several:
            text += " " + _("(the study has only one)")
        ui.layoutBox.setItemText(item, text)
        ui.layoutBox.setItemData(item, _ENABLED if several else _DISABLED, _FLAGS_ROLE)

    def _other(self) -> int:
        """The last stack that is not the one that is gone through, an axial one if there is."""
        study, box = self._study, self._ui.compareBox
        here = study.current.stack if study.current else ""
        sliced = [place.stack for place in study.places]
        others = [n for n in range(box.count) if box.itemData(n) != here]
        axial = [n for n in others if box.itemData(n) in sliced]
        return (axial or others or [-1])[-1]

    def _showChart(self) -> None:
        """The current stack's plot, with the current slice; also after another run."""
        place = self._study.current
        if self._layout != PLOT_LAYOUT or place is None:
            return
        chart = self._study.nodes.node(CHART, place.stack)
        if chart is None:
            return
        markPlace(chart, place.index + 1)
        for view in nodesOfClass(self._study.scene, "vtkMRMLPlotViewNode"):
            if view.GetPlotChartNodeID() != chart.GetID():
                view.SetPlotChartNodeID(chart.GetID())
        self._showLevels(place.stack)

    def _showLevels(self, stack: str) -> None:
        """Names of levels on the axis above the plot, which Slicer's chart node has no words for."""
        assert self._study.findings is not None
        ticks = levelTicks(self._study.findings.stack(stack))
        places, names = vtk.vtkDoubleArray(), vtk.vtkStringArray()
        for position, name in ticks:
            places.InsertNextValue(position)
            names.InsertNextValue(name)
        for number in range(self._manager.plotViewCount):
            chart = self._manager.plotWidget(number).plotView().chart()
            chart.SetAutoAxes(not ticks)  # or an axis that no series uses is hidden at each drawing
            axis = chart.GetAxis(vtk.vtkAxis.TOP)
            axis.SetVisible(bool(ticks))
            axis.SetCustomTickPositions(places, names)
            axis.SetTitle("")


def _drawInTurns(view: Any) -> None:
    """Has a new view of charts draw after the others, and its chart after itself, in turns.

    What a view draws for the first time the driver compiles, without a graphics card for most of a
    second; Slicer would draw it all in the turn in which the layout changes.
    """
    import qt

    def showView() -> None:
        with suppress(ValueError):  # PythonQt's word for a view that is gone
            view.setUpdatesEnabled(True)
            qt.QTimer.singleShot(0, showChart)

    def showChart() -> None:
        with suppress(ValueError):
            view.chart().SetVisible(True)
            view.scene().SetDirty(True)
            view.update()

    view.chart().SetVisible(False)
    view.setUpdatesEnabled(False)
    qt.QTimer.singleShot(0, showView)
