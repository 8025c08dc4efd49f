"""Cases to train and test on: a patient, measured, with the truth beside the image."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.simulate.anatomy import paint_spine
from SpineLib.simulate.artefacts import dim_jets, disturb
from SpineLib.simulate.body import paint_body
from SpineLib.simulate.canvas import FIELDS, Canvas, spread
from SpineLib.simulate.lumbar import LumbarTruth, segmentation_of
from SpineLib.simulate.morphometry import LEVELS, REGIONS
from SpineLib.simulate.patient import Patient, build_patient
from SpineLib.simulate.protocols import PROFILES, protocol_for
from SpineLib.simulate.scanner import (
    Protocol,
    arbitrary_contrast,
    gradient_echo_contrast,
    measure,
    shift_fat,
    signal_of,
    slice_profile,
    texture,
)
from SpineLib.simulate.tissues import PROPERTIES, Tissue
from SpineLib.simulate.truth import SliceTruth, slice_truth
from SpineLib.volume import Volume

# Millimetres from the canal within which the spine is painted.
_NEAR_U, _NEAR_V = (-62, 62), (-64, 60)


@dataclass(frozen=True)
class AxialCase:
    """An axial stack with its truth.

    Attributes:
        volume: what the scanner gives, uint16.
        labels: `SpineLib.simulate.tissues.Tissue` numbers on the same grid.
        slices: truth, one a slice.
        patient: who was measured.
        protocol: how.
        region, disease, seed, profile: what was asked for.
    """

    volume: Volume
    labels: Volume
    slices: list[SliceTruth]
    patient: Patient
    protocol: Protocol
    region: str
    disease: str
    seed: int
    profile: str


@dataclass(frozen=True)
class LumbarCase:
    """A sagittal lumbar volume with SPIDER's labels.

    Attributes:
        volume: what the scanner gives, uint16.
        segmentation: SPIDER's numbers on the same grid, uint8.
        labels: tissue numbers on the same grid.
        truth: levels, discs' grades, sizes.
        patient, protocol, seed, profile: as in `AxialCase`.
    """

    volume: Volume
    segmentation: Volume
    labels: Volume
    truth: LumbarTruth
    patient: Patient
    protocol: Protocol
    seed: int
    profile: str


def axial_case(
    region: str,
    disease: str,
    *,
    seed: int,
    profile: str = "standard",
    contrast: str | None = None,
    scanner: Mapping[str, float] | None = None,
) -> AxialCase:
    """An axial stack of a random patient, T2 if not said otherwise.

    Args:
        region: ``cervical``, ``thoracic`` or ``lumbar``.
        disease: ``none``, ``degenerative`` or ``metastatic``.
        seed: the same seed gives the same case.
        profile: ``standard``, ``held-out``, ``domain-randomised`` or ``everyday``.
        contrast: ``T1``, ``T2``, ``T2*``, ``STIR`` or ``PD``; the profile's own if not given.
        scanner: values of the protocol in place of the drawn ones, as ``{"thickness": 5,
            "ghost": 0.2}``; see `SpineLib.simulate.protocols.with_settings`.

    Raises:
        BadInput: an unknown region, disease, profile, contrast or setting, an impossible value, or
            a negative seed.
    """
    rng = _chance(seed, profile, 1)
    patient = build_patient(
        rng, region, disease, held_out=profile == "held-out", everyday=profile == "everyday"
    )
    protocol = protocol_for(
        rng, "axial", region, profile,
        contrast=contrast, chance=_chance(seed, profile, 3), settings=scanner,
    )  # fmt: skip
    grid = _axial_grid(rng, patient, protocol, region)
    volume, labels = image(rng, patient, protocol, grid, profile)
    slices = []
    for k in range(protocol.slices):
        position = volume.slice_center(k)
        s = _crossing(patient, grid, k)
        slices.append(
            slice_truth(patient, s, index=k, position=position, kang=region == "cervical")
        )
    return AxialCase(volume, labels, slices, patient, protocol, region, disease, seed, profile)


def lumbar_case(
    *,
    seed: int,
    profile: str = "standard",
    disease: str | None = None,
    contrast: str | None = None,
    scanner: Mapping[str, float] | None = None,
) -> LumbarCase:
    """A sagittal lumbar T1 or T2 volume of a random patient with SPIDER's labels.

    Args:
        disease: as for `axial_case`; degenerative in three patients of four if not given.
        seed, profile, contrast, scanner: as for `axial_case`.

    Raises:
        BadInput: as `axial_case`.
    """
    rng, patient, protocol, grid = _lumbar_plan(seed, profile, disease, contrast, scanner)
    volume, labels = image(rng, patient, protocol, grid, profile)
    segmentation, truth = segmentation_of(patient, labels)
    return LumbarCase(volume, segmentation, labels, truth, patient, protocol, seed, profile)


def lumbar_anatomy(
    *, seed: int, profile: str = "standard", disease: str | None = None
) -> tuple[Volume, LumbarTruth]:
    """Label map and truth of `lumbar_case` without the image, which takes most of the time.

    Args:
        seed, profile, disease: as for `lumbar_case`.
    """
    _, patient, protocol, grid = _lumbar_plan(seed, profile, disease, None, None)
    labels = np.zeros((protocol.slices, protocol.rows, protocol.columns), np.uint8)
    palette = signal_of(protocol)
    for k in range(protocol.slices):
        canvas = canvas_of(patient, protocol, grid, k, palette)
        paint_body(canvas, patient)
        near = canvas.within(u=_NEAR_U, v=_NEAR_V)
        if near is not None:
            paint_spine(near, patient)
        labels[k] = canvas.label
    return segmentation_of(patient, Volume(labels, grid))


def _lumbar_plan(
    seed: int, profile: str, disease: str | None, contrast: str | None,
    scanner: Mapping[str, float] | None,
) -> tuple[np.random.Generator, Patient, Protocol, NDArray[np.float64]]:  # fmt: skip
    rng = _chance(seed, profile, 2)
    drawn = "degenerative" if rng.random() < 0.75 else "none"
    disease = drawn if disease is None else disease
    patient = build_patient(rng, "lumbar", disease, held_out=profile == "held-out")
    protocol = protocol_for(
        rng, "sagittal", "lumbar", profile,
        contrast=contrast, chance=_chance(seed, profile, 3), settings=scanner,
    )  # fmt: skip
    return rng, patient, protocol, _sagittal_grid(rng, patient, protocol)


def _chance(seed: int, profile: str, stream: int) -> np.random.Generator:
    if profile not in PROFILES:
        raise BadInput(
            f"There is no profile {profile!r}", advice=f"Use one of {', '.join(PROFILES)}."
        )
    if seed < 0:
        raise BadInput(f"A seed is 0 or more, not {seed}")
    return np.random.default_rng((seed, PROFILES.index(profile), stream))


def stack_matrix(
    center: NDArray, i: NDArray, j: NDArray, k: NDArray, protocol: Protocol
) -> NDArray[np.float64]:
    """ijk to RAS of a stack around ``center`` with unit axes i, j, k."""
    matrix = np.eye(4)
    matrix[:3, 0] = i * protocol.pixel
    matrix[:3, 1] = j * protocol.pixel
    matrix[:3, 2] = k * (protocol.thickness + protocol.gap)
    middle = np.array(
        [(protocol.columns - 1) / 2, (protocol.rows - 1) / 2, (protocol.slices - 1) / 2]
    )
    matrix[:3, 3] = center - matrix[:3, :3] @ middle
    return matrix


def _axial_grid(
    rng: np.random.Generator, patient: Patient, protocol: Protocol, region: str
) -> NDArray[np.float64]:
    spine = patient.spine
    first, last = (float(spine.center[LEVELS.index(name)]) for name in REGIONS[region])
    length = protocol.slices * (protocol.thickness + protocol.gap)
    spots = [lobe.s for lobe in patient.disease.lobes] or [(first + last) / 2]
    middle = (first + last) / 2
    if length < first - last:
        middle = float(np.clip(rng.choice(spots) + rng.normal(0, 12), last + length / 2 - 10,
                               first - length / 2 + 10))  # fmt: skip
    # The middle of the image stands in front of the canal, as planned on a sagittal scout.
    ahead = {"cervical": 6.0, "thoracic": 20.0, "lumbar": 14.0}[region] + rng.normal(0, 6)
    tilt = 0.06 * rng.normal(size=3)
    return axial_at(patient, protocol, middle, ahead=ahead, aside=rng.normal(0, 5), tilt=tilt)


def axial_at(
    patient: Patient,
    protocol: Protocol,
    s: float,
    *,
    ahead: float,
    aside: float = 0.0,
    tilt: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """ijk to RAS of a stack across the spine.

    Args:
        patient, protocol: who is measured and how.
        s: arc length of the stack's middle.
        ahead, aside: where the image's middle stands in front and to the right of the canal, mm.
        tilt: added to the stack's unit normal (RAS), which is then made a unit again.
    """
    right, _, up = patient.spine.axes(s)
    k = up if tilt is None else up + tilt
    k = k / np.linalg.norm(k)
    i = -right + k * (right @ k)  # columns run to the patient's left
    i /= np.linalg.norm(i)
    return stack_matrix(patient.spine.ras(aside, ahead, s), i, np.cross(k, i), k, protocol)


def _sagittal_grid(
    rng: np.random.Generator, patient: Patient, protocol: Protocol
) -> NDArray[np.float64]:
    spine = patient.spine
    middle = spine.ras(rng.normal(0, 2), 22, float(spine.center[LEVELS.index("L3")]))
    middle = middle + np.array([0, rng.normal(0, 8), rng.normal(0, 14)])
    return stack_matrix(middle, *sagittal_axes(rng), protocol)


def sagittal_axes(rng: np.random.Generator) -> tuple[NDArray, NDArray, NDArray]:
    """Unit vectors of i, j, k in RAS, a degree or two off the planes as a technician plans them."""
    turn = np.radians(rng.normal(0, 1.2, 3))
    k = np.array([np.cos(turn[0]), np.sin(turn[0]), np.sin(turn[1])])
    k /= np.linalg.norm(k)
    j = np.array([0.0, np.sin(turn[2]), -np.cos(turn[2])])
    j -= k * (j @ k)
    j /= np.linalg.norm(j)
    return np.cross(j, k), j, k


def _crossing(patient: Patient, grid: NDArray[np.float64], k: int) -> float:
    """Arc length where the canal's line meets slice ``k``."""
    normal = np.cross(grid[:3, 0], grid[:3, 1])
    away = (patient.spine.line - (grid[:3, 3] + k * grid[:3, 2])) @ normal
    at = int(np.argmin(np.abs(away)))
    low, high = max(at - 1, 0), min(at + 1, len(away) - 1)
    order = np.argsort(away[low : high + 1])
    return float(
        np.interp(0.0, away[low : high + 1][order], patient.spine.nodes[low : high + 1][order])
    )


