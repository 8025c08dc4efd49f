"""Networks by the name that a card gives; torch and MONAI are imported when one is built."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from SpineLib.errors import BadModel

if TYPE_CHECKING:
    import torch

_NETWORKS = {
    "resnet-classifier": ("SpineLib.networks.resnet", "ResNetClassifier"),
    "prototype": ("SpineLib.networks.prototype", "PrototypeNetwork"),
    "canal-unet": ("SpineLib.networks.canal_unet", "CanalUNet"),
    "unetr": ("SpineLib.networks.unetr", "build"),
    "volume-unet": ("SpineLib.networks.volume_unet", "build"),
}
NAMES = tuple(_NETWORKS)


def build(name: str, arguments: dict[str, Any]) -> torch.nn.Module:
    """Builds a network with random weights.

    Args:
        name: one of `NAMES`.
        arguments: keyword arguments of the network.

    Raises:
        BadModel: there is no such network, or it does not take these arguments.
    """
    if name not in _NETWORKS:
        raise BadModel(
            f"There is no network called {name}",
            advice=f"This version knows {', '.join(NAMES)}; a newer one may know more.",
        )
    module, maker = _NETWORKS[name]
    try:
        return getattr(import_module(module), maker)(**arguments)
    except (TypeError, ValueError) as error:
        raise BadModel(f"The network {name} cannot be built: {error}") from error
