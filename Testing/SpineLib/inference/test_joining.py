"""One stack of a study is read again by itself: the study has its new answers and keeps the rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from SpineLib.errors import BadInput
from SpineLib.findings import (
    Findings,
    ModelUsed,
    QuestionSummary,
    SegmentationFinding,
    SliceFinding,
)
from SpineLib.inference.joining import joined
from SpineLib.labels import ASSESSED, COMPRESSED, NOT_COMPRESSED
from SpineLib.models import find_models
from SpineLib.questions import COMPRESSION, Opinion
from SpineLib.volume import Volume
from Testing.readings import stack_of

CARD = find_models("compression")[0].card
CARDS = {name: replace(CARD, name=name) for name in ("old", "new")}


def grid(bottom: float) -> Volume:
    """Four slices from the head down, 5 mm apart."""
    matrix = np.diag([-0.5, -0.5, -5.0, 1.0])
    matrix[:3, 3] = 20, 20, bottom
    return Volume(np.zeros((4, 8, 8), np.uint8), matrix)


def read(volume: Volume, identifier: str, letters: str, model: str, uid: str = "") -> Findings:
    """A reading of one stack: C compressed, N not."""
    stack = stack_of(volume, identifier, "axial", "cervical")
    for k, letter in enumerate(letters):
        answer = Opinion(
            "compression", model, COMPRESSED if letter == "C" else NOT_COMPRESSED, letter == "C",
            0.9 if letter == "C" else 0.1,
        )  # fmt: skip
        middle = [float(x) for x in volume.slice_center(k)]
        stack.slices.append(
            SliceFinding(k, f"{uid}.{k}" if uid else "", 1, middle, None, "", [answer])
        )
    used = ModelUsed("compression", model, model, "1", "0" * 64, False, "", 0.5, "compression")
    summary = QuestionSummary("compression", model)
    return Findings([stack], [COMPRESSION], [summary], SegmentationFinding(reason="no sagittal stack"), [used],
                    study_instance_uid="1.2" if uid else "")  # fmt: skip


@pytest.fixture
def study() -> Findings:
    """Two stacks, each with one compressed slice."""
    first, second = (read(grid(z), n, "NNNC", "old", f"1.{n}") for z, n in ((0, "4"), (90, "5")))
    first.stacks += second.stacks
    first.stacks[0].slices[1].level = "C5"
    return first


def verdicts(findings: Findings, stack: str) -> str:
    letters = {COMPRESSED: "C", NOT_COMPRESSED: "N"}
    return "".join(
        letters[slice_.opinion("compression").value] for slice_ in findings.stack(stack).slices
    )


def test_the_new_answers_stand_at_their_own_slices_and_the_other_stack_stays(study):
    after = joined(study, read(grid(0), "1", "CCNN", "new"), "1", "4", cards=CARDS)
    assert (verdicts(after, "4"), verdicts(after, "5")) == ("CCNN", "NNNC")
    assert [slice_.sop_instance_uid for slice_ in after.stack("4").slices] == [
        f"1.4.{k}" for k in range(4)
    ]
    assert after.stack("4").slices[1].level == "C5" and after.study_instance_uid == "1.2"
    assert after.summary("compression").positive_slices == 3
    assert after.summary("compression").verdict == "abnormal"
    assert {model.name for model in after.models} == {"old", "new"}


def test_slices_that_were_laid_out_the_other_way_round_are_known_by_their_place(study):
    volume = grid(0)
    matrix = volume.ijk_to_ras.copy()
    matrix[:3, 3], matrix[:3, 2] = volume.ras([0, 0, 3]), -matrix[:3, 2]
    turned = Volume(volume.voxels[::-1], matrix)
    after = joined(study, read(turned, "1", "CNNN", "new"), "1", "4", cards=CARDS)
    assert verdicts(after, "4") == "NNNC"
    assert after.stack("4").slices[3].sop_instance_uid == "1.4.3"
    assert [slice_.index for slice_ in after.stack("4").slices] == [0, 1, 2, 3]


def test_the_old_model_is_named_no_more_where_nothing_is_by_it(study):
    study.stacks.pop()
    after = joined(study, read(grid(0), "1", "CCNN", "new"), "1", "4", cards=CARDS)
    assert [model.name for model in after.models] == ["new"]


def test_what_was_segmented_stays_where_the_new_reading_segments_nothing(study):
    study.segmentation = SegmentationFinding(ASSESSED, stack="5", lowest="L5")
    after = joined(study, read(grid(0), "1", "CCNN", "new"), "1", "4", cards=CARDS)
    assert after.segmentation == study.segmentation
    part = replace(
        read(grid(0), "1", "", "new"), segmentation=SegmentationFinding(ASSESSED, stack="1")
    )
    assert joined(study, part, "1", "5", cards=CARDS).segmentation.stack == "5"


@pytest.mark.parametrize("wrong", ["moved", "fewer"])
def test_a_volume_at_another_place_is_refused(study, wrong):
    part = read(grid(1.0 if wrong == "moved" else 0), "1", "CCNN", "new")
    if wrong == "fewer":
        part.stacks[0].slices.pop()
    with pytest.raises(BadInput, match="not where stack 4"):
        joined(study, part, "1", "4", cards=CARDS)


def test_a_reading_that_answers_nothing_leaves_the_study_as_it_was(study):
    part = read(grid(0), "1", "", "new")
    part.summaries[0].reason = "made for cervical, this stack is lumbar"
    with pytest.raises(BadInput, match="stays as it was: made for cervical"):
        joined(study, part, "1", "4", cards=CARDS)


def test_where_two_models_answered_a_question_each_keeps_its_own_summary(study):
    part = read(grid(0), "1", "CCNN", "new")
    for slice_ in part.stacks[0].slices:
        slice_.opinions.append(
            replace(slice_.opinions[0], by="third", value=COMPRESSED, positive=True)
        )
    part.summaries.append(QuestionSummary("compression", "third"))
    cards = {**CARDS, "third": replace(CARD, name="third")}
    after = joined(study, part, "1", "4", cards=cards)
    told = {
        summary.by: (summary.assessed_slices, summary.positive_slices)
        for summary in after.summaries
    }
    assert told == {"new": (4, 2), "third": (4, 4), "old": (4, 1)}
    assert [column.by for column in after.columns] == ["new", "third", "old"]
