"""Which stacks a reading takes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from SpineLib.dicom.stack import Stack
from SpineLib.inference.choose import Choice, choose
from SpineLib.models.applicability import check
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


def card(name: str, *regions: str, weighting: str = "T2") -> Card:
    return replace(CARD, name=name, applicability=Applicability(("axial",), (weighting,), regions))


BOTH, KANG_CARD, BILSKY_CARD = (
    card("compression", "cervical", "thoracic"), card("kang", "cervical"),
    card("bilsky", "thoracic"),
)  # fmt: skip
CARDS = [BOTH, KANG_CARD, BILSKY_CARD]


def only(choices) -> Choice:
    """The one series that is read."""
    (choice,) = choices.series
    return choice


def ids(choices) -> list[list[str]]:
    return [[s.id for s in choice.stacks] for choice in choices.series]


def test_a_series_that_the_model_applies_to_is_preferred_even_if_it_has_fewer_slices():
    choice = only(choose([stack("a", 30, region="lumbar"), stack("b", 5)], "axial", [CARD]))
    assert [s.id for s in choice.stacks] == ["b"]
    assert "preferred to" in choice.reason


def test_without_fat_saturation_goes_before_with_it():
    choice = only(choose([stack("a", 9, fat_saturated=True), stack("b", 9)], "axial", [CARD]))
    assert [s.id for s in choice.stacks] == ["b"]


def test_all_stacks_of_the_chosen_series_are_read_from_the_highest_to_the_lowest():
    stacks = [stack("a.1", top=-50.0), stack("a.2", top=20.0), stack("b", 1, top=-51.0)]
    assert ids(choose(stacks, "axial", [CARD])) == [["a.2", "a.1"]]


def test_the_reason_says_that_there_was_no_other_series():
    choice = only(choose([stack("a")], "axial", [CARD]))
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
    choices = choose(stacks, "axial", [CARD])
    assert choices.series == ()
    assert words in choices.reason


def test_a_cervical_and_a_thoracic_block_are_both_read():
    stacks = [stack("neck", 20, top=300.0), stack("chest", 30, top=200.0, region="thoracic")]
    choices = choose(stacks, "axial", CARDS)
    assert sorted(ids(choices)) == [["chest"], ["neck"]]
    assert all("beside another part of the spine" in one.reason for one in choices.series)


def test_of_two_echoes_the_better_one_is_read_and_the_reason_names_the_other():
    echoes = [stack("a", 9, series_number=4, fat_saturated=True), stack("b", 9, series_number=5)]
    choice = only(choose(echoes, "axial", CARDS))
    assert [s.id for s in choice.stacks] == ["b"]
    assert "preferred to series 4: axial T2, fat saturated, 9 slices" in choice.reason


def test_a_second_echo_is_named_beside_its_own_block_and_not_beside_the_other():
    stacks = [
        stack("neck", 20, top=300.0), stack("echo", 18, top=299.0, series_number=7),
        stack("chest", 30, top=200.0, region="thoracic"),
    ]  # fmt: skip
    reasons = {one.stacks[0].id: one.reason for one in choose(stacks, "axial", CARDS).series}
    assert set(reasons) == {"neck", "chest"}
    assert "series 7" in reasons["neck"] and "series 7" not in reasons["chest"]


def test_a_series_of_the_same_part_is_read_where_it_alone_has_a_model():
    cards = [BOTH, card("bones", "cervical", weighting="T1")]
    choices = choose([stack("t2", 9), stack("t1", 9, weighting="T1")], "axial", cards)
    assert ids(choices) == [["t2"], ["t1"]]
    assert all("other models read" in one.reason for one in choices.series)


def test_a_series_that_no_model_applies_to_is_left_out_beside_one_that_a_model_does():
    stacks = [stack("low", 40, top=-200.0, region="lumbar"), stack("neck", 3, top=300.0)]
    assert ids(choose(stacks, "axial", CARDS)) == [["neck"]]


def test_what_no_model_applies_to_is_chosen_all_the_same_so_that_it_can_be_forced():
    assert ids(choose([stack("low", region="lumbar")], "axial", CARDS)) == [["low"]]


@st.composite
def studies(draw) -> list[Stack]:
    """A few series, some in several stacks, some beside each other, with ties between them."""
    found = []
    for n in range(draw(st.integers(1, 5))):
        for part in range(draw(st.integers(1, 2))):
            found.append(
                stack(
                    f"{'abcde'[n]}.{part}",
                    draw(st.integers(1, 6)),
                    top=draw(st.sampled_from([300.0, 298.0, 200.0, -100.0])),
                    region=draw(st.sampled_from(["cervical", "thoracic", "lumbar", "unknown"])),
                    weighting=draw(st.sampled_from(["T2", "T1"])),
                    fat_saturated=draw(st.booleans()),
                )
            )
    return found


@given(studies(), st.randoms(use_true_random=False))
def test_the_order_in_which_stacks_are_found_does_not_matter(stacks, random):
    shuffled = random.sample(stacks, len(stacks))
    assert choose(shuffled, "axial", CARDS) == choose(stacks, "axial", CARDS)


@given(studies())
def test_every_model_that_applies_to_some_series_is_asked(stacks):
    read = [s for choice in choose(stacks, "axial", CARDS).series for s in choice.stacks]
    for one in CARDS:
        if any(not check(one, s) for s in stacks):
            assert any(not check(one, s) for s in read), one.name


@given(studies())
def test_a_series_that_is_left_out_is_named_in_a_reason(stacks):
    for n, one in enumerate(stacks):
        stacks[n] = replace(one, series_number="abcde".index(one.series_instance_uid) + 1)
    choices = choose(stacks, "axial", CARDS)
    told = " ".join(choice.reason for choice in choices.series)
    for number in {one.series_number for one in stacks}:
        assert f"series {number}:" in told
