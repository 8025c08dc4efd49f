"""Vertebrae, discs and sacrum, painted on a canvas in spine coordinates."""

from __future__ import annotations

import numpy as np

from SpineLib.simulate.canvas import Array, Canvas, capsule, ellipse, rotated
from SpineLib.simulate.morphometry import LEVELS, region_of
from SpineLib.simulate.patient import Patient
from SpineLib.simulate.tissues import Tissue

UNCINATE = (LEVELS.index("C3"), LEVELS.index("T1"))  # the first and last body with hooks
# How far the two halves of a block vertebra reach into each other (by hand).
SEAM_MM = 0.6
REACH = 40.0  # mm that a vertebra's posterior elements may hang below its centre

# By region: lamina's thickness; facet column (u beside the canal, v, half width, half depth, degrees);
# pedicle's width; spinous process's height share and drop; transverse process (reach, v, radius).
SHAPES = {
    "cervical": (4.4, (5.5, -1.0, 7.5, 5.2, -28), 5.5, (0.30, 0.30), (8.0, 6.0, 3.6)),
    "thoracic": (5.0, (5.0, -4.0, 5.5, 5.5, 0), 6.0, (0.26, 0.60), (21.0, -12.0, 4.0)),
    "lumbar": (5.0, (6.5, -8.0, 7.5, 6.5, 25), 9.5, (0.42, 0.18), (25.0, -5.0, 3.5)),
}


def paint_bones(c: Canvas, patient: Patient) -> None:
    """Paints the levels that a canvas meets: processes first, then discs, then bodies."""
    spine = patient.spine
    low, high = float(c.s.min()), float(c.s.max())
    levels = [
        k
        for k in range(len(LEVELS))
        if spine.center[k] - REACH < high and spine.center[k] + REACH > low
    ]
    chance = {k: np.random.default_rng((patient.seed, k)) for k in levels}
    for k in levels:
        _between_spines(c, patient, k)
    for k in levels:
        if in_sacrum(patient, k):
            _sacrum(c, patient, k)
        else:
            _posterior(c, patient, k, chance[k])
    for k in levels:
        _disc(c, patient, k, chance[k])
    for k in levels:
        _body(c, patient, k, chance[k])


def in_sacrum(patient: Patient, k: int) -> bool:
    """Whether a level has wings and no spinous process of its own."""
    variant = patient.spine.variant
    if LEVELS[k] == "L5":
        return variant == "sacralised"
    return region_of(LEVELS[k]) == "sacral" and not (LEVELS[k] == "S1" and variant == "lumbarised")


def _plan(c: Canvas, patient: Patient, k: int, grow: float = 0.0) -> Array:
    """Signed distance to a body's outline seen from above."""
    sizes = patient.spine.sizes
    a, b = float(sizes.width[k] / 2) + grow, float(sizes.depth[k] / 2) + grow
    middle = float(patient.canal.ap(patient.spine.center[k])) / 2 + b - grow
    # The back wall is hollow: it follows the canal.
    v = c.v - middle
    v = v + (0.35 / a) * c.u * c.u * (1 / a) * b * 0.3 * (v < 0)
    return ellipse(c.u + 0.4 * c.n1, v + 0.4 * c.n2, a, b, 2.5)


