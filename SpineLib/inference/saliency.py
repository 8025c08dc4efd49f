"""What the classifier looked at: Grad-CAM of one slice, on the slice's own grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F  # noqa: N812

from SpineLib.errors import BadInput
from SpineLib.inference.canal import CanalPath
from SpineLib.inference.loaded import Loaded
from SpineLib.inference.windows import cut, network_input, whole_slices
from SpineLib.progress import Progress
from SpineLib.volume import Volume


def class_activations(
    volume: Volume, canal: CanalPath, loaded: Loaded, *, progress: Progress
) -> Volume:
    """`class_activation` of every slice, on the volume's grid."""
    slices = progress.track(range(len(volume.voxels)), "Class activation")
    return volume.with_voxels(
        np.stack([class_activation(volume, k, canal, loaded) for k in slices])
    )


def class_activation(
    volume: Volume,
    k: int,
    canal: CanalPath,
    loaded: Loaded,
    *,
    target: int | None = None,
) -> NDArray[np.float32]:
    """Grad-CAM (Selvaraju et al. 2017; MONAI's) of slice ``k``.

    Args:
        volume: axial slices.
        k: slice index.
        canal: where the canal is on them.
        loaded: a model that answers a question of slices.
        target: index of the class that is explained; None takes the positive one of two values, or
            the value that the network answers with.

    Returns:
        float32 [rows, columns] on the slice's grid, 0 (did not matter) to 1; 0 outside of what
        the network saw.

    Raises:
        BadInput: there is no such slice.
    """
    from monai.visualize import GradCAM

    slices = len(volume.voxels)
    if not 0 <= k < slices:
        raise BadInput(f"There is no slice {k}; the stack has slices 0 to {slices - 1}")
    preprocessing = loaded.card.preprocessing
    reach = preprocessing.get("context", 0)
    near = range(max(0, k - reach), min(slices, k + reach + 1))
    part = _part(volume, near)
    centers = canal.centers_ras[list(near)]
    batch = network_input(part, centers, preprocessing)[k - near.start][None]
    if target is None and len(loaded.card.asked.values) == 2:
        target = 1
    with torch.enable_grad():
        # MONAI's own postprocessing turns the map upside down (most active becomes 0).
        camera = GradCAM(loaded.network, target_layers="trunk.layer4", postprocessing=_as_is)
        # Gradients are needed of the activations only; an input that asks for them is enough.
        held = batch.to(loaded.device).contiguous().requires_grad_(True)
        seen = torch.nan_to_num(camera(held, class_idx=target)[:, 0].detach().cpu())
    # Of a network that looks at the mirror image too there are two, the second one mirrored.
    activation = seen[0] if len(seen) == 1 else (seen[0] + seen[1].flip(-1)) / 2
    return _on_slice(activation, part, k - near.start, centers, preprocessing)


def _as_is(activation: torch.Tensor) -> torch.Tensor:
    return activation


def _part(volume: Volume, near: range) -> Volume:
    matrix = volume.ijk_to_ras.copy()
    matrix[:3, 3] = volume.ras([0, 0, near.start])
    voxels = volume.voxels[near.start : near.stop]
    return replace(volume, voxels=voxels, ijk_to_ras=matrix, frames=())


def _on_slice(
    activation: torch.Tensor, part: Volume, k: int, centers: NDArray, preprocessing: dict
) -> NDArray[np.float32]:
    size = preprocessing["pixels"]
    if preprocessing["kind"] == "whole-slice":
        windows = whole_slices(part, size)
    else:
        windows = cut(part, centers, size, preprocessing["spacing_mm"])
    _, rows, columns = part.shape
    i, j = np.meshgrid(np.arange(columns), np.arange(rows))
    ras = part.ras(np.stack([i, j, np.full_like(i, k)], axis=-1))
    across = (ras - windows.centers_ras[k]) @ windows.axes / windows.spacing
    places = torch.from_numpy((across + size / 2) * 2 / size - 1).float()[None]
    on_slice = F.grid_sample(activation[None, None], places, align_corners=False)[0, 0].numpy()
    peak = on_slice.max()
    return on_slice / peak if peak > 0 else on_slice
