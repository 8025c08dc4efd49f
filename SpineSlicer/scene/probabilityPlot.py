"""P(positive) of the lead question along the stack as a chart, with thresholds as lines.

It runs as the strip does, from the head on the left to the feet, and marks the current slice.
"""

from __future__ import annotations

import math
from typing import Any

import slicer
import vtk

from SpineLib.findings import Findings, StackFindings
from SpineLib.labels import rgb
from SpineLib.questions import Opinion, Question
from SpineSlicer.scene.findingsTable import addColumn
from SpineSlicer.scene.subjectHierarchy import placeBeside

THRESHOLD = "Threshold"
# One a model.
MARKERS = (
    slicer.vtkMRMLPlotSeriesNode.MarkerStyleCircle,
    slicer.vtkMRMLPlotSeriesNode.MarkerStyleSquare,
    slicer.vtkMRMLPlotSeriesNode.MarkerStyleDiamond,
)
# The column of levels, which a point's tip tells, and the axis above the plot.
LEVEL = "Level"
# What the line at the current slice is called.
MARK = "Current slice"


def addProbabilityPlot(
    scene: slicer.vtkMRMLScene, findings: Findings, stack: StackFindings, volumeNode: Any
) -> slicer.vtkMRMLPlotChartNode | None:
    """Adds table, series and chart of the assessed slices, a series a model.

    Args:
        scene: where the nodes are added.
        findings: whose lead question it is; a model's threshold is a line where it has one.
        stack: its assessed slices are the points.
        volumeNode: the stack's volume node.

    Returns:
        The chart; None where no slice was assessed.
    """
    question = findings.lead
    if question is None:
        return None
    chance, name = f"P({question.side(True) or question.values[-1]})", volumeNode.GetName()
    columns = _columns(findings, question, stack, chance)
    if len(columns) == 1:
        return None
    table = scene.AddNewNodeByClass("vtkMRMLTableNode", f"{name} probabilities")
    for title, values in columns.items():
        addColumn(table, title, values)
    levels = {slice_.index + 1.0: slice_.level for slice_ in stack.slices}
    names = [levels[number] for number in columns["Slice"]]
    addColumn(table, LEVEL, names, vtk.vtkStringArray)
    chart = scene.AddNewNodeByClass("vtkMRMLPlotChartNode", f"{name} {chance}")
    nodes = [table, chart]
    for number, title in enumerate(list(columns)[1:]):
        is_line = title.startswith(THRESHOLD)
        series = addSeries(scene, table, title, question.colors[-1 if is_line else 0])
        if is_line:
            series.SetLineStyle(slicer.vtkMRMLPlotSeriesNode.LineStyleDash)
            series.SetMarkerStyle(slicer.vtkMRMLPlotSeriesNode.MarkerStyleNone)
        else:
            series.SetMarkerStyle(MARKERS[number % len(MARKERS)])
        chart.AddAndObservePlotSeriesNodeID(series.GetID())
        nodes.append(series)
    mark = _addMark(scene, f"{name} current slice", int(columns["Slice"][0]))
    chart.AddAndObservePlotSeriesNodeID(mark.GetID())
    nodes += [mark, mark.GetTableNode()]
    chart.SetTitle(f"{chance} – {name}")
    chart.SetYAxisTitle(chance)
    alongSpine(chart, stack)
    chart.SetYAxisRangeAuto(False)
    chart.SetYAxisRange(0.0, 1.0)
    for node in nodes:
        placeBeside(scene, node, volumeNode)
    return chart


def _columns(
    findings: Findings, question: Question, stack: StackFindings, chance: str
) -> dict[str, list[float]]:
    """Column → a value for each assessed slice: its number, each model's P, and its threshold.

    Of a slice that only another model assessed, P is NaN.
    """
    models = [by for columnQuestion, by, _title in findings.columns if columnQuestion is question]
    answers = [
        [_chance(slice_.opinion(question.key, by)) for by in models] for slice_ in stack.slices
    ]
    rows = [n for n, row in enumerate(answers) if not all(map(math.isnan, row))]
    columns = {"Slice": [stack.slices[n].index + 1.0 for n in rows]}
    for number, by in enumerate(models if rows else ()):
        columns[chance + findings.told_apart(question.key, by)] = [answers[n][number] for n in rows]
    for by in models if rows else ():
        used = [m for m in findings.models if m.question == question.key and by in ("", m.name)]
        if used and used[0].threshold is not None:
            title = THRESHOLD + findings.told_apart(question.key, by)
            columns[title] = [used[0].threshold] * len(rows)
    return columns


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


def levelTicks(stack: StackFindings) -> list[tuple[float, str]]:
    """Where on the plot's axis each level's name belongs: the middle of its slices, counted from 1."""
    runs: list[tuple[str, list[float]]] = []
    for slice_ in sorted(stack.slices, key=lambda slice_: slice_.index):
        if runs and runs[-1][0] == slice_.level:
            runs[-1][1].append(slice_.index + 1.0)
        else:
            runs.append((slice_.level, [slice_.index + 1.0]))
    return [((numbers[0] + numbers[-1]) / 2, name) for name, numbers in runs if name]


def alongSpine(chart: Any, stack: StackFindings) -> None:
    """Makes a chart run from the head on the left to the feet, slice by slice."""
    head, feet = _ends(stack)
    step = 0.5 if feet >= head else -0.5
    chart.SetXAxisTitle("Slice")
    chart.SetXAxisRangeAuto(False)
    chart.SetXAxisRange(head + 1 - step, feet + 1 + step)


def _ends(stack: StackFindings) -> tuple[int, int]:
    """The indices of the slices that are nearest to the head and to the feet."""
    order = sorted(stack.slices, key=lambda slice_: -slice_.position_ras[2])
    return order[0].index, order[-1].index


def _addMark(scene: Any, name: str, number: int) -> Any:
    """A line from 0 to 1 at a slice, by a table of its own."""
    table = scene.AddNewNodeByClass("vtkMRMLTableNode", name)
    for title, values in (("Slice", (number, number)), (MARK, (0.0, 1.0))):
        addColumn(table, title, values)
    series = addSeries(scene, table, MARK, "#808080")
    series.SetMarkerStyle(slicer.vtkMRMLPlotSeriesNode.MarkerStyleNone)
    return series


def _chance(opinion: Opinion | None) -> float:
    return math.nan if opinion is None or opinion.probability is None else opinion.probability


def addSeries(scene: Any, table: Any, column: str, color: str) -> Any:
    """Adds a series over the table's column ``Slice``."""
    series = scene.AddNewNodeByClass("vtkMRMLPlotSeriesNode", column)
    series.SetAndObserveTableNodeID(table.GetID())
    series.SetXColumnName("Slice")
    series.SetYColumnName(column)
    if table.GetTable().GetColumnByName(LEVEL) is not None:
        series.SetLabelColumnName(LEVEL)
    series.SetPlotType(slicer.vtkMRMLPlotSeriesNode.PlotTypeScatter)
    series.SetColor(*rgb(color))
    return series
