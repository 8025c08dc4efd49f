"""Simulated patients in a folder laid out as SPIDER is downloaded (see `SpineLib.datasets.spider`).

With what is odd in SPIDER: the series of a patient lie on grids of their own, every fourth patient
(58 of 218 there) has a T2 SPACE series of thin slices beside T1 and T2, masks are stored as floating
point, vertebrae that the border cuts are 101-125, and ``overview.csv`` holds padded words, lists as
Python writes them, and empty cells.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from SpineLib.errors import BadInput
from SpineLib.labels import DISC_OFFSET
from SpineLib.progress import Progress
from SpineLib.simulate import LumbarCase, lumbar_case
from SpineLib.simulate.morphometry import LEVELS
from SpineLib.simulate.tissues import Tissue
from SpineLib.store.files import writing_folder
from SpineLib.volume import write_volume

# As `SpineLib.datasets.spider` reads them; that imports pandas, which `simulate` does without.
_IMAGES, _MASKS, _OVERVIEW, _GRADINGS = (
    "images", "masks", "overview.csv", "radiological_gradings.csv",
)  # fmt: skip
# The scanner's settings by series; SPIDER's SPACE has 0.9 mm slices 1 mm apart.
_SERIES: dict[str, tuple[str, dict[str, float]]] = {
    "t1": ("T1", {"thickness": 4.0, "gap": 0.4}),
    "t2": ("T2", {"thickness": 3.0, "gap": 0.3}),
    "t2_SPACE": ("T2", {"thickness": 0.9, "gap": 0.1, "pixel": 0.46875}),
}
_SPACE_EVERY = 4
# SPIDER's columns in their order; what the simulator does not know stays empty.
_OVERVIEW_COLUMNS = (
    "new_file_name", "num_vertebrae", "num_discs", "sex", "birth_date", "subset", "AngioFlag",
    "BodyPartExamined", "DeviceSerialNumber", "EchoNumbers", "EchoTime", "EchoTrainLength",
    "FlipAngle", "ImagedNucleus", "ImagingFrequency", "InPlanePhaseEncodingDirection",
    "MRAcquisitionType", "MagneticFieldStrength", "Manufacturer", "ManufacturerModelName",
    "NumberOfPhaseEncodingSteps", "PercentPhaseFieldOfView", "PercentSampling",
    "PhotometricInterpretation", "PixelBandwidth", "PixelSpacing", "RepetitionTime", "SAR",
    "SamplesPerPixel", "ScanningSequence", "SequenceName", "SeriesDescription", "SliceThickness",
    "SoftwareVersions", "SpacingBetweenSlices", "SpecificCharacterSet", "TransmitCoilName",
    "WindowCenter", "WindowWidth",
)  # fmt: skip
_GRADING_COLUMNS = (
    "Patient", "IVD label", "Modic", "UP endplate", "LOW endplate", "Spondylolisthesis",
    "Disc herniation", "Disc narrowing", "Disc bulging", "Pfirrman grade",
)  # fmt: skip
_BULGING_MM, _HERNIATED_MM = 1.0, 4.0  # how far disc reaches into the canal; by hand
_NARROWED = 0.8  # share of the healthy height; by hand


def write_spider(
    folder: str | Path,
    count: int,
    *,
    seed: int = 0,
    profile: str = "standard",
    disease: str | None = None,
    scanner: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> None:
    """Writes ``images``, ``masks``, ``overview.csv`` and ``radiological_gradings.csv``.

    Args:
        folder: new or empty; appears when all is written.
        count: patients, numbered from 1.
        seed: of the first patient; each next one has the next seed.
        profile, disease: as for `SpineLib.simulate.lumbar_case`.
        scanner: settings in place of those of every series.
        progress: told of each patient.

    Raises:
        BadInput: the folder holds something, or as `lumbar_case`.
    """
    overview: list[dict[str, object]] = []
    gradings: list[dict[str, object]] = []
    with writing_folder(folder, new=True) as out:
        for part in (_IMAGES, _MASKS):
            (out / part).mkdir()
        for patient in (progress or Progress()).track(range(1, count + 1), "Simulating patients"):
            for name, (contrast, own) in _SERIES.items():
                if name == "t2_SPACE" and patient % _SPACE_EVERY != 1:
                    continue
                case = lumbar_case(
                    seed=seed + patient - 1, profile=profile, disease=disease, contrast=contrast,
                    scanner={**own, **(scanner or {})},
                )  # fmt: skip
                mask = case.segmentation
                if not mask.voxels.any():
                    raise BadInput(
                        "These settings leave no vertebra in the picture",
                        advice="Set more or larger pixels, or more slices.",
                    )
                write_volume(case.volume, out / _IMAGES / f"{patient}_{name}.mha")
                as_float = mask.with_voxels(mask.voxels.astype(np.float32))
                write_volume(as_float, out / _MASKS / f"{patient}_{name}.mha")
                overview.append(_series_facts(case, patient, name))
                if name == "t2":
                    gradings += _gradings(case, patient)
        overview.sort(key=lambda series: str(series["new_file_name"]))
        _write(out / _OVERVIEW, _OVERVIEW_COLUMNS, overview)
        _write(out / _GRADINGS, _GRADING_COLUMNS, gradings)


def _series_facts(case: LumbarCase, patient: int, name: str) -> dict[str, object]:
    protocol, numbers = case.protocol, case.truth.labels
    discs = sum(number > DISC_OFFSET for number in numbers)
    pixel = f"{protocol.pixel:g}"
    return {
        "new_file_name": f"{patient}_{name}",
        "num_vertebrae": len(numbers) - discs,
        "num_discs": discs,
        "sex": case.patient.sex[0].upper() + " " * (patient % 2),
        "birth_date": f"{case.patient.age:.1f}" if patient % 4 == 0 else "",  # an age there too
        "subset": "validation" if patient % 5 == 0 else "training",
        "BodyPartExamined": "LSPINE" if patient % 2 else "",
        "EchoNumbers": 1,
        "EchoTime": protocol.te,
        "FlipAngle": protocol.flip,
        "ImagedNucleus": "1H",
        "MRAcquisitionType": "3D" if name == "t2_SPACE" else "2D",
        "MagneticFieldStrength": protocol.field,
        "Manufacturer": f"simulated {protocol.field:g} T",
        "PhotometricInterpretation": "MONOCHROME2",
        "PixelSpacing": f"[{pixel}, {pixel}]",
        "RepetitionTime": protocol.tr,
        "SamplesPerPixel": 1,
        "ScanningSequence": "SE",
        "SliceThickness": protocol.thickness,
        "SoftwareVersions": "['1', '1.0']",
        "SpacingBetweenSlices": protocol.thickness + protocol.gap,
    }


def _gradings(case: LumbarCase, patient: int) -> list[dict[str, object]]:
    """SPIDER's grades of each disc, from the patient's own parameters."""
    sick, spine, truth = case.patient.disease, case.patient.spine, case.truth
    lines: list[dict[str, object]] = []
    for number, name in sorted(truth.labels.items()):
        if number <= DISC_OFFSET:
            continue
        upper, lower = (LEVELS.index(level) for level in name.split("/"))
        marrow = sick.endplates.get(upper, 1.0)
        inward = max(
            (lobe.depth for lobe in sick.lobes
             if lobe.tissue == Tissue.DISC_LESION and abs(lobe.s - spine.disc(upper)) < 6),
            default=0.0,
        )  # fmt: skip
        nodes = {(node.level, node.up) for node in sick.schmorl}
        lines.append({
            "Patient": patient,
            "IVD label": number - DISC_OFFSET,
            # Bright in T1 and T2 is Modic 2, dark in both 3; the simulator has no 1.
            "Modic": 2 if marrow > 1 else 3 if marrow < 1 else 0,
            "UP endplate": int((upper, False) in nodes),
            "LOW endplate": int((lower, True) in nodes),
            "Spondylolisthesis": int(upper in sick.slips),
            "Disc herniation": int(inward >= _HERNIATED_MM),
            "Disc narrowing": int(sick.narrowing[upper] < _NARROWED),
            "Disc bulging": int(_BULGING_MM <= inward < _HERNIATED_MM),
            "Pfirrman grade": min(1 + int(5 * sick.degeneration[upper]), 5),
        })  # fmt: skip
    return lines


def _write(path: Path, columns: Sequence[str], lines: Sequence[Mapping[str, object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        table = csv.DictWriter(stream, columns, restval="")
        table.writeheader()
        table.writerows(lines)
