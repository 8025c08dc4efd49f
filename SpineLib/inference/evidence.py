"""Whether the lowest disc in the picture is L5/S1. A wrong name is worse than none.

A network that knows the sacrum says so itself. SPIDER's scheme has no label for it, so with other
networks the evidence is indirect, and all of it is needed: nothing but sacrum can lie below a whole,
steep disc with picture and canal to spare.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from SpineLib import reasons
from SpineLib.inference.course import Slab
from SpineLib.inference.semantic import SACRUM, VERTEBRA
from SpineLib.labels import CANAL, DISC_OFFSET
from SpineLib.reasons import Reason
from SpineLib.volume import Volume

# Degrees. The sacral endplate slopes 35-40 (SD 8) and L4/L5 about 10-15 (Roussouly et al. 2005,
# Spine 30:346); the disc's middle plane lies between its endplates. 20 leaves some true L5/S1
# discs without a name, and hardly any other disc with one.
LEAST_TILT, MOST_TILT = 20.0, 70.0
# A lumbar vertebra with its disc is 35-40 mm high: so much picture below without either.
PICTURE_BELOW = 40.0
CANAL_BELOW = 8.0
LEAST_DISCS = 3
# The first sacral body is 25-30 mm high; so much of it, mm³, is more than a few wrong voxels.
SACRUM_REACH, LEAST_SACRUM = 25.0, 3000.0
# Two discs are this much farther or nearer than the others where one was missed or split.
MOST_GAP, LEAST_GAP = 1.45, 0.6


def lowest_disc_is_lumbosacral(
    labels: Volume, discs: Sequence[Slab], *, bone_below: bool, sacrum_below: bool = False
) -> tuple[str, Reason]:
    """Looks for evidence that the lowest disc is L5/S1.

    Args:
        labels: SPIDER's numbers in canonical order, the whole picture.
        discs: from caudal to cranial.
        bone_below: a vertebra's body was found below the lowest disc.
        sacrum_below: see `sacrum_lies_below`.

    Returns:
        (``L5``, the evidence) or (empty, why the level is not known).
    """
    if len(discs) < LEAST_DISCS:
        return "", Reason(reasons.FEW_DISCS, {"discs": len(discs)})
    if bone_below:
        return "", Reason(reasons.BONE_BELOW)
    lowest, label = discs[0], DISC_OFFSET + 1
    centers = np.array([disc.center for disc in discs])
    gaps = np.linalg.norm(np.diff(centers, axis=0), axis=1)
    if gaps.max() > MOST_GAP * np.median(gaps) or gaps.min() < LEAST_GAP * np.median(gaps):
        return "", Reason(reasons.UNEVEN_DISCS)
    if sacrum_below:
        return "L5", Reason(reasons.SACRUM_BELOW)
    disc = labels.voxels == label
    if disc[:, [0, -1], :].any() or disc[:, :, [0, -1]].any():
        return "", Reason(reasons.DISC_CUT)
    if not all(_inside(labels, lowest.center - PICTURE_BELOW * down)
               for down in (lowest.normal, np.array([0.0, 0.0, 1.0]))):  # fmt: skip
        return "", Reason(reasons.IMAGE_ENDS)
    steepest = max(discs, key=lambda one: one.tilt)
    if not LEAST_TILT <= lowest.tilt <= MOST_TILT or steepest is not lowest:
        return "", Reason(reasons.SLOPE, {"slope": round(lowest.tilt)})
    canal = labels.ras(np.argwhere(labels.voxels == CANAL)[:, ::-1])
    if not len(canal) or lowest.height(canal).min() > -CANAL_BELOW:
        return "", Reason(reasons.CANAL_ENDS)
    return "L5", Reason(reasons.LUMBOSACRAL, {"slope": round(lowest.tilt)})


def sacrum_lies_below(semantic: Volume, discs: Sequence[Slab]) -> bool:
    """Whether what lies directly below the lowest disc is sacrum, by the network's own answer.

    Args:
        semantic: classes of `SpineLib.inference.semantic`, sacrum included, in canonical order.
        discs: from caudal to cranial.
    """
    if not discs:
        return False
    below = {}
    for number in (SACRUM, VERTEBRA):
        points = semantic.ras(np.argwhere(semantic.voxels == number)[:, ::-1])
        height = discs[0].height(points)
        across = points - discs[0].center - np.outer(height, discs[0].normal)
        near = np.linalg.norm(across, axis=1) < discs[0].radius
        below[number] = int((near & (height < 0) & (height > -SACRUM_REACH)).sum())
    voxel = float(abs(np.linalg.det(semantic.ijk_to_ras[:3, :3])))
    return below[SACRUM] > max(below[VERTEBRA], LEAST_SACRUM / voxel)


def _inside(labels: Volume, ras: np.ndarray) -> bool:
    _, rows, columns = labels.shape
    i, j, _ = labels.ijk(ras)
    return bool(0 <= i <= columns - 1 and 0 <= j <= rows - 1)
