"""Learning vertebrae, discs and canal of lumbar volumes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import nn

from SpineLib.datasets.cache import Prepared, prepare
from SpineLib.datasets.cases import LabelledVolume
from SpineLib.datasets.split import require_apart
from SpineLib.errors import BadInput
from SpineLib.inference.segmentation import centred, sliding_window
from SpineLib.inference.semantic import CLASSES, SACRUM, WITH_SACRUM
from SpineLib.models.card import Card
from SpineLib.networks import build
from SpineLib.progress import Progress
from SpineLib.training.recipe import Recipe
from SpineLib.training.recipe_sections import VolumeFiles
from SpineLib.training.segmentation_data import Ranges, arrays_of, case_of, draw
from SpineLib.training.task import Item, Items, Task

_VERSION = 1
Sizes = Annotated[list[int], Field(min_length=3, max_length=3)]
Millimetres = Annotated[list[float], Field(min_length=3, max_length=3)]


class _Volume(BaseModel):
    """The card's preprocessing; lists are slice, row, column in canonical order."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["volume"]
    spacing: Millimetres
    patch: Sizes
    overlap: Annotated[float, Field(ge=0, lt=1)] = 0.25
    batch: Annotated[int, Field(ge=1)] = 2


class _Data(VolumeFiles):
    """``[data]`` of segmentation.

    Attributes:
        patch: voxels that are learnt from at once; the card's where it is left out.
        foreground: share of the patches that stand around a structure.
        passes: patches of each volume an epoch.
    """

    patch: Sizes | None = None
    foreground: Annotated[float, Field(ge=0, le=1)] = 0.8
    passes: Annotated[int, Field(ge=1)] = 1


