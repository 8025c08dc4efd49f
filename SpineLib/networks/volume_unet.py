"""UNETR's rival: a small U-Net whose kernels and strides fit thick sagittal slices."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from SpineLib.errors import BadModel


def build(
    *,
    classes: int,
    filters: Sequence[int],
    strides: Sequence[Sequence[int]],
    kernels: Sequence[Sequence[int]],
    channels: int = 1,
) -> nn.Module:
    """MONAI's DynUNet, which follows nnU-Net.

    Args:
        classes: output channels, background included.
        filters: channels of each level, from full resolution down.
        strides: of each level, slice, row, column; the first is 1, 1, 1.
        kernels: of each level, slice, row, column.
        channels: input channels.

    Returns:
        A network from [batch, channels, *patch] to logits [batch, classes, *patch]; a patch must
        be a multiple of the product of the strides.

    Raises:
        BadModel: the levels do not match.

    Source:
        Isensee et al. 2021, "nnU-Net: a self-configuring method for deep learning-based
        biomedical image segmentation", Nat Methods 18:203-211.
    """
    from monai.networks.nets import DynUNet

    if not len(filters) == len(strides) == len(kernels) >= 3:
        raise BadModel(
            "The U-Net needs filters, strides and kernels of the same three levels or more"
        )
    return DynUNet(
        3,
        channels,
        classes,
        kernel_size=[tuple(k) for k in kernels],
        strides=[tuple(s) for s in strides],
        upsample_kernel_size=[tuple(s) for s in strides[1:]],
        filters=list(filters),
        norm_name=("INSTANCE", {"affine": True}),
    )
