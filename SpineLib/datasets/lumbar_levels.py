"""Lumbar levels of simulated patients: what is measured on their masks, and what is exactly true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineLib.datasets.simulated import parse
from SpineLib.errors import BadInput
from SpineLib.findings import (
    Findings,
    SegmentationFinding,
    SegmentFinding,
    SliceFinding,
    StackFindings,
)
from SpineLib.inference.canal import locate
from SpineLib.inference.cord import measure_stack
from SpineLib.inference.instances import name_instances
from SpineLib.inference.loaded import Loaded, load
from SpineLib.inference.lumbar import features, sac_at, sacs_at
from SpineLib.inference.measures import Measure, measure
from SpineLib.inference.segmentation import segment
from SpineLib.labels import ASSESSED, structure
from SpineLib.models import find_models, open_model
from SpineLib.progress import Progress
from SpineLib.simulate.cases import LumbarCase, lumbar_anatomy, lumbar_case
from SpineLib.simulate.companions import disc_blocks
from SpineLib.simulate.morphometry import LEVELS
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


@dataclass(frozen=True)
class LevelReaders:
    """The models that measure lumbar levels: of the segmentation, of the canal, of the outlines."""

    segmentation: Loaded
    canal: Loaded
    outline: Loaded


def level_readers(segmentation: str = "", device: str = "auto") -> LevelReaders:
    """Loads the models that a reading takes.

    Args:
        segmentation: name or folder of another model of the segmentation.
        device: where they run.

    Raises:
        BadModel: there is no such model, or it cannot be loaded.
    """
    segmenter = open_model(segmentation) if segmentation else find_models("segmentation")[0]
    others = (find_models(task)[0] for task in ("canal", "outline"))
    return LevelReaders(*(load(model, device) for model in (segmenter, *others)))


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
    wanted = [patient for source in sources for patient in patients_of(source)]
    for number, (disease, profile, seed) in enumerate(progress.track(wanted, "Measuring patients")):
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


def simulated_sacs(
    sources: Sequence[str], readers: LevelReaders, progress: Progress
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The sac at discs on axial slices of simulated patients.

    Args:
        sources: as for `simulated_levels`.
        readers: the models that find the canal and outline the sac.
        progress: told of each patient.

    Returns:
        mm² as `SpineLib.inference.lumbar.sac_at` measures it, and exactly, of each disc where it
        could be measured.

    Raises:
        BadInput: as `simulated_levels`.
    """
    measured, true = [], []
    wanted = [patient for source in sources for patient in patients_of(source)]
    for disease, profile, seed in progress.track(wanted, "Measuring axial slices"):
        case = lumbar_case(seed=seed, profile=profile, disease=disease)
        findings, spine = axial_findings(case, readers), case.patient.spine
        for name, exact in case.truth.outline_area.items():
            at = float(spine.disc(LEVELS.index(name.split("/")[0])))
            area = sac_at(findings, spine.ras(0, 0, at).tolist()) if name in ABOVE else None
            if area:
                measured.append(area)
                true.append(exact)
    if not measured:
        raise BadInput("No sac of these patients could be measured")
    return np.array(measured), np.array(true)


def read_levels(case: LumbarCase, readers: LevelReaders) -> tuple[list[Measure], dict[int, float]]:
    """What a reading measures of a simulated patient's levels.

    Args:
        case: its volume is segmented, and axial blocks at its discs are outlined.
        readers: the models.

    Returns:
        Sizes of the segmentation, and the sac's areas as `SpineLib.inference.lumbar.sacs_at` gives
        them.
    """
    labels, finding = name_instances(segment(case.volume, readers.segmentation))
    sizes = measure(labels, finding)
    return sizes, sacs_at(axial_findings(case, readers), sizes)


def axial_findings(case: LumbarCase, readers: LevelReaders) -> Findings:
    """Axial blocks at a simulated patient's discs with their outlines measured."""
    stacks = [StackFindings("sagittal", plane="sagittal", frame_of_reference_uid="1")]
    blocks, _protocol = disc_blocks(case.patient, case.protocol, case.seed)
    for number, block in enumerate(blocks):
        slices = [
            SliceFinding(k, "", 1, [float(x) for x in block.slice_center(k)])
            for k in range(len(block.voxels))
        ]
        stack = StackFindings(
            f"axial {number}", plane="axial", region="lumbar", frame_of_reference_uid="1",
            spacing=[float(x) for x in block.spacing], ijk_to_ras=block.ijk_to_ras.tolist(),
            slices=slices,
        )  # fmt: skip
        measure_stack(block, locate(block, readers.canal), readers.outline, stack)
        stacks.append(stack)
    return Findings(stacks, segmentation=SegmentationFinding(ASSESSED, stack="sagittal"))


def matched(
    measured: Sequence[Measure], true: Sequence[Measure], near: float = 8.0
) -> dict[int, str]:
    """Number of each measured disc → name of the true disc near it; without one it is left out.

    Args:
        measured: on a model's segmentation.
        true: measured on the true mask.
        near: mm between two middles of one disc.
    """
    discs = [size for size in true if size.kind == "disc"]
    names = {}
    for size in measured:
        if size.kind == "disc" and discs:
            away = [float(np.linalg.norm(np.subtract(size.place_ras, d.place_ras))) for d in discs]
            if min(away) < near:
                names[size.label] = discs[int(np.argmin(away))].name
    return names


def patients_of(source: str) -> Iterator[tuple[str, str, int]]:
    """Disease, profile and seed of each patient of a source.

    Raises:
        BadInput: it is no source of lumbar patients.
    """
    request = parse(source)
    if request.region != "lumbar" or request.kind != "studies":
        raise BadInput(
            f"{source} has no lumbar levels", advice="Write simulated:lumbar-degenerative:standard:20"
        )  # fmt: skip
    for n in range(request.count):
        yield request.disease, request.profile, request.seed + n
