"""How a slice stands on the screen: screen right, screen up and depth as RAS directions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from SpineLib.volume import Volume
from SpineSlicer.scene.directionLetters import ANTERIOR, RIGHT, SUPERIOR, nearestAxis

# Radiological convention: the patient's right is on the screen's left, anterior is up; in sagittal
# and coronal slices superior is up, and anterior is on the left of a sagittal one.
CONVENTION = {
    "axial": (-RIGHT, ANTERIOR),
    "sagittal": (-ANTERIOR, SUPERIOR),
    "coronal": (-RIGHT, SUPERIOR),
}


def slice_to_ras(volume: Volume, plane: str, through: NDArray[np.float64]) -> NDArray[np.float64]:
    """The 4×4 matrix of a slice along the volume's own axes, at right angles to each other.

    Args:
        volume: its axes nearest to the plane's convention are used, so that an acquired slice is
            shown as it was acquired, never cut obliquely.
        plane: ``axial``, ``sagittal`` or ``coronal``.
        through: the slice's middle, RAS mm.

    Returns:
        Columns: screen right, screen up, towards the reader (their cross product), middle.
    """
    right, up = CONVENTION[plane]
    x = nearestAxis(volume.directions, right)
    y = nearestAxis(volume.directions, up)
    # A sheared grid (gantry tilt) has no right angles: keep the horizontal, straighten the other.
    y = y - (y @ x) * x
    y /= np.linalg.norm(y)
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1], matrix[:3, 2], matrix[:3, 3] = x, y, np.cross(x, y), through
    return matrix


def plane_of(volume: Volume) -> str:
    """The plane of the volume's slices: ``axial``, ``sagittal`` or ``coronal``, the nearest."""
    normal = np.cross(volume.directions[:, 0], volume.directions[:, 1])
    return ("sagittal", "coronal", "axial")[int(np.argmax(np.abs(normal)))]
