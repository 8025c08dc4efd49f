"""Learning whether the cord is compressed on an axial slice."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from sklearn.metrics import roc_auc_score
from torch.nn import functional as F  # noqa: N812

from SpineLib.datasets.cases import LabelledStack
from SpineLib.datasets.consensus import agreed
from SpineLib.datasets.vocabulary import POSSIBLY_COMPRESSED
from SpineLib.errors import BadInput
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED
from SpineLib.models.card import Card, StudyRule
from SpineLib.training.losses import weighted_bce
from SpineLib.training.slices import SliceData, SliceTask

# Merali et al. 2021: a study is abnormal with more than one compressed slice.
STUDY_RULE = StudyRule(2, "more than one compressed slice")
THRESHOLD = 0.5


class CompressionData(SliceData):
    """``[data]`` of compression.

    Attributes:
        possibly: slices on which readers disagree: ``merge`` them with the compressed ones, as
            the published training script does, keep them as a ``class`` of their own, or ``drop``
            them.
    """

    possibly: Literal["merge", "class", "drop"] = "merge"


class _WeightedBce(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    positive: Annotated[float, Field(gt=0)]


class _CrossEntropy(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0


class CompressionTask(SliceTask):
    """One probability a slice: is the cord's contour changed by what presses on it?

    Losses: ``weighted-bce`` with ``positive``, and ``cross-entropy`` with ``smoothing``.
    """

    data: CompressionData

    def __init__(self, recipe, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        self._loss = _loss(recipe)
        super().__init__(recipe, *args, **kwargs)

    @classmethod
    def data_model(cls) -> type[SliceData]:
        """See `SliceTask.data_model`."""
        return CompressionData

    def require_fitting(self) -> None:
        """See `SliceTask.require_fitting`."""
        classes = self.recipe.network.arguments.get("classes", 2)
        if classes != len(self.labels):
            raise BadInput(
                f"The network has {classes} classes, the data {len(self.labels)}",
                file=self.recipe.file,
                advice=f"Set network.arguments.classes = {len(self.labels)}, or data.possibly.",
            )
        if isinstance(self._loss, _WeightedBce) and len(self.labels) != 2:
            raise BadInput(
                "weighted-bce is for two classes",
                file=self.recipe.file,
                advice="Set loss.name to cross-entropy, or data.possibly to merge or drop.",
            )

    @property
    def labels(self) -> tuple[str, ...]:
        """Not compressed first; compressed last, whether there is a class between them or not."""
        if self.data.possibly == "class":
            return (NOT_COMPRESSED, POSSIBLY_COMPRESSED, COMPRESSED)
        return (NOT_COMPRESSED, COMPRESSED)

    def agreed(self, stack: LabelledStack) -> dict[int, str]:
        """See `SliceTask.agreed`."""
        values = agreed(stack.labels, None)
        if self.data.possibly == "drop":
            return {k: v for k, v in values.items() if v != POSSIBLY_COMPRESSED}
        if self.data.possibly == "merge":
            return {k: COMPRESSED if v == POSSIBLY_COMPRESSED else v for k, v in values.items()}
        return values

    def logits_loss(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """See `SliceTask.logits_loss`."""
        if isinstance(self._loss, _WeightedBce):
            return weighted_bce(logits, targets, self._loss.positive)
        return F.cross_entropy(logits, targets, label_smoothing=self._loss.smoothing)

    def figures(
        self, probabilities: NDArray[np.float64], targets: NDArray[np.int64]
    ) -> dict[str, float]:
        """Accuracy of the classes; AUC, sensitivity and specificity of compressed, where defined."""
        last = len(self.labels) - 1
        p, true = probabilities[:, last], targets == last
        called = p >= THRESHOLD
        found = {"accuracy": float((probabilities.argmax(1) == targets).mean())}
        if true.any() and not true.all():
            found["auc"] = float(roc_auc_score(true, p))
            found["sensitivity"] = float(called[true].mean())
            found["specificity"] = float((~called[~true]).mean())
        return found

    def card(self) -> Card:
        """See `Task.card`."""
        return Card(
            **self.recipe.card_fields(),
            labels=self.labels,
            threshold=THRESHOLD,
            borderline=THRESHOLD,
            study_rule=STUDY_RULE,
        )


def _loss(recipe) -> _WeightedBce | _CrossEntropy:  # type: ignore[no-untyped-def]
    known: dict[str, type[BaseModel]] = {
        "weighted-bce": _WeightedBce,
        "cross-entropy": _CrossEntropy,
    }
    if recipe.loss.name not in known:
        raise BadInput(
            f"Compression has no loss {recipe.loss.name}",
            file=recipe.file,
            advice=f"Use {' or '.join(known)}.",
        )
    return recipe.checked("loss", known[recipe.loss.name])
