"""UNETR's rival: a U-Net whose kernels and strides fit thick sagittal slices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import nn

from SpineLib.errors import BadModel

# DynUNet holds each layer a second time in the chain that runs them.
_CHAIN = "skip_layers."


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
    """MONAI's DynUNet, which follows nnU-Net.

    Args:
        classes: output channels, background included.
        filters: channels of each level, from full resolution down.
        strides: of each level, slice, row, column; the first is 1, 1, 1.
        kernels: of each level, slice, row, column.
        channels: input channels.
        residual: blocks add their input to their output (He et al. 2016).
        supervised: how many coarser levels are taught too (deep supervision); less than the number
            of levels by 2 or more. While it is trained the network then gives
            [batch, supervised + 1, classes, *patch], full resolution first.

    Returns:
        A network from [batch, channels, *patch] to logits [batch, classes, *patch]; a patch must
        be a multiple of the product of the strides. Its state holds every weight once.

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
    if not 0 <= supervised <= len(strides) - 2:
        raise BadModel(f"A U-Net of {len(strides)} levels cannot teach {supervised} coarser ones")
    network = DynUNet(
        3,
        channels,
        classes,
        kernel_size=[tuple(k) for k in kernels],
        strides=[tuple(s) for s in strides],
        upsample_kernel_size=[tuple(s) for s in strides[1:]],
        filters=list(filters),
        norm_name=("INSTANCE", {"affine": True}),
        deep_supervision=supervised > 0,
        deep_supr_num=max(supervised, 1),
        res_block=residual,
    )
    network.register_state_dict_post_hook(_without_chain)
    network.register_load_state_dict_pre_hook(_with_chain)
    return network


def _without_chain(module: nn.Module, state: dict[str, Any], prefix: str, _: Any) -> None:
    for name in [key for key in state if key.startswith(prefix + _CHAIN)]:
        del state[name]


def _with_chain(module: nn.Module, state: dict[str, Any], prefix: str, *_: Any) -> None:
    """Gives the chain's layers the weights of the layers that they are."""
    tensors = dict(module.named_parameters(remove_duplicate=False))
    names = {id(tensor): name for name, tensor in tensors.items() if not name.startswith(_CHAIN)}
    for name, tensor in tensors.items():
        own = names.get(id(tensor))
        if name.startswith(_CHAIN) and own is not None and prefix + own in state:
            state[prefix + name] = state[prefix + own]
