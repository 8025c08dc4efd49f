"""Lesions: what grows into the canal, and how the sac and the cord give way.

A `Lobe` is a hill that stands on the canal's wall in one direction and reaches inward. The sac
gives way first, then the cord is displaced into the room that is left opposite, then it is
deformed: its outline is cut by the lesion, and it widens a little sideways.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.simulate.morphometry import LEVELS
from SpineLib.simulate.spine import STEP, Spine
from SpineLib.simulate.tissues import Tissue

DURA_GAP = 0.35  # mm between a lesion and the CSF: compressed dura and ligament
# Half depth and half width of the roots' bundle that remains of the sac below the conus, mm, and so
# an area of 30 mm2. Mean area of 437 levels before an operation for stenosis: 52 mm2, deviation 21
# (NORDSTEN, Eur Spine J 2024, doi 10.1007/s00586-024-08251-4); depth two deviations below the mean
# at L3/L4: 3.8 mm (Chatha and Schweitzer 2011, Bull NYU Hosp Jt Dis 69:303).
BUNDLE = (2.1, 4.6)
CORD_GAP = 0.3  # mm between a lesion and a cord that it touches: dura and pia


@dataclass(frozen=True)
class Lobe:
    """A hill on the canal's wall.

    Attributes:
        angle: direction from the canal's centre, radians; 0 front, π/2 the patient's right.
        s: arc length of its middle, mm.
        depth: how far it reaches inward from the wall, mm.
        width: half width across its direction, mm.
        length: half length along the canal, mm.
        power: 2 is a round hill, 6 a flat-topped one.
        offset: shift across its direction, mm.
        tissue: what it is made of.
    """

    angle: float
    s: float
    depth: float
    width: float
    length: float
    power: float = 2.0
    offset: float = 0.0
    tissue: Tissue = Tissue.DISC_LESION

    def height(self, s: NDArray | float) -> NDArray:
        """How far it reaches inward at arc length ``s``, at its highest, mm."""
        far = np.abs((s - float(self.s)) / float(self.length))
        return float(self.depth) * np.exp(-(far ** float(self.power)))

    def distance(self, u: NDArray, v: NDArray, s: NDArray, wall: NDArray) -> NDArray:
        """Approximate signed distance to the hill, negative inside of it, mm."""
        nu, nv = float(np.sin(self.angle)), float(np.cos(self.angle))
        across = u * nv - v * nu - float(self.offset)
        hill = self.height(s) * np.exp(-(np.abs(across / float(self.width)) ** float(self.power)))
        return np.where(hill > 0.15, wall - hill - (u * nu + v * nv), np.float32(9.0))


@dataclass(frozen=True)
class BoneLesion:
    """A tumour in bone: an ellipsoid in spine coordinates, mm."""

    u: float
    v: float
    s: float
    radius: tuple[float, float, float]


@dataclass(frozen=True)
class Schmorl:
    """A node of disc that has sunk into a body's endplate; millimetres.

    Attributes:
        level: index of the body.
        up: whether it is the upper endplate.
        u, v: position from the body's centre.
        radius: of the node.
    """

    level: int
    up: bool
    u: float
    v: float
    radius: float


@dataclass
class Disease:
    """All that is wrong with one spine.

    Attributes:
        kind: ``none``, ``degenerative`` or ``metastatic``.
        lobes: what narrows the canal.
        bone: tumours in bone.
        degeneration: each disc's Pfirrmann-like degeneration, 0 (bright) to 1 (black).
        narrowing: each disc's height as a share of the healthy one.
        collapse: share of its height that a broken body has lost in front, by level.
        schmorl: nodes of disc in the bodies.
        endplates: signal factor of the marrow beside a disc (Modic changes), by disc.
        slips: how far a body stands in front of the next lower one, mm, by level; negative backward.
        myelopathy: arc lengths of cord signal change with its half length, mm.
    """

    kind: str
    lobes: list[Lobe] = field(default_factory=list)
    bone: list[BoneLesion] = field(default_factory=list)
    degeneration: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    narrowing: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    collapse: dict[int, float] = field(default_factory=dict)
    schmorl: list[Schmorl] = field(default_factory=list)
    endplates: dict[int, float] = field(default_factory=dict)
    slips: dict[int, float] = field(default_factory=dict)
    myelopathy: list[tuple[float, float]] = field(default_factory=list)


class Canal:
    """The healthy canal, sac and cord as smooth functions of arc length; millimetres.

    The sac leaves about 1 mm around it in the neck and narrows to its end (Binokay et al. 2006, Acta
    Radiol 47:397: on average at the upper third of S2).

    Args:
        spine: whose canal it is.
        rng: the source of chance.
        narrow: the canal's depth as a share of the spine's; its width follows with the root.
        everyday: the sac may fill the canal or lie close around the cord, and the cord lie against
            its wall, be flat in front or pointed at its back.

    Raises:
        BadInput: the sac would be more than 0.5 mm thinner or narrower than the cord in it.
    """

    def __init__(
        self,
        spine: Spine,
        rng: np.random.Generator,
        narrow: float = 1.0,
        *,
        everyday: bool = False,
    ) -> None:
        self.spine = spine
        sizes = spine.sizes
        self._ap = sizes.canal_ap * narrow
        self._width = sizes.canal_width * narrow**0.5
        lumbar = np.clip((spine.conus - spine.nodes) / 120, 0, 1)
        end = spine.center[-2] + spine.sizes.height[-2] / 3 + rng.normal(0, 9)
        self.sac_end = float(end)
        self._taper = np.clip((spine.nodes - end) / 45, 0.02, 1) ** 0.5
        self._gap = (rng.uniform(0.6, 1.2), rng.uniform(1.0, 2.2))
        self._lumbar = lumbar
        self._rest, self._off = rng.uniform(-0.6, 1.2), 0.5
        self.flat = 0.94  # how far the cord's front reaches, as a share of its half depth
        self.pointed = 0.0  # how much narrower the cord is at its back than in its middle
        self._close = np.inf  # the sac's width as a share of the cord's, at most
        self._corner = 0.0  # mm that a broad cord keeps from the narrow back of its sac
        if everyday:
            self._gap = (rng.uniform(0.2, 1.1), rng.uniform(0.4, 2.2))
            self._rest, self._off = rng.uniform(-3.0, 3.0), 0.95
            self.flat = rng.uniform(0.8, 1.0)
            apart = rng.spawn(1)[0]  # what is drawn from it leaves all other draws as they are
            self.pointed, self._close = apart.uniform(0, 0.45), apart.uniform(1.25, 2.2)
            self._corner = 0.3
        shape = {"C": 0.45, "T": 0.06, "L": 0.30, "S": 0.4}
        self._triangle = np.array([shape[name[0]] for name in LEVELS]) * rng.uniform(0.6, 1.3)
        self._check(narrow)

    def _check(self, narrow: float) -> None:
        s = self.spine.center[self.spine.center > self.spine.conus + 5]
        room = np.minimum(self.sac_ap(s) - self.cord_ap(s), self.sac_width(s) - self.cord_width(s))
        if room.min() < -0.5:
            level = LEVELS[int(room.argmin())]
            raise BadInput(
                f"A canal of {narrow:g} times its depth cannot hold the cord at {level}",
                advice="Congenitally narrow canals are 0.84 to 0.92 times as deep as usual.",
            )

    def _read(self, values: NDArray, s: NDArray | float) -> NDArray:
        return np.interp(s, self.spine.nodes, values)

    def ap(self, s: NDArray | float) -> NDArray:
        """Front to back of the bony canal."""
        return self.spine.at(self._ap, s)

    def width(self, s: NDArray | float) -> NDArray:
        """Left to right of the bony canal."""
        return self.spine.at(self._width, s)

    def sac_ap(self, s: NDArray | float) -> NDArray:
        """Front to back of the thecal sac."""
        return (self.ap(s) - 2 * self._gap[0] - 1.2 * self._read(self._lumbar, s)) * self._read(
            self._taper, s
        )

    def sac_width(self, s: NDArray | float) -> NDArray:
        """Left to right of the thecal sac."""
        free = self.width(s) - 2 * self._gap[1] - 4.5 * self._read(self._lumbar, s)
        # Cervical sacs are wide ovals, thoracic ones nearly round.
        oval = np.minimum(free, self.sac_ap(s) * 1.55 + 1.5)
        if np.isfinite(self._close):
            around = self.spine.at(self.spine.sizes.cord_width, s) * self._close
            around = np.maximum(around, 1.15 * self.sac_ap(s)) + 30 * self._read(self._lumbar, s)
            oval = np.minimum(oval, around)
        return oval * self._read(self._taper, s) ** 0.3

    def sac_v(self, s: NDArray | float) -> NDArray:
        """How far in front of the canal's centre the sac's centre stands."""
        return 0.9 * self._read(self._lumbar, s) - self._read((1 - self._taper) * 2.5, s)

    def cord_ap(self, s: NDArray | float) -> NDArray:
        """Front to back of the cord; 0 below the conus."""
        return self.spine.at(self.spine.sizes.cord_ap, s) * self._cone(s)

    def cord_width(self, s: NDArray | float) -> NDArray:
        """Left to right of the cord; 0 below the conus."""
        return self.spine.at(self.spine.sizes.cord_width, s) * self._cone(s)

    def cord_v(self, s: NDArray | float) -> NDArray:
        """Where the undisturbed cord stands: a little off the canal's centre."""
        room = np.maximum(self.sac_ap(s) - self.cord_ap(s), 0) / 2
        back = np.maximum(self._off * room - self._corner, 0)
        return self.sac_v(s) + np.clip(self._rest, -back, self._off * room)

    def rest_v(self, sac_v: NDArray) -> NDArray:
        """Where the undisturbed roots' bundle stands, of `sac_v`: `cord_v` where there is room."""
        return sac_v + self._rest

    def wall(self, angle: float, s: NDArray | float) -> NDArray:
        """Distance from the canal's centre to its wall's tangent across ``angle``."""
        return np.hypot(self.width(s) / 2 * np.sin(angle), self.ap(s) / 2 * np.cos(angle))

    def sac_reach(self, angle: float, s: NDArray | float) -> NDArray:
        """Distance from the canal's centre to the sac's tangent across ``angle``."""
        half = np.hypot(self.sac_width(s) / 2 * np.sin(angle), self.sac_ap(s) / 2 * np.cos(angle))
        return half + self.sac_v(s) * np.cos(angle)

    def room(self, angle: float, s: float) -> tuple[float, float]:
        """Millimetres of epidural space and of CSF across ``angle``; below the conus to the roots."""
        cord = np.hypot(
            self.cord_width(s) / 2 * np.sin(angle), self.cord_ap(s) / 2 * np.cos(angle)
        ) + self.cord_v(s) * np.cos(angle)
        sac = self.sac_reach(angle, s)
        cord = max(float(cord), 0.4 * float(sac))  # below the conus: the bundle of roots
        return float(self.wall(angle, s) - sac), max(float(sac) - cord, 0.0)

    def triangle(self, s: NDArray | float) -> NDArray:
        """How much narrower the canal is at its back than in its middle (0 = oval)."""
        return np.asarray(np.interp(s, self.spine.center[::-1], self._triangle[::-1]))

    def _cone(self, s: NDArray | float) -> NDArray:
        return np.sqrt(np.clip((np.asarray(s) - self.spine.conus) / 22, 0, 1))


