"""Soft tissue around the spine: outline, fat, muscles, vessels, airway, organs, by region.

Muscles fill the room between the deep fascia and the spine; each point belongs to the muscle in
whose ellipse it lies deepest, and thin, uneven planes of fat run where two of them meet. The
tables below were drawn after axial atlases; the numbers are millimetres.
"""

from __future__ import annotations

import numpy as np

from SpineLib.simulate.canvas import Array, Canvas, capsule, ellipse, rotated, share
from SpineLib.simulate.head import paint_head
from SpineLib.simulate.morphometry import LEVELS
from SpineLib.simulate.patient import Patient
from SpineLib.simulate.tissues import Tissue

# One side's muscles: (x, y, half width, half depth, degrees), from the canal's centre, y front.
NECK = (
    (30, -53, 30, 4.5, -24), (29, -37, 8, 19, 40), (15, -42, 9, 16, 22), (10, -24, 8, 9, 18),
    (41, -18, 7, 15, 15), (30, 0, 9, 10, -10), (23, 15, 6, 7, 0), (8, 25, 8, 4, -10),
    (45, 17, 5.5, 19, -25), (12, 56, 11, 5, 10),
)  # fmt: skip
CHEST = (
    (48, -47, 48, 5, -8), (20, -30, 10, 12, 0), (36, -33, 9, 11, -12), (8, -30, 6, 14, 0),
    (40, -42, 38, 4, -10), (80, -32, 30, 8, 24), (15, -18, 9, 6, 20),
)  # fmt: skip
WAIST = (
    (24, -44, 14, 17, -4), (46, -40, 13, 15, -10), (10, -36, 9, 17, 0), (64, -10, 13, 19, 20),
    (40, 12, 15, 20, 10), (112, 20, 7, 46, 6), (104, 10, 5, 44, 6),
)  # fmt: skip


def paint_body(c: Canvas, patient: Patient) -> None:
    """Paints everything but the spine itself."""
    spine = patient.spine
    z = {name: float(spine.ras(0, 0, s)[2]) for name, s in zip(LEVELS, spine.center, strict=True)}
    low, high = float(c.z.min()), float(c.z.max())
    inner = _outline(c, patient, z)
    regions = (
        (_neck, NECK, z["T1"], 1e4),
        (_chest, CHEST, z["T12"], z["T1"]),
        (_waist, WAIST, -1e4, z["T12"]),
    )
    for number, (paint, muscles, bottom, top) in enumerate(regions):
        if high < bottom - 8 or low > top + 8:
            continue
        rng = np.random.default_rng((patient.seed, 70 + number))
        part = c.within(z=(bottom - 12, top + 12))
        if part is None:
            continue
        # Neighbouring regions overlap a little, at an uneven border.
        limit = np.maximum(bottom - part.z, part.z - top) + 5 * part.n1 - 5
        _muscles(part, patient, rng, muscles, np.maximum(limit, part.same_part(inner, c)), z)
        if paint is _neck:
            limit = np.maximum(limit, part.same_part(inner, c) + 1)
        paint(part, patient, rng, z, limit)
        if paint is _neck:
            paint_head(part, z, part.same_part(inner, c), patient.marrow)


def _ramp(z: Array, low: float, high: float) -> Array:
    t = np.clip((z - low) * (1 / (high - low)), 0, 1)
    return t * t * (3 - 2 * t)


def _outline(c: Canvas, patient: Patient, z: dict[str, float]) -> Array:
    """Skin, fat under it, and the deep fascia; returns the distance to the fascia."""
    neck = _ramp(c.z, z["T2"], z["C6"])
    head = _ramp(c.z, z["C4"], z["C2"])
    scale = patient.muscle
    skull = _ramp(c.z, z["C2"], z["C1"] + 40)
    width = scale * (60 * neck + 165 * (1 - neck)) + 4 * head + 10 * skull
    front = scale * (70 * neck + 145 * (1 - neck)) + 16 * head + 8 * skull
    back = scale * (58 * neck + 55 * (1 - neck)) + 0.7 * c.n2 + 32 * skull
    # The neck narrows to the front below the jaw.
    t = np.clip(c.y / front, 0, 1)
    x = c.x / (1 - 0.62 * t * np.sqrt(t) * neck * (1 - head))
    x = x + 0.8 * c.n3
    groove = 4 * np.exp(-((c.x * (1 / 12)) ** 2)) * (c.y < 0) * (1 - 0.5 * neck)
    inner = ellipse(x, c.y, width, np.where(c.y > 0, front, back), 2.3) + groove
    behind = np.clip(0.5 - c.y * (1 / 80), 0, 1)
    fat = patient.fat * ((2.5 + 5.5 * behind) * neck + (6 + 6 * behind) * (1 - neck))
    c.paint(inner - fat - 1.6, Tissue.SKIN)
    c.paint(inner - fat, Tissue.FAT, 0.9 + 0.1 * c.n1)
    return inner


