"""One small training loop: AdamW, one-cycle rate, averaged weights, stops by the clock."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn, update_bn

Batch = Callable[[], tuple[torch.Tensor, torch.Tensor]]
_log = logging.getLogger(__name__)


def fit(
    network: nn.Module,
    batch: Batch,
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    *,
    steps: int,
    rate: float = 3e-3,
    minutes: float = 12.0,
) -> nn.Module:
    """Trains until ``steps`` are done or the time is up; the rate falls to zero by either.

    Args:
        network: from inputs to what ``loss`` takes; must hold no buffers but batch norm's.
        batch: draws inputs and targets.
        loss: of outputs and targets.
        steps: batches at most.
        rate: highest learning rate.
        minutes: wall time at most.

    Returns:
        The exponential average of the network's weights (decay 0.995 a step), with the
        statistics of batch normalisation measured anew, in evaluation mode.
    """
    network.train()
    averaged = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(0.995))
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=1e-2)
    start, total = time.monotonic(), 0.0
    for step in range(steps):
        done = max(step / steps, (time.monotonic() - start) / (60 * minutes))
        if done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, 20 * done + 0.05) * (1 - done)
        inputs, targets = batch()
        cost = loss(network(inputs), targets)
        optimiser.zero_grad()
        cost.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        averaged.update_parameters(network)
        total += float(cost.detach())
        if step % 50 == 49:
            _log.info("step %d, %.0f %%, loss %.4f", step + 1, 100 * done, total / 50)
            total = 0.0
    update_bn([batch()[0] for _ in range(30)], averaged)
    return averaged.module.eval()
