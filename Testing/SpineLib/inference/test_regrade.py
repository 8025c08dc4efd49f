"""Slices graded again with a reader's box: those slices, the summary, and nothing else."""

import numpy as np
import pytest

from SpineLib.errors import BadInput
from SpineLib.findings import Findings, SliceFinding, StackFindings
from SpineLib.labels import ASSESSED

pytest.importorskip("torch")
from SpineLib.inference.regrade import regrade
from SpineLib.inference.study import Session


@pytest.fixture(scope="module")
def session():
    return Session("cpu")


@pytest.fixture
def findings(axial_volume):
    stack = StackFindings("4", chosen_for=["compression", "grading"], spacing=[1.0, 1.0, 4.0])
    for k in range(len(axial_volume.voxels)):
        position = axial_volume.slice_center(k).tolist()
        stack.slices.append(SliceFinding(k, f"1.2.{k}", 1, position))
    stack.slices[2].grading.forced = True
    return Findings([stack])


def box(volume, k, away=0.0):
    middle, half = volume.slice_center(k) + np.array([away, 0, 0]), np.array([10.0, 10.0, 0.0])
    return [(middle - half).tolist(), (middle + half).tolist()]


def test_only_the_boxed_slices_are_answered_and_the_study_is_summed_up(
    findings, axial_volume, session
):
    regrade(findings, "4", axial_volume, {2: box(axial_volume, 2, 5.0)}, session=session)
    slices = findings.stacks[0].slices
    assert [one.compression.status == ASSESSED for one in slices] == [k == 2 for k in range(8)]
    assert [one.grading.status == ASSESSED for one in slices] == [k == 2 for k in range(8)]
    assert slices[2].grading.source == "reader's box" and slices[2].grading.forced
    assert slices[2].compression.reason == "reader's box" and not slices[2].compression.forced
    middle = axial_volume.slice_center(2) + np.array([5.0, 0.0, 0.0])
    np.testing.assert_allclose(slices[2].canal_center_ras, middle, atol=1e-6)
    assert findings.compression.assessed_slices == 1
    assert findings.grading.highest == slices[2].grading.grade


def test_a_task_that_the_stack_was_not_read_for_stays_unanswered(findings, axial_volume, session):
    findings.stacks[0].chosen_for = ["compression"]
    regrade(findings, "4", axial_volume, {0: box(axial_volume, 0)}, session=session)
    assert findings.stacks[0].slices[0].grading.status != ASSESSED


@pytest.mark.parametrize("stack", ["5", "4"])
def test_a_volume_that_does_not_belong_to_the_stack_is_refused(findings, axial_volume, stack):
    findings.stacks[0].slices.pop()
    with pytest.raises(BadInput, match="not the one"):
        regrade(findings, stack, axial_volume, {0: box(axial_volume, 0)})