def _body(whole: Canvas, patient: Patient, k: int, rng: np.random.Generator) -> None:
    if k == 0:
        _atlas(whole, patient)
        return
    spine, disease = patient.spine, patient.disease
    sizes = spine.sizes
    center, half = float(spine.center[k]), float(sizes.height[k] / 2)
    gain, inside = patient.marrow * float(rng.uniform(0.93, 1.07)), float(sizes.depth[k] / 2)
    top = half + (21 if LEVELS[k] == "C2" else 3)
    wide = float(sizes.width[k]) / 2 + 4
    c = whole.within(s=(center - half - 3, center + top + 6), u=(-wide, wide), v=(-2, 55))
    if c is None:
        return
    ds = c.s - center + 0.35 * c.n3
    hooked = UNCINATE[0] <= k <= UNCINATE[1]
    plan = _plan(c, patient, k)
    if hooked:  # 23.2 mm wide above and 19.9 below (Eur J Anat 2020;24:9, C3-C6)
        aside = np.clip(np.abs(c.u) * (4 / float(sizes.width[k])) - 0.9, 0, 1)
        plan = plan - 1.65 * aside * np.clip(ds * (1 / half) + 0.3, 0, 1)
    hollow = float(0.035 + 0.02 * rng.random()) * 2 * half * np.clip(plan * (-1 / inside), 0, 1)
    upper, lower = ds - half + hollow, -ds - half + hollow
    if hooked:
        upper, lower = _uncinate(c, patient, k, upper, lower, inside)
    if k in disease.collapse:
        loss = disease.collapse[k] * 2 * half
        ahead = np.clip((c.v - 8) * (1 / (2 * inside)), 0, 1)
        upper = upper + loss * (0.25 + 0.75 * ahead) + 0.8 * hollow
    for node in disease.schmorl:
        if node.level == k:
            middle = float(patient.canal.ap(center)) / 2 + inside
            edge = half if node.up else -half
            ball = (
                np.sqrt((c.u - node.u) ** 2 + (c.v - middle - node.v) ** 2 + (ds - edge) ** 2)
                - node.radius
            )
            upper = np.maximum(upper, -ball)  # max: the node's ball is taken out of the body
    waist = plan + (0.09 * inside) * (1 - (ds * (1 / half)) ** 2)
    d = np.maximum(waist, np.maximum(upper, lower))
    # A block vertebra is one bone: no shell where its halves meet.
    if k == spine.block:
        d = np.where(ds < 0, np.where(ds > -half - SEAM_MM, waist, d), d)
    elif k == spine.block + 1 and spine.block >= 0:
        d = np.where(ds > 0, np.where(ds < half + SEAM_MM, waist, d), d)
    if LEVELS[k] == "C2":
        front = float(patient.canal.ap(center)) / 2
        dens = ellipse(c.u, c.v - (front + 5.5), 5.2, 5.6)
        d = np.minimum(d, np.maximum(dens, np.abs(ds - half - 8) - 11))
    _fill(c, patient, k, d, upper, lower, gain)
    if k == spine.block + 1 and spine.block >= 0:
        _trace(c, patient, k)


def _trace(c: Canvas, patient: Patient, k: int) -> None:
    """What is left of the disc in the middle of a block vertebra, in about half of them."""
    rng = np.random.default_rng((patient.seed, k, 1))
    short = 0.45 + 0.4 * float(rng.random())  # the share of the depth without a disc
    if rng.random() < 0.5:
        plan = _plan(c, patient, k) + short * float(patient.spine.sizes.depth[k]) / 2
        c.paint(np.maximum(plan, np.abs(c.s - patient.spine.disc(k - 1)) - 0.4), Tissue.ANNULUS)


def _fill(
    c: Canvas, patient: Patient, k: int, d: Array, upper: Array, lower: Array, gain: float
) -> None:
    """A body's shell, marrow, fracture, endplate changes, vein and tumours."""
    disease = patient.disease
    inside = float(patient.spine.sizes.depth[k] / 2)
    center = float(patient.spine.center[k])
    ds = c.s - center + 0.35 * c.n3
    c.paint(d, Tissue.CORTICAL)
    marrow = d + 0.75
    c.paint(marrow, Tissue.MARROW, gain)
    if k in disease.collapse:
        _fracture(c, marrow, upper, gain)
    for disc, near in ((k - 1, upper), (k, lower)):
        change = disease.endplates.get(disc)
        if change is not None:
            c.paint(np.maximum(marrow, -near - 5 - 2 * c.n1), Tissue.MARROW, gain * change)
    # Basivertebral vein: a bright wedge in the middle of the back wall.
    front = float(patient.canal.ap(center)) / 2
    vein = np.maximum(ellipse(c.u, c.v - front, 3.0, 0.55 * inside), np.abs(ds) - 1.2)
    c.paint(np.maximum(vein, d), Tissue.MARROW, gain * 1.3)
    _tumours(c, patient, d + 0.3)


