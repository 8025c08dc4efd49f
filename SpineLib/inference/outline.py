"""Outlines of the dural sac and of the cord in it on axial slices, within a window around the canal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F  # noqa: N812

from SpineLib.inference.loaded import Loaded
from SpineLib.inference.windows import Windows, cut, scaled
from SpineLib.progress import Progress
from SpineLib.volume import Volume

# The maps in the order of the network's outputs; the sac is with the cord in it.
MAPS = ("sac", "cord")


@dataclass(frozen=True)
class Outlines:
    """Where sac and cord are.

    Attributes:
        sac, cord: [slices, size, size] float32, 0–1 in each window's pixel; a boundary is where it
            is 0.5. The cord's is the network's probability moved so that the card's threshold is
            0.5.
        windows: how the windows lie in the patient; see `SpineLib.inference.windows`.
    """

    sac: NDArray[np.float32]
    cord: NDArray[np.float32]
    windows: Windows


def outline(
    volume: Volume,
    centers_ras: NDArray[np.float64],
    loaded: Loaded,
    *,
    progress: Progress | None = None,
) -> Outlines:
    """Outlines sac and cord on each slice.

    Args:
        volume: axial slices, stored in any in-plane orientation.
        centers_ras: [slices, 3] the canal's centres, RAS mm.
        loaded: a model for ``outline``.
        progress: told of each slice; cancels between batches.

    Raises:
        BadModel: the model is for another task.
        Cancelled: the person cancelled.
    """
    loaded.require("outline")
    if progress:
        progress.stage("Outlining cord and dural sac", len(volume.voxels))
    how = loaded.card.preprocessing
    windows = cut(volume, centers_ras, how["pixels"], how["spacing_mm"])
    logits = full_size(loaded.run(scaled(windows.pixels)[:, None], progress=progress))
    logits[:, MAPS.index("cord")] -= torch.logit(torch.tensor(loaded.card.threshold))
    sac, cord = torch.sigmoid(logits).unbind(1)
    return Outlines(sac.numpy(), cord.numpy(), windows)


def full_size(logits: torch.Tensor) -> torch.Tensor:
    """[batch, maps, rows, columns] of the network's output at half of the input's resolution.

    Each of its pixels holds the four of the input that it covers (Shi et al. 2016, CVPR, sub-pixel
    convolution): [batch, 4 maps, rows / 2, columns / 2] → [batch, maps, rows, columns].
    """
    return F.pixel_shuffle(logits, 2)
