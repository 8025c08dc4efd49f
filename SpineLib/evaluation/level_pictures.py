"""Pictures cut out of whole spines as protocols see them, and axial slices laid through them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from SpineLib.inference.spine_levels import region_of_name
from SpineLib.labels import SIXTH_LUMBAR
from SpineLib.simulate.whole import Mark, WholeTruth
from SpineLib.volume import Volume

# What a sagittal series of each kind shows from above to below, with how far chance moves its ends.
VIEWS = {
    "whole": ("C1", "S2"),
    "cervical": ("C1", "T3"),
    "thoracic": ("C6", "L2"),
    "lumbar": ("T11", "S2"),
}
_MOVED_MM, _BEYOND_MM = 12.0, 35.0
# An axial stack's slices across a view, and how far chance tilts them.
_SLICES, _STEP_MM, _TILT = 24, 4.0, 0.06


@dataclass(frozen=True)
class Picture:
    """A sagittal picture and what is true of it.

    Attributes:
        view: of `VIEWS`.
        volume: the picture.
        bodies, discs: free vertebrae and discs whose middle it shows, from above to below.
        truth: of the whole spine.
        slices: point and normal of axial slices, RAS mm, with the names that are true there.
        centers: where the canal is on them, [n, 3].
    """

    view: str
    volume: Volume
    bodies: list[Mark]
    discs: list[Mark]
    truth: WholeTruth
    slices: list[tuple[NDArray[np.float64], NDArray[np.float64], set[str]]]
    centers: NDArray[np.float64]


def pictures(volume: Volume, truth: WholeTruth, *, seed: int) -> list[Picture]:
    """The four views of a whole spine.

    Args:
        volume: sagittal, rows from above to below, as `SpineLib.simulate.whole` makes them.
        truth: names and places.
        seed: of chance.
    """
    rng = np.random.default_rng((seed, 77))
    marks = [replace(mark, name=_called(mark, truth)) for mark in truth.marks]
    return [_picture(view, volume, truth, marks, rng) for view in VIEWS]


def _called(mark: Mark, truth: WholeTruth) -> str:
    """A first sacral vertebra that is free is a sixth lumbar one by count."""
    return SIXTH_LUMBAR if truth.variant == "lumbarised" and mark.name == "S1" else mark.name


def _picture(
    view: str, volume: Volume, truth: WholeTruth, marks: list[Mark], rng: np.random.Generator
) -> Picture:
    heights = {mark.name: mark.ras[2] for mark in marks if mark.kind == "body"}
    first, last = VIEWS[view]
    beyond = _BEYOND_MM if view != "thoracic" else 0.0
    top = heights.get(first, heights["C2"]) + beyond + rng.normal(0, _MOVED_MM) * (view != "whole")
    bottom = heights[last] - beyond + rng.normal(0, _MOVED_MM) * (view != "whole")
    inside = [mark for mark in marks if bottom + 4 < mark.ras[2] < top - 4]
    bodies = [mark for mark in inside if mark.kind == "body" and mark.state != "sacral"]
    discs = [mark for mark in inside if mark.kind == "disc" and mark.state in ("free", "odd")]
    part = _rows(volume, top, bottom)
    slices, centers = _slices(bodies, truth, marks, rng)
    return Picture(view, part, bodies, discs, truth, slices, centers)


def _rows(volume: Volume, top: float, bottom: float) -> Volume:
    """The rows between two heights, RAS mm."""
    step = volume.ijk_to_ras[2, 1]
    rows = np.sort((np.array([top, bottom]) - volume.slice_center(0)[2]) / step)
    middle = (volume.shape[1] - 1) / 2
    first = int(np.clip(rows[0] + middle, 0, volume.shape[1] - 2))
    last = int(np.clip(rows[1] + middle, first + 1, volume.shape[1] - 1))
    matrix = volume.ijk_to_ras.copy()
    matrix[:3, 3] = volume.ras([0, first, 0])
    return Volume(volume.voxels[:, first : last + 1], matrix)


def _slices(
    bodies: list[Mark], truth: WholeTruth, marks: list[Mark], rng: np.random.Generator
) -> tuple[
    list[tuple[NDArray[np.float64], NDArray[np.float64], set[str]]], NDArray[np.float64]
]:  # fmt: skip
    """Axial slices across the canal beside the bodies that are seen, and the canal on them."""
    course = np.array(truth.course)
    heights = [body.ras[2] for body in bodies]
    seen = np.flatnonzero((course[:, 2] < max(heights)) & (course[:, 2] > min(heights)))
    length = round(_SLICES * _STEP_MM / float(np.linalg.norm(course[1] - course[0])))
    start = int(rng.integers(seen[0], max(seen[-1] - length, seen[0] + 1)))
    middle = course[start : start + length]
    way = middle[0] - middle[-1]
    normal = way / np.linalg.norm(way) + _TILT * rng.normal(size=3)
    normal /= np.linalg.norm(normal)
    slices, centers = [], []
    for k in range(_SLICES):
        point = middle[-1] + normal * (k * _STEP_MM)
        at = np.abs((course - point) @ normal)
        n = int(at.argmin())
        if at[n] > 3 or n in (0, len(course) - 1) or not seen[0] <= n <= seen[-1]:
            continue
        slices.append((point + rng.normal(0, 8, 3) @ _in_plane(normal), normal,
                       _names(course, n, marks)))  # fmt: skip
        centers.append(course[n])
    return slices, np.reshape(centers, (-1, 3))


def _in_plane(normal: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.eye(3) - np.outer(normal, normal)


def _names(course: NDArray[np.float64], n: int, marks: list[Mark]) -> set[str]:
    """What a slice at a place of the course may be called: what lies within 2 mm of it.

    Beside a disc it is ``C5/C6``; how high a disc is, a name's truth bears 2 mm.
    """
    way = course[max(n - 1, 0)] - course[min(n + 1, len(course) - 1)]
    way = way / np.linalg.norm(way)
    free = [mark for mark in marks if mark.kind == "body" and mark.state != "sacral"]
    discs = {mark.name: mark for mark in marks if mark.kind == "disc"}
    names = set()
    for above, below in zip(free, [*free[1:], None], strict=True):
        disc = discs[above.name]
        height = float((course[n] - np.array(disc.ras)) @ way)
        step = abs(above.ras[2] - disc.ras[2]) * 2
        lower = "S1" if below is None else below.name
        if abs(height) < 0.16 * step + 2:
            names.add(f"{above.name}/{lower}")
        if 0.09 * step - 2 < height < step:
            upper = float((course[n] - np.array(above.ras)) @ way)
            if upper < 0.5 * step + 2:
                names.add(above.name)
    return names


def regions_of(names: set[str]) -> set[str]:
    """The regions of a slice's names; a slice at a border has two."""
    return {region_of_name(name) for name in names}
