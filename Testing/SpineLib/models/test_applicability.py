"""A model that was not made for a stack does not answer, and says why."""

import json
from dataclasses import asdict, replace

import pytest

from SpineLib.dicom.stack import Stack
from SpineLib.models.applicability import check
from SpineLib.models.card import Applicability
from SpineLib.reasons import NOT_SAID, OTHER_STACK, Reason, in_terminal, sentence

STACK = Stack(
    plane="axial", weighting="T2", region="cervical", positions=tuple((0, 0, z) for z in range(9))
)


def test_a_stack_that_the_card_names_passes(make_card):
    assert check(make_card(), STACK) is None


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
    assert str(check(make_card(), replace(STACK, **changes))) == reason


@pytest.mark.parametrize("word", ["region", "weighting"])
def test_what_the_header_does_not_say_never_passes_and_a_terminal_names_the_option(make_card, word):
    reason = check(make_card(), replace(STACK, **{word: "unknown"}))
    assert reason.code == NOT_SAID and reason.values["word"] == word
    assert str(reason).endswith(f"the {word} of this stack is not known") and "--" not in str(
        reason
    )
    assert f"--{word}" in in_terminal(reason) and "--force" in in_terminal(reason)
    assert "--force" not in in_terminal(reason, forcing=False)


def test_a_reason_is_kept_as_a_code_with_values_and_said_in_any_language(make_card):
    reason = check(make_card(), replace(STACK, region="lumbar"))
    back = Reason.from_dict(json.loads(json.dumps(asdict(reason))))
    assert back == reason and back.code == OTHER_STACK and back.values["region"] == "lumbar"
    german = {
        "{made_for}; this stack is {stack}": "{made_for}; dieser Stapel ist {stack}",
        "made for {planes} {what} of the {where} spine": "für {planes}e {what} der {where}n WS",
        "{plane} {what} of the {where} spine": "{plane} {what} der {where}n WS",
        "axial": "axial", "cervical": "zervikale", "thoracic": "thorakale", "lumbar": "lumbale",
        " or ": " oder ",
    }  # fmt: skip
    said = sentence(back, lambda text: german.get(text, text))
    assert (
        said
        == "für axiale T2 der zervikale oder thorakalen WS; dieser Stapel ist axial T2 der lumbalen WS"
    )
    assert sentence(Reason("of a newer program")) == "of a newer program"


def test_a_model_for_any_region_takes_an_unknown_one(make_card):
    limits = Applicability(("axial",), ("T1", "T2", "unknown"), ("cervical", "unknown"))
    card = make_card(applicability=limits)
    assert check(card, replace(STACK, region="unknown", weighting="unknown")) is None
    assert check(card, replace(STACK, region="lumbar")) is None


def test_too_few_slices_are_said(make_card):
    limits = Applicability(("axial",), ("T2",), ("cervical",), minimum_slices=10)
    assert "at least 10 slices; this stack has 9" in str(
        check(make_card(applicability=limits), STACK)
    )


def test_what_no_header_can_say_is_part_of_the_reason(make_card):
    limits = Applicability(("axial",), ("T2",), ("thoracic",), note="known metastases")
    reason = str(check(make_card(applicability=limits), STACK))
    assert reason.startswith("made for axial T2 of the thoracic spine (known metastases);")
