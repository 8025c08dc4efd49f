"""Bones, discs, canal, sac, cord and roots, painted on a canvas in spine coordinates."""

from __future__ import annotations

import numpy as np

from SpineLib.simulate.canvas import Canvas, capsule, ellipse
from SpineLib.simulate.lesions import CORD_GAP, DURA_GAP
from SpineLib.simulate.morphometry import LEVELS, region_of
from SpineLib.simulate.patient import Patient
from SpineLib.simulate.tissues import Tissue


def paint_spine(canvas: Canvas, patient: Patient) -> None:
    """Paints everything from the vertebrae inward to the cord."""
    spine = patient.spine
    near = canvas.crop((np.abs(canvas.u) < 62) & (canvas.v > -62) & (canvas.v < 58))
    if near is None:
        return
    low, high = float(near.s.min()), float(near.s.max())
    for index in range(len(LEVELS)):
        sizes = spine.sizes
        reach = sizes.height[index] / 2 + sizes.disc[index] + 26
        if spine.center[index] - reach > high or spine.center[index] + reach < low:
            continue
        part = near.crop(np.abs(near.s - np.float32(spine.center[index])) < reach)
        if part is not None:
            _vertebra(part, patient, index)
    canal = near.crop((np.abs(near.u) < 32) & (np.abs(near.v) < 20))
    if canal is not None:
        paint_canal(canal, patient)


def _vertebra(c: Canvas, patient: Patient, k: int) -> None:
    rng = np.random.default_rng((patient.seed, k))
    region = region_of(LEVELS[k])
    if region != "sacral":
        _posterior(c, patient, k, region, rng)
    else:
        _sacrum(c, patient, k)
    if k > 0:
        _body(c, patient, k, rng)
    if k > 0:
        _disc(c, patient, k, rng)


def _footprint(c: Canvas, patient: Patient, k: int, grow: float = 0.0):  # noqa: ANN202
    """Signed distance to the body's outline seen from above, and the radius share from its axis."""
    sizes, canal = patient.spine.sizes, patient.canal
    half_depth = sizes.depth[k] / 2
    front = float(canal.ap(patient.spine.center[k])) / 2
    # The back wall is hollow: it follows the canal.
    v = c.v - np.float32(front + half_depth) + 0.012 * c.u * c.u * (c.v < front + half_depth)
    return ellipse(
        c.u, v, np.float32(sizes.width[k] / 2 + grow), np.float32(half_depth + grow), 2.5
    )


def _body(c: Canvas, patient: Patient, k: int, rng: np.random.Generator) -> None:
    spine = patient.spine
    ds = c.s - np.float32(spine.center[k])
    half = np.float32(spine.sizes.height[k] / 2)
    height = half * (1 - 0.06 * np.clip(1 + _footprint(c, patient, k) / 12, 0, 1) * 0)
    plan = _footprint(c, patient, k)
    depth = np.clip(-plan / np.float32(spine.sizes.depth[k] / 2), 0, 1)
    height = half - np.float32(0.05) * half * depth
    waist = plan + np.float32(0.09 * spine.sizes.depth[k] / 2) * (1 - (ds / half) ** 2)
    d = np.maximum(waist, np.abs(ds) - height)
    if LEVELS[k] == "C2":
        front = float(patient.canal.ap(spine.center[k])) / 2
        dens = ellipse(c.u, c.v - np.float32(front + 5.5), 5.2, 5.6)
        d = np.minimum(d, np.maximum(dens, np.abs(ds - half - 8) - 11))
    gain = np.float32(rng.uniform(0.94, 1.06))
    c.paint(d, Tissue.CORTICAL)
    c.paint(d + 0.9, Tissue.MARROW, gain)
    # Basivertebral vein: a bright wedge in the middle of the back wall.
    front = float(patient.canal.ap(spine.center[k])) / 2
    vein = np.maximum(
        ellipse(c.u, c.v - np.float32(front), 3.5, 0.3 * spine.sizes.depth[k]), np.abs(ds) - 1.5
    )
    c.paint(vein, Tissue.MARROW, gain * 1.35)
    for tumour in patient.disease.bone:
        if abs(tumour.s - spine.center[k]) < half + 3:
            ball = (
                np.sqrt(
                    ((c.u - tumour.u) / tumour.radius[0]) ** 2
                    + ((c.v - tumour.v) / tumour.radius[1]) ** 2
                    + ((c.s - tumour.s) / tumour.radius[2]) ** 2
                )
                - 1
            ) * min(tumour.radius)
            c.paint(np.maximum(ball, d + 0.5), Tissue.TUMOUR)


