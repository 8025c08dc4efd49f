"""Convolutional prototype network: a point a grade in the space of features, the nearest wins."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from SpineLib.networks.resnet import FULL_WIDTHS, feature_size, resnet_trunk


class PrototypeNetwork(nn.Module):
    """ResNet features and one learnt prototype a grade.

    Logits are negative squared distances to the prototypes over a temperature (Yang et al. 2018,
    "Robust Classification with Convolutional Prototype Learning", section 4), as Hallinan et al.
    2022 (Front Oncol 12:849447) grade epidural compression; their softmax is then the grades'
    probabilities and the largest logit is the nearest prototype.

    Args:
        depth, widths, channels, pool: see `SpineLib.networks.resnet.resnet_trunk`.
        grades: number of prototypes.
        embedding: size of the space of features; 0 takes the trunk's own.
        temperature: squared distances are divided by it.
        mirror: outside of training, a window's point is the middle of its own and of its mirror
            image's, so that a grade does not depend on the side. It takes twice the time.

    The trunk's own features are averages of rectified values, never negative: there the prototypes
    begin evenly between 0 and 1, as in the published code. In an embedding they begin normally.
    """

    def __init__(
        self,
        *,
        grades: int,
        depth: int = 50,
        widths: Sequence[int] = FULL_WIDTHS,
        channels: int = 3,
        pool: bool = True,
        embedding: int = 0,
        temperature: float = 10.0,
        mirror: bool = False,
    ) -> None:
        super().__init__()
        self.trunk = resnet_trunk(depth, widths, channels, pool)
        size = feature_size(depth, widths)
        self.embed = nn.Linear(size, embedding) if embedding else nn.Identity()
        draw = torch.randn if embedding else torch.rand
        self.prototypes = nn.Parameter(draw(grades, embedding or size))
        self.temperature = temperature
        self.mirror = mirror

    def features(self, windows: torch.Tensor) -> torch.Tensor:
        """Points [batch, embedding] of windows [batch, channels, rows, columns]."""
        if self.training or not self.mirror:
            return self.embed(self.trunk(windows))
        # In one pass, the windows as they are first: who watches a layer sees both.
        points = self.embed(self.trunk(torch.cat([windows, windows.flip(-1)])))
        return points.unflatten(0, (2, -1)).mean(dim=0)

    def logits(self, points: torch.Tensor) -> torch.Tensor:
        """Logits [batch, grades] of points [batch, embedding]."""
        apart = points[:, None, :] - self.prototypes[None]
        return -apart.square().sum(dim=2) / self.temperature

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Logits [batch, grades] of windows [batch, channels, rows, columns]."""
        return self.logits(self.features(windows))
