"""Whether probabilities are honest: what was predicted, and how often it was so."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from SpineLib.errors import BadModel
from SpineLib.evaluation.figures import Figure
from SpineLib.evaluation.predictions import WITHHELD, Predictions
from SpineLib.labels import COMPRESSED, NOT_ASSESSED, NOT_COMPRESSED

BINS = 10
ECE = "expected calibration error"
ECE_HIGH = f"{ECE}, low/high"
_LEAST = 1e-12


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


def reliability_of(predictions: Predictions) -> Reliability | None:
    """Of P(compressed) or of the most probable grade; None without a slice, or with one class only."""
    return _unless_one_class(*answers_of(predictions))


def reliability_of_high(predictions: Predictions) -> Reliability | None:
    """Of P(high), the number that is told beside a grade; None for compression, or as above."""
    scheme = predictions.card.scheme
    if predictions.task != "grading" or scheme is None:
        return None
    grades, truth = answers_of(predictions)
    high = grades[:, scheme.first_positive :].sum(axis=1)
    is_high = (truth >= scheme.first_positive).astype(int)
    return _unless_one_class(np.column_stack([1 - high, high]), is_high)


def reliability_figures(predictions: Predictions) -> list[Figure]:
    """Brier score and expected calibration error of the assessed slices; of grades P(high)'s too."""
    curve = reliability_of(predictions)
    if curve is None:
        return [Figure("Brier score", None, note="not defined: the slices are of one class")]
    of = f"{curve.count.sum()} assessed slices"
    errors = [Figure(name, ece, of=of, card=True) for name, ece in _errors(predictions).items()]
    return [Figure("Brier score", curve.brier, of=of), *errors]


def by_site(predictions: Predictions) -> dict[str, Predictions]:
    """Site (of simulated data the profile) → its slices; empty where there is one site only."""
    sites = [name for name in predictions.table["site"].unique() if name]
    parts = {
        name: replace(predictions, table=predictions.table[predictions.table["site"] == name])
        for name in sites
    }
    return parts if len(parts) > 1 else {}


def site_table(predictions: Predictions) -> pd.DataFrame:
    """Calibration of each site, of all its assessed slices and of those that are answered.

    Where a model withholds slices that are unlike what it knows, nobody is told their
    probabilities. Without a row where there is one site only.
    """
    rows = []
    for name, part in by_site(predictions).items():
        curve, answered = reliability_of(part), _answered(part)
        if curve is None:
            continue
        row = {"site": name, "slices": int(curve.count.sum()), "Brier score": curve.brier}
        row |= _errors(part)
        if answered is not None:
            row["answered"] = len(assessed(answered))
            row |= {f"{error} of the answered": ece for error, ece in _errors(answered).items()}
        rows.append(row)
    return pd.DataFrame(rows)


def _errors(predictions: Predictions) -> dict[str, float]:
    curves = {ECE: reliability_of(predictions), ECE_HIGH: reliability_of_high(predictions)}
    return {name: curve.ece for name, curve in curves.items() if curve is not None}


def _answered(predictions: Predictions) -> Predictions | None:
    """The slices that are not withheld as unlike; None of a model that withholds none."""
    if WITHHELD not in predictions.table:
        return None
    told = predictions.table[WITHHELD] == ""
    return replace(predictions, table=predictions.table[told])


def _unless_one_class(
    probabilities: NDArray[np.float64], truth: NDArray[np.int64]
) -> Reliability | None:
    return reliability(probabilities, truth) if len(np.unique(truth)) > 1 else None


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


def logits(predictions: Predictions) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """What the card's bias is added to, up to a constant a row, and the true class of the assessed slices.

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
    scores = card.temperature * np.log(np.maximum(probabilities, _LEAST))
    scores[:, card.asked.first_positive :] -= card.bias
    return scores, truth


def assessed(predictions: Predictions) -> pd.DataFrame:
    """The rows with an answer and a truth that readers agree on."""
    table = predictions.table[predictions.table["verdict"] != NOT_ASSESSED]
    if predictions.task != "compression":
        return table
    return table[table["truth"].isin((COMPRESSED, NOT_COMPRESSED))]


def answers_of(predictions: Predictions) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Probabilities [rows, classes] that the model gave, and true classes, of `assessed`."""
    return answers_with(predictions, predictions.card.temperature, predictions.card.bias)


def answers_with(
    predictions: Predictions, temperature: float, bias: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """What `answers_of` would be with another temperature and bias on the card."""
    scores, truth = logits(predictions)
    z = moved(scores, temperature, bias, predictions.card.asked.first_positive)
    return np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True)), truth


def moved(
    scores: NDArray[np.float64], temperature: float, bias: float, first_positive: int
) -> NDArray[np.float64]:
    """Logits [rows, classes] after bias and temperature; see `SpineLib.models.card.Card`."""
    raised = scores.copy()
    raised[:, first_positive:] += bias
    return raised / temperature