def _disc(c: Canvas, patient: Patient, k: int, rng: np.random.Generator) -> None:
    spine = patient.spine
    if LEVELS[k] in ("S2", "S3"):
        return
    ds = c.s - np.float32(spine.disc(k))
    half = np.float32(spine.sizes.disc[k] / 2)
    lower = min(k + 1, len(LEVELS) - 1)
    plan = 0.5 * (_footprint(c, patient, k, 0.6) + _footprint(c, patient, lower, 0.6))
    d = np.maximum(plan, np.abs(ds) - half)
    worn = float(patient.disease.degeneration[k])
    c.paint(d, Tissue.ANNULUS, 0.75)
    inner = np.maximum(plan + np.float32(0.30 * spine.sizes.depth[k] / 2), np.abs(ds) - half * 0.8)
    bright = float(c.palette[Tissue.NUCLEUS] / max(c.palette[Tissue.ANNULUS], 1e-6))
    # Pfirrmann et al. 2001: the nucleus darkens to the annulus's signal with degeneration.
    gain = (1 - worn) + worn * 0.9 / max(bright, 1e-6)
    c.paint(inner, Tissue.NUCLEUS, np.float32(gain * rng.uniform(0.9, 1.1)))
    if worn < 0.5:
        c.paint(np.maximum(inner, np.abs(ds) - 0.35), Tissue.NUCLEUS, np.float32(0.7 * gain))


def _posterior(c: Canvas, patient: Patient, k: int, region: str, rng: np.random.Generator) -> None:
    spine, canal = patient.spine, patient.canal
    sizes = spine.sizes
    ds = c.s - np.float32(spine.center[k])
    height = float(sizes.height[k])
    ap, width = float(canal.ap(spine.center[k])), float(canal.width(spine.center[k]))
    u = np.abs(c.u)
    ring = ellipse(c.u, c.v, np.float32(width / 2), np.float32(ap / 2))
    thick = {"cervical": 4.0, "thoracic": 6.0, "lumbar": 6.5}[region]
    drop = {"cervical": 0.25, "thoracic": 0.55, "lumbar": 0.2}[region]
    back = np.clip(-c.v - ap / 2, 0, None)
    # Laminae: the back half of a ring, in the vertebra's lower half.
    lamina = np.maximum(np.abs(ring - thick / 2) - thick / 2, c.v - 0.5)
    lamina = np.maximum(lamina, np.abs(ds + 0.2 * height) - 0.42 * height)
    # Facet columns at both sides, long enough to meet those of the neighbours.
    pillar_u = width / 2 + {"cervical": 5.5, "thoracic": 5.5, "lumbar": 6.5}[region]
    pillar_v = {"cervical": 0.0, "thoracic": -4.0, "lumbar": -ap / 2 + 0.5}[region]
    pillar = ellipse(
        u - np.float32(pillar_u),
        c.v - np.float32(pillar_v),
        {"cervical": 6.0, "thoracic": 6.0, "lumbar": 8.0}[region],
        {"cervical": 6.5, "thoracic": 6.0, "lumbar": 8.5}[region],
    )
    step = height + float(sizes.disc[k])
    pillar = np.maximum(pillar, np.abs(ds + 0.08 * height) - 0.46 * step)
    pedicle_w = {"cervical": 5.5, "thoracic": 6.0, "lumbar": 9.5}[region]
    pedicle = np.maximum(
        np.abs(u - np.float32(width / 2 + pedicle_w / 2)) - pedicle_w / 2,
        np.maximum(np.abs(c.v - ap / 4) - ap * 0.45, np.abs(ds - 0.18 * height) - 0.3 * height),
    )
    tip = (ap / 2) + float(sizes.spinous[k])
    spinous = np.maximum(
        u - np.float32(2.6 + 1.2 * rng.random()) - 0.06 * np.clip(back - 8, 0, 20),
        np.maximum(c.v + np.float32(ap / 2 + 2), -c.v - np.float32(tip)),
    )
    tall = {"cervical": 0.30, "thoracic": 0.26, "lumbar": 0.42}[region] * height
    spinous = np.maximum(spinous, np.abs(ds + 0.3 * height + drop * back) - tall)
    reach = {"cervical": 9.0, "thoracic": 22.0, "lumbar": 26.0}[region]
    transverse = np.maximum(
        capsule(
            u,
            c.v,
            (width / 2 + 4, pillar_v + 2),
            (
                width / 2 + reach,
                {"cervical": 6.0, "thoracic": -12.0, "lumbar": -4.0}[region],
            ),
            {"cervical": 4.0, "thoracic": 4.0, "lumbar": 3.5}[region],
        ),
        np.abs(ds - 0.1 * height) - 0.28 * height,
    )
    d = np.minimum.reduce([lamina, pillar, pedicle, spinous, transverse])
    c.paint(d - 0.6, Tissue.LIGAMENT)
    c.paint(d, Tissue.CORTICAL)
    c.paint(d + 1.1, Tissue.MARROW, np.float32(rng.uniform(0.85, 1.1)))
    if region == "cervical":
        artery = ellipse(u - np.float32(width / 2 + 5), c.v - 8.0, 2.4, 2.4)
        c.paint(artery - 0.8, Tissue.CORTICAL)
        c.paint(artery, Tissue.VESSEL)
    # The joint with the vertebra below: two dark lines with a little fluid between them.
    joint = np.maximum(np.abs(ds + 0.08 * height + 0.46 * step) - 0.9, pillar * 0 + np.where(
        u > width / 2 + 1, 0, 5) + np.abs(c.v - pillar_v) - 6.0)
    c.paint(np.maximum(joint, np.abs(u - pillar_u) - 5.5), Tissue.CARTILAGE)
    # Between the spinous processes: ligament with fat.
    between = np.maximum(
        np.maximum(u - 1.6, np.maximum(c.v + np.float32(ap / 2 + 4), -c.v - np.float32(tip - 4))),
        np.abs(ds + 0.3 * height + drop * back + tall + 3) - 4,
    )
    c.paint(between, Tissue.FASCIA)
    flavum = np.maximum(np.abs(ring - 1.6) - 1.6, c.v + ap * 0.12)
    c.paint(np.maximum(flavum, np.abs(ds + 0.55 * height) - 0.32 * height), Tissue.FLAVUM)


