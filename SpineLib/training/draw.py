"""Simulated axial slices to train on: stacks around a lesion, or spread over a region."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from SpineLib.simulate.cases import image
from SpineLib.simulate.morphometry import LEVELS
from SpineLib.simulate.patient import REGIONS, Patient, build_patient
from SpineLib.simulate.protocols import draw_protocol
from SpineLib.simulate.scanner import Protocol
from SpineLib.simulate.truth import SliceTruth, slice_truth
from SpineLib.volume import Volume


@dataclass(frozen=True)
class Drawn:
    """A few simulated axial slices of one patient, with the truth of each."""

    volume: Volume
    slices: list[SliceTruth]


def draw_lesion(region: str, disease: str, *, seed: int, profile: str, view_mm: float) -> Drawn:
    """Neighbouring slices around one lesion of a patient, or anywhere in a healthy one.

    Whole studies hold few compressed slices; these stacks hold many, and only the canal's
    surroundings, so that they cost a small share of a study.

    Args:
        region, disease, profile: as for `SpineLib.simulate.axial_case`.
        seed: the same seed gives the same slices.
        view_mm: side of the square that is imaged around the canal.
    """
    rng = np.random.default_rng((seed, 11))
    patient = build_patient(rng, region, disease, held_out=profile == "held-out")
    protocol = draw_protocol(rng, "axial", region, profile)
    side = round(view_mm / protocol.pixel)
    count = int(rng.integers(8, 13))
    protocol = replace(protocol, rows=side, columns=side, slices=count)
    spots = [lobe.s for lobe in patient.disease.lobes] or [_anywhere(rng, patient, region)]
    middle = float(rng.choice(spots)) + rng.normal(0, 6)
    ahead = rng.normal(0, 4)
    return _measured(rng, patient, protocol, middle, ahead, profile, region)


def draw_spread(
    region: str,
    disease: str,
    *,
    seed: int,
    profile: str,
    slices: int,
    pixel_mm: float,
    weighting: str = "T2",
) -> Drawn:
    """Whole slices that are far apart along a region, coarse in plane: to learn to search on.

    Args:
        region, disease, profile: as for `SpineLib.simulate.axial_case`.
        seed: the same seed gives the same slices.
        slices: how many.
        pixel_mm: in plane.
        weighting: ``T2``, ``T2*`` (gradient echo) or ``T1``.
    """
    rng = np.random.default_rng((seed, 12))
    patient = build_patient(rng, region, disease, held_out=profile == "held-out")
    protocol = draw_protocol(rng, "axial", region, profile)
    first, last = (float(patient.spine.center[LEVELS.index(n)]) for n in REGIONS[region])
    protocol = _weighted(rng, protocol, weighting)
    side = round(protocol.rows * protocol.pixel / pixel_mm)
    protocol = replace(
        protocol,
        rows=side,
        columns=side,
        slices=slices,
        pixel=pixel_mm,
        gap=abs(first - last) / slices - protocol.thickness,
    )
    ahead = {"cervical": 6.0, "thoracic": 20.0, "lumbar": 14.0}[region] + rng.normal(0, 8)
    return _measured(rng, patient, protocol, (first + last) / 2, ahead, profile, region)


def _weighted(rng: np.random.Generator, protocol: Protocol, weighting: str) -> Protocol:
    """The protocol as a gradient echo or T1 sequence of everyday settings."""
    if weighting == "T2*":
        tr, te, flip = rng.uniform(400, 900), rng.uniform(10, 28), rng.uniform(18, 35)
        return replace(protocol, weighting="T2*", tr=float(tr), te=float(te), flip=float(flip))
    if weighting == "T1":
        tr, te = rng.uniform(450, 700), rng.uniform(8, 14)
        return replace(protocol, weighting="T1", tr=float(tr), te=float(te))
    return protocol


def _anywhere(rng: np.random.Generator, patient: Patient, region: str) -> float:
    first, last = (float(patient.spine.center[LEVELS.index(n)]) for n in REGIONS[region])
    return float(rng.uniform(min(first, last), max(first, last)))


def _measured(
    rng: np.random.Generator,
    patient: Patient,
    protocol: Protocol,
    middle: float,
    ahead: float,
    profile: str,
    region: str,
) -> Drawn:
    grid = _grid(rng, patient, protocol, middle, ahead)
    volume, _ = image(rng, patient, protocol, grid, profile)
    truths = []
    for k in range(protocol.slices):
        s = _crossing(patient, grid, k)
        at = volume.slice_center(k)
        kang = region == "cervical"
        truths.append(slice_truth(patient, s, index=k, position=at, kang=kang))
    return Drawn(volume, truths)


def _grid(
    rng: np.random.Generator, patient: Patient, protocol: Protocol, middle: float, ahead: float
) -> NDArray[np.float64]:
    """ijk to RAS of a stack across the spine at arc length ``middle``, a little tilted."""
    right, _, up = patient.spine.axes(middle)
    k = up + 0.08 * rng.normal(size=3)
    k /= np.linalg.norm(k)
    i = -right + k * (right @ k)
    i /= np.linalg.norm(i)
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1] = i * protocol.pixel, np.cross(k, i) * protocol.pixel
    matrix[:3, 2] = k * (protocol.thickness + protocol.gap)
    half = [(protocol.columns - 1) / 2, (protocol.rows - 1) / 2, (protocol.slices - 1) / 2]
    center = patient.spine.ras(rng.normal(0, 4), ahead, middle)
    matrix[:3, 3] = center - matrix[:3, :3] @ np.array(half)
    return matrix


def _crossing(patient: Patient, grid: NDArray[np.float64], k: int) -> float:
    """Arc length at which the canal's line is nearest to the plane of slice ``k``."""
    normal = np.cross(grid[:3, 0], grid[:3, 1])
    away = np.abs((patient.spine.line - (grid[:3, 3] + k * grid[:3, 2])) @ normal)
    return float(patient.spine.nodes[np.argmin(away)])