def _uncinate(
    c: Canvas, patient: Patient, k: int, upper: Array, lower: Array, inside: float
) -> tuple[Array, Array]:
    """Hooks on the back two thirds of the upper sides, and the bevel of the lower ones.

    Kocabiyik et al. 2017, Folia Morphol 76:440: 4.25 mm wide at C3, 7.5 high at C4, 4.9 at T1; a
    hook here is as high as its disc and a little more, for it meets the body above.
    """
    sizes = patient.spine.sizes
    edge = np.abs(c.u) - float(sizes.width[k]) / 2
    tall = min(float(sizes.disc[k - 1]) + 1.2, 7.5)
    middle = float(patient.canal.ap(patient.spine.center[k])) / 2 + inside
    behind = np.clip((middle + 0.35 * inside - c.v) * (1 / 4), 0, 1)
    upper = upper - tall * np.clip((edge + 2.6) * (1 / 3.2), 0, 1) * behind
    lower = lower + 2.2 * np.clip((edge + 3.2) * (1 / 3), 0, 1)
    return upper, lower


def _fracture(c: Canvas, marrow: Array, upper: Array, gain: float) -> None:
    """Oedema under the endplate that broke in, and the dark line of the fracture in it."""
    c.paint(np.maximum(marrow, -upper - 7 - 2 * c.n1), Tissue.MARROW, gain * 1.35)
    line = np.abs(upper + 4.2 + 0.9 * c.n1 + 0.5 * c.n2) - 0.55
    c.paint(np.maximum(line, marrow + 1.5), Tissue.CORTICAL, 1.5)


def _tumours(c: Canvas, patient: Patient, bone: Array) -> None:
    for tumour in patient.disease.bone:
        a, b, h = tumour.radius
        part = c.within(
            u=(tumour.u - a - 4, tumour.u + a + 4), v=(tumour.v - b - 4, tumour.v + b + 4),
            s=(tumour.s - h - 4, tumour.s + h + 4),
        )  # fmt: skip
        if part is None:
            continue
        far = np.sqrt(
            ((part.u + 1.5 * part.n1 - tumour.u) * (1 / a)) ** 2
            + ((part.v + 1.5 * part.n2 - tumour.v) * (1 / b)) ** 2
            + ((part.s - tumour.s) * (1 / h)) ** 2
        )
        ball = (far - 1) * min(tumour.radius)
        part.paint(np.maximum(ball, part.same_part(bone, c)), Tissue.TUMOUR)


def _atlas(whole: Canvas, patient: Patient) -> None:
    """C1: a ring with two lateral masses; the dens of C2 stands in it."""
    center = float(patient.spine.center[0])
    c = whole.within(s=(center - 8, center + 8), u=(-40, 40), v=(-30, 30))
    if c is None:
        return
    width, ap = float(patient.canal.width(center)), float(patient.canal.ap(center))
    u, ds = np.abs(c.u), c.s - center
    mass = np.maximum(ellipse(u - (width / 2 + 4), c.v - 6, 6.5, 8.5), np.abs(ds) - 6.5)
    arch = ellipse(c.u, c.v - 3, width / 2 + 2, ap / 2 + 8)
    ring = np.maximum(np.abs(arch - 2.2) - 2.4, np.abs(ds) - 4)
    d = np.minimum(mass, ring)
    c.paint(d, Tissue.CORTICAL)
    c.paint(d + 0.9, Tissue.MARROW, patient.marrow)


