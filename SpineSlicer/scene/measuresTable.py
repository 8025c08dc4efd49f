"""Sizes of the segmentation's structures as a table node, which is saved with the scene."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import vtk

from SpineLib.inference.measures import Measure
from SpineSlicer.scene.findingsTable import addColumn
from SpineSlicer.scene.studyNodes import KIND, MEASURES, MEASURES_ROLE, STACK
from SpineSlicer.scene.subjectHierarchy import placeBeside

# Column name → what it shows, in the order of the table. Units stand in the names.
NUMBERS = {
    "Volume (ml)": "volume_ml",
    "Height front (mm)": "height_front",
    "Height middle (mm)": "height_middle",
    "Height back (mm)": "height_back",
    "Canal area (mm²)": "canal_area",
    "Canal front to back (mm)": "canal_ap",
    "Disc bulge (mm)": "bulge",
    "Slip (mm)": "slip",
}


def showMeasures(segmentationNode: Any, measures: Sequence[Measure]) -> Any:
    """Writes the table of a segmentation, which is made where there is none.

    Args:
        segmentationNode: whose structures were measured.
        measures: one a structure; a size that it does not have reads NaN.
    """
    node = segmentationNode.GetNodeReference(MEASURES_ROLE)
    if node is None:
        scene = segmentationNode.GetScene()
        node = scene.AddNewNodeByClass("vtkMRMLTableNode", f"{segmentationNode.GetName()} sizes")
        node.SetAttribute(KIND, MEASURES)
        if segmentationNode.GetAttribute(STACK):
            node.SetAttribute(STACK, segmentationNode.GetAttribute(STACK))
        node.SetUseColumnTitleAsColumnHeader(True)
        node.SetLocked(True)
        segmentationNode.SetNodeReferenceID(MEASURES_ROLE, node.GetID())
        placeBeside(scene, node, segmentationNode)
    node.RemoveAllColumns()
    for name, values in _columns(measures).items():
        kind = vtk.vtkStringArray if name == "Structure" else vtk.vtkDoubleArray
        addColumn(node, name, values, kind)
    return node


def _columns(measures: Sequence[Measure]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {"Structure": [measure.name for measure in measures]}
    for name, attribute in NUMBERS.items():
        values = [getattr(measure, attribute) for measure in measures]
        columns[name] = [float("nan") if value is None else value for value in values]
    return columns
