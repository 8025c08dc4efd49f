"""Cord and dural sac of a stack as a DICOM Segmentation on the stack's own frames."""

from __future__ import annotations

import numpy as np
import scipy.ndimage
from highdicom.seg import Segmentation
from numpy.typing import NDArray

from SpineLib import labels
from SpineLib.findings import StackFindings
from SpineLib.inference.outline_map import CORD_LABEL
from SpineLib.outputs.corrections import AUTOMATIC, SEMIAUTOMATIC
from SpineLib.outputs.dicom.codes import SCHEME
from SpineLib.outputs.dicom.making import Making
from SpineLib.outputs.dicom.segmentation import Outline, segments_of
from SpineLib.volume import Volume

# We know of no standard code for the sac. Colours as in Slicer's views.
_SEGMENTS = (
    ("dural sac", labels.Code("dural-sac", SCHEME, "Dural sac with all that it holds"), "#56B4E9"),
    ("spinal cord", labels.Code("2748008", "SCT", "Spinal cord"), "#F0E442"),
)


def outline_segmentation(
    making: Making, stack: StackFindings, outlines: Volume, *, corrected: bool
) -> Segmentation | None:
    """Makes the object; None where nothing is outlined.

    The outlines are finer than the images: a pixel belongs to what covers half of it or more. The
    sac's segment holds the cord's.

    Args:
        making: the export.
        stack: whose slices were outlined.
        outlines: as of `SpineLib.inference.outline_map`, in the RAS of the findings.
        corrected: whether a reader changed them.
    """
    masks = (outlines.voxels > 0, outlines.voxels == CORD_LABEL)
    planes = [_at_pixels(stack, outlines, mask) for mask in masks]
    if not planes[0].any():
        return None
    pixel_ml = float(np.prod(stack.spacing)) / 1000
    kind = SEMIAUTOMATIC if corrected else AUTOMATIC
    described = [
        Outline(
            name, f"{name}, stack {stack.id}", labels.CATEGORY, code, color, kind,
            float(np.count_nonzero(plane) * pixel_ml),
        )
        for (name, code, color), plane in zip(_SEGMENTS, planes, strict=True)
    ]  # fmt: skip
    if not planes[1].any():  # below the cord the sac stands alone
        planes, described = planes[:1], described[:1]
    return segments_of(making, stack, np.stack(planes, axis=-1), described, "outline")


def _at_pixels(
    stack: StackFindings, outlines: Volume, mask: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """[slice, row, column] 0 or 1 of a mask on the finer grid."""
    slices, rows, columns = stack.shape
    k, j, i = np.meshgrid(np.arange(slices), np.arange(rows), np.arange(columns), indexing="ij")
    matrix = np.linalg.inv(outlines.ijk_to_ras) @ np.array(stack.ijk_to_ras)
    fine = np.stack([i, j, k], axis=-1) @ matrix[:3, :3].T + matrix[:3, 3]
    places = np.moveaxis(fine[..., ::-1], -1, 0)
    covered = scipy.ndimage.map_coordinates(
        mask.astype(np.float32), places, order=1, mode="grid-constant", cval=0.0
    )
    return (covered >= 0.5).astype(np.uint8)
