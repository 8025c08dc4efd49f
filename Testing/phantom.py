"""A small spine whose right, front and slices cannot be mistaken: what tests of places are made of.

``python -m Testing.phantom FOLDER`` writes its reading and scene as ``spine read`` does.
``scenes/version-0.1.mrb`` is such a scene, written by version 0.1.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from SpineLib.findings import (
    Findings,
    QuestionSummary,
    SegmentationFinding,
    SegmentFinding,
    SliceFinding,
)
from SpineLib.labels import ASSESSED, structure
from SpineLib.questions import BILSKY, COMPRESSION, Opinion
from SpineLib.reading import Reading
from SpineLib.volume import Frame, Volume
from Testing.readings import MODEL, compressed, compression_summary, stack_of

CENTER = np.array([8.0, -24.0, 60.0])
RIGHT, ANTERIOR, SUPERIOR = np.eye(3)
FRAME_OF_REFERENCE = "1.2.826.0.7"
SCENE_OF_VERSION_0_1 = Path(__file__).parent / "scenes" / "version-0.1.mrb"
# Directions of i, j, k as scanners store them; the axial block is tilted as to a disc.
AXIAL = np.stack([-RIGHT, -ANTERIOR, SUPERIOR], axis=1)
SAGITTAL = np.stack([-ANTERIOR, -SUPERIOR, RIGHT], axis=1)
TILT = Rotation.from_euler("x", 14.0, degrees=True).as_matrix()
AIR, BODY, MARK = 0, 300, 2000
UPPER, SIDE, LOWER = "1", "2", "3"  # ids of `two_blocks`: the sagittal series stands between
FLAGGED = 6  # the slice that is compressed


def phantom(
    axial: NDArray[np.float64] = TILT @ AXIAL, shape: tuple[int, int, int] = (10, 44, 48)
) -> Reading:
    """An axial stack with a compressed slice, and a sagittal one whose structures are labelled.

    The patient's right is marked by a block 36 mm to the right of the canal, the front by one
    36 mm before it, both in every slice; the canal runs through `CENTER`.

    Args:
        axial: directions of the axial stack's i, j, k, RAS.
        shape: its slices, rows and columns.
    """
    spine = spine_volume(axial, shape, (2.6, 2.8, 4.0))
    sagittal = spine_volume(SAGITTAL, (9, 40, 36), (3.2, 3.2, 5.0))
    labels = _labels(sagittal)
    findings = Findings(
        [_axial_stack(spine), _sagittal_stack(sagittal)], [COMPRESSION, BILSKY],
        [replace(compression_summary(10, 1, 1, 4.0, index=FLAGGED), stack="1"),
         QuestionSummary(BILSKY.key, reason="made for thoracic axial T2")],
        _segmentation(labels), [MODEL], "1.2.826.0.8",
        notice="Simulated. Not for clinical use.",
    )  # fmt: skip
    return Reading(findings, {"1": spine, "2": sagittal}, labels)


def two_blocks() -> Reading:
    """The phantom with another axial block, 50 mm beneath the first and tilted the other way."""
    reading = phantom()
    tilt = Rotation.from_euler("x", -12.0, degrees=True).as_matrix()
    there = spine_volume(tilt @ AXIAL, (8, 44, 48), (2.6, 2.8, 4.0))
    matrix = there.ijk_to_ras.copy()
    matrix[:3, 3] += [0.0, 6.0, -50.0]
    volume = Volume(there.voxels, matrix, there.frames, there.frame_of_reference_uid)
    reading.findings.stacks.append(replace(_axial_stack(volume), id=LOWER))
    reading.volumes[LOWER] = volume
    return reading


def spine_volume(
    directions: NDArray[np.float64],
    shape: tuple[int, int, int],
    spacing: tuple[float, float, float],
) -> Volume:
    """The phantom on a grid around `CENTER`.

    Args:
        directions: of i, j, k, RAS, as columns.
        shape: slices, rows, columns.
        spacing: mm along i, j, k.
    """
    matrix = np.eye(4)
    matrix[:3, :3] = directions * spacing
    matrix[:3, 3] = CENTER - matrix[:3, :3] @ ((np.array(shape[::-1]) - 1) / 2)
    empty = Volume(np.zeros(shape, np.int16), matrix)
    k, j, i = np.indices(shape)
    away = empty.ras(np.stack([i, j, k], axis=-1)) - CENTER
    right, front = away[..., 0], away[..., 1]
    voxels = np.full(shape, AIR, np.int16)
    voxels[np.hypot(right / 56, front / 50) < 1] = BODY
    voxels[np.hypot(right - 36, front) < 8] = MARK
    voxels[np.hypot(right, front - 36) < 5] = MARK
    voxels += k.astype(np.int16)  # no two slices are the same
    frames = tuple(Frame(f"1.2.826.0.9.{shape[0]}.{n}") for n in range(shape[0]))
    return Volume(voxels, matrix, frames, FRAME_OF_REFERENCE)


def _axial_stack(volume: Volume):
    stack = stack_of(volume, "1", "axial", "cervical")
    stack.chosen_for, stack.choice_reason = ["compression"], "the only axial T2 stack"
    _, rows, columns = volume.shape
    for k, frame in enumerate(volume.frames):
        # The canal lies beside the image's middle, so that a mirrored place shows.
        canal = volume.ras([(columns - 1) / 2 + 3, (rows - 1) / 2 - 2, k])
        flagged = k == FLAGGED
        stack.slices.append(
            SliceFinding(
                k, frame.sop_instance_uid, 1, [float(x) for x in volume.slice_center(k)],
                [float(x) for x in canal], "",
                [compressed(0.9 if flagged else 0.1),
                 Opinion(BILSKY.key, reason="made for thoracic axial T2")],
            )
        )  # fmt: skip
    return stack


def _sagittal_stack(volume: Volume):
    stack = stack_of(volume, "2", "sagittal", "lumbar")
    stack.chosen_for, stack.choice_reason = ["segmentation"], "the only sagittal T2 stack"
    return stack


def _labels(volume: Volume) -> Volume:
    """Two vertebrae, the disc between them, and the canal behind."""
    k, j, i = np.indices(volume.shape)
    away = volume.ras(np.stack([i, j, k], axis=-1)) - CENTER
    right, front, up = np.moveaxis(away, -1, 0)
    labels = np.zeros(volume.shape, np.uint8)
    body = (np.abs(right) < 16) & (front > 6) & (front < 34)
    labels[body & (up > 6) & (up < 30)] = 2
    labels[body & (np.abs(up) <= 6)] = 202
    labels[body & (up < -6) & (up > -30)] = 1
    labels[(np.abs(right) < 12) & (np.abs(front) < 6) & (np.abs(up) < 34)] = 100
    return volume.with_voxels(labels)


def _segmentation(labels: Volume) -> SegmentationFinding:
    names = {1: "L5", 2: "L4", 100: "canal", 202: "L4/L5"}
    segments = []
    for label, name in names.items():
        k, j, i = np.nonzero(labels.voxels == label)
        middle = [float(x) for x in labels.ras(np.stack([i, j, k], axis=-1)).mean(axis=0)]
        size = float(len(k) * labels.spacing.prod() / 1000)
        segments.append(SegmentFinding(label, structure(label).kind, name, False, size, middle))
    return SegmentationFinding(
        ASSESSED, "", "segmentation.nrrd", "2", "L5", "the disc L5/S1 is in the picture", False,
        segments,
    )  # fmt: skip


if __name__ == "__main__":
    from SpineSlicer.headless.outputs import write_outputs

    write_outputs(phantom(), sys.argv[1])