def _sacrum(c: Canvas, patient: Patient, k: int) -> None:
    spine, canal = patient.spine, patient.canal
    ds = c.s - np.float32(spine.center[k])
    half = (spine.sizes.height[k] + spine.sizes.disc[k]) / 2
    ap, width = float(canal.ap(spine.center[k])), float(canal.width(spine.center[k]))
    wing = 46 if LEVELS[k] == "S1" else 34
    ala = ellipse(c.u, c.v - np.float32(ap / 2 + 4), wing, 15, 2.5)
    back = ellipse(c.u, c.v, np.float32(width / 2 + 7), np.float32(ap / 2 + 6))
    d = np.maximum(np.minimum(ala, back), np.abs(ds) - half)
    c.paint(d, Tissue.CORTICAL)
    c.paint(d + 1.0, Tissue.MARROW)


def paint_canal(c: Canvas, patient: Patient) -> None:
    """Paints the canal: fat, ligament, lesions, sac, CSF, roots and cord."""
    spine, canal, shift = patient.spine, patient.canal, patient.shift
    nodes = spine.nodes
    read = lambda table: np.interp(c.s, nodes, table).astype(np.float32)  # noqa: E731
    ap, width = read(canal.ap(nodes)), read(canal.width(nodes))
    inside = ellipse(c.u, c.v, width / 2, ap / 2, 2.3)
    lumbar = read(np.clip((spine.conus - nodes) / 60, 0, 1))
    c.paint(inside - 0.4, Tissue.LIGAMENT)
    c.paint(inside, Tissue.EPIDURAL, 0.8)
    c.paint(np.maximum(inside, c.v + 0.15 * ap - 3 * lumbar), Tissue.EPIDURAL_FAT)
    lesion = _lesions(c, patient)
    sac = ellipse(
        c.u, c.v - read(canal.sac_v(nodes)),
        read(canal.sac_width(nodes)) / 2, read(canal.sac_ap(nodes)) / 2,
    )  # fmt: skip
    sac = np.maximum(sac, DURA_GAP - lesion)
    sac = np.maximum(sac, canal.sac_end - c.s)
    c.paint(sac - 0.5, Tissue.DURA)
    c.paint(sac, Tissue.CSF)
    cord_u, cord_v = c.u - read(shift.u), c.v - read(shift.v)
    squeeze = read(shift.squeeze)
    half_ap, half_width = read(canal.cord_ap(nodes)) / 2, read(canal.cord_width(nodes)) / 2
    exists = half_ap > 0.4
    half_ap, half_width = np.maximum(half_ap, 0.4), np.maximum(half_width, 0.4)
    wide = half_width * (1 + 0.05 * np.minimum(squeeze, 4))
    cord = ellipse(cord_u, cord_v, wide, half_ap, 2.2)
    # The front is a little flat, with the median fissure.
    cord = np.maximum(cord, cord_v - 0.94 * half_ap)
    cord = np.maximum(cord, np.maximum(CORD_GAP - lesion, sac + 0.1))
    cord = np.where(exists, cord, 9.0)
    _roots(c, patient, cord, sac)
    c.paint(cord, Tissue.WHITE_MATTER)
    _grey(c, cord, cord_u / wide, cord_v / half_ap, half_ap)
    for at, length in patient.disease.myelopathy:
        spot = np.maximum(
            ellipse(cord_u, cord_v, 0.62 * wide, 0.55 * half_ap), np.abs(c.s - at) - length
        )
        c.paint(np.maximum(spot, cord + 0.6), Tissue.MYELOPATHY)


