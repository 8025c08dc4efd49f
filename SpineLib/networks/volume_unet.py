"""UNETR's rival: a U-Net whose kernels and strides fit thick sagittal slices.

Weights keep the names of MONAI's DynUNet, whose models fit here; it is our own for the reason
that `SpineLib.networks.resnet` gives.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from SpineLib.errors import BadModel

_SLOPE = 0.01


def build(
    *,
    classes: int,
    filters: Sequence[int],
    strides: Sequence[Sequence[int]],
    kernels: Sequence[Sequence[int]],
    channels: int = 1,
    residual: bool = False,
    supervised: int = 0,
) -> nn.Module:
    """A U-Net after nnU-Net: convolution, instance normalisation and leaky ReLU, twice a level.

    Args:
        classes: output channels, background included.
        filters: channels of each level, from full resolution down.
        strides: of each level, slice, row, column; the first is 1, 1, 1.
        kernels: of each level, slice, row, column; odd.
        channels: input channels.
        residual: blocks on the way down add their input to their output (He et al. 2016).
        supervised: how many coarser levels are taught too (deep supervision); less than the number
            of levels by 2 or more. While it is trained the network then gives
            [batch, supervised + 1, classes, *patch], full resolution first.

    Returns:
        A network from [batch, channels, *patch] to logits [batch, classes, *patch]; a patch must
        be a multiple of the product of the strides.

    Raises:
        BadModel: the levels do not match.

    Source:
        Isensee et al. 2021, "nnU-Net: a self-configuring method for deep learning-based
        biomedical image segmentation", Nat Methods 18:203-211.
    """
    if not len(filters) == len(strides) == len(kernels) >= 3:
        raise BadModel(
            "The U-Net needs filters, strides and kernels of the same three levels or more"
        )
    if not 0 <= supervised <= len(strides) - 2:
        raise BadModel(f"A U-Net of {len(strides)} levels cannot teach {supervised} coarser ones")
    if any(size % 2 == 0 for kernel in kernels for size in kernel):
        raise BadModel("The U-Net's kernels must be odd, so that their middle is a voxel")
    return VolumeUNet(classes, filters, strides, kernels, channels, residual, supervised)


class VolumeUNet(nn.Module):
    """See `build`."""

    def __init__(
        self,
        classes: int,
        filters: Sequence[int],
        strides: Sequence[Sequence[int]],
        kernels: Sequence[Sequence[int]],
        channels: int,
        residual: bool,
        supervised: int,
    ) -> None:
        super().__init__()
        levels = zip((channels, *filters), filters, kernels, strides, strict=False)
        first, *middle, last = (_Block(*level, residual) for level in levels)
        # In DynUNet's order, in which an optimiser's saved state counts the weights.
        self.input_block = first
        self.downsamples = nn.ModuleList(middle)
        self.bottleneck = last
        # From the coarsest level up.
        self.upsamples = nn.ModuleList(
            _Up(filters[n], filters[n - 1], kernels[n], strides[n])
            for n in range(len(filters) - 1, 0, -1)
        )
        self.output_block = _Answer(filters[0], classes)
        if supervised:
            self.deep_supervision_heads = nn.ModuleList(
                _Answer(filters[n], classes) for n in range(1, supervised + 1)
            )
        self.supervised = supervised
        for module in self.modules():
            if isinstance(module, (nn.Conv3d, nn.ConvTranspose3d)):
                nn.init.kaiming_normal_(module.weight, a=_SLOPE)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, patches: torch.Tensor) -> torch.Tensor:
        """Logits [batch, classes, *patch] of patches [batch, channels, *patch]; see `build`."""
        beside = [self.input_block(patches)]
        for down in self.downsamples:
            beside.append(down(beside[-1]))
        features = self.bottleneck(beside[-1])
        coarser = []
        for up in self.upsamples:
            features = up(features, beside.pop())
            coarser.append(features)
        logits = self.output_block(features)
        if not (self.training and self.supervised):
            return logits
        taught = zip(self.deep_supervision_heads, coarser[-2::-1], strict=False)
        others = [F.interpolate(head(level), logits.shape[2:]) for head, level in taught]
        return torch.stack([logits, *others], dim=1)


class _Convolution(nn.Module):
    """A convolution that keeps the grid, or divides it by its stride; ``up`` multiplies it."""

    def __init__(
        self, before: int, after: int, kernel: Sequence[int], stride: Sequence[int] = (1, 1, 1),
        *, up: bool = False, bias: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        size, step = _three(kernel), _three(stride)
        if up:
            self.conv: nn.Module = nn.ConvTranspose3d(before, after, size, step, bias=bias)
        else:
            around = _three([n // 2 for n in size])
            self.conv = nn.Conv3d(before, after, size, step, around, bias=bias)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return self.conv(features)


class _Block(nn.Module):
    """Two convolutions, each normalised and rectified; residual, beside a shortcut."""

    def __init__(
        self, before: int, after: int, kernel: Sequence[int], stride: Sequence[int],
        residual: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self.conv1 = _Convolution(before, after, kernel, stride)
        self.conv2 = _Convolution(after, after, kernel)
        self.act = nn.LeakyReLU(_SLOPE, inplace=True)
        self.norm1, self.norm2 = (nn.InstanceNorm3d(after, affine=True) for _ in range(2))
        self.residual = residual
        self.changes = before != after or any(step != 1 for step in stride)
        if residual and self.changes:
            self.conv3 = _Convolution(before, after, (1, 1, 1), stride)
            self.norm3 = nn.InstanceNorm3d(after, affine=True)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        answer = self.norm2(self.conv2(self.act(self.norm1(self.conv1(features)))))
        if self.residual:
            answer = answer + (self.norm3(self.conv3(features)) if self.changes else features)
        return self.act(answer)


class _Up(nn.Module):
    """To the finer level's grid by a transposed convolution, then a block with what lay there."""

    def __init__(
        self, before: int, after: int, kernel: Sequence[int], stride: Sequence[int]
    ) -> None:
        super().__init__()
        self.transp_conv = _Convolution(before, after, stride, stride, up=True)
        self.conv_block = _Block(2 * after, after, kernel, (1, 1, 1))

    def forward(self, features: torch.Tensor, beside: torch.Tensor) -> torch.Tensor:
        return self.conv_block(torch.cat([self.transp_conv(features), beside], dim=1))


class _Answer(nn.Module):
    def __init__(self, before: int, classes: int) -> None:
        super().__init__()
        self.conv = _Convolution(before, classes, (1, 1, 1), bias=True)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return self.conv(features)


def _three(sizes: Sequence[int]) -> tuple[int, int, int]:
    along_slices, along_rows, along_columns = sizes
    return along_slices, along_rows, along_columns
