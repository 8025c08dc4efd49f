"""What is asked of a slice, as data."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from SpineLib.errors import BadInput
from SpineLib.labels import BORDERLINE
from SpineLib.questions import (
    BILSKY,
    COMPRESSION,
    KNOWN_QUESTIONS,
    Opinion,
    Question,
    question_of,
    scheme_data,
)

MINE = {"name": "mine", "values": ["mild", "moderate", "severe"], "first_high": 1}


def test_high_bilsky_grades_begin_at_1c():
    high = [grade for grade in BILSKY.values if BILSKY.is_positive(grade)]
    assert high == ["1c", "2", "3"]


@pytest.mark.parametrize("question", KNOWN_QUESTIONS.values(), ids=lambda q: q.key)
def test_every_value_has_a_colour_and_a_letter_of_its_own(question):
    shown = [*question.values, "", *([BORDERLINE] if question.borderline else [])]
    for tell in (question.color, question.letter):
        assert len(set(map(tell, shown))) == len(shown)


@given(st.integers(2, 12), st.data())
def test_a_scheme_without_colours_gets_two_families_that_are_told_apart(count, data):
    first = data.draw(st.integers(1, count - 1))
    question = Question("mine", "mine", tuple(f"grade {n}" for n in range(count)), first)
    low, high = question.colors[:first], question.colors[first:]
    assert len(question.colors) == len(set(question.letters)) == count
    assert not set(low) & set(high)


def test_borderline_is_worse_than_clear_and_better_than_compressed_and_on_neither_side():
    order = sorted([BORDERLINE, *COMPRESSION.values, ""], key=COMPRESSION.severity)
    assert order == ["", "not compressed", BORDERLINE, "compressed"]
    assert not COMPRESSION.is_positive(BORDERLINE)
    assert Opinion("compression", value=BORDERLINE).flagged
    assert not Opinion("compression", value="not compressed").flagged


@pytest.mark.parametrize("data", [*KNOWN_QUESTIONS, MINE])
def test_a_question_is_kept_in_a_record_and_read_again(data):
    question = question_of(data)
    assert question_of(json.loads(json.dumps(scheme_data(question)))) == question
    assert Question.from_dict(json.loads(json.dumps(question.to_dict()))) == question


@pytest.mark.parametrize(
    "change",
    [
        {"values": ["one"]},
        {"values": ["a", "a"]},
        {"first_high": 0},
        {"first_high": 3},
        {"first_high": "second"},
        {"name": ""},
        {"name": "Bilsky"},
        {"definitions": {"huge": "?"}},
    ],
)
def test_a_scheme_that_cannot_be_used_is_refused(change):
    with pytest.raises(BadInput):
        question_of({**MINE, **change})


def test_a_reader_can_only_give_one_of_the_values():
    assert COMPRESSION.checked("compressed") == "compressed"
    with pytest.raises(BadInput, match="borderline"):
        COMPRESSION.checked(BORDERLINE)
