"""The simulated MR scanner: what it is set to, the signal equations, and its imperfections."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft, special

from SpineLib.simulate.tissues import PROPERTIES, Tissue

LARMOR = 42.577  # Hz a tesla and ppm: the proton's gyromagnetic ratio over 2 pi, MHz a tesla
BANDWIDTH = 200.0  # Hz a pixel of the readout, an everyday value
SLICE_BANDWIDTH = 1500.0  # Hz of the pulse that selects a slice, an everyday value; by hand


@dataclass(frozen=True)
class Protocol:
    """How a stack is measured.

    Attributes:
        weighting: ``T1``, ``T2``, ``T2*``, ``STIR`` or ``PD``.
        field: 1.5 or 3 tesla.
        tr, te, ti, flip: milliseconds and degrees (ti 0 without inversion).
        rows, columns, slices: of the image.
        pixel, thickness, gap: millimetres.
        resolution: measured resolution as a share of the image matrix (1 = not interpolated).
        snr: of white-matter-like signal; the noise is Rician.
        bias: strength of the surface coil's brightening towards the back.
        blur: extra blurring (motion, T2 decay along the echo train), pixels.
        ghost: amplitude of motion ghosts.
        flow: share of CSF signal lost to pulsation.
        fat_shift: pixels that fat appears too far along the columns (chemical shift, 3.5 ppm).
        saturation: share of the signal that a saturation band in front takes away.
    """

    weighting: str = "T2"
    field: float = 1.5
    tr: float = 4000.0
    te: float = 100.0
    ti: float = 0.0
    flip: float = 90.0
    rows: int = 320
    columns: int = 320
    slices: int = 24
    pixel: float = 0.6
    thickness: float = 3.0
    gap: float = 0.3
    resolution: float = 0.8
    snr: float = 20.0
    bias: float = 0.6
    blur: float = 0.4
    ghost: float = 0.0
    flow: float = 0.1
    saturation: float = 0.0
    fat_shift: float = 0.0


def signal_of(protocol: Protocol) -> NDArray[np.float32]:
    """Signal of each tissue number, CSF in a T2 image about 1.

    Spin echo: PD (1 - exp(-TR/T1)) exp(-TE/T2); with inversion PD |1 - 2 exp(-TI/T1) +
    exp(-TR/T1)| exp(-TE/T2); spoiled gradient echo: PD sin a (1 - E1) / (1 - cos a E1)
    exp(-TE/T2*) (the textbook equations of ideal sequences).
    """
    at = 0 if protocol.field < 2 else 1
    values = np.zeros(len(Tissue), np.float32)
    for tissue, p in PROPERTIES.items():
        e1 = np.exp(-protocol.tr / p.t1[at])
        decay = np.exp(-protocol.te / p.t2[at])
        if protocol.weighting == "T2*":
            a = np.radians(protocol.flip)
            share = np.sin(a) * (1 - e1) / (1 - np.cos(a) * e1)
            decay = np.exp(-protocol.te / p.t2star)
        elif protocol.ti:
            share = abs(1 - 2 * np.exp(-protocol.ti / p.t1[at]) + e1)
        else:
            share = 1 - e1
        values[tissue] = p.density * share * decay
    values[Tissue.CSF] *= 1 - protocol.flow
    return values


def arbitrary_contrast(rng: np.random.Generator) -> NDArray[np.float32]:
    """A random signal for each tissue (domain randomisation, as SynthSeg does)."""
    values = rng.uniform(0.02, 1, len(Tissue)).astype(np.float32)
    values[[Tissue.AIR, Tissue.AIRWAY]] = rng.uniform(0, 0.03)
    values[Tissue.MYELOPATHY] = values[Tissue.WHITE_MATTER] * rng.uniform(1.2, 1.8)
    values[Tissue.GREY_MATTER] = values[Tissue.WHITE_MATTER] * rng.uniform(0.8, 1.3)
    csf, cord = values[Tissue.CSF], values[Tissue.WHITE_MATTER]
    if abs(csf - cord) < 0.25:  # a canal in which nothing can be seen teaches nothing
        values[Tissue.CSF] = cord + 0.35 if cord < 0.6 else cord - 0.35
    return values


def gradient_echo_contrast(rng: np.random.Generator) -> NDArray[np.float32]:
    """A random signal for each tissue in the order that spine T2* (MEDIC, MERGE, mFFE) shows.

    These sequences add several echoes, refocus what the last pulse left and are mostly fat
    suppressed, so that CSF is the brightest tissue and grey matter outshines white. `signal_of`
    has the spoiled echo, whose CSF is hardly brighter than the cord. The ranges were set by hand.
    """
    ranges = {
        Tissue.SKIN: (0.1, 0.4), Tissue.FAT: (0.1, 0.6), Tissue.MUSCLE: (0.15, 0.5),
        Tissue.FASCIA: (0.05, 0.3), Tissue.MARROW: (0.02, 0.25), Tissue.CORTICAL: (0.01, 0.08),
        Tissue.ANNULUS: (0.05, 0.4), Tissue.NUCLEUS: (0.1, 0.65), Tissue.LIGAMENT: (0.02, 0.25),
        Tissue.EPIDURAL_FAT: (0.1, 0.6), Tissue.WHITE_MATTER: (0.35, 0.75),
        Tissue.FLAVUM: (0.08, 0.45), Tissue.VESSEL: (0.1, 0.8), Tissue.ORGAN: (0.2, 0.5),
        Tissue.LUNG: (0.01, 0.05), Tissue.CARTILAGE: (0.2, 0.5), Tissue.JOINT_FLUID: (0.6, 1.0),
        Tissue.DISC_LESION: (0.06, 0.5), Tissue.BONE_LESION: (0.02, 0.25),
        Tissue.TUMOUR: (0.25, 0.8), Tissue.EPIDURAL: (0.2, 0.9), Tissue.BOWEL: (0.1, 0.5),
        Tissue.FLUID: (0.6, 1.0), Tissue.DURA: (0.05, 0.3), Tissue.HAEMATOMA: (0.05, 0.6),
    }  # fmt: skip
    values = np.zeros(len(Tissue), np.float32)
    for tissue, (low, high) in ranges.items():
        values[tissue] = rng.uniform(low, high)
    white = values[Tissue.WHITE_MATTER]
    values[Tissue.CSF] = 1
    values[Tissue.GREY_MATTER] = values[Tissue.BRAIN] = min(white * rng.uniform(1.05, 1.3), 0.9)
    values[Tissue.MYELOPATHY] = min(white * rng.uniform(1.15, 1.5), 0.95)
    values[Tissue.NERVE_ROOT] = white * rng.uniform(0.8, 1.1)
    return values


def slice_profile(thickness: float) -> tuple[list[float], list[float]]:
    """Depths (in thicknesses) at which a slice is sampled, and their weights (sum 1).

    The profile of a windowed-sinc pulse is close to a rectangle with soft flanks; here a
    rectangle of the nominal thickness convolved with a Gaussian of 0.17 of it, so that its full
    width at half maximum is the thickness and its flanks reach into the neighbours. The width of
    the flanks was set by hand. Thin slices are sampled at 3 depths, thick ones (4 mm and more)
    at 5, each weighted by the profile there; a plane of half a millimetre or less at one.
    """
    if thickness <= 0.5:
        return [0.0], [1.0]
    span = 0.48 if thickness < 4 else 0.56
    depths = np.linspace(-span, span, 3 if thickness < 4 else 5)
    flank = 0.17 * np.sqrt(2)
    weights = special.erf((depths + 0.5) / flank) - special.erf((depths - 0.5) / flank)
    return depths.tolist(), (weights / weights.sum()).tolist()


def texture(shape: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """Noise of unit deviation with grains of about 2 and of about 9 pixels."""
    ky = fft.fftfreq(shape[0])[:, None]
    kx = fft.rfftfreq(shape[1])[None]
    k2 = (ky**2 + kx**2).astype(np.float32)
    shaping = np.exp(-25 * k2) + 5.5 * np.exp(-330 * k2)
    half = (shape[0], shape[1] // 2 + 1)
    spectrum = rng.standard_normal((2, *half), np.float32)
    field = fft.irfft2((spectrum[0] + 1j * spectrum[1]) * shaping, shape)
    return (field / max(float(field.std()), 1e-9)).astype(np.float32)


def shift_fat(signal: NDArray, fat: NDArray, pixels: float) -> NDArray[np.float32]:
    """Moves the part of the signal that comes from fat along the columns by ``pixels``."""
    part = signal * fat
    whole, rest = int(np.floor(pixels)), float(pixels - np.floor(pixels))
    moved = np.roll(part, whole, 1) * (1 - rest) + np.roll(part, whole + 1, 1) * rest
    return signal - part + moved


@lru_cache(maxsize=4)
def _window(
    rows: int, columns: int, resolution: float, blur: float
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """What is kept of k-space, and where it is measured: a Fermi window (the scanner's own filter,
    which leaves a little Gibbs ringing) times the blur's decay."""
    ky, kx = fft.fftfreq(rows)[:, None], fft.fftfreq(columns)[None]
    radius = np.maximum(np.abs(ky), np.abs(kx)) / (0.5 * resolution)
    window = 1 / (1 + np.exp(np.clip((radius - 0.97) / 0.03, -30, 30)))
    window = window * np.exp(-2 * (np.pi * blur) ** 2 * (ky**2 + 0.3 * kx**2))
    return window.astype(np.float32), radius < 1


def measure(
    signal: NDArray[np.float32],
    sensitivity: NDArray[np.float32],
    protocol: Protocol,
    noise: float,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """One slice through the scanner: coil, k-space, ghosts, Gibbs ringing, Rician noise.

    Args:
        signal: what the tissues give, [rows, columns].
        sensitivity: the coil's sensitivity on the same points.
        protocol: resolution, blur and ghosts.
        noise: standard deviation of each channel's noise.
        rng: the source of chance.
    """
    rows, columns = signal.shape
    k = fft.fft2((signal * sensitivity).astype(np.complex64))
    window, measured = _window(rows, columns, protocol.resolution, protocol.blur)
    k *= window
    if protocol.ghost > 0:
        line = np.arange(rows)[:, None]
        wobble = protocol.ghost * np.sin(2 * np.pi * line * rng.uniform(0.05, 0.45) + 1)
        k *= np.exp(1j * wobble).astype(np.complex64)
    white = rng.standard_normal((2, rows, columns), np.float32) * (noise * np.sqrt(rows * columns))
    k += (white[0] + 1j * white[1]) * measured
    return np.abs(fft.ifft2(k)).astype(np.float32)
