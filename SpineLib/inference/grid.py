"""One grid for every sagittal volume: canonical order, uniform spacing, and back.

The canonical order is the one of a sagittal picture as radiologists hang it: slices run from
the patient's left to right, rows from superior to inferior, columns from anterior to posterior.
Axes are permuted and flipped only, never rotated, so that an oblique volume keeps its voxels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from SpineLib.volume import Volume

# RAS directions of canonical (slice, row, column): right, inferior, posterior.
CANONICAL = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, -1.0, 0.0]])


@dataclass(frozen=True)
class Order:
    """How a volume's array axes (slice, row, column) become canonical ones.

    Attributes:
        axes: for each canonical axis, the array axis that runs along it.
        flipped: for each canonical axis, whether the array runs the other way.
    """

    axes: tuple[int, int, int]
    flipped: tuple[bool, bool, bool]

    def canonical(self, voxels: NDArray) -> NDArray:
        """A view of ``voxels`` in canonical order (no copy)."""
        view = voxels.transpose(self.axes)
        return view[tuple(slice(None, None, -1 if flip else 1) for flip in self.flipped)]

    def original(self, voxels: NDArray) -> NDArray:
        """The inverse of `canonical`, a view."""
        view = voxels[tuple(slice(None, None, -1 if flip else 1) for flip in self.flipped)]
        return view.transpose(np.argsort(self.axes))

    def canonical_values(self, values: Sequence[float] | NDArray[np.float64]) -> tuple[float, ...]:
        """Values of the array axes, such as spacings, in canonical order."""
        return tuple(float(values[axis]) for axis in self.axes)


def order_of(volume: Volume) -> Order:
    """The permutation and flips that bring a volume closest to the canonical order."""
    directions = volume.directions[:, ::-1].T  # rows: RAS unit vectors of array axes
    cosines = CANONICAL @ directions.T
    axes = max(
        permutations(range(3)),
        key=lambda p: sum(abs(cosines[c, a]) for c, a in enumerate(p)),
    )
    flipped = tuple(bool(cosines[c, a] < 0) for c, a in enumerate(axes))
    return Order(axes, flipped)  # type: ignore[arg-type]


def canonical_volume(volume: Volume) -> Volume:
    """The same voxels in canonical order (a view), with the matrix that goes with it."""
    order = order_of(volume)
    matrix = np.eye(4)
    corner = np.zeros(3)
    for axis, flip in zip(order.axes, order.flipped, strict=True):
        if flip:
            corner[2 - axis] = volume.voxels.shape[axis] - 1
    for canonical_axis, (axis, flip) in enumerate(zip(order.axes, order.flipped, strict=True)):
        column = volume.ijk_to_ras[:3, 2 - axis]
        matrix[:3, 2 - canonical_axis] = -column if flip else column
    matrix[:3, 3] = volume.ras(corner)
    return Volume(
        order.canonical(volume.voxels),
        matrix,
        frame_of_reference_uid=volume.frame_of_reference_uid,
    )


def voxels_hash(volume: Volume) -> str:
    """SHA-256 of shape and values, axes in canonical order.

    The same for the same picture in any file, order of axes or integer type.
    """
    voxels = canonical_volume(volume).voxels
    kind = "<f4" if voxels.dtype.kind == "f" else "<i4"
    digest = hashlib.sha256(repr((voxels.shape, kind)).encode())
    digest.update(np.ascontiguousarray(voxels, dtype=kind).data)
    return digest.hexdigest()


def axis_weights(size: int, spacing: float, new_size: int, new_spacing: float) -> NDArray:
    """Linear resampling of one axis as a matrix, both grids centred on the same point.

    A triangle as wide as the coarser of the two spacings: linear interpolation upward, and
    downward a mean that does not alias. Rows sum to 1; beyond the ends the last sample holds.

    Returns:
        float32 [new_size, size].
    """
    old = (np.arange(size) - (size - 1) / 2) * spacing
    new = (np.arange(new_size) - (new_size - 1) / 2) * new_spacing
    new = np.clip(new, old[0], old[-1])
    width = max(spacing, new_spacing)
    weights = np.maximum(0.0, 1.0 - np.abs(new[:, None] - old[None, :]) / width)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
