"""The possible grades of a slice: neighbours, with the likeliest one among them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from SpineLib.inference.interval import grade_set
from SpineLib.models.card import GradeSets
from SpineLib.questions import BILSKY

chances = st.lists(st.floats(0.01, 1), min_size=6, max_size=6)


@pytest.fixture(scope="module")
def card():
    from SpineLib.models import open_model

    return open_model("starter-grading").card


def held(card, least, probabilities):
    sets = GradeSets(0.9, dict(zip(BILSKY.values, least, strict=True)), "test", 9, 90)
    asked = dict(zip(BILSKY.values, probabilities, strict=True))
    return grade_set(asked, replace(card, grade_sets=sets))


@given(chances, chances)
def test_neighbours_that_hold_the_likeliest_and_all_that_are_asked_for(card, weights, least):
    p = [weight / sum(weights) for weight in weights]
    found = held(card, least, p)
    first = BILSKY.values.index(found[0])
    assert tuple(found) == BILSKY.values[first : first + len(found)]
    assert BILSKY.values[p.index(max(p))] in found
    assert {v for v, x, q in zip(BILSKY.values, p, least, strict=True) if x >= q} <= set(found)


@given(chances, st.floats(0.01, 1))
def test_with_one_share_for_all_nothing_is_added_between(card, weights, share):
    p = [weight / sum(weights) for weight in weights]
    found = held(card, [share] * 6, p)
    outside = [x for v, x in zip(BILSKY.values, p, strict=True) if v not in found]
    assert all(x < share for x in outside)
    ends = {found[0], found[-1]} - {BILSKY.values[p.index(max(p))]}
    assert all(p[BILSKY.values.index(v)] >= share for v in ends)


def test_two_grades_with_one_between_them_hold_it_too(card):
    assert held(card, [0.3] * 6, [0.0, 0.4, 0.1, 0.4, 0.1, 0.0]) == ["1a", "1b", "1c"]


def test_a_model_that_promises_nothing_gives_no_set(card):
    plain = replace(card, grade_sets=None)
    assert grade_set(dict.fromkeys(BILSKY.values, 1 / 6), plain) == []
