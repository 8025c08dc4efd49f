"""Soft tissue around the spine: outline, fat, muscles, vessels, airway, organs, by region."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from SpineLib.simulate.canvas import Canvas, ellipse, rotated
from SpineLib.simulate.morphometry import LEVELS
from SpineLib.simulate.patient import Patient
from SpineLib.simulate.tissues import Tissue

# Muscles of one side: (x, y, half width, half depth, degrees), mm from the canal's centre,
# y to the front; drawn from outside inward as axial atlases show them.
NECK = (
    (28, -47, 26, 6, -28), (33, -33, 8, 19, 38), (20, -37, 11, 17, 40), (12, -26, 10, 10, 20),
    (7, -38, 6, 11, 8), (41, -10, 8, 16, 8), (31, 6, 8, 11, -20), (24, 14, 6, 8, 0),
    (46, 18, 6, 19, -24), (8, 26, 8, 4, -10), (13, 55, 10, 4, 10),
)  # fmt: skip
CHEST = (
    (46, -42, 44, 7, -6), (20, -28, 17, 15, 0), (40, -30, 14, 10, -8), (9, -31, 8, 13, 0),
    (72, -28, 30, 8, 22),
)  # fmt: skip
WAIST = (
    (34, -40, 25, 18, -6), (14, -36, 12, 16, 0), (62, -8, 12, 19, 20), (40, 14, 16, 21, 10),
    (105, 20, 8, 40, 6),
)  # fmt: skip


def paint_body(c: Canvas, patient: Patient) -> None:
    """Paints everything but the spine itself."""
    spine = patient.spine
    z = {name: float(spine.ras(0, 0, s)[2]) for name, s in zip(LEVELS, spine.center, strict=True)}
    rng = np.random.default_rng((patient.seed, 7))
    neck = _ramp(c.z, z["T2"], z["C6"])
    _outline(c, patient, neck)
    middle = float(np.median(c.z))
    low, high = float(c.z.min()), float(c.z.max())
    if high > z["T1"]:
        _neck(c, patient, rng, z, middle)
    if low < z["T1"] and high > z["T12"]:
        _chest(c, patient, rng, z)
    if low < z["T12"]:
        _waist(c, patient, rng, z)


def _ramp(z: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.clip((z - low) / (high - low), 0, 1).astype(np.float32)


def _outline(c: Canvas, patient: Patient, neck: np.ndarray) -> None:
    scale = patient.muscle
    half_width = scale * (62 * neck + 165 * (1 - neck))
    front = scale * (68 * neck + 150 * (1 - neck))
    back = scale * (60 * neck + 58 * (1 - neck))
    fat = patient.fat * (5 * neck + 9 * (1 - neck))
    fat_back = patient.fat * (9 * neck + 13 * (1 - neck))
    half = np.where(c.y > 0, front + fat, back + fat_back)
    skin = ellipse(c.x, c.y, half_width + fat, half, 2.3)
    groove = 5 * np.exp(-((c.x / 14) ** 2)) * (c.y < 0)
    skin = skin + groove
    c.paint(skin, Tissue.SKIN)
    c.paint(skin + 1.8, Tissue.FAT)
    inner = ellipse(c.x, c.y, half_width, np.where(c.y > 0, front, back), 2.3) + groove
    c.paint(inner, Tissue.FASCIA, 0.7)
    c.paint(inner + 1.0, Tissue.FAT, 0.8)


def _muscles(
    whole: Canvas, patient: Patient, rng: np.random.Generator, shapes: tuple, where: Callable
) -> None:
    for cx, cy, a, b, turn in shapes:
        jitter = rng.normal(0, 1, (2, 5))
        for side in (0, 1):
            sign = 1 if side else -1
            scale = patient.muscle
            mx, my = cx * scale + jitter[side, 0], cy * scale + jitter[side, 1]
            far = max(a, b) * scale * 1.1 + 2
            part = whole.crop((np.abs(sign * whole.x - mx) < far) & (np.abs(whole.y - my) < far))
            if part is None:
                continue
            c = part
            x = sign * c.x - np.float32(mx)
            y = c.y - np.float32(my)
            x, y = rotated(x, y, turn + 4 * jitter[side, 2])
            wave = 0.6 * np.sin(0.5 * x + c.z * 0.05 + 3 * jitter[side, 3])
            d = ellipse(x, y, a * scale * 1.06, b * scale * 1.06, 2.4) + wave
            d = np.maximum(d, where(c))
            c.paint(d - 0.8, Tissue.FASCIA, 0.8)
            gain = 1 + 0.06 * jitter[side, 4] + 0.9 * patient.atrophy * (cy < -20 and abs(cx) < 20)
            c.paint(d, Tissue.MUSCLE, np.float32(gain))


def _neck(
    c: Canvas, patient: Patient, rng: np.random.Generator, z: dict[str, float], middle: float
) -> None:
    below = np.float32(z["T1"] - 10) - c.z
    scale = patient.muscle
    _muscles(c, patient, rng, NECK, lambda part: z["T1"] - 10 - part.z)
    upper = np.float32(z["C3"]) - c.z  # negative above C3
    tongue = np.maximum(ellipse(c.x, c.y - 62 * scale, 24, 22), upper)
    c.paint(tongue, Tissue.MUSCLE, 1.3)
    pharynx = np.maximum(ellipse(c.x, c.y - 39, 13, 4.5), np.float32(z["C5"]) - c.z)
    c.paint(pharynx - 2.5, Tissue.ORGAN)
    c.paint(pharynx, Tissue.AIRWAY)
    x, y = np.float32(rng.normal(0, 2)), np.float32(rng.uniform(44, 50) * scale)
    trachea = np.maximum(ellipse(c.x - x, c.y - y, 8.5, 9.5), np.maximum(c.z - z["C5"], below))
    c.paint(trachea - 2.2, Tissue.CARTILAGE)
    c.paint(trachea, Tissue.AIRWAY)
    gullet = np.maximum(ellipse(c.x + 3, c.y - y + 15, 7, 3.5), np.maximum(c.z - z["C5"], below))
    c.paint(gullet, Tissue.MUSCLE, 1.4)
    for sign in (-1, 1):
        thyroid = np.maximum(ellipse(sign * c.x - 16, c.y - y, 7, 12), c.z - z["C5"])
        c.paint(np.maximum(thyroid, below), Tissue.ORGAN, 1.6)
        gland = np.maximum(ellipse(sign * c.x - 42, c.y - 38, 13, 15), np.float32(z["C4"]) - c.z)
        c.paint(gland, Tissue.ORGAN, 1.7)
        cx, cy = rng.uniform(24, 29) * scale, rng.uniform(28, 35) * scale
        flow = rng.uniform(0.3, 1.5)
        artery = ellipse(sign * c.x - cx, c.y - cy, 3.2, 3.2)
        vein = ellipse(sign * c.x - cx - 8, c.y - cy + 2, rng.uniform(3.5, 6.5), 4.2)
        c.paint(np.maximum(vein, below), Tissue.VESSEL, np.float32(4 * flow))
        c.paint(np.maximum(artery, below), Tissue.VESSEL, np.float32(flow))
        for _ in range(4):  # lymph nodes
            node = ellipse(
                sign * c.x - rng.uniform(30, 50), c.y - rng.uniform(-5, 40), *rng.uniform(2, 4, 2)
            )
            c.paint(np.maximum(node, np.abs(c.z - z["C5"] - rng.uniform(-40, 50)) - 5), Tissue.ORGAN, 2)


def _chest(c: Canvas, patient: Patient, rng: np.random.Generator, z: dict[str, float]) -> None:
    inside = np.maximum(c.z - np.float32(z["T1"] + 6), np.float32(z["T12"] - 10) - c.z)
    _muscles(
        c, patient, rng, CHEST,
        lambda part: np.maximum(part.z - z["T1"] - 6, z["T12"] - 10 - part.z),
    )  # fmt: skip
    scale = patient.muscle
    for sign in (-1, 1):
        lung = ellipse(sign * c.x - 78 * scale, c.y - 52 * scale, 56 * scale, 78 * scale, 2.4)
        lung = np.maximum(lung, 24 * scale - sign * c.x)
        lung = np.maximum(lung, inside + 4)
        # Ribs around the lung, sloping to the front and downward.
        rib = np.maximum(np.abs(lung - 5) - 3.5, np.cos((c.z + 0.45 * c.y) * 6.28 / 26) * 8 + 1)
        c.paint(lung - 10, Tissue.MUSCLE, 1.1)
        c.paint(rib, Tissue.CORTICAL)
        c.paint(rib + 1.2, Tissue.MARROW)
        c.paint(lung, Tissue.LUNG)
    heart = np.maximum(ellipse(c.x + 15, c.y - 95 * scale, 52, 36), inside)
    c.paint(heart, Tissue.ORGAN, 0.7)
    front = 0.5 * float(np.interp(np.median(c.z), [z["T12"], z["T1"]], [16, 15])) + 28
    aorta = np.maximum(ellipse(c.x + 20, c.y - (front + 4) * scale, 11.5, 11.5), inside)
    aorta = np.maximum(aorta, c.z - z["T4"])
    flow = rng.uniform(0.2, 0.9)
    c.paint(aorta - 1.3, Tissue.MUSCLE)
    c.paint(aorta, Tissue.VESSEL, np.float32(flow))
    c.paint(np.maximum(ellipse(c.x - 8, c.y - front - 6, 4, 3.5), inside), Tissue.VESSEL, 2.0)
    gullet = ellipse(c.x + 2, c.y - front - 14, 8, 5)
    c.paint(np.maximum(gullet, inside), Tissue.MUSCLE, 1.6)
    trachea = np.maximum(ellipse(c.x - 2, c.y - front - 26, 9, 8), z["T5"] - c.z)
    c.paint(np.maximum(trachea - 1.5, inside), Tissue.CARTILAGE)
    c.paint(np.maximum(trachea, inside), Tissue.AIRWAY)


def _waist(c: Canvas, patient: Patient, rng: np.random.Generator, z: dict[str, float]) -> None:
    inside = c.z - np.float32(z["T12"] - 2)
    cavity = ellipse(c.x, c.y - 78, 118 * patient.muscle, 82 * patient.muscle, 2.4)
    cavity = np.maximum(cavity, 14 - c.y)
    c.paint(np.maximum(cavity, inside), Tissue.FAT, 0.75)
    _muscles(c, patient, rng, WAIST, lambda part: part.z - z["T12"] + 2)
    for _ in range(26):
        cx, cy, cz = rng.uniform(-90, 90), rng.uniform(72, 135), rng.uniform(z["S2"], z["T12"])
        r = rng.uniform(8, 20)
        loop = np.sqrt((c.x - cx) ** 2 + (c.y - cy) ** 2 + (0.6 * (c.z - cz)) ** 2) - r
        tissue = Tissue.FLUID if rng.random() < 0.15 else Tissue.BOWEL
        c.paint(np.maximum(loop - 2, cavity), Tissue.MUSCLE, 1.3)
        c.paint(np.maximum(loop, cavity), tissue, np.float32(rng.uniform(0.3, 1.3)))
    for sign in (-1, 1):
        tall = ((c.z - z["L2"] - sign * -6) / 52) ** 2
        kidney = ellipse(sign * c.x - 66, c.y - 32, 24, 20) + 20 * tall
        c.paint(np.maximum(kidney, inside), Tissue.ORGAN, 1.5)
    front = 45 + np.float32(rng.normal(0, 2))
    split = z["L4"]
    for cx, r, gain in ((-13, 8.5, 0.4), (17, 9.5, 1.2)):
        apart = np.clip((split - c.z) * 0.45, 0, None)
        vessel = ellipse(c.x - cx - np.sign(cx) * apart, c.y - front - 4 - 0.3 * apart, r, r - 1)
        c.paint(np.maximum(vessel - 1, inside), Tissue.MUSCLE)
        c.paint(np.maximum(vessel, inside), Tissue.VESSEL, gain * np.float32(rng.uniform(0.6, 1.6)))
