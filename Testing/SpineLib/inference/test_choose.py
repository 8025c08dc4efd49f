"""Which stacks a reading takes."""

from __future__ import annotations

import pytest

from SpineLib.dicom.stack import Stack
from SpineLib.inference.choose import choose
from SpineLib.models.card import Applicability, Card

CARD = Card(
    name="some",
    version="1",
    title="Some model",
    task="compression",
    starter=False,
    applicability=Applicability(("axial",), ("T2",), ("cervical",)),
    network={},
    preprocessing={},
    training_data="",
    limits="",
    licence="",
    weights_sha256="",
)


def stack(uid: str, slices: int = 3, top: float = 0.0, **words: object) -> Stack:
    given: dict = {"plane": "axial", "weighting": "T2", "region": "cervical", **words}
    positions = tuple((0.0, 0.0, top - k) for k in range(slices))
    return Stack(id=uid, series_instance_uid=uid.split(".")[0], positions=positions, **given)


def test_a_series_that_the_model_applies_to_is_preferred_even_if_it_has_fewer_slices():
    choice = choose([stack("a", 30, region="lumbar"), stack("b", 5)], "axial", [CARD])
    assert [s.id for s in choice.stacks] == ["b"]
    assert "preferred to" in choice.reason


def test_without_fat_saturation_goes_before_with_it():
    choice = choose([stack("a", 9, fat_saturated=True), stack("b", 9)], "axial", [CARD])
    assert [s.id for s in choice.stacks] == ["b"]


def test_all_stacks_of_the_chosen_series_are_read_from_the_highest_to_the_lowest():
    stacks = [stack("a.1", top=-50.0), stack("a.2", top=20.0), stack("b")]
    choice = choose(stacks, "axial", [CARD])
    assert [s.id for s in choice.stacks] == ["a.2", "a.1"]


def test_the_reason_says_that_there_was_no_other_series():
    choice = choose([stack("a")], "axial", [CARD])
    assert choice.reason.endswith("the only axial series")


@pytest.mark.parametrize(
    ("stacks", "words"),
    [
        ([], "the study has no axial stack"),
        ([stack("a", plane="sagittal")], "the study has no axial stack"),
        ([stack("a", problem="its slices are sheared")], "its slices are sheared"),
    ],
)
def test_where_nothing_can_be_read_the_reason_is_said(stacks, words):
    choice = choose(stacks, "axial", [CARD])
    assert choice.stacks == ()
    assert words in choice.reason
