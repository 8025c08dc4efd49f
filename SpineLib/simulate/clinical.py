"""Patients with known truth for `SpineLib.outcome`: simulated necks, and what was drawn about them.

Canal, cord and lesions are those of `build_patient`, measured; the severity before the operation is
tied to them, and the outcome at six months follows the odds ratios of Nouri et al. 2015 (Spine
40:171): 1.743 a point of mJOA, 0.940 a per cent of MCC, 0.242 for a dark cord on T1. All other
relations are by hand; mean and spread of age and mJOA are near those of the two AOSpine studies
(56.4 ± 11.6 years, 12.5 ± 2.7; Tetreault et al. 2015, Global Spine J 5, suppl. 1).
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadRequest
from SpineLib.progress import Progress
from SpineLib.simulate.morphometry import levels_of
from SpineLib.simulate.patient import build_patient
from SpineLib.simulate.truth import DEFORMED
from SpineLib.store.files import writing

# log odds of an mJOA of 16 and more at six months; the constant is ours.
TRUTH = {"mjoa": np.log(1.743), "mcc": np.log(0.940), "t1_hypointensity": np.log(0.242)}
CONSTANT = 0.35  # at the means below, without a dark cord
# The simulated necks are narrower than the papers’ patients (MCC 77 ± 13, MSCC 49 ± 16).
MEAN_MJOA, MEAN_MCC, MEAN_MSCC = 12.5, 76.0, 49.0
SITES = ("north", "east", "south")
# What each hospital's patients differ by: mJOA, per cent of MCC, years, log odds of the outcome.
_SHIFTS = ((-0.6, 3.0, 2.0, -0.15), (0.0, 0.0, 0.0, 0.0), (0.6, -3.0, -2.0, 0.15))
_SLICE_MM = 4.0
THINNEST = 0.2  # of its depth, which a cord keeps however deep a lesion reaches; by hand
_NEVER_MISSING = ("patient", "site", "simulated", "age", "sex", "mjoa_6", "mjoa_12", "mjoa_24")
KINDS = ("random", "not-random")


@dataclass(frozen=True)
class Neck:
    """What a reader could measure of one simulated neck: dictionary's column → value, and sex, age."""

    images: dict[str, float]
    sex: str
    age: float


def measure_neck(seed: int) -> Neck:
    """A degenerative cervical spine, measured on its canal's and cord's own tables.

    MCC and MSCC after Fehlings et al. 1999 (Spine 24:605): the depth at the worst place against the
    mean of the undisturbed ones above and below.

    Args:
        seed: another number is another neck.
    """
    patient = build_patient(np.random.default_rng((seed, 19)), "cervical", "degenerative")
    canal, spine = patient.canal, patient.spine
    discs = np.array([spine.disc(level) for level in levels_of("cervical")])
    s = np.arange(discs.min() - 8, discs.max() + 8, 0.5)
    front, back = np.zeros_like(s), np.zeros_like(s)
    for lobe in patient.disease.lobes:
        toward = float(np.cos(lobe.angle))
        side = front if toward > 0 else back
        np.maximum(side, lobe.height(s) * abs(toward), out=side)
    opened = canal.ap(s) - front - back
    worst = float(s[opened.argmin()])
    usual = float(np.mean([canal.ap(worst - 12), canal.ap(worst + 12)]))
    cord = patient.sections.read(s)
    squeeze, ap, width = cord["squeeze"], cord["cord_ap"], cord["cord_width"]
    deepest = int(squeeze.argmax())
    left = float(max(ap[deepest] - squeeze[deepest], THINNEST * ap[deepest]))
    cut = squeeze > DEFORMED
    extent = float(np.ptp(s[cut])) + _SLICE_MM if cut.any() else 0.0
    images = {
        "compressed_slices": float(np.ceil(cut.sum() * 0.5 / _SLICE_MM)),
        "longest_run": float(np.ceil(_longest(cut) * 0.5 / _SLICE_MM)),
        "extent_mm": extent,
        "compressed_levels": float(sum(cut[np.abs(s - disc).argmin()] for disc in discs)),
        "worst_probability": float(1 / (1 + np.exp(-4 * (squeeze[deepest] - DEFORMED)))),
        "t2_hyperintensity": float(bool(patient.disease.myelopathy)),
        "mscc": float(100 * (1 - left / ap[deepest])),
        "mcc": float(100 * (1 - opened.min() / usual)),
        "cord_ap": left,
        "cord_area": float(np.pi / 4 * left * width[deepest]),
        "cord_ratio": float(left / width[deepest]),
    }
    return Neck(images, patient.sex, patient.age)


def _longest(cut: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.r_[0, cut.astype(int), 0]))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def draw_patients(
    necks: Sequence[Neck], seed: int, *, missing: float = 0.0, how: str = "random"
) -> list[dict[str, Any]]:
    """A row a neck: dictionary's column → value; None where it is missing.

    Args:
        necks: whose patients they are.
        seed: of all that is drawn about them.
        missing: share of the cells that are; sex, age, hospital and follow-up never are.
        how: ``random``, or ``not-random``: the worse a value, the more often it is missing.

    Raises:
        BadRequest: an unknown kind, or a share that is none.
    """
    if how not in KINDS or not 0 <= missing < 0.5:
        raise BadRequest(f"{missing:g} missing, {how}: the share is below 0.5, the kind one of "
                         f"{', '.join(KINDS)}")  # fmt: skip
    rng = np.random.default_rng((seed, 23))
    site = rng.choice(len(SITES), len(necks), p=(0.4, 0.35, 0.25))
    rows = [_patient(rng, n, neck, int(hospital)) for n, (neck, hospital) in
            enumerate(zip(necks, site, strict=True), 1)]  # fmt: skip
    if missing:
        _take_out(rng, rows, missing, how)
    return rows