def _disc(whole: Canvas, patient: Patient, k: int, rng: np.random.Generator) -> None:
    if k == 0 or LEVELS[k] == "S3":
        return
    spine = patient.spine
    sizes = spine.sizes
    center = spine.disc(k)
    tall = float(sizes.disc[k]) / 2
    hollow = 0.045 * float(sizes.height[k])
    wide = float(sizes.width[k]) / 2 + 4
    loss = patient.disease.collapse.get(k + 1, 0.0) * float(sizes.height[min(k + 1, 23)])
    c = whole.within(
        s=(center - tall - hollow - 2 - loss, center + tall + hollow + 2),
        u=(-wide, wide),
        v=(-2, 55),
    )
    if c is None:
        return
    ds = c.s - center + 0.3 * c.n3
    lower = min(k + 1, len(LEVELS) - 1)
    plan = 0.5 * (_plan(c, patient, k, 0.5) + _plan(c, patient, lower, 0.5))
    half = tall + hollow * np.clip(plan * (-2 / float(sizes.depth[k])), 0, 1)
    d = np.maximum(plan, np.abs(ds) - half)
    if loss:
        d = np.minimum(d, np.maximum(plan, np.abs(ds + tall + loss / 2) - loss / 2))
    worn = float(patient.disease.degeneration[k])
    c.paint(d, Tissue.ANNULUS, 0.7)
    rim = (0.26 + 0.06 * float(rng.random())) * float(sizes.depth[k]) / 2
    inner = np.maximum(plan + rim + 1.2 * c.n1, np.abs(ds) - half + 0.8)
    if loss:  # the disc sinks into the broken body
        inner = np.maximum(plan + rim + 1.2 * c.n1, np.maximum(ds - half, -ds - half - loss) + 0.8)
    bright = float(c.palette[Tissue.NUCLEUS] / max(float(c.palette[Tissue.ANNULUS]), 1e-6))
    # As Pfirrmann's grades rise, the nucleus darkens to the annulus's signal.
    gain = (1 - worn) + worn * 0.75 / max(bright, 1e-6)
    gain *= float(rng.uniform(0.9, 1.1))
    c.paint(inner, Tissue.NUCLEUS, gain * (1 - 0.35 * np.exp(-((ds * (1 / 0.6)) ** 2))))


def _posterior(whole: Canvas, patient: Patient, k: int, rng: np.random.Generator) -> None:
    spine, canal, sizes = patient.spine, patient.canal, patient.spine.sizes
    region = region_of(LEVELS[k]).replace("sacral", "lumbar")
    thick, facet, pedicle_w, (tall, drop), bar = SHAPES[region]
    center, height = float(spine.center[k]), float(sizes.height[k])
    ap, width = float(canal.ap(center)), float(canal.width(center))
    step = height + float(sizes.disc[k])
    side = width / 2 + bar[0] + 6
    tip = ap / 2 + float(sizes.spinous[k])
    hang = drop * (tip - ap / 2) + 0.8 * height
    c = whole.within(s=(center - hang, center + 0.6 * step), u=(-side, side), v=(-tip - 3, 24))
    if c is None:
        return
    ds = c.s - center
    u = np.abs(c.u + 0.5 * c.n1)
    v = c.v + 0.5 * c.n2
    widened = u * (1 / (1 + 0.3 * np.clip(v * (2 / ap), -1, 1) * (region != "thoracic")))
    ring = ellipse(widened, v, width / 2, ap / 2)
    lamina = np.maximum(np.abs(ring - thick / 2 - 0.3) - thick / 2, v - 0.5)
    back = np.clip(-v - ap / 4, 0, None)
    lamina = np.maximum(lamina, np.abs(ds + 0.15 * height + 0.5 * back * drop) - 0.42 * height)
    pu, pv = width / 2 + facet[0], facet[1]
    column = ellipse(
        *rotated(u - pu + 0.8 * c.n3, v - pv + 0.8 * c.n1, facet[4]), facet[2], facet[3]
    )
    pillar = np.maximum(column, np.abs(ds + 0.08 * height) - 0.44 * step)
    pedicle = np.maximum(
        np.abs(u - (width / 2 + pedicle_w / 2)) - pedicle_w / 2,
        np.maximum(np.abs(v - ap / 4) - ap * 0.45, np.abs(ds - 0.18 * height) - 0.28 * height),
    )
    behind = np.clip(-v - ap / 2, 0, None)
    spinous = np.maximum(
        u - (2.2 + float(rng.random())) - 0.07 * np.clip(behind - 8, 0, 20),
        np.maximum(v + (ap / 2 + 2), -v - tip),
    )
    spinous = np.maximum(spinous, np.abs(ds + 0.3 * height + drop * behind) - tall * height)
    transverse = np.maximum(
        capsule(u, v, (width / 2 + 4, pv + 2), (width / 2 + bar[0], bar[1]), bar[2]),
        np.abs(ds - 0.1 * height) - 0.2 * height,
    )
    d = np.minimum(np.minimum(lamina, pillar), np.minimum(pedicle, spinous))
    d = np.minimum(d, transverse) + 0.45 * c.n3 + 0.3 * c.n1
    if region != "cervical":
        _foramen(c, u, v, ds, width, height, ap)
    c.paint(d, Tissue.CORTICAL, 1.5)
    c.paint(d + 0.6, Tissue.MARROW, patient.marrow * float(rng.uniform(0.9, 1.15)))
    _tumours(c, patient, d + 0.2)
    if region == "cervical":
        artery = ellipse(u - (width / 2 + 5), v - 8.0, 2.3, 2.3)
        c.paint(artery - 0.7, Tissue.CORTICAL)
        c.paint(artery, Tissue.VESSEL, float(rng.uniform(0.1, 1.5)))
    _joint(c, u - pu, v - pv, ds + 0.08 * height + 0.47 * step, facet, float(rng.random()))
    flavum = np.maximum(np.abs(ring - 1.4) - 1.4, v + ap * 0.12)
    c.paint(np.maximum(flavum, np.abs(ds + 0.55 * height) - 0.32 * height), Tissue.FLAVUM)