def _muscles(
    c: Canvas, patient: Patient, rng: np.random.Generator, table: tuple, inner: Array,
    z: dict[str, float],
) -> None:  # fmt: skip
    """Fills the inside of the fascia with muscles and the fat between them."""
    best = np.full(c.u.shape, 9.0, np.float32)
    second = np.full(c.u.shape, 9.0, np.float32)
    scale = patient.muscle
    x, y = c.x + 2.2 * c.n1, c.y + 2.2 * c.n2
    if table is NECK:  # muscles fan out into the shoulders
        out = np.clip(np.abs(c.x) - 24, 0, None)
        x = x - np.sign(c.x) * out * (0.62 * (1 - _ramp(c.z, z["T2"], z["C6"])))
    lean = np.ones(c.u.shape, np.float32)
    for mx, my, a, b, turn in table:
        jitter = rng.normal(0, 1, (2, 4))
        for sign, j in ((1, jitter[0]), (-1, jitter[1])):
            px, py = sign * float(mx * scale + j[0]), float(my * scale + j[1])
            reach = 2.2 * max(a, b) * scale + 6
            out = 3.0 if table is NECK and abs(px) > 18 else 1.0
            part = c.within(
                x=tuple(sorted((px - sign * reach, px + sign * reach * out))),
                y=(py - reach, py + reach),
            )
            if part is None:
                continue
            p, q = rotated(
                sign * (part.same_part(x, c) - px),
                part.same_part(y, c) - py,
                float(turn + 4 * j[2]),
            )
            f = share(p, q, a * scale, b * scale)
            near, far = part.same_part(best, c), part.same_part(second, c)
            first = f < near
            np.copyto(far, np.minimum(np.maximum(f, near), far))
            part.same_part(lean, c)[first] = 1 + 0.08 * j[3]
            np.minimum(near, f, out=near)
    # Room far from every muscle is loose fat.
    gap = (best - 2.3 - 0.5 * c.n1) * 10
    c.paint(inner, Tissue.FASCIA, 0.6)
    c.paint(inner + 0.8, Tissue.FAT, np.clip(0.75 + 0.2 * c.n2, 0.35, 1.1))
    muscle = np.maximum(gap, inner + 1.6 + 0.8 * c.n2)
    c.paint(muscle, Tissue.MUSCLE, lean + _streaks(c, patient))
    # Where two muscles meet, a plane of fat that is often thinner than a pixel.
    thick = np.clip(0.25 + 0.75 * c.n3, 0, None) * patient.planes
    wide = np.maximum(thick, 0.8 * c.soft)
    cover = np.clip(0.5 - ((second - best) * 11 - wide) * (1 / c.soft), 0, 1) * (thick / wide)
    cover *= muscle < 0
    c.blend(cover.astype(np.float32), Tissue.FAT, 0.8)
    c.label[cover > 0.5] = Tissue.FAT


def _streaks(c: Canvas, patient: Patient) -> Array:
    """Extra signal of muscles: fine fat in all; in the deep back tendons' fat and wasting."""
    deep = np.exp(-((c.x * (1 / 26)) ** 2) - ((c.y + 20) * (1 / 22)) ** 2)
    phase = 0.75 * np.abs(c.x) + 0.55 * c.y + 2.6 * c.n1 + 1.5 * c.n2
    lines = np.clip(1 - np.abs(np.sin(phase)) * 5, 0, 1) * np.clip(c.n3 + 0.4, 0, 1.5)
    waste = np.clip(c.n1 * c.n2 - 0.2, 0, 1.2) * (6 * patient.atrophy)
    grain = 0.9 * np.abs(c.x) - 0.5 * c.y + 3 * c.n3 + 2 * c.n2
    fine = np.clip(1 - np.abs(np.sin(grain)) * 4, 0, 1) * np.clip(c.n2 + 0.3, 0, 1.2)
    return deep * (0.6 + 3.0 * lines * patient.planes + waste) + 0.9 * fine * patient.planes


