"""Sizes of a segmentation's structures: volumes, heights of discs, the canal at each disc.

Heights and diameters are taken in each disc's own axes, so that neither the patient's position
nor the grid's obliquity changes them. Definitions (docs/segmentation.md shows them):

- A disc's axes: across (towards the head) by the principal axes of its voxels, as
  `SpineLib.inference.course.slab_of`; ahead, from the canal to the disc's middle, at right angles
  to it; aside, at right angles to both.
- Disc height: extent across the disc in the middle `BAND` mm (aside), averaged over the front,
  the middle and the back third of the disc's depth. Three heights in the mid-sagittal picture
  are what readers measure; that thirds are averaged, instead of lines drawn at three points, is
  by hand: one line crosses two or three voxels only.
- Canal area and front-to-back diameter: of the canal's cut with the disc's middle plane, as an
  axial slice angled to the disc shows it; the diameter is the mean of the middle `LINES` mm, the
  same lines as the simulator's `SpineLib.simulate.lumbar.LumbarTruth.canal_ap`.

The canal is what the segmentation calls so; SPIDER's is the whole spinal canal, not the dural sac,
so these areas are no dural sac areas.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # its parts are imported where they are first used: each takes a third of a second
from numpy.typing import NDArray

from SpineLib.findings import SegmentationFinding
from SpineLib.inference.course import Slab, along_course, slab_of
from SpineLib.inference.parts import Parts
from SpineLib.labels import CANAL
from SpineLib.slabs import Steps, finish
from SpineLib.volume import Volume

BAND = 10.0  # mm left to right in which a disc's height is taken
LINES = 4.0  # mm left to right in which the canal's diameter is taken
STEP = 0.5  # mm between sample points
# Where the profile of heights falls below this share of its maximum the disc ends: a wedge's thin
# end still belongs to it, a spur of one voxel does not. By hand.
RIM = 0.25
# The canal is looked for this near to the disc's plane, and at most so far behind, mm.
NEAR, BEHIND = 4.0, 70.0
# Half the side of the square in which the canal's cut is sampled, mm; canals are below 40 mm wide.
HALF = 24.0
# A disc needs so many voxels to have axes.
LEAST_VOXELS = 12


@dataclass(frozen=True)
class Measure:
    """Sizes of one structure; None where it has none.

    Attributes:
        label: SPIDER's number.
        kind, name: as in `SpineLib.findings.SegmentFinding`.
        partial: as there; also a disc that the image's front, back, upper or lower border cuts.
            It has no heights and no canal: its plane would be a wrong one.
        volume_ml: millilitres.
        height_front, height_middle, height_back: of a disc, mm.
        canal_area: mm² of the canal in the disc's middle plane.
        canal_ap: mm, front to back of the canal there.
        place_ras: where to look, RAS mm: the structure's middle; for a disc its own middle.
    """

    label: int
    kind: str
    name: str
    partial: bool
    volume_ml: float
    height_front: float | None
    height_middle: float | None
    height_back: float | None
    canal_area: float | None
    canal_ap: float | None
    place_ras: tuple[float, float, float]


def measure(segmentation: Volume, finding: SegmentationFinding) -> list[Measure]:
    """Measures every structure of a segmentation.

    Args:
        segmentation: SPIDER's numbers on any grid.
        finding: which numbers there are, and their names.

    Returns:
        One a segment that has voxels, in the finding's order.
    """
    return finish(measuring(segmentation, finding))


def measuring(segmentation: Volume, finding: SegmentationFinding) -> Steps[list[Measure]]:
    """`measure` in steps of some ten milliseconds, for a window's main thread."""
    places = Parts(segmentation)
    yield
    boxes = {segment.label: places.box(segment.label) for segment in finding.segments}
    parts = {n: places.points(n) for n, box in boxes.items() if box is not None}
    yield
    discs = [s.label for s in finding.segments if s.kind == "disc"]
    slabs = _slabs({n: parts[n] for n in discs if len(parts.get(n, ())) >= LEAST_VOXELS})
    canal = parts.get(CANAL, np.zeros((0, 3)))
    voxel_ml = float(abs(np.linalg.det(segmentation.ijk_to_ras[:3, :3]))) / 1000
    result = []
    for one in finding.segments:
        if one.label not in parts:
            continue
        points, box = parts[one.label], boxes[one.label]
        assert box is not None
        cut = one.kind == "disc" and _is_cut(segmentation, box)
        slab = None if cut else slabs.get(one.label)
        sizes = _disc_sizes(segmentation, one.label, slab, canal) if slab else (None,) * 5
        r, a, s = (float(x) for x in points.mean(axis=0))
        result.append(
            Measure(one.label, one.kind, one.name, one.partial or cut, len(points) * voxel_ml,
                    *sizes, (r, a, s))
        )  # fmt: skip
        yield
    return result


