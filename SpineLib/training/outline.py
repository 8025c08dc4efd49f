"""Learning the outlines of the dural sac and of the cord in it, on windows around the canal."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from torch import nn
from torch.nn import functional as F  # noqa: N812

from SpineLib.datasets.cache import Arrays, Prepared, prepare
from SpineLib.datasets.cases import LabelledVolume
from SpineLib.datasets.split import require_apart
from SpineLib.errors import BadInput
from SpineLib.inference.loaded import Loaded
from SpineLib.inference.outline import MAPS, full_size, outline
from SpineLib.inference.windows import cut, scaled
from SpineLib.models.card import Card
from SpineLib.networks import build
from SpineLib.progress import Progress
from SpineLib.training.recipe import Recipe
from SpineLib.training.recipe_sections import Section
from SpineLib.training.search_augment import Ranges, moved, recoloured
from SpineLib.training.task import Item, Items, Task
from SpineLib.volume import Volume

# What is kept around a window, as a share of its side.
_ROOM = 1.5
_VERSION = 1


class _Window(BaseModel):
    """The card's preprocessing."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["canal-window"]
    pixels: Annotated[int, Field(ge=32, multiple_of=32)]
    spacing_mm: Annotated[float, Field(gt=0)]
    context: Literal[0] = 0


class _Data(Section):
    """``[data]`` of outlines.

    Attributes:
        level: the network's probability at which the cord's boundary is placed; the card's
            threshold.
    """

    level: Annotated[float, Field(gt=0, lt=1)] = 0.5


class OutlineTask(Task):
    """Sac (1) and cord (2) of label maps on axial slices."""

    def __init__(
        self,
        recipe: Recipe,
        training: list[LabelledVolume],
        validation: list[LabelledVolume],
        *,
        cache: Path | None = None,
        progress: Progress | None = None,
    ) -> None:
        super().__init__(recipe, training, validation, cache=cache, progress=progress)
        self._window = recipe.checked("preprocessing", _Window)
        self._ranges = recipe.checked("augment", Ranges)
        self._level = recipe.checked("data", _Data).level
        if recipe.loss.name != "bce-dice" or recipe.loss.arguments:
            raise BadInput(
                f"Outlines have no loss {recipe.loss.name}",
                file=recipe.file,
                advice="Use bce-dice.",
            )
        require_apart(training=training, validation=validation)
        self._validation = validation
        self._prepared = prepare(
            training,
            partial(_windows, window=self._window),
            key={"task": "outline", **self._window.model_dump(), "version": _VERSION},
            folder=cache,
            stage="Preparing training slices",
            progress=progress,
        )
        if not len(self._prepared.array("windows")):
            raise BadInput("No slice of the training data shows a dural sac")

    def network(self) -> nn.Module:
        """The recipe's network with random weights."""
        return build(self.recipe.network.name, self.recipe.network.arguments)

    def training_items(self) -> Items:
        """Changed windows and what is in them."""
        return _OutlineItems(self._prepared, self._window.pixels, self._ranges)

    def loss(self, network: nn.Module, batch: Item) -> torch.Tensor:
        """Cross-entropy and soft Dice (Milletari et al. 2016) of both maps."""
        images, targets = batch
        logits = full_size(network(images).float())
        entropy = F.binary_cross_entropy_with_logits(logits, targets)
        p = torch.sigmoid(logits)
        both, sums = (p * targets).sum((0, 2, 3)), (p + targets).sum((0, 2, 3))
        return entropy + (1 - 2 * both / sums.clamp(min=1.0)).mean()

    def validate(
        self, network: nn.Module, device: torch.device, progress: Progress
    ) -> dict[str, float]:
        """Dice of cord and sac over all slices, in windows around the sac's middle."""
        loaded = Loaded(self.card(), network, device)
        shared, total = np.zeros(2), np.zeros(2)
        for case in self._validation:
            progress.check()
            volume, classes = case.open()
            volume, classes, centers = shown(volume, classes)
            if not len(volume.voxels):
                continue
            made = outline(volume, centers, loaded)
            truth = cut_maps(classes, centers, self._window) > 0.5
            for n, name in enumerate(MAPS):
                answer = getattr(made, name) > 0.5
                shared[n] += 2 * (answer & truth[:, n]).sum()
                total[n] += answer.sum() + truth[:, n].sum()
        dice = shared / np.maximum(total, 1)
        named = {f"{name}_dice": float(one) for name, one in zip(MAPS, dice, strict=True)}
        return {"dice": float(dice.mean()), **named}

    def card(self) -> Card:
        """See `Task.card`."""
        return Card(**self.recipe.card_fields(), threshold=self._level)


