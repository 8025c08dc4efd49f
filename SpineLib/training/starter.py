"""Makes the starter models from simulated slices: ``python -m SpineLib.training.starter``."""

from __future__ import annotations

import argparse
import logging
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from SpineLib.errors import BadInput
from SpineLib.inference.loaded import load
from SpineLib.inference.windows import scaled
from SpineLib.labels import BILSKY
from SpineLib.models import Card, ModelFolder, open_folder, write_model
from SpineLib.networks import build
from SpineLib.networks.prototype import PrototypeNetwork
from SpineLib.training import cards
from SpineLib.training.augment import Ranges, cropped, moved, recoloured
from SpineLib.training.fit import fit
from SpineLib.training.samples import (
    LESION_MM,
    SEARCH_MM,
    Samples,
    joined,
    lesion_samples,
    search_samples,
)

CERVICAL = (("cervical", "degenerative"), ("cervical", "degenerative"), ("cervical", "none"))
THORACIC = (("thoracic", "degenerative"), ("thoracic", "metastatic"), ("thoracic", "none"))
KINDS = {
    "compression": (*CERVICAL, *THORACIC),
    "grading": (("thoracic", "metastatic"),),
}
HEAT_MM = 4.0  # standard deviation of the heatmap's target
_SEARCH_CROP = 128


@dataclass(frozen=True)
class Recipe:
    """How long and how fast a starter model is trained."""

    batch: int
    steps: int
    rate: float
    minutes: float


def draw(task: str, cases: int, seed: int) -> Samples:
    """Simulates the samples of a task; ``canal``, ``compression`` or ``grading``."""
    if task == "canal":
        return search_samples(cases, seed=seed)
    return lesion_samples(cases, KINDS[task], seed=seed)


def train(
    task: str, samples: Samples, recipe: Recipe, *, seed: int, start: ModelFolder | None = None
) -> tuple[Card, nn.Module]:
    """Trains a starter model.

    Args:
        task: ``canal``, ``compression`` or ``grading``.
        samples: as `draw` gives for this task.
        recipe: how long.
        seed: of the weights and of the changes to the samples.
        start: a model of the same network to go on from; None begins with random weights.

    Returns:
        The card, its figures still empty, and the network.
    """
    torch.manual_seed(seed)
    card = cards.starter(task)
    network = build(card.network["name"], card.network["arguments"])
    if start is not None:
        network.load_state_dict(load(start, "cpu").network.state_dict())
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    batches = _BATCHES[task](samples, card, recipe.batch, np.random.default_rng(seed))
    model: nn.Module = _WithFeatures(network) if task == "grading" else network
    fitted = fit(
        model, batches, batches.loss, steps=recipe.steps, rate=recipe.rate, minutes=recipe.minutes
    )
    return card, fitted.network if isinstance(fitted, _WithFeatures) else fitted


