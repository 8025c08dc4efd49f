"""Learning the grade of an axial slice: Bilsky's, Kang's, or another ordered scheme."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from sklearn.metrics import cohen_kappa_score
from torch import nn
from torch.nn import functional as F  # noqa: N812

from SpineLib.datasets.cases import LabelledStack
from SpineLib.datasets.consensus import agreed
from SpineLib.errors import BadInput
from SpineLib.models.card import Card
from SpineLib.networks.prototype import PrototypeNetwork
from SpineLib.networks.soft_targets import soft_targets
from SpineLib.questions import Question, question_of
from SpineLib.training.losses import (
    compactness,
    virtual_adversarial_loss,
    without_tracking,
)
from SpineLib.training.slices import SliceData, SliceTask
from SpineLib.training.task import Item

Weight = Annotated[float, Field(ge=0)]
# From a third on a share cannot be taken out of the answers again.
MOST_NEIGHBOURS = 0.3


class GradingData(SliceData):
    """``[data]`` of grading; ``scheme`` is ``Bilsky``, ``Kang``, or a table of your own."""

    scheme: str | dict[str, Any] = "Bilsky"


class CrossEntropy(BaseModel):
    """Cross-entropy of the grades.

    Attributes:
        neighbours: share of the target that the grades beside it are given; goes on the card, since
            the model's probabilities are freed of it
            (`SpineLib.networks.soft_targets.without_neighbours`).
        weigh_classes: weigh each grade by one less its share of the training slices, as the
            published grading code does.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    neighbours: Annotated[float, Field(ge=0, le=MOST_NEIGHBOURS)] = 0.0
    weigh_classes: bool = False


class Prototype(CrossEntropy):
    """Cross-entropy, compactness and the virtual adversarial loss, added with their weights.

    Attributes:
        compactness: weight of `SpineLib.training.losses.compactness`; the published code's
            ``lamb``.
        adversarial: weight of `SpineLib.training.losses.virtual_adversarial_loss`.
        epsilon, xi, iterations: of the virtual adversarial loss; both steps as shares of the
            images' own length, so that they mean the same at every size of window.
    """

    compactness: Weight = 0.0
    adversarial: Weight = 0.0
    epsilon: Weight = 0.02
    xi: Annotated[float, Field(gt=0)] = 0.02
    iterations: Annotated[int, Field(ge=1)] = 1


_LOSSES: dict[str, type[CrossEntropy]] = {"cross-entropy": CrossEntropy, "prototype": Prototype}


class GradingTask(SliceTask):
    """One grade a slice.

    Losses: ``prototype`` (for the network ``prototype``) and ``cross-entropy`` (for any).
    """

    data: GradingData

    def __init__(self, recipe, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        if recipe.loss.name not in _LOSSES:
            raise BadInput(
                f"Grading has no loss {recipe.loss.name}",
                file=recipe.file,
                advice=f"Use {' or '.join(_LOSSES)}.",
            )
        self._loss: CrossEntropy = recipe.checked("loss", _LOSSES[recipe.loss.name])
        if isinstance(self._loss, Prototype) and recipe.network.name != "prototype":
            raise BadInput(
                f"The loss prototype needs the network prototype, not {recipe.network.name}",
                file=recipe.file,
                advice="Set loss.name to cross-entropy.",
            )
        super().__init__(recipe, *args, **kwargs)
        counts = np.bincount(self.training.classes, minlength=len(self.labels))
        self._weights = torch.from_numpy(1 - counts / counts.sum()).float()

    @classmethod
    def data_model(cls) -> type[SliceData]:
        """See `SliceTask.data_model`."""
        return GradingData

    def require_fitting(self) -> None:
        """See `SliceTask.require_fitting`."""
        named = self.recipe.network.arguments
        grades = named.get("grades", named.get("classes", 2))
        if grades != len(self.labels):
            raise BadInput(
                f"The network has {grades} grades, {self.scheme.key}'s scheme {len(self.labels)}",
                file=self.recipe.file,
                advice="Set the network's grades (or classes) to the scheme's.",
            )

    @property
    def scheme(self) -> Question:
        """The scheme whose grades are learnt."""
        return question_of(self.data.scheme)

    @property
    def labels(self) -> tuple[str, ...]:
        """The scheme's grades from mild to severe."""
        return self.scheme.values

    def agreed(self, stack: LabelledStack) -> dict[int, str]:
        """See `SliceTask.agreed`."""
        return agreed(stack.labels, self.scheme)

    def loss(self, network: nn.Module, batch: Item) -> torch.Tensor:
        """See `Task.loss`."""
        if not isinstance(self._loss, Prototype) or not isinstance(network, PrototypeNetwork):
            return super().loss(network, batch)
        images, targets = batch
        features = network.features(images).float()
        cost = self.logits_loss(network.logits(features), targets)
        if self._loss.compactness:
            apart = compactness(features, network.prototypes, targets)
            cost = cost + self._loss.compactness * apart
        if self._loss.adversarial:
            cost = cost + self._loss.adversarial * self._adversarial(network, images, self._loss)
        return cost

    @staticmethod
    def _adversarial(network: nn.Module, images: torch.Tensor, how: Prototype) -> torch.Tensor:
        # The finite difference is lost in half precision.
        with without_tracking(network), torch.autocast(images.device.type, enabled=False):
            images = images.float()
            length = float(images.flatten(1).norm(dim=1).mean())
            return virtual_adversarial_loss(
                network,
                images,
                epsilon=how.epsilon * length,
                xi=how.xi * length,
                iterations=how.iterations,
            )

    def logits_loss(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """See `SliceTask.logits_loss`: the cross-entropy alone."""
        weights = self._weights.to(logits.device) if self._loss.weigh_classes else None
        wanted: Any = targets
        if self._loss.neighbours:
            wanted = soft_targets(targets, len(self.labels), self._loss.neighbours)
        return F.cross_entropy(logits, wanted, weight=weights)

    def figures(
        self, probabilities: NDArray[np.float64], targets: NDArray[np.int64]
    ) -> dict[str, float]:
        """Accuracy, the mean of each grade's own, and agreement: linear κ, κ of low against high.

        High is read as inference reads it: more than half of the probability lies there.
        """
        called, first_high = probabilities.argmax(1), self.scheme.first_positive
        high, true = probabilities[:, first_high:].sum(1) >= 0.5, targets >= first_high
        right = called == targets
        own = [float(right[targets == grade].mean()) for grade in np.unique(targets)]
        found = {"accuracy": float(right.mean()), "mean_accuracy": float(np.mean(own))}
        found["low_high_accuracy"] = float((high == true).mean())
        if true.any() and not true.all():
            found["low_high_kappa"] = float(cohen_kappa_score(true, high))
        if len(own) > 1:
            grades = range(len(self.labels))
            found["linear_kappa"] = float(
                cohen_kappa_score(targets, called, weights="linear", labels=list(grades))
            )
        return found

    def card(self) -> Card:
        """See `Task.card`."""
        return Card(
            **self.recipe.card_fields(),
            labels=self.labels,
            scheme=self.scheme,
            neighbours=self._loss.neighbours or None,
        )
