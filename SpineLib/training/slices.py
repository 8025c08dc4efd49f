"""What compression and grading share: labelled slices as items, and their measuring."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from torch import nn

from SpineLib.datasets.cache import Prepared
from SpineLib.datasets.cases import LabelledStack
from SpineLib.datasets.split import require_apart
from SpineLib.errors import BadInput
from SpineLib.inference.windows import scaled
from SpineLib.networks import build
from SpineLib.progress import Progress
from SpineLib.training.imagenet import get_weights, load_into
from SpineLib.training.recipe import Recipe
from SpineLib.training.slice_augment import Augmentation, Ranges
from SpineLib.training.task import Item, Items, Task
from SpineLib.training.windows import Cut, canal_sha256, needs_canal, prepare_slices

_BATCH = 64
# What the networks for slices take unless the recipe says otherwise.
_CHANNELS = 3


class WholeSlice(BaseModel):
    """The published preset: the whole slice, 0–1, three equal channels."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["whole-slice"]
    pixels: Annotated[int, Field(ge=8)]


class CanalWindow(BaseModel):
    """A square in mm around the canal, with ``context`` neighbouring slices each side."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["canal-window"]
    pixels: Annotated[int, Field(ge=8)]
    spacing_mm: Annotated[float, Field(gt=0)]
    context: Annotated[int, Field(ge=0)]
    minimum_confidence: Annotated[float, Field(ge=0, le=1)] = 0.0


class SliceData(BaseModel):
    """The recipe's ``[data]`` that both tasks know.

    Attributes:
        balance: draw every class as often as the others; the calibration puts the true share back.
        crop: ``window``, or ``box``: at the size of the reader's box, for pictures that do not
            say the size of their pixels.
        canal: model that finds the canal where no reader drew a box.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    balance: bool = False
    crop: Literal["window", "box"] = "window"
    canal: str = "starter-canal"


@dataclass(frozen=True)
class Slices:
    """Prepared slices of one part of the data.

    Attributes:
        prepared: ``pixels`` of all slices of the stacks.
        rows: row in ``pixels`` of each labelled slice, [n].
        first, last: first and last row of its stack, [n].
        classes: its class, [n].
    """

    prepared: Prepared
    rows: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    classes: NDArray[np.int64]

    def pixels(self, index: int, context: int) -> NDArray[np.uint8]:
        """A slice and its neighbours, [2·context + 1, side, side]; the last one stands in."""
        near = self.rows[index] + np.arange(-context, context + 1)
        return self.prepared.array("pixels")[near.clip(self.first[index], self.last[index])]


