"""Each slice's verdict as a ring around the canal: one segmentation on the axial stack's grid.

In an axial slice it is a ring that leaves the cord free, across the slices a ladder, in 3D a
tube. One segment a verdict, so that it saves, exports and recolours like any segmentation.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from SpineLib.findings import Findings, SliceFinding, StackFindings
from SpineLib.labels import NOT_ASSESSED
from SpineLib.questions import COMPRESSION, Question
from SpineLib.volume import Volume
from SpineSlicer.scene.labelmapNodes import addSegmentationNode, setSegments
from SpineSlicer.scene.Segment import Segment
from SpineSlicer.scene.verdicts import leadValue, shownValues

# Millimetres from the canal's centre. The canal's half width is 8-14 mm at every level, so that
# the ring never touches cord, dura or the foramina's entries.
INNER_RADIUS, OUTER_RADIUS = 22.0, 24.5
# Slices are what is meant, so their stairs stay; smoothing and shading take twenty times as long.
_SURFACE = {"Smoothing factor": "0.0", "Compute surface normals": "0"}
SHOWN, ALGORITHM = "SpineMRI.ShownVerdicts", "SlicerSpineMRI verdicts"


def addVerdictHalo(
    scene: slicer.vtkMRMLScene,
    findings: Findings,
    volume: Volume,
    stack: StackFindings,
    volumeNode: Any,
) -> slicer.vtkMRMLSegmentationNode:
    """Adds the halo of a stack that was read slice by slice, with the lead question's answers.

    Args:
        scene: where the node is added.
        findings: whose lead question it is.
        volume: the stack's volume.
        stack: its slices' verdicts and canal centres.
        volumeNode: the stack's volume node.
    """
    question = findings.lead or COMPRESSION
    verdicts = [leadValue(findings, slice_) for slice_ in stack.slices]
    halo = _around(haloLabelmap(volume, stack.slices, question, verdicts), stack.slices)
    name = f"{volumeNode.GetName()} verdicts"
    node = addSegmentationNode(scene, halo, _segments(question, halo), name, volumeNode, ALGORITHM)
    node.SetAttribute(SHOWN, _letters(question, verdicts))
    for name, value in _SURFACE.items():
        node.GetSegmentation().SetConversionParameter(name, value)
    display = node.GetDisplayNode()
    display.SetOpacity2DFill(0.9)
    display.SetOpacity2DOutline(1.0)
    return node


def recolourHalo(node: Any, stack: StackFindings, question: Question, verdicts: list[str]) -> bool:
    """Gives a halo other verdicts, a reader's for example; its surface goes.

    Args:
        node: what `addVerdictHalo` made.
        stack: whose grid and canal centres it has.
        question: that the verdicts answer.
        verdicts: one a slice, in the order of ``stack.slices``; empty where not assessed.

    Returns:
        Whether anything had to change.
    """
    if node.GetAttribute(SHOWN) == _letters(question, verdicts):
        return False
    grid = gridOf(stack)
    halo = _around(haloLabelmap(grid, stack.slices, question, verdicts), stack.slices)
    setSegments(node, halo, _segments(question, halo), ALGORITHM)
    node.SetAttribute(SHOWN, _letters(question, verdicts))
    return True


def gridOf(stack: StackFindings) -> Volume:
    """A stack's grid without its voxels, which takes no memory."""
    return Volume(np.broadcast_to(np.uint8(0), stack.shape), np.array(stack.ijk_to_ras))


def haloLabels(question: Question) -> dict[str, int]:
    """What a slice is shown with → its number in the halo; empty for not assessed."""
    return {value: number for number, value in enumerate(shownValues(question), start=1)}


