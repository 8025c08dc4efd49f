"""Each slice's verdict as a ring around the canal: one segmentation on the axial stack's grid.

In an axial slice it is a ring that leaves the cord free, across the slices a ladder, in 3D a
tube. One segment a verdict, so that it saves, exports and recolours like any segmentation.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray
from SpineSegmentationLib.labelmapNodes import addSegmentationNode
from SpineSegmentationLib.Segment import Segment

from SpineLib.findings import SliceFinding, StackFindings
from SpineLib.labels import VERDICT_COLORS, VERDICT_LETTERS
from SpineLib.volume import Volume

from .verdicts import verdictOf

# Millimetres from the canal's centre. The canal's half width is 8-14 mm at every level, so that
# the ring never touches cord, dura or the foramina's entries.
INNER_RADIUS, OUTER_RADIUS = 22.0, 24.5
LABELS = {verdict: number for number, verdict in enumerate(VERDICT_COLORS, start=1)}


def addVerdictHalo(
    scene: slicer.vtkMRMLScene, volume: Volume, stack: StackFindings, volumeNode: Any
) -> slicer.vtkMRMLSegmentationNode:
    """Adds the halo of a stack that was read for compression.

    Args:
        scene: where the node is added.
        volume: the stack's volume.
        stack: its slices' verdicts and canal centres.
        volumeNode: the stack's volume node.
    """
    halo = haloLabelmap(volume, stack.slices)
    segments = [
        Segment(label, verdict.replace(" ", "-"), _title(verdict), VERDICT_COLORS[verdict])
        for verdict, label in LABELS.items()
        if (halo.voxels == label).any()
    ]
    name = f"{volumeNode.GetName()} verdicts"
    node = addSegmentationNode(scene, halo, segments, name, volumeNode, "SlicerSpineMRI verdicts")
    display = node.GetDisplayNode()
    display.SetOpacity2DFill(0.9)
    display.SetOpacity2DOutline(1.0)
    node.CreateClosedSurfaceRepresentation()
    return node


def haloLabelmap(volume: Volume, slices: list[SliceFinding]) -> Volume:
    """The rings as numbers (`LABELS`) on the volume's grid.

    Args:
        volume: the stack's volume; the ring is round in millimetres whatever its pixels are.
        slices: verdict and canal centre of each slice; a slice without a centre borrows it from
            its neighbours (`canalCenters`).
    """
    voxels = np.zeros(volume.shape, np.uint8)
    _, rows, columns = volume.shape
    j, i = np.mgrid[0:rows, 0:columns]
    spacing = volume.spacing
    # Pixels wider than the ring would leave holes in it.
    width = max(OUTER_RADIUS - INNER_RADIUS, 1.5 * float(max(spacing[:2])))
    for one, center in zip(slices, canalCenters(volume, slices), strict=True):
        ci, cj, _ = volume.ijk(center)
        radius = np.hypot((i - ci) * spacing[0], (j - cj) * spacing[1])
        ring = (radius >= OUTER_RADIUS - width) & (radius <= OUTER_RADIUS)
        voxels[one.index][ring] = LABELS[verdictOf(one)]
    return volume.with_voxels(voxels)


def canalCenters(volume: Volume, slices: list[SliceFinding]) -> NDArray[np.float64]:
    """A centre for each slice's ring, RAS mm, shape [slices, 3].

    Where the canal was not found, the centre lies between those of the nearest slices that have
    one (beyond the first and last: straight along the stack's normal); in a stack without any,
    in the middle of the image. Only the ring's place is borrowed: its verdict stays.
    """
    known = [one for one in slices if one.canal_center_ras is not None]
    if not known:
        return np.array([volume.slice_center(one.index) for one in slices])
    ijk = volume.ijk([one.canal_center_ras for one in known])
    order = np.argsort(ijk[:, 2])
    at = np.array([one.index for one in slices], float)
    i, j = (np.interp(at, ijk[order, 2], ijk[order, axis]) for axis in (0, 1))
    return volume.ras(np.stack([i, j, at], axis=1))


def _title(verdict: str) -> str:
    return f"{VERDICT_LETTERS[verdict]} {verdict}"
