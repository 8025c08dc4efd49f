"""The panel's section "Display": what of a reading the views show, and how they are arranged."""

from __future__ import annotations

from typing import Any

import slicer

from SpineLib.translation import tr as _
from SpineSlicer.scene.ShownStudy import PLACE_CHANGED, STUDY_CHANGED, VOLUME_CHANGED, ShownStudy
from SpineSlicer.scene.sliceLabels import AXIAL_VIEWS, OTHER_VIEWS
from SpineSlicer.scene.sliceViews import turnToSlices
from SpineSlicer.scene.studyNodes import ACTIVATION, SLICE_LABELS, STACK, VERDICTS, nodesOfKind
from SpineSlicer.scene.studyVisibility import RINGS, hideRings, showSegmentsOf, showStudy
from SpineSlicer.scene.volumeNodes import nodesOfClass

from .Legend import Legend

# Our own layouts' numbers: any that Slicer's own (below 600) and other extensions do not use.
PLOT_LAYOUT, COMPARE_LAYOUT = 67101, 67102
COMPARE_VIEW = "vtkMRMLSliceNodeGreen"
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
    '<item><view class="vtkMRMLPlotViewNode" singletontag="PlotView1">'
    '<property name="viewlabel" action="default">P</property></view></item>'
)
LAYOUTS = {
    PLOT_LAYOUT: f'<layout type="vertical" split="true"><item><layout type="horizontal">'
    f"{_RED}{_YELLOW}</layout></item>{_PLOT}</layout>",
    COMPARE_LAYOUT: f'<layout type="horizontal">{_RED}{_GREEN}{_YELLOW}</layout>',
}


