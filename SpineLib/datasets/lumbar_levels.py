"""Lumbar levels of simulated patients: what is measured on their masks, and what is exactly true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineLib.datasets.simulated import parse
from SpineLib.errors import BadInput
from SpineLib.findings import SegmentationFinding, SegmentFinding
from SpineLib.inference.lumbar import features
from SpineLib.inference.measures import Measure, measure
from SpineLib.labels import ASSESSED, structure
from SpineLib.progress import Progress
from SpineLib.simulate.cases import lumbar_anatomy
from SpineLib.volume import Volume

# mm² of the dural sac below which a level is moderate and severe, see `STENOSIS`.
CUTS = (100.0, 75.0)
# The simulated spine is lumbar from here on; above, the cord fills the sac.
ABOVE = ("T12/L1", "L1/L2", "L2/L3", "L3/L4", "L4/L5", "L5/S1")


@dataclass(frozen=True)
class Levels:
    """Measured levels with their truth, a row a disc.

    Attributes:
        rows: [disc, `SpineLib.inference.lumbar.FEATURES`].
        grades: index of the grade among `STENOSIS`'s values.
        patients: number of the patient.
    """

    rows: NDArray[np.float64]
    grades: NDArray[np.intp]
    patients: NDArray[np.intp]


def grade_of(area: float) -> int:
    """Index of the grade of an exact area, mm²."""
    return sum(area < cut for cut in CUTS)


def finding_of(mask: Volume, names: Mapping[int, str]) -> SegmentationFinding:
    """A label map's structures as a finding.

    Args:
        mask: SPIDER's numbers.
        names: number → name, of those that have one.
    """
    numbers = [int(n) for n in np.unique(mask.voxels) if n]
    segments = [
        SegmentFinding(n, structure(n).kind, names.get(n, str(n)), structure(n).partial, 0.0, [0.0] * 3)
        for n in numbers
    ]  # fmt: skip
    return SegmentationFinding(ASSESSED, segments=segments)


def simulated_levels(sources: Sequence[str], progress: Progress) -> Levels:
    """Measures simulated patients' own masks and grades them by their exact area.

    Args:
        sources: ``simulated:lumbar-<disease>:<profile>:<count>[:<seed>]``.
        progress: told of each patient.

    Raises:
        BadInput: another source, or no level.
    """
    rows, grades, patients = [], [], []
    asked = [one for source in sources for one in patients_of(source)]
    for number, (disease, profile, seed) in enumerate(progress.track(asked, "Measuring patients")):
        mask, truth = lumbar_anatomy(seed=seed, profile=profile, disease=disease)
        discs, table = features(measure(mask, finding_of(mask, truth.labels)))
        for disc, row in zip(discs, table, strict=True):
            if disc.name in ABOVE:
                rows.append(row)
                grades.append(grade_of(truth.outline_area[disc.name]))
                patients.append(number)
    if not rows:
        raise BadInput("No level of these patients could be measured")
    return Levels(np.array(rows), np.array(grades), np.array(patients))


def matched(found: Sequence[Measure], true: Sequence[Measure], near: float = 8.0) -> dict[int, str]:
    """Name of the true disc at each found disc's place; of none, where none is near.

    Args:
        found: measured on a model's segmentation.
        true: measured on the true mask.
        near: mm between two middles of one disc.
    """
    discs = [one for one in true if one.kind == "disc"]
    names = {}
    for one in found:
        if one.kind == "disc" and discs:
            away = [float(np.linalg.norm(np.subtract(one.place_ras, d.place_ras))) for d in discs]
            if min(away) < near:
                names[one.label] = discs[int(np.argmin(away))].name
    return names


def patients_of(source: str) -> Iterator[tuple[str, str, int]]:
    """Disease, profile and seed of each patient of a source.

    Raises:
        BadInput: it is no source of lumbar patients.
    """
    asked = parse(source)
    if asked.region != "lumbar" or asked.kind != "studies":
        raise BadInput(
            f"{source} has no lumbar levels", advice="Write simulated:lumbar-degenerative:standard:20"
        )  # fmt: skip
    for n in range(asked.count):
        yield asked.disease, asked.profile, asked.seed + n
