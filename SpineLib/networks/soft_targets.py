"""Targets that give a share to the grades beside the true one, and how an answer is freed of it."""

from __future__ import annotations

import torch

# Least probability of a grade once the share is taken out (by hand); noise would leave it negative.
FLOOR = 1e-4


def soft_targets(targets: torch.Tensor, classes: int, neighbours: float) -> torch.Tensor:
    """Rows that sum to 1: most on the target, a little on the grades beside it.

    Args:
        targets: [batch] indices of ordered classes.
        classes: how many there are.
        neighbours: weight of each neighbouring grade beside ``1 - neighbours`` of the target's,
            before the row is divided by its sum.
    """
    away = (torch.arange(classes, device=targets.device) - targets[:, None]).abs()
    rows = (away == 0) * (1 - neighbours) + (away == 1) * neighbours
    return rows / rows.sum(dim=1, keepdim=True)


def without_neighbours(logits: torch.Tensor, neighbours: float) -> torch.Tensor:
    """Log probabilities of the grades themselves, of a network that learnt `soft_targets`.

    Cross-entropy to such targets is least where the network answers ``q @ S``: the true
    probabilities ``q`` mixed by the rows ``S`` of `soft_targets`, never surer than a row. Read as
    it stands, a sure answer is told too unsurely and, once a temperature makes up for that, an
    unsure one too surely. The inverse of ``S`` gives ``q`` back, as Patrini et al. 2017 ("Making
    Deep Neural Networks Robust to Label Noise", backward correction) do in training.

    Args:
        logits: [batch, grades].
        neighbours: as it was in training, less than a third, so that ``S`` has an inverse.
    """
    grades = torch.arange(logits.shape[1])
    mixed = soft_targets(grades, len(grades), neighbours).double()
    own = torch.softmax(logits.double(), dim=1) @ torch.linalg.inv(mixed).to(logits.device)
    own = own.clamp(min=FLOOR)
    return (own / own.sum(dim=1, keepdim=True)).log().to(logits.dtype)