class DisplaySection:
    """Applies the panel's display choices to a study's nodes.

    Args:
        ui: the panel's widgets.
        study: whose nodes are shown or hidden; other studies' are hidden, names and all.
    """

    def __init__(self, ui: Any, study: ShownStudy) -> None:
        self._ui, self._study, self._legend = ui, study, Legend()
        self._compared = False
        for box in ("flagsBox", "ladderBox", "gradeTextBox", "camBox", "legendBox"):
            getattr(ui, box).connect("toggled(bool)", self.apply)
        ui.camOpacitySlider.connect("valueChanged(double)", self.apply)
        for text, layout in ((_("As it is"), 0), (_("Axial, sagittal, plot"), PLOT_LAYOUT),
                             (_("Two stacks compared"), COMPARE_LAYOUT)):  # fmt: skip
            ui.layoutBox.addItem(text, layout)
        ui.layoutBox.connect("currentIndexChanged(int)", self._onLayout)
        ui.compareBox.connect("currentIndexChanged(int)", self._onCompare)
        ui.plotButton.connect("clicked(bool)", self._onPlot)
        study.listen(self._onChanged)
        self._fillCompare()

    def apply(self, *_arguments: Any) -> None:
        """Shows and hides what the boxes say."""
        ui, study = self._ui, self._study
        if study.study:
            showStudy(study.scene, study.study)
            for kind in RINGS:
                for node in study.nodes.nodes(kind):
                    self._applyTo(node, kind, self._hasPlace(node, kind))
        else:
            hideRings(study.scene)
        self._applyActivation()
        self._applyLegend()
        has = bool(study.study and study.nodes.nodes(ACTIVATION))
        ui.camBox.enabled = ui.camOpacitySlider.enabled = has

    def close(self) -> None:
        """Takes the legend out of the view; for when the panel goes away."""
        self._legend.hide()

    def _hasPlace(self, node: Any, kind: str) -> bool:
        """Whether a node of this study can be drawn where it belongs."""
        where = self._study.inScene(node.GetAttribute(STACK))
        # Beside a bent slice lies its neighbour's label; the ring is where it belongs.
        return where.fits and not (kind == SLICE_LABELS and where.isBent)

    def _applyTo(self, node: Any, kind: str, hasPlace: bool) -> None:
        ring, ladder = bool(self._ui.flagsBox.checked), bool(self._ui.ladderBox.checked)
        display = node.GetDisplayNode()
        if kind == VERDICTS:
            display.SetVisibility(hasPlace and (ring or ladder))
            display.RemoveAllViewNodeIDs()
            if ring != ladder:
                for view in AXIAL_VIEWS if ring else OTHER_VIEWS:
                    display.AddViewNodeID(view)
        else:
            other = ring if kind == SLICE_LABELS else ladder
            display.SetVisibility(hasPlace and other and bool(self._ui.gradeTextBox.checked))

    def _applyActivation(self) -> None:
        place = self._study.current
        node = self._study.nodes.node(ACTIVATION, place.stack) if place else None
        on = node is not None and bool(self._ui.camBox.checked)
        on = on and self._study.inScene(place.stack).fits
        opacity = float(self._ui.camOpacitySlider.value)
        for composite in nodesOfClass(self._study.scene, "vtkMRMLSliceCompositeNode"):
            shown = composite.GetForegroundVolumeID()
            if on:
                composite.SetForegroundVolumeID(node.GetID())
                composite.SetForegroundOpacity(opacity)
            elif shown and self._isActivation(shown):
                composite.SetForegroundVolumeID(None)

    def _isActivation(self, identifier: str) -> bool:
        node = self._study.scene.GetNodeByID(identifier)
        return node in nodesOfKind(self._study.scene, ACTIVATION)

    def _applyLegend(self) -> None:
        manager = slicer.app.layoutManager()
        widget = manager.sliceWidget("Red") if manager else None
        if widget is None:
            return
        lead = self._study.lead
        if self._ui.legendBox.checked and lead is not None:
            self._legend.show(widget.sliceView(), lead)
        else:
            self._legend.hide()

    def _onChanged(self, what: str) -> None:
        if what == STUDY_CHANGED:
            self._fillCompare()
            self.apply()
            if self._study.study:
                showSegmentsOf(self._study.scene, self._study.study)
            self._onCompare()
            self._showChart()
        elif what == PLACE_CHANGED:
            if self._ui.camBox.checked:
                self._applyActivation()
            self._onCompare()  # another stack's slice put its volume into every view
            self._showChart()
        elif what == VOLUME_CHANGED:
            self.apply()
            self._onCompare(again=True)

    def _onLayout(self, *_arguments: Any) -> None:
        layout = int(self._ui.layoutBox.currentData or 0)
        self._ui.compareBox.visible = layout == COMPARE_LAYOUT
        green = self._study.scene.GetNodeByID(COMPARE_VIEW)
        if self._compared and layout != COMPARE_LAYOUT and green is not None:
            self._compared = False
            green.SetOrientationToDefault()
        if layout:
            self._setLayout(layout)
            self._onCompare()

    def _onPlot(self, *_arguments: Any) -> None:
        index = self._ui.layoutBox.findData(PLOT_LAYOUT if self._ui.plotButton.checked else 0)
        if not self._ui.plotButton.checked:
            self._setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView)
        self._ui.layoutBox.currentIndex = index

    def _setLayout(self, layout: int) -> None:
        manager = slicer.app.layoutManager()
        node = manager.layoutLogic().GetLayoutNode()
        if layout in LAYOUTS and not node.IsLayoutDescription(layout):
            node.AddLayoutDescription(layout, LAYOUTS[layout])
        manager.setLayout(layout)
        self._showChart()

    def _showChart(self) -> None:
        """The current stack's plot, also after another run or on another stack's slice."""
        if int(self._ui.layoutBox.currentData or 0) != PLOT_LAYOUT:
            return
        place = self._study.current
        chart = self._study.nodes.node("probability chart", place.stack) if place else None
        if chart is not None:
            for view in nodesOfClass(self._study.scene, "vtkMRMLPlotViewNode"):
                if view.GetPlotChartNodeID() != chart.GetID():
                    view.SetPlotChartNodeID(chart.GetID())

    def _fillCompare(self) -> None:
        box, findings = self._ui.compareBox, self._study.findings
        blocked = box.blockSignals(True)
        box.clear()
        for stack in findings.stacks if findings else ():
            if self._study.nodes.volumeNode(stack.id) is not None:
                box.addItem(f"{stack.id} {stack.description or stack.plane}", stack.id)
        box.currentIndex = box.count - 1
        box.blockSignals(blocked)
        box.visible = int(self._ui.layoutBox.currentData or 0) == COMPARE_LAYOUT

    def _onCompare(self, *_arguments: Any, again: bool = False) -> None:
        stack = self._ui.compareBox.currentData
        if int(self._ui.layoutBox.currentData or 0) != COMPARE_LAYOUT or not stack:
            return
        volume = self._study.nodes.volumeNode(stack)
        green = self._study.scene.GetNodeByID(COMPARE_VIEW)
        composite = self._study.scene.GetNodeByID("vtkMRMLSliceCompositeNodeGreen")
        if volume is None or green is None or composite is None:
            return
        if composite.GetBackgroundVolumeID() == volume.GetID() and not again:
            return
        composite.SetBackgroundVolumeID(volume.GetID())
        self._compared = True
        turnToSlices(green, volume)