def _patient(rng: np.random.Generator, number: int, neck: Neck, hospital: int) -> dict[str, Any]:
    on_mjoa, on_mcc, on_age, on_odds = _SHIFTS[hospital]
    images = dict(neck.images)
    images["mcc"] = float(np.clip(images["mcc"] + on_mcc + rng.normal(0, 2), -20, 95))
    age = float(np.round(np.clip(0.55 * neck.age + 22 + on_age + rng.normal(0, 8), 25, 90)))
    worse = (images["mcc"] - MEAN_MCC) / 13
    mjoa = float(np.clip(np.round(
        MEAN_MJOA + on_mjoa - 1.1 * worse - 0.012 * (images["mscc"] - MEAN_MSCC) - 0.03 * (age - 56)
        + rng.normal(0, 2.4)), 3, 18))  # fmt: skip
    lost = 18 - mjoa
    dark = float(
        rng.random()
        < 1 / (1 + np.exp(1.8 - 0.04 * (images["mscc"] - MEAN_MSCC) - 0.15 * (lost - 5)))
    )
    odds = (CONSTANT + on_odds + TRUTH["mjoa"] * (mjoa - MEAN_MJOA)
            + TRUTH["mcc"] * (images["mcc"] - MEAN_MCC) + TRUTH["t1_hypointensity"] * dark)  # fmt: skip
    good = bool(rng.random() < 1 / (1 + np.exp(-odds)))
    later = [_after(rng, mjoa, good) for _visit in range(3)]
    upper, lower, sensory, bladder = rng.multivariate_hypergeometric((5, 7, 3, 3), int(lost))
    tall = rng.normal(176 if neck.sex == "male" else 163, 7)
    return {
        "patient": f"S{number:04d}", "site": SITES[hospital], "simulated": 1.0,
        "age": age, "sex": neck.sex, "height": round(float(np.clip(tall, 140, 205))),
        "weight": round(float(np.clip(rng.normal(tall - 98, 12), 42, 160))),
        "smoking": _maybe(rng, 0.27), "diabetes": _maybe(rng, 0.16),
        "psychiatric": _maybe(rng, 0.17), "other_diseases": float(rng.poisson(1.2)),
        "duration": float(np.round(np.clip(np.exp(rng.normal(2.6 + 0.04 * lost, 0.9)), 1, 360))),
        "gait": _maybe(rng, 1 / (1 + np.exp(1.6 - 0.5 * lower * 1.6))),
        "hand": _maybe(rng, 1 / (1 + np.exp(1.4 - 1.1 * upper))),
        "mjoa": mjoa, "mjoa_upper": 5.0 - upper, "mjoa_lower": 7.0 - lower,
        "mjoa_sensory": 3.0 - sensory, "mjoa_bladder": 3.0 - bladder,
        "nurick": float(np.clip(np.round(0.42 * lost + 0.35 * lower + rng.normal(0, 0.6)), 0, 5)),
        "ndi": float(np.round(np.clip(22 + 3.2 * lost + rng.normal(0, 13), 0, 100))),
        "sf36_pcs": float(np.round(np.clip(46 - 2.0 * lost + rng.normal(0, 7), 10, 70), 1)),
        "sf36_mcs": float(np.round(np.clip(47 - 0.8 * lost + rng.normal(0, 10), 10, 75), 1)),
        "approach": str(rng.choice(("anterior", "posterior", "combined"), p=(0.6, 0.35, 0.05))),
        "levels_operated": float(np.clip(images["compressed_levels"] + rng.integers(0, 3), 1, 6)),
        **{name: round(value, 3) for name, value in images.items()}, "t1_hypointensity": dark,
        "mjoa_6": later[0], "mjoa_12": later[1], "mjoa_24": later[2],
    }  # fmt: skip


def _after(rng: np.random.Generator, mjoa: float, good: bool) -> float:
    """mJOA after the operation, on the side of 16 that was drawn."""
    score = float(np.round(mjoa + rng.normal(2.4, 1.5)))
    return float(np.clip(score, 16, 18) if good else np.clip(score, 2, 15))


def _maybe(rng: np.random.Generator, share: float) -> float:
    return float(rng.random() < share)


def _take_out(rng: np.random.Generator, rows: list[dict[str, Any]], share: float, how: str) -> None:
    for name in [n for n in rows[0] if n not in _NEVER_MISSING]:
        chance = np.full(len(rows), share)
        if how == "not-random" and name != "approach":
            values = np.array([patient[name] for patient in rows])
            better = name.startswith(("mjoa", "sf36", "cord", "height"))
            rank = np.argsort(np.argsort(-values if better else values, kind="stable"))
            chance = 2 * share * (rank + 0.5) / len(rows)
        for patient, gone in zip(rows, rng.random(len(rows)) < chance, strict=True):
            if gone:
                patient[name] = None


def write_patients(
    path: str | Path, count: int, seed: int, *, missing: float = 0.0, how: str = "random",
    progress: Progress | None = None,
) -> None:  # fmt: skip
    """Writes simulated patients as CSV.

    Args:
        path: the file.
        count: how many.
        seed: of necks and patients.
        missing, how: as of `draw_patients`.
        progress: tells how far it is.

    Raises:
        OutputError: the file cannot be written.
    """
    reporting = progress or Progress()
    numbers = range(seed * 100_000, seed * 100_000 + count)
    necks = [measure_neck(n) for n in reporting.track(numbers, "Simulating patients")]
    rows = draw_patients(necks, seed, missing=missing, how=how)
    with writing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
