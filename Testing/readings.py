"""Readings of real MR data with answers given by hand: what the faces are tested with."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from SpineLib.findings import (
    Findings,
    ModelUsed,
    QuestionSummary,
    SegmentationFinding,
    SegmentFinding,
    SliceFinding,
    StackFindings,
)
from SpineLib.labels import (
    ASSESSED,
    BORDERLINE,
    COMPRESSED,
    NOT_COMPRESSED,
    STARTER_NOTICE,
    disc_name,
    level_name,
    structure,
)
from SpineLib.questions import BILSKY, COMPRESSION, Opinion
from SpineLib.reading import Reading
from SpineLib.volume import Frame, Volume, from_sitk, read_volume

# Column and row of the canal's middle in each slice of the cervical series, seen by eye.
CANAL = [(165, 145), (164, 137), (162, 131), (164, 131), (164, 130), (165, 127), (164, 127),
         (161, 126), (160, 126), (160, 127), (160, 129), (162, 131), (160, 133), (160, 135),
         (159, 141), (156, 145), (155, 148), (154, 152), (152, 158)]  # fmt: skip
PROBABILITIES = [0.02, 0.03, 0.05, 0.08, 0.12, 0.41, 0.72, 0.91, 0.96, 0.88, 0.38, 0.1, 0.06,
                 0.04, 0.03, 0.02, 0.02, None, None]  # fmt: skip
MODEL = ModelUsed("compression", "starter-compression", "Starter compression model", "0.1.0",
                  "0" * 64, True, "Trained on simulated images only.", 0.5, "compression",
                  "Apache-2.0")  # fmt: skip


def volume_of_series(folder: Path) -> Volume:
    """A DICOM series as SimpleITK reads it, with its SOP Instance UIDs."""
    reader = sitk.ImageSeriesReader()
    files = reader.GetGDCMSeriesFileNames(str(folder))
    reader.SetFileNames(files)
    volume = from_sitk(reader.Execute())
    frames = tuple(Frame(f"1.2.826.0.1.{k}") for k in range(len(files)))
    return Volume(volume.voxels, volume.ijk_to_ras, frames, "1.2.826.0.2")


def stack_of(volume: Volume, identifier: str, plane: str, region: str) -> StackFindings:
    """What findings say of a volume's stack, before anything was assessed."""
    return StackFindings(
        identifier, "1.2.826.0.3." + identifier, volume.frame_of_reference_uid, int(identifier),
        f"T2 TSE {plane}", plane, "T2", False, region, list(volume.shape),
        [float(x) for x in volume.spacing], volume.ijk_to_ras.tolist(),
    )  # fmt: skip


# What a model's sets promise, as findings tell it.
PROMISE = {"coverage": 0.9, "data": "held-out simulated studies", "patients": 60, "slices": 700,
           "note": "Nothing is promised of images unlike these."}  # fmt: skip


def cervical_findings(volume: Volume) -> Findings:
    """Nineteen slices: four compressed, two borderline, two not assessed, Bilsky nowhere."""
    stack = stack_of(volume, "4", "axial", "cervical")
    stack.chosen_for, stack.choice_reason = ["compression"], "the only axial T2 stack"
    reason = "made for thoracic axial T2; this stack is cervical"
    stack.not_assessed = {BILSKY.key: reason}
    for k, (at, probability) in enumerate(zip(CANAL, PROBABILITIES, strict=True)):
        found = probability is not None
        center = [float(x) for x in volume.ras([*at, k])] if found else None
        compression = compressed(probability)
        position = [float(x) for x in volume.slice_center(k)]
        uid = volume.frames[k].sop_instance_uid
        stack.slices.append(
            SliceFinding(
                k, uid, 1, position, center, "", [compression, Opinion(BILSKY.key, reason=reason)]
            )
        )
    return Findings(
        [stack],
        [COMPRESSION, BILSKY],
        [
            compression_summary(17, 4, 4, 30.0, index=8),
            QuestionSummary(BILSKY.key, reason=reason),
        ],
        SegmentationFinding(reason="no lumbar sagittal T1 or T2 stack in this study"),
        [MODEL],
        "1.2.826.0.4",
        notice=STARTER_NOTICE,
    )


