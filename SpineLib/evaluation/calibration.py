"""Whether probabilities are honest, and what makes them so: temperature, and the classes' share."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from SpineLib.errors import BadInput, BadModel
from SpineLib.evaluation.figures import Figure
from SpineLib.evaluation.predictions import Predictions
from SpineLib.labels import COMPRESSED, NOT_ASSESSED, NOT_COMPRESSED
from SpineLib.models import ModelFolder, write_model
from SpineLib.models.card import GradeSets

BINS = 10
# A slice is borderline from this share of the threshold on (by hand).
BORDERLINE = 0.4
# Beyond these the validation data are told apart without an error and say nothing of how sure.
MOST_TEMPERATURE = 20.0
_LEAST = 1e-12
COMPRESSED_LOGIT = 1


@dataclass(frozen=True)
class Reliability:
    """How probabilities fit what was seen.

    Attributes:
        predicted, seen, count: mean probability, share that it was true of, and number, a bin of
            `BINS` equally wide ones; empty bins are left out.
        brier: mean squared difference (Brier 1950), of all classes summed where there are more
            than two.
        ece: expected calibration error (Guo et al. 2017): |predicted - seen|, weighted by count.
    """

    predicted: NDArray[np.float64]
    seen: NDArray[np.float64]
    count: NDArray[np.int64]
    brier: float
    ece: float


@dataclass(frozen=True)
class Calibration:
    """What to write into a model.

    Attributes:
        temperature: for the card; instead of the one it has.
        bias: is added to the logit of ``compressed`` before the division; 0 for grades.
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
    """Temperature scaling (Guo et al. 2017), for compression with a bias (Platt 1999).

    The bias puts the share of compressed slices in studies back where training showed both
    classes more evenly. Grades get none, so that the most probable grade stays the same. Fitted by
    the greatest likelihood of the assessed slices; fit on validation data, never on the test's.

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
    free = 2 if predictions.task == "compression" else 1

    def loss(x: NDArray) -> float:
        z = _moved(scores, float(np.exp(x[0])), float(x[1]) if free == 2 else 0.0)
        return float((np.logaddexp.reduce(z, axis=1) - z[np.arange(len(z)), truth]).mean())

    most = np.log(MOST_TEMPERATURE)
    bounds = [(-most, most), (None, None)][:free]
    start = np.array([np.log(predictions.card.temperature), 0.0][:free])
    best = minimize(loss, start, method="L-BFGS-B", bounds=bounds).x
    if abs(best[0]) > most - 1e-3:
        raise BadInput(
            "No temperature fits: the model tells the validation data apart without an error, or "
            "not at all",
            advice="Give more validation data.",
        )
    temperature, bias = float(np.exp(best[0])), float(best[1]) if free == 2 else 0.0
    before = reliability(_probabilities(scores, predictions.card.temperature, 0.0), truth)
    after = reliability(_probabilities(scores, temperature, bias), truth)
    return Calibration(temperature, bias, before, after, len(truth))


def reliability_of(predictions: Predictions) -> Reliability | None:
    """Reliability of the assessed slices; None where there is none, or one class only."""
    scores, truth = logits(predictions)
    if len(np.unique(truth)) < 2:
        return None
    return reliability(_probabilities(scores, predictions.card.temperature, 0.0), truth)


def reliability_figures(predictions: Predictions) -> list[Figure]:
    """Brier score and expected calibration error of the assessed slices."""
    curve = reliability_of(predictions)
    if curve is None:
        return [Figure("Brier score", None, note="not defined: the slices are of one class")]
    of = f"{curve.count.sum()} assessed slices"
    return [
        Figure("Brier score", curve.brier, of=of),
        Figure("expected calibration error", curve.ece, of=of, card=True),
    ]


def reliability_by_site(predictions: Predictions) -> dict[str, Reliability]:
    """Site (of simulated data the profile) → reliability; empty where there is one site only."""
    sites = [name for name in predictions.table["site"].unique() if name]
    parts = {
        name: reliability_of(
            replace(predictions, table=predictions.table[predictions.table["site"] == name])
        )
        for name in sites
    }
    return {k: v for k, v in parts.items() if v is not None} if len(parts) > 1 else {}


def site_table(predictions: Predictions) -> pd.DataFrame:
    """Calibration of each site; without a row where there is one only."""
    return pd.DataFrame(
        [
            {"site": name, "slices": int(curve.count.sum()), "Brier score": curve.brier,
             "expected calibration error": curve.ece}
            for name, curve in reliability_by_site(predictions).items()
        ]
    )  # fmt: skip


def reliability(probabilities: NDArray[np.float64], truth: NDArray[np.int64]) -> Reliability:
    """Of two classes: of P(the second); of more: of the most probable class.

    Args:
        probabilities: [rows, classes].
        truth: class of each row.
    """
    from sklearn.metrics import brier_score_loss

    if probabilities.shape[1] == 2:
        sure, right = probabilities[:, 1], (truth == 1).astype(float)
        brier = brier_score_loss(right, sure)
    else:
        sure = probabilities.max(axis=1)
        right = (probabilities.argmax(axis=1) == truth).astype(float)
        classes = list(range(probabilities.shape[1]))
        brier = brier_score_loss(truth, probabilities, labels=classes, scale_by_half=False)
    bin_ = np.minimum((sure * BINS).astype(int), BINS - 1)
    count = np.bincount(bin_, minlength=BINS)
    used = count > 0
    predicted, seen = (
        np.bincount(bin_, weights=x, minlength=BINS)[used] / count[used] for x in (sure, right)
    )
    ece = float((count[used] * np.abs(predicted - seen)).sum() / len(truth))
    return Reliability(predicted, seen, count[used], float(brier), ece)


def apply_calibration(model: ModelFolder, calibration: Calibration) -> ModelFolder:
    """Writes temperature, bias, borderline and grade sets into a model's folder.

    The bias goes into the network's last layer. Figures and grade sets on the card were of the model
    before, so they are removed; evaluate the model anew.

    Args:
        model: its folder is written to, whole or not at all.
        calibration: of `fit_calibration` with this model's predictions.

    Raises:
        BadModel: the network has no last layer that takes a bias.
        OutputError: the folder cannot be written to.
    """
    from SpineLib.inference.loaded import load

    loaded = load(model, "cpu")
    if calibration.bias:
        last = getattr(loaded.network, "head", [None])[-1]
        if getattr(last, "bias", None) is None:
            raise BadModel(
                f"The network {model.card.network['name']} has no last layer with a bias",
                file=model.path,
            )
        last.bias.data[COMPRESSED_LOGIT] += calibration.bias
    threshold = calibration.threshold or model.card.threshold
    card = replace(
        model.card,
        temperature=round(calibration.temperature, 4),
        threshold=threshold,
        borderline=min(threshold, round(threshold * BORDERLINE, 4)),
        figures=(),
        grade_sets=calibration.sets,
    )
    if model.card.task != "compression":
        card = replace(card, borderline=model.card.borderline)
    return write_model(model.path, card, loaded.tensors())


def logits(predictions: Predictions) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """What the card's temperature divides, up to a constant a row, and the true class of the assessed slices.

    The network's logits, or, where the card has ``neighbours``, what is freed of their share.
    """
    table, card = assessed(predictions), predictions.card
    if predictions.task == "compression":
        p = table["probability"].to_numpy(float)
        probabilities = np.column_stack([1 - p, p])
        truth = (table["truth"] == COMPRESSED).to_numpy(int)
    elif predictions.task == "grading" and card.scheme:
        names = card.scheme.values
        probabilities = table[[f"p_{name}" for name in names]].to_numpy(float)
        truth = table["truth"].map({name: n for n, name in enumerate(names)}).to_numpy(int)
    else:
        raise BadModel(f"A model for {predictions.task} has no probabilities to calibrate")
    return card.temperature * np.log(np.maximum(probabilities, _LEAST)), truth


def assessed(predictions: Predictions) -> pd.DataFrame:
    """The rows with an answer and a truth that readers agree on."""
    table = predictions.table[predictions.table["verdict"] != NOT_ASSESSED]
    if predictions.task != "compression":
        return table
    return table[table["truth"].isin((COMPRESSED, NOT_COMPRESSED))]


def answers_with(
    predictions: Predictions, temperature: float, bias: float = 0.0
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Probabilities [rows, classes] that the model would give so, and true classes, of `assessed`."""
    scores, truth = logits(predictions)
    return _probabilities(scores, temperature, bias), truth


def _moved(scores: NDArray, temperature: float, bias: float) -> NDArray[np.float64]:
    moved = scores.copy()
    moved[:, COMPRESSED_LOGIT] += bias
    return moved / temperature


def _probabilities(scores: NDArray, temperature: float, bias: float) -> NDArray[np.float64]:
    z = _moved(scores, temperature, bias)
    return np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True))
