"""Parts of simulated studies that are cheap to simulate and worth learning from.

``lesions``: a block of slices around a lesion, of the canal's surroundings only. Whole studies hold
few compressed slices; these hold many, of lesions in more forms and of thicker slices. ``search``: whole slices that are far apart along a region,
coarse in plane and of all weightings, to learn to find the canal on. ``outlines``: the canal's
surroundings with their tissues, around a lesion or far apart along a region.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from SpineLib.simulate.cases import axial_at, image
from SpineLib.simulate.lesions import Sections, vary
from SpineLib.simulate.morphometry import LEVELS
from SpineLib.simulate.patient import REGIONS, Patient, build_patient
from SpineLib.simulate.protocols import PROFILES, draw_protocol, with_contrast
from SpineLib.simulate.scanner import Protocol
from SpineLib.simulate.truth import SliceTruth, slice_truth
from SpineLib.volume import Volume

# Side of the square that is imaged around the canal, and slices of a block: by hand.
LESION_VIEW_MM, LESION_SLICES = 84.0, (8, 13)
# Share of the blocks whose slices are so thick (mm), since everyday protocols' are: by hand.
THICK, THICK_MM = 0.4, (4.0, 7.0)
SEARCH_SLICES, SEARCH_PIXEL_MM = 6, 1.0
OUTLINE_SLICES = 6
# Everyday blocks: the side of the square, share of the blocks that lie anywhere, and how far beyond
# the region's ends, mm: by hand.
SMALL_VIEW_MM, ELSEWHERE, BEYOND_MM = (50.0, 84.0), 0.4, 30.0
# How often a search's slices have each weighting.
_WEIGHTINGS = {"T2": 0.4, "T2*": 0.3, "T1": 0.15, "STIR": 0.1, "PD": 0.05}
_WEIGHTINGS_OF_OUTLINES = {"T2": 0.5, "T2*": 0.5}
# How far in front of the canal the middle of a whole slice stands, mm, as in whole studies.
_AHEAD = {"cervical": 6.0, "thoracic": 20.0, "lumbar": 14.0}


@dataclass(frozen=True)
class Drawn:
    """A few simulated axial slices of one patient, the truth of each, and their weighting."""

    volume: Volume
    slices: list[SliceTruth]
    weighting: str


def draw_lesion(region: str, disease: str, *, seed: int, profile: str) -> Drawn:
    """Neighbouring slices around one lesion of a patient, or anywhere in a healthy one.

    Everyday blocks lie anywhere more often, and some show little more than the canal.

    Args:
        region, disease, profile: as for `SpineLib.simulate.axial_case`.
        seed: the same seed gives the same slices.
    """
    rng = np.random.default_rng((seed, PROFILES.index(profile), 11))
    everyday = profile == "everyday"
    patient = build_patient(rng, region, disease, held_out=profile == "held-out", everyday=everyday)
    protocol = draw_protocol(rng, "axial", region, profile)
    view = float(rng.uniform(*SMALL_VIEW_MM)) if everyday else LESION_VIEW_MM
    side = round(view / protocol.pixel)
    protocol = replace(protocol, rows=side, columns=side, slices=int(rng.integers(*LESION_SLICES)))
    if profile != "held-out":
        patient, protocol = _varied(rng, patient), _thicker(rng, protocol)
    spots = [lobe.s for lobe in patient.disease.lobes] or [_anywhere(rng, patient, region)]
    middle = float(rng.choice(spots)) + rng.normal(0, 6)
    if everyday and rng.random() < ELSEWHERE:
        middle = _anywhere(rng, patient, region, BEYOND_MM)
    return _measured(rng, patient, protocol, middle, rng.normal(0, 4), profile, region)


def draw_search(region: str, disease: str, *, seed: int, profile: str) -> Drawn:
    """A few whole coarse slices, evenly spread over a region.

    Args:
        region, disease, profile: as for `SpineLib.simulate.axial_case`.
        seed: the same seed gives the same slices.
    """
    rng = np.random.default_rng((seed, PROFILES.index(profile), 12))
    patient = build_patient(rng, region, disease, held_out=profile == "held-out")
    protocol = draw_protocol(rng, "axial", region, profile)
    weighting = str(rng.choice(list(_WEIGHTINGS), p=list(_WEIGHTINGS.values())))
    if weighting != protocol.weighting:
        protocol = with_contrast(rng, protocol, weighting)
    first, last = (float(patient.spine.center[LEVELS.index(n)]) for n in REGIONS[region])
    side = round(protocol.rows * protocol.pixel / SEARCH_PIXEL_MM)
    protocol = replace(
        protocol,
        rows=side,
        columns=side,
        slices=SEARCH_SLICES,
        pixel=SEARCH_PIXEL_MM,
        gap=abs(first - last) / SEARCH_SLICES - protocol.thickness,
    )
    ahead = _AHEAD[region] + rng.normal(0, 8)
    return _measured(rng, patient, protocol, (first + last) / 2, ahead, profile, region)


def draw_outline(region: str, disease: str, *, seed: int, profile: str) -> tuple[Volume, Volume]:
    """Slices of the canal's surroundings, T2 or T2*, with their tissues on the same grid.

    Every other patient with lesions is seen around one of them, the others along the region.

    Args:
        region, disease, profile: as for `SpineLib.simulate.axial_case`.
        seed: the same seed gives the same slices.
    """
    rng = np.random.default_rng((seed, PROFILES.index(profile), 13))
    patient = build_patient(rng, region, disease, held_out=profile == "held-out")
    protocol = draw_protocol(rng, "axial", region, profile)
    names, shares = list(_WEIGHTINGS_OF_OUTLINES), list(_WEIGHTINGS_OF_OUTLINES.values())
    weighting = str(rng.choice(names, p=shares))
    if weighting != protocol.weighting:
        protocol = with_contrast(rng, protocol, weighting)
    side = round(LESION_VIEW_MM / protocol.pixel)
    protocol = replace(protocol, rows=side, columns=side, slices=OUTLINE_SLICES)
    first, last = (float(patient.spine.center[LEVELS.index(n)]) for n in REGIONS[region])
    spots = [lobe.s for lobe in patient.disease.lobes]
    middle = (first + last) / 2
    if spots and seed % 2:
        middle = float(rng.choice(spots)) + rng.normal(0, 6)
    else:
        gap = abs(first - last) / OUTLINE_SLICES - protocol.thickness
        protocol = replace(protocol, gap=gap)
    grid = axial_at(
        patient, protocol, middle,
        ahead=rng.normal(0, 4), aside=rng.normal(0, 4), tilt=0.08 * rng.normal(size=3),
    )  # fmt: skip
    return image(rng, patient, protocol, grid, profile)


def _varied(rng: np.random.Generator, patient: Patient) -> Patient:
    lobes = [form for lobe in patient.disease.lobes for form in vary(rng, lobe)]
    return replace(
        patient,
        disease=replace(patient.disease, lobes=lobes),
        sections=Sections(patient.spine, patient.canal, lobes),
    )


def _thicker(rng: np.random.Generator, protocol: Protocol) -> Protocol:
    if rng.random() >= THICK:
        return protocol
    return replace(protocol, thickness=float(rng.uniform(*THICK_MM)))


def _anywhere(
    rng: np.random.Generator, patient: Patient, region: str, beyond: float = 0.0
) -> float:
    first, last = (float(patient.spine.center[LEVELS.index(n)]) for n in REGIONS[region])
    return float(rng.uniform(min(first, last) - beyond, max(first, last) + beyond))


def _measured(
    rng: np.random.Generator,
    patient: Patient,
    protocol: Protocol,
    middle: float,
    ahead: float,
    profile: str,
    region: str,
) -> Drawn:
    grid = axial_at(
        patient, protocol, middle,
        ahead=ahead, aside=rng.normal(0, 4), tilt=0.08 * rng.normal(size=3),
    )  # fmt: skip
    volume, _ = image(rng, patient, protocol, grid, profile)
    kang = region == "cervical"
    truths = [
        slice_truth(
            patient,
            _crossing(patient, grid, k),
            index=k,
            position=volume.slice_center(k),
            kang=kang,
        )
        for k in range(protocol.slices)
    ]
    return Drawn(volume, truths, protocol.weighting)


def _crossing(patient: Patient, grid: NDArray[np.float64], k: int) -> float:
    """Arc length at which the canal's line is nearest to the plane of slice ``k``."""
    normal = np.cross(grid[:3, 0], grid[:3, 1])
    away = np.abs((patient.spine.line - (grid[:3, 3] + k * grid[:3, 2])) @ normal)
    return float(patient.spine.nodes[np.argmin(away)])
