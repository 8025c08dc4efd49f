"""What a scene shows of cord and sac, after a reader corrected their outlines or chose a comparison."""

from __future__ import annotations

from typing import Any

from SpineLib.findings import Findings
from SpineLib.quantities import find_quantity
from SpineLib.reading import Reading
from SpineLib.slabs import Steps
from SpineLib.volume import Volume
from SpineSlicer.scene.apLine import addApLine
from SpineSlicer.scene.findingsTable import updateFindingsTable
from SpineSlicer.scene.findingsText import findingsIn, writeFindings
from SpineSlicer.scene.outlineNodes import (
    asRead,
    isMeasured,
    measuringOutlines,
    noteMeasured,
    outlinesIn,
)
from SpineSlicer.scene.overlays import putOnVolume
from SpineSlicer.scene.quantityPlots import updateQuantityPlot
from SpineSlicer.scene.readersComparisons import comparedAgain
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.ReviewLog import ReviewLog
from SpineSlicer.scene.studyNodes import (
    AP_LINE,
    FINDINGS,
    FINDINGS_TABLE,
    KIND,
    OUTLINES,
    QUANTITY_CHART,
    STACK,
    STUDY,
    own,
)
from SpineSlicer.scene.volumeNodes import removeNodes


def measuringCorrections(nodes: ReadingScene, stack: str) -> Steps[Findings | None]:
    """Measures a stack anew where a reader corrected its outlines; the scene's findings follow.

    Args:
        nodes: of the study.
        stack: its id.

    Returns:
        The findings as the scene has them now; None where nothing was to be measured.
    """
    text, node = nodes.node(FINDINGS), nodes.node(OUTLINES, stack)
    now = None if text is None or node is None else outlinesIn(node)
    if now is None or isMeasured(node, now):
        return None
    yield
    before = text.GetText()
    findings, old = findingsIn(before), findingsIn(before)
    stackInScene = nodes.inScene(findings.stack(stack))
    if not stackInScene.fits:
        return None
    yield
    outlines = asRead(node, now, stackInScene.nodeAsRead)
    yield from measuringOutlines(findings, stack, node, outlines)
    data = findings.to_dict()
    yield
    if nodes.node(FINDINGS) is not text or text.GetText() != before:  # something else was said
        return (yield from measuringCorrections(nodes, stack))
    shown, known = answersOfStacks(findings), answersOfStacks(old)
    for changed in [stackId for stackId in shown if shown[stackId] != known[stackId]]:
        if nodes.volumeNode(changed) is not None:
            yield from nodes.showingAgain(findings, changed)
    showQuantities(nodes, findings, data, {stack: now})
    noteMeasured(node, now)
    return findings


def comparingAgain(nodes: ReadingScene, log: ReviewLog) -> Findings:
    """Compares the narrowest slice with those that a log names; the scene's findings follow."""
    findings = comparedAgain(findingsIn(nodes.node(FINDINGS).GetText()), log)
    showQuantities(nodes, findings)
    return findings


def showQuantities(
    nodes: ReadingScene,
    findings: Findings,
    data: dict[str, Any] | None = None,
    outlines: dict[str, Volume] | None = None,
) -> None:
    """Puts findings with other quantities into the scene; tables, charts and AP line follow.

    Args:
        nodes: of the study.
        findings: with the same slices and flags as the scene's.
        data: the findings' `to_dict`, where it is at hand.
        outlines: of stacks, of `outlinesIn`, where they are at hand.
    """
    writeFindings(nodes.node(FINDINGS), data or findings.to_dict())
    for stack in findings.stacks:
        for table in nodes.nodes(FINDINGS_TABLE, stack.id):
            updateFindingsTable(table, findings, stack)
        for chart in nodes.nodes(QUANTITY_CHART, stack.id):
            updateQuantityPlot(chart, stack)
    _drawApLine(nodes, findings, outlines or {})


def _drawApLine(nodes: ReadingScene, findings: Findings, outlines: dict[str, Volume]) -> None:
    removeNodes(nodes.nodes(AP_LINE))
    narrowest = find_quantity(findings.quantities, "mscc")
    stack = narrowest.stack if narrowest is not None else ""
    node, volume = nodes.node(OUTLINES, stack), nodes.volumeNode(stack)
    if not stack or node is None:
        return
    now = outlines.get(stack) or outlinesIn(node)
    if now is None:
        return
    line = addApLine(nodes.scene, Reading(findings, outlines={stack: now}), stack, volume)
    if line is not None:
        line.SetAttribute(KIND, AP_LINE)
        line.SetAttribute(STACK, stack)
        line.SetAttribute(STUDY, nodes.study)
        putOnVolume(line, volume)
        own(nodes.node(FINDINGS), [line])


def answersOfStacks(findings: Findings) -> dict[str, list[Any]]:
    """Of each stack what its rings and labels follow: each slice's flag, and the grades of levels."""
    return {
        stack.id: [
            (slice_.flagged, [answer.value for answer in slice_.opinions if answer.level])
            for slice_ in stack.slices
        ]
        for stack in findings.stacks
    }
