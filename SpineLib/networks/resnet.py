"""ResNet for slices (He et al. 2016), with the head as data.

Our own and not MONAI's, whose networks come with all of MONAI: importing that took more of a cold
reading than all networks. Weights keep torchvision's names, which are MONAI's too.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

# He et al. 2016 (arXiv:1512.03385), table 1: blocks a stage. 10 is the smallest of the family.
LAYERS = {10: (1, 1, 1, 1), 18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3)}
FULL_WIDTHS = (64, 128, 256, 512)
_BOTTLENECK_FROM = 50
_EXPANSION = 4


class ResNet(nn.Module):
    """Features of a picture: four stages of residual blocks, then the average over the picture.

    Args:
        depth: 10, 18, 34 (basic blocks) or 50 (bottlenecks).
        widths: planes of the four stages.
        channels: of the input.
        pool: max-pool after the first convolution.

    Raises:
        ValueError: an unknown depth.
    """

    def __init__(self, depth: int, widths: Sequence[int], channels: int, pool: bool) -> None:
        super().__init__()
        if depth not in LAYERS:
            raise ValueError(f"a ResNet of depth {depth} is not known; {sorted(LAYERS)} are")
        self.conv1 = nn.Conv2d(channels, widths[0], 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.act = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1) if pool else nn.Identity()
        before, deep = widths[0], depth >= _BOTTLENECK_FROM
        for stage, (planes, blocks) in enumerate(zip(widths, LAYERS[depth], strict=True)):
            layer = nn.Sequential()
            for n in range(blocks):
                layer.append(_Block(before, planes, 2 if stage and not n else 1, deep))
                before = planes * _EXPANSION if deep else planes
            self.add_module(f"layer{stage + 1}", layer)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Features [batch, features] of windows [batch, channels, rows, columns]."""
        features = self.maxpool(self.act(self.bn1(self.conv1(windows))))
        for stage in range(4):
            features = self.get_submodule(f"layer{stage + 1}")(features)
        return features.mean((2, 3))


class _Block(nn.Module):
    """Two convolutions of 3×3, or a bottleneck of 1×1, 3×3 and 1×1, beside a shortcut."""

    def __init__(self, before: int, planes: int, stride: int, deep: bool) -> None:
        super().__init__()
        after = planes * _EXPANSION if deep else planes
        # kernel, output channels and stride of each convolution
        plan = [(3, planes, stride), (3, planes, 1)]
        if deep:
            plan = [(1, planes, 1), (3, planes, stride), (1, after, 1)]
        self.depth = len(plan)
        inner = before
        for n, (kernel, width, step) in enumerate(plan, 1):
            convolution = nn.Conv2d(inner, width, kernel, step, kernel // 2, bias=False)
            self.add_module(f"conv{n}", convolution)
            self.add_module(f"bn{n}", nn.BatchNorm2d(width))
            inner = width
        self.act = nn.ReLU(inplace=True)
        self.downsample: nn.Module | None = None
        if stride != 1 or before != after:
            shortcut = nn.Conv2d(before, after, 1, stride, bias=False)
            self.downsample = nn.Sequential(shortcut, nn.BatchNorm2d(after))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        beside = features if self.downsample is None else self.downsample(features)
        for n in range(1, self.depth + 1):
            features = self.get_submodule(f"conv{n}")(features)
            features = self.get_submodule(f"bn{n}")(features)
            if n < self.depth:
                features = self.act(features)
        return self.act(features + beside)


def resnet_trunk(
    depth: int = 50,
    widths: Sequence[int] = FULL_WIDTHS,
    channels: int = 3,
    pool: bool = True,
) -> ResNet:
    """A ResNet without its last layer.

    The ImageNet architecture, whose weights fit here: a first stride of 2, no bias in shortcuts.

    Args:
        depth: 10, 18, 34 (basic blocks) or 50 (bottlenecks).
        widths: planes of the four stages.
        channels: of the input.
        pool: max-pool after the first convolution; without it small windows keep their detail.

    Raises:
        ValueError: an unknown depth.
    """
    return ResNet(depth, widths, channels, pool)


class ResNetClassifier(nn.Module):
    """ResNet trunk, then dense layers.

    Merali et al. 2021 (Sci Rep 11:10473) put a new head on an ImageNet ResNet-50 and compared
    several; ``hidden`` and ``dropout`` describe such a head on the card.

    Args:
        depth, widths, channels, pool: see `resnet_trunk`.
        classes: number of logits.
        hidden: units of each dense layer before the last one, ReLU between them.
        dropout: probability of dropout before each dense layer.
        input_dropout: the same before the first one, on the trunk's features; ``dropout`` if None.
    """

    def __init__(
        self,
        *,
        depth: int = 50,
        widths: Sequence[int] = FULL_WIDTHS,
        channels: int = 3,
        pool: bool = True,
        classes: int = 2,
        hidden: Sequence[int] = (),
        dropout: float = 0.0,
        input_dropout: float | None = None,
    ) -> None:
        super().__init__()
        self.trunk = resnet_trunk(depth, widths, channels, pool)
        layers: list[nn.Module] = []
        size = feature_size(depth, widths)
        share = dropout if input_dropout is None else input_dropout
        for units in hidden:
            layers += [nn.Dropout(share), nn.Linear(size, units), nn.ReLU()]
            size, share = units, dropout
        self.head = nn.Sequential(*layers, nn.Dropout(share), nn.Linear(size, classes))

    def features(self, windows: torch.Tensor) -> torch.Tensor:
        """Features [batch, features] of windows [batch, channels, rows, columns]."""
        return self.trunk(windows)

    def logits(self, features: torch.Tensor) -> torch.Tensor:
        """Logits [batch, classes] of features [batch, features]."""
        return self.head(features)

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Logits [batch, classes] of windows [batch, channels, rows, columns]."""
        return self.logits(self.features(windows))


def feature_size(depth: int, widths: Sequence[int]) -> int:
    """Number of features that `resnet_trunk` gives."""
    return widths[-1] * (4 if depth >= 50 else 1)
