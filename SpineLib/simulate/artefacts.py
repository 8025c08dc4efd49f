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
from SpineLib.simulate.scanner import BANDWIDTH, LARMOR, SLICE_BANDWIDTH, Protocol
from SpineLib.simulate.spine import Spine
from SpineLib.simulate.tissues import Tissue

OPERATED = 0.05  # share of patients with disease who carry metal; chosen by hand
# Share of studies with visible jets. In the neck about a third (33 % of 27 studies, in the chest
# 6 % of 16 with the slow sequences of then: AJNR 7:879, 1986); thoracic fast spin echo shows them
# behind the cord far more often (Lisanti et al. 2007, AJR 188:716), how often was chosen by hand.
JETS = {"cervical": 0.33, "thoracic": 0.5, "lumbar": 0.1}
# Susceptibility against tissue (about -9 ppm), ppm: titanium has 182 (Schenck 1996, Med Phys
# 23:815, as later papers quote it), cobalt-chrome about ten times as much (Tang et al. 2018, Proc
# ISMRM 26:4063). How many implants are of which was chosen by hand.
TITANIUM, COBALT = 190.0, 1900.0
HIDDEN = 1000.0  # Hz: where metal's field is stronger at 1.5 T, truth calls the sac hidden; by hand


@dataclass(frozen=True)
class Metal:
    """A screw or a cage: a thick line across the spine.

    Attributes:
        start, end: (u, v) of its ends, mm.
        s: arc length, mm.
        radius: of the metal, mm.
        susceptibility: against tissue, ppm.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    s: float
    radius: float
    susceptibility: float

    def strength(self, field: float) -> float:
        """Of its two-dimensional dipole in a main field of ``field`` tesla, Hz mm²."""
        return field * LARMOR * self.susceptibility / 2 * self.radius**2

    def offsets(self, c: Canvas) -> tuple[Array, Array]:
        """Millimetres from its axis: squared, and squared along the spine."""
        across = capsule(c.u, c.v, self.start, self.end, 0.0)
        along = (c.s - self.s) ** 2
        return np.maximum(across**2 + along, self.radius**2), along

    def distance(self, c: Canvas) -> Array:
        """Millimetres to its surface, negative inside."""
        across = capsule(c.u, c.v, self.start, self.end, 0.0)
        return np.hypot(across, c.s - self.s) - self.radius


def draw_metal(rng: np.random.Generator, spine: Spine, canal: Canal, levels: range) -> list[Metal]:
    """Pairs of pedicle screws of two or three neighbouring vertebrae, or a cervical cage."""
    kind = float(rng.choice([TITANIUM, COBALT], p=[0.9, 0.1]))
    first = int(rng.integers(levels.start, max(levels.stop - 2, levels.start + 1)))
    if region_of(LEVELS[first]) == "cervical":
        s, v = spine.disc(first), float(canal.ap(spine.disc(first))) / 2 + 7
        return [Metal((-4.0, v), (4.0, v), s, 2.2, kind)]
    screws = []
    for level in range(first, first + int(rng.integers(2, 4))):
        s = float(spine.center[level] + 0.18 * spine.sizes.height[level])
        out = float(canal.width(s)) / 2 + 3.5
        deep = float(canal.ap(s)) / 2 + 0.55 * float(spine.sizes.depth[level])
        for side in (-1, 1):
            screws.append(Metal((side * (out + 5), -14.0), (side * 0.55 * out, deep), s, 2.6, kind))
    return screws


def paint_metal(c: Canvas, metal: list[Metal]) -> None:
    """Paints what is metal; it gives no signal."""
    for piece in metal:
        far = piece.radius + 1
        part = c.within(s=(piece.s - far, piece.s + far))
        if part is not None:
            part.paint(piece.distance(part), Tissue.METAL)


def hidden_share(c: Canvas, metal: list[Metal], sac: Array) -> float:
    """Share of the sac (a mask on ``c``) where metal's field is above `HIDDEN` at 1.5 T."""
    if not metal or not sac.any():
        return 0.0
    void = np.zeros(sac.shape, bool)
    for piece in metal:
        void |= piece.strength(1.5) > HIDDEN * piece.offsets(c)[0]
    return float((void & sac).sum() / sac.sum())


