"""What is looked at before the first step of a training."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn

from SpineLib.errors import BadInput
from SpineLib.networks import build
from SpineLib.training.task import Task


def load_start(network: nn.Module, start: Mapping[str, torch.Tensor]) -> None:
    """Begins with the weights of another model.

    Raises:
        BadInput: they are not of this network.
    """
    try:
        network.load_state_dict(start)
    except RuntimeError as error:
        raise BadInput(
            "The weights to start from are not of the recipe's network",
            advice="Train with the network that stands on that model's card.",
        ) from error


def require_card(task: Task, network: nn.Module) -> None:
    """Refuses before the start what could not be loaded at the end.

    Raises:
        BadInput: the network on the task's card does not take the weights that are trained.
    """
    named = task.card().network
    try:
        build(named["name"], named["arguments"]).load_state_dict(task.weights(network))
    except RuntimeError as error:
        raise BadInput(
            f"The weights that are trained are not those of the card's network {named['name']}",
            file=task.recipe.file or None,
            advice="The model could not be loaded: correct network.arguments.",
        ) from error
