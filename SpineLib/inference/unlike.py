"""How unlike what a classifier knows a slice and a stack are, and from where they are withheld.

A slice is as unlike as its features are far from those of the nearest class, measured with the
classes' common covariance (Mahalanobis distance; Lee et al. 2018, "A Simple Unified Framework for
Detecting Out-of-Distribution Samples and Adversarial Attacks"). A stack is a stranger where a
linear classifier of the same features takes it for one: another weighting and heavy motion are
near in that distance, but were shown to it (outlier exposure; Hendrycks et al. 2019, "Deep Anomaly
Detection with Outlier Exposure"). The features are those that the answer itself is made of, so that
nothing is computed twice. Statistics and classifier lie as tensors beside the network's weights,
the limits stand on the card.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.models.card import Unlike
from SpineLib.reasons import STACK_UNLIKE, STRANGER, UNLIKE, Reason

PREFIX = "unlike."
_KEPT = ("means", "whitening", "stranger")
# Of the common covariance: this share of the mean variance is added to every direction, so that
# directions in which the fitting slices hardly vary do not decide (by hand).
_SHRINKAGE = 0.01
# A stack of fewer slices has no mean that says more than each of them.
LEAST_SLICES = 5
# Where the cord is in a window around the canal and where fluid may be, mm from the middle; fluid
# is the brightest fifth there; what is added to both keeps a dark cord from deciding (by hand).
_CORD_MM, _FLUID_MM, _FLUID_SHARE, _DARK = 2.5, (4.5, 8.0), 0.8, 0.05


@dataclass(frozen=True)
class Known:
    """What a classifier's features look like on images that it knows.

    Attributes:
        means: [classes, features], float32.
        whitening: [features, features]; a difference times it has unit variance in each direction.
        stranger: weights [features + 1] and an offset, of the logit that a slice is a stranger; the
            last weight is that of the fluid's contrast.
    """

    means: torch.Tensor
    whitening: torch.Tensor
    stranger: torch.Tensor

    def distances(self, features: torch.Tensor) -> NDArray[np.float64]:
        """Mahalanobis distance [slices] of features [slices, features] to the nearest class."""
        apart = (features.float()[:, None] - self.means) @ self.whitening
        return apart.norm(dim=2).amin(dim=1).double().numpy()

    def strangeness(
        self, features: torch.Tensor, contrasts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The logit [slices] that a slice is of another weighting, or spoilt by motion."""
        seen = beside_contrast(features.double().numpy(), contrasts)
        *weights, offset = self.stranger.double().numpy()
        return seen @ np.array(weights) + offset

    def tensors(self) -> dict[str, torch.Tensor]:
        """As they are kept beside the weights."""
        return {PREFIX + name: getattr(self, name) for name in _KEPT}


def taken_out(tensors: Mapping[str, torch.Tensor]) -> tuple[dict[str, torch.Tensor], Known | None]:
    """The network's own tensors, and what it knows; None where that was never fitted."""
    network = {name: one for name, one in tensors.items() if not name.startswith(PREFIX)}
    kept = [tensors[PREFIX + name].float() for name in _KEPT if PREFIX + name in tensors]
    return network, Known(*kept) if len(kept) == len(_KEPT) else None