def _joint(
    c: Canvas, u: Array, v: Array, ds: Array, facet: tuple[float, ...], fluid: float
) -> None:
    """The facet joint below: a tilted dark slit, sometimes with fluid in it."""
    slit = np.abs(ds + 0.5 * v) - 1.0
    inside = ellipse(u, v, facet[2] * 0.9, facet[3] * 0.9)
    c.paint(np.maximum(slit - 0.6, inside), Tissue.CORTICAL, 2.0)
    if fluid > 0.5:
        c.paint(np.maximum(slit + 0.5, inside), Tissue.JOINT_FLUID, fluid)


def _foramen(
    c: Canvas, u: Array, v: Array, ds: Array, width: float, height: float, ap: float
) -> None:
    """Fat with the root's ganglion below each pedicle."""
    hole = np.maximum(
        ellipse(u - (width / 2 + 3), v - ap * 0.3, 9.0, 7.0),
        np.abs(ds + 0.35 * height) - 0.3 * height,
    )
    c.paint(hole, Tissue.EPIDURAL_FAT, 0.9)
    ganglion = np.sqrt((u - (width / 2 + 4)) ** 2 + (v - ap * 0.28) ** 2 + (ds + 0.3 * height) ** 2)
    c.paint(ganglion - 3.2, Tissue.NERVE_ROOT)


def _between_spines(whole: Canvas, patient: Patient, k: int) -> None:
    """Interspinous ligaments with fat, behind the canal in the midline."""
    spine, sizes = patient.spine, patient.spine.sizes
    if region_of(LEVELS[k]) == "sacral":
        return
    center = float(spine.center[k])
    step = float(sizes.height[k] + sizes.disc[k])
    ap = float(patient.canal.ap(center))
    tip = ap / 2 + float(sizes.spinous[k]) - 3
    c = whole.within(s=(center - 1.6 * step, center + step), u=(-4, 4), v=(-tip - 2, -ap / 2 + 1))
    if c is None:
        return
    d = np.maximum(np.abs(c.u) - 1.5 - 0.5 * c.n3, np.maximum(c.v + ap / 2, -c.v - tip))
    d = np.maximum(d, np.abs(c.s - center) - step)
    c.paint(d, Tissue.FASCIA, 0.9 + 0.5 * c.n1)


def _sacrum(whole: Canvas, patient: Patient, k: int) -> None:
    spine, canal = patient.spine, patient.canal
    center = float(spine.center[k])
    half = float(spine.sizes.height[k] + spine.sizes.disc[k]) / 2
    c = whole.within(s=(center - half - 2, center + half + 2))
    if c is None:
        return
    ds = c.s - center
    ap, width = float(canal.ap(center)), float(canal.width(center))
    wing = {"L5": 50.0, "S1": 48.0, "S2": 38.0, "S3": 28.0}[LEVELS[k]]
    ala = ellipse(c.u + c.n1, c.v - (ap / 2 + 4) + 0.010 * c.u * c.u - 4, wing, 14.0, 2.5)
    back = ellipse(c.u, c.v, width / 2 + 6, ap / 2 + 5)
    d = np.maximum(np.minimum(ala, back), np.abs(ds) - half)
    c.paint(d, Tissue.CORTICAL, 1.5)
    c.paint(d + 0.8, Tissue.MARROW, patient.marrow)