def _tube(
    c: Canvas, x: float, y: float, a: float, b: float, limit: Array, tissue: Tissue,
    gain: float = 1.0, wall: float = 0.0, coat: Tissue = Tissue.FASCIA, coat_gain: float = 1.0,
    loose: float = 0.7,
) -> None:  # fmt: skip
    """A structure that runs up and down, with a wall around it."""
    far = max(a, b) + wall + 3
    part = c.within(x=(x - far, x + far), y=(y - far, y + far))
    if part is None:
        return
    d = np.maximum(
        ellipse(part.x + loose * part.n1 - x, part.y + loose * part.n2 - y, a, b),
        part.same_part(limit, c),
    )
    if wall:
        part.paint(d - wall, coat, coat_gain)
    part.paint(d, tissue, gain)


def _neck(
    c: Canvas, patient: Patient, rng: np.random.Generator, z: dict[str, float], limit: Array
) -> None:
    scale = patient.muscle
    uneven = 2.5 * c.n1 + 2 * c.n2
    above = np.maximum(limit, z["C4"] - c.z + uneven)
    below = np.maximum(limit, c.z - z["C5"] + uneven)
    size = rng.uniform(0.7, 1.6, 8)
    for sign in (-1, 1):
        # The fat of the posterior triangle, from the carotid sheath down to the trapezius.
        side = c.within(x=(20, 70) if sign > 0 else (-70, -20))
        if side is not None:
            thick = patient.fat**0.5 * (2.2 + 1.4 * side.n1)
            band = capsule(
                sign * side.x, side.y + 2 * side.n2,
                (34 * scale, 16 * scale), (50 * scale, -30 * scale), thick,
            )  # fmt: skip
            side.paint(np.maximum(band, side.same_part(limit, c)), Tissue.FAT)
        _tube(c, sign * 29 * scale, 28 * scale, 8, 6, limit, Tissue.FAT, 0.85, loose=3.0)
        artery, vein = float(rng.uniform(0.0, 0.8)), float(rng.uniform(0.2, 7.0))
        cx, cy = sign * float(rng.uniform(25, 29)) * scale, float(rng.uniform(27, 33)) * scale
        _tube(c, cx, cy, 3.2, 3.2, limit, Tissue.VESSEL, artery, 1.2, Tissue.FAT, 0.8)
        _tube(c, cx + sign * 8, cy - 2, 3.6 * float(size[0]), 4, limit, Tissue.VESSEL, vein, 0.8)
        _tube(c, sign * 44 * scale, 40 * scale, 11, 17, above, Tissue.ORGAN, 2.0, 1.0, Tissue.FAT)
        _tube(c, sign * 16, 48 * scale, 6.5, 12, below, Tissue.ORGAN, 1.5)
        jaw = np.maximum(limit, z["C3"] - c.z + uneven)
        _tube(c, sign * 57 * scale, 52 * scale, 6, 18, jaw, Tissue.MUSCLE, 1.1, 0.8, Tissue.FAT)
        for _ in range(5):
            top = z["C5"] + float(rng.uniform(-45, 55))
            node = np.maximum(limit, np.abs(c.z - top) - 4)
            nx, ny = sign * float(rng.uniform(30, 48)), float(rng.uniform(-8, 34))
            wide, deep = (float(r) for r in rng.uniform(1.8, 3.6, 2))
            _tube(c, nx, ny, wide, deep, node, Tissue.ORGAN, 2.4)
    y = float(rng.uniform(43, 50) * scale)
    throat = np.maximum(limit, z["C6"] - c.z + uneven)
    _tube(c, 0, 36 * scale, 22, 5, throat, Tissue.MUSCLE, 1.6)
    # The tongue ends under the palate; its root slopes down to the hyoid.
    tongue = np.maximum(limit, np.maximum(z["C4"] + 0.35 * (80 - c.y) - c.z, c.z - z["C1"] - 6))
    _tube(c, 0, 64 * scale, 24, 22, tongue + uneven, Tissue.MUSCLE, 1.5, 1, Tissue.FAT, 0.7)
    _tube(c, 0, 41 * scale, 13, 4.5, above, Tissue.AIRWAY, 1, 2.2, Tissue.ORGAN, 2.2)
    larynx = np.maximum(limit, np.maximum(c.z - z["C4"] + uneven, z["C6"] - c.z + uneven))
    _tube(c, 0, y, 16, 13, larynx, Tissue.MUSCLE, 2.0, 1.2, Tissue.CARTILAGE)
    _tube(c, 0, y + 2, 6, 8, larynx, Tissue.AIRWAY)
    tx = float(rng.normal(0, 2))
    trachea = np.maximum(limit, c.z - z["C6"] + uneven)
    _tube(c, tx, y, 8.0, 9.0, trachea, Tissue.AIRWAY, 1, 2.0, Tissue.CARTILAGE, 1.3)
    _tube(c, tx - 4, y - 14, 7, 3.2, trachea, Tissue.MUSCLE, 1.8)


