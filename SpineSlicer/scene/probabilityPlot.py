"""P(compressed) along the stack as a chart, with the threshold as a line."""

from __future__ import annotations

from typing import Any

import slicer
import vtk

from SpineLib.findings import StackFindings
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED, VERDICT_COLORS, rgb
from SpineSlicer.scene.subjectHierarchy import placeBeside


def addProbabilityPlot(
    scene: slicer.vtkMRMLScene, stack: StackFindings, volumeNode: Any, threshold: float | None
) -> slicer.vtkMRMLPlotChartNode | None:
    """Adds table, series and chart of the assessed slices.

    Args:
        scene: where the nodes are added.
        stack: its assessed slices are the points.
        volumeNode: the stack's volume node.
        threshold: the card's; None draws no line.

    Returns:
        The chart; None where no slice was assessed.
    """
    assessed = [one for one in stack.slices if one.compression.probability is not None]
    if not assessed:
        return None
    name = volumeNode.GetName()
    table = scene.AddNewNodeByClass("vtkMRMLTableNode", f"{name} probabilities")
    columns = {
        "Slice": [one.index + 1 for one in assessed],
        "P(compressed)": [one.compression.probability for one in assessed],
        "Threshold": [threshold or 0.0] * len(assessed),
    }
    for title, values in columns.items():
        column = vtk.vtkFloatArray()
        column.SetName(title)
        for value in values:
            column.InsertNextValue(value)
        table.AddColumn(column)
    chart = scene.AddNewNodeByClass("vtkMRMLPlotChartNode", f"{name} P(compressed)")
    points = _addSeries(scene, table, "P(compressed)", VERDICT_COLORS[NOT_COMPRESSED])
    points.SetMarkerStyle(slicer.vtkMRMLPlotSeriesNode.MarkerStyleCircle)
    chart.AddAndObservePlotSeriesNodeID(points.GetID())
    nodes = [table, points, chart]
    if threshold is not None:
        line = _addSeries(scene, table, "Threshold", VERDICT_COLORS[COMPRESSED])
        line.SetLineStyle(slicer.vtkMRMLPlotSeriesNode.LineStyleDash)
        line.SetMarkerStyle(slicer.vtkMRMLPlotSeriesNode.MarkerStyleNone)
        chart.AddAndObservePlotSeriesNodeID(line.GetID())
        nodes.append(line)
    chart.SetTitle(f"P(compressed) – {name}")
    chart.SetXAxisTitle("Slice")
    chart.SetYAxisTitle("P(compressed)")
    chart.SetYAxisRangeAuto(False)
    chart.SetYAxisRange(0.0, 1.0)
    for node in nodes:
        placeBeside(scene, node, volumeNode)
    return chart


def _addSeries(scene: Any, table: Any, column: str, color: str) -> Any:
    series = scene.AddNewNodeByClass("vtkMRMLPlotSeriesNode", column)
    series.SetAndObserveTableNodeID(table.GetID())
    series.SetXColumnName("Slice")
    series.SetYColumnName(column)
    series.SetPlotType(slicer.vtkMRMLPlotSeriesNode.PlotTypeScatter)
    series.SetColor(*rgb(color))
    return series
