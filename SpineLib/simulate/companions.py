"""What stands beside the main series of a study: a localiser, sagittals, blocks at the discs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from SpineLib.simulate.cases import axial_at, image, stack_matrix
from SpineLib.simulate.morphometry import LEVELS, REGIONS
from SpineLib.simulate.patient import Patient
from SpineLib.simulate.scanner import Protocol
from SpineLib.volume import Volume

_AHEAD = {"cervical": 15.0, "thoracic": 25.0, "lumbar": 22.0}


def sagittal(patient: Patient, region: str, like: Protocol, seed: int) -> tuple[Volume, Protocol]:
    """A sagittal stack over a region, T1 or T2 as ``like.weighting`` says.

    Args:
        patient: who is measured.
        region: ``cervical``, ``thoracic`` or ``lumbar``.
        like: the scanner's field, noise and coil; geometry and times are replaced.
        seed: of the noise.
    """
    t1 = like.weighting == "T1"
    first, last = (float(patient.spine.center[LEVELS.index(n)]) for n in REGIONS[region])
    view = max(220.0, 1.25 * (first - last))
    protocol = replace(
        like, tr=600.0 if t1 else 3200.0, te=10.0 if t1 else 105.0, ti=0.0, flip=90.0, rows=320,
        columns=320, slices=13, pixel=view / 320, thickness=3.0, gap=0.3,
    )  # fmt: skip
    middle = patient.spine.ras(0, _AHEAD[region], (first + last) / 2)
    k, j = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, -1.0])
    grid = stack_matrix(middle, np.cross(j, k), j, k, protocol)
    return _measured(patient, protocol, grid, seed, 20 + t1), protocol


def localiser(
    patient: Patient, region: str, like: Protocol, seed: int
) -> tuple[list[Volume], Protocol]:
    """Three planes of three slices each, coarse and fast, as one series."""
    protocol = replace(
        like, weighting="T2*", tr=9.0, te=3.5, flip=20.0, rows=192, columns=192, slices=3,
        pixel=350 / 192, thickness=6.0, gap=9.0, resolution=0.7, ti=0.0,
    )  # fmt: skip
    first, last = (float(patient.spine.center[LEVELS.index(n)]) for n in REGIONS[region])
    middle = patient.spine.ras(0, _AHEAD[region], (first + last) / 2)
    right, front, up = np.eye(3)
    planes = ((-right, -front, up), (-front, -up, right), (-right, -up, -front))
    stacks = []
    for n, (i, j, k) in enumerate(planes):
        grid = stack_matrix(middle, i, j, k, protocol)
        stacks.append(_measured(patient, protocol, grid, seed, 30 + n))
    return stacks, protocol


def disc_blocks(patient: Patient, like: Protocol, seed: int) -> tuple[list[Volume], Protocol]:
    """Axial T2 blocks of five slices, each angled to one disc (L1/L2 to L5/S1), as one series."""
    protocol = replace(
        like, weighting="T2", tr=4200.0, te=105.0, ti=0.0, flip=90.0, rows=256, columns=256,
        slices=5, pixel=180 / 256, thickness=4.0, gap=0.4, saturation=0.7,
    )  # fmt: skip
    stacks = []
    for n, name in enumerate(("L1", "L2", "L3", "L4", "L5")):
        at = patient.spine.disc(LEVELS.index(name))
        grid = axial_at(patient, protocol, at, ahead=12.0)
        stacks.append(_measured(patient, protocol, grid, seed, 40 + n))
    return stacks, protocol


def _measured(
    patient: Patient, protocol: Protocol, grid: NDArray[np.float64], seed: int, stream: int
) -> Volume:
    rng = np.random.default_rng((seed, stream))
    volume, _ = image(rng, patient, protocol, grid, "standard")
    return volume
