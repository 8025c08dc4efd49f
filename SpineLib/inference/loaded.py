"""A model in memory, ready to answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from SpineLib.errors import BadModel
from SpineLib.inference.device import choose
from SpineLib.inference.unlike import Known, taken_out
from SpineLib.models.card import Card
from SpineLib.models.folder import ModelFolder
from SpineLib.networks import build
from SpineLib.networks.soft_targets import without_neighbours
from SpineLib.progress import Progress

BATCH = 32


@dataclass(frozen=True)
class Loaded:
    """A network on its device, in evaluation mode, with its card.

    Attributes:
        known: what a classifier's features look like on images that it knows; None where nothing
            was fitted.
    """

    card: Card
    network: nn.Module
    device: torch.device
    known: Known | None = None

    def require(self, task: str) -> None:
        """Raises `BadModel` if the model is for another task."""
        if self.card.task != task:
            raise BadModel(f"The model {self.card.name} is for {self.card.task}, not for {task}")

    def run(
        self, batch: torch.Tensor, *, progress: Progress | None = None, size: int = BATCH
    ) -> torch.Tensor:
        """The network's output for a batch, in parts of ``size``; cancel is heard between them.

        Args:
            batch: [items, channels, rows, columns], float32 on any device.
            progress: advanced by each item.
            size: items at a time; bounds the memory.

        Returns:
            float32 on the CPU, one output an item.
        """
        outputs = [self._part(part) for part in _watched(batch.split(size), progress)]
        return torch.cat(outputs)

    def classified(
        self, batch: torch.Tensor, *, progress: Progress | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """What a classifier says of a batch, and the features [items, features] that it says it from.

        Returns:
            Calibrated class probabilities as of `probabilities`, and the features, of one pass.
        """
        parts = [self._features(part) for part in _watched(batch.split(BATCH), progress)]
        logits, features = (torch.cat(one) for one in zip(*parts, strict=True))
        return self._calibrated(logits), features

    def probabilities(
        self, batch: torch.Tensor, *, progress: Progress | None = None
    ) -> torch.Tensor:
        """Calibrated class probabilities [items, classes] of a batch; see `run`."""
        return self._calibrated(self.run(batch, progress=progress))

    def _calibrated(self, logits: torch.Tensor) -> torch.Tensor:
        if self.card.neighbours:
            logits = without_neighbours(logits, self.card.neighbours)
        if self.card.bias:
            logits = logits.clone()
            logits[:, self.card.asked.first_positive :] += self.card.bias
        return torch.softmax(logits / self.card.temperature, dim=1)

    def _part(self, part: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode(), self._precision():
            part = part.to(self.device, memory_format=torch.channels_last)
            return self.network(part).float().cpu()

    def _features(self, part: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        network: Any = self.network
        with torch.inference_mode(), self._precision():
            features = network.features(part.to(self.device, memory_format=torch.channels_last))
            return network.logits(features).float().cpu(), features.float().cpu()

    def tensors(self) -> dict[str, torch.Tensor]:
        """What is kept of the model: its weights, and what it knows."""
        return {**self.network.state_dict(), **(self.known.tensors() if self.known else {})}

    def _precision(self) -> torch.autocast | nullcontext:
        if self.device.type != "cuda":
            return nullcontext()
        kind = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
        return torch.autocast("cuda", dtype=kind)


def load(model: ModelFolder, device: str | torch.device = "auto") -> Loaded:
    """Loads a model after its weights were verified; they are held as float32.

    Args:
        model: the model's folder.
        device: see `SpineLib.inference.device.choose`.

    Raises:
        BadModel: wrong or missing weights, an unknown network, or weights that do not fit it.
        BadInput: the machine has no such device.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    device = choose(device) if isinstance(device, str) else device
    model.verify()
    network = build(model.card.network["name"], model.card.network["arguments"])
    try:
        tensors, known = taken_out(load_file(model.weights))
        network.load_state_dict(tensors)
    except (SafetensorError, RuntimeError) as error:
        raise BadModel(
            "The model's weights do not fit the network that its card names",
            file=model.weights,
            advice="Ask for the model again from where you got it.",
        ) from error
    network = network.float().eval().requires_grad_(False).to(device)
    if not any(isinstance(m, nn.Conv3d) for m in network.modules()):
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Loaded(model.card, network, device, known if model.card.unlike else None)


def _watched(parts: tuple[torch.Tensor, ...], progress: Progress | None) -> Iterator[torch.Tensor]:
    step: Callable[[int], None] = progress.advance if progress else (lambda count: None)
    for part in parts:
        if progress:
            progress.check()
        yield part
        step(len(part))
