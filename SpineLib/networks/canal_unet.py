"""A small U-Net that says for each place of a slice how likely what is searched has its centre there."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812


class CanalUNet(nn.Module):
    """Heatmaps at half of the input's resolution: of the canal's centre, or of whatever was learnt.

    A U-Net (Ronneberger et al. 2015) whose first convolution halves the resolution, which costs
    little accuracy since peaks are located between pixels, and whose way up interpolates, since
    transposed convolutions are slow on CPUs.

    Args:
        widths: channels of the levels; each halves the resolution.
        slices: neighbouring slices that are seen together, the middle one being searched.
        maps: heatmaps.
        regions: that `region` tells apart by what lies around a place; 0 for none.
    """

    def __init__(
        self,
        *,
        widths: Sequence[int] = (16, 24, 32, 48, 64),
        slices: int = 1,
        maps: int = 1,
        regions: int = 0,
    ) -> None:
        super().__init__()
        self.down = nn.ModuleList(
            nn.Sequential(_layer(before, width, stride=2), _layer(width, width))
            for before, width in zip((slices, *widths[:-1]), widths, strict=True)
        )
        self.up = nn.ModuleList(
            _layer(below + width, width)
            for below, width in zip(widths[:0:-1], widths[-2::-1], strict=True)
        )
        self.heat = nn.Conv2d(widths[0], maps, 1)
        self.region = nn.Linear(9 * widths[-1], regions) if regions else None

    def forward(self, slices: torch.Tensor) -> torch.Tensor:
        """Logits [batch, maps, rows / 2, columns / 2] of [batch, slices, rows, columns].

        Rows and columns must be multiples of 2 to the number of levels.
        """
        levels = []
        features = slices
        for down in self.down:
            features = down(features)
            levels.append(features)
        for up, beside in zip(self.up, levels[-2::-1], strict=True):
            features = F.interpolate(features, scale_factor=2.0, mode="nearest")
            features = up(torch.cat([features, beside], dim=1))
        return self.heat(features)


def _layer(before: int, after: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
    )
