"""What the trainer asks of a task: a network, items, a loss, a validation, a card."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from SpineLib.models.card import Card
from SpineLib.progress import Progress
from SpineLib.training.recipe import Recipe

Item = tuple[torch.Tensor, ...]


class Items(ABC):
    """What is learnt from, one item at a time; opened in the loader's worker processes.

    All chance of an item comes from the generator that it is given, which is made from the
    recipe's seed, the number of the draw and the item's index. So the number of workers, of
    processes, or a resume never changes what is drawn.
    """

    @abstractmethod
    def __len__(self) -> int:
        """How many items there are."""

    @abstractmethod
    def item(self, index: int, rng: np.random.Generator) -> Item:
        """One item: tensors of the same shapes for every index; the trainer stacks them.

        Args:
            index: from 0.
            rng: every chance of this draw (augmentation, which patch) comes from it.
        """

    def order(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Indices of one pass: each item once, shuffled.

        Override to draw some items more often (a class that is rare); every pass must be of the
        same length. An index that comes twice in a pass is given two different generators.
        """
        return rng.permutation(len(self))


class Task(ABC):
    """One kind of model and how it is trained.

    Args:
        recipe: its free sections are checked here (`Recipe.checked`).
        training, validation: `LabelledStack` (`LabelledVolume` for segmentation); no patient is
            in both.
        cache: a folder where prepared samples may be kept between runs; None keeps none.
        progress: for what takes long before the first step.

    Attributes:
        recipe: as given.
    """

    recipe: Recipe

    def __init__(
        self,
        recipe: Recipe,
        training: list[Any],
        validation: list[Any],
        *,
        cache: Path | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.recipe = recipe

    @classmethod
    def models_used(cls, recipe: Recipe, cases: list[Any]) -> dict[str, str]:
        """SHA-256 of the weights of each model that prepares the cases, by the model's name.

        They stand in the run's record: windows that another model cut are other data.
        """
        return {}

    @abstractmethod
    def network(self) -> nn.Module:
        """The network with its first weights; the trainer has seeded torch with the recipe's seed."""

    @abstractmethod
    def training_items(self) -> Items:
        """What is learnt from."""

    @abstractmethod
    def loss(self, network: nn.Module, batch: Item) -> torch.Tensor:
        """The mean loss of a batch, a scalar.

        Args:
            network: in training mode and as `network` gave it; it may be run more than once and
                its other methods may be called. Chance of torch (dropout, `torch.randn`) is
                seeded by the trainer before each call.
            batch: the items' tensors, stacked, on the network's device. In mixed precision this
                runs under autocast: compute what needs it in ``.float()``.
        """

    @abstractmethod
    def validate(
        self, network: nn.Module, device: torch.device, progress: Progress
    ) -> dict[str, float]:
        """Figures on the validation data, among them ``recipe.select.metric``.

        Called in one process, under `torch.inference_mode`.

        Args:
            network: in evaluation mode, on ``device``; the average of the weights where the
                recipe asks for one.
            device: where to compute.
            progress: ``progress.check()`` between cases lets the person cancel.
        """

    @abstractmethod
    def card(self) -> Card:
        """The card of the model; figures are still empty, the weights' hash is filled in later."""

    def weights(self, network: nn.Module) -> dict[str, torch.Tensor]:
        """The weights of the network that `card` names.

        Override where training needs more than the model does (heads of a deep supervision).
        """
        return network.state_dict()
