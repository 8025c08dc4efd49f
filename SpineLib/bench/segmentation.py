"""Segmentation of a lumbar volume, against MONAI's sliding window with its defaults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from monai.inferers import SlidingWindowInferer

from SpineLib.inference.grid import order_of
from SpineLib.inference.loaded import Loaded, load
from SpineLib.inference.segmentation import (
    centred,
    classes_on_grid,
    scaled,
    segment,
    to_spacing,
)
from SpineLib.models import find_models
from SpineLib.simulate import lumbar_case
from SpineLib.volume import Volume


@contextmanager
def contenders() -> Iterator[tuple[dict[str, Callable[[], object]], list[str]]]:
    """Gives the contenders over one simulated lumbar volume."""
    volume = lumbar_case(seed=1).volume
    loaded = load(find_models("segmentation")[0], "cpu")
    slices, rows, columns = volume.shape
    yield (
        {
            "SlicerSpineMRI": lambda: segment(volume, loaded),
            "MONAI SlidingWindowInferer": lambda: _monai(volume, loaded),
        },
        [
            f"{slices}×{rows}×{columns} voxels of {np.round(volume.spacing, 2).tolist()} mm",
            "both from the volume to classes on its own grid, with the same network, spacing and "
            "patch; MONAI's inferer with its defaults (overlap 0.25, one window a batch, constant)",
        ],
    )


def _monai(volume: Volume, loaded: Loaded) -> np.ndarray:
    settings = loaded.card.preprocessing
    order = order_of(volume)
    voxels = order.canonical(volume.voxels)
    spacing = order.canonical_values(volume.spacing[::-1])
    coarse = torch.from_numpy(scaled(to_spacing(voxels, spacing, settings["spacing"])))
    inferer = SlidingWindowInferer(settings["patch"])
    with torch.inference_mode():
        logits = inferer(coarse[None, None], lambda windows: loaded.network(centred(windows)))
    probabilities = logits[0].softmax(0).numpy()
    classes = classes_on_grid(probabilities, settings["spacing"], voxels.shape, spacing)
    return order.original(classes)
