"""The spine as a whole, and its canal, sac, cord and roots, painted on a canvas in spine coordinates."""

from __future__ import annotations

import numpy as np

from SpineLib.simulate.artefacts import paint_metal
from SpineLib.simulate.bones import paint_bones
from SpineLib.simulate.canvas import Array, Canvas, ellipse, rotated
from SpineLib.simulate.head import FORAMEN
from SpineLib.simulate.lesions import CORD_GAP, DURA_GAP
from SpineLib.simulate.morphometry import LEVELS
from SpineLib.simulate.patient import Patient
from SpineLib.simulate.tissues import Tissue

CORD_POWER = 2.2  # a cord is a little squarer than an ellipse


def paint_spine(c: Canvas, patient: Patient) -> None:
    """Paints everything from the vertebrae inward to the cord."""
    near = c.within(u=(-62, 62), v=(-64, 60))
    if near is None:
        return
    paint_bones(near, patient)
    canal = near.within(u=(-20, 20), v=(-15, 15))
    if canal is not None:
        paint_canal(canal, patient)
    paint_metal(near, patient.metal)


def paint_canal(c: Canvas, patient: Patient) -> tuple[Array, Array]:
    """Paints the canal: fat, ligament, lesions, sac, CSF, roots and cord.

    Returns:
        Signed distances (mm) to the cord as it would be if nothing touched it (where it has been
        displaced to), and to the cord as it is.
    """
    t = patient.sections.read(c.s)
    lean = 1 + t["triangle"] * np.clip(c.v / (0.5 * t["canal_ap"]), -1, 1)
    inside = ellipse(c.u / lean, c.v, t["canal_width"] / 2, t["canal_ap"] / 2, 2.4)
    # Above the foramen magnum the cord goes on as brain stem, without a canal around it.
    skull = c.s - float(patient.spine.center[0]) - FORAMEN
    bony = np.maximum(inside, skull)
    c.paint(bony - 0.5, Tissue.LIGAMENT)
    c.paint(bony, Tissue.EPIDURAL)
    fat = c.v + 0.18 * t["canal_ap"] - 3 * t["lumbar"]
    c.paint(np.maximum(bony, fat), Tissue.EPIDURAL_FAT)
    p, q = c.u - t["cord_u"], c.v - t["cord_v"]
    exists = t["cord_ap"] > 0.8
    half_ap = np.maximum(t["cord_ap"], 0.8) / 2
    half_width = np.maximum(t["cord_width"], 0.8) / 2
    # However much grows into the canal, a flattened core of the cord remains.
    core = np.where(exists, ellipse(p, q, 0.72 * half_width, 0.42 * half_ap), 9.0)
    if float(t["bundle_ap"].max()) > 0.5:
        bundle = ellipse(
            p, q, np.maximum(t["bundle_width"] / 2, 0.3), np.maximum(t["bundle_ap"] / 2, 0.3)
        )
        core = np.minimum(core, np.where(t["bundle_ap"] > 0.5, bundle, 9.0))
    lesion = _lesions(c, patient, inside, DURA_GAP - core)
    w = c.v - t["sac_v"]
    sac = ellipse(
        c.u / (1 + t["triangle"] * np.clip(w / (0.5 * t["sac_ap"]), -1, 1)), w,
        t["sac_width"] / 2, t["sac_ap"] / 2, 2.2,
    )  # fmt: skip
    sac = np.maximum(sac, DURA_GAP - lesion)
    sac = np.maximum(sac, patient.canal.sac_end - c.s)
    sac = np.maximum(sac, inside + 0.3)
    c.paint(np.maximum(sac - 0.45, skull), Tissue.DURA)
    c.paint(np.maximum(sac, skull - 12), Tissue.CSF)
    # A squeezed cord widens a little; its front is a little flat.
    wide = half_width * (1 + 0.05 * np.minimum(t["squeeze"], 4))
    flat, back = patient.canal.flat, 1 - patient.canal.pointed * np.clip(-q / half_ap, 0, 1)
    free = np.where(exists, _outline(p / back, q, half_width, half_ap, flat), np.float32(9.0))
    whole = _outline(p / back, q, wide, half_ap, flat)
    cord = np.maximum(whole, np.maximum(CORD_GAP - lesion, sac + 0.1))
    cord = np.where(exists, cord, np.float32(9.0))
    _rootlets(c, patient, p, q, half_width, half_ap, sac)
    _cauda(c, patient, t, sac, lesion)
    c.paint(cord, Tissue.WHITE_MATTER)
    _grey(c, cord, p / wide, q / half_ap, half_ap)
    for at, length in patient.disease.myelopathy:
        spot = np.maximum(ellipse(p, q, 0.6 * wide, 0.5 * half_ap), np.abs(c.s - at) - length)
        c.paint(np.maximum(spot, cord + 0.6), Tissue.MYELOPATHY)
    return free, cord


def _outline(p: Array, q: Array, half_width: Array, half_ap: Array, flat: float) -> Array:
    return np.maximum(ellipse(p, q, half_width, half_ap, CORD_POWER), q - flat * half_ap)


