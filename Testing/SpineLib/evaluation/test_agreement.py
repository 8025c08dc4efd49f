"""Coefficients of agreement, checked against Gwet's own package and worked examples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from SpineLib.errors import BadInput
from SpineLib.evaluation.agreement import (
    cohen,
    fleiss_of,
    gwet,
    kappa,
    krippendorff_of,
    rating_counts,
    specific,
)

# Gwet's Handbook of Inter-Rater Reliability (4th ed., 2014): two abstractors and 100 pregnancies
# (cont3x3abstractors), four raters and 12 units with missing ratings (cac.raw4raters). The values
# are those that his R package irrCAC prints for them.
ABSTRACTORS = np.array([[13, 0, 0], [0, 20, 7], [0, 4, 56]])
_RATERS = ("123321412...", "1233224125..", ".33323422513", "12332441251.")
FOUR_RATERS = [[None if r == "." else r for r in unit] for unit in zip(*_RATERS, strict=True)]


def as_ratings(table):
    return [
        (str(a), str(b))
        for (a, b), count in np.ndenumerate(np.asarray(table))
        for _ in range(count)
    ]


def test_ac1_of_two_raters_is_that_of_irrcac():
    found = gwet(as_ratings(ABSTRACTORS), "012")
    assert found.value == pytest.approx(0.8493305, abs=1e-7)
    # For tables irrCAC divides by n, for ratings (and here) by n - 1.
    assert found.error == pytest.approx(0.04321747 * np.sqrt(100 / 99), rel=1e-4)
    assert found.interval == pytest.approx((0.764, 0.935), abs=1e-3)
    assert found.observed == pytest.approx(0.89)


@pytest.mark.parametrize(
    ("weights", "value", "interval"),
    [("linear", 0.900, (0.842, 0.958)), ("quadratic", 0.940, (0.905, 0.976))],
)
def test_ac2_of_two_raters_is_that_of_irrcac(weights, value, interval):
    found = gwet(as_ratings(ABSTRACTORS), "012", weights=weights)
    assert found.value == pytest.approx(value, abs=6e-4)
    assert found.interval == pytest.approx(interval, abs=1.1e-3)


@pytest.mark.parametrize(
    ("weights", "value", "error", "low"),
    [
        ("identity", 0.77544, 0.14295, 0.461),
        ("linear", 0.859, 0.117, 0.600),
        ("quadratic", 0.914, 0.104, 0.685),
    ],
)
def test_four_raters_with_missing_ratings_agree_as_in_irrcac(weights, value, error, low):
    found = gwet(FOUR_RATERS, "12345", weights=weights)
    assert found.value == pytest.approx(value, abs=6e-4)
    assert found.error == pytest.approx(error, abs=6e-4)
    assert found.interval == pytest.approx((low, 1), abs=1e-3)


def test_kappa_and_its_error_are_those_of_irrcac():
    found = cohen(ABSTRACTORS)
    assert found.value == pytest.approx(0.7964094, abs=1e-7)
    assert found.error == pytest.approx(0.05891072, rel=0.006)
    assert found.interval == pytest.approx((0.680, 0.913), abs=2e-3)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=40))
def test_kappa_is_that_of_scikit_learn(pairs):
    a, b = zip(*pairs, strict=True)
    if len({*a, *b}) < 2:
        return
    table = np.zeros((6, 6), int)
    np.add.at(table, (a, b), 1)
    for ours, theirs in (("identity", None), ("linear", "linear"), ("quadratic", "quadratic")):
        expected = cohen_kappa_score(a, b, weights=theirs, labels=range(6))
        assert kappa(table, weights=ours) == pytest.approx(expected)


def test_two_raters_who_know_one_word_have_no_kappa():
    assert cohen([[7, 0], [0, 0]]) is None
    assert np.isnan(kappa([[7, 0], [0, 0]]))
    assert gwet([("0", "0")] * 7, "01").value == 1


def test_a_rating_that_is_no_category_is_refused():
    with pytest.raises(BadInput, match="'x' is none"):
        gwet([("0", "x"), ("0", "0")], "01")


def test_krippendorffs_alpha_of_his_own_example():
    # Four observers and 12 units ("Computing Krippendorff's Alpha-Reliability", 2007, example C).
    assert krippendorff_of(rating_counts(FOUR_RATERS, "12345")) == pytest.approx(0.743, abs=5e-4)
    assert krippendorff_of(rating_counts(FOUR_RATERS, "12345"), level="ordinal") == pytest.approx(
        0.815, abs=6e-4
    )


@given(st.lists(st.tuples(*[st.sampled_from("012")] * 3), min_size=3, max_size=30))
def test_fleiss_kappa_is_that_of_its_formula(ratings):
    # Fleiss 1971, written out anew: pairs of raters that agree, against pooled shares.
    pooled = [value for row in ratings for value in row]
    chance = sum((pooled.count(c) / len(pooled)) ** 2 for c in "012")
    if chance == 1:
        assert np.isnan(fleiss_of(rating_counts(ratings, "012"), 3))
        return
    pairs = [(a == b) for row in ratings for n, a in enumerate(row) for b in row[n + 1 :]]
    expected = (np.mean(pairs) - chance) / (1 - chance)
    assert fleiss_of(rating_counts(ratings, "012"), 3) == pytest.approx(expected)
    assert fleiss_of(rating_counts([*ratings, ("0", None, "1")], "012"), 3) == pytest.approx(
        expected
    )


@given(st.lists(st.tuples(*[st.sampled_from("01")] * 2), min_size=3, max_size=30))
def test_alpha_of_two_raters_is_scotts_pi_with_krippendorffs_correction(ratings):
    if len({value for row in ratings for value in row}) == 1:
        assert np.isnan(krippendorff_of(rating_counts(ratings, "01")))
        return
    pi = fleiss_of(rating_counts(ratings, "01"), 2)
    assert krippendorff_of(rating_counts(ratings, "01")) == pytest.approx(
        1 - (1 - pi) * (1 - 0.5 / len(ratings))
    )


def test_agreement_on_a_category_is_the_f1_score_of_one_rater_by_the_other():
    from sklearn.metrics import f1_score

    a, b = zip(*as_ratings(ABSTRACTORS), strict=True)
    for category in "012":
        expected = f1_score(a, b, labels=[category], average="macro")
        assert specific(ABSTRACTORS, int(category)) == pytest.approx(expected)
    assert np.isnan(specific([[7, 0], [0, 0]], 1))
