"""What the measured loops come to."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from Testing.experiments.correction_curve import (
    cases_needed,
    curves,
    draw,
    interval,
    mean_dice,
    summary,
    write_table,
)


def _line(what, value, **more):
    return {"what": what, "dice": [[value, value, value]] * 2, "cases": 0, **more}


def _lines(queue=(0.83, 0.86, 0.88), random=(0.82, 0.84, 0.86), seeds=(1, 2, 3)):
    lines = [_line("start", 0.80), _line("rival", 0.90, cases=200)]
    for seed in seeds:
        for order, values in (("queue", queue), ("random", random)):
            for cases, value in zip((5, 10, 20), values, strict=True):
                value += 0.001 * (seed - 2)
                lines.append(_line("loop", value, order=order, seed=seed, cases=cases))
    return lines


def test_a_structure_that_a_volume_lacks_does_not_count_in_its_mean():
    assert mean_dice([[0.8, 0.9, 0.7], [0.6, float("nan"), 0.7]]) == pytest.approx(
        (0.7 + 0.9 + 0.7) / 3
    )


def test_the_interval_is_students():
    from scipy.stats import ttest_1samp

    values = [0.81, 0.84, 0.82, 0.88]
    expected = ttest_1samp(values, 0).confidence_interval(0.95)
    assert interval(values) == pytest.approx((np.mean(values), expected.low, expected.high))
    assert np.isnan(interval([0.8])[1:]).all()


def test_the_cases_needed_lie_on_the_line_between_two_measured_points():
    assert cases_needed([0, 5, 10], [0.80, 0.82, 0.86], 0.84) == pytest.approx(7.5)
    assert cases_needed([0, 5, 10], [0.80, 0.82, 0.86], 0.80) == 0
    assert cases_needed([0, 5, 10], [0.80, 0.82, 0.86], 0.87) == float("inf")


@given(st.lists(st.floats(0, 1), min_size=2, max_size=6), st.floats(0, 1))
def test_a_curve_reaches_what_it_holds_and_never_later_than_where_it_holds_it(dice, wanted):
    sizes = list(range(0, 5 * len(dice), 5))
    needed = cases_needed(sizes, dice, wanted)
    reached = [n for n, value in zip(sizes, dice, strict=True) if value >= wanted]
    assert (needed == float("inf")) == (not reached)
    if reached:
        assert needed <= reached[0]


def test_the_gap_that_is_closed_is_a_share_of_that_to_the_rival():
    told = summary(_lines())
    assert told["queue"]["closed"][20][0] == pytest.approx(0.8)
    assert told["random"]["closed"][20][0] == pytest.approx(0.6)
    assert told["random"]["seeds"] == {0: 3, 5: 3, 10: 3, 20: 3}
    assert told["gain"][20][0] == pytest.approx(0.02)


def test_an_order_that_is_as_good_at_half_the_cases_needs_half_of_them():
    told = summary(_lines(queue=(0.84, 0.86, 0.88), random=(0.82, 0.84, 0.86)))
    assert told["needed"][20] == pytest.approx(0.5)
    assert told["needed"][10] == pytest.approx(0.5)


def test_a_worse_order_needs_more_than_there_are():
    told = summary(_lines(queue=(0.81, 0.82, 0.83)))
    assert told["needed"][20] == float("inf")


def test_a_step_that_is_not_done_in_both_orders_counts_in_neither():
    lines = _lines()
    assert lines[-1]["order"] == "random" and lines[-1]["seed"] == 3
    told, whole = summary(lines[:-1]), summary(lines)
    for order in ("queue", "random"):
        assert told[order]["seeds"] == {0: 3, 5: 3, 10: 3, 20: 2}
        assert told[order]["dice"][10] == whole[order]["dice"][10]
    sizes, tables = curves(lines[:-1])
    assert sizes == [0, 5, 10, 20]
    assert np.isnan(tables["queue"][2, 3]) and np.isnan(tables["random"][2, 3])


def test_the_table_and_the_drawing_hold_every_model(tmp_path):
    from PIL import Image

    lines = [*_lines(), _line("at once", 0.87, order="queue", seed=1, cases=20)]
    write_table(tmp_path / "t.csv", lines)
    rows = list(csv.DictReader((tmp_path / "t.csv").open()))
    assert len(rows) == 2 + 18 + 1
    assert [row["mean"] for row in rows if row["model"] == "queue at once"] == ["0.8700"]
    assert rows[1] == {
        "model": "start", "seed": "", "cases": "0",
        "vertebra": "0.8000", "disc": "0.8000", "canal": "0.8000", "mean": "0.8000",
    }  # fmt: skip
    draw(tmp_path / "d.png", lines)
    assert Image.open(tmp_path / "d.png").size[0] > 600
