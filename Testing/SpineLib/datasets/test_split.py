"""Splits by patient and the frozen test set."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from SpineLib.datasets.consensus import agreed_compression, agreed_grade
from SpineLib.datasets.split import freeze_test, read_frozen, require_apart, split_by_patient
from SpineLib.errors import BadInput
from SpineLib.questions import BILSKY


@dataclass(frozen=True)
class Case:
    patient: str
    site: str = ""
    columns: dict = field(default_factory=dict)


cases = st.lists(
    st.builds(Case, st.integers(0, 60).map(str), st.sampled_from("abc")), min_size=1, max_size=80
)


@given(cases, st.floats(0.1, 0.5), st.integers(0, 5))
def test_no_patient_is_on_both_sides_and_no_case_is_lost(drawn, share, seed):
    patients = {case.patient for case in drawn}
    if len(patients) < 2 or round(share * len(patients)) == 0:
        with pytest.raises(BadInput, match="cannot be split"):
            split_by_patient(drawn, share=share, seed=seed)
        return
    first, second = split_by_patient(drawn, share=share, seed=seed)
    assert not {c.patient for c in first} & {c.patient for c in second}
    assert len(first) + len(second) == len(drawn)
    assert len({c.patient for c in second}) == round(share * len(patients))


def test_sites_are_in_both_parts_at_the_same_share():
    drawn = [
        Case(f"{site}{n}", site) for site, count in (("a", 40), ("b", 20)) for n in range(count)
    ]
    _, second = split_by_patient(drawn, share=0.25, seed=3)
    assert Counter(case.site for case in second) == {"a": 10, "b": 5}


def test_another_column_can_be_kept_alike():
    drawn = [Case(str(n), columns={"maker": "xy"[n % 2]}) for n in range(40)]
    _, second = split_by_patient(drawn, stratify="maker")
    assert Counter(case.columns["maker"] for case in second) == {"x": 5, "y": 5}


def test_the_order_of_the_cases_does_not_change_the_split():
    drawn = [Case(str(n), "ab"[n % 2]) for n in range(20)]
    one, other = split_by_patient(drawn, seed=1)[1], split_by_patient(drawn[::-1], seed=1)[1]
    assert {c.patient for c in one} == {c.patient for c in other}


def test_a_patient_in_both_splits_is_refused():
    with pytest.raises(BadInput, match="The patient b is in training and in test"):
        require_apart(training=[Case("a"), Case("b")], test=[Case("b")])


def test_an_empty_part_is_refused():
    with pytest.raises(BadInput, match="The validation part holds nothing"):
        require_apart(training=[Case("a")], validation=[])


def test_a_frozen_test_set_is_the_same_for_good(tmp_path):
    path = tmp_path / "test.json"
    frozen = freeze_test(path, [Case("b"), Case("a"), Case("a")])
    assert freeze_test(path, [Case("a"), Case("b")]) == frozen == read_frozen(path)
    assert frozen.sha256 == hashlib.sha256(b"a\nb").hexdigest()
    rest, kept = frozen.part([Case("a"), Case("c")])
    assert [c.patient for c in rest] == ["c"] and [c.patient for c in kept] == ["a"]
    with pytest.raises(BadInput, match="frozen with 2 patients"):
        freeze_test(path, [Case("a")])


def test_a_frozen_test_set_that_was_edited_is_refused(tmp_path):
    path = tmp_path / "test.json"
    freeze_test(path, [Case("a"), Case("b")])
    data = json.loads(path.read_text())
    path.write_text(json.dumps({**data, "patients": ["a"]}))
    with pytest.raises(BadInput, match="was changed"):
        read_frozen(path)
    path.write_text("[]")
    with pytest.raises(BadInput, match="not a frozen test set"):
        read_frozen(path)


@pytest.mark.parametrize(
    ("said", "grade"),
    [(["0"], "0"), (["1a", "1c"], "1c"), (["0", "1b", "3"], "1b"), (["2", "2", "0", "3"], "2")],
)
def test_the_middle_grade_counts_and_the_more_severe_of_two(said, grade):
    assert agreed_grade(said, BILSKY) == grade


def test_readers_who_disagree_leave_a_slice_possibly_compressed():
    assert agreed_compression(["compressed", "compressed"]) == "compressed"
    assert agreed_compression(["compressed", "not compressed"]) == "possibly compressed"
