"""Calibration finds the temperature and the bias that were put in, and writes them."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from SpineLib.errors import BadInput, BadModel
from SpineLib.evaluation.calibration import Calibration, apply_calibration, fit_calibration
from SpineLib.evaluation.reliability import logits, reliability
from SpineLib.models import open_folder
from SpineLib.questions import BILSKY

RNG = np.random.default_rng(0)
NOTHING = reliability(np.array([[0.5, 0.5]] * 2), np.array([0, 1]))


def probabilities(z):
    return np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True))


def off(temperature, bias, count=4000):
    """P(compressed) of a model whose logits are so much too sharp and too high, and the truth."""
    z = RNG.normal(scale=2, size=count)
    truth = RNG.random(count) < 1 / (1 + np.exp(-z))
    return [
        (int(t), float(1 / (1 + np.exp(-(temperature * x - bias)))))
        for t, x in zip(truth, z, strict=True)
    ]


def test_compression_gets_the_temperature_and_bias_that_a_logistic_regression_finds(compression):
    rows = off(2.5, -1.0)
    found = fit_calibration(compression({"a": rows}))
    assert found.temperature == pytest.approx(2.5, rel=0.1)
    assert found.bias == pytest.approx(-1.0, abs=0.2)
    truth, p = zip(*rows, strict=True)
    z = np.log(np.array(p) / (1 - np.array(p)))[:, None]
    platt = LogisticRegression(C=1e9).fit(z, truth)
    assert 1 / found.temperature == pytest.approx(platt.coef_[0, 0], rel=1e-3)
    assert found.bias / found.temperature == pytest.approx(platt.intercept_[0], abs=1e-3)
    assert found.after.ece < 0.03 < found.before.ece
    assert found.after.brier < found.before.brier


def test_the_temperature_that_the_card_has_is_taken_into_account(compression):
    rows = off(2.0, 0.0)
    once = fit_calibration(compression({"a": rows}))
    again = fit_calibration(compression({"a": rows}, temperature=3.0))
    assert again.temperature == pytest.approx(3 * once.temperature, rel=1e-3)


def grades_off(temperature, bias, count=4000):
    """Grades of a model whose logits are so much too sharp, and too high from 1c on, and the truth."""
    z = RNG.normal(scale=1.5, size=(count, 6))
    truth = [RNG.choice(6, p=p) for p in probabilities(z)]
    said = probabilities(z * temperature - bias * np.array([0, 0, 0, 1, 1, 1]))
    return [(BILSKY.values[t], p.tolist()) for t, p in zip(truth, said, strict=True)]


def test_grades_get_the_temperature_and_the_bias_of_low_against_high_that_were_put_in(grading):
    found = fit_calibration(grading({"a": grades_off(3, -1.2)}))
    assert found.temperature == pytest.approx(3, rel=0.1)
    assert found.bias == pytest.approx(-1.2, abs=0.3)
    assert fit_calibration(grading({"a": grades_off(1, 0)})).bias == pytest.approx(0, abs=0.15)


def test_the_bias_that_the_card_has_is_replaced_by_the_one_that_is_found(grading):
    rows = grades_off(2, -0.7)
    once = fit_calibration(grading({"a": rows}))
    again = fit_calibration(grading({"a": rows}, bias=0.4))
    assert again.bias == pytest.approx(once.bias + 0.4, abs=1e-2)
    assert again.after.ece == pytest.approx(once.after.ece, abs=1e-3)


def test_grades_that_are_all_low_get_no_bias(grading):
    low = [row for row in grades_off(2, -0.7) if row[0] in ("0", "1a", "1b")]
    assert fit_calibration(grading({"a": low})).bias == 0


def test_reliability_counts_each_slice_once():
    p = np.array([0.05, 0.05, 0.95, 1.0, 0.55])
    found = reliability(np.column_stack([1 - p, p]), np.array([0, 1, 1, 1, 0]))
    assert found.count.sum() == 5
    assert found.predicted.tolist() == pytest.approx([0.05, 0.55, 0.975])
    assert found.seen.tolist() == pytest.approx([0.5, 0, 1])
    assert found.ece == pytest.approx((2 * 0.45 + 0.55 + 2 * 0.025) / 5)
    assert found.brier == pytest.approx((0.05**2 + 0.95**2 + 0.05**2 + 0 + 0.55**2) / 5)


def test_one_class_cannot_be_calibrated(compression):
    with pytest.raises(BadInput, match="all of one class"):
        fit_calibration(compression({"a": [(0, 0.2), (0, 0.4)]}))


def test_data_without_an_error_give_no_temperature(compression):
    with pytest.raises(BadInput, match="No temperature fits"):
        fit_calibration(compression({"a": [(0, 0.4), (1, 0.6)] * 20}))


def test_a_slice_that_was_not_assessed_is_not_calibrated_on(compression):
    scores, truth = logits(compression({"a": [(0, 0.4), (1, None), (1, 0.6)]}))
    assert (len(scores), truth.tolist()) == (2, [0, 1])


@pytest.mark.parametrize(
    ("task", "raised"), [("compression", [0, 1]), ("grading", [0, 0, 0, 1, 1, 1])]
)
def test_a_written_calibration_is_what_the_model_then_answers(task, raised, make_model, tmp_path):
    torch = pytest.importorskip("torch")
    from SpineLib.inference.loaded import load

    make_model(task, tmp_path / "tiny")
    model = open_folder(tmp_path / "tiny")
    batch = torch.rand(5, 3, 64, 64)
    before = load(model, "cpu").run(batch)
    written = apply_calibration(model, Calibration(1.7, -0.5, NOTHING, NOTHING, 2))
    answers = load(written, "cpu").probabilities(batch)
    expected = torch.softmax((before - 0.5 * torch.tensor(raised)) / 1.7, dim=1)
    torch.testing.assert_close(answers, expected, atol=2e-3, rtol=0)
    again = apply_calibration(written, Calibration(1.0, 0.0, NOTHING, NOTHING, 2))
    assert "bias" not in again.card.to_dict()
    torch.testing.assert_close(
        load(again, "cpu").probabilities(batch), torch.softmax(before, dim=1), atol=2e-3, rtol=0
    )


def test_a_written_calibration_takes_the_figures_and_moves_the_borderline(make_model, tmp_path):
    make_model("compression", tmp_path / "tiny")
    model = open_folder(tmp_path / "tiny")
    written = apply_calibration(model, Calibration(1.7, -0.5, NOTHING, NOTHING, 2))
    assert written.card.figures == () and written.card.bias == -0.5
    assert written.card.borderline <= written.card.threshold
    lower = apply_calibration(written, Calibration(1.7, 0.0, NOTHING, NOTHING, 2, threshold=0.4))
    assert (lower.card.threshold, lower.card.borderline) == (0.4, 0.16)


def test_a_canal_model_has_no_probabilities_to_calibrate(compression):
    from dataclasses import replace

    one = compression({"a": [(0, 0.4), (1, 0.6)]})
    with pytest.raises(BadModel, match="no probabilities"):
        fit_calibration(replace(one, card=replace(one.card, task="canal")))
