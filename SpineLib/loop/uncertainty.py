"""How sure a segmentation model is of a volume: its answers to the same volume, slightly changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F  # noqa: N812

from SpineLib.inference.grid import axis_weights, order_of
from SpineLib.inference.segmentation import class_probabilities, classes_on_grid, scaled, to_spacing
from SpineLib.inference.semantic import CLASSES
from SpineLib.progress import Progress
from SpineLib.volume import Volume

if TYPE_CHECKING:
    from SpineLib.inference.loaded import Loaded

# How much each answer's volume is changed (by hand; well inside what training does).
_TURN_DEGREES, _GAMMA = 8.0, 0.35


@dataclass(frozen=True)
class Uncertainty:
    """What a model's answers to a changed volume have in common.

    Attributes:
        classes: uint8 0-3 (`SpineLib.inference.semantic.CLASSES`) on the image's grid: the most
            probable class in the mean of all answers.
        entropy: float32 0 (sure) to 1 (all classes alike) on the image's grid, of that mean.
        per_structure: expected loss of Dice of vertebra, disc and canal, 0 to 1; see
            `expected_dice_loss`.
        score: the mean of ``per_structure``.
    """

    classes: Volume
    entropy: Volume
    per_structure: dict[str, float]
    score: float


def uncertain(
    image: Volume,
    loaded: Loaded,
    *,
    times: int = 3,
    seed: int = 0,
    progress: Progress | None = None,
) -> Uncertainty:
    """Asks a model several times about a volume: as it is, mirrored, turned, with another contrast.

    Test-time augmentation as Wang et al. 2019 ("Aleatoric uncertainty estimation with test-time
    augmentation for medical image segmentation with convolutional neural networks",
    Neurocomputing 338:34-45): the entropy of the mean probability over random changes of the input
    that are undone in the answer.

    Args:
        image: any storage order and spacing.
        loaded: a segmentation model with its card.
        times: answers, the first one to the volume as it is.
        seed: of the changes.
        progress: one step a window of each answer.

    Raises:
        BadInput: every voxel has the same value.
        Cancelled: the person cancelled.
    """
    spacing = loaded.card.preprocessing["spacing"]
    order = order_of(image)
    own = order.canonical_values(image.spacing[::-1])
    voxels = order.canonical(image.voxels)
    coarse = scaled(to_spacing(voxels, own, spacing, progress))
    mean = mean_probabilities(coarse, loaded, times=times, seed=seed, progress=progress)
    classes = classes_on_grid(mean, spacing, voxels.shape, own, progress)
    entropy = _on_grid(entropy_of(mean), spacing, voxels.shape, own)
    per_structure = expected_dice_loss(mean)
    return Uncertainty(
        image.with_voxels(np.ascontiguousarray(order.original(classes))),
        image.with_voxels(np.ascontiguousarray(order.original(entropy))),
        per_structure,
        float(np.mean(list(per_structure.values()))),
    )


def mean_probabilities(
    voxels: NDArray[np.float32],
    loaded: Loaded,
    *,
    times: int,
    seed: int = 0,
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """The mean of a model's answers to a volume on the network's grid and to changes of it.

    Args:
        voxels: [slice, row, column] in 0-1, canonical order.
        loaded, times, seed, progress: as for `uncertain`.

    Returns:
        float32 [classes, slice, row, column], summing to 1.
    """
    answers = (
        change.undone(class_probabilities(change.done(voxels), loaded, progress))
        for change in _changes(times, seed)
    )
    total = next(answers)
    for answer in answers:
        total = total + answer
    return total / total.sum(axis=0, keepdims=True)


def entropy_of(probabilities: NDArray[Any]) -> NDArray[np.float32]:
    """Shannon's entropy over the first axis as a share of the largest possible one, 0 to 1."""
    p = np.clip(probabilities, 1e-7, 1.0)
    return (-(p * np.log(p)).sum(axis=0) / np.log(len(p))).clip(0, 1).astype(np.float32)


def expected_dice_loss(probabilities: NDArray[np.float32]) -> dict[str, float]:
    """What Dice each structure's most probable mask is expected to miss, by the probabilities.

    With p a class's probability and y its mask, 1 - 2 Σpy / (Σp + Σy): Dice with the expected size
    of the overlap and of the truth in place of the unknown ones (exact where p is 0 or 1).

    Args:
        probabilities: [classes, slice, row, column].

    Returns:
        Structure → 0 (sure) to 1; 1 as well where no voxel is called so.
    """
    answer = probabilities.argmax(axis=0)
    losses = {}
    for number, name in enumerate(CLASSES):
        if number:
            p, y = probabilities[number], answer == number
            overlap = float(p[y].sum(dtype=np.float64))
            size = float(p.sum(dtype=np.float64)) + float(y.sum())
            losses[name] = 1 - 2 * overlap / size if y.any() else 1.0
    return losses


@dataclass(frozen=True)
class _Change:
    mirrored: bool = False
    degrees: float = 0.0
    gamma: float = 1.0

    def done(self, voxels: NDArray[np.float32]) -> NDArray[np.float32]:
        changed = voxels[::-1] if self.mirrored else voxels
        turned = _turned(np.ascontiguousarray(changed)[None], self.degrees)[0]
        return turned ** np.float32(self.gamma)

    def undone(self, answer: NDArray[np.float32]) -> NDArray[np.float32]:
        """The answer on the volume's own grid; nothing where the turn lost the volume's corners."""
        back = _turned(answer, -self.degrees)
        return back[:, ::-1] if self.mirrored else back


def _changes(times: int, seed: int) -> Iterator[_Change]:
    rng = np.random.default_rng(seed)
    yield _Change()
    for number in range(1, times):
        side = 1 if rng.random() < 0.5 else -1
        degrees = side * rng.uniform(0.5, 1) * _TURN_DEGREES
        gamma = np.exp(-side * rng.uniform(0.5, 1) * _GAMMA)
        yield _Change(number % 2 == 1, float(degrees), float(gamma))


def _turned(channels: NDArray[np.float32], degrees: float) -> NDArray[np.float32]:
    """Turned in the sagittal plane, voxels of rows and columns taken as square.

    Args:
        channels: [channel, slice, row, column].
    """
    if degrees == 0:
        return channels
    count, slices, rows, columns = channels.shape
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    theta = torch.tensor(
        [[cos, -sin * rows / columns, 0], [sin * columns / rows, cos, 0]], dtype=torch.float32
    )[None]
    flat = torch.from_numpy(channels).reshape(1, count * slices, rows, columns)
    grid = F.affine_grid(theta, [1, 1, rows, columns], align_corners=False)
    turned = F.grid_sample(flat, grid, mode="bilinear", align_corners=False)
    return turned.reshape(channels.shape).numpy()


def _on_grid(
    values: NDArray[np.float32],
    spacing: Any,
    shape: tuple[int, ...],
    new_spacing: Any,
) -> NDArray[np.float32]:
    """Linear interpolation about the same centre, as `classes_on_grid` does it."""
    pairs = zip(shape, new_spacing, values.shape, spacing, strict=True)
    slices, rows, columns = (axis_weights(old, s, new, t) for new, t, old, s in pairs)
    result = np.empty(shape, np.float32)
    for k in range(shape[0]):
        near = np.flatnonzero(slices[k])
        plane = np.tensordot(slices[k, near], values[near], axes=(0, 0))
        result[k] = rows @ plane @ columns.T
    return result.clip(0, 1)
