"""What makes probabilities honest: a temperature, and a bias towards or away from the positive side."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.evaluation.predictions import Predictions
from SpineLib.evaluation.reliability import (
    Reliability,
    answers_of,
    answers_with,
    logits,
    moved,
    reliability,
)
from SpineLib.models import ModelFolder
from SpineLib.models.card import GradeSets
from SpineLib.models.folder import replace_card

# A slice is borderline from this share of the threshold on (by hand).
BORDERLINE = 0.4
# Beyond these the validation data are told apart without an error and say nothing of how sure.
MOST_TEMPERATURE = 20.0


@dataclass(frozen=True)
class Calibration:
    """What to write into a model.

    Attributes:
        temperature, bias: for the card; instead of those that it has.
        before, after: on the data that it was fitted to.
        slices: how many they were.
        sets: fitted to other patients with this temperature and bias; None where that was not asked.
        threshold: from which a slice is compressed, for the card; None leaves the card's.
    """

    temperature: float
    bias: float
    before: Reliability
    after: Reliability
    slices: int
    sets: GradeSets | None = None
    threshold: float | None = None


def fit_calibration(predictions: Predictions) -> Calibration:
    """Temperature scaling (Guo et al. 2017) with a bias (Platt 1999).

    The bias puts the share of compressed slices, or of high grades, in studies back where training
    showed both sides more evenly. There is none where all slices are of one side. Fitted by the
    greatest likelihood of the assessed slices; fit on validation data, never on the test's.

    Args:
        predictions: of a compression or grading model on validation data.

    Raises:
        BadModel: a model for another task.
        BadInput: one class only, or data that the model tells apart without any error.
    """
    from scipy.optimize import minimize

    scores, truth = logits(predictions)
    if len(np.unique(truth)) < 2:
        raise BadInput(
            "The validation data are all of one class, so nothing can be calibrated",
            advice="Give validation data with compressed and other slices, or several grades.",
        )
    first = predictions.card.asked.first_positive
    free = len(np.unique(truth >= first))

    def loss(x: NDArray) -> float:
        z = moved(scores, float(np.exp(x[0])), float(x[1]) if free == 2 else 0.0, first)
        return float((np.logaddexp.reduce(z, axis=1) - z[np.arange(len(z)), truth]).mean())

    most = np.log(MOST_TEMPERATURE)
    bounds = [(-most, most), (None, None)][:free]
    start = np.array([np.log(predictions.card.temperature), predictions.card.bias][:free])
    best = minimize(loss, start, method="L-BFGS-B", bounds=bounds).x
    if abs(best[0]) > most - 1e-3:
        raise BadInput(
            "No temperature fits: the model tells the validation data apart without an error, or "
            "not at all",
            advice="Give more validation data.",
        )
    temperature, bias = float(np.exp(best[0])), float(best[1]) if free == 2 else 0.0
    before = reliability(*answers_of(predictions))
    after = reliability(*answers_with(predictions, temperature, bias))
    return Calibration(temperature, bias, before, after, len(truth))


def apply_calibration(model: ModelFolder, calibration: Calibration) -> ModelFolder:
    """Writes temperature, bias, borderline and grade sets onto a model's card.

    Figures and grade sets on the card were of the model before, so they are removed; evaluate the
    model anew.

    Args:
        model: its folder is written to, whole or not at all.
        calibration: of `fit_calibration` with this model's predictions.

    Raises:
        OutputError: the folder cannot be written to.
    """
    threshold = calibration.threshold or model.card.threshold
    card = replace(
        model.card,
        temperature=round(calibration.temperature, 4),
        bias=round(calibration.bias, 4),
        threshold=threshold,
        borderline=min(threshold, round(threshold * BORDERLINE, 4)),
        figures=(),
        grade_sets=calibration.sets,
    )
    if model.card.task != "compression":
        card = replace(card, borderline=model.card.borderline)
    return replace_card(model, card)
