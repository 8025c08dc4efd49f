"""Metastases: tumour in a vertebra that grows into the canal, and the vertebra that breaks."""

from __future__ import annotations

import numpy as np

from SpineLib.simulate.lesions import BoneLesion, Canal, Disease, Lobe, fragment
from SpineLib.simulate.morphometry import levels_of
from SpineLib.simulate.spine import Spine
from SpineLib.simulate.tissues import Tissue

FRACTURED = 0.25  # share of the vertebrae with a metastasis that have lost height, by hand
GRADES = ("0", "1a", "1b", "1c", "2", "3")


def grow_metastases(
    rng: np.random.Generator, spine: Spine, canal: Canal, region: str, disease: Disease
) -> Disease:
    """Adds tumours of one to four vertebrae, of all grades, and small ones in other bodies.

    Args:
        rng: the source of chance.
        spine, canal: whose vertebrae they are.
        region: where they are, of `REGIONS`.
        disease: what they are added to, in place.
    """
    levels = list(levels_of(region))
    count = int(rng.choice([1, 2, 3, 4], p=[0.2, 0.35, 0.3, 0.15]))
    for level in rng.choice(levels, min(count, len(levels)), replace=False).tolist():
        grade = str(rng.choice(GRADES, p=[0.08, 0.10, 0.12, 0.18, 0.37, 0.15]))
        _grow(rng, spine, canal, disease, int(level), grade)
        if level > 0 and rng.random() < FRACTURED:
            disease.collapse[int(level)] = float(rng.uniform(0.12, 0.5))
            if grade != "0" and disease.collapse[int(level)] > 0.25:
                # The wall is full of tumour, which is what the grades ask for.
                disease.lobes.append(fragment(spine, canal, rng, int(level), Tissue.TUMOUR))
    for level in levels:
        if rng.random() < 0.3:
            _bone(rng, spine, disease, level, rng.uniform(3, 8))
    return disease


def _bone(
    rng: np.random.Generator, spine: Spine, disease: Disease, level: int, radius: float
) -> None:
    sizes = spine.sizes
    depth, width = sizes.depth[level], sizes.width[level]
    v = sizes.canal_ap[level] / 2 + depth * rng.uniform(0.2, 0.8)
    at = float(spine.center[level] + rng.normal(0, 2))
    radii = tuple(float(radius * rng.uniform(0.7, 1.4)) for _ in range(3))
    disease.bone.append(BoneLesion(float(rng.uniform(-0.3, 0.3) * width), float(v), at, radii))  # type: ignore[arg-type]


def _grow(
    rng: np.random.Generator, spine: Spine, canal: Canal, disease: Disease, level: int, grade: str
) -> None:
    """A tumour in bone and, from grade 1a on, its lobes in the canal."""
    s = float(spine.center[level] + rng.normal(0, 2))
    sizes = spine.sizes
    half = sizes.canal_ap[level] / 2
    for _ in range(int(rng.integers(1, 3))):
        _bone(rng, spine, disease, level, rng.uniform(0.35, 0.6) * sizes.depth[level])
    if grade == "0":
        return
    side = int(rng.choice([-1, 1]))
    patterns = {
        "curtain": [side * 0.55, -side * 0.55],
        "front": [side * rng.uniform(0, 0.5)],
        "lateral": [side * rng.uniform(0.8, 1.5)],
        "back": [np.pi - side * rng.uniform(0, 0.8)],
        "ring": (np.arange(7) * 2 * np.pi / 7 + rng.normal(0, 0.12, 7)).tolist(),
    }
    names = ["ring"] if grade == "3" else ["curtain", "front", "lateral", "back"]
    weights = [1.0] if grade == "3" else [0.35, 0.25, 0.25, 0.15]
    angles = patterns[str(rng.choice(names, p=weights))]
    length = rng.uniform(0.55, 1.1) * sizes.height[level]
    tissue = Tissue.TUMOUR
    for angle in angles:
        gap, csf = canal.room(float(angle), s)
        depth = {
            "1a": gap * rng.uniform(0.45, 0.95),
            "1b": gap + csf * rng.uniform(0.2, 0.75),
            "1c": gap + csf + rng.uniform(0.1, 0.7),
            "2": gap + csf + rng.uniform(2.0, 4.6),
            "3": gap + csf + rng.uniform(0.9, 1.9),
        }[grade]
        disease.lobes.append(
            Lobe(
                float(angle), s, float(depth), rng.uniform(5.5, 9) + 3 * (grade == "3"), float(length), 4.0,
                tissue=tissue,
            )
        )  # fmt: skip
    u, v = half * 1.5 * np.sin(angles[0]), (half + 4) * np.cos(angles[0])
    radii = tuple(float(r) for r in rng.uniform(5, 10, 3))
    disease.bone.append(BoneLesion(float(u * 1.3), float(v), s, radii))  # type: ignore[arg-type]
