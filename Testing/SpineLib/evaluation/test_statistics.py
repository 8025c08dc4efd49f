"""Intervals and tests over patients."""

import numpy as np
import pytest
from scipy import stats

from SpineLib.errors import BadInput
from SpineLib.evaluation.statistics import (
    bootstrap,
    bootstrap_difference,
    exact_interval,
    mcnemar,
    signed_rank,
)


@pytest.mark.parametrize(("hits", "total"), [(0, 10), (7, 10), (10, 10), (813, 1000)])
def test_an_exact_interval_is_clopper_and_pearsons(hits, total):
    low = stats.beta.ppf(0.025, hits, total - hits + 1) if hits else 0
    high = stats.beta.ppf(0.975, hits + 1, total - hits) if hits < total else 1
    assert exact_interval(hits, total) == pytest.approx((low, high))


def test_patients_are_drawn_and_not_slices():
    values = np.repeat(np.random.default_rng(0).normal(size=40), 25)
    patients = np.repeat(np.arange(40), 25)

    def mean(k):
        return float(values[k].mean())

    low, high = bootstrap(mean, patients, draws=1000)
    expected = 2 * 1.96 * values[::25].std() / np.sqrt(40)
    assert high - low == pytest.approx(expected, rel=0.15)
    alone = bootstrap(mean, np.arange(len(values)))
    assert alone[1] - alone[0] < (high - low) / 4


def test_two_patients_are_too_few_for_an_interval():
    assert bootstrap(lambda k: 1.0, ["a", "b", "b"]) is None


def test_drawings_that_are_all_alike_do_not_say_how_sure_a_figure_is():
    assert bootstrap(lambda k: 1.0, np.arange(20)) is None


def test_a_metric_that_is_mostly_undefined_has_no_interval():
    assert bootstrap(lambda k: float("nan"), np.arange(20)) is None


def test_models_that_differ_are_told_apart_and_equal_ones_are_not():
    rng = np.random.default_rng(1)
    base = rng.normal(size=60)
    better, same = base + 0.5 + rng.normal(scale=0.2, size=60), base + rng.normal(size=60) * 0.2

    def of(values):
        return lambda k: float(values[k].mean())

    found = bootstrap_difference(of(better), of(base), np.arange(60))
    assert found.p < 0.01
    assert found.interval[0] < 0.5 < found.interval[1]
    assert bootstrap_difference(of(same), of(base), np.arange(60)).p > 0.05


def test_mcnemars_exact_test_is_a_binomial_of_the_rows_that_differ():
    first = [True] * 30 + [True] * 9 + [False] * 2 + [False] * 5
    second = [True] * 30 + [False] * 9 + [True] * 2 + [False] * 5
    found = mcnemar(first, second)
    assert found.p == pytest.approx(stats.binomtest(2, 11).pvalue)
    assert found.difference == pytest.approx(7 / 46)


def test_answers_of_different_rows_are_not_paired():
    with pytest.raises(BadInput, match="cannot be paired"):
        mcnemar([True], [True, False])


def test_equal_models_have_no_signed_rank_test():
    assert signed_rank([0.5, 0.6], [0.5, 0.6]) is None
    assert signed_rank(np.arange(10) + 1, np.arange(10)).p == pytest.approx(2 / 2**10)
