"""Whether the lowest disc in the picture is L5/S1. A wrong name is worse than none.

SPIDER's scheme has no label for the sacrum, so the evidence is indirect, and all of it is
needed: nothing but sacrum can lie below a whole, steep disc with picture and canal to spare.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from SpineLib.inference.course import Slab
from SpineLib.labels import CANAL, DISC_OFFSET
from SpineLib.reasons import (
    BONE_BELOW,
    CANAL_ENDS,
    DISC_CUT,
    FEW_DISCS,
    IMAGE_ENDS,
    LUMBOSACRAL,
    SLOPE,
    UNEVEN_DISCS,
    Reason,
)
from SpineLib.volume import Volume

# Degrees. The sacral endplate slopes 35-40 (SD 8) and L4/L5 about 10-15 (Roussouly et al. 2005,
# Spine 30:346); the disc's middle plane lies between its endplates. 20 leaves some true L5/S1
# discs without a name, and hardly any other disc with one.
LEAST_TILT, MOST_TILT = 20.0, 70.0
# A lumbar vertebra with its disc is 35-40 mm high: so much picture below without either.
PICTURE_BELOW = 40.0
CANAL_BELOW = 8.0
LEAST_DISCS = 3
# Two discs are this much farther or nearer than the others where one was missed or split.
MOST_GAP, LEAST_GAP = 1.45, 0.6


def lowest_disc_is_lumbosacral(
    labels: Volume, discs: Sequence[Slab], *, bone_below: bool
) -> tuple[str, Reason]:
    """Looks for evidence that the lowest disc is L5/S1.

    Args:
        labels: SPIDER's numbers in canonical order, the whole picture.
        discs: from caudal to cranial.
        bone_below: a vertebra's body was found below the lowest disc.

    Returns:
        (``L5``, the evidence) or (empty, why the level is not known).
    """
    if len(discs) < LEAST_DISCS:
        return "", Reason(FEW_DISCS, {"discs": len(discs)})
    if bone_below:
        return "", Reason(BONE_BELOW)
    lowest, label = discs[0], DISC_OFFSET + 1
    centers = np.array([disc.center for disc in discs])
    gaps = np.linalg.norm(np.diff(centers, axis=0), axis=1)
    if gaps.max() > MOST_GAP * np.median(gaps) or gaps.min() < LEAST_GAP * np.median(gaps):
        return "", Reason(UNEVEN_DISCS)
    disc = labels.voxels == label
    if disc[:, [0, -1], :].any() or disc[:, :, [0, -1]].any():
        return "", Reason(DISC_CUT)
    if not all(_inside(labels, lowest.center - PICTURE_BELOW * down)
               for down in (lowest.normal, np.array([0.0, 0.0, 1.0]))):  # fmt: skip
        return "", Reason(IMAGE_ENDS)
    steepest = max(discs, key=lambda one: one.tilt)
    if not LEAST_TILT <= lowest.tilt <= MOST_TILT or steepest is not lowest:
        return "", Reason(SLOPE, {"slope": round(lowest.tilt)})
    canal = labels.ras(np.argwhere(labels.voxels == CANAL)[:, ::-1])
    if not len(canal) or lowest.height(canal).min() > -CANAL_BELOW:
        return "", Reason(CANAL_ENDS)
    return "L5", Reason(LUMBOSACRAL, {"slope": round(lowest.tilt)})


def _inside(labels: Volume, ras: np.ndarray) -> bool:
    _, rows, columns = labels.shape
    i, j, _ = labels.ijk(ras)
    return bool(0 <= i <= columns - 1 and 0 <= j <= rows - 1)
