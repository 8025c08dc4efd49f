"""What hides or dims anatomy in the image without being anatomy: metal and flowing CSF.

Neither changes the tissue map of the canal, so truth stays what it is; how much of the sac metal
hides is told beside it (`SliceTruth.metal`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from SpineLib.simulate.canvas import Array, Canvas, capsule
from SpineLib.simulate.lesions import Canal
from SpineLib.simulate.morphometry import LEVELS, region_of
from SpineLib.simulate.scanner import Protocol
from SpineLib.simulate.spine import Spine
from SpineLib.simulate.tissues import Tissue

OPERATED = 0.05  # share of patients with disease who carry metal; chosen by hand
# Share of studies with visible jets. In the neck about a third (33 % of 27 studies, in the chest
# 6 % of 16 with the slow sequences of then: AJNR 7:879, 1986); thoracic fast spin echo shows them
# behind the cord far more often (Lisanti et al. 2007, AJR 188:716), how often was chosen by hand.
JETS = {"cervical": 0.33, "thoracic": 0.5, "lumbar": 0.1}


@dataclass(frozen=True)
class Metal:
    """A screw or a cage: a thick line across the spine.

    Attributes:
        start, end: (u, v) of its ends, mm.
        s: arc length, mm.
        radius: of the metal, mm.
        reach: how far its signal void goes beyond it in a spin echo, mm (titanium 2, steel 5; set
            by hand).
    """

    start: tuple[float, float]
    end: tuple[float, float]
    s: float
    radius: float
    reach: float

    def distance(self, c: Canvas) -> Array:
        """Millimetres to its surface, negative inside."""
        across = capsule(c.u, c.v, self.start, self.end, 0.0)
        return np.hypot(across, c.s - self.s) - self.radius


def draw_metal(rng: np.random.Generator, spine: Spine, canal: Canal, levels: range) -> list[Metal]:
    """Pairs of pedicle screws of two or three neighbouring vertebrae, or a cervical cage."""
    reach = float(rng.choice([rng.uniform(1.5, 2.5), rng.uniform(3.5, 5.5)], p=[0.75, 0.25]))
    first = int(rng.integers(levels.start, max(levels.stop - 2, levels.start + 1)))
    if region_of(LEVELS[first]) == "cervical":
        s, v = spine.disc(first), float(canal.ap(spine.disc(first))) / 2 + 7
        return [Metal((-4.0, v), (4.0, v), s, 2.2, reach)]
    made = []
    for level in range(first, first + int(rng.integers(2, 4))):
        s = float(spine.center[level] + 0.18 * spine.sizes.height[level])
        out = float(canal.width(s)) / 2 + 3.5
        deep = float(canal.ap(s)) / 2 + 0.55 * float(spine.sizes.depth[level])
        for side in (-1, 1):
            made.append(Metal((side * (out + 5), -14.0), (side * 0.55 * out, deep), s, 2.6, reach))
    return made


def paint_metal(c: Canvas, metal: list[Metal]) -> None:
    """Paints what is metal; it gives no signal."""
    for one in metal:
        far = one.radius + 1
        part = c.within(s=(one.s - far, one.s + far))
        if part is not None:
            part.paint(one.distance(part), Tissue.METAL)


def hidden_share(c: Canvas, metal: list[Metal], sac: Array) -> float:
    """Share of the sac (a mask on ``c``) that lies in the metal's signal void."""
    if not metal or not sac.any():
        return 0.0
    void = np.zeros(sac.shape, bool)
    for one in metal:
        void |= one.distance(c) < one.reach
    return float((void & sac).sum() / sac.sum())


def disturb(c: Canvas, metal: list[Metal], protocol: Protocol) -> None:
    """Signal void and distortion around metal, in place.

    The metal's field falls with the third power of distance and shifts the signal along the
    columns' direction (frequency encoding); where shifted signal piles up there is a bright rim.
    Nearer than ``reach`` (1.6 times it in a gradient echo) nothing is left.
    """
    stretch = 1.6 if protocol.weighting == "T2*" else 1.0
    for one in metal:
        reach = one.reach * stretch
        far = 3 * reach + one.radius + 4
        wide = max(abs(one.start[0]), abs(one.end[0])) + far
        ends = (one.start[1], one.end[1])
        part = c.within(
            s=(one.s - far, one.s + far), u=(-wide, wide), v=(min(ends) - far, max(ends) + far)
        )
        if part is None or part.u.shape[1] < 3:
            continue
        away = np.maximum(one.distance(part), 0)
        r = away + one.radius
        shift = 4.5 * ((reach + one.radius) / (r + reach)) ** 3 * reach / part.soft
        columns = np.arange(part.u.shape[1], dtype=np.float32)
        moved = np.empty_like(part.signal)
        for row in range(len(moved)):
            moved[row] = np.interp(columns + shift[row], columns, part.signal[row])
        pile = np.clip(1 + 1.5 * np.gradient(shift, axis=1), 0.3, 2.5)
        gone = np.clip((reach - away) * (1 / (0.35 * reach)) + 0.5, 0, 1)
        part.signal[...] = moved * pile * (1 - gone)


@dataclass(frozen=True)
class Jet:
    """A spindle of moving CSF, in spine coordinates; mm, and the share of signal it takes."""

    u: float
    v: float
    s: float
    radius: tuple[float, float, float]
    loss: float


def draw_jets(rng: np.random.Generator, spine: Spine, canal: Canal, region: str) -> list[Jet]:
    """Jets of one study: behind the cord in the chest, beside and in front of it in the neck."""
    if rng.random() > JETS[region]:
        return []
    top, bottom = {"cervical": ("C2", "T1"), "thoracic": ("T1", "T12"), "lumbar": ("T12", "L4")}[
        region
    ]
    s, low = float(spine.center[LEVELS.index(top)]), float(spine.center[LEVELS.index(bottom)])
    made = []
    while s > low:
        half = float(canal.sac_ap(s)) / 2
        free = max(half - float(canal.cord_ap(s)) / 2, 1.0)
        behind = region != "cervical" or rng.random() < 0.4
        angle = rng.normal(np.pi if behind else rng.choice([-1.1, 1.1]), 0.35)
        u = np.sin(angle) * (float(canal.sac_width(s)) / 2 - 0.5 * free)
        v = float(canal.sac_v(s)) + np.cos(angle) * (half - 0.5 * free)
        radius = (rng.uniform(1.5, 3.5), rng.uniform(0.5, 0.9) * free, rng.uniform(4, 13))
        made.append(Jet(float(u), float(v), s, tuple(map(float, radius)), rng.uniform(0.4, 0.95)))  # type: ignore[arg-type]
        s -= float(rng.uniform(8, 28))
    return made


def dim_jets(c: Canvas, jets: list[Jet]) -> None:
    """Takes signal from flowing CSF, in place; other tissues keep theirs."""
    for jet in jets:
        a, b, h = jet.radius
        part = c.within(
            u=(jet.u - 2.5 * a, jet.u + 2.5 * a), v=(jet.v - 2.5 * b, jet.v + 2.5 * b),
            s=(jet.s - 2 * h, jet.s + 2 * h),
        )  # fmt: skip
        if part is None:
            continue
        far = ((part.u - jet.u + 0.6 * part.n1) * (1 / a)) ** 2
        far += ((part.v - jet.v + 0.4 * part.n2) * (1 / b)) ** 2 + ((part.s - jet.s) * (1 / h)) ** 2
        part.signal *= 1 - jet.loss * np.exp(-far) * (part.label == Tissue.CSF)