class SliceItems(Items):
    """Changed slices with their class."""

    def __init__(
        self, slices: Slices, how: Cut, context: int, ranges: Ranges, *, balance: bool
    ) -> None:
        self._slices, self._context, self._balance = slices, context, balance
        self._whole = how.kind == "whole-slice"
        self._change = Augmentation(ranges, how.pixels, how.step)

    def __len__(self) -> int:
        return len(self._slices.classes)

    def item(self, index: int, rng: np.random.Generator) -> Item:
        """float32 [channels, pixels, pixels] in 0–1, and its class as int64."""
        stored = torch.from_numpy(self._slices.pixels(index, self._context))
        pixels = self._change(stored.float() / 255, rng)
        pixels = pixels.expand(3, -1, -1) if self._whole else scaled(pixels)
        return pixels.contiguous(), torch.tensor(self._slices.classes[index])

    def order(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Each slice once; where the recipe balances, each class as often as the others."""
        if not self._balance:
            return rng.permutation(len(self))
        classes = self._slices.classes
        groups = [np.flatnonzero(classes == c) for c in np.unique(classes)]
        share = -(-len(self) // len(groups))
        # A small class is gone through again and again, each time in another order.
        drawn = [
            np.concatenate([rng.permutation(g) for _ in range(-(-share // len(g)))])[:share]
            for g in groups
        ]
        return rng.permutation(np.concatenate(drawn))[: len(self)]


class SliceTask(Task):
    """Learns one class a slice; what subclasses say is which classes, the loss and the figures."""

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
        self.ranges = recipe.checked("augment", Ranges)
        self.data = recipe.checked("data", self.data_model())
        kind = recipe.preprocessing.get("kind")
        table = WholeSlice if kind == "whole-slice" else CanalWindow
        checked: Any = recipe.checked("preprocessing", table)
        self.context = getattr(checked, "context", 0)
        if self.data.crop == "box" and (self.context or kind == "whole-slice"):
            raise BadInput(
                "Slices can only be cropped to boxes as a canal-window without context",
                file=recipe.file,
                advice="Set data.crop to window, or preprocessing.context to 0.",
            )
        self._require_channels(3 if kind == "whole-slice" else 2 * self.context + 1)
        self.require_fitting()
        require_apart(training=training, validation=validation)
        self.training = self._slices(training, True, cache, "Preparing training slices", progress)
        self.validation = self._slices(
            validation, False, cache, "Preparing validation slices", progress
        )
        self._require_classes()

    @classmethod
    @abstractmethod
    def data_model(cls) -> type[SliceData]:
        """What ``[data]`` may hold."""

    @property
    @abstractmethod
    def labels(self) -> tuple[str, ...]:
        """The classes in the order of the network's outputs."""

    @abstractmethod
    def require_fitting(self) -> None:
        """Raises `BadInput` where network or loss do not fit the labels; before anything is cut."""

    @abstractmethod
    def agreed(self, stack: LabelledStack) -> dict[int, str]:
        """Slice index → the label that is learnt; slices that are left out are not in it."""

    @abstractmethod
    def logits_loss(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """The loss of logits [batch, classes] that validation also reports."""

    @abstractmethod
    def figures(
        self, probabilities: NDArray[np.float64], targets: NDArray[np.int64]
    ) -> dict[str, float]:
        """Figures of a part; ``loss`` is added."""

    def network(self) -> nn.Module:
        """The recipe's network, its trunk with ImageNet's weights where the recipe says so."""
        named = self.recipe.network
        network = build(named.name, named.arguments)
        if named.imagenet:
            trunk: Any = getattr(network, "trunk", None)
            if trunk is None:
                raise BadInput(
                    f"The network {named.name} has no trunk for ImageNet's weights",
                    file=self.recipe.file,
                    advice="Set network.imagenet = false.",
                )
            load_into(trunk, get_weights())
        return network

    def training_items(self) -> Items:
        """Changed slices of the training part."""
        return SliceItems(
            self.training, self._cut(True), self.context, self.ranges, balance=self.data.balance
        )

    def loss(self, network: nn.Module, batch: Item) -> torch.Tensor:
        """See `Task.loss`."""
        images, targets = batch
        return self.logits_loss(network(images).float(), targets)

    def validate(
        self, network: nn.Module, device: torch.device, progress: Progress
    ) -> dict[str, float]:
        """Figures of the validation part, slice by slice, with windows as inference cuts them."""
        return self.measured(network, self.validation, device, progress)

    def measured(
        self, network: nn.Module, part: Slices, device: torch.device, progress: Progress
    ) -> dict[str, float]:
        """Loss and figures of a part whose pixels are what the network sees."""
        logits, targets = [], torch.from_numpy(part.classes)
        for images in self.batches(part):
            progress.check()
            logits.append(network(images.to(device)).float().cpu())
        together = torch.cat(logits)
        probabilities = torch.softmax(together.double(), dim=1).numpy()
        loss = float(self.logits_loss(together, targets))
        return {"loss": loss, **self.figures(probabilities, part.classes)}

    def batches(self, part: Slices) -> Any:
        """Images of a part prepared without room, float32 [batch, channels, pixels, pixels]."""
        whole = self.recipe.preprocessing["kind"] == "whole-slice"
        for start in range(0, len(part.classes), _BATCH):
            index = range(start, min(start + _BATCH, len(part.classes)))
            stored = np.stack([part.pixels(n, self.context) for n in index])
            images = torch.from_numpy(stored).float() / 255
            yield images.expand(-1, 3, -1, -1) if whole else images

    def unchanged_training(self, cache: Path | None, progress: Progress) -> Slices:
        """The training part as validation sees it, without augmentation."""
        stage = "Preparing training slices as they are"
        return self._slices(self._stacks, False, cache, stage, progress)

    @classmethod
    def models_used(cls, recipe: Recipe, cases: list[Any]) -> dict[str, str]:
        """The finder of the canal, where slices have no reader's box."""
        if not needs_canal(cases, recipe.preprocessing.get("kind", "")):
            return {}
        name = recipe.data.get("canal", SliceData.model_fields["canal"].default)
        return {name: canal_sha256(name)}

    def _cut(self, room: bool) -> Cut:
        preprocessing = self.recipe.preprocessing
        return Cut(
            kind=preprocessing["kind"],
            pixels=preprocessing["pixels"],
            spacing_mm=preprocessing.get("spacing_mm", 0.0),
            room=room,
            crop=self.data.crop,
            canal=self.data.canal,
        )

    def _slices(
        self,
        stacks: Sequence[LabelledStack],
        room: bool,
        cache: Path | None,
        stage: str,
        progress: Progress | None,
    ) -> Slices:
        if room:
            self._stacks = list(stacks)
        prepared = prepare_slices(
            stacks, self._cut(room), folder=cache, stage=stage, progress=progress
        )
        rows, first, last, classes = [], [], [], []
        for number, stack in enumerate(stacks):
            place = prepared.rows("pixels", number)
            for k, value in self.agreed(stack).items():
                rows.append(place.start + k)
                first.append(place.start)
                last.append(place.stop - 1)
                classes.append(self.labels.index(value))
        as_array = [np.array(values, np.int64) for values in (rows, first, last, classes)]
        return Slices(prepared, *as_array)

    def _require_channels(self, given: int) -> None:
        """Refuses a network for other images than the preprocessing makes; before anything is cut."""
        taken = self.recipe.network.arguments.get("channels", _CHANNELS)
        if taken != given:
            raise BadInput(
                f"The channels do not fit: the network takes {taken}, the preprocessing gives {given}",
                file=self.recipe.file,
                advice=f"Set network.arguments.channels = {given}, or change the preprocessing.",
            )

    def _require_classes(self) -> None:
        for name, part in (("training", self.training), ("validation", self.validation)):
            there = set(part.classes.tolist())
            missing = [label for n, label in enumerate(self.labels) if n not in there]
            if not there or (missing and name == "training"):
                raise BadInput(
                    f"No slice of the {name} data is {' and none is '.join(missing)}",
                    advice="Give more labelled studies, or check the labels.",
                )