def haloLabelmap(
    volume: Volume, slices: list[SliceFinding], question: Question, verdicts: list[str]
) -> Volume:
    """The rings as numbers (`haloLabels`) on the volume's grid.

    Args:
        volume: the stack's volume; the ring is round in millimetres whatever its pixels are.
        slices: canal centre of each slice; a slice without a centre borrows it from its
            neighbours (`canalCenters`).
        question: that the verdicts answer.
        verdicts: of each slice; empty where not assessed.
    """
    labels = haloLabels(question)
    voxels = np.zeros(volume.shape, np.uint8)
    _, rows, columns = volume.shape
    across, down = (float(x) for x in volume.spacing[:2])
    # Pixels wider than the ring would leave holes in it.
    width = max(OUTER_RADIUS - INNER_RADIUS, 1.5 * max(across, down))
    at = volume.ijk(canalCenters(volume, slices))
    for slice_, verdict, (ci, cj, _k) in zip(slices, verdicts, at, strict=True):
        # Only the square around the ring: an image of 1024 pixels a side costs no more.
        i = np.arange(*_span(ci, OUTER_RADIUS / across, columns))
        j = np.arange(*_span(cj, OUTER_RADIUS / down, rows))
        squares = ((i - ci) * across)[None, :] ** 2 + ((j - cj) * down)[:, None] ** 2
        ring = (squares >= (OUTER_RADIUS - width) ** 2) & (squares <= OUTER_RADIUS**2)
        if ring.size:
            voxels[slice_.index, j[0] : j[-1] + 1, i[0] : i[-1] + 1][ring] = labels[verdict]
    return volume.with_voxels(voxels)


def _around(halo: Volume, slices: list[SliceFinding]) -> Volume:
    """Only the part of the grid that holds rings: a tenth of it, and so is all work with it."""
    _, rows, columns = halo.shape
    centers = halo.ijk(canalCenters(halo, slices))
    i, j = (
        slice(
            _span(at.min(), OUTER_RADIUS / spacing, size)[0],
            _span(at.max(), OUTER_RADIUS / spacing, size)[1],
        )
        for at, spacing, size in zip(centers.T[:2], halo.spacing[:2], (columns, rows), strict=True)
    )
    part = halo.voxels[:, j, i]
    if not part.size:
        return halo
    matrix = halo.ijk_to_ras.copy()
    matrix[:3, 3] = halo.ras([i.start, j.start, 0])
    return Volume(part, matrix)


def _span(center: float, radius: float, size: int) -> tuple[int, int]:
    first = min(max(int(np.floor(center - radius)), 0), size)
    return first, max(min(int(np.ceil(center + radius)) + 1, size), first)


def _segments(question: Question, halo: Volume) -> list[Segment]:
    present = set(halo.voxels.max(axis=(1, 2)).tolist())  # a slice's ring is of one verdict
    return [
        Segment(
            label,
            (value or NOT_ASSESSED).replace(" ", "-"),
            f"{question.letter(value)} {value or NOT_ASSESSED}",
            question.color(value),
        )
        for value, label in haloLabels(question).items()
        if label in present
    ]


def _letters(question: Question, verdicts: list[str]) -> str:
    return "".join(question.letter(verdict) for verdict in verdicts)


def isRead(stack: StackFindings) -> bool:
    """Whether a model read any of a stack's slices, and so looked for the canal there."""
    return any(
        slice_.canal_center_ras is not None or any(opinion.assessed for opinion in slice_.opinions)
        for slice_ in stack.slices
    )


def canalCenters(volume: Volume, slices: list[SliceFinding]) -> NDArray[np.float64]:
    """A centre for each slice's ring, RAS mm, shape [slices, 3].

    Where the canal was not found, the centre lies between those of the nearest slices that have
    one (beyond the first and last: straight along the stack's normal); in a stack without any,
    in the middle of the image. Only the ring's place is borrowed: its verdict stays.
    """
    known = [slice_.canal_center_ras for slice_ in slices if slice_.canal_center_ras is not None]
    if not known:
        return np.array([volume.slice_center(slice_.index) for slice_ in slices])
    ijk = volume.ijk(known)
    order = np.argsort(ijk[:, 2])
    at = np.array([slice_.index for slice_ in slices], float)
    i, j = (np.interp(at, ijk[order, 2], ijk[order, axis]) for axis in (0, 1))
    return volume.ras(np.stack([i, j, at], axis=1))
