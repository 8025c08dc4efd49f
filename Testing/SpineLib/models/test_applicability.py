"""A model that was not made for a stack does not answer, and says why."""

from dataclasses import replace

import pytest

from SpineLib.dicom.stack import Stack
from SpineLib.models.applicability import check
from SpineLib.models.card import Applicability

STACK = Stack(
    plane="axial", weighting="T2", region="cervical", positions=tuple((0, 0, z) for z in range(9))
)


def test_a_stack_that_the_card_names_passes(make_card):
    assert check(make_card(), STACK) == ""


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"region": "lumbar"},
            "made for axial T2 of the cervical or thoracic spine; "
            "this stack is axial T2 of the lumbar spine",
        ),
        (
            {"plane": "sagittal"},
            "made for axial T2 of the cervical or thoracic spine; this stack is sagittal",
        ),
        (
            {"weighting": "T1"},
            "made for axial T2 of the cervical or thoracic spine; "
            "this stack is axial T1 of the cervical spine",
        ),
        ({"problem": "one slice only"}, "the stack cannot be read: one slice only"),
    ],
)
def test_the_reason_says_what_the_model_is_for_and_what_the_stack_is(make_card, changes, reason):
    assert check(make_card(), replace(STACK, **changes)) == reason


@pytest.mark.parametrize("word", ["region", "weighting"])
def test_what_the_header_does_not_say_never_passes_and_names_the_option(make_card, word):
    reason = check(make_card(), replace(STACK, **{word: "unknown"}))
    assert f"the {word} of this stack is not known" in reason
    assert f"--{word}" in reason
    assert "--force" in reason


def test_a_model_for_any_region_takes_an_unknown_one(make_card):
    limits = Applicability(("axial",), ("T1", "T2", "unknown"), ("cervical", "unknown"))
    card = make_card(applicability=limits)
    assert check(card, replace(STACK, region="unknown", weighting="unknown")) == ""
    assert check(card, replace(STACK, region="lumbar")) == ""


def test_too_few_slices_are_said(make_card):
    limits = Applicability(("axial",), ("T2",), ("cervical",), minimum_slices=10)
    assert "at least 10 slices; this stack has 9" in check(make_card(applicability=limits), STACK)


def test_what_no_header_can_say_is_part_of_the_reason(make_card):
    limits = Applicability(("axial",), ("T2",), ("thoracic",), note="known metastases")
    reason = check(make_card(applicability=limits), STACK)
    assert reason.startswith("made for axial T2 of the thoracic spine (known metastases);")