def _is_cut(grid: Volume, box: tuple[slice, ...]) -> bool:
    """Whether a structure touches a border of the image other than the left and right ones.

    Sagittal stacks rarely hold a disc from side to side, and its heights are taken in its middle.
    """
    sideways = 2 - int(np.argmax(np.abs(grid.directions[0])))
    ends = zip(box, grid.shape, strict=True)
    touches = [part.start == 0 or part.stop == length for part, length in ends]
    return any(touched for axis, touched in enumerate(touches) if axis != sideways)


def _slabs(points: dict[int, NDArray[np.float64]]) -> dict[int, Slab]:
    # Discs count upward from the lowest, so their numbers are in the order of `along_course`.
    slabs = along_course([slab_of(value) for value in points.values()])
    return dict(zip(sorted(points), slabs, strict=True))


def _disc_sizes(
    grid: Volume, label: int, slab: Slab, canal: NDArray[np.float64]
) -> tuple[float | None, float | None, float | None, float | None, float | None]:
    behind = _canal_beside(slab, canal)
    axes = _axes(slab, behind)
    front, middle, back = _heights(grid, label, slab, axes)
    if behind is None:
        return front, middle, back, None, None
    return front, middle, back, *_canal_sizes(grid, behind, axes)


def _canal_beside(slab: Slab, canal: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The canal's middle in the disc's plane; None where no canal is there."""
    away = canal - slab.center
    height = away @ slab.normal
    near = (np.abs(height) < NEAR) & (np.linalg.norm(away, axis=1) < BEHIND)
    if not near.any():
        return None
    middle = canal[near].mean(axis=0)
    return middle - float((middle - slab.center) @ slab.normal) * slab.normal


def _axes(
    slab: Slab, behind: NDArray[np.float64] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit vectors ahead and aside in the disc's plane."""
    ahead = np.array([0.0, 1.0, 0.0]) if behind is None else slab.center - behind
    ahead = ahead - float(ahead @ slab.normal) * slab.normal
    ahead = ahead / np.linalg.norm(ahead)
    return ahead, np.cross(slab.normal, ahead)


def _heights(
    grid: Volume, label: int, slab: Slab, axes: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> tuple[float, float, float]:
    depth, tall = np.arange(-32, 32 + STEP, STEP), np.arange(-15, 15 + STEP, STEP)
    aside = np.arange(-BAND / 2, BAND / 2 + STEP, STEP)
    inside = _sampled(grid, label, slab.center, (axes[0], axes[1], slab.normal), depth, aside, tall)
    profile = inside.sum(axis=2).mean(axis=1) * STEP
    used = np.flatnonzero(profile > RIM * profile.max())
    thirds = np.array_split(profile[used[0] : used[-1] + 1], 3)
    back, middle, front = (float(third.mean()) for third in thirds)
    return front, middle, back


def _canal_sizes(
    grid: Volume,
    middle: NDArray[np.float64],
    axes: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> tuple[float, float]:
    """Area (mm²) and front-to-back diameter (mm) of the canal's cut about ``middle``."""
    square = np.arange(-HALF, HALF + STEP, STEP)
    normal = np.cross(*axes)
    cut = _sampled(grid, CANAL, middle, (*axes, normal), square, square, np.zeros(1))[..., 0]
    area = float(cut.sum()) * STEP**2
    center = float((cut.sum(axis=0) * square).sum() / max(cut.sum(), 1e-9))
    lines = np.abs(square - center) <= LINES / 2
    return area, float(cut[:, lines].sum(axis=0).mean()) * STEP


def _sampled(
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
