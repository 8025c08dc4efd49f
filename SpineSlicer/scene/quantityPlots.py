"""What was measured along the stack as charts: the patient's lines over those of healthy adults."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import slicer

from SpineLib.findings import StackFindings
from SpineLib.quantities import DEFINITIONS, find_quantity
from SpineLib.translation import tr as _
from SpineSlicer.scene.findingsTable import addColumn
from SpineSlicer.scene.probabilityPlot import addSeries, alongSpine
from SpineSlicer.scene.subjectHierarchy import placeBeside

# The quantities of each chart, which share a unit, and their colours (Okabe and Ito).
CHARTS = (("cord_ap", "sac_ap"), ("cord_area", "sac_area"), ("compression_ratio",))
COLORS = ("#D55E00", "#0072B2")


def addQuantityPlots(
    scene: slicer.vtkMRMLScene, stack: StackFindings, volumeNode: Any
) -> Iterator[slicer.vtkMRMLPlotChartNode]:
    """Adds a chart for each of `CHARTS` of which anything was measured; missing values are gaps.

    Dashed lines are healthy adults' mean and two standard deviations to both sides, where a slice
    has a level.

    Args:
        scene: where the nodes are added.
        stack: its measured slices are the points.
        volumeNode: the stack's volume node.
    """
    for keys in CHARTS:
        columns = dict(_columns(stack, keys))
        if not columns:
            continue
        name, titles = volumeNode.GetName(), [_(DEFINITIONS[key].title) for key in keys]
        unit = DEFINITIONS[keys[0]].unit
        chart = scene.AddNewNodeByClass("vtkMRMLPlotChartNode", f"{name} {' and '.join(titles)}")
        table = scene.AddNewNodeByClass("vtkMRMLTableNode", f"{chart.GetName()} values")
        addColumn(table, "Slice", [slice_.index + 1.0 for slice_ in stack.slices])
        nodes = [chart, table]
        for (title, color), values in columns.items():
            addColumn(table, title, values)
            series = addSeries(scene, table, title, color)
            if title not in titles:
                series.SetLineStyle(slicer.vtkMRMLPlotSeriesNode.LineStyleDash)
                series.SetMarkerStyle(slicer.vtkMRMLPlotSeriesNode.MarkerStyleNone)
            chart.AddAndObservePlotSeriesNodeID(series.GetID())
            nodes.append(series)
        chart.SetTitle(chart.GetName())
        chart.SetYAxisTitle(unit)
        alongSpine(chart, stack)
        for node in nodes:
            placeBeside(scene, node, volumeNode)
        yield chart


def updateQuantityPlot(chart: Any, stack: StackFindings) -> None:
    """Writes a chart's values anew.

    Args:
        chart: of `addQuantityPlots`.
        stack: its slices as they were measured now.
    """
    node = chart.GetNthPlotSeriesNode(0).GetTableNode()
    for keys in CHARTS:
        for (title, _color), values in _columns(stack, keys):
            column = node.GetTable().GetColumnByName(title)
            for row, value in enumerate(values if column is not None else ()):
                column.SetValue(row, value)
    node.GetTable().Modified()
    node.Modified()


def _columns(
    stack: StackFindings, keys: tuple[str, ...]
) -> Iterator[tuple[tuple[str, str], list[float]]]:
    """Title and colour of each line → its value on each slice, NaN where there is none."""
    for key, color in zip(keys, COLORS, strict=False):
        title = _(DEFINITIONS[key].title)
        values: list[float] = []
        norms: list[list[float]] = []
        for slice_ in stack.slices:
            quantity = find_quantity(slice_.quantities, key)
            value = quantity.value if quantity else None
            values.append(math.nan if value is None else value)
            healthy = quantity.norm if quantity and not quantity.norm_own else []
            norms.append(healthy or [math.nan, math.nan])
        if all(math.isnan(value) for value in values):
            continue
        yield (title, color), values
        if not all(math.isnan(mean) for mean, _sd in norms):
            for words, share in ((_("mean"), 0), ("+2 SD", 2), ("-2 SD", -2)):
                label = _("{title}, healthy: {words}").format(title=title, words=words)
                yield (label, color), [mean + share * sd for mean, sd in norms]