def _chest(
    c: Canvas, patient: Patient, rng: np.random.Generator, z: dict[str, float], limit: Array
) -> None:
    scale = patient.muscle
    span = (z["T12"], z["T1"])
    front = float(np.interp(np.median(c.z), span, (44, 34))) * scale
    # The chest narrows to its inlet behind the collar bones.
    inlet = 0.25 + 0.75 * np.sqrt(np.clip((z["T1"] + 6 - c.z) * (1 / 75), 0, 1))
    cavity = ellipse(c.x, c.y - 62 * scale, 128 * scale * inlet, 82 * scale * inlet, 2.4)
    cavity = np.maximum(np.maximum(cavity, limit), 10 - c.y)
    c.paint(cavity, Tissue.FAT, 0.75)
    # The dome of the diaphragm: liver and spleen stand under the lungs.
    dome = z["T11"] + 0.55 * (c.y - 10) - 0.005 * (np.abs(c.x) - 60) ** 2 - c.z + 3 * c.n1
    for sign in (-1, 1):
        lung = ellipse(
            sign * c.x - (14 + 56 * inlet) * scale, c.y - 50 * scale,
            56 * scale * inlet, 70 * scale * inlet, 2.6,
        )  # fmt: skip
        lung = np.maximum(
            lung,
            (14 + 10 * _ramp(c.y, front - 10, front + 14)) * scale - sign * c.x + 2 * c.n1,
        )
        lung = np.maximum(lung, limit)
        rib = np.maximum(np.abs(lung - 5) - 3.6, 2.6 - 9 * np.cos((c.z + 0.5 * c.y) * (6.28 / 24)))
        wall = 26 * scale - sign * c.x  # towards the middle there is only pleura
        rib = np.maximum(rib, wall)
        c.paint(np.maximum(lung - 9, wall), Tissue.MUSCLE, 1.1)
        c.paint(rib, Tissue.CORTICAL)
        c.paint(rib + 1.1, Tissue.MARROW)
        c.paint(lung, Tissue.LUNG)
        organ = Tissue.ORGAN if sign > 0 else Tissue.BOWEL
        c.paint(np.maximum(lung, -dome), organ, 0.7 if sign > 0 else 0.9)
    low = z["T3"] + 0.12 * np.abs(c.x)
    collar = capsule(np.abs(c.x), c.y, (14, 62 * scale), (120, 26 * scale), 5.5)
    collar = np.maximum(np.maximum(collar, np.abs(c.z - low) - 6), limit)
    c.paint(collar, Tissue.CORTICAL)
    c.paint(collar + 1.6, Tissue.MARROW, 0.9)
    heart = np.maximum(limit, c.z - z["T4"] + 0.25 * np.abs(c.y - front - 55) + 3 * c.n1)
    _tube(c, -18, front + 55, 50, 34, heart, Tissue.ORGAN, float(rng.uniform(0.3, 1.0)))
    aorta = np.maximum(limit, c.z - z["T4"])
    ax, ay = -float(rng.uniform(14, 22)), front + 3
    flow = float(rng.uniform(0.2, 2.5))
    _tube(c, ax, ay, 11, 11, aorta, Tissue.VESSEL, flow, 1.4, Tissue.MUSCLE, 1.3)
    _tube(c, 7, front + 2, 3.5, 3.2, limit, Tissue.VESSEL, float(rng.uniform(0.5, 5)), 0.6)
    _tube(c, -3, front + 14, 8, 5, limit, Tissue.MUSCLE, 1.8)
    airway = np.maximum(limit, z["T5"] - c.z + 3 * c.n1)
    _tube(c, 2, front + 24, 9, 8, airway, Tissue.AIRWAY, 1, 1.6, Tissue.CARTILAGE)


