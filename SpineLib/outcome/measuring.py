"""How good predictions are: discrimination, calibration, net benefit, each with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineLib.evaluation.delong import area, auc
from SpineLib.evaluation.figures import Figure, measured
from SpineLib.outcome.recipe import BINARY, ORDINAL

THRESHOLDS = np.round(np.arange(0.05, 1.0, 0.05), 2)
_CLIP = 1e-6


@dataclass(frozen=True)
class View:
    """One yes-or-no side of an answer, which figures of probabilities need.

    Attributes:
        name: ``severe``; empty where the answer is yes or no itself.
        truth: a bool a patient.
        probability: what was predicted.
    """

    name: str
    truth: NDArray[np.bool_]
    probability: NDArray[np.float64]

    def named(self, figure: str) -> str:
        """A figure's name, with the side that it is of."""
        return f"{figure}, {self.name}" if self.name else figure


def views(kind: str, truth: NDArray[np.float64], predicted: NDArray[np.float64]) -> list[View]:
    """The sides of an answer: itself, or of severity “moderate or severe” and “severe”."""
    if kind == BINARY:
        return [View("", truth > 0, predicted[:, 0])]
    if kind == ORDINAL:
        return [
            View("moderate or severe", truth > 0, predicted[:, 1:].sum(axis=1)),
            View("severe", truth > 1, predicted[:, 2]),
        ]
    return []


def figures(kind: str, truth: NDArray[np.float64], predicted: NDArray[np.float64]) -> list[Figure]:
    """Every figure of predictions for patients that the model had not seen."""
    patients = np.arange(len(truth))
    missing = "the patients have one answer only"
    if kind not in (BINARY, ORDINAL):
        return _of_numbers(truth, predicted[:, 0], patients)
    listed = []
    for view in views(kind, truth, predicted):
        listed.append(_auc(view))
        of = f"{int(view.truth.sum())} of {len(truth)} patients"

        def brier(k: NDArray[np.intp], view: View = view) -> float:
            return float(((view.probability[k] - view.truth[k]) ** 2).mean())

        listed.append(measured(view.named("Brier score"), brier, patients, of=of, missing=missing))
        for which, name in enumerate(("calibration slope", "calibration intercept")):

            def line(k: NDArray[np.intp], which: int = which, view: View = view) -> float:
                return calibration(view.truth[k], view.probability[k])[which]

            listed.append(measured(view.named(name), line, patients, of=of, missing=missing))
    return listed


def _auc(view: View) -> Figure:
    curve = auc(view.truth, view.probability)
    of = f"{curve.positives} of {curve.positives + curve.negatives} patients"
    return Figure(view.named("AUC"), curve.value, curve.interval, method="DeLong", of=of, card=True)


def _of_numbers(
    truth: NDArray[np.float64], predicted: NDArray[np.float64], patients: NDArray[np.intp]
) -> list[Figure]:
    def error(k: NDArray[np.intp]) -> float:
        return float(np.abs(truth[k] - predicted[k]).mean())

    def explained(k: NDArray[np.intp]) -> float:
        return float(1 - ((truth[k] - predicted[k]) ** 2).mean() / truth[k].var())

    def slope(k: NDArray[np.intp]) -> float:
        return float(np.polyfit(predicted[k], truth[k], 1)[0])

    of = f"{len(truth)} patients"
    return [
        measured("share of variance explained", explained, patients, of=of, missing="", card=True),
        measured("mean absolute error", error, patients, of=of, missing=""),
        measured("calibration slope", slope, patients, of=of, missing=""),
    ]


def logit(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log odds, cut short of infinity."""
    q = np.clip(p, _CLIP, 1 - _CLIP)
    return np.asarray(np.log(q / (1 - q)))


def calibration(truth: NDArray[np.bool_], probability: NDArray[np.float64]) -> tuple[float, float]:
    """Slope, and intercept with a slope of 1 (Cox 1958, Biometrika 45:562); NaN of one class.

    log odds(truth) = a + b · log odds(predicted).
    """
    y, x = truth.astype(float), logit(probability)
    if y.min() == y.max():
        return float("nan"), float("nan")
    slope = logistic_slopes(np.column_stack([np.ones_like(x), x]), y, np.zeros_like(x))[1]
    return float(slope), float(logistic_slopes(np.ones((len(x), 1)), y, x)[0])


def logistic_slopes(
    rows: NDArray[np.float64], y: NDArray[np.float64], offset: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Unpenalised logistic regression by Newton's steps, beside an offset; no constant is added."""
    at = np.zeros(rows.shape[1])
    for _step in range(30):
        p = 1 / (1 + np.exp(-np.clip(rows @ at + offset, -30, 30)))
        weight = np.maximum(p * (1 - p), 1e-9)
        move = np.linalg.lstsq(rows.T @ (rows * weight[:, None]), rows.T @ (y - p), rcond=None)[0]
        at = at + np.clip(move, -4, 4)
        if np.abs(move).max() < 1e-8:
            break
    return at


def net_benefit(
    truth: NDArray[np.bool_],
    probability: NDArray[np.float64],
    thresholds: NDArray[np.float64] = THRESHOLDS,
) -> NDArray[np.float64]:
    """Net benefit of acting from each threshold on (Vickers & Elkin 2006, Med Decis Making 26:565)."""
    n = len(truth)
    return np.array(
        [
            (truth & (probability >= t)).sum() / n
            - (~truth & (probability >= t)).sum() / n * t / (1 - t)
            for t in thresholds
        ]
    )


def groups(
    kind: str,
    truth: NDArray[np.float64],
    predicted: NDArray[np.float64],
    members: Sequence[tuple[str, str, NDArray[np.bool_]]],
) -> list[dict[str, object]]:
    """Figures of groups of patients: ``by``, ``group``, ``patients`` and a column a figure."""
    rows: list[dict[str, object]] = []
    for by, name, inside in members:
        row: dict[str, object] = {"by": by, "group": name, "patients": int(inside.sum())}
        if kind in (BINARY, ORDINAL):
            for view in views(kind, truth, predicted):
                yes, p = view.truth[inside], view.probability[inside]
                row[view.named("observed")] = float(yes.mean())
                row[view.named("predicted")] = float(p.mean())
                row[view.named("Brier score")] = float(((p - yes) ** 2).mean())
                row[view.named("AUC")] = area(yes, p)
                enough = min(yes.sum(), (~yes).sum()) > 1
                span = auc(yes, p).interval if enough else (float("nan"),) * 2
                row[view.named("AUC low")], row[view.named("AUC high")] = span
        else:
            away = predicted[inside, 0] - truth[inside]
            row["mean error"] = float(away.mean())
            row["mean absolute error"] = float(np.abs(away).mean())
        rows.append(row)
    return rows
