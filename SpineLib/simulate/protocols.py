"""How scanners are set: one table of random ranges a profile.

``standard`` is what training draws from. ``held-out`` draws other scanners (see `_held_out`), so
that a test on it is a test of transfer. ``domain-randomised`` uses standard geometry with an
arbitrary signal for each tissue and wider imperfections. ``everyday`` is for training too: thin to
thick slices, motion, and gradient echo beside T2 (see `_everyday`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from SpineLib.errors import BadInput
from SpineLib.simulate.scanner import Protocol
from SpineLib.simulate.tissues import PROPERTIES, Tissue

PROFILES = ("standard", "held-out", "domain-randomised", "everyday")
GRADIENT_ECHO = 0.4  # share of the everyday axial stacks that are T2*; by hand
CONTRASTS = ("T1", "T2", "T2*", "STIR", "PD")
# What a person may set, with the lowest and highest value; `Protocol` says what each one is.
SETTINGS: dict[str, tuple[float, float]] = {
    "field": (1.5, 3.0), "tr": (5, 20_000), "te": (1, 500), "rows": (64, 1024),
    "columns": (64, 1024), "slices": (1, 400), "pixel": (0.2, 4), "thickness": (0.5, 20),
    "gap": (0, 50), "resolution": (0.2, 1), "snr": (1, 1000), "bias": (0, 1), "blur": (0, 5),
    "ghost": (0, 1), "flow": (0, 1), "fat_shift": (0, 10), "saturation": (0, 1),
}  # fmt: skip
_WHOLE = ("rows", "columns", "slices")
_OF_CONTRAST = ("field", "tr", "te")
FIELD_OF_VIEW = {"cervical": (150, 225), "thoracic": (160, 260), "lumbar": (160, 260)}


def draw_protocol(rng: np.random.Generator, plane: str, region: str, profile: str) -> Protocol:
    """A random protocol of a plane and region.

    Args:
        plane: ``axial`` or ``sagittal``.
        region: ``cervical``, ``thoracic`` or ``lumbar``.
        profile: one of `PROFILES`.
    """
    base = _axial(rng, region) if plane == "axial" else _sagittal(rng)
    if profile == "held-out":
        return _held_out(rng, base)
    if profile == "everyday":
        return _everyday(rng, base, plane)
    if profile == "domain-randomised":
        return replace(
            base,
            snr=float(rng.uniform(5, 40)),
            bias=float(rng.uniform(0, 0.9)),
            blur=float(rng.uniform(0.1, 1.0)),
            ghost=float(rng.uniform(0, 0.25)),
        )
    return base


def with_contrast(rng: np.random.Generator, protocol: Protocol, contrast: str) -> Protocol:
    """The protocol with another weighting, at everyday times in milliseconds (set by hand).

    STIR's inversion time nulls fat: TI = T1 ln 2 for a long TR.

    Raises:
        BadInput: the contrast has no such name.
    """
    if contrast not in CONTRASTS:
        raise BadInput(
            f"There is no contrast {contrast!r}", advice=f"Use one of {', '.join(CONTRASTS)}."
        )
    fat = PROPERTIES[Tissue.FAT].t1[0 if protocol.field < 2 else 1]
    ti = 0.0
    if contrast == "T1":
        tr, te = rng.uniform(450, 700), rng.uniform(8, 14)
    elif contrast == "T2*":
        tr, te = rng.uniform(400, 900), rng.uniform(10, 28)
    elif contrast == "STIR":
        tr, te = rng.uniform(3500, 6000), rng.uniform(45, 75)
        ti = float(fat * np.log(2) * rng.uniform(0.95, 1.05))
    elif contrast == "PD":
        tr, te = rng.uniform(2200, 4000), rng.uniform(12, 35)
    else:
        tr, te = rng.uniform(2800, 6000), rng.uniform(80, 125)
    flip = float(rng.uniform(18, 35)) if contrast == "T2*" else 90.0
    return replace(protocol, weighting=contrast, tr=float(tr), te=float(te), ti=ti, flip=flip)


def with_settings(protocol: Protocol, settings: Mapping[str, float]) -> Protocol:
    """The protocol with some of its values set by a person.

    What is not set follows: with another thickness or gap the stack keeps its length (and so has
    other slices), with another pixel it keeps its field of view (and so has another matrix).

    Args:
        protocol: as it was drawn.
        settings: values by name of `SETTINGS`, as ``{"thickness": 5, "ghost": 0.2}``.

    Raises:
        BadInput: a name that cannot be set, or a value that no scanner has.
    """
    for name, value in settings.items():
        _check_setting(name, value)
    values: dict[str, Any] = {n: int(v) if n in _WHOLE else float(v) for n, v in settings.items()}
    new = replace(protocol, **values)
    if "slices" not in values:
        length = protocol.slices * (protocol.thickness + protocol.gap)
        new = replace(new, slices=max(1, round(length / (new.thickness + new.gap))))
    if "pixel" in values:
        share = protocol.pixel / new.pixel
        matrix = {n: round(getattr(protocol, n) * share) for n in ("rows", "columns")}
        new = replace(new, **(matrix | {n: values[n] for n in matrix if n in values}))
    for name in _WHOLE:
        low, high = SETTINGS[name]
        if not low <= getattr(new, name) <= high:
            raise BadInput(
                f"These settings need {getattr(new, name)} {name}, the scanner has "
                f"{low:g} to {high:g}",
                advice=f"Set {name} too, or other millimetres.",
            )
    if new.te >= new.tr:
        raise BadInput(f"The echo comes before the next pulse: TE {new.te:g} ms, TR {new.tr:g}")
    return new


def _check_setting(name: str, value: float) -> None:
    if name not in SETTINGS:
        raise BadInput(
            f"The scanner has no setting {name!r}", advice=f"Use one of {', '.join(SETTINGS)}."
        )
    low, high = SETTINGS[name]
    if name == "field" and value not in (1.5, 3):
        raise BadInput(f"A field of {value} tesla is not simulated", advice="Use 1.5 or 3.")
    if not low <= value <= high:
        raise BadInput(f"The scanner's {name} is from {low:g} to {high:g}, not {value}")
    if name in _WHOLE and value != int(value):
        raise BadInput(f"The scanner's {name} is a whole number, not {value}")


def protocol_for(
    rng: np.random.Generator,
    plane: str,
    region: str,
    profile: str,
    *,
    contrast: str | None,
    chance: np.random.Generator,
    settings: Mapping[str, float] | None,
) -> Protocol:
    """A random protocol, with what a person asked for in place of what chance gave.

    Args:
        rng, plane, region, profile: as for `draw_protocol`.
        contrast: of `with_contrast`, whose times come from ``chance``; None leaves the drawn one.
        settings: of `with_settings`.

    Raises:
        BadInput: as `with_contrast` and `with_settings`; or a contrast, field or time is asked of
            the domain-randomised profile, whose signal does not come from them.
    """
    settings = settings or {}
    protocol = with_settings(draw_protocol(rng, plane, region, profile), settings)
    if profile == "domain-randomised" and (contrast or set(settings) & set(_OF_CONTRAST)):
        raise BadInput(
            "The domain-randomised profile has an arbitrary signal for each tissue, so no contrast,"
            " field or time can be asked for",
            advice="Use the standard or the held-out profile.",
        )
    if contrast is None:
        return protocol
    times = {name: settings[name] for name in ("tr", "te") if name in settings}
    return with_settings(with_contrast(chance, protocol, contrast), times)


def _common(rng: np.random.Generator) -> dict:
    return {
        "field": float(rng.choice([1.5, 3.0], p=[0.6, 0.4])),
        "snr": float(np.exp(rng.uniform(np.log(8), np.log(40)))),
        "fat_shift": float(rng.uniform(0, 1.6)),
        "bias": float(rng.uniform(0.5, 1.0)),
        "saturation": float(rng.choice([0.0, rng.uniform(0.5, 0.95)])),
        "blur": float(rng.uniform(0.15, 0.7)),
        "ghost": float(rng.choice([0, rng.uniform(0, 0.15)])),
        "flow": float(rng.beta(1, 5)),
        "resolution": float(rng.uniform(0.55, 0.95)),
    }


def _axial(rng: np.random.Generator, region: str) -> Protocol:
    size = int(rng.choice([256, 288, 320, 320, 384]))
    view = rng.uniform(*FIELD_OF_VIEW[region])
    thickness = float(rng.choice([2.0, 3.0, 3.0, 3.5, 4.0, 5.0]))
    return Protocol(
        weighting="T2",
        tr=float(rng.uniform(2800, 6000)),
        te=float(rng.uniform(80, 125)),
        rows=size,
        columns=size,
        slices=int(rng.integers(20, 31)),
        pixel=float(view / size),
        thickness=thickness,
        gap=float(thickness * rng.choice([0, 0.1, 0.1, 0.2])),
        **_common(rng),
    )


def _sagittal(rng: np.random.Generator) -> Protocol:
    size = int(rng.choice([320, 384, 384, 448]))
    t1 = rng.random() < 0.4
    thickness = float(rng.uniform(3.3, 4.0))
    return Protocol(
        weighting="T1" if t1 else "T2",
        tr=float(rng.uniform(450, 700) if t1 else rng.uniform(2500, 5000)),
        te=float(rng.uniform(8, 14) if t1 else rng.uniform(85, 125)),
        rows=size,
        columns=size,
        slices=int(rng.integers(15, 20)),
        pixel=float(rng.uniform(250, 310) / size),
        thickness=thickness,
        gap=float(thickness * rng.choice([0, 0.1])),
        **_common(rng),
    )


def _held_out(rng: np.random.Generator, base: Protocol) -> Protocol:
    """Thinner or much thicker slices, a lower measured resolution, stronger noise and ghosts."""
    thickness = float(rng.choice([1.5, 6.0, 7.5]) if base.slices > 19 else rng.choice([2.5, 5.0]))
    return replace(
        base,
        thickness=thickness,
        gap=float(rng.choice([0.0, 1.2])),
        resolution=float(rng.uniform(0.45, 0.55)),
        snr=float(rng.uniform(5, 9)),
        ghost=float(rng.uniform(0.1, 0.25)),
        te=base.te * (1.15 if base.weighting == "T2" else 1.4),
    )


def _everyday(rng: np.random.Generator, base: Protocol, plane: str) -> Protocol:
    """Thin to thick slices, coarser, noisier, blurred, with motion; axial ones also T2*.

    The held-out profile's resolution, slices past 7 mm and strongest ghosts stay out of it.
    """
    thickness = float(rng.uniform(2, 7))
    changed = replace(
        base,
        thickness=thickness if plane == "axial" else base.thickness,
        gap=float(thickness * rng.choice([0, 0.1, 0.2, 0.4])) if plane == "axial" else base.gap,
        snr=float(np.exp(rng.uniform(np.log(8), np.log(40)))),
        ghost=float(rng.choice([0, rng.uniform(0, 0.2)])),
        blur=float(rng.uniform(0.15, 0.9)),
    )
    echo = plane == "axial" and rng.random() < GRADIENT_ECHO
    return with_contrast(rng, changed, "T2*") if echo else changed
