"""Disease of the lumbar spine for the segmentation task: bodies, endplates, slips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from SpineLib.simulate.lesions import Canal, Disease, Lobe, Schmorl, fragment
from SpineLib.simulate.morphometry import LEVELS
from SpineLib.simulate.spine import Spine
from SpineLib.simulate.tissues import Tissue


def add_lumbar_disease(
    rng: np.random.Generator, spine: Spine, canal: Canal, disease: Disease
) -> None:
    """Adds Schmorl nodes, Modic changes of the endplates and compression fractures.

    About every third spine has nodes, every second a changed endplate and every eighth a
    fracture (wedge, with a loss of 12-45 % of the front height; every second one that lost more than
    25 % pushes a fragment back). The shares were set by hand.
    """
    first, last = LEVELS.index("T11"), LEVELS.index("L5")
    sizes = spine.sizes
    for level in range(first, last + 1):
        if rng.random() < 0.10:
            radius = float(rng.uniform(2.5, 6.0))
            spread_u, spread_v = 0.25 * float(sizes.width[level]), 0.25 * float(sizes.depth[level])
            u, v = float(rng.normal(0, spread_u)), float(rng.normal(0, spread_v))
            disease.schmorl.append(Schmorl(level, bool(rng.random() < 0.5), u, v, radius))
        if disease.degeneration[level] > 0.55 and rng.random() < 0.35:
            # Modic 1 and 2 are bright in T2, 3 is dark by definition.
            disease.endplates[level] = float(rng.choice([1.5, 1.35, 0.55], p=[0.35, 0.5, 0.15]))
    if rng.random() < 0.12:
        level = int(rng.integers(first, LEVELS.index("L4")))
        disease.collapse[level] = float(rng.uniform(0.12, 0.45))
        if disease.collapse[level] > 0.25 and rng.random() < 0.5:
            disease.lobes.append(fragment(spine, canal, rng, level, Tissue.BONE_LESION))


def slipped(rng: np.random.Generator, spine: Spine) -> tuple[Spine, list[Lobe], dict[int, float]]:
    """A spine in which one vertebra, with all above it, stands forward on the next.

    Meyerding's grades 1 and 2 (3-10 mm here), mostly at L4/L5 and L5/S1. The step narrows the
    canal between the upper lamina and the lower body's corner.

    Returns:
        The spine, the lobes that the step makes in the canal, and the slip (mm) by level.
    """
    level = LEVELS.index(str(rng.choice(["L5", "L4", "L3"], p=[0.35, 0.5, 0.15])))
    slip = float(rng.uniform(3, 10)) * (-1 if rng.random() < 0.1 else 1)
    at = spine.disc(level)
    step = slip / (1 + np.exp(-np.clip((spine.nodes - at) / 2.2, -30, 30)))
    origin = np.interp(0.0, spine.nodes, step)
    line = spine.line + (step - origin)[:, None] * spine.front
    tables = np.concatenate([line.T, spine.right.T, spine.front.T, spine.up.T])
    moved = replace(spine, line=line, tables=tables.astype(np.float32))
    width = float(spine.sizes.canal_width[level])
    depth = 0.45 * abs(slip)
    lobes = [
        Lobe(0.0 if slip > 0 else float(np.pi), at - 2, depth, width * 0.45, 4.0),
        Lobe(float(np.pi) if slip > 0 else 0.0, at + 2, depth, width * 0.4, 5.0,
             tissue=Tissue.FLAVUM),
    ]  # fmt: skip
    return moved, lobes, {level: slip}