class _OutlineItems(Items):
    def __init__(self, prepared: Prepared, pixels: int, ranges: Ranges) -> None:
        self._prepared, self._pixels, self._ranges = prepared, pixels, ranges

    def __len__(self) -> int:
        return len(self._prepared.array("windows"))

    def item(self, index: int, rng: np.random.Generator) -> Item:
        """float32 [1, pixels, pixels] in 0–1, and [2, pixels, pixels], the shares of sac and cord."""
        kept = torch.from_numpy(np.array(self._prepared.array("windows")[index])).float() / 255
        middle = np.full(2, (kept.shape[-1] - 1) / 2)
        window, _ = moved(kept, middle, self._pixels, self._ranges, rng)
        image = recoloured(window[0], self._ranges, rng)
        if rng.random() < self._ranges.border:
            image = image * _cut_off(self._pixels, rng)
        return scaled(image)[None], window[1:]


def _cut_off(pixels: int, rng: np.random.Generator) -> torch.Tensor:
    """1 within a picture whose one side ends in the window's outer quarter, else 0."""
    inside = torch.ones(pixels, pixels)
    inside[: int(rng.integers(pixels // 4))] = 0
    return torch.rot90(inside, int(rng.integers(4)))


def shown(volume: Volume, classes: Volume) -> tuple[Volume, Volume, NDArray[np.float64]]:
    """The slices with a sac, and the sac's middle on each of them, RAS mm [slices, 3].

    The slices are told by the label map alone, so that those left out do not matter; the volumes
    are stacks of the remaining slices, whose own places are not used.
    """
    rows = np.flatnonzero(classes.voxels.any(axis=(1, 2)))
    middles = [np.argwhere(classes.voxels[k]).mean(axis=0) for k in rows]
    ijk = np.array([[i, j, n] for n, (j, i) in enumerate(middles)]).reshape(-1, 3)
    parts = [Volume(one.voxels[rows], one.ijk_to_ras) for one in (volume, classes)]
    return parts[0], parts[1], volume.ras(ijk)


def cut_maps(
    classes: Volume, centers: NDArray[np.float64], window: _Window, room: float = 1.0
) -> NDArray[np.float32]:
    """Shares of sac and cord in the windows' pixels, [slices, 2, side, side]."""
    side = round(window.pixels * room)
    maps = [
        cut(classes.with_voxels(which.astype(np.float32)), centers, side, window.spacing_mm).pixels
        for which in (classes.voxels > 0, classes.voxels == 2)
    ]
    return torch.stack(maps, dim=1).numpy()


def _windows(case: LabelledVolume, *, window: _Window) -> Arrays:
    """uint8 [slices, 3, side, side]: the picture, the sac and the cord, with room around."""
    volume, classes, centers = shown(*case.open())
    side = round(window.pixels * _ROOM)
    if not len(volume.voxels):
        return {"windows": np.zeros((0, 3, side, side), np.uint8)}
    picture = cut(volume, centers, side, window.spacing_mm).pixels.numpy()
    tops = np.percentile(picture[:, ::2, ::2], 99.8, axis=(1, 2))
    picture = np.clip(picture / np.maximum(tops, 1e-6)[:, None, None], 0, 1)
    maps = cut_maps(classes, centers, window, _ROOM)
    together = np.concatenate([picture[:, None], maps], axis=1)
    return {"windows": (together * 255).round().astype(np.uint8)}
