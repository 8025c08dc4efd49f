"""Where a training runs: one process or many, on what device, in which precision."""

from __future__ import annotations

import gc
import inspect
import logging
import os
from datetime import timedelta
from typing import Any

import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins import MixedPrecision
from lightning_fabric.strategies import DDPStrategy
from torch.nn.parallel import DistributedDataParallel

from SpineLib.inference.device import choose

# The other processes wait while the first one validates.
_PATIENCE = timedelta(hours=6)


class _Mixed(MixedPrecision):
    """Autocast that leaves the batch as it is: Fabric would round targets as well."""

    def convert_input(self, data: Any) -> Any:
        return data


def launch(device: str = "auto", precision: str = "32") -> Fabric:
    """The launcher of this process; under ``torchrun`` it joins the others.

    Args:
        device: see `SpineLib.inference.device.choose`.
        precision: as in `SpineLib.training.recipe.Training`.

    Raises:
        BadInput: the machine has no such device.
    """
    chosen = choose(device)
    world = int(os.environ.get("WORLD_SIZE", "1"))
    here = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    kind = _mixed(chosen) if precision == "mixed" else None
    fabric = Fabric(
        accelerator=chosen.type,
        devices=here,
        num_nodes=max(1, world // here),
        strategy=_strategy(chosen.type) if world > 1 else "auto",
        plugins=[_Mixed(kind, chosen.type)] if kind else None,
        precision=None if kind else "32-true",
    )
    fabric.launch()
    return fabric


def leave() -> None:
    """Leaves the group of processes, where there is one."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        # What DDP still holds must go before the group does: afterwards its end waits for ever.
        gc.collect()
        torch.distributed.destroy_process_group()


def _strategy(device: str) -> DDPStrategy:
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    # Buffers are not sent from the first process: SyncBatchNorm keeps them alike on GPUs, and a
    # loss that runs the network more than once could not bear it.
    backend = "nccl" if device == "cuda" else "gloo"
    known = inspect.signature(DistributedDataParallel).parameters
    newer = "forward_sync_buffers" in known  # the older name is deprecated since then
    quiet: dict[str, Any] = {"forward_sync_buffers" if newer else "broadcast_buffers": False}
    return DDPStrategy(process_group_backend=backend, timeout=_PATIENCE, **quiet)


def _mixed(device: torch.device) -> Any:
    """The faster precision of a device; None where there is none."""
    if device.type == "cuda":
        return "bf16-mixed" if torch.cuda.is_bf16_supported() else "16-mixed"
    computes = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return "bf16-mixed" if device.type == "cpu" and computes else None