def beside_contrast(
    features: NDArray[np.float64], contrasts: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What tells strangers: features [slices, features] and, as one more, the fluid's contrast."""
    return np.column_stack([features, np.nan_to_num(contrasts)])


def fit_known(
    features: NDArray[np.float64],
    classes: NDArray[np.int64],
    stranger: NDArray[np.float64] | None = None,
) -> Known:
    """Statistics of the features of slices that the model knows.

    Args:
        features: [slices, features].
        classes: the true class of each slice.
        stranger: of `Known`; nobody is a stranger without it.

    Raises:
        BadInput: fewer slices than features.
    """
    slices, size = features.shape
    if slices < 2 * size:
        raise BadInput(
            f"{slices} slices are too few for {size} features",
            advice="Give more patients.",
        )
    values = np.unique(classes)
    means = np.stack([features[classes == one].mean(axis=0) for one in values])
    apart = features - means[np.searchsorted(values, classes)]
    covariance = np.cov(apart.T)
    covariance += _SHRINKAGE * np.trace(covariance) / size * np.eye(size)
    variances, directions = np.linalg.eigh(covariance)
    kept = (
        means,
        directions / np.sqrt(variances),
        np.zeros(size + 2) if stranger is None else stranger,
    )
    # Rounded as they are kept, so that limits are fitted to what is used.
    return Known(*(torch.from_numpy(one).half().float() for one in kept))


def unlike_scores(
    distances: NDArray[np.float64], confidence: NDArray[np.float64], card: Unlike
) -> NDArray[np.float64]:
    """How unlike each slice is: 0 as the slices that the model knows, 1 a standard deviation beyond.

    Two measures are added, each in standard deviations: how far the features are, and how much
    less surely the canal was found. A brain or a knee has no canal that is found surely on every
    slice; what the features alone see as strange may be another scanner.

    Args:
        distances: of `Known.distances`.
        confidence: of the canal's path on the same slices.
        card: mean and deviation of both.
    """
    far = (distances - card.distance[0]) / card.distance[1]
    unsure = (card.confidence[0] - confidence) / card.confidence[1]
    return far + unsure


def fluid_contrasts(batch: torch.Tensor, preprocessing: Mapping[str, Any]) -> NDArray[np.float64]:
    """How much brighter the fluid around the cord is than the cord, a number a slice (a logarithm).

    About 1 in T2, below 0 in T1 and proton density, whatever the anatomy: it helps to tell another
    weighting under a right header from the one that the model was made for.

    Args:
        batch: windows around the canal [slices, channels, rows, columns], 0 to 1.
        preprocessing: of the card; NaN for anything but ``canal-window``.
    """
    if preprocessing["kind"] != "canal-window":
        return np.full(len(batch), np.nan)
    windows = batch[:, batch.shape[1] // 2].double().numpy()
    offsets = (np.arange(windows.shape[1]) - (windows.shape[1] - 1) / 2) * preprocessing[
        "spacing_mm"
    ]
    radius = np.hypot(offsets[:, None], offsets)
    around = (radius > _FLUID_MM[0]) & (radius < _FLUID_MM[1])
    cord = np.median(windows[:, radius < _CORD_MM], axis=1)
    fluid = np.quantile(windows[:, around], _FLUID_SHARE, axis=1)
    return np.log((fluid + _DARK) / (cord + _DARK))


def unlike(
    scores: NDArray[np.float64], strangeness: NDArray[np.float64], card: Unlike
) -> list[Reason | None]:
    """Why each slice is withheld, None where it is not.

    The mean of a stack of fewer than `LEAST_SLICES` slices that can be assessed has a limit of its
    own, since one slice may well be unusual; whether such a stack is a stranger is not judged.

    Args:
        scores: of the slices of one stack; NaN where a slice cannot be assessed at all.
        strangeness: of `Known.strangeness`, of the same slices.
        card: the limits.
    """
    known = np.isfinite(scores)
    if known.sum() >= LEAST_SLICES:
        mean, strange = float(scores[known].mean()), float(strangeness[known].mean())
        if mean > card.stack_limit:
            return [_reason(STACK_UNLIKE, mean, card.stack_limit)] * len(scores)
        if strange > card.stranger_limit:
            return [_reason(STRANGER, strange, card.stranger_limit)] * len(scores)
    elif known.any() and card.small_limit is not None:
        mean = float(scores[known].mean())
        if mean > card.small_limit:
            return [_reason(STACK_UNLIKE, mean, card.small_limit)] * len(scores)
    return [
        _reason(UNLIKE, score, card.slice_limit) if score > card.slice_limit else None
        for score in scores
    ]


def _reason(code: str, score: float, limit: float) -> Reason:
    return Reason(code, {"score": round(float(score), 2), "limit": limit})