def compression_summary(
    assessed: int, positive: int, run: int, millimetres: float, *, index: int, verdict="abnormal"
) -> QuestionSummary:
    """By the published rule; the worst slice is ``index`` of stack 4."""
    worst = COMPRESSED if positive else NOT_COMPRESSED
    return QuestionSummary(
        COMPRESSION.key, MODEL.name, ASSESSED, verdict, "", "more than one compressed slice", False,
        assessed, positive, run, millimetres, worst, "4", index,
    )  # fmt: skip


def compressed(probability: float | None) -> Opinion:
    """The compression model's opinion; None: the canal was not found."""
    if probability is None:
        return Opinion(COMPRESSION.key, MODEL.name, reason="the spinal canal was not found")
    value = verdict(probability)
    return Opinion(COMPRESSION.key, MODEL.name, value, value == COMPRESSED, probability)


def bilsky(grade: str, high: float, interval: list[str], *, forced: bool = False) -> Opinion:
    """A grade that takes 80 % of the probability."""
    chances = {**dict.fromkeys(BILSKY.values, 0.04), grade: 0.8}
    return Opinion(
        BILSKY.key, "starter-grading", grade, high >= 0.5, high, chances, interval, "", forced,
        "canal window",
    )  # fmt: skip


def verdict(probability: float) -> str:
    """By the test card's thresholds."""
    if probability >= 0.5:
        return COMPRESSED
    return BORDERLINE if probability >= 0.35 else NOT_COMPRESSED


@pytest.fixture(scope="session")
def cervical(data: Path) -> Reading:
    """The real cervical study with hand-given canal centres and probabilities."""
    volume = volume_of_series(data / "dicom" / "cervical_t2_axial")
    return Reading(cervical_findings(volume), {"4": volume})


@pytest.fixture(scope="session")
def graded(cervical: Reading) -> Reading:
    """The same, with the grading forced: the compressed slices are graded 2, the others 0."""
    findings = Findings.from_dict(cervical.findings.to_dict())
    for slice_ in findings.stacks[0].slices:
        compression = slice_.opinion(COMPRESSION.key)
        if compression.positive:
            slice_.opinions[1] = bilsky("2", 0.84, ["1c", "2"], forced=True)
        elif compression.assessed:
            slice_.opinions[1] = bilsky("0", 0.12, ["0", "1a"], forced=True)
    findings.summaries[1] = QuestionSummary(
        BILSKY.key, "starter-grading", ASSESSED, forced=True, assessed_slices=17, positive_slices=4,
        longest_run=4, longest_run_mm=30.0, worst="2", stack="4", index=8,
    )  # fmt: skip
    return Reading(findings, cervical.volumes)


@pytest.fixture(scope="session")
def brief(graded: Reading) -> Reading:
    """Slices 8 to 10 of it as a stack of their own, for tests that need no more."""
    findings = Findings.from_dict(graded.findings.to_dict())
    whole = graded.volumes["4"]
    matrix = whole.ijk_to_ras.copy()
    matrix[:3, 3] = whole.ras([0, 0, 7])
    stack = findings.stacks[0]
    stack.slices = stack.slices[7:10]
    for k, one in enumerate(stack.slices):
        one.index = k
    stack.shape, stack.ijk_to_ras = [3, *stack.shape[1:]], matrix.tolist()
    findings.summaries[0] = compression_summary(3, 3, 3, 22.5, index=1)
    findings.summaries[1].index, findings.summaries[1].positive_slices = 1, 3
    findings.summaries[1].assessed_slices = findings.summaries[1].longest_run = 3
    volume = Volume(whole.voxels[7:10], matrix, whole.frames[7:10], whole.frame_of_reference_uid)
    return Reading(findings, {"4": volume})


