"""How sure a classifier is of each slice: its answers to the same slice, seen slightly otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from SpineLib.inference.canal import CanalPath
from SpineLib.inference.loaded import Loaded
from SpineLib.inference.reasons import why_not
from SpineLib.inference.windows import network_input, window_axes
from SpineLib.loop.problem import Problem
from SpineLib.loop.slice_plausibility import slice_place
from SpineLib.outputs.grade_set_words import set_words
from SpineLib.progress import Progress
from SpineLib.questions import Opinion
from SpineLib.volume import Volume

# How far a window moves in the slice's plane, mm, and how much its contrast changes (by hand: the
# canal is found within about a millimetre, and training changes contrast by more).
_SHIFT_MM, _GAMMA = 1.5, 0.2


@dataclass(frozen=True)
class SliceUncertainty:
    """How unsure a classifier is.

    Attributes:
        per_slice: entropy of the mean probability, 0 (sure) to 1; None where the slice cannot be
            assessed.
        score: the mean over the assessed slices; 1 where there is none.
    """

    per_slice: tuple[float | None, ...]
    score: float


def uncertain_slices(
    volume: Volume,
    canal: CanalPath,
    loaded: Loaded,
    *,
    times: int = 4,
    seed: int = 0,
    progress: Progress | None = None,
) -> SliceUncertainty:
    """Asks a classifier several times about each slice: as it is, mirrored, moved, in other contrast.

    Test-time augmentation as for volumes (`SpineLib.loop.uncertainty`); a mirrored axial slice is
    still one, since the spine is as good as symmetrical.

    Args:
        volume: axial slices.
        canal: where the canal is on them.
        loaded: a model for compression or grading.
        times: answers, the first one to the slices as they are.
        seed: of the changes.
        progress: told of each slice; cancels between batches.
    """
    rng = np.random.default_rng(seed)
    if progress:
        progress.stage("Asking again", times * len(volume.voxels))
    axes = window_axes(volume)
    mean = torch.zeros(())
    for number in range(times):
        shift = axes @ rng.normal(0, _SHIFT_MM, 2) * (number > 0)
        batch = network_input(volume, canal.centers_ras + shift, loaded.card.preprocessing)
        if number:
            batch = batch.clamp(0, 1) ** float(np.exp(rng.normal(0, _GAMMA)))
        if number % 2:
            batch = batch.flip(-1)
        mean = mean + loaded.probabilities(batch, progress=progress).double() / times
    entropy = entropy_of(mean.numpy())
    known = [not reason for reason in why_not(volume, canal, loaded.card)]
    per_slice = tuple(
        round(float(value), 4) if sure else None
        for value, sure in zip(entropy, known, strict=True)
    )  # fmt: skip
    return SliceUncertainty(per_slice, float(entropy[known].mean()) if any(known) else 1.0)


def entropy_of(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shannon's entropy of each row as a share of the largest possible one, 0 to 1."""
    p = np.clip(probabilities, 1e-12, 1.0)
    return np.asarray((-(p * np.log(p)).sum(axis=1) / np.log(p.shape[1])).clip(0, 1))


def open_questions(answers: Mapping[int, Opinion], grid: Volume) -> list[Problem]:
    """The slices of which a model says least: more than two answers are possible, or both of two.

    Args:
        answers: slice index → the model's; those whose card promises no sets tell nothing.
        grid: of the image.

    Returns:
        The largest sets first, then in the order of the slices.
    """
    unsure = [
        (-len(answer.grade_set), k, set_words(answer.grade_set, str))
        for k, answer in answers.items()
        if len(answer.grade_set) > (2 if answer.probabilities else 1)
    ]
    return [
        Problem(f"Slice {k + 1} may be {words}", None, slice_place(grid, k))
        for _, k, words in sorted(unsure)
    ]
