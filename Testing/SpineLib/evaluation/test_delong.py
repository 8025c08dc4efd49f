"""Areas under ROC curves, checked against pROC's documented values and the definition itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from SpineLib.errors import BadInput
from SpineLib.evaluation.delong import area, auc, paired, unpaired

# 113 patients with aneurysmal subarachnoid haemorrhage (Turck et al. 2010, Intensive Care Med
# 36:107), the example data of pROC (Robin et al. 2011, BMC Bioinformatics 12:77): whether the
# outcome was poor, the WFNS grade and S100β. The values below are those that pROC's own tests hold
# for these data.
POOR = np.array([c == "1" for c in (
    "00001101001011001011101000000000100110110000000001100010001010011101101111000110100000010000000000001111110001000"
)])  # fmt: skip
WFNS = np.array([int(c) for c in (
    "11113254125255125225211112121134214541425511241125521251222151125214524414121421232421451154221113125225552445111"
)])  # fmt: skip
_S100B = """
13 14 10 4 13 10 47 16 18 10 12 10 44 71 4 8 49 4 7 33 9 9 7 11 7 17 7 11 13 19 5 16 41 14 34 35 48
9 96 25 50 46 16 7 43 45 11 8 9 86 52 8 6 13 207 10 14 15 7 6 77 5 9 30 3 9 4 23 70 9 27 71 8 26 8
16 9 13 10 8 11 33 11 28 7 10 32 22 7 5 24 38 10 15 8 14 10 7 4 19 56 14 58 32 82 74 15 47 17 44 15
50 48"""
S100B = np.array([float(x) / 100 for x in _S100B.split()])


def test_an_area_and_its_variance_are_those_of_proc():
    wfns, s100b = auc(POOR, WFNS), auc(POOR, S100B)
    assert wfns.value == pytest.approx(0.823678861788618, abs=1e-12)
    assert wfns.variance == pytest.approx(0.00146991470882363, abs=1e-12)
    assert s100b.variance == pytest.approx(0.00266868245717244, abs=1e-12)
    assert (wfns.positives, wfns.negatives) == (41, 72)


def test_the_paired_test_is_that_of_proc():
    found = paired(POOR, WFNS, S100B)
    assert found.p == pytest.approx(0.0271757822291882, abs=1e-12)
    assert found.interval == pytest.approx((0.0104061769564846, 0.174214419249478), abs=1e-12)


def test_the_unpaired_test_is_that_of_proc():
    found = unpaired(auc(POOR, WFNS), auc(POOR, S100B))
    assert found.p == pytest.approx(0.152825378808796, abs=1e-12)
    assert unpaired(auc(POOR, S100B), auc(POOR, WFNS)).difference == -found.difference


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.integers(0, 5)), min_size=6))
def test_areas_and_variances_follow_from_counting_all_pairs(rows):
    y, first, second = (np.array(column) for column in zip(*rows, strict=True))
    y = y.astype(bool)
    if min(y.sum(), (~y).sum()) < 2:
        return
    parts = []
    for score in (first, second):
        up, down = score[y][:, None], score[~y][None]
        parts.append((up > down) + 0.5 * (up == down))
    value = parts[0].mean()
    spread = sum(
        np.cov([p.mean(axis=axis) for p in parts]) / p.shape[1 - axis]
        for axis, p in ((1, parts[0]), (0, parts[0]))
    )
    found = auc(y, first)
    assert found.value == pytest.approx(value)
    assert area(y, first) == pytest.approx(value)
    assert found.variance == pytest.approx(spread[0, 0])
    error = np.sqrt(max(spread[0, 0] + spread[1, 1] - 2 * spread[0, 1], 0))
    both = paired(y, first, second)
    assert both.difference == pytest.approx(value - parts[1].mean())
    assert both.interval[1] - both.difference == pytest.approx(1.959964 * error, abs=1e-6)


def test_without_a_positive_there_is_no_area():
    with pytest.raises(BadInput, match="0 positive and 3 negative"):
        auc([False] * 3, [0.1, 0.2, 0.3])
