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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.findings import SegmentationFinding
from SpineLib.inference.alignment import Axes, Body, body_of, step_at
from SpineLib.inference.course import Slab, along_course, slab_of
from SpineLib.inference.parts import Parts
from SpineLib.inference.sampling import BAND, RIM, STEP, sampled
from SpineLib.labels import CANAL, DISC_OFFSET
from SpineLib.slabs import Steps, finish
from SpineLib.volume import Volume

LINES = 4.0  # mm left to right in which the canal's diameter is taken
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
        place_ras: where to look, RAS mm: the structure's middle; for a disc its own middle.
        height_front, height_middle, height_back: of a disc or a vertebra's body, mm.
        canal_area: mm² of the canal in the disc's middle plane.
        canal_ap: mm, front to back of the canal there.
        bulge, slip, slip_percent: of a disc, as `SpineLib.inference.alignment` has them.
        upper_rise, lower_rise: of a vertebra, as `SpineLib.inference.alignment.Body` has them.
        canal_ras: of a disc, the canal's middle in its plane, RAS mm.
    """

    label: int
    kind: str
    name: str
    partial: bool
    volume_ml: float
    place_ras: tuple[float, float, float]
    height_front: float | None = None
    height_middle: float | None = None
    height_back: float | None = None
    canal_area: float | None = None
    canal_ap: float | None = None
    bulge: float | None = None
    slip: float | None = None
    slip_percent: float | None = None
    upper_rise: float | None = None
    lower_rise: float | None = None
    canal_ras: tuple[float, float, float] | None = None


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
    spaces = {n: _Space(slab, _canal_beside(slab, canal)) for n, slab in slabs.items()}
    bodies = {}
    for one in finding.segments:
        if one.kind == "vertebra" and not one.partial and one.label in parts:
            bodies[one.label] = _body(segmentation, one.label, spaces)
            yield
    result = []
    for one in finding.segments:
        if one.label not in parts:
            continue
        points, box = parts[one.label], boxes[one.label]
        assert box is not None
        cut = one.kind == "disc" and _is_cut(segmentation, box)
        sizes: dict[str, Any] = {}
        if one.kind == "disc" and one.label in spaces and not cut:
            sizes = _disc_sizes(segmentation, one.label, spaces[one.label], bodies)
        elif (body := bodies.get(one.label)) is not None:
            front, middle, back = body.heights
            sizes = {"height_front": front, "height_middle": middle, "height_back": back,
                     "upper_rise": body.upper, "lower_rise": body.lower}  # fmt: skip
        place, partial = _point(points.mean(axis=0)), one.partial or cut
        volume = len(points) * voxel_ml
        result.append(Measure(one.label, one.kind, one.name, partial, volume, place, **sizes))
        yield
    return result


def _point(ras: NDArray[np.float64]) -> tuple[float, float, float]:
    r, a, s = (float(x) for x in ras)
    return r, a, s


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


class _Space:
    """A disc with the canal beside it.

    Attributes:
        slab: the disc.
        behind: the canal's middle in the disc's plane; None where none is there.
        axes: ahead and aside in that plane, and across; unit vectors.
    """

    def __init__(self, slab: Slab, behind: NDArray[np.float64] | None) -> None:
        self.slab, self.behind = slab, behind
        self.axes: Axes = (*_axes(slab, behind), slab.normal)


def _disc_sizes(
    grid: Volume, label: int, space: _Space, bodies: dict[int, Body | None]
) -> dict[str, Any]:
    front, middle, back = _heights(grid, label, space.slab, space.axes)
    sizes: dict[str, Any] = {"height_front": front, "height_middle": middle, "height_back": back}
    if space.behind is not None:
        area, depth = _canal_sizes(grid, space.behind, space.axes)
        sizes |= {"canal_area": area, "canal_ap": depth, "canal_ras": _point(space.behind)}
    upper, lower = label - DISC_OFFSET, label - DISC_OFFSET - 1
    below = bodies.get(lower)
    if upper not in bodies or below is None or below.plateau is None:
        return sizes
    aside = space.axes[1]
    ahead = below.plateau - float(below.plateau @ aside) * aside
    ahead = ahead / np.linalg.norm(ahead)
    axes, height = (ahead, aside, np.cross(ahead, aside)), (front + middle + back) / 3
    step = step_at(grid, label, upper, lower, space.slab.center, axes, height)
    if step is not None:
        share = 100 * step.slip / step.depth
        sizes |= {"slip": step.slip, "slip_percent": share, "bulge": step.bulge}
    return sizes


def _body(grid: Volume, label: int, spaces: dict[int, _Space]) -> Body | None:
    below, above = spaces.get(DISC_OFFSET + label), spaces.get(DISC_OFFSET + label + 1)
    if below is None or above is None:
        return None
    up = above.slab.center - below.slab.center
    up = up / np.linalg.norm(up)
    ahead = above.axes[0] + below.axes[0]
    ahead = ahead - float(ahead @ up) * up
    ahead = ahead / np.linalg.norm(ahead)
    middle = (above.slab.center + below.slab.center) / 2
    return body_of(grid, label, middle, (ahead, np.cross(up, ahead), up))


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


def _heights(grid: Volume, label: int, slab: Slab, axes: Axes) -> tuple[float, float, float]:
    depth, tall = np.arange(-32, 32 + STEP, STEP), np.arange(-15, 15 + STEP, STEP)
    aside = np.arange(-BAND / 2, BAND / 2 + STEP, STEP)
    inside = sampled(grid, label, slab.center, axes, depth, aside, tall)
    profile = inside.sum(axis=2).mean(axis=1) * STEP
    used = np.flatnonzero(profile > RIM * profile.max())
    thirds = np.array_split(profile[used[0] : used[-1] + 1], 3)
    back, middle, front = (float(third.mean()) for third in thirds)
    return front, middle, back


def _canal_sizes(
    grid: Volume,
    middle: NDArray[np.float64],
    axes: Axes,
) -> tuple[float, float]:
    """Area (mm²) and front-to-back diameter (mm) of the canal's cut about ``middle``."""
    square = np.arange(-HALF, HALF + STEP, STEP)
    cut = sampled(grid, CANAL, middle, axes, square, square, np.zeros(1))[..., 0]
    area = float(cut.sum()) * STEP**2
    center = float((cut.sum(axis=0) * square).sum() / max(cut.sum(), 1e-9))
    lines = np.abs(square - center) <= LINES / 2
    return area, float(cut[:, lines].sum(axis=0).mean()) * STEP
