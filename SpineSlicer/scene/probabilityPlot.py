"""P(positive) of the lead question along the stack as a chart, with thresholds as lines."""

from __future__ import annotations

import math
from typing import Any

import slicer
import vtk

from SpineLib.findings import Findings, StackFindings
from SpineLib.labels import rgb
from SpineLib.questions import Opinion, Question
from SpineSlicer.scene.subjectHierarchy import placeBeside

THRESHOLD = "Threshold"
# One a model.
MARKERS = (
    slicer.vtkMRMLPlotSeriesNode.MarkerStyleCircle,
    slicer.vtkMRMLPlotSeriesNode.MarkerStyleSquare,
    slicer.vtkMRMLPlotSeriesNode.MarkerStyleDiamond,
)


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
        column = vtk.vtkFloatArray()
        column.SetName(title)
        for value in values:
            column.InsertNextValue(value)
        table.AddColumn(column)
    chart = scene.AddNewNodeByClass("vtkMRMLPlotChartNode", f"{name} {chance}")
    nodes = [table, chart]
    for number, title in enumerate(list(columns)[1:]):
        series = _addSeries(scene, table, title, question)
        if not title.startswith(THRESHOLD):
            series.SetMarkerStyle(MARKERS[number % len(MARKERS)])
        chart.AddAndObservePlotSeriesNodeID(series.GetID())
        nodes.append(series)
    chart.SetTitle(f"{chance} – {name}")
    chart.SetXAxisTitle("Slice")
    chart.SetYAxisTitle(chance)
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
    models = [by for asked, by, _title in findings.columns if asked is question]
    answers = [[_chance(one.opinion(question.key, by)) for by in models] for one in stack.slices]
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


def _chance(opinion: Opinion | None) -> float:
    return math.nan if opinion is None or opinion.probability is None else opinion.probability


def _addSeries(scene: Any, table: Any, column: str, question: Question) -> Any:
    series = scene.AddNewNodeByClass("vtkMRMLPlotSeriesNode", column)
    series.SetAndObserveTableNodeID(table.GetID())
    series.SetXColumnName("Slice")
    series.SetYColumnName(column)
    series.SetPlotType(slicer.vtkMRMLPlotSeriesNode.PlotTypeScatter)
    line = column.startswith(THRESHOLD)
    series.SetColor(*rgb(question.colors[-1 if line else 0]))
    if line:
        series.SetLineStyle(slicer.vtkMRMLPlotSeriesNode.LineStyleDash)
        series.SetMarkerStyle(slicer.vtkMRMLPlotSeriesNode.MarkerStyleNone)
    return series
