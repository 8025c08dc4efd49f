"""The optimiser and the learning rate's schedule that a recipe names."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn
from torch.optim import lr_scheduler

from SpineLib.errors import BadRequest
from SpineLib.training.recipe_sections import Optimiser, Select


def make_optimiser(recipe: Optimiser, network: nn.Module) -> torch.optim.Optimizer:
    """The optimiser of the parameters that are not frozen; the trunk's own rate where it has one.

    Raises:
        BadRequest: the recipe gives a trunk's rate to a network without a trunk.
    """
    parameters = _groups(recipe, network)
    common: dict[str, Any] = {"lr": recipe.rate, "weight_decay": recipe.weight_decay}
    if recipe.name == "sgd":
        return torch.optim.SGD(
            parameters, momentum=recipe.momentum, nesterov=recipe.nesterov, **common
        )
    kind = torch.optim.Adam if recipe.name == "adam" else torch.optim.AdamW
    return kind(parameters, betas=recipe.betas, **common)


class Schedule:
    """The learning rate from step to step.

    Args:
        recipe: which schedule.
        select: whether a high or a low figure is good, for ``plateau``.
        optimiser: whose rate is changed.
        steps: of the whole training.
    """

    def __init__(
        self, recipe: Optimiser, select: Select, optimiser: torch.optim.Optimizer, steps: int
    ) -> None:
        self._plateau: lr_scheduler.ReduceLROnPlateau | None = None
        self._stepwise: lr_scheduler.LRScheduler | None = None
        if recipe.schedule == "plateau":
            self._plateau = lr_scheduler.ReduceLROnPlateau(
                optimiser, mode=select.best, factor=recipe.factor, patience=recipe.wait
            )
        elif recipe.schedule == "one-cycle":
            self._stepwise = lr_scheduler.OneCycleLR(
                optimiser,
                [group["lr"] for group in optimiser.param_groups],
                total_steps=steps,
                cycle_momentum=False,
            )
        else:
            self._stepwise = lr_scheduler.LambdaLR(optimiser, lambda n: _share(recipe, n, steps))

    def after_step(self) -> None:
        """Sets the rate of the next step."""
        if self._stepwise is not None:
            self._stepwise.step()

    def after_validation(self, figure: float) -> None:
        """Sets the rate by the selected figure."""
        if self._plateau is not None:
            self._plateau.step(figure)

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return (self._plateau or self._stepwise).state_dict()  # type: ignore[union-attr]

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from a checkpoint."""
        (self._plateau or self._stepwise).load_state_dict(state)  # type: ignore[union-attr]


def _groups(recipe: Optimiser, network: nn.Module) -> list[Any]:
    if recipe.trunk == 1:
        return [p for p in network.parameters() if p.requires_grad]
    inside: dict[bool, list[nn.Parameter]] = {False: [], True: []}
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            inside[name.startswith("trunk.")].append(parameter)
    if not inside[True]:
        raise BadRequest(
            "The network has no trunk, but the recipe gives one a rate of its own",
            advice="Take optimiser.trunk out of the recipe.",
        )
    return [{"params": inside[False]}, {"params": inside[True], "lr": recipe.rate * recipe.trunk}]


def _share(recipe: Optimiser, step: int, steps: int) -> float:
    """Rate at a step as a share of the recipe's."""
    if step < recipe.warmup:
        return (step + 1) / recipe.warmup
    if recipe.schedule == "constant":
        return 1.0
    done = (step - recipe.warmup) / max(1, steps - recipe.warmup)
    return (1 + math.cos(math.pi * min(1.0, done))) / 2
