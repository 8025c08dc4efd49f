"""Discs as slabs in space: where each lies, which way is cranial, how thick it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Below this a disc's own plane is trusted; beyond it the line through its neighbours is.
MOST_TILT_TO_COURSE = 45.0
CRANIAL = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class Slab:
    """A disc as a flat slab.

    Attributes:
        center: RAS mm.
        normal: RAS unit vector across the disc, pointing to the head.
        thickness: mm along the normal.
        radius: mm, half of the shorter in-plane diameter.
    """

    center: NDArray[np.float64]
    normal: NDArray[np.float64]
    thickness: float
    radius: float

    def height(self, points: ArrayLike) -> NDArray[np.float64]:
        """Signed mm from the middle plane to RAS points [..., 3], positive toward the head."""
        return (np.asarray(points, dtype=np.float64) - self.center) @ self.normal

    @property
    def tilt(self) -> float:
        """Degrees between the disc and the horizontal in the sagittal plane, front down > 0."""
        return float(np.degrees(np.arctan2(self.normal[1], self.normal[2])))


def slab_of(points: NDArray[np.float64]) -> Slab:
    """The slab that fits a disc's voxels, by principal axes.

    Moments are those of uniform bodies: a slab of thickness t has the variance t²/12 across,
    an ellipse of half-axis a has a²/4 along.

    Args:
        points: RAS mm [n, 3] of the disc's voxels, three at least.
    """
    center = points.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(points.T))
    normal = vectors[:, 0] if vectors[2, 0] >= 0 else -vectors[:, 0]
    thickness, radius = np.sqrt(12 * max(values[0], 0.0)), 2 * np.sqrt(max(values[1], 0.0))
    return Slab(center, normal, float(thickness), float(radius))


def along_course(slabs: Sequence[Slab]) -> list[Slab]:
    """The slabs from caudal to cranial, implausible normals replaced by the spine's direction."""
    ordered = sorted(slabs, key=lambda slab: slab.center[2])
    centers = np.array([slab.center for slab in ordered])
    directions = (
        np.gradient(centers, axis=0) if len(ordered) > 1 else np.tile(CRANIAL, (len(ordered), 1))
    )
    result = []
    for slab, direction in zip(ordered, directions, strict=True):
        direction = direction / np.linalg.norm(direction)
        cosine = float(slab.normal @ direction)
        if cosine < np.cos(np.radians(MOST_TILT_TO_COURSE)):
            slab = replace(slab, normal=direction)
        result.append(slab)
    return result
