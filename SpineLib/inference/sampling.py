"""A label map's structure sampled on a box of any position and direction."""

from __future__ import annotations

import numpy as np
import scipy  # its parts are imported where they are first used: each takes a third of a second
from numpy.typing import NDArray

from SpineLib.volume import Volume

BAND = 10.0  # mm left to right in which heights are taken
STEP = 0.5  # mm between sample points
# Where a profile falls below this share of its maximum the structure ends: a wedge's thin end
# still belongs to it, a spur of one voxel does not. By hand.
RIM = 0.25


def sampled(
    grid: Volume,
    label: int,
    origin: NDArray[np.float64],
    axes: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    *offsets: NDArray[np.float64],
) -> NDArray[np.float64]:
    """How much of each sample point lies in a structure (0-1), linear between voxels' centres.

    Args:
        grid: the label map.
        label: the structure.
        origin: RAS mm.
        axes: three RAS unit vectors.
        offsets: mm along each of them.
    """
    a, b, c = np.meshgrid(*offsets, indexing="ij")
    points = origin + a[..., None] * axes[0] + b[..., None] * axes[1] + c[..., None] * axes[2]
    kji = grid.ijk(points)[..., ::-1]
    low = np.maximum(np.floor(kji.min(axis=(0, 1, 2))).astype(int) - 1, 0)
    high = np.ceil(kji.max(axis=(0, 1, 2))).astype(int) + 2
    part = grid.voxels[tuple(slice(n, m) for n, m in zip(low, high, strict=True))] == label
    places = np.moveaxis(kji - low, -1, 0)
    inside = scipy.ndimage.map_coordinates(
        part.astype(np.float32), places, order=1, mode="grid-constant", cval=0.0
    )
    return np.asarray(inside, dtype=np.float64)


def body_run(profile: NDArray[np.float64], least: float = RIM) -> slice | None:
    """The samples around a profile's middle in which it stays above a share of its maximum.

    Args:
        profile: along one line.
        least: share of the maximum.

    Returns:
        None where the middle third holds nothing.
    """
    third = len(profile) // 3
    middle = profile[third : 2 * third]
    if not middle.max(initial=0.0) > 0:
        return None
    inside = profile > least * middle.max()
    at = third + int(np.argmax(middle))
    outside = np.flatnonzero(~inside)
    before, after = outside[outside < at], outside[outside > at]
    start = int(before[-1]) + 1 if len(before) else 0
    return slice(start, int(after[0]) if len(after) else len(profile))