def image(
    rng: np.random.Generator,
    patient: Patient,
    protocol: Protocol,
    grid: NDArray[np.float64],
    profile: str,
) -> tuple[Volume, Volume]:
    """Measures a patient on a grid: the image (uint16) and its tissue labels (uint8)."""
    shape = (protocol.slices, protocol.rows, protocol.columns)
    palette = signal_of(protocol)
    if profile == "domain-randomised":
        palette = arbitrary_contrast(rng)
    elif profile == "everyday" and protocol.weighting == "T2*":
        palette = gradient_echo_contrast(rng)
    grain = np.array([PROPERTIES[t].texture for t in Tissue], np.float32)
    voxels, labels = np.empty(shape, np.float32), np.empty(shape, np.uint8)
    noise = float(palette[Tissue.WHITE_MATTER]) / protocol.snr
    hot = _coil(rng, protocol)
    for k in range(protocol.slices):
        canvas = paint_slice(patient, protocol, grid, k, palette)
        labels[k] = canvas.label
        rough = texture(shape[1:], rng)
        signal = canvas.signal * np.maximum(1 + grain[canvas.label] * rough, 0)
        if protocol.fat_shift:
            signal = shift_fat(signal, canvas.fat, protocol.fat_shift)
        voxels[k] = measure(signal, hot(canvas), protocol, noise, rng)
    top = float(np.percentile(voxels[:, ::4, ::4], 99.7))
    gain = rng.uniform(600, 2600) / max(top, 1e-6)
    stored = np.clip(voxels * gain, 0, 4095).round().astype(np.uint16)
    return Volume(stored, grid), Volume(labels, grid)


