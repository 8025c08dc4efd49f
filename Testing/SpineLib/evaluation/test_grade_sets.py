"""Sets of grades hold the true one as often as promised, for each grade."""

import math
import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from SpineLib.errors import BadInput, BadModel
from SpineLib.evaluation.grade_sets import (
    fit_grade_sets,
    grade_set_figures,
    grade_set_table,
    least_reach,
    uncertain_slices,
)
from SpineLib.evaluation.grades import evaluate_grading
from SpineLib.evaluation.reliability import answers_of
from SpineLib.inference.interval import grade_set, reach
from SpineLib.models.card import Card, GradeSets
from SpineLib.questions import BILSKY

VALUES = BILSKY.values


def drawn(count, seed, spread=1.5):
    """True grades and probabilities of slices, as an unsure model would give them."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 6, count)
    z = -spread * np.abs(np.arange(6) - (truth + rng.normal(0, 0.8, count))[:, None])
    p = np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True))
    return [(VALUES[t], row.tolist()) for t, row in zip(truth, p, strict=True)]


def by_patient(rows, each=20):
    return {f"P{n}": rows[n : n + each] for n in range(0, len(rows), each)}


@pytest.fixture(scope="module")
def calibration():
    return drawn(3000, 1)


@pytest.fixture
def with_sets(grading, calibration):
    """New patients, answered by a model whose sets were fitted to others."""
    sets = fit_grade_sets(grading(by_patient(calibration)), 1.0, 0.0)
    return grading(by_patient(drawn(1500, 2)), grade_sets=sets)


@given(
    st.lists(st.floats(0, 1), min_size=10, max_size=25),
    st.sampled_from([0.8, 0.9, 0.95]),
)
def test_of_slices_that_could_have_come_in_any_order_no_more_fall_out_than_promised(p, coverage):
    """Each of n + 1 slices once as the new one: exchangeable, whatever the model is worth."""
    if len(p) * (1 - coverage) < 1:
        return
    out = sum(p[n] < least_reach(np.array(p[:n] + p[n + 1 :]), coverage) for n in range(len(p)))
    assert out <= len(p) * (1 - coverage) + 1e-9


def test_new_patients_slices_of_each_grade_are_held_in_nine_of_ten(with_sets):
    figures = {f.name: f.value for f in grade_set_figures(with_sets)}
    for value in VALUES:
        assert figures[f"sets that hold {value}"] == pytest.approx(0.9, abs=0.06)
    assert 1 < figures["mean size of sets"] < 3


def test_thresholds_are_those_of_mapie_grade_by_grade(grading, calibration):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mapie.classification import SplitConformalClassifier
        from sklearn.base import BaseEstimator, ClassifierMixin

        class Given(ClassifierMixin, BaseEstimator):
            """Gives the probabilities that it is asked with."""

            is_fitted_, classes_ = True, np.arange(2)

            def fit(self, x, y):
                return self

            def predict(self, x):
                return x.argmax(axis=1)

            def predict_proba(self, x):
                return x

        predictions = grading(by_patient(calibration))
        least = fit_grade_sets(predictions, 1.0, 0.0).least
        p, truth = answers_of(predictions)
        old, new = reach(p), reach([row for _, row in drawn(300, 3)])
        for n, value in enumerate(VALUES):
            theirs = SplitConformalClassifier(Given(), confidence_level=0.9, prefit=True)
            own = old[truth == n, n]
            theirs.conformalize(np.column_stack([own, 1 - own]), np.zeros(len(own), int))
            asked = np.column_stack([new[:, n], 1 - new[:, n]])
            held = theirs.predict_set(asked)[1][:, 0, 0]
            assert ((new[:, n] >= least[value]) == held).all(), value


def test_the_temperature_that_the_model_will_answer_with_decides(grading, calibration):
    sharp = fit_grade_sets(grading(by_patient(calibration)), 0.5, 0.0)
    flat = fit_grade_sets(grading(by_patient(calibration)), 2.0, 0.0)
    assert all(sharp.least[value] < flat.least[value] for value in VALUES)


def test_it_is_known_whom_the_promise_rests_on(with_sets):
    sets = with_sets.card.grade_sets
    assert (sets.coverage, sets.data, sets.patients, sets.slices) == (0.9, "test", 150, 3000)
    assert "Nothing is promised" in sets.note


def test_a_higher_promise_makes_wider_sets_that_hold_more(grading, calibration):
    sure = fit_grade_sets(grading(by_patient(calibration)), 1.0, 0.0, 0.98)
    figures = {f.name: f.value for f in grade_set_figures(
        grading(by_patient(drawn(1500, 2)), grade_sets=sure))}  # fmt: skip
    assert sure.coverage == 0.98
    for value in VALUES:
        assert figures[f"sets that hold {value}"] == pytest.approx(0.98, abs=0.03)


def test_a_promise_of_all_slices_holds_for_them_together(grading, calibration):
    sets = fit_grade_sets(grading(by_patient(calibration)), 1.0, 0.0, 0.98, of_each=False)
    new = grading(by_patient(drawn(1500, 2)), grade_sets=sets)
    figures = {f.name: f.value for f in grade_set_figures(new)}
    assert not sets.of_each and len({*sets.least.values()}) == 1
    assert figures["sets that hold the truth"] == pytest.approx(0.98, abs=0.015)


def test_a_slice_whose_set_holds_low_and_high_grades_is_uncertain(with_sets):
    table, card = with_sets.table, with_sets.card
    uncertain = uncertain_slices(table, card)
    possible = [
        grade_set(dict(zip(VALUES, row, strict=True)), card)
        for row in table[[f"p_{value}" for value in VALUES]].to_numpy().tolist()
    ]
    assert uncertain.tolist() == [{"1b", "1c"} <= set(own) for own in possible]
    assert 0 < uncertain.mean() < 0.5
    silent = table.assign(verdict="not assessed")
    assert not uncertain_slices(silent, card).any()
    assert uncertain_slices(table, replace(card, grade_sets=None)) is None


def test_too_few_slices_of_a_grade_allow_no_promise(grading):
    rows = [row for row in drawn(300, 4) if row[0] != "3"] + drawn(300, 4)[:1]
    with pytest.raises(BadInput, match="too few to promise 90%"):
        fit_grade_sets(grading({"a": rows}), 1.0, 0.0)


def test_an_evaluation_shows_coverage_and_size_by_grade(with_sets):
    evaluation = evaluate_grading(replace(with_sets, table=with_sets.table[:300]))
    assert evaluation.figure("sets that hold 1b").interval is not None
    table = evaluation.tables["sets"]
    assert table["truth"].tolist() == list(VALUES)
    sizes = table[[f"of {k}" for k in range(1, 7)]].to_numpy()
    assert (sizes.sum(axis=1) == table["slices"]).all()
    assert "mean size of sets" in {f.name for f in evaluation.card_figures()}


def test_a_model_without_sets_is_measured_as_before(grading):
    plain = grading(by_patient(drawn(60, 5)))
    assert grade_set_figures(plain) == [] and not len(grade_set_table(plain))


def test_a_card_keeps_its_sets_and_refuses_those_of_other_grades(make_card):
    least = dict.fromkeys(VALUES, 0.1)
    card = make_card("grading", grade_sets=GradeSets(0.9, least, "test", 3, 60))
    assert Card.from_dict(card.to_dict()) == card
    assert "grade_sets" not in make_card("grading").to_dict()
    wrong = card.to_dict()
    del wrong["grade_sets"]["least"]["3"]
    with pytest.raises(BadModel, match="one probability for each value"):
        Card.from_dict(wrong)


def test_least_is_the_rank_that_the_count_of_slices_allows():
    assert least_reach(np.arange(1, 10) / 10, 0.9) == 0.1
    assert least_reach(np.arange(1, 9) / 10, 0.9) is None
    assert math.isclose(least_reach(np.arange(1, 20) / 20, 0.9), 0.1)
