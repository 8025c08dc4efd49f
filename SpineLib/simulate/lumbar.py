"""SPIDER's labels from geometry, and the truth of a lumbar volume."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.labels import CANAL, DISC_OFFSET, PARTIAL_OFFSET
from SpineLib.simulate.canvas import spread
from SpineLib.simulate.morphometry import LEVELS
from SpineLib.simulate.patient import Patient
from SpineLib.simulate.spine import Spine
from SpineLib.simulate.tissues import SAC, Tissue
from SpineLib.simulate.truth import FINE, cross_section
from SpineLib.volume import Volume

_LOWEST = {"sacralised": LEVELS.index("L4"), "lumbarised": LEVELS.index("S1")}
BONE = (Tissue.MARROW, Tissue.CORTICAL, Tissue.TUMOUR, Tissue.METAL)
DISC = (Tissue.ANNULUS, Tissue.NUCLEUS)
# SPIDER's canal is the sac without the fat around it: in the two real masks at hand (005, 007) it is
# 200 and 223 mm² and 12.5 and 13.1 mm from front to back; simulated sacs have 210-257 mm², with the
# fat 286-318.
IN_CANAL = (
    Tissue.CSF, Tissue.WHITE_MATTER, Tissue.GREY_MATTER, Tissue.NERVE_ROOT, Tissue.DURA,
    Tissue.MYELOPATHY,
)  # fmt: skip


@dataclass(frozen=True)
class LumbarTruth:
    """What is true of a lumbar volume.

    Attributes:
        labels: name of each SPIDER number in the segmentation, as ``{1: "L5", 201: "L5/S1"}``.
        degeneration: each disc's degeneration (0 bright to 1 black) by name.
        canal_ap: front to back of the sac in the middle 4 mm of the cross-section at each disc, as
            it is with all that narrows it, mm, by name.
        outline_area, outline_ap: mm² and mm of what the label map calls canal (the sac with its
            dura) in the cross-section at each disc, by name; from front to back in the middle 4 mm
            about the outline's own middle.
        slips: how far a vertebra stands in front of the next lower one, mm, by its name; negative
            where it stands behind.
        fractures: share of its height that a broken vertebra has lost in front, by name.
        schmorl: vertebrae with a Schmorl node, each as often as it has one.
        endplates: signal of the marrow beside a disc as a share of the vertebra's (Modic changes),
            by the disc's name.

    The last four hold what is in the picture, and are parameters of the anatomy.
    """

    labels: dict[int, str]
    degeneration: dict[str, float]
    canal_ap: dict[str, float]
    outline_area: dict[str, float] = field(default_factory=dict)
    outline_ap: dict[str, float] = field(default_factory=dict)
    slips: dict[str, float] = field(default_factory=dict)
    fractures: dict[str, float] = field(default_factory=dict)
    schmorl: list[str] = field(default_factory=list)
    endplates: dict[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def segmentation_of(patient: Patient, labels: Volume) -> tuple[Volume, LumbarTruth]:
    """SPIDER's numbers on a tissue map's grid (van der Graaf et al. 2024).

    Vertebrae with their posterior elements count upward from the lowest free one (1, mostly L5),
    discs from the one below it (201, mostly L5/S1); the
    canal is 100; vertebrae that the border of the image cuts are 101-125. The sacrum has no label.
    """
    spine = patient.spine
    lowest = _LOWEST.get(spine.variant, LEVELS.index("L5"))
    out = np.zeros(labels.shape, np.uint8)
    names: dict[int, str] = {}
    slices = labels.shape[0]
    bounds = np.array([spine.disc(k) for k in range(lowest + 1)])
    for k in range(slices):
        u, v, s = plane_coordinates(spine, labels, k)
        tissue = labels.voxels[k]
        ap = np.interp(s, spine.nodes, patient.canal.ap(spine.nodes))
        # Posterior elements hang lower than their body: follow the spinous processes' slope.
        back = np.clip(-v - 0.1 * ap, 0, 40)
        level = lowest - np.searchsorted(bounds[::-1], s + 0.28 * back + 3.5 * (back > 0))
        level = np.clip(level + 1, 0, lowest + 1)
        near = (np.abs(u) < 60) & (v < 55) & (v > -60)
        bone = np.isin(tissue, BONE) & near & (level <= lowest)
        out[k][bone] = (lowest - level + 1)[bone].clip(1, 25)
        nearest = np.abs(s[..., None] - bounds[-9:]).argmin(-1) + len(bounds) - 9
        half = spine.sizes.disc[nearest] / 2 + 1.5
        disc = np.isin(tissue, DISC) & near & (np.abs(s - bounds[nearest]) < half)
        out[k][disc] = (DISC_OFFSET + lowest - nearest + 1)[disc]
        wide = np.interp(s, spine.nodes, patient.canal.width(spine.nodes))
        inside = (2 * u / wide) ** 2 + (2 * v / ap) ** 2 < 1.2
        canal = np.isin(tissue, IN_CANAL) & inside
        out[k][canal & (s > spine.center[lowest + 1] - 12)] = CANAL
    for number in [int(n) for n in np.unique(out) if 1 <= n <= 25]:
        mask = out == number
        name = LEVELS[lowest - number + 1]
        body = mask[:, (0, -1), :].any() or mask[:, :, (0, -1)].any()
        if body:
            out[mask] = PARTIAL_OFFSET + number
            number += PARTIAL_OFFSET
        names[number] = name
    discs = [int(n) for n in np.unique(out) if n > DISC_OFFSET]
    for number in discs:
        at = lowest - (number - DISC_OFFSET) + 1
        names[number] = f"{LEVELS[at]}/{LEVELS[at + 1]}"
    outlines = {names[n]: _outline(patient, float(spine.disc(_at(n, lowest)))) for n in discs}
    truth = LumbarTruth(
        labels=names,
        outline_area={name: area for name, (area, _ap) in outlines.items()},
        outline_ap={name: ap for name, (_area, ap) in outlines.items()},
        degeneration={names[n]: float(patient.disease.degeneration[_at(n, lowest)]) for n in discs},
        canal_ap={names[n]: _sac_depth(patient, float(spine.disc(_at(n, lowest)))) for n in discs},
        **_disease_seen(patient, set(names.values())),
    )
    return Volume(out, labels.ijk_to_ras), truth


def sacrum_of(patient: Patient, labels: Volume) -> NDArray[np.bool_]:
    """The sacrum on a tissue map's grid, which has no number in SPIDER's scheme."""
    lowest = _LOWEST.get(patient.spine.variant, LEVELS.index("L5"))
    border = patient.spine.disc(lowest)
    sacrum = np.zeros(labels.shape, bool)
    for k in range(labels.shape[0]):
        u, v, s = plane_coordinates(patient.spine, labels, k)
        near = (np.abs(u) < 60) & (v < 55) & (v > -60) & (s < border)
        sacrum[k] = np.isin(labels.voxels[k], BONE) & near
    return sacrum


def _disease_seen(patient: Patient, names: set[str]) -> dict[str, Any]:
    """The disease of the structures whose names are in the picture."""
    sick = patient.disease

    def seen(by_level: dict[int, float], name: Callable[[int], str]) -> dict[str, float]:
        return {name(k): float(v) for k, v in sorted(by_level.items()) if name(k) in names}

    return {
        "slips": seen(sick.slips, LEVELS.__getitem__),
        "fractures": seen(sick.collapse, LEVELS.__getitem__),
        "schmorl": [LEVELS[node.level] for node in sick.schmorl if LEVELS[node.level] in names],
        "endplates": seen(sick.endplates, lambda k: f"{LEVELS[k]}/{LEVELS[k + 1]}"),
    }


def plane_coordinates(spine: Spine, grid: Volume, k: int) -> NDArray[np.float32]:
    """``u``, ``v``, ``s`` of slice ``k``'s pixels, [3, rows, columns]."""
    _, rows, columns = grid.shape
    (j, down), (i, across) = spread(rows), spread(columns)
    at_i, at_j = np.meshgrid(i, j)
    points = grid.ras(np.stack([at_i, at_j, np.full_like(at_i, k)], -1)).astype(np.float32)
    return down @ np.stack(spine.coordinates(points)) @ across.T


def _sac_depth(patient: Patient, s: float) -> float:
    c, _, _ = cross_section(patient, s)
    middle = np.isin(c.label, SAC) & (np.abs(c.u) <= 2)
    return float(middle.sum(0)[(np.abs(c.u) <= 2).any(0)].mean() * FINE)


def _outline(patient: Patient, s: float) -> tuple[float, float]:
    """Area and depth of the canal's outline at arc length ``s``, as `LumbarTruth` has them."""
    c, _, _ = cross_section(patient, s)
    inside, across = np.isin(c.label, IN_CANAL), c.u[0]
    columns = inside.sum(0)
    middle = float((columns * across).sum() / max(columns.sum(), 1))
    lines = np.abs(across - middle) <= 2
    return float(columns.sum() * FINE**2), float(columns[lines].mean() * FINE)


def _at(number: int, lowest: int) -> int:
    return lowest - (number - DISC_OFFSET) + 1