def disturb(c: Canvas, metal: list[Metal], protocol: Protocol) -> None:
    """What metal's field does to a slice's signal, in place.

    The field of a long cylinder across the main field is a two-dimensional dipole: at distance r
    and angle phi to the main field (taken to run along the spine), f = A cos(2 phi) / r², with
    A = gamma B0 dchi a² / 2; its gradient is 2 A / r³ in every direction (textbook
    magnetostatics; past the cylinder's ends the distance to the end is taken, by hand). From it
    follow:

    - displacement by f / `BANDWIDTH` pixels along the columns (frequency encoding); no signal is
      lost by it, so it thins out in one place and piles up in another;
    - a thinner excited slice, 1 / (1 + gradient thickness / `SLICE_BANDWIDTH`);
    - in a gradient echo dephasing in the voxel, |sinc(spread of f in the voxel TE)|: the void grows
      with TE.
    """
    if not metal:
        return
    at = [piece.s for piece in metal]
    part = c.within(s=(min(at) - 45, max(at) + 45), u=(-75, 75), v=(-75, 75))
    if part is None or part.u.shape[1] < 3:
        return
    field, gradient = np.zeros_like(part.signal), np.zeros_like(part.signal)
    for piece in metal:
        square, along = piece.offsets(part)
        strength = piece.strength(protocol.field) / square
        field += strength * (2 * along / square - 1)
        gradient += 2 * strength / np.sqrt(square)
    signal = part.signal / (1 + gradient * (protocol.thickness / SLICE_BANDWIDTH))
    if protocol.weighting == "T2*":
        voxel = np.hypot(protocol.thickness, protocol.pixel)
        signal *= np.abs(np.sinc(gradient * voxel * protocol.te / 1000))
    part.signal[...] = _displaced(signal, field / BANDWIDTH)


def _displaced(signal: Array, pixels: Array, fine: int = 4) -> Array:
    """The signal of each row, every point moved along the columns; the sum of what stays is kept.

    Args:
        signal, pixels: what is moved and how far, [rows, columns].
        fine: points a pixel.
    """
    rows, columns = signal.shape
    at = (np.arange(columns * fine) + 0.5) / fine - 0.5
    low = np.clip(at.astype(np.int32), 0, columns - 2)
    part = np.clip(at - low, 0, 1)
    fill = lambda a: a[:, low] * (1 - part) + a[:, low + 1] * part  # noqa: E731
    where, weight = at + fill(pixels), fill(signal) / fine
    floor = np.floor(where).astype(np.int64)
    moved = np.zeros(rows * columns)
    for index, share in ((floor, 1 - (where - floor)), (floor + 1, where - floor)):
        inside = (index >= 0) & (index < columns)
        target = index + np.arange(rows)[:, None] * columns
        moved += np.bincount(target[inside], (weight * share)[inside], rows * columns)
    return moved.reshape(rows, columns).astype(np.float32)


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
    jets = []
    while s > low:
        half = float(canal.sac_ap(s)) / 2
        free = max(half - float(canal.cord_ap(s)) / 2, 1.0)
        behind = region != "cervical" or rng.random() < 0.4
        angle = rng.normal(np.pi if behind else rng.choice([-1.1, 1.1]), 0.35)
        u = np.sin(angle) * (float(canal.sac_width(s)) / 2 - 0.5 * free)
        v = float(canal.sac_v(s)) + np.cos(angle) * (half - 0.5 * free)
        radius = (rng.uniform(1.5, 3.5), rng.uniform(0.5, 0.9) * free, rng.uniform(4, 13))
        jets.append(Jet(float(u), float(v), s, tuple(map(float, radius)), rng.uniform(0.4, 0.95)))  # type: ignore[arg-type]
        s -= float(rng.uniform(8, 28))
    return jets


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
