"""Learning where the spinal canal is on an axial slice: a heatmap of its centre."""

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
from SpineLib.datasets.cases import LabelledStack
from SpineLib.datasets.split import require_apart
from SpineLib.errors import BadInput
from SpineLib.inference.canal import locate
from SpineLib.inference.loaded import Loaded
from SpineLib.inference.windows import cut, scaled, window_axes
from SpineLib.models.card import Card
from SpineLib.networks import build
from SpineLib.progress import Progress
from SpineLib.training.recipe import Recipe
from SpineLib.training.recipe_sections import VolumeFiles
from SpineLib.training.search_augment import Ranges, changed
from SpineLib.training.task import Item, Items, Task

# Side of what is kept of a slice, mm; more than this around the middle is seldom spine.
_KEPT_MM = 240.0
_VERSION = 1
NEAR_MM = 3.0


class _Search(BaseModel):
    """The card's preprocessing."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["canal-search"]
    pixels: Annotated[int, Field(ge=32)]
    spacing_mm: Annotated[float, Field(gt=0)]


class _Data(VolumeFiles):
    """``[data]`` of the canal.

    Attributes:
        crop: pixels along each side of what is learnt from at once; a multiple of 32.
    """

    crop: Annotated[int, Field(ge=32, multiple_of=32)] = 128


class _Focal(BaseModel):
    """The loss ``heatmap-focal``.

    Attributes:
        sigma_mm: standard deviation of the target's Gaussian.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    sigma_mm: Annotated[float, Field(gt=0)] = 4.0


class CanalTask(Task):
    """The canal's centre on each slice, from labels whose box's middle is the centre."""

    def __init__(
        self,
        recipe: Recipe,
        training: list[LabelledStack],
        validation: list[LabelledStack],
        *,
        cache: Path | None = None,
        progress: Progress | None = None,
    ) -> None:
        super().__init__(recipe, training, validation, cache=cache, progress=progress)
        self._search = recipe.checked("preprocessing", _Search)
        self._data = recipe.checked("data", _Data)
        self._ranges = recipe.checked("augment", Ranges)
        if recipe.loss.name != "heatmap-focal":
            raise BadInput(
                f"The canal has no loss {recipe.loss.name}",
                file=recipe.file,
                advice="Use heatmap-focal.",
            )
        self._sigma = recipe.checked("loss", _Focal).sigma_mm / self._search.spacing_mm
        require_apart(training=training, validation=validation)
        for name, part in (("training", training), ("validation", validation)):
            if not any(label.box_ras for stack in part for label in stack.labels):
                raise BadInput(f"No slice of the {name} data says where the canal is")
        self._validation = validation
        self._prepared = prepare(
            training,
            partial(_whole_slices, spacing=self._search.spacing_mm),
            key={"task": "canal", "spacing": self._search.spacing_mm, "version": _VERSION},
            folder=cache,
            stage="Preparing training slices",
            progress=progress,
        )

    def network(self) -> nn.Module:
        """The recipe's network with random weights."""
        return build(self.recipe.network.name, self.recipe.network.arguments)

    def training_items(self) -> Items:
        """Changed crops of slices and their heatmaps."""
        return _CanalItems(self._prepared, self._data.crop, self._ranges, self._sigma)

    def loss(self, network: nn.Module, batch: Item) -> torch.Tensor:
        """Focal loss for heatmaps (Law & Deng 2018, CornerNet, eq. 1), with soft targets."""
        images, heat = batch
        logits = network(images).float()
        p = torch.sigmoid(logits)
        cost = heat * (1 - p) ** 2 * F.logsigmoid(logits)
        cost = cost + (1 - heat) ** 4 * p**2 * F.logsigmoid(-logits)
        return -cost.sum() / heat.sum() * 4

    def validate(
        self, network: nn.Module, device: torch.device, progress: Progress
    ) -> dict[str, float]:
        """The search as a reading does it: share of slices within 3 mm, and errors in mm."""
        loaded = Loaded(self.card(), network, device)
        errors: list[float] = []
        for stack in self._validation:
            progress.check()
            path = locate(stack.open(), loaded)
            for label in stack.labels:
                if label.box_ras is not None:
                    middle = np.mean(label.box_ras, axis=0)
                    errors.append(float(np.linalg.norm(path.centers_ras[label.index] - middle)))
        away = np.array(errors)
        return {
            "within_3mm": float((away <= NEAR_MM).mean()),
            "median_mm": float(np.median(away)),
            "p95_mm": float(np.percentile(away, 95)),
        }

    def card(self) -> Card:
        """See `Task.card`."""
        return Card(**self.recipe.card_fields())


class _CanalItems(Items):
    def __init__(self, prepared: Prepared, crop: int, ranges: Ranges, sigma: float) -> None:
        self._prepared, self._crop, self._ranges, self._sigma = prepared, crop, ranges, sigma

    def __len__(self) -> int:
        return len(self._prepared.array("place"))

    def item(self, index: int, rng: np.random.Generator) -> Item:
        """float32 [1, crop, crop] in 0–1, and the heatmap [1, crop / 2, crop / 2]."""
        pixels = torch.from_numpy(np.array(self._prepared.array("pixels")[index])).float() / 255
        place = self._prepared.array("place")[index]
        window, at = changed(pixels, place, self._crop, self._ranges, rng)
        # A pixel of the heatmap covers two of the window's; both share their outer edges.
        axis = torch.arange(self._crop // 2) * 2 + 0.5
        away = (axis[:, None] - float(at[0])) ** 2 + (axis[None] - float(at[1])) ** 2
        return scaled(window)[None], torch.exp(-away / (2 * self._sigma**2))[None]


def _whole_slices(stack: LabelledStack, *, spacing: float) -> Arrays:
    """Labelled slices as the search cuts them, and row and column of the canal's centre."""
    volume, side = stack.open(), round(_KEPT_MM / spacing)
    chosen = {b.index: np.mean(b.box_ras, axis=0) for b in stack.labels if b.box_ras is not None}
    if any(not 0 <= k < len(volume.voxels) for k in chosen):
        raise BadInput(f"The stack {stack.id} has labels of slices that it has not")
    rows = sorted(chosen)
    middles = np.array([volume.slice_center(k) for k in range(len(volume.voxels))])
    windows = cut(volume, middles, side, spacing)
    picked = windows.pixels[rows]
    tops = [np.percentile(one[::2, ::2], 99.8) for one in picked.numpy()]
    share = picked / torch.tensor(np.maximum(tops, 1e-6), dtype=torch.float32)[:, None, None]
    pixels = (share * 255).round().clamp(0, 255).to(torch.uint8).numpy()
    away = np.array([chosen[k] for k in rows]).reshape(-1, 3) - windows.centers_ras[rows]
    place: NDArray[np.float32] = (
        away @ window_axes(volume)[:, ::-1] / spacing + (side - 1) / 2
    ).astype(np.float32)
    return {"pixels": pixels.reshape(-1, side, side), "place": place}