def _lesions(c: Canvas, patient: Patient, inside: Array, keep: Array) -> Array:
    """Paints what narrows the canal; returns the distance to the nearest of it."""
    nearest = np.full(c.u.shape, 9.0, np.float32)
    canal, nodes = patient.canal, patient.spine.nodes
    low, high = float(c.s.min()), float(c.s.max())
    for lobe in patient.disease.lobes:
        reach = lobe.length * 2.2
        if lobe.s + reach < low or lobe.s - reach > high:
            continue
        wall = np.interp(c.s, nodes, canal.wall(lobe.angle, nodes)).astype(np.float32)
        d = np.maximum(lobe.distance(c.u, c.v, c.s, wall), keep)
        gain = 1 + 0.15 * c.n1 if lobe.tissue == Tissue.TUMOUR else 1.0
        c.paint(np.maximum(d, inside - 1.2), lobe.tissue, gain)
        nearest = np.minimum(nearest, d)
    return nearest


def _grey(c: Canvas, cord: Array, p: Array, q: Array, scale: Array) -> None:
    """The butterfly: front horns thick, back horns thin, a bar between; in shares of the cord."""
    a = np.abs(p)
    front = ellipse(a - 0.30, q - 0.22, 0.15, 0.27)
    back = ellipse(*rotated(a - 0.28, q + 0.32, 20), 0.075, 0.40)
    bar = np.maximum(np.abs(q - 0.02) - 0.09, a - 0.3)
    d = np.minimum(np.minimum(front, back), bar) * scale
    c.paint(np.maximum(d, cord + 0.5), Tissue.GREY_MATTER)


def _rootlets(
    c: Canvas, patient: Patient, p: Array, q: Array, half_width: Array, half_ap: Array, sac: Array
) -> None:
    """Front and back rootlets: thin grey lines from the cord's corners to the sac's sides."""
    spine = patient.spine
    for k in range(1, LEVELS.index("T2") + 1):
        part_s = float(spine.center[k] + spine.sizes.height[k] / 2)
        near = np.abs(c.s - part_s) - 3.5
        if float(near.min()) > 0:
            continue
        a = np.abs(p)
        for slope, start in ((0.35, 0.35), (-0.30, -0.45)):
            line = np.abs(q - start * half_ap - slope * (a - 0.6 * half_width)) - 0.4
            d = np.maximum(np.maximum(line, 0.6 * half_width - a), np.maximum(near, sac + 0.2))
            c.paint(d, Tissue.NERVE_ROOT)


def _cauda(c: Canvas, patient: Patient, t: dict[str, Array], sac: Array, lesion: Array) -> None:
    """Cauda equina: strands that lie in the back of the sac and leave it one pair a level."""
    spine = patient.spine
    top = float(spine.conus) + 8
    part = c.within(s=(-1e4, top))
    if part is None or float(part.s.min()) > top:
        return
    names = ("sac_width", "sac_ap", "sac_v", "cord_u", "cord_v")
    t = {name: part.same_part(t[name], c) for name in names}
    sac, lesion, c = part.same_part(sac, c), part.same_part(lesion, c), part
    low, high = float(c.u.min()) - 2, float(c.u.max()) + 2
    rng = np.random.default_rng((patient.seed, 999))
    half_w, half_v, center = t["sac_width"] / 2, t["sac_ap"] / 2, t["sac_v"]
    # Where a lesion narrows the sac, the strands crowd around the place that is left.
    crowd = np.clip(1 - 0.12 * np.clip(3 - lesion, 0, 3), 0.5, 1)
    aside, back = t["cord_u"], t["cord_v"] - patient.canal.rest_v(t["sac_v"])
    first, last = LEVELS.index("L1"), LEVELS.index("S3")
    for n in range(first, last + 1):
        exit_s = float(spine.center[n]) - 6
        rank = (n - first) / (last - first)
        for side in (-1, 1):
            for _ in range(2):
                spread = float(0.72 - 0.55 * rank + rng.normal(0, 0.06))
                depth = float(-0.30 - 0.38 * rank + rng.normal(0, 0.10))
                phase = float(rng.uniform(0, 6.3))
                if float(c.s.max()) < exit_s or not _crosses(low, high, side, c, half_w):
                    continue
                down = np.clip((spine.conus - c.s) * (1 / max(spine.conus - exit_s, 1)), 0, 1)
                lateral = spread + (0.95 - spread) * np.clip(down * 3 - 2, 0, 1)
                forward = depth + 0.3 * np.clip(down * 3 - 2, 0, 1)
                start = np.clip(down * 6, 0.25, 1)
                u = (
                    aside
                    + side * half_w * lateral * start * crowd
                    + 0.3 * np.sin(c.s * (1 / 14) + phase)
                )
                v = center + back + half_v * forward * start * crowd
                d = np.sqrt((c.u - u) ** 2 + (c.v - v) ** 2) - 0.6
                outside = np.maximum(exit_s - c.s, c.s - float(spine.conus) - 6)
                c.paint(np.maximum(np.maximum(d, outside), sac + 0.2), Tissue.NERVE_ROOT)


def _crosses(low: float, high: float, side: int, c: Canvas, half_w: Array) -> bool:
    """Whether a plane between ``low`` and ``high`` (u) meets strands of one side at all."""
    widest = float(half_w.max())
    near, far = sorted((0.05 * side * widest, side * widest))
    return near < high and far > low
