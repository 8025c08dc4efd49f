"""Trains the lumbar segmentation on cases that lie on the network's grid."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from SpineLib.errors import BadInput
from SpineLib.files import writing
from SpineLib.inference.segmentation import centred, sliding_window
from SpineLib.inference.semantic import CLASSES
from SpineLib.networks import build
from SpineLib.progress import Progress
from SpineLib.training.segmentation_data import Case, draw, prepare, semantic_of

SPACING = (4.0, 2.0, 2.0)
PATCH = (16, 96, 80)
NETWORKS: dict[str, dict[str, Any]] = {
    "unetr": {
        "name": "unetr",
        "arguments": {"patch": list(PATCH), "classes": len(CLASSES), "feature_size": 8,
                      "hidden_size": 96, "mlp_size": 192, "heads": 4},
    },
    "volume-unet": {
        "name": "volume-unet",
        "arguments": {"classes": len(CLASSES), "filters": [8, 16, 32, 64, 64],
                      "strides": [[1, 1, 1], [1, 2, 2], [2, 2, 2], [2, 2, 2], [1, 2, 2]],
                      "kernels": [[1, 3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3]]},
    },
}  # fmt: skip
RISE = 30  # steps until the learning rate is at its highest
STRENGTH = (0.1, 0.6)  # of the augmentation, from the first step to the last


@dataclass(frozen=True)
class Settings:
    """Of one training run.

    Attributes:
        steps: batches.
        batch: patches a batch.
        rate: highest learning rate, after a linear rise and before a cosine fall.
        seed: of weights, patches and augmentation.
        average: decay of the running mean of the weights, which is what is kept.
        save_every: steps between two checkpoints.
        network: key of `NETWORKS`.
        patch: slices, rows, columns to learn from at once; UNETR needs `PATCH`, a U-Net learns
            from smaller ones too, which gives more steps an hour.
    """

    steps: int = 1500
    batch: int = 2
    rate: float = 2e-3
    seed: int = 1
    average: float = 0.99
    save_every: int = 100
    network: str = "volume-unet"
    patch: tuple[int, int, int] = PATCH

    def share_of_rate(self, step: int) -> float:
        """Learning rate at a step as a share of the highest."""
        rise = min(1.0, (step + 1) / RISE)
        return rise * (0.01 + 0.99 * (1 + np.cos(np.pi * min(step / self.steps, 1.0))) / 2)


def prepare_simulated(
    folder: str | Path,
    cases: int,
    *,
    seed: int = 0,
    profiles: Sequence[str] = ("standard", "domain-randomised"),
    progress: Progress | None = None,
) -> list[Path]:
    """Simulates lumbar cases, brings them to the network's grid and keeps them.

    Args:
        folder: gets one ``.npz`` a case; those that are already there are kept.
        cases: how many.
        seed: of the first case; case n has seed + n.
        profiles: taken in turn.
        progress: one step a case.
    """
    from SpineLib.simulate import lumbar_case

    paths = []
    for n in (progress or Progress()).track(range(cases), "Simulating lumbar spines"):
        path = Path(folder) / f"case-{seed + n:06d}.npz"
        if not path.is_file():
            case = lumbar_case(seed=seed + n, profile=profiles[n % len(profiles)])
            classes = case.segmentation.with_voxels(semantic_of(case.segmentation.voxels))
            prepare(case.volume, classes, SPACING).save(path)
        paths.append(path)
    return paths


def train(
    cases: Sequence[Case],
    settings: Settings,
    *,
    start: str | Path | None = None,
    checkpoint: str | Path | None = None,
    device: str = "cpu",
    progress: Progress | None = None,
) -> torch.nn.Module:
    """Trains from random weights, or from those of a checkpoint.

    Args:
        cases: on the network's grid.
        settings: of the run.
        start: safetensors file of the weights to begin with.
        checkpoint: safetensors file, written every ``save_every`` steps with its log beside it.
        device: ``cpu`` or ``cuda``.
        progress: one step a batch.

    Returns:
        The network with the running mean of its weights, in evaluation mode.

    Raises:
        BadInput: there are no cases.
        Cancelled: the person cancelled; the last checkpoint stays.
    """
    from monai.losses import DiceCELoss
    from safetensors.torch import load_file

    if not cases:
        raise BadInput("There are no cases to learn from", advice="Prepare some first.")
    progress = progress or Progress()
    torch.manual_seed(settings.seed)
    network = build(settings.network, NETWORKS[settings.network]["arguments"]).to(device)
    if start is not None:
        network.load_state_dict(load_file(start))
    network.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload]
    mean = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(settings.average)
    )
    optimizer = torch.optim.AdamW(network.parameters(), lr=settings.rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, settings.share_of_rate)
    loss = DiceCELoss(softmax=True, to_onehot_y=True, include_background=False, batch=True)
    losses: list[float] = []
    progress.stage("Training", settings.steps)
    for step, (images, classes) in enumerate(_batches(cases, settings)):
        images = images.to(device, memory_format=torch.channels_last_3d)
        answer = loss(network(centred(images)), classes.to(device))
        optimizer.zero_grad(set_to_none=True)
        answer.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        mean.update_parameters(network)
        losses.append(float(answer.detach()))
        progress.advance()
        if checkpoint and (step + 1) % settings.save_every == 0:
            save_checkpoint(mean.module, losses, checkpoint)
    return mean.module.eval()


def save_checkpoint(network: torch.nn.Module, losses: Sequence[float], path: str | Path) -> None:
    """Writes the weights as safetensors and the losses beside them, each whole or not at all."""
    from safetensors.torch import save_file

    path = Path(path)
    state = {k: v.detach().cpu().clone().contiguous() for k, v in network.state_dict().items()}
    with writing(path) as temporary:
        save_file(state, temporary)
    with writing(path.with_suffix(".json")) as temporary:
        temporary.write_text(json.dumps([round(v, 4) for v in losses]), encoding="utf-8")


def dice(network: torch.nn.Module, cases: Sequence[Case]) -> dict[str, list[float]]:
    """Dice overlap of each class on whole cases, through the sliding window of inference.

    Returns:
        Class name → one value a case (Dice 1945), in 0-1; classes absent in a case are left out.
    """
    result: dict[str, list[float]] = {name: [] for name in CLASSES[1:]}
    for case in cases:
        found = sliding_window(case.image, network, PATCH).argmax(axis=0)
        for value, name in enumerate(CLASSES):
            if value and (case.classes == value).any():
                a, b = found == value, case.classes == value
                result[name].append(float(2 * (a & b).sum() / (a.sum() + b.sum())))
    return result


def _batches(
    cases: Sequence[Case], settings: Settings
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """The batches of a run, drawn one ahead in another thread."""

    def one(step: int) -> tuple[torch.Tensor, torch.Tensor]:
        rng = np.random.default_rng([settings.seed, step])
        strength = float(np.interp(step / settings.steps, (0, 1), STRENGTH))
        pairs = [
            draw(cases[int(rng.integers(len(cases)))], settings.patch, rng, strength=strength)
            for _ in range(settings.batch)
        ]
        images, classes = zip(*pairs, strict=True)
        return torch.stack(images), torch.stack(classes)

    with ThreadPoolExecutor(1) as pool:
        ahead = pool.submit(one, 0)
        for step in range(settings.steps):
            batch = ahead.result()
            if step + 1 < settings.steps:
                ahead = pool.submit(one, step + 1)
            yield batch