def _waist(
    c: Canvas, patient: Patient, rng: np.random.Generator, z: dict[str, float], limit: Array
) -> None:
    scale = patient.muscle
    cavity = ellipse(c.x, c.y - 80 * scale, 98 * scale, 66 * scale, 2.4) + 3 * c.n2
    cavity = np.maximum(cavity, limit)
    c.paint(cavity, Tissue.FAT, np.clip(0.72 + 0.15 * c.n3, 0.35, 1))
    for _ in range(45):
        cx, cy = float(rng.uniform(-85, 85)), float(rng.uniform(62, 125)) * scale
        cz, r = float(rng.uniform(z["S2"], z["T12"])), float(rng.uniform(9, 22))
        fluid, gain = rng.random() < 0.15, float(rng.uniform(0.3, 1.3))
        part = c.within(x=(cx - r - 6, cx + r + 6), y=(cy - r - 6, cy + r + 6))
        if part is None:
            continue
        loop = np.sqrt(
            (part.x - cx) ** 2 + (part.y - cy + 3 * part.n1) ** 2 + (0.55 * (part.z - cz)) ** 2
        )
        loop = np.maximum(loop - r + 2 * part.n3, part.same_part(cavity, c))
        part.paint(loop - 1.8, Tissue.MUSCLE, 1.3)
        part.paint(loop, Tissue.FLUID if fluid else Tissue.BOWEL, gain)
    liver = np.maximum(
        cavity, np.maximum(8 - c.x + 4 * c.n2 - 0.3 * (c.y - 60), z["L2"] + 0.3 * (c.y - 60) - c.z)
    )
    c.paint(liver, Tissue.ORGAN, 0.8)
    for sign in (-1, 1):
        tall = ((c.z - z["L2"] + sign * 6) * (1 / 52)) ** 2
        kidney = np.maximum(limit, 20 * tall - 20 + 0 * c.x)
        wide = float(rng.uniform(21, 26))
        _tube(c, sign * 66, 34, wide, 20, kidney, Tissue.FAT, 0.8)
        _tube(c, sign * 66, 34, wide - 5, 16, kidney + 8, Tissue.ORGAN, 1.9)
        _tube(c, sign * 62, 36, 7, 6, kidney + 12, Tissue.FAT)
    front = (46 + float(rng.normal(0, 2))) * scale
    for cx, r, low, high in ((-12, 8.0, 0.2, 1.5), (16, 9.0, 0.3, 4.0)):
        gain = float(rng.uniform(low, high))
        apart = np.clip((z["L4"] - c.z) * 0.45, 0, None)
        near = c.within(x=(-80, 80), y=(front - 60, front + 30))
        if near is None:
            continue
        apart = near.same_part(apart, c)
        branch = ellipse(
            np.abs(near.x - (cx if not apart.any() else 0)) - np.where(apart > 0, abs(cx) + apart, 0),
            near.y - front + 0.8 * apart, r, r - 1,
        )  # fmt: skip
        trunk = ellipse(near.x - cx, near.y - front, r, r - 1)
        vessel = np.maximum(np.where(apart > 0, branch, trunk), near.same_part(limit, c))
        near.paint(vessel - 1.2, Tissue.MUSCLE, 1.2)
        near.paint(vessel, Tissue.VESSEL, gain)
