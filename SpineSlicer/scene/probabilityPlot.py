"""P(positive) of the lead question along the stack as a chart, with the threshold as a line."""

from __future__ import annotations

from typing import Any

import slicer
import vtk

from SpineLib.findings import Findings, StackFindings
from SpineLib.labels import rgb
from SpineLib.questions import Question
from SpineSlicer.scene.subjectHierarchy import placeBeside


def addProbabilityPlot(
    scene: slicer.vtkMRMLScene, findings: Findings, stack: StackFindings, volumeNode: Any
) -> slicer.vtkMRMLPlotChartNode | None:
    """Adds table, series and chart of the assessed slices.

    Args:
        scene: where the nodes are added.
        findings: whose lead question it is; its model's threshold is a line where it has one.
        stack: its assessed slices are the points.
        volumeNode: the stack's volume node.

    Returns:
        The chart; None where no slice was assessed.
    """
    question = findings.lead
    points = [] if question is None else _points(question, stack)
    if question is None or not points:
        return None
    threshold = next((m.threshold for m in findings.models if m.question == question.key), None)
    chance = f"P({question.side(True) or question.values[-1]})"
    name = volumeNode.GetName()
    table = scene.AddNewNodeByClass("vtkMRMLTableNode", f"{name} probabilities")
    columns = {
        "Slice": [index + 1 for index, _ in points],
        chance: [probability for _, probability in points],
        "Threshold": [threshold or 0.0] * len(points),
    }
    for title, values in columns.items():
        column = vtk.vtkFloatArray()
        column.SetName(title)
        for value in values:
            column.InsertNextValue(value)
        table.AddColumn(column)
    chart = scene.AddNewNodeByClass("vtkMRMLPlotChartNode", f"{name} {chance}")
    series = _addSeries(scene, table, chance, question.colors[0])
    series.SetMarkerStyle(slicer.vtkMRMLPlotSeriesNode.MarkerStyleCircle)
    chart.AddAndObservePlotSeriesNodeID(series.GetID())
    nodes = [table, series, chart]
    if threshold is not None:
        line = _addSeries(scene, table, "Threshold", question.colors[-1])
        line.SetLineStyle(slicer.vtkMRMLPlotSeriesNode.LineStyleDash)
        line.SetMarkerStyle(slicer.vtkMRMLPlotSeriesNode.MarkerStyleNone)
        chart.AddAndObservePlotSeriesNodeID(line.GetID())
        nodes.append(line)
    chart.SetTitle(f"{chance} – {name}")
    chart.SetXAxisTitle("Slice")
    chart.SetYAxisTitle(chance)
    chart.SetYAxisRangeAuto(False)
    chart.SetYAxisRange(0.0, 1.0)
    for node in nodes:
        placeBeside(scene, node, volumeNode)
    return chart


def _points(question: Question, stack: StackFindings) -> list[tuple[int, float]]:
    opinions = ((one.index, one.opinion(question.key)) for one in stack.slices)
    return [
        (index, opinion.probability)
        for index, opinion in opinions
        if opinion is not None and opinion.probability is not None
    ]


def _addSeries(scene: Any, table: Any, column: str, color: str) -> Any:
    series = scene.AddNewNodeByClass("vtkMRMLPlotSeriesNode", column)
    series.SetAndObserveTableNodeID(table.GetID())
    series.SetXColumnName("Slice")
    series.SetYColumnName(column)
    series.SetPlotType(slicer.vtkMRMLPlotSeriesNode.PlotTypeScatter)
    series.SetColor(*rgb(color))
    return series
