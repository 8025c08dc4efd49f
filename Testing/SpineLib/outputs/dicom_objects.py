"""A study with opinions and segments to make DICOM objects of, and how these are read back."""

import numpy as np
import pydicom

from SpineLib.dicom import read, scan
from SpineLib.findings import (
    Findings,
    ModelUsed,
    QuestionSummary,
    SegmentationFinding,
    SegmentFinding,
    SliceFinding,
    StackFindings,
)
from SpineLib.labels import ASSESSED, COMPRESSED, NOT_COMPRESSED, STARTER_NOTICE
from SpineLib.questions import BILSKY, COMPRESSION, Opinion
from SpineLib.reading import Reading
from Testing.readings import MODEL
from Testing.SpineLib.dicom.conftest import Placed

GRADER = ModelUsed("grading", "grader", "Grader", "2.1", "1" * 64, True, "", None, BILSKY.key)
SEGMENTER = ModelUsed("segmentation", "segmenter", "Segmenter", "1.2", "2" * 64, True, "")
CANAL = (20, 15)  # column and row
HEADER = {"SliceThickness": 4.0, "PatientBirthDate": "", "PatientSex": "O", "StudyDate": "20240101",
          "StudyTime": "101010", "StudyID": "1", "AccessionNumber": "", "InstanceNumber": 1,
          "ReferringPhysicianName": ""}  # fmt: skip


def block(row, column, sign: int, count: int = 6) -> Placed:
    """Slices with any direction of rows and columns, one behind or before the other."""
    row, column = np.asarray(row, float), np.asarray(column, float)
    step = 4.0 * sign * np.cross(row, column)
    positions = tuple(tuple(np.array([3.0, -7.0, 11.0]) + k * step) for k in range(count))
    return Placed((*row.tolist(), *column.tolist()), positions)


def reading_of(folder) -> Reading:
    """Two opinions on each slice, the second one not assessed on the last; three segments."""
    stacks, volumes = [], {}
    for stack in scan(folder).stacks:
        volume = read(stack)
        volumes[stack.id] = volume
        uids = [frame.sop_instance_uid for frame in volume.frames]
        slices = [
            SliceFinding(
                k, frame.sop_instance_uid, frame.number,
                [float(x) for x in volume.slice_center(k)],
                [float(x) for x in volume.ras([CANAL[0], CANAL[1], k])], "C5" if k == 1 else "",
                [
                    Opinion(COMPRESSION.key, MODEL.name, COMPRESSED if k == 2 else NOT_COMPRESSED,
                            k == 2, 0.9 if k == 2 else 0.125, forced=k == 3),
                    Opinion(BILSKY.key, GRADER.name, "1b", False, 0.25,
                            {"1a": 0.25, "1b": 0.5, "1c": 0.25}, ["1a", "1b"],
                            grade_set=["1b", "1c"] if k else [])
                    if k < len(volume.frames) - 1
                    else Opinion(BILSKY.key, GRADER.name, reason="no canal"),
                ],
            )
            for k, frame in enumerate(volume.frames)
        ]  # fmt: skip
        stacks.append(
            StackFindings(
                stack.id, stack.series_instance_uid, shape=list(volume.shape), slices=slices,
                spacing=volume.spacing.tolist(), ijk_to_ras=volume.ijk_to_ras.tolist(),
                sop_instance_uids=uids,
                frame_numbers=[frame.number for frame in volume.frames],
            )
        )  # fmt: skip
    first = volumes[stacks[0].id]
    voxels = np.zeros(first.shape, np.uint8)
    voxels[1:4, 5:11, 8:20] = 1
    voxels[1:5, 11:13, 8:20] = 201
    voxels[2:, 5:30, 22:26] = 100
    segments = [
        SegmentFinding(label, kind, name, False, 1.5, [0.0, 0.0, 0.0])
        for label, kind, name in ((1, "vertebra", "L5"), (201, "disc", "L5/S1"),
                                  (100, "canal", "canal"))
    ]  # fmt: skip
    findings = Findings(
        stacks, [COMPRESSION, BILSKY],
        [QuestionSummary(COMPRESSION.key, MODEL.name, ASSESSED, "abnormal", positive_slices=1,
                         longest_run=1, longest_run_mm=4.0, worst=COMPRESSED)],
        SegmentationFinding(ASSESSED, file="segmentation.nrrd", stack=stacks[0].id,
                            segments=segments),
        [MODEL, GRADER, SEGMENTER], notice=STARTER_NOTICE,
    )  # fmt: skip
    return Reading(findings, volumes, first.with_voxels(voxels))


def points_of(array: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Sorted places of the voxels that are not zero; ``matrix`` maps their own indices."""
    places = np.argwhere(array) @ matrix[:3, :3].T + matrix[:3, 3]
    return np.array(sorted(np.round(places, 2).tolist()))


def assert_lies_on_the_source(path, reading: Reading) -> None:
    import highdicom as hd

    made = hd.seg.segread(path)
    labelmap = reading.segmentation
    kji = labelmap.ijk_to_ras[:, [2, 1, 0, 3]]
    to_lps = np.diag([-1.0, -1.0, 1.0, 1.0])
    whole = made.get_volume(rescale_fractional=False)
    for number, segment in enumerate(reading.findings.segmentation.segments):
        described = made.SegmentSequence[number]
        assert described.SegmentLabel == segment.name
        ours = points_of(labelmap.voxels == segment.label, to_lps @ kji)
        theirs = points_of(whole.array[..., number], whole.affine)
        np.testing.assert_allclose(theirs, ours, atol=0.02)


def groups_of(path):
    import highdicom as hd

    return hd.sr.srread(path).content.get_image_measurement_groups()


def said_in(group) -> dict[str, str]:
    return {
        evaluation.name.CodeValue: evaluation.value.CodeValue
        for evaluation in group.get_qualitative_evaluations()
    }


def rings_of(path) -> list[np.ndarray]:
    annotations = pydicom.dcmread(path).GraphicAnnotationSequence
    data = [annotation.GraphicObjectSequence[0].GraphicData for annotation in annotations]
    return [np.array(ends, float).reshape(-1, 2) for ends in data]
