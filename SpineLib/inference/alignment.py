"""How vertebrae stand on each other, and their heights: measurements of a segmentation, no diagnoses.

Everything is taken in the middle `BAND` mm (left to right), in the axes of `SpineLib.inference.measures`:

- A vertebra's axes: up, from the disc below it to the disc above it; ahead, the discs' mean, at right
  angles to it. Its heights are taken like a disc's: front, middle and back third of the body's depth.
- An endplate is the straight line through the body's upper or lower border, over the middle
  `PLATE` of its depth.
- Slip: how far the back border of the upper body, `FROM`-`TO` mm from the disc, lies in front of
  the lower body's, along the lower body's upper endplate; a share of the lower body's depth is Meyerding's (1932, Surg
  Gynecol Obstet 54:371) measure.
- Bulge: how far the disc's back border lies behind the middle of both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineLib.inference.sampling import BAND, STEP, body_run, sampled
from SpineLib.volume import Volume

PLATE = 0.7
FROM, TO = 1.5, 7.5  # mm from the disc's border: spurs and rounded edges lie nearer
# An endplate that is not seen over so many mm has no direction.
LEAST_PLATE = 12.0
_DEPTH = np.arange(-32, 32 + STEP, STEP)
_ASIDE = np.arange(-BAND / 2, BAND / 2 + STEP, 2 * STEP)

Vector = NDArray[np.float64]
Axes = tuple[Vector, Vector, Vector]


@dataclass(frozen=True)
class Body:
    """A vertebra's body in the middle of the spine.

    Attributes:
        heights: front, middle, back, mm.
        upper, lower: how steeply its endplates rise to the front in the sagittal plane, degrees;
            None where the body is too short.
        plateau: direction of the upper endplate to the front, RAS unit vector; None with it.
    """

    heights: tuple[float, float, float]
    upper: float | None = None
    lower: float | None = None
    plateau: Vector | None = None


@dataclass(frozen=True)
class Step:
    """One vertebra on the next.

    Attributes:
        slip: mm; negative where the upper stands behind.
        depth: of the lower body beside the disc, mm.
        bulge: mm of the disc behind the bodies' back borders; below 0 where it ends before them.
    """

    slip: float
    depth: float
    bulge: float | None


def body_of(grid: Volume, label: int, center: Vector, axes: Axes) -> Body | None:
    """Measures a vertebra's body.

    Args:
        grid: SPIDER's numbers.
        label: the vertebra's.
        center: RAS mm, between the discs above and below it.
        axes: ahead, aside, up; RAS unit vectors.

    Returns:
        None where no body is at the centre.
    """
    tall = np.arange(-26, 26 + STEP, STEP)
    inside = sampled(grid, label, center, axes, _DEPTH, _ASIDE, tall).mean(axis=1)
    profile = inside.sum(axis=1) * STEP
    run = body_run(profile)
    if run is None:
        return None
    back, middle, front = (float(one.mean()) for one in np.array_split(profile[run], 3))
    length = run.stop - run.start
    rim = round(length * (1 - PLATE) / 2)
    part = slice(run.start + rim, run.stop - rim)
    if (part.stop - part.start) * STEP < LEAST_PLATE:
        return Body((front, middle, back))
    upper, lower = (_plate(inside[part], part, tall, flip, axes) for flip in (1, -1))
    return Body((front, middle, back), _rise(upper), _rise(lower), upper)


def _plate(inside: NDArray[np.float64], part: slice, tall: Vector, flip: int, axes: Axes) -> Vector:
    """Direction of the upper (1) or lower (-1) border to the front."""
    border = flip * np.where(flip * tall >= 0, inside, 0.0).sum(axis=1) * STEP
    line = axes[0] + float(np.polyfit(_DEPTH[part], border, 1)[0]) * axes[2]
    return np.asarray(line / np.linalg.norm(line))


def _rise(line: Vector) -> float:
    return float(np.degrees(np.arctan2(line[2], line[1])))


def step_at(
    grid: Volume, disc: int, upper: int, lower: int, center: Vector, axes: Axes, height: float
) -> Step | None:
    """Measures how one vertebra stands on the next.

    Args:
        grid: SPIDER's numbers.
        disc, upper, lower: their labels.
        center: of the disc.
        axes: ahead along the lower body's upper endplate, aside, up; the disc's own axes turn with
            a slip.
        height: of the disc, mm.

    Returns:
        None where a body does not border the disc.
    """
    tall = height / 2 + np.arange(FROM, TO, STEP)
    above = _run(grid, upper, center, axes, tall)
    below = _run(grid, lower, center, axes, -tall)
    if above is None or below is None:
        return None
    own = _run(grid, disc, center, axes, np.arange(-1.0, 1.0 + STEP, STEP))
    bulge = None if own is None else (above[0] + below[0]) / 2 - own[0]
    return Step(above[0] - below[0], below[1] - below[0], bulge)


def _run(
    grid: Volume, label: int, center: Vector, axes: Axes, tall: Vector
) -> tuple[float, float] | None:
    """Where a structure begins and ends ahead, mm from the centre, at the half of its share."""
    share = sampled(grid, label, center, axes, _DEPTH, _ASIDE, tall).mean(axis=(1, 2))
    run = body_run(share, least=0.5)
    if run is None:
        return None
    return float(_crossing(share, run.start, -1)), float(_crossing(share, run.stop - 1, 1))


def _crossing(share: Vector, at: int, towards: int) -> float:
    """Depth at which a share falls through a half, linear between sample points."""
    beyond = at + towards
    if not 0 <= beyond < len(share):
        return float(_DEPTH[at])
    part = (share[at] - 0.5) / max(float(share[at] - share[beyond]), 1e-6)
    return float(_DEPTH[at] + towards * STEP * part)
