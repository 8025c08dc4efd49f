"""The slices' findings as a table node: one row a slice, in the stack's order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import slicer
import vtk

from SpineLib.findings import Findings, SliceFinding, StackFindings
from SpineLib.outputs.summary import words
from SpineLib.quantities import DEFINITIONS, value_of
from SpineLib.questions import Opinion
from SpineSlicer.scene.subjectHierarchy import placeBeside

# "Slice" counts from 1, as viewers show it; findings.json counts from 0.
REVIEW_COLUMN = "Review"


def addFindingsTable(
    scene: slicer.vtkMRMLScene, findings: Findings, stack: StackFindings, volumeNode: Any
) -> slicer.vtkMRMLTableNode:
    """Adds the table of a stack's slices; ``P …`` columns are numbers, NaN where not assessed."""
    node = scene.AddNewNodeByClass("vtkMRMLTableNode", f"{volumeNode.GetName()} findings")
    keys = shownKeys(stack)
    rows = [dict(_cells(findings, slice_, keys)) for slice_ in stack.slices]
    for name in rows[0] if rows else ():
        addColumn(node, name, [row[name] for row in rows], _columnType(rows[0][name]))
    node.SetUseColumnTitleAsColumnHeader(True)
    node.SetLocked(True)
    placeBeside(scene, node, volumeNode)
    return node


def updateFindingsTable(node: Any, findings: Findings, stack: StackFindings) -> None:
    """Writes a table's cells anew; what readers said stays.

    Args:
        node: of `addFindingsTable`.
        findings, stack: with the same columns as then.
    """
    keys = shownKeys(stack)
    for row, slice_ in enumerate(stack.slices):
        for name, value in _cells(findings, slice_, keys):
            column = node.GetTable().GetColumnByName(name)
            if column is not None and name != REVIEW_COLUMN:
                column.SetValue(row, value)
    node.GetTable().Modified()


def addColumn(node: Any, title: str, values: Iterable[Any], kind: Any = vtk.vtkFloatArray) -> None:
    """Adds a column to a table node; ``kind`` is the class of its values' array."""
    column = kind()
    column.SetName(title)
    for value in values:
        column.InsertNextValue(value)
    node.AddColumn(column)


def _columnType(value: Any) -> Any:
    if isinstance(value, float):
        return vtk.vtkDoubleArray
    return vtk.vtkIntArray if isinstance(value, int) else vtk.vtkStringArray


def shownKeys(stack: StackFindings) -> list[str]:
    """Keys of what was measured on any of the stack's slices."""
    there = {quantity.key for slice_ in stack.slices for quantity in slice_.quantities}
    return [key for key in DEFINITIONS if key in there]


def _cells(findings: Findings, slice_: SliceFinding, keys: list[str]) -> Iterator[tuple[str, Any]]:
    yield "Slice", slice_.index + 1
    yield "Level", slice_.level
    for question, by, title in findings.columns:
        opinion = slice_.opinion(question.key, by) or Opinion(question.key)
        probability = opinion.probability
        yield title, words(question, opinion, str)
        yield f"P {title}", float("nan") if probability is None else float(probability)
        if len(question.values) > 2:
            yield f"{title} interval", "–".join(opinion.interval)
        if any(m.grade_sets and m.question == question.key for m in findings.models):
            yield f"{title} set", "|".join(opinion.grade_set)
    for key in keys:
        what, value = DEFINITIONS[key], value_of(slice_.quantities, key)
        name = f"{what.title} ({what.unit})" if what.unit else what.title
        yield name, float("nan") if value is None else float(value)
    sources = [opinion.source for opinion in slice_.opinions if opinion.source]
    yield "Source", ", ".join(dict.fromkeys(sources))
    yield REVIEW_COLUMN, ""
    yield "SOP Instance UID", slice_.sop_instance_uid
    yield "Frame", slice_.frame
