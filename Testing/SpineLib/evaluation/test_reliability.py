"""How right probabilities are: of the grade, of P(high), of each site, and of what is answered."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from SpineLib.evaluation import drawings
from SpineLib.evaluation.predictions import WITHHELD
from SpineLib.evaluation.reliability import (
    reliability_figures,
    reliability_of_high,
    site_table,
)
from SpineLib.questions import BILSKY

HIGH = BILSKY.first_positive


def drawn(patients, seed, slices=20):
    """Patients whose slices have probabilities by chance, and the truth by those probabilities."""
    rng = np.random.default_rng(seed)
    chances = rng.dirichlet(np.full(6, 0.5), (patients, slices))
    return {
        f"P{n}": [(BILSKY.values[rng.choice(6, p=p)], p.tolist()) for p in own]
        for n, own in enumerate(chances)
    }


@pytest.fixture
def two_sites(grading):
    predictions = grading(drawn(10, 6))
    first = predictions.table["patient"].isin(["P0", "P4", "P7"])
    predictions.table["site"] = np.where(first, "standard", "held-out")
    return predictions


def test_what_is_told_as_p_high_is_measured_beside_the_grade(grading):
    predictions = grading(drawn(40, 1))
    figures = {figure.name: figure for figure in reliability_figures(predictions)}
    assert figures["expected calibration error, low/high"].card
    table = predictions.table
    told = table[[f"p_{value}" for value in BILSKY.values[HIGH:]]].sum(axis=1)
    is_high = table["truth"].isin(BILSKY.values[HIGH:])
    curve = reliability_of_high(predictions)
    seen, predicted = calibration_curve(is_high, told, n_bins=10)
    assert curve.seen == pytest.approx(seen) and curve.predicted == pytest.approx(predicted)
    assert figures["expected calibration error, low/high"].value < 0.06


def test_an_error_that_stays_on_its_side_of_high_leaves_p_high_right(grading):
    """1b said for 1a, always: the grade is told wrongly, low is not."""
    low = [0.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    high = [0.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    predictions = grading({"P": [("1a", low)] * 10 + [("3", high)] * 10})
    figures = {figure.name: figure.value for figure in reliability_figures(predictions)}
    assert figures["expected calibration error"] == pytest.approx(0.5)
    assert figures["expected calibration error, low/high"] == pytest.approx(0, abs=1e-6)


def test_compression_has_one_probability_and_so_one_error(compression):
    predictions = compression({"P": [(0, 0.1), (1, 0.8)]})
    assert reliability_of_high(predictions) is None
    assert [f.name for f in reliability_figures(predictions)][1:] == ["expected calibration error"]


def test_each_profile_has_its_own_calibration_error_and_curve(two_sites, monkeypatch):
    table = site_table(two_sites)
    assert table["site"].tolist() == ["standard", "held-out"]
    assert table["slices"].tolist() == [60, 140]
    curves = {}
    monkeypatch.setattr(
        drawings, "draw_reliability", lambda own, what: curves.update({what: own}) or b""
    )
    pictures = drawings.draw([two_sites])
    assert len(pictures) == 2 and list(curves) == ["P(high)", "P(most probable grade)"]
    for what, name in (
        ("P(high)", "expected calibration error, low/high"),
        ("P(most probable grade)", "expected calibration error"),
    ):
        assert list(curves[what]) == ["tiny-grading", "standard", "held-out"]
        assert curves[what]["held-out"].ece == table[name][1]


def test_a_profile_s_withheld_slices_are_left_out_of_what_is_answered(two_sites):
    table = two_sites.table
    table[WITHHELD] = np.where(table["patient"].isin(["P0", "P1"]), "stranger", "")
    by_profile = site_table(two_sites).set_index("site")
    assert by_profile["slices"].tolist() == [60, 140]
    assert by_profile["answered"].tolist() == [40, 120]
    told = table[table[WITHHELD] == ""].drop(columns=WITHHELD)
    alone = site_table(replace(two_sites, table=told)).set_index("site")
    for name in ("expected calibration error", "expected calibration error, low/high"):
        assert (
            by_profile[f"{name} of the answered"].tolist()
            == alone.loc[by_profile.index, name].tolist()
        )


def test_a_profile_of_which_everything_is_withheld_has_no_error_of_answers(two_sites):
    table = two_sites.table
    table[WITHHELD] = np.where(table["site"] == "standard", "stranger", "")
    standard = site_table(two_sites).iloc[0]
    assert standard["answered"] == 0 and np.isnan(
        standard["expected calibration error of the answered"]
    )


def test_answered_slices_of_one_grade_are_counted_though_nothing_can_be_said_of_them(two_sites):
    table = two_sites.table
    first = table["truth"][table["site"] == "standard"].iloc[0]
    other = (table["site"] == "standard") & (table["truth"] != first)
    table[WITHHELD] = np.where(other, "unlike", "")
    standard = site_table(two_sites).iloc[0]
    assert standard["answered"] == 60 - other.sum() > 0
    assert np.isnan(standard["expected calibration error of the answered"])
