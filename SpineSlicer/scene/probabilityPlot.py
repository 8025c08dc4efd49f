"""P(positive) of the lead question along the stack as a chart, with the threshold as a line.

It runs as the strip does, from the head on the left to the feet, and marks the current slice.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import slicer
import vtk

from SpineLib.findings import Findings, StackFindings
from SpineLib.labels import rgb
from SpineLib.questions import Question
from SpineSlicer.scene.subjectHierarchy import placeBeside

# What the line at the current slice is called.
MARK = "Current slice"


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
    columns: dict[str, list[float]] = {
        "Slice": [index + 1 for index, _ in points],
        chance: [probability for _, probability in points],
        "Threshold": [threshold or 0.0] * len(points),
    }
    for title, values in columns.items():
        table.AddColumn(_column(title, values))
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
    mark = _addMark(scene, f"{name} current slice", points[0][0] + 1)
    chart.AddAndObservePlotSeriesNodeID(mark.GetID())
    nodes += [mark, mark.GetTableNode()]
    chart.SetTitle(f"{chance} – {name}")
    chart.SetXAxisTitle("Slice")
    chart.SetYAxisTitle(chance)
    head, feet = _ends(stack)
    step = 0.5 if feet >= head else -0.5
    chart.SetXAxisRangeAuto(False)
    chart.SetXAxisRange(head + 1 - step, feet + 1 + step)
    chart.SetYAxisRangeAuto(False)
    chart.SetYAxisRange(0.0, 1.0)
    for node in nodes:
        placeBeside(scene, node, volumeNode)
    return chart


def markPlace(chart: Any, number: int) -> None:
    """Moves the line that marks the current slice.

    Args:
        chart: from `addProbabilityPlot`; one of an earlier version has no such line.
        number: the slice's, from 1.
    """
    for index in range(chart.GetNumberOfPlotSeriesNodes()):
        series = chart.GetNthPlotSeriesNode(index)
        if series.GetYColumnName() == MARK:
            table = series.GetTableNode().GetTable()
            column = table.GetColumnByName("Slice")
            if column.GetValue(0) != number:
                for row in range(column.GetNumberOfValues()):
                    column.SetValue(row, float(number))
                column.Modified()
                table.Modified()
                series.GetTableNode().Modified()


def _ends(stack: StackFindings) -> tuple[int, int]:
    """The indices of the slices that are nearest to the head and to the feet."""
    order = sorted(stack.slices, key=lambda one: -one.position_ras[2])
    return order[0].index, order[-1].index


def _addMark(scene: Any, name: str, number: int) -> Any:
    """A line from 0 to 1 at a slice, by a table of its own."""
    table = scene.AddNewNodeByClass("vtkMRMLTableNode", name)
    for title, values in (("Slice", (number, number)), (MARK, (0.0, 1.0))):
        table.AddColumn(_column(title, values))
    series = _addSeries(scene, table, MARK, "#808080")
    series.SetMarkerStyle(slicer.vtkMRMLPlotSeriesNode.MarkerStyleNone)
    return series


def _column(title: str, values: Iterable[float]) -> Any:
    column = vtk.vtkFloatArray()
    column.SetName(title)
    for value in values:
        column.InsertNextValue(value)
    return column


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
