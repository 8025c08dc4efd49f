"""The localiser's names of vertebrae and discs in the views, where no segmentation names them."""

from __future__ import annotations

from typing import Any

import slicer

from SpineLib.findings import Findings
from SpineLib.inference.study_levels import places_of
from SpineLib.labels import structure
from SpineSlicer.scene.segmentNames import addName, addNamesNode
from SpineSlicer.scene.subjectHierarchy import placeBeside


def addLevelNames(
    scene: slicer.vtkMRMLScene, findings: Findings, volumeNode: Any
) -> slicer.vtkMRMLMarkupsFiducialNode | None:
    """Adds a label for each vertebra and disc of the chain that was seen, named or not yet.

    Args:
        scene: where the node is added.
        findings: with the chain.
        volumeNode: of the sagittal series that shows it.

    Returns:
        The node; None where no vertebra was seen.
    """
    if not findings.levels.vertebrae:
        return None
    node = addNamesNode(scene, f"{volumeNode.GetName()} level names")
    for n, vertebra in enumerate(findings.levels.vertebrae):
        for kind, ras in (("vertebra", vertebra.ras), ("disc", vertebra.disc_ras)):
            if ras is not None:
                addName(node, ras, "", f"{kind} {n}")
    renameLevelNames(node, findings)  # Slicer calls a point without a name after its node
    placeBeside(scene, node, volumeNode)
    return node


def renameLevelNames(node: Any, findings: Findings) -> None:
    """Writes the names that the findings have now; places stay."""
    names = dict(_namesOf(findings))
    modified = node.StartModify()
    for index in range(node.GetNumberOfControlPoints()):
        name = names.get(node.GetNthControlPointDescription(index), "")
        if node.GetNthControlPointLabel(index) != name:
            node.SetNthControlPointLabel(index, name)
            node.SetNthControlPointVisibility(index, bool(name))  # until `NamesInViews` fits them
    node.EndModify(modified)


def _namesOf(findings: Findings) -> list[tuple[str, str]]:
    """Kind and place in the chain → name; empty where it is not known, or a segment bears it."""
    vertebrae, segmented = findings.levels.vertebrae, _segmented(findings)
    names: list[tuple[str, str]] = []
    for n, vertebra in enumerate(vertebrae):
        below = vertebrae[n + 1].name if n + 1 < len(vertebrae) else ""
        disc = f"{vertebra.name}/{below}" if vertebra.name and below else ""
        shown = ("", "") if n in segmented else (vertebra.name, disc)
        names += zip((f"vertebra {n}", f"disc {n}"), shown, strict=True)
    return names


def _segmented(findings: Findings) -> set[int]:
    """Places in the chain whose names stand beside segments; the sacrum's too, without a disc."""
    segmentation = findings.segmentation
    if not segmentation.lowest:
        return set()
    places = places_of(findings.levels, segmentation)
    numbers = {structure(segment.label).position for segment in segmentation.segments
               if segment.kind == "vertebra"}  # fmt: skip
    return {*places.values(), *(place + 1 for n, place in places.items() if n - 1 in numbers)}