@pytest.fixture(scope="session")
def unsure(brief: Reading) -> Reading:
    """Three slices whose models promise sets: 1c or 2, 2 alone, 0 to 2; on the second both verdicts."""
    findings = Findings.from_dict(brief.findings.to_dict())
    grader = ModelUsed(
        "grading", "starter-grading", "Grader", "1", "1" * 64, True, "", None, BILSKY.key,
        grade_sets=PROMISE,
    )  # fmt: skip
    findings.models = [replace(MODEL, grade_sets=PROMISE), grader]
    sets = (["1c", "2"], ["2"], ["0", "1a", "1b", "1c", "2"])
    for one, values in zip(findings.stacks[0].slices, sets, strict=True):
        one.opinions[1] = replace(one.opinions[1], forced=False, grade_set=values)
        one.opinions[0].grade_set = [one.opinions[0].value]
    findings.stacks[0].slices[1].opinions[0].grade_set = [*COMPRESSION.values]
    return Reading(findings, brief.volumes)


@pytest.fixture(scope="session")
def lumbar(data: Path) -> Reading:
    """A real lumbar crop with its published masks in SPIDER's numbers; levels not known."""
    folder = data / "nifti" / "tptbox_lumbar"
    image, instances, parts = (read_volume(path) for path in _tptbox(folder))
    labels = np.zeros(image.shape, np.uint8)
    vertebrae = sorted(int(x) for x in np.unique(instances.voxels) if 0 < x < 100)
    lowest = vertebrae[-1]
    for number in vertebrae:
        labels[instances.voxels == number] = lowest - number + 1
        labels[instances.voxels == 100 + number] = 201 + lowest - number
    labels[np.isin(parts.voxels, (60, 61))] = 100
    segments = [_segment(int(x), labels, image) for x in np.unique(labels) if x]
    volume = Volume(image.voxels, image.ijk_to_ras, (), "1.2.826.0.5")
    stack = stack_of(volume, "2", "sagittal", "lumbar")
    stack.chosen_for, stack.choice_reason = ["segmentation"], "the only sagittal T2 stack"
    evidence = "neither the sacrum nor the disc L5/S1 is in the picture"
    finding = SegmentationFinding(
        ASSESSED, "", "segmentation.nrrd", "2", "", evidence, False, segments
    )
    model = ModelUsed("segmentation", "starter-segmentation", "Starter segmentation model", "0.1.0",
                      "1" * 64, True, "Trained on simulated images only.", None, "", "Apache-2.0")  # fmt: skip
    findings = Findings(
        [stack], [COMPRESSION, BILSKY],
        [QuestionSummary(q.key, reason="no axial T2 stack") for q in (COMPRESSION, BILSKY)],
        finding, [model], "1.2.826.0.6", notice=STARTER_NOTICE,
    )  # fmt: skip
    return Reading(findings, {"2": volume}, volume.with_voxels(labels))


def _tptbox(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.nii.gz"))
    masks = [p for p in files if "msk" in p.name or "seg" in p.name]
    image = next(p for p in files if p not in masks)
    instance = next(p for p in masks if "vert" in p.name or "inst" in p.name)
    parts = next(p for p in masks if p != instance)
    return [image, instance, parts]


def _segment(label: int, labels: np.ndarray, volume: Volume) -> SegmentFinding:
    what = structure(label)
    k, j, i = (float(x.mean()) for x in np.nonzero(labels == label))
    if what.kind == "canal":
        name = "canal"
    else:
        title = level_name if what.kind == "vertebra" else disc_name
        assert title
        name = f"{what.kind} {what.position} (level not known)"
    volume_ml = float((labels == label).sum() * volume.spacing.prod() / 1000)
    centroid = [float(x) for x in volume.ras([i, j, k])]
    return SegmentFinding(label, what.kind, name, what.partial, volume_ml, centroid)
