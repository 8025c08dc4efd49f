"""Slices graded again with a reader's box: those slices, the summary, and nothing else."""

import numpy as np
import pytest

from SpineLib.errors import BadInput
from SpineLib.findings import Findings, QuestionSummary, SliceFinding, StackFindings
from SpineLib.models import find_models
from SpineLib.questions import Opinion

pytest.importorskip("torch")
from SpineLib.inference.regrade import regrade
from SpineLib.inference.study import Session

CARDS = [find_models(task)[0].card for task in ("compression", "grading")]


@pytest.fixture(scope="module")
def session():
    return Session("cpu")


@pytest.fixture
def findings(axial_volume):
    stack = StackFindings("4", chosen_for=["compression", "Bilsky"], spacing=[1.0, 1.0, 4.0])
    for k in range(len(axial_volume.voxels)):
        position = axial_volume.slice_center(k).tolist()
        silent = [Opinion(card.asked.key, card.name, reason="not read") for card in CARDS]
        stack.slices.append(SliceFinding(k, f"1.2.{k}", 1, position, opinions=silent))
    stack.slices[2].opinion("Bilsky").forced = True
    asked = [card.asked for card in CARDS]
    return Findings([stack], asked, [QuestionSummary(c.asked.key, c.name) for c in CARDS])


def box(volume, k, away=0.0):
    middle, half = volume.slice_center(k) + np.array([away, 0, 0]), np.array([10.0, 10.0, 0.0])
    return [(middle - half).tolist(), (middle + half).tolist()]


def test_only_the_boxed_slices_are_answered_and_the_study_is_summed_up(
    findings, axial_volume, session, monkeypatch
):
    # A drawn phantom may be unlike what the bundled models know, which would force its answer.
    monkeypatch.setattr(
        "SpineLib.inference.opinions.unlike", lambda scores, *_: [None] * len(scores)
    )
    regrade(findings, "4", axial_volume, {2: box(axial_volume, 2, 5.0)}, session=session)
    slices = findings.stacks[0].slices
    for question in ("compression", "Bilsky"):
        answered = [slice_.opinion(question).assessed for slice_ in slices]
        assert answered == [k == 2 for k in range(8)]
        assert slices[2].opinion(question).source == "reader's box"
    assert slices[2].opinion("Bilsky").forced and not slices[2].opinion("compression").forced
    middle = axial_volume.slice_center(2) + np.array([5.0, 0.0, 0.0])
    np.testing.assert_allclose(slices[2].canal_center_ras, middle, atol=1e-6)
    assert findings.summary("compression").assessed_slices == 1
    assert findings.summary("Bilsky").worst == slices[2].opinion("Bilsky").value


def test_where_the_model_found_the_canal_is_kept_however_often_a_slice_is_graded_again(
    findings, axial_volume, session
):
    slices = findings.stacks[0].slices
    slices[2].canal_center_ras = found = axial_volume.slice_center(2).tolist()
    for k, away in ((2, 5.0), (2, -4.0), (3, 1.0), (3, 2.0)):
        regrade(findings, "4", axial_volume, {k: box(axial_volume, k, away)}, session=session)
    assert slices[2].models_center_ras == found != slices[2].canal_center_ras
    assert slices[3].canal_center_ras and slices[3].models_center_ras is None
    back = Findings.from_dict(findings.to_dict()).stacks[0].slices
    assert [one.models_center_ras for one in back] == [
        slice_.models_center_ras for slice_ in slices
    ]


def test_a_task_that_the_stack_was_not_read_for_stays_unanswered(findings, axial_volume, session):
    findings.stacks[0].chosen_for = ["compression"]
    regrade(findings, "4", axial_volume, {0: box(axial_volume, 0)}, session=session)
    assert not findings.stacks[0].slices[0].opinion("Bilsky").assessed


@pytest.mark.parametrize("stack", ["5", "4"])
def test_a_volume_that_does_not_belong_to_the_stack_is_refused(findings, axial_volume, stack):
    findings.stacks[0].slices.pop()
    with pytest.raises(BadInput, match="not the one"):
        regrade(findings, stack, axial_volume, {0: box(axial_volume, 0)})
