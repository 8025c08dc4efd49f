"""A whole spine in coarse, thin sagittal planes, with the place and name of every vertebra and disc."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.simulate.bones import in_sacrum
from SpineLib.simulate.cases import image, sagittal_axes, stack_matrix
from SpineLib.simulate.morphometry import LEVELS
from SpineLib.simulate.patient import Patient, build_patient
from SpineLib.simulate.protocols import CONTRASTS, PROFILES, draw_protocol, with_contrast
from SpineLib.simulate.spine import VARIANTS
from SpineLib.volume import Volume

# From the posterior fossa to the coccyx, and from in front of the bodies to the skin.
ROWS, COLUMNS, PIXEL_MM = 480, 144, 1.5
PLANES, PLANE_STEP_MM, PLANE_MM = 10, 2.2, 0.5
# Variants are drawn more often than they are met, to learn what they look like.
_CHANCES = {"none": 0.61, "sacralised": 0.12, "lumbarised": 0.12, "fused": 0.15}
_WEIGHTINGS = dict(zip(CONTRASTS, (0.3, 0.4, 0.05, 0.2, 0.05), strict=True))
_COURSE_MM = 3.0


@dataclass(frozen=True)
class Mark:
    """A vertebra or a disc.

    Attributes:
        kind: ``body`` or ``disc``.
        name: the vertebra's, or that of the vertebra above the disc.
        ras: the middle of it, mm.
        state: ``free``; ``sacral`` where it is part of the sacrum; ``fused`` for a disc that a
            block vertebra has lost; ``odd`` for the lowest free disc of a transitional spine.
    """

    kind: str
    name: str
    ras: tuple[float, float, float]
    state: str = "free"


@dataclass(frozen=True)
class WholeTruth:
    """What is true of a whole spine.

    Attributes:
        variant: of `SpineLib.simulate.spine.VARIANTS`.
        marks: from C2 down to S2.
        course: the canal's centre line from the atlas down, RAS mm, every few millimetres.
        weighting: of the picture.
    """

    variant: str
    marks: list[Mark]
    course: list[tuple[float, float, float]]
    weighting: str

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> WholeTruth:
        """From what `to_dict` gave."""
        return cls(**{**data, "marks": [Mark(**mark) for mark in data["marks"]]})


@dataclass(frozen=True)
class WholeCase:
    """Sagittal planes through a whole spine.

    Attributes:
        volume: uint16, [planes from left to right, rows downward, columns to the back].
        labels: tissues on the same grid.
        truth: names and places.
        patient: who was measured.
    """

    volume: Volume
    labels: Volume
    truth: WholeTruth
    patient: Patient


def whole_case(
    region: str, disease: str, *, seed: int, profile: str, variant: str | None = None
) -> WholeCase:
    """A whole spine of a random patient, about its own midline.

    Args:
        region, disease, profile: as for `SpineLib.simulate.axial_case`.
        seed: the same seed gives the same case.
        variant: of `VARIANTS`; by chance, often other than none, where not given.
    """
    rng = np.random.default_rng((seed, PROFILES.index(profile), 21))
    drawn = str(rng.choice(VARIANTS, p=[_CHANCES[name] for name in VARIANTS]))
    held_out = profile == "held-out"
    patient = build_patient(rng, region, disease, held_out=held_out, variant=variant or drawn)
    protocol = draw_protocol(rng, "sagittal", region, profile)
    weighting = str(rng.choice(list(_WEIGHTINGS), p=list(_WEIGHTINGS.values())))
    protocol = replace(
        with_contrast(rng, protocol, weighting),
        rows=ROWS, columns=COLUMNS, pixel=PIXEL_MM, slices=PLANES, thickness=PLANE_MM,
        gap=PLANE_STEP_MM - PLANE_MM, resolution=1.0, blur=float(rng.uniform(0.15, 0.4)),
    )  # fmt: skip
    volume, labels = image(rng, patient, protocol, _grid(rng, patient, protocol), profile)
    truth = truth_of(patient, "unknown" if profile == "domain-randomised" else weighting)
    return WholeCase(volume, labels, truth, patient)


def truth_of(patient: Patient, weighting: str) -> WholeTruth:
    """Names and places of a patient's vertebrae and discs; they do not depend on the picture."""
    spine = patient.spine
    marks = []
    for k in range(LEVELS.index("C2"), LEVELS.index("S3")):
        sacral, name = in_sacrum(patient, k), LEVELS[k]
        s = float(spine.center[k])
        state = "sacral" if sacral else "free"
        marks.append(Mark("body", name, _middle(patient, s, k, k), state))
        if k == spine.block:
            state = "fused"
        elif not sacral and spine.variant in ("sacralised", "lumbarised"):
            state = "odd" if in_sacrum(patient, k + 1) else "free"
        marks.append(Mark("disc", name, _middle(patient, spine.disc(k), k, k + 1), state))
    ends = spine.center[LEVELS.index("S2")], spine.center[0]
    course = [tuple(spine.ras(0, 0, s).tolist()) for s in np.arange(ends[1], ends[0], -_COURSE_MM)]
    return WholeTruth(spine.variant, marks, course, weighting)


def _middle(patient: Patient, s: float, above: int, below: int) -> tuple[float, float, float]:
    depth = float(patient.spine.sizes.depth[[above, below]].mean())
    x, y, z = patient.spine.ras(0, float(patient.canal.ap(s)) / 2 + depth / 2, s).tolist()
    return x, y, z


def _grid(rng: np.random.Generator, patient: Patient, protocol: Any) -> NDArray[np.float64]:
    line = patient.spine.line
    top, bottom = float(line[:, 2].max()), float(line[:, 2].min())
    inside = (line[:, 2] > bottom + 20) & (line[:, 2] < top - 50)
    low, high = line[inside, :2].min(0), line[inside, :2].max(0)
    middle = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2 + 12, (top + bottom) / 2])
    middle += rng.normal(0, (2, 5, 5))
    return stack_matrix(middle, *sagittal_axes(rng), protocol)