class _DiceCE(BaseModel):
    """The loss ``dice-ce``: MONAI's DiceCELoss.

    Attributes:
        background: whether the background counts in the Dice part.
        batch: one Dice a batch instead of one a patch.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    background: bool = True
    batch: bool = False


class SegmentationTask(Task):
    """One class a voxel, learnt from patches and validated on whole volumes.

    A network of five classes learns the sacrum too, where the data has it. Where no training volume
    has (SPIDER's numbering, corrected cases), sacrum and background count as one class together, so
    that a network which knows the sacrum does not forget it (the marginal loss of Shi et al. 2021,
    Med Image Anal 70:101979).

    A network that gives several resolutions while it is trained (deep supervision) is taught all
    of them, each half as much as the finer one (nnU-Net, Isensee et al. 2021).
    """

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
        self._volume = recipe.checked("preprocessing", _Volume)
        self._data = recipe.checked("data", _Data)
        self._ranges = recipe.checked("augment", Ranges)
        if recipe.loss.name != "dice-ce":
            raise BadInput(
                f"Segmentation has no loss {recipe.loss.name}",
                file=recipe.file,
                advice="Use dice-ce.",
            )
        self._classes = WITH_SACRUM[: recipe.network.arguments.get("classes", len(CLASSES))]
        self._loss = _dice_ce(recipe.checked("loss", _DiceCE))
        require_apart(training=training, validation=validation)
        self._training = self._prepared(training, "training", cache, progress)
        self._validation = self._prepared(validation, "validation", cache, progress)
        self._counts = (len(training), len(validation))
        self._unlabelled = len(self._classes) > SACRUM and SACRUM not in self._training.array(
            "present"
        )

    def network(self) -> nn.Module:
        """The recipe's network with random weights."""
        return build(self.recipe.network.name, self.recipe.network.arguments)

    def training_items(self) -> Items:
        """Changed patches."""
        return _Patches(
            self._training,
            self._counts[0],
            self._data,
            self._data.patch or self._volume.patch,
            self._ranges,
        )

    def loss(self, network: nn.Module, batch: Item) -> torch.Tensor:
        """Dice and cross-entropy of every resolution that the network gives."""
        images, classes = batch
        outputs = network(centred(images))
        if isinstance(outputs, torch.Tensor):
            # The network stacks its resolutions, all enlarged to the patch's size.
            outputs = outputs.unbind(1) if outputs.ndim == 6 else [outputs]
        weights = [0.5**n for n in range(len(outputs))]
        total = torch.zeros((), device=images.device)
        for weight, logits in zip(weights, outputs, strict=True):
            total = total + weight * self._loss(self._labelled(logits.float()), classes)
        return total / sum(weights)

    def _labelled(self, logits: torch.Tensor) -> torch.Tensor:
        """The logits of the classes that the data tells apart."""
        if not self._unlabelled:
            return logits
        together = logits[:, [0, SACRUM]].logsumexp(1, keepdim=True)
        return torch.cat([together, logits[:, 1:SACRUM]], 1)

    def validate(
        self, network: nn.Module, device: torch.device, progress: Progress
    ) -> dict[str, float]:
        """Dice of each class on whole volumes through the sliding window (MONAI's DiceMetric)."""
        from monai.metrics import DiceMetric
        from monai.transforms import AsDiscrete

        discrete = AsDiscrete(to_onehot=len(self._classes))
        metric = DiceMetric(include_background=False, reduction="none", ignore_empty=True)
        for number in range(self._counts[1]):
            progress.check()
            case = case_of(self._validation, number)
            settings = self._volume
            found = sliding_window(
                case.image.astype(np.float32), network, settings.patch,
                device=device, overlap=settings.overlap, batch=settings.batch,
            ).argmax(axis=0)  # fmt: skip
            truth = torch.from_numpy(np.array(case.classes))[None]
            answer: Any = discrete(torch.from_numpy(found)[None])
            metric([answer], [discrete(truth)])  # type: ignore[list-item]
        values = metric.aggregate()
        assert isinstance(values, torch.Tensor)
        classes = {
            f"dice_{name}": float(values[:, n].nanmean())
            for n, name in enumerate(self._classes[1:])
            if not values[:, n].isnan().all()
        }
        # SPIDER's structures only, so that networks with and without the sacrum compare.
        figures = [classes[f"dice_{name}"] for name in CLASSES[1:]]
        return {"dice": float(np.nanmean(figures)), **classes}

    def card(self) -> Card:
        """See `Task.card`."""
        return Card(**self.recipe.card_fields(), labels=self._classes)

    def _prepared(
        self,
        volumes: list[LabelledVolume],
        name: str,
        cache: Path | None,
        progress: Progress | None,
    ) -> Prepared:
        if not volumes:
            raise BadInput(f"There are no {name} volumes")
        spacing = self._volume.spacing
        prepared = prepare(
            volumes,
            partial(arrays_of, spacing=tuple(spacing), classes=len(self._classes)),
            key={
                "task": "segmentation",
                "spacing": spacing,
                "version": _VERSION,
                "classes": len(self._classes),
            },
            folder=cache,
            stage=f"Preparing {name} volumes",
            progress=progress,
        )
        present = np.unique(prepared.array("present"))
        missing = [c for n, c in enumerate(CLASSES) if n and n not in present]
        if missing:
            raise BadInput(
                f"No {name} volume holds a {' or a '.join(missing)}",
                advice="Give more patients, or look what their labels hold.",
                command="spine data check SOURCE --task segmentation",
            )
        return prepared


class _Patches(Items):
    def __init__(
        self, prepared: Prepared, count: int, data: _Data, patch: list[int], ranges: Ranges
    ) -> None:
        self._prepared, self._count, self._data = prepared, count, data
        self._patch, self._ranges = patch, ranges

    def __len__(self) -> int:
        return self._count * self._data.passes

    def item(self, index: int, rng: np.random.Generator) -> Item:
        """Image float32 [1, *patch] in 0–1 and classes int64 [1, *patch]."""
        case = case_of(self._prepared, index % self._count)
        return draw(case, self._patch, rng, self._ranges, foreground=self._data.foreground)


def _dice_ce(settings: _DiceCE) -> Any:
    from monai.losses import DiceCELoss

    return DiceCELoss(
        softmax=True,
        to_onehot_y=True,
        include_background=settings.background,
        batch=settings.batch,
    )
