"""ResNet for slices (He et al. 2016), on MONAI's, with the head as data."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from monai.networks.nets.resnet import ResNet
from torch import nn

# He et al. 2016 (arXiv:1512.03385), table 1: blocks a stage. 10 is the smallest of the family.
LAYERS = {10: (1, 1, 1, 1), 18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3)}
FULL_WIDTHS = (64, 128, 256, 512)


def resnet_trunk(
    depth: int = 50,
    widths: Sequence[int] = FULL_WIDTHS,
    channels: int = 3,
    pool: bool = True,
) -> ResNet:
    """A two-dimensional MONAI ResNet without its last layer.

    MONAI's ready-made ``resnet50`` has a first stride of 1; the ImageNet architecture, whose
    weights fit here, has 2, and no bias in its shortcuts.

    Args:
        depth: 10, 18, 34 (basic blocks) or 50 (bottlenecks).
        widths: planes of the four stages.
        channels: of the input.
        pool: max-pool after the first convolution; without it small windows keep their detail.

    Raises:
        ValueError: an unknown depth.
    """
    if depth not in LAYERS:
        raise ValueError(f"a ResNet of depth {depth} is not known; {sorted(LAYERS)} are")
    return ResNet(
        block="bottleneck" if depth >= 50 else "basic",
        layers=list(LAYERS[depth]),
        block_inplanes=list(widths),
        spatial_dims=2,
        n_input_channels=channels,
        conv1_t_stride=2,
        no_max_pool=not pool,
        bias_downsample=False,
        feed_forward=False,
    )


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

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Logits [batch, classes] of windows [batch, channels, rows, columns]."""
        return self.head(self.trunk(windows))


def feature_size(depth: int, widths: Sequence[int]) -> int:
    """Number of features that `resnet_trunk` gives."""
    return widths[-1] * (4 if depth >= 50 else 1)
