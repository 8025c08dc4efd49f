"""The panel's section "Display": what of a reading the views show, and how they are arranged."""

from __future__ import annotations

from typing import Any

import slicer

from SpineSlicer.scene.drawOnce import drawOnce
from SpineSlicer.scene.segmentNames import drawTextAlone
from SpineSlicer.scene.ShownStudy import PLACE_CHANGED, STUDY_CHANGED, VOLUME_CHANGED, ShownStudy
from SpineSlicer.scene.sliceLabels import AXIAL_VIEWS, OTHER_VIEWS
from SpineSlicer.scene.sliceViews import showOnlyIn
from SpineSlicer.scene.studyNodes import (
    ACTIVATION,
    LEVEL_NAMES,
    SLICE_LABELS,
    STACK,
    VERDICTS,
    nodesOfKind,
)
from SpineSlicer.scene.studyVisibility import (
    CORD,
    RINGS,
    hideForNow,
    hideRings,
    showAgain,
    showSegmentsOf,
    showStudy,
)
from SpineSlicer.scene.verdictHalo import isRead
from SpineSlicer.scene.ViewLink import COMPARE_VIEW, ViewLink
from SpineSlicer.scene.volumeNodes import nodesOfClass

from .Layouts import Layouts
from .Legend import Legend


class DisplaySection:
    """Applies the panel's display choices to a study's nodes.

    Args:
        ui: the panel's widgets.
        study: whose nodes are shown or hidden; other studies' are hidden, names and all.
        link: which shows them.
    """

    def __init__(self, ui: Any, study: ShownStudy, link: ViewLink) -> None:
        self._ui, self._study, self._legend = ui, study, Legend()
        for box in ("flagsBox", "ladderBox", "gradeTextBox", "camBox", "legendBox"):
            getattr(ui, box).connect("toggled(bool)", self.apply)
        ui.camOpacitySlider.connect("valueChanged(double)", self.apply)
        self._layouts = Layouts(ui, study, link, self.apply)
        study.listen(self._onChanged)

    def apply(self, *_arguments: Any) -> None:
        """Shows and hides what the boxes say."""
        with drawOnce():
            self._apply()

    def _apply(self) -> None:
        ui, study = self._ui, self._study
        if study.study:
            showStudy(study.scene, study.study)
            for kind in RINGS:
                for node in study.nodes.nodes(kind):
                    self._applyTo(node, kind, self._hasPlace(node, kind))
            for node in study.nodes.nodes(LEVEL_NAMES):
                fits = study.inScene(node.GetAttribute(STACK)).fits
                node.GetDisplayNode().SetVisibility(fits and bool(ui.gradeTextBox.checked))
            for node in (node for kind in CORD for node in study.nodes.nodes(kind)):
                fits = study.inScene(node.GetAttribute(STACK)).fits
                (showAgain if fits else hideForNow)(node)
        else:
            hideRings(study.scene)
        self._applyActivation()
        self._applyLegend()
        has = bool(study.study and study.nodes.nodes(ACTIVATION))
        ui.camBox.enabled = ui.camOpacitySlider.enabled = has

    def close(self) -> None:
        """Takes the legend out of the view; for when the panel goes away."""
        self._legend.hide()
        self._layouts.stop()

    def _hasPlace(self, node: Any, kind: str) -> bool:
        """Whether a node of this study can be drawn where it belongs."""
        where = self._study.inScene(node.GetAttribute(STACK))
        if not isRead(where.stack):  # as a scene of version 0.1 draws it
            return False
        # Beside a bent slice lies its neighbour's label; the ring is where it belongs.
        return where.fits and not (kind == SLICE_LABELS and where.isBent)

    def _applyTo(self, node: Any, kind: str, hasPlace: bool) -> None:
        ring, ladder = bool(self._ui.flagsBox.checked), bool(self._ui.ladderBox.checked)
        display = node.GetDisplayNode()
        across, along = self._views()
        if kind == VERDICTS:
            display.SetVisibility(hasPlace and (ring or ladder))
            views = across if ring else along
            showOnlyIn(display, [] if ring and ladder else views)
        else:
            other = ring if kind == SLICE_LABELS else ladder
            display.SetVisibility(hasPlace and other and bool(self._ui.gradeTextBox.checked))
            showOnlyIn(display, across if kind == SLICE_LABELS else along)
            drawTextAlone(display)

    def _views(self) -> tuple[list[str], list[str]]:
        """The views across the spine, where rings are, and those along it, where the ladder is."""
        across = [*AXIAL_VIEWS, *([COMPARE_VIEW] if self._layouts.comparing else [])]
        return across, [view for view in OTHER_VIEWS if view not in across]

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
            self.apply()
            if self._study.study:
                showSegmentsOf(self._study.scene, self._study.study)
        elif what == PLACE_CHANGED and self._ui.camBox.checked:
            self._applyActivation()
        elif what == VOLUME_CHANGED:
            self.apply()