def _coil(rng: np.random.Generator, protocol: Protocol) -> Callable[[Canvas], NDArray[np.float32]]:
    """Sensitivity of a coil behind the spine, uneven, with a saturation band in front of it."""
    slope, far = protocol.bias, float(rng.uniform(50, 100))
    tilt = rng.normal(0, 0.0012, 3)
    band, start = protocol.saturation, float(rng.uniform(28, 60))

    def sensitivity(c: Canvas) -> NDArray[np.float32]:
        depth = np.maximum((c.y + 58) * (1 / far), 0)
        fall = 1.8 / (1 + depth * depth)
        uneven = 1 + float(tilt[0]) * c.x + float(tilt[1]) * c.y + 0.5 * float(tilt[2]) * c.z
        result = (1 - slope + slope * fall) * np.clip(uneven, 0.4, 1.7)
        if band:
            result *= 1 - band * np.clip((c.y - start) * (1 / 12), 0, 1)
        return result.astype(np.float32)

    return sensitivity


def canvas_of(
    patient: Patient, protocol: Protocol, grid: NDArray[np.float64], k: float,
    palette: NDArray[np.float32],
) -> Canvas:  # fmt: skip
    """An empty canvas of slice ``k`` (a fraction is a plane between slices).

    Coordinates and the patient's random fields are smooth, so they are computed at every
    eighth pixel and read linearly between (`spread`).
    """
    rows, columns = protocol.rows, protocol.columns
    j, down = spread(rows)
    i, across = spread(columns)
    start = grid[:3, 3] + k * grid[:3, 2]
    points = start + i[None, :, None] * grid[:3, 0] + j[:, None, None] * grid[:3, 1]
    spine = patient.spine
    u, v, s = spine.coordinates(points.astype(np.float32))
    x, y, z = np.moveaxis(points, -1, 0)
    line = [np.interp(z, spine.line[:, 2], spine.line[:, n]) for n in (0, 1)]
    coarse = [u, v, s, x - line[0], y - line[1], z, *patient.fields(points)]
    fine = down @ np.stack(coarse).astype(np.float32) @ across.T
    return Canvas(dict(zip(FIELDS, fine, strict=True)), float(protocol.pixel), palette)


