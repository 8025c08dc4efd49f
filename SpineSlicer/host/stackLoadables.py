"""Which stacks a DICOM series holds, for Slicer's DICOM module to offer one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import slicer

from SpineLib.dicom import Stack, read, scan_files
from SpineLib.translation import tr as _
from SpineLib.wording import count
from SpineSlicer.scene.volumeNodes import addVolumeNode, describe

# Slicer's scalar volume plugin offers a whole series at 0.5 and its parts at 0.45.
CONFIDENCE = 0.8
# Stacks whose middles and directions differ by less are the same place at another echo or time;
# Slicer's sequence plugins know those better.
SAME_MIDDLE_MM, SAME_DIRECTION = 1.0, 0.9999


@dataclass(frozen=True)
class StackFiles:
    """One stack of a series as the DICOM module lists it.

    Attributes:
        files: its files, in the order of the volume's k axis.
        name: for the list and the node.
        toolTip: what it is.
        warning: what a reader must know before loading; empty where nothing.
        stack: what loads it.
    """

    files: list[str]
    name: str
    toolTip: str
    warning: str
    stack: Stack


def stacksOfSeries(files: Sequence[str], name: str) -> list[StackFiles]:
    """The stacks of one series, if it holds several at different places; else nothing.

    Args:
        files: the series' files.
        name: the series' name in the list.
    """
    scanned = scan_files([Path(file) for file in files])
    if len(scanned.studies) != 1 or len(scanned.studies[0].series) != 1:
        return []
    stacks = scanned.studies[0].series[0].stacks
    readable = [stack for stack in stacks if not stack.problem]
    if not _severalPlaces(readable):
        return []
    left = [
        _("{slices} left out: {reason}").format(
            slices=count(stack.slices, "slice", tr=_), reason=stack.problem
        )
        for stack in stacks
        if stack.problem
    ]
    left += [
        _("{file} left out: it {reason}").format(file=skipped.file.name, reason=skipped.reason)
        for skipped in scanned.skipped
    ]
    return [_stackFiles(stack, name, len(readable), left) for stack in readable]


def addStackVolume(scene: slicer.vtkMRMLScene, stackFiles: StackFiles) -> Any:
    """Loads a stack: its own grid, its SOP Instance UIDs, its window.

    Args:
        scene: where the volume node is added.
        stackFiles: which stack.

    Raises:
        BadInput: a file cannot be decoded.
    """
    node = addVolumeNode(scene, read(stackFiles.stack), scene.GenerateUniqueName(stackFiles.name))
    describe(node, weighting=stackFiles.stack.weighting, region=stackFiles.stack.region)
    return node


def _severalPlaces(stacks: Sequence[Stack]) -> bool:
    places = [_middleAndNormal(stack) for stack in stacks]
    return any(
        np.linalg.norm(middle - places[0][0]) > SAME_MIDDLE_MM
        or abs(float(normal @ places[0][1])) < SAME_DIRECTION
        for middle, normal in places[1:]
    )


def _middleAndNormal(stack: Stack) -> tuple[Any, Any]:
    assert stack.ijk_to_ras is not None
    normal = np.cross(stack.ijk_to_ras[:3, 0], stack.ijk_to_ras[:3, 1])
    return np.mean(stack.positions, axis=0), normal / np.linalg.norm(normal)


def _stackFiles(stack: Stack, name: str, count: int, left: Sequence[str]) -> StackFiles:
    files = list(dict.fromkeys(str(source.path) for source in stack.sources))
    number = stack.id.rpartition(".")[2]
    r, a, s = np.mean(stack.positions, axis=0)
    toolTip = _(
        "{plane} stack {number} of {count}: {slices} slices every {spacing} mm about R {r}, A {a}, "
        "S {s} mm"
    ).format(
        plane=stack.plane, number=number, count=count, slices=stack.slices,
        spacing=f"{stack.spacing[2]:.1f}", r=f"{r:.0f}", a=f"{a:.0f}", s=f"{s:.0f}",
    )  # fmt: skip
    warning = "; ".join((*stack.warnings, *left))
    # The node's name, too, which is saved: Slicer's own plugins leave theirs in English.
    return StackFiles(files, f"{name} - stack {number}", toolTip, warning, stack)