def _lesions(c: Canvas, patient: Patient) -> np.ndarray:
    canal, nodes = patient.canal, patient.spine.nodes
    nearest = np.full(c.u.shape, 9.0, np.float32)
    for lobe in patient.disease.lobes:
        reach = lobe.length * 2.2
        if lobe.s + reach < c.s.min() or lobe.s - reach > c.s.max():
            continue
        wall = np.interp(c.s, nodes, canal.wall(lobe.angle, nodes)).astype(np.float32)
        d = lobe.distance(c.u, c.v, c.s, wall).astype(np.float32)
        outer = ellipse(c.u, c.v, canal.width(lobe.s) / 2 + 1.5, canal.ap(lobe.s) / 2 + 1.5)
        c.paint(np.maximum(d, outer), lobe.tissue)
        nearest = np.minimum(nearest, d)
    return nearest


def _grey(c: Canvas, cord: np.ndarray, p: np.ndarray, q: np.ndarray, scale: np.ndarray) -> None:
    """The butterfly: front horns thick, back horns thin, a bar between; in shares of the cord."""
    a = np.abs(p)
    front = ellipse(a - 0.30, q - 0.22, 0.15, 0.27)
    back = ellipse(*_turn(a - 0.28, q + 0.32), 0.075, 0.40)
    bar = np.maximum(np.abs(q - 0.02) - 0.09, a - 0.3)
    d = np.minimum(np.minimum(front, back), bar) * scale
    c.paint(np.maximum(d, cord + 0.5), Tissue.GREY_MATTER)


def _turn(u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return 0.94 * u + 0.34 * v, 0.94 * v - 0.34 * u


def _roots(c: Canvas, patient: Patient, cord: np.ndarray, sac: np.ndarray) -> None:
    """Cauda equina: strands that lie in the back of the sac and leave it one pair a level."""
    spine, canal = patient.spine, patient.canal
    if c.s.min() > spine.conus + 10:
        return
    rng = np.random.default_rng((patient.seed, 999))
    nodes = spine.nodes
    half_w = np.interp(c.s, nodes, canal.sac_width(nodes) / 2).astype(np.float32)
    half_v = np.interp(c.s, nodes, canal.sac_ap(nodes) / 2).astype(np.float32)
    center = np.interp(c.s, nodes, canal.sac_v(nodes)).astype(np.float32)
    first = LEVELS.index("L1")
    for n in range(first, LEVELS.index("S3") + 1):
        exit_s = float(spine.center[n]) - 6
        for side in (-1, 1):
            for _ in range(2):
                # Later exits lie nearer to the middle and to the back.
                spread = 0.80 - 0.10 * (n - first) + rng.normal(0, 0.06)
                depth = -0.35 - 0.05 * (n - first) + rng.normal(0, 0.12)
                phase = rng.uniform(0, 6.3)
                t = np.clip((spine.conus - c.s) / max(spine.conus - exit_s, 1), 0, 1)
                p = side * half_w * (0.15 + (spread - 0.15) * t) + 0.3 * np.sin(c.s / 14 + phase)
                q = center + half_v * depth * np.sqrt(np.clip(2 * t, 0, 1))
                d = np.hypot(c.u - p, c.v - q) - 0.65
                outside = np.maximum(exit_s - c.s, c.s - spine.conus - 6)
                c.paint(np.maximum(np.maximum(d, outside), sac + 0.3), Tissue.NERVE_ROOT)
