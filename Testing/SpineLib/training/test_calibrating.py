"""A finished run's model gets honest probabilities, once."""

import numpy as np
import pytest

from SpineLib.evaluation.predictions import Predictions, make_table
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED
from SpineLib.models import open_folder
from SpineLib.training import calibrating
from SpineLib.training.calibrating import calibrate_run
from SpineLib.training.run import open_run
from SpineLib.training.trainer import train
from Testing.SpineLib.training import tiny


def answers(truth, probability):
    """What a model said of slices, as `predict` gives it."""

    def predict(models, cases, asked, *, progress=None):
        rows = [
            {
                "stack": "a", "patient": "a", "site": "", "index": k, "sop_instance_uid": "",
                "frame": 1, "truth": (NOT_COMPRESSED, COMPRESSED)[t], "probability": p,
                "verdict": COMPRESSED if p >= 0.5 else NOT_COMPRESSED, "reason": "",
            }
            for k, (t, p) in enumerate(zip(truth, probability, strict=True))
        ]  # fmt: skip
        return [Predictions(models[0].card, "test", make_table("compression", rows))]

    return predict


@pytest.fixture
def run(tmp_path):
    return train(tiny.Tiny(tiny.recipe()), tmp_path / "run", device="cpu", workers=0)


def test_probabilities_that_are_too_sure_are_softened_once(run, monkeypatch):
    rng = np.random.default_rng(0)
    z = rng.normal(scale=2, size=2000)
    truth = (rng.random(2000) < 1 / (1 + np.exp(-z))).astype(int)
    monkeypatch.setattr(calibrating, "predict", answers(truth, 1 / (1 + np.exp(-3 * z))))
    done = calibrate_run(run, [])
    assert open_folder(run.model).card.temperature == pytest.approx(3, rel=0.1)
    assert done.record["calibration"]["ece"] < done.record["calibration"]["ece_before"]
    assert (run.folder / "calibration" / "reliability.png").is_file()
    again = calibrate_run(open_run(run.folder), [])
    assert again.record == done.record


def test_a_run_that_cannot_be_calibrated_keeps_its_model_and_says_why(run, monkeypatch):
    monkeypatch.setattr(calibrating, "predict", answers([0, 0], [0.2, 0.3]))
    before = open_folder(run.model).card
    done = calibrate_run(run, [])
    assert "one class" in done.record["calibration"]["failed"]
    assert open_folder(run.model).card == before