def fragment(
    spine: Spine, canal: Canal, rng: np.random.Generator, level: int, tissue: Tissue
) -> Lobe:
    """The back wall of a broken body, pushed back into the canal at its upper half.

    It takes 15-50 % of the canal's depth (by hand).
    """
    s = float(spine.center[level] + spine.sizes.height[level] * rng.uniform(0.05, 0.3))
    return Lobe(
        angle=float(rng.normal(0, 0.15)),
        s=s,
        depth=float(canal.ap(s) * rng.uniform(0.15, 0.5)),
        width=float(canal.width(s) * rng.uniform(0.28, 0.42)),
        length=float(spine.sizes.height[level] * rng.uniform(0.25, 0.4)),
        power=float(rng.choice([2.0, 3.0])),
        tissue=tissue,
    )


def vary(rng: np.random.Generator, lobe: Lobe) -> list[Lobe]:
    """A hill of another form, three times in ten with a smaller knob on it; all by hand.

    The held-out profile's forms stay out of it: its powers are 1.4 and 8, these 1.7 to 6.5.
    """
    changed = replace(
        lobe,
        power=float(np.exp(rng.uniform(np.log(1.7), np.log(6.5)))),
        width=lobe.width * float(np.exp(rng.normal(0, 0.2))),
        length=lobe.length * float(np.exp(rng.normal(0, 0.25))),
        offset=float(rng.uniform(-0.8, 0.8)),
    )
    if rng.random() >= 0.3:
        return [changed]
    knob = replace(
        changed,
        angle=lobe.angle + float(rng.normal(0, 0.35)),
        s=lobe.s + float(rng.normal(0, 0.4)) * lobe.length,
        depth=lobe.depth * float(rng.uniform(0.6, 1.1)),
        width=lobe.width * float(rng.uniform(0.35, 0.7)),
        length=lobe.length * float(rng.uniform(0.3, 0.8)),
    )
    return [changed, knob]


