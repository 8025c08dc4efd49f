"""Losses of the published methods, as functions of logits and features."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

Forward = Callable[[torch.Tensor], torch.Tensor]


def weighted_bce(logits: torch.Tensor, targets: torch.Tensor, positive: float) -> torch.Tensor:
    """Binary cross-entropy in which an error on a compressed slice costs ``positive`` times more.

    The mean over the batch of ``-w log p``, as Keras weighs classes; with two logits the softmax's
    probability of the second is the sigmoid of their difference.

    Args:
        logits: [batch, 2], not compressed and compressed.
        targets: [batch] 0 or 1.
        positive: Merali et al. 2021: 3.8.
    """
    apart = logits[:, 1] - logits[:, 0]
    weight = torch.tensor(positive, device=logits.device)
    return F.binary_cross_entropy_with_logits(apart, targets.float(), pos_weight=weight)


def compactness(
    features: torch.Tensor, prototypes: torch.Tensor, targets: torch.Tensor
) -> torch.Tensor:
    """Mean squared distance of each feature to its own grade's prototype.

    The prototype loss of Yang et al. 2018 ("Robust Classification with Convolutional Prototype
    Learning"), as the published grading code adds it.

    Args:
        features: [batch, size].
        prototypes: [grades, size].
        targets: [batch] indices of grades.
    """
    return (features - prototypes[targets]).square().sum(dim=1).mean()


def virtual_adversarial_loss(
    forward: Forward,
    images: torch.Tensor,
    *,
    epsilon: float,
    xi: float = 1.0,
    iterations: int = 1,
    generator: torch.Generator | None = None,
) -> torch.Tensor:
    """How much the prediction changes in the direction in which it changes most.

    Miyato et al. 2018 ("Virtual Adversarial Training: A Regularization Method for Supervised and
    Semi-Supervised Learning", algorithm 1): the Kullback–Leibler divergence between the prediction
    for an image, held fixed, and the one for the image moved by ``epsilon`` along
    `adversarial_direction`. The network's batch statistics must not be updated by it; see
    `without_tracking`.

    Args:
        forward: from images to logits.
        images: [batch, …].
        epsilon: length of the step, an image.
        xi: length of the step of the finite difference, an image. Miyato et al. take 1e-6; spread
            over the pixels of a slice in float32, a step so small moves none of them.
        iterations: of the power method.
        generator: chance of the first direction; torch's own if not given.
    """
    with torch.no_grad():
        before = F.log_softmax(forward(images).float(), dim=1)
    direction = adversarial_direction(
        forward, images, before, xi=xi, iterations=iterations, generator=generator
    )
    after = F.log_softmax(forward(images + epsilon * direction).float(), dim=1)
    return F.kl_div(after, before, reduction="batchmean", log_target=True)


def adversarial_direction(
    forward: Forward,
    images: torch.Tensor,
    before: torch.Tensor,
    *,
    xi: float,
    iterations: int,
    generator: torch.Generator | None = None,
) -> torch.Tensor:
    """Unit vectors, an image, along which the divergence grows most: power iteration.

    Args:
        forward, images, xi, iterations, generator: see `virtual_adversarial_loss`.
        before: log probabilities of the images, [batch, classes], without gradient.
    """
    start = torch.randn(images.shape, generator=generator, device=images.device)
    direction = _unit(start)
    for _ in range(iterations):
        direction = direction.detach().requires_grad_()
        after = F.log_softmax(forward(images + xi * direction).float(), dim=1)
        # The sum, not the mean: each image's gradient is its own, whatever the batch's size.
        apart = F.kl_div(after, before, reduction="sum", log_target=True)
        (gradient,) = torch.autograd.grad(apart, direction)
        direction = _unit(gradient.float())
    return direction.detach()


class without_tracking:  # noqa: N801 - reads as a sentence in a with statement
    """Within it, batch normalisation leaves its running mean and variance as they are.

    Images moved on purpose are not what the network will see; their statistics stay out.
    """

    def __init__(self, network: nn.Module) -> None:
        norms = nn.modules.batchnorm._BatchNorm
        self._layers = [m for m in network.modules() if isinstance(m, norms)]
        self._momentum = [layer.momentum for layer in self._layers]

    def __enter__(self) -> None:
        for layer in self._layers:
            layer.momentum = 0.0

    def __exit__(self, *_: object) -> None:
        for layer, momentum in zip(self._layers, self._momentum, strict=True):
            layer.momentum = momentum


def _unit(vectors: torch.Tensor) -> torch.Tensor:
    flat = vectors.flatten(1)
    # Scaled first: squares of gradients of 1e-20 are zero in float32.
    flat = flat / flat.abs().amax(dim=1, keepdim=True).clamp(min=1e-30)
    flat = flat / flat.norm(dim=1, keepdim=True).clamp(min=1e-12)
    return flat.view_as(vectors)