class _Batches:
    """Draws changed samples; what a task's subclasses say is how, and what is lost by an error."""

    def __init__(self, samples: Samples, card: Card, size: int, rng: np.random.Generator) -> None:
        self.samples, self.card, self.size, self.rng = samples, card, size, rng

    def __call__(self) -> tuple[torch.Tensor, torch.Tensor]:
        raise TypeError("a task's batches are a subclass")

    @staticmethod
    def loss(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(outputs, targets, label_smoothing=0.05)


class _SearchBatches(_Batches):
    ranges = Ranges(
        shift=46, turn=20, scale=1.3, gamma=2.0, noise=0.1, blur=0.3, invert=0.2, border=0.25
    )

    def __call__(self) -> tuple[torch.Tensor, torch.Tensor]:
        chosen = self.rng.integers(0, len(self.samples.pixels), self.size)
        pixels = torch.from_numpy(self.samples.pixels[chosen])[:, None].float() / 255
        place = torch.from_numpy(self.samples.place[chosen])
        windows, at = moved(pixels, place, _SEARCH_CROP, 1.0, self.ranges)
        windows = cropped(recoloured(windows, self.ranges), at, self.ranges)
        axis = torch.arange(_SEARCH_CROP // 2) * 2 + 0.5
        away = (axis - at[:, :1])[:, :, None] ** 2 + (axis - at[:, 1:])[:, None, :] ** 2
        heat = torch.exp(-away / (2 * (HEAT_MM / SEARCH_MM) ** 2))
        return scaled(windows).contiguous(memory_format=torch.channels_last), heat[:, None]

    @staticmethod
    def loss(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Focal loss for heatmaps (Law & Deng 2018, CornerNet, eq. 1), soft targets."""
        p = torch.sigmoid(outputs)
        log_p, log_not = F.logsigmoid(outputs), F.logsigmoid(-outputs)
        cost = targets * (1 - p) ** 2 * log_p + (1 - targets) ** 4 * p**2 * log_not
        return -cost.sum() / targets.sum() * 4


class _LesionBatches(_Batches):
    ranges = Ranges(shift=5, turn=12, scale=1.12, apart=1.5, gamma=1.6, noise=0.06, blur=0.35)

    def __init__(self, samples: Samples, card: Card, size: int, rng: np.random.Generator) -> None:
        super().__init__(samples, card, size, rng)
        self.pixels = card.preprocessing["pixels"]
        self.pixel = card.preprocessing["spacing_mm"] / LESION_MM
        self.context = card.preprocessing["context"]
        self.groups = self.grouped()
        self.present = [n for n, group in enumerate(self.groups) if len(group)]
        if len(self.present) < 2:
            raise BadInput("The samples hold only one class", advice="Simulate more cases.")

    def grouped(self) -> list[np.ndarray]:
        return [np.flatnonzero(~self.samples.compressed), np.flatnonzero(self.samples.compressed)]

    def __call__(self) -> tuple[torch.Tensor, torch.Tensor]:
        # Each class as often as the others; the card's calibration puts its true share back.
        target = self.rng.choice(self.present, self.size)
        chosen = np.array([self.rng.choice(self.groups[t]) for t in target])
        stacked = torch.from_numpy(self.samples.pixels[self._neighbours(chosen)]).float() / 255
        place = torch.from_numpy(self.samples.place[chosen])
        windows, _ = moved(stacked, place, self.pixels, self.pixel, self.ranges)
        windows = scaled(recoloured(windows, self.ranges))
        return windows.contiguous(memory_format=torch.channels_last), torch.from_numpy(target)

    def _neighbours(self, chosen: np.ndarray) -> np.ndarray:
        offsets = np.arange(-self.context, self.context + 1)
        if self.rng.random() < 0.5:  # the stack may run up or down
            offsets = -offsets
        near = (chosen[:, None] + offsets).clip(0, len(self.samples.case) - 1)
        same = self.samples.case[near] == self.samples.case[chosen][:, None]
        return np.where(same, near, chosen[:, None])


class _GradeBatches(_LesionBatches):
    """Slices by grade; the loss also knows that neighbouring grades are near.

    Slices without a tumour are taught as grade 0, so that the neighbours of a metastasis, which
    are in the same stack, do not read high.
    """

    def grouped(self) -> list[np.ndarray]:
        groups = [self.samples.bilsky == grade for grade in BILSKY.grades]
        groups[0] |= (self.samples.bilsky == "") & ~self.samples.compressed
        return [np.flatnonzero(group) for group in groups]

    @staticmethod
    def loss(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Cross entropy of the distances, plus 0.05 of that to the nearest prototype.

        The second term keeps a grade together (Yang et al. 2018, prototype loss); targets give
        10 % to the neighbouring grades.
        """
        logits, compact = outputs[:, :-1], outputs[:, -1]
        grades = logits.shape[1]
        away = (torch.arange(grades)[None] - targets[:, None]).abs()
        soft = torch.where(away == 0, 0.9, torch.where(away == 1, 0.1, 0.0))
        soft = soft / soft.sum(1, keepdim=True)
        return F.cross_entropy(logits, soft) + 0.05 * compact.mean()


_BATCHES = {"canal": _SearchBatches, "compression": _LesionBatches, "grading": _GradeBatches}


class _WithFeatures(nn.Module):
    """Logits, and the squared distance to the nearest prototype as the last column."""

    def __init__(self, network: PrototypeNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        logits = self.network(windows)
        nearest = -logits.amax(1, keepdim=True) * self.network.temperature
        return torch.cat([logits, nearest / 64], dim=1)


RECIPES = {
    "canal": Recipe(batch=24, steps=2200, rate=4e-3, minutes=9),
    "compression": Recipe(batch=32, steps=3000, rate=3e-3, minutes=10),
    "grading": Recipe(batch=32, steps=3000, rate=3e-3, minutes=10),
}


def main(arguments: list[str] | None = None) -> ModelFolder | None:
    """Draws samples where ``--samples`` does not exist yet, trains, writes the model's folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=sorted(RECIPES))
    parser.add_argument(
        "--samples", type=Path, nargs="+", required=True, help="files of samples (.npz)"
    )
    parser.add_argument("--cases", type=int, default=400, help="patients a file")
    parser.add_argument("--start", type=Path, help="folder of a model to go on from")
    parser.add_argument("--minutes", type=float, help="instead of the recipe's")
    parser.add_argument("--out", type=Path, help="folder of the model; without it only samples")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    for n, path in enumerate(given.samples):
        if not path.exists():
            draw(given.task, given.cases, 1000 * (given.seed + n)).save(path)
    if given.out is None:
        return None
    samples = joined([Samples.load(path) for path in given.samples])
    recipe = RECIPES[given.task]
    recipe = replace(recipe, minutes=given.minutes or recipe.minutes)
    start = None if given.start is None else open_folder(given.start)
    card, network = train(given.task, samples, recipe, seed=given.seed, start=start)
    return write_model(given.out, card, network.state_dict())


if __name__ == "__main__":
    main()