class Sections:
    """Canal, sac and cord along the spine as one table, the cord displaced by the lesions.

    The first `FREE` millimetres of contact are taken by displacement alone, then displacement
    takes `SHARE` of it until the cord meets the opposite wall; the rest cuts the cord.

    Attributes:
        names: the table's rows.
        table: [row, node of the spine's curve].
    """

    FREE, SHARE = 0.8, 0.5
    names = (
        "canal_ap", "canal_width", "sac_ap", "sac_width", "sac_v", "cord_ap", "cord_width",
        "cord_u", "cord_v", "squeeze", "triangle", "lumbar", "bundle_ap", "bundle_width",
    )  # fmt: skip

    def __init__(self, spine: Spine, canal: Canal, lobes: list[Lobe]) -> None:
        s = spine.nodes
        self.first = float(s[0])
        ap, width = canal.cord_ap(s), canal.cord_width(s)
        u, v = np.zeros_like(s), canal.cord_v(s)
        # Below the conus the roots' bundle gives way as the cord does above it.
        below = np.clip((spine.conus + 5 - s) / 10, 0, 1)
        bundle_ap = below * np.minimum(2 * BUNDLE[0], 0.7 * canal.sac_ap(s))
        bundle_width = below * np.minimum(2 * BUNDLE[1], 0.7 * canal.sac_width(s))
        soft_ap, soft_width = np.maximum(ap, bundle_ap), np.maximum(width, bundle_width)
        for lobe in lobes:
            u, v = self._push(canal, lobe, s, u, v, soft_ap, soft_width)
        u, v = _smooth(u), _smooth(v)
        squeeze = np.zeros_like(s)
        for lobe in lobes:
            squeeze = np.maximum(squeeze, _contact(canal, lobe, s, u, v, ap, width))
        lumbar = np.clip((spine.conus - s) / 60, 0, 1)
        self.table = np.stack(
            [
                canal.ap(s), canal.width(s), canal.sac_ap(s), canal.sac_width(s), canal.sac_v(s),
                ap, width, u, v, _smooth(squeeze), canal.triangle(s), lumbar,
                bundle_ap, bundle_width,
            ]
        ).astype(np.float32)  # fmt: skip

    def _push(
        self, canal: Canal, lobe: Lobe, s: NDArray, u: NDArray, v: NDArray, ap: NDArray,
        width: NDArray,
    ) -> tuple[NDArray, NDArray]:  # fmt: skip
        nu, nv = float(np.sin(lobe.angle)), float(np.cos(lobe.angle))
        contact = _contact(canal, lobe, s, u, v, ap, width)
        opposite = canal.sac_reach(lobe.angle + np.pi, s)
        room = opposite - np.hypot(width / 2 * nu, ap / 2 * nv) + u * nu + v * nv
        move = np.minimum(contact, self.FREE) + self.SHARE * np.maximum(contact - self.FREE, 0)
        move = np.minimum(move, np.maximum(room - 0.4, 0))
        return u - nu * move, v - nv * move

    def read(self, s: NDArray) -> dict[str, NDArray[np.float32]]:
        """Every row of the table at arc lengths ``s``, by name; read-only where ``s`` is constant."""
        if s.size > 1 and s.min() == s.max():
            single = self.read(s.reshape(-1)[:1])
            return {name: np.broadcast_to(value, s.shape) for name, value in single.items()}
        position = (s - self.first) * np.float32(1 / STEP)
        index = np.clip(position.astype(np.int32), 0, self.table.shape[1] - 2)
        part = np.clip(position - index, 0, 1).astype(np.float32)
        low = self.table[:, index]
        low += part * (self.table[:, index + 1] - low)
        return dict(zip(self.names, low, strict=True))


def _contact(
    canal: Canal, lobe: Lobe, s: NDArray, u: NDArray, v: NDArray, ap: NDArray, width: NDArray
) -> NDArray:
    """How deep a lobe would reach into a cord at (u, v), mm."""
    nu, nv = float(np.sin(lobe.angle)), float(np.cos(lobe.angle))
    reach = np.hypot(width / 2 * nu, ap / 2 * nv) + u * nu + v * nv
    contact = np.maximum(reach + CORD_GAP - (canal.wall(lobe.angle, s) - lobe.height(s)), 0)
    return contact * np.exp(-((lobe.offset / (lobe.width + 3)) ** 2)) * (ap > 0)


def _smooth(values: NDArray) -> NDArray:
    from scipy.ndimage import gaussian_filter1d

    return gaussian_filter1d(values, 1.5, mode="nearest")