def paint_slice(
    patient: Patient, protocol: Protocol, grid: NDArray[np.float64], k: int,
    palette: NDArray[np.float32],
) -> Canvas:  # fmt: skip
    """A slice as thick as the protocol says: the spine at the depths of `slice_profile`, weighted.

    Soft tissue beyond 60 mm runs along the body and is painted once. The labels are those of the
    slice's middle. Jets and metal's void come last: they are in the signal, not in the anatomy.
    """
    canvas = canvas_of(patient, protocol, grid, k, palette)
    paint_body(canvas, patient)
    near = canvas.within(u=_NEAR_U, v=_NEAR_V)
    if near is None:
        return canvas
    depths, weights = slice_profile(protocol.thickness)
    normal = patient.spine.axes(float(np.median(near.s))) @ grid[:3, 2]
    normal = normal / np.linalg.norm(normal) * protocol.thickness
    total, fat = np.zeros_like(near.signal), np.zeros_like(near.signal)
    for depth, weight in zip(depths, weights, strict=True):
        moved = near.moved(*(float(depth * n) for n in normal))
        paint_spine(moved, patient)
        if protocol.weighting in ("T2", "STIR", "PD"):
            dim_jets(moved, patient.jets)
        total += np.float32(weight) * moved.signal
        fat += np.float32(weight) * moved.fat
        if depth == 0.0:
            label = moved.label
    near.signal[...] = total
    near.fat[...] = fat
    near.label[...] = label
    disturb(canvas, patient.metal, protocol)
    return canvas
