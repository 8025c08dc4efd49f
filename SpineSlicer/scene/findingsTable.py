"""The slices' findings as a table node: one row a slice, in the stack's order."""

from __future__ import annotations

from typing import Any

import slicer
import vtk

from SpineLib.findings import SliceFinding, StackFindings
from SpineLib.labels import ASSESSED
from SpineSlicer.scene.subjectHierarchy import placeBeside
from SpineSlicer.scene.verdicts import verdictOf

# "Slice" counts from 1, as viewers show it; findings.json counts from 0.
REVIEW_COLUMN = "Review"
COLUMNS = ("Slice", "Level", "P", "Verdict", "Grade", "Low/high", "Interval", "Source", "Forced",
           REVIEW_COLUMN, "SOP Instance UID", "Frame")  # fmt: skip


def addFindingsTable(
    scene: slicer.vtkMRMLScene, stack: StackFindings, volumeNode: Any
) -> slicer.vtkMRMLTableNode:
    """Adds the table of a stack's slices; ``P`` is a number, NaN where not assessed."""
    node = scene.AddNewNodeByClass("vtkMRMLTableNode", f"{volumeNode.GetName()} findings")
    rows = [_row(one) for one in stack.slices]
    for name, values in zip(COLUMNS, zip(*rows, strict=True), strict=True):
        column = _columnType(name)()
        column.SetName(name)
        for value in values:
            column.InsertNextValue(value)
        node.AddColumn(column)
    node.SetUseColumnTitleAsColumnHeader(True)
    node.SetLocked(True)
    placeBeside(scene, node, volumeNode)
    return node


def _columnType(name: str) -> Any:
    types = {"Slice": vtk.vtkIntArray, "P": vtk.vtkDoubleArray, "Frame": vtk.vtkIntArray}
    return types.get(name, vtk.vtkStringArray)


def _row(one: SliceFinding) -> tuple[Any, ...]:
    graded = one.grading.status == ASSESSED
    probability = one.compression.probability
    return (
        one.index + 1,
        one.level,
        float("nan") if probability is None else probability,
        verdictOf(one),
        one.grading.grade or "" if graded else "",
        one.grading.verdict or "" if graded else "",
        "–".join(one.grading.interval) if graded else "",
        one.grading.source if graded else "",
        ", ".join(task for task in ("compression", "grading") if getattr(one, task).forced),
        "",
        one.sop_instance_uid,
        one.frame,
    )
