"""What is drawn and tabled of a stack's verdicts: rings, labels, table, plot, heat map."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import slicer

from SpineLib.findings import StackFindings
from SpineLib.reading import Reading
from SpineLib.slabs import Steps
from SpineSlicer.scene.activationVolume import addingActivationVolume
from SpineSlicer.scene.findingsTable import addFindingsTable
from SpineSlicer.scene.probabilityPlot import addProbabilityPlot
from SpineSlicer.scene.quantityPlots import addQuantityPlots
from SpineSlicer.scene.sliceLabels import addSliceLabels
from SpineSlicer.scene.studyNodes import (
    ACTIVATION,
    CHART,
    CHART_SERIES,
    CHART_TABLE,
    FINDINGS_TABLE,
    FLAGGED_RUNS,
    QUANTITY_CHART,
    SLICE_LABELS,
    VERDICTS,
)
from SpineSlicer.scene.verdictHalo import addVerdictHalo, gridOf, isRead

# Made anew when some of the stack's slices are graded again.
OF_VERDICTS = (VERDICTS, SLICE_LABELS, FLAGGED_RUNS, FINDINGS_TABLE, CHART, CHART_SERIES,
               CHART_TABLE, QUANTITY_CHART)  # fmt: skip


def addingVerdicts(
    scene: slicer.vtkMRMLScene,
    reading: Reading,
    stack: StackFindings,
    volumeNode: Any,
    mark: Callable[[Any, str], None],
) -> Steps[None]:
    """Adds the nodes of a stack's verdicts, in steps of some milliseconds.

    Nothing is drawn on a stack that no model read: nobody knows where the canal is.

    Args:
        scene: where nodes are added.
        reading: what was read.
        stack: with all places in the volume node's own RAS.
        volumeNode: of the stack.
        mark: called with each new node and its kind, as soon as it is in the scene.
    """
    findings = reading.findings
    grid = gridOf(stack) if stack.ijk_to_ras else reading.volumes[stack.id]
    if isRead(stack):
        slices, runs = addSliceLabels(scene, findings, grid, stack, volumeNode)
        mark(slices, SLICE_LABELS)
        mark(runs, FLAGGED_RUNS)
        yield
        mark(addVerdictHalo(scene, findings, grid, stack, volumeNode), VERDICTS)
        yield
    mark(addFindingsTable(scene, findings, stack, volumeNode), FINDINGS_TABLE)
    chart = addProbabilityPlot(scene, findings, stack, volumeNode)
    if chart is not None:
        mark(chart, CHART)
        for series in _seriesOf(chart):
            mark(series, CHART_SERIES)
            mark(series.GetTableNode(), CHART_TABLE)
    yield
    for measured in addQuantityPlots(scene, stack, volumeNode):
        mark(measured, QUANTITY_CHART)
        for series in _seriesOf(measured):
            mark(series, CHART_SERIES)
        mark(series.GetTableNode(), CHART_TABLE)
        yield
    if stack.id in reading.activations:
        activation = reading.activations[stack.id]
        mark((yield from addingActivationVolume(scene, activation, volumeNode)), ACTIVATION)
        yield


def _seriesOf(chart: Any) -> Iterator[Any]:
    for index in range(chart.GetNumberOfPlotSeriesNodes()):
        yield chart.GetNthPlotSeriesNode(index)
