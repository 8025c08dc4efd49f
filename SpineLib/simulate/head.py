"""The base of the skull and what stands above the atlas, so that a sagittal neck ends in a head.

Drawn by hand after atlases: clivus, occipital squama and condyles around the foramen magnum, the
posterior fossa with cerebellum and brain stem in fluid, the nasal cavity, the palate and the jaw.
Coordinates are the canvas's x, y, z: millimetres from the spine's line (right, front) and RAS
superior.
"""

from __future__ import annotations

import numpy as np

from SpineLib.simulate.canvas import Array, Canvas, capsule, ellipse
from SpineLib.simulate.tissues import Tissue

FORAMEN = 9.0  # mm that the foramen magnum stands above the atlas's centre, by hand


def paint_head(c: Canvas, z: dict[str, float], inner: Array, marrow: float) -> None:
    """Paints skull, brain, nose and jaw.

    Args:
        c: the canvas, with the neck's soft tissue on it.
        z: height of each level, RAS superior.
        inner: distance to the deep fascia, of ``c``'s shape.
        marrow: signal of the marrow as a share of the mean.
    """
    part = c.within(z=(z["C3"] - 6, z["C1"] + 90))
    if part is None:
        return
    inner = part.same_part(inner, c) + 2
    _jaw(part, z, inner, marrow)
    above = part.within(z=(z["C1"] - 8, z["C1"] + 90))
    if above is not None:
        inner = above.same_part(inner, part)
        _nose(above, z["C1"], inner)
        _skull(above, z["C1"] + FORAMEN, inner, marrow)


def _jaw(c: Canvas, z: dict[str, float], inner: Array, marrow: float) -> None:
    """The mandible: an arch around the tongue, with rami at its back."""
    arch = np.abs(ellipse(c.x, c.y - 34, 43, 46, 2.2) + 5.5) - 5.5
    body = np.maximum(np.maximum(arch, 44 - c.y), np.abs(c.z - z["C2"] + 14 - 0.1 * c.y) - 11)
    ramus = np.maximum(
        capsule(np.abs(c.x), c.y, (45, 34), (45, 52), 4.0),
        np.maximum(z["C3"] - c.z + 6, c.z - z["C1"] - 26),
    )
    d = np.maximum(np.minimum(body, ramus), inner)
    c.paint(d, Tissue.CORTICAL)
    c.paint(d + 1.5, Tissue.MARROW, 0.95 * marrow)


def _nose(c: Canvas, atlas: float, inner: Array) -> None:
    """Palate, nasal cavity with its conchae, and the maxillary sinuses."""
    up = c.z - atlas
    palate = np.maximum(ellipse(c.x, c.y - 72, 24, 30), np.abs(up - 9 - 0.5 * c.n1) - 2.2)
    c.paint(np.maximum(palate, inner), Tissue.CORTICAL, 3.0)
    room = np.maximum(ellipse(c.x, c.y - 68, 15, 32, 3.0), np.maximum(12 - up, up - 52))
    c.paint(np.maximum(room, inner), Tissue.MUSCLE, 2.2)
    slits = np.maximum(room + 1.5, np.abs(np.abs(c.x) - 7 - 1.5 * np.sin(up * 0.45)) - 1.6)
    c.paint(np.maximum(slits, inner), Tissue.AIRWAY)
    sinus = ellipse(np.abs(c.x) - 31, c.y - 66, 12, 17, 2.4)
    sinus = np.maximum(np.maximum(sinus, np.abs(up - 32) - 16), inner)
    c.paint(sinus - 1.2, Tissue.CORTICAL)
    c.paint(sinus, Tissue.AIRWAY)


def _skull(c: Canvas, base: float, inner: Array, marrow: float) -> None:
    up = c.z - base
    # Above its equator the fossa goes on as a cylinder; the picture ends there.
    fall = np.minimum((up - 38) * (1 / 42), 0)
    width = np.sqrt(np.clip(1 - fall * fall, 0.004, 1))
    cavity = ellipse(c.x + c.n1, c.y + 22 + c.n2, 62 * width, 62 * width, 2.2)
    # In front the clivus rises forward, a few millimetres before the brain stem.
    cavity = np.maximum(np.maximum(cavity, -4 - up), 0.85 * (c.y - 10 - 0.5 * up))
    shell = np.maximum(np.maximum(cavity - 6, -9 - up), inner)
    clivus = capsule(c.y, up, (16, 2), (36, 38), 5.5 + c.n3)
    clivus = np.maximum(np.maximum(clivus, np.abs(c.x) - 15), inner)
    condyle = ellipse(np.abs(c.x) - 20, c.y - 7, 6, 10)
    condyle = np.maximum(condyle, np.abs(up + 3) - 6.5)
    bone = np.minimum(np.minimum(shell, clivus), condyle)
    c.paint(bone, Tissue.CORTICAL)
    c.paint(bone + 1.6, Tissue.MARROW, 0.9 * marrow)
    inside = np.maximum(cavity, -1 - up)
    c.paint(np.minimum(inside, cavity) - 1.0, Tissue.CORTICAL)
    c.paint(inside, Tissue.FLUID)
    folds = np.abs(np.sin(0.55 * up + 0.25 * np.abs(c.x) + 0.1 * c.y + 2 * c.n1))
    cerebellum = np.maximum(
        inside + 2.5, np.maximum(c.y + 13 + 0.5 * c.n3, 7 - up + 0.1 * (c.y + 14))
    )
    c.paint(cerebellum, Tissue.BRAIN, 0.92 + 0.16 * folds)
    pons = ellipse(c.x, np.hypot(c.y - 3, 0.75 * np.clip(up - 34, -60, 0)), 17, 15)
    c.paint(np.maximum(pons, 12 - up), Tissue.BRAIN)
