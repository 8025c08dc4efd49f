"""Losses, against worked values and analytic directions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import log_loss
from torch import nn
from torch.nn import functional as F  # noqa: N812

from SpineLib.training.losses import (
    adversarial_direction,
    compactness,
    virtual_adversarial_loss,
    weighted_bce,
    without_tracking,
)


def test_an_error_on_a_compressed_slice_costs_3_8_times_more():
    torch.manual_seed(0)
    logits, targets = torch.randn(50, 2), torch.randint(0, 2, (50,))
    p = torch.softmax(logits.double(), 1).numpy()
    weights = np.where(targets.numpy() == 1, 3.8, 1.0)
    independent = log_loss(targets, p, sample_weight=weights, labels=[0, 1]) * weights.mean()
    assert float(weighted_bce(logits, targets, 3.8)) == pytest.approx(independent, rel=1e-5)


def test_compactness_is_the_mean_squared_distance_to_the_own_prototype():
    features = torch.tensor([[0.0, 0.0], [3.0, 4.0]])
    prototypes = torch.tensor([[1.0, 0.0], [0.0, 0.0]])
    assert float(compactness(features, prototypes, torch.tensor([0, 1]))) == (1 + 25) / 2


def divergence(forward, images, moved):
    before, after = (F.log_softmax(forward(x), 1) for x in (images, moved))
    return F.kl_div(after, before, reduction="none", log_target=True).sum(1)


def test_the_direction_is_the_dominant_eigenvector_of_a_linear_softmax():
    """For p = softmax(W x) the divergence's Hessian at x is Wᵀ (diag p - p pᵀ) W."""
    torch.manual_seed(1)
    weights = torch.randn(4, 12, dtype=torch.float64)
    images = torch.randn(6, 12, dtype=torch.float64)

    def forward(x):
        return x @ weights.T

    before = F.log_softmax(forward(images), 1)
    generator = torch.Generator().manual_seed(2)
    found = adversarial_direction(
        forward, images, before, xi=1e-3, iterations=60, generator=generator
    ).double()
    for p, direction in zip(before.exp(), found, strict=True):
        hessian = weights.T @ (torch.diag(p) - torch.outer(p, p)) @ weights
        dominant = torch.linalg.eigh(hessian).eigenvectors[:, -1]
        assert abs(float(dominant @ direction)) == pytest.approx(1, abs=1e-3)


def small_network():
    torch.manual_seed(3)
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(),
        nn.Linear(8 * 64, 3),
    ).eval()  # fmt: skip


def test_the_adversarial_step_changes_the_answer_more_than_random_ones():
    network, images = small_network(), torch.rand(5, 1, 8, 8)
    before = F.log_softmax(network(images), 1).detach()
    direction = adversarial_direction(network, images, before, xi=1.0, iterations=1)
    assert direction.flatten(1).norm(dim=1) == pytest.approx(torch.ones(5), abs=1e-5)
    worst = divergence(network, images, images + 0.5 * direction)
    for _ in range(20):
        other = torch.randn_like(images)
        other = other / other.flatten(1).norm(dim=1)[:, None, None, None]
        assert (worst > divergence(network, images, images + 0.5 * other)).all()


def test_the_virtual_adversarial_loss_teaches_the_network_and_wanes():
    network, images = small_network(), torch.rand(5, 1, 8, 8)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.5)
    losses = []
    for step in range(15):
        torch.manual_seed(step)
        cost = virtual_adversarial_loss(network, images, epsilon=1.0)
        optimiser.zero_grad()
        cost.backward()
        optimiser.step()
        losses.append(float(cost.detach()))
    assert losses[0] > 0 and losses[-1] < 0.5 * losses[0]


def test_moved_images_leave_no_trace_in_batch_statistics():
    network = small_network().train()
    norm = network[1]
    mean, variance = norm.running_mean.clone(), norm.running_var.clone()
    with without_tracking(network):
        virtual_adversarial_loss(network, torch.rand(5, 1, 8, 8), epsilon=1.0)
    assert torch.equal(norm.running_mean, mean) and torch.equal(norm.running_var, variance)
    network(torch.rand(5, 1, 8, 8))
    assert not torch.equal(norm.running_mean, mean)
