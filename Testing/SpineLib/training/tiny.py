"""A task so small that the trainer can be asked everything about it within seconds.

``python tiny.py FOLDER [--steps N]`` trains it; under torchrun in as many processes as there are.
"""

from __future__ import annotations

import sys

import numpy as np
import torch
import typer
from torch import nn

from SpineLib.doors.console import run
from SpineLib.models import Card
from SpineLib.networks import build
from SpineLib.training.recipe import Recipe
from SpineLib.training.task import Items, Task

SIZE = 16

RECIPE = {
    "name": "tiny",
    "task": "compression",
    "about": "Bright or dark squares.",
    "seed": 5,
    "network": {
        "name": "resnet-classifier",
        "arguments": {"depth": 10, "widths": [4, 4, 8, 8], "channels": 1, "dropout": 0.2},
    },
    "preprocessing": {
        "kind": "canal-window",
        "pixels": SIZE,
        "spacing_mm": 1.0,
        "context": 0,
    },
    "loss": {"name": "cross-entropy"},
    "optimiser": {"name": "adamw", "rate": 0.01, "schedule": "cosine", "warmup": 2},
    "training": {"batch": 8, "steps": 12, "validate_every": 4, "average": 0.8},
    "select": {"metric": "loss", "best": "min"},
    "card": {
        "name": "tiny",
        "title": "Tells bright from dark",
        "applicability": {"planes": ["axial"], "weightings": ["T2"], "regions": ["cervical"]},
        "limits": "Squares only.",
        "training_data": "squares",
        "licence": "Apache-2.0",
    },
}


class Squares(Items):
    """Noise that is a little brighter where the class is 1."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __len__(self) -> int:
        return self.count

    def item(self, index, rng):
        bright = index % 2
        pixels = rng.normal(0.4 * bright, 1.0, (1, SIZE, SIZE)).astype(np.float32)
        return torch.from_numpy(pixels), torch.tensor(bright)


class Tiny(Task):
    """Tells bright from dark squares with a small ResNet."""

    def __init__(self, recipe: Recipe, count: int = 20) -> None:
        self.recipe, self.count = recipe, count
        self.steps = 0

    def network(self):
        return build(self.recipe.network.name, self.recipe.network.arguments)

    def training_items(self):
        return Squares(self.count)

    def loss(self, network, batch):
        return nn.functional.cross_entropy(network(batch[0]), batch[1])

    def validate(self, network, device, progress):
        items = [Squares(16).item(n, np.random.default_rng((99, n))) for n in range(16)]
        pixels, truth = (torch.stack(t).to(device) for t in zip(*items, strict=True))
        answers = network(pixels)
        right = (answers.argmax(1) == truth).float().mean()
        return {"loss": float(nn.functional.cross_entropy(answers, truth)), "right": float(right)}

    def card(self):
        return Card(**self.recipe.card_fields(), labels=("dark", "bright"))


def recipe(**changes) -> Recipe:
    """The recipe with dotted keys changed (``training__steps=3``)."""
    return Recipe.model_validate(RECIPE).changed(
        {key.replace("__", "."): value for key, value in changes.items()}
    )


def plain(*, steps: int) -> Recipe:
    """The recipe without dropout, whose chance is each process's own."""
    arguments = {**RECIPE["network"]["arguments"], "dropout": 0.0}
    return recipe(network__arguments=arguments, training__steps=steps, training__validate_every=3)


class Frozen(Tiny):
    """Without statistics of the batch, which several processes do not share on a CPU."""

    def loss(self, network, batch):
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        return super().loss(network, batch)


def main(folder: str, steps: int = 6) -> None:
    from SpineLib.training.trainer import train

    train(Frozen(plain(steps=steps)), folder, device="cpu", workers=0)


if __name__ == "__main__":
    app = typer.Typer()
    app.command()(main)
    sys.exit(run(app))
