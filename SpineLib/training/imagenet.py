"""ImageNet weights for a ResNet-50 trunk, from torchvision's published file by its SHA-256."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from pathlib import Path

import torch
from torch import nn

from SpineLib.errors import BadInput, SpineError, from_os_error
from SpineLib.models.folder import sha256
from SpineLib.models.registry import user_folder
from SpineLib.progress import Progress
from SpineLib.store.files import writing

# torchvision's ResNet50_Weights.IMAGENET1K_V1, a checkpoint of tensors; 102,530,333 bytes.
URL = "https://download.pytorch.org/models/resnet50-0676ba61.pth"
SHA256 = "0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a"
_SECONDS = 30


def weights_file() -> Path:
    """Where the weights are kept: beside the person's own models."""
    return user_folder().parent / URL.rsplit("/", 1)[-1]


def get_weights(given: str | Path | None = None, *, progress: Progress | None = None) -> Path:
    """The checked file of the weights: as it is kept, copied from ``given``, or downloaded.

    Args:
        given: the file, brought here by hand where there is no network.
        progress: told of the download.

    Raises:
        BadInput: the file holds something else.
        SpineError: it is not here and cannot be downloaded.
    """
    kept = weights_file()
    if given is None and kept.is_file():
        _check(kept)
        return kept
    if progress:
        progress.stage("Getting ImageNet weights (98 MB)")
    with writing(kept) as temporary:
        if given is None:
            _download(temporary)
        else:
            try:
                shutil.copyfile(given, temporary)
            except OSError as error:
                raise from_os_error(error, given) from error
        _check(temporary, given or URL)
    return kept


def load_into(trunk: nn.Module, file: str | Path) -> None:
    """Puts the weights into a ResNet-50 trunk, in place.

    torchvision's names are ours but for the last layer, which a trunk has not. With another
    number of input channels the first layer's weights are spread so that the same picture in each
    channel gives what it gives in three; for one channel that is exact.

    Args:
        trunk: `SpineLib.networks.resnet.resnet_trunk` of depth 50 at full width.
        file: `get_weights`; tensors alone are read (``weights_only``).

    Raises:
        BadInput: the trunk is another one, or the file is not a checkpoint of it.
    """
    try:
        tensors = torch.load(file, map_location="cpu", weights_only=True)
        tensors = {name: t for name, t in tensors.items() if not name.startswith("fc.")}
        first = tensors["conv1.weight"]
    except Exception as error:  # torch names what a file may hold in many kinds of errors
        raise BadInput("This is not a checkpoint of torchvision's ResNet-50", file=file) from error
    channels = trunk.get_parameter("conv1.weight").shape[1]
    if channels != first.shape[1]:
        spread = first.sum(dim=1, keepdim=True) / channels
        tensors["conv1.weight"] = spread.expand(-1, channels, -1, -1).contiguous()
    try:
        trunk.load_state_dict(tensors)
    except RuntimeError as error:
        raise BadInput(
            "ImageNet's weights do not fit this network",
            file=file,
            advice="They are of a ResNet of depth 50 at full width; set network.imagenet = false "
            "for another one.",
        ) from error


def _download(target: Path) -> None:
    try:
        with (
            urllib.request.urlopen(URL, timeout=_SECONDS) as answer,
            target.open("wb") as stream,
        ):
            shutil.copyfileobj(answer, stream)
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise SpineError(
            f"The ImageNet weights could not be downloaded from {URL}",
            advice="Without a network, bring the file here by hand: spine data imagenet FILE. Or "
            "train from random weights: --set network.imagenet=false.",
        ) from error


def _check(file: Path, named: str | Path | None = None) -> None:
    found = sha256(file)
    if found != SHA256:
        raise BadInput(
            f"This is not the file of ImageNet weights: SHA-256 {found[:12]}… instead of "
            f"{SHA256[:12]}…",
            file=named or file,
            advice=f"Get it again from {URL}",
        )
