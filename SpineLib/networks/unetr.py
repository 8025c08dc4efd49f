"""UNETR: a vision transformer as encoder, a convolutional decoder (Hatamizadeh et al. 2022)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from torch import nn

from SpineLib.errors import BadModel

TOKEN = 16  # MONAI's UNETR cuts its patch into cubes of 16 voxels, as in the paper's section 3.1.


def build(
    *,
    patch: Sequence[int],
    classes: int,
    channels: int = 1,
    feature_size: int = 8,
    hidden_size: int = 96,
    mlp_size: int = 192,
    heads: int = 4,
    embedding: Literal["conv", "perceptron"] = "conv",
) -> nn.Module:
    """MONAI's UNETR for one patch size (its position embedding is bound to it).

    Args:
        patch: slices, rows, columns of a patch, each a multiple of 16.
        classes: output channels, background included.
        channels: input channels.
        feature_size: channels of the decoder at full resolution; the paper has 16.
        hidden_size: width of the transformer; the paper has 768.
        mlp_size: width of the transformer's feed-forward layers.
        heads: attention heads; must divide ``hidden_size``.
        embedding: how MONAI computes the linear map of each cube: the same function, but a
            strided convolution's gradient takes a fifth of a step on a CPU.

    Returns:
        A network from [batch, channels, *patch] to logits [batch, classes, *patch].

    Raises:
        BadModel: the sizes do not fit together.

    Source:
        Hatamizadeh et al. 2022, "UNETR: Transformers for 3D medical image segmentation",
        WACV, pages 1748-1758.
    """
    from monai.networks.nets import UNETR

    if len(patch) != 3 or any(size <= 0 or size % TOKEN for size in patch):
        raise BadModel(f"UNETR needs three patch sizes that are multiples of {TOKEN}, not {patch}")
    if hidden_size % heads:
        raise BadModel(f"{heads} attention heads do not divide a width of {hidden_size}")
    return UNETR(
        channels,
        classes,
        tuple(patch),
        feature_size=feature_size,
        hidden_size=hidden_size,
        mlp_dim=mlp_size,
        num_heads=heads,
        norm_name="instance",
        res_block=True,
        proj_type=embedding,
    )
