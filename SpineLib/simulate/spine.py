"""The spine as a curve with frames: from RAS millimetres to coordinates along the canal.

Everything anatomical is written in *spine coordinates* of a point: ``s``, arc length along the
canal's centre line in millimetres (0 at the upper endplate of S1, upward positive); ``u`` to the
patient's right and ``v`` to the front, both at right angles to the line. In these coordinates the
spine is straight, so a disc is a flat slab, and curvature makes it a wedge by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.simulate.morphometry import LEVELS, MEAN, Sizes, of_sex_and_age

STEP = 1.0  # mm between the curve's nodes
# L5 belongs to the sacrum (four lumbar vertebrae); S1 is free (six); a block of two vertebrae.
VARIANTS = ("none", "sacralised", "lumbarised", "fused")


@dataclass(frozen=True)
class Spine:
    """One patient's spine.

    Attributes:
        sizes: millimetres a level of `LEVELS`.
        center: arc length of each level's body centre.
        nodes: arc lengths of the curve's nodes, evenly spaced.
        line: RAS of the nodes, [nodes, 3].
        right, front, up: unit axes of the nodes in RAS, [nodes, 3].
        conus: arc length where the cord ends.
        tables: the curve and its axes as one array, [12, nodes].
        variant: one of `VARIANTS`.
        block: the upper of two vertebrae that are one bone, as an index of `LEVELS`; -1 without one.
    """

    sizes: Sizes
    center: NDArray[np.float64]
    nodes: NDArray[np.float64]
    line: NDArray[np.float64]
    right: NDArray[np.float64]
    front: NDArray[np.float64]
    up: NDArray[np.float64]
    conus: float
    tables: NDArray[np.float32] = field(repr=False)
    variant: str = "none"
    block: int = -1

    def coordinates(self, ras: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        """``u``, ``v``, ``s`` of points; shape (..., 3) in, three arrays of shape (...) out."""
        x, y, z = (np.ascontiguousarray(ras[..., n]) for n in range(3))
        s = np.interp(z, self.line[:, 2], self.nodes).astype(np.float32)
        for _ in range(4):
            t = self._lookup(s)
            along = (x - t[0]) * t[9] + (y - t[1]) * t[10] + (z - t[2]) * t[11]
            s = np.clip(s + np.clip(along, -25, 25) * 0.9, self.nodes[0], self.nodes[-1]).astype(
                np.float32
            )
        t = self._lookup(s)
        dx, dy, dz = x - t[0], y - t[1], z - t[2]
        return (
            dx * t[3] + dy * t[4] + dz * t[5],
            dx * t[6] + dy * t[7] + dz * t[8],
            s,
        )

    def _lookup(self, s: NDArray[np.float32]) -> NDArray[np.float32]:
        position = (s - np.float32(self.nodes[0])) / np.float32(STEP)
        index = np.clip(position.astype(np.int32), 0, len(self.nodes) - 2)
        part = (position - index).astype(np.float32)
        low = self.tables[:, index]
        return low + part * (self.tables[:, index + 1] - low)

    def ras(self, u: float, v: float, s: float) -> NDArray[np.float64]:
        """RAS millimetres of spine coordinates."""
        at = [
            np.array([np.interp(s, self.nodes, table[:, n]) for n in range(3)])
            for table in (self.line, self.right, self.front)
        ]
        return at[0] + u * at[1] + v * at[2]

    def axes(self, s: float) -> NDArray[np.float64]:
        """3×3, rows are right, front, up at ``s``."""
        return np.array(
            [
                [np.interp(s, self.nodes, table[:, n]) for n in range(3)]
                for table in (self.right, self.front, self.up)
            ]
        )

    def level(self, s: float) -> str:
        """Name of the vertebra whose body or lower disc stands at ``s``."""
        top = self.center + self.sizes.height / 2
        for index, name in enumerate(LEVELS):
            if s > top[index] - self.sizes.height[index] - self.sizes.disc[index]:
                return name
        return LEVELS[-1]

    def at(self, values: NDArray[np.float64], s: NDArray[np.float64] | float) -> NDArray:
        """A per-level value read smoothly at ``s`` (linear between body centres)."""
        return np.asarray(np.interp(s, self.center[::-1], values[::-1]))

    def disc(self, index: int) -> float:
        """Arc length of the middle of the disc below level ``index``."""
        return float(self.center[index] - self.sizes.height[index] / 2 - self.sizes.disc[index] / 2)


def build_spine(
    rng: np.random.Generator,
    *,
    held_out: bool = False,
    variant: str | None = None,
    sex: str | None = None,
    age: float = 50.0,
    narrowing: NDArray[np.float64] | None = None,
) -> Spine:
    """A spine with random sizes and curvature around the published means.

    Args:
        rng: the source of chance.
        variant: one of `VARIANTS`; a random one, mostly none, if not given.
        held_out: larger or smaller and more strongly curved than training's.
        sex: ``female`` or ``male``; age: years. What they change:
            `SpineLib.simulate.morphometry.of_sex_and_age` and `_curve`.
        narrowing: share of each disc's height that wear has left; neighbours come closer.

    Raises:
        BadInput: a variant or sex without such a name, or an impossible narrowing.
    """
    if sex not in (None, "female", "male"):
        raise BadInput(f"There is no sex {sex!r}", advice="Use female or male.")
    if variant is not None and variant not in VARIANTS:
        raise BadInput(
            f"There is no variant {variant!r}", advice=f"Use one of {', '.join(VARIANTS)}."
        )
    scale = 1 + 0.7 * (rng.normal(1.0, 0.055) - 1)  # the rest of the spread is sex's
    if held_out:
        scale += rng.choice([-0.08, 0.07])
    cord_scale = np.clip(rng.normal(1.0, 0.06), 0.85, 1.15)
    canal_scale = np.clip(rng.normal(1.0, 0.07), 0.85, 1.18)
    wobble = lambda sigma: np.exp(_smooth(rng.normal(0, sigma, len(LEVELS))))  # noqa: E731
    if variant is None:
        variant = str(rng.choice(VARIANTS, p=[0.86, 0.05, 0.05, 0.04]))
    sizes = Sizes(
        width=MEAN.width * scale * wobble(0.03),
        depth=MEAN.depth * scale * wobble(0.03),
        height=MEAN.height * scale * wobble(0.03),
        disc=MEAN.disc * scale * rng.uniform(0.85, 1.15) * np.exp(rng.normal(0, 0.08, len(LEVELS))),
        canal_ap=MEAN.canal_ap * canal_scale * wobble(0.03),
        canal_width=MEAN.canal_width * canal_scale**0.5 * wobble(0.03),
        cord_ap=MEAN.cord_ap * cord_scale * wobble(0.02),
        cord_width=MEAN.cord_width * cord_scale * wobble(0.02),
        spinous=MEAN.spinous * scale * wobble(0.06),
    )
    of_sex_and_age(sizes, sex, age)
    if narrowing is not None:
        if narrowing.shape != (len(LEVELS),) or narrowing.min() <= 0 or narrowing.max() > 1.5:
            raise BadInput(
                f"Discs keep shares of more than 0 to 1.5 of their height, {len(LEVELS)} of them"
            )
        sizes.disc[1:] *= narrowing[1:]
    block = _vary(rng, sizes, variant)
    sizes = _keep_cord_inside(sizes)
    center = _centers(sizes)
    nodes = np.arange(center[-1] - 30.0, center[0] + 60.0, STEP)
    worn = 0.0 if narrowing is None else float(1 - narrowing[1 : LEVELS.index("C7")].mean())
    line, right, front, up = _curve(nodes, center, rng, held_out, sex, age, worn)
    conus = float(np.interp(20 + np.clip(rng.normal(-0.7, 0.5), -2.0, 0.6), range(27), center))
    tables = np.concatenate([line.T, right.T, front.T, up.T]).astype(np.float32)
    return Spine(sizes, center, nodes, line, right, front, up, conus, tables, variant, block)


def _vary(rng: np.random.Generator, sizes: Sizes, kind: str) -> int:
    """Changes sizes in place to a transitional or fused spine (`VARIANTS`); `Spine.block`."""
    l5, s1 = LEVELS.index("L5"), LEVELS.index("S1")
    if kind == "sacralised":
        sizes.disc[l5] = rng.uniform(2.0, 3.5)
    elif kind == "lumbarised":
        sizes.disc[s1] = rng.uniform(6.0, 9.0)
        sizes.height[s1] *= 0.92
    elif kind == "fused":
        level = int(rng.choice([LEVELS.index(n) for n in ("C3", "C5", "T8", "L2", "L3")]))
        sizes.disc[level] = 0.8
        return level
    return -1


def _keep_cord_inside(sizes: Sizes) -> Sizes:
    return replace(
        sizes,
        canal_ap=np.maximum(sizes.canal_ap, np.minimum(sizes.cord_ap, 9.5) + 4.2),
        canal_width=np.maximum(sizes.canal_width, sizes.cord_width + 6),
    )


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    padded = np.pad(values, 1, mode="edge")
    return (padded[:-2] + padded[1:-1] + padded[2:]) / 1.7


def _centers(sizes: Sizes) -> NDArray[np.float64]:
    first = LEVELS.index("S1")
    center = np.zeros(len(LEVELS))
    center[first] = -sizes.height[first] / 2
    for n in range(first - 1, -1, -1):
        below = center[n + 1] + sizes.height[n + 1] / 2
        center[n] = below + sizes.disc[n] + sizes.height[n] / 2
    for n in range(first + 1, len(LEVELS)):
        above = center[n - 1] - sizes.height[n - 1] / 2
        center[n] = above - sizes.disc[n - 1] - sizes.height[n] / 2
    return center


def _curve(
    nodes: NDArray[np.float64],
    center: NDArray[np.float64],
    rng: np.random.Generator,
    held_out: bool,
    sex: str | None,
    age: float,
    worn: float,
) -> tuple[NDArray[np.float64], ...]:
    """Integrates inclination angles along the arc.

    Lordosis, T12-S1, recumbent: 36.8 degrees, more in women (627 volunteers, Asian Spine J
    2019;13:663; its deviation of 13.2 is cut to 9 and the sexes' difference set to 4 by hand).

    Kyphosis on chest radiographs: 26.8 degrees at 18-35 years, 41.9 over 65 (Bartynski et al. 2005,
    AJNR 26:2077), linear between, the same in both sexes (885 chests, synapse.koreamed.org
    1122721); lying takes 15 % off (by hand). Sacrum and T1 by hand: 34 and 22 degrees.

    Neck, C2-C7: 12.7 degrees, more in men, not changed by age (Guo et al. 2018, J Orthop Surg Res
    13:147; the difference set to 3, deviations to 9, by hand); a worn neck is straighter (by hand).
    Scoliosis: a wave of 1.5 degrees (by hand).

    Args:
        worn: share of the neck's disc height that is lost.
    """
    spread = 1.5 if held_out else 1.0
    sign = {"male": 1, "female": -1}.get(sex or "", 0)
    lordosis = np.clip(rng.normal(36.8 - 2 * sign, 9 * spread), 8, 70)
    kyphosis = np.clip(rng.normal(0.85 * (26.8 + 0.33 * (age - 27)), 7 * spread), 8, 65)
    # Curves balance: the sacrum and T1 share what lordosis and kyphosis do not cancel.
    slope = 0.5 * (rng.normal(34, 4) + rng.normal(22, 5) + lordosis - kyphosis)
    neck = rng.normal(12.7 + 1.5 * sign, 9 * spread) - 25 * worn
    at = dict(zip(LEVELS, center, strict=True))
    knots = [
        (at["S3"] - 10, slope - 12),
        (at["S2"], slope + 8),
        (at["S1"], slope + 3),
        (at["L5"], slope - 0.42 * lordosis),
        (at["L4"], slope - 0.66 * lordosis),
        (at["L3"], slope - 0.84 * lordosis),
        (at["L1"], slope - lordosis),
        (at["T10"], slope - 0.98 * lordosis),
        (at["T7"], slope - lordosis + 0.5 * kyphosis),
        (at["T1"], slope - lordosis + kyphosis),
        (at["C2"], slope - lordosis + kyphosis - neck),
    ]
    where, angle = np.array(knots).T
    theta = np.radians(_blur(np.interp(nodes, where, angle), 12))
    side = rng.normal(0, 1.5 * spread) * np.sin(nodes / rng.uniform(60, 110) + rng.uniform(0, 6.3))
    side = np.radians(side + rng.normal(0, 1.0))
    twist = np.radians(rng.normal(0, 2.0) + rng.normal(0, 1.5) * np.sin(nodes / 90))
    up = np.stack([np.sin(side), np.cos(side) * np.sin(theta), np.cos(side) * np.cos(theta)], 1)
    right = np.stack([np.cos(twist), np.sin(twist), np.zeros_like(twist)], 1)
    right -= up * (right * up).sum(1, keepdims=True)
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    front = np.cross(up, right)
    line = np.cumsum(up, axis=0) * STEP
    return line - line[np.argmin(np.abs(nodes))], right, front, up


def _blur(values: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    from scipy.ndimage import gaussian_filter1d

    return gaussian_filter1d(values, sigma / STEP, mode="nearest")
