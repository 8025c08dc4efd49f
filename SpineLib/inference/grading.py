"""Which grade of the card's scheme (Bilsky, Kang, …) each axial slice has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from SpineLib.errors import BadInput, BadModel
from SpineLib.findings import Grading
from SpineLib.inference.canal import CanalPath
from SpineLib.inference.loaded import Loaded
from SpineLib.inference.reasons import why_not
from SpineLib.inference.windows import network_input
from SpineLib.labels import ASSESSED, GradingScheme
from SpineLib.models.card import Card
from SpineLib.progress import Progress
from SpineLib.volume import Volume

INTERVAL = 0.8
CANAL_WINDOW, READERS_BOX = "canal window", "reader's box"


def grade(
    volume: Volume,
    canal: CanalPath,
    loaded: Loaded,
    *,
    boxes: Mapping[int, ArrayLike] | None = None,
    progress: Progress | None = None,
) -> list[Grading]:
    """Grades each axial slice.

    Args:
        volume: axial slices.
        canal: where the canal is on them.
        loaded: a model for ``grading``; its card's scheme names the grades.
        boxes: slice index → two opposite corners [2, 3] in RAS mm that a reader drew around the
            canal. The window, whose size in mm the model was trained at, is then centred on the
            box, and the slice is graded even if the canal was not found there.
        progress: told of each slice; cancels between batches.

    Returns:
        One grade a slice; ``not assessed`` with its reason where the slice cannot be graded.

    Raises:
        BadInput: a box on a slice that does not exist, or that is not two corners.
        BadModel: the model is for another task, or has no scheme.
        Cancelled: the person cancelled.
    """
    loaded.require("grading")
    if progress:
        progress.stage("Grading", len(volume.voxels))
    scheme, drawn = _scheme(loaded.card), dict(boxes or {})
    canal = with_boxes(canal, drawn, volume)
    batch = network_input(volume, canal.centers_ras, loaded.card.preprocessing)
    probabilities = loaded.probabilities(batch, progress=progress).double().tolist()
    answers = []
    for k, reason in enumerate(why_not(volume, canal, loaded.card)):
        source = READERS_BOX if k in drawn else CANAL_WINDOW
        if reason:
            answers.append(
                Grading(reason=str(reason), scheme=scheme.name, source=source, why=reason)
            )
        else:
            answers.append(replace(graded(probabilities[k], scheme), source=source))
    return answers


def graded(probabilities: Sequence[float], scheme: GradingScheme) -> Grading:
    """The answer that these probabilities give; high or low first, then the grade.

    Args:
        probabilities: of the scheme's grades, in their order, summing to 1.
        scheme: the grades.
    """
    top = int(np.argmax(probabilities))
    high = min(1.0, float(sum(probabilities[scheme.first_high :])))
    low_end, high_end = interval(probabilities, top)
    return Grading(
        status=ASSESSED,
        scheme=scheme.name,
        high_probability=high,
        verdict="high" if high >= 0.5 else "low",
        grade=scheme.grades[top],
        interval=[scheme.grades[low_end], scheme.grades[high_end]],
        probabilities=dict(zip(scheme.grades, map(float, probabilities), strict=True)),
    )


def interval(probabilities: Sequence[float], top: int, mass: float = INTERVAL) -> tuple[int, int]:
    """The smallest run of neighbouring grades with ``top`` in it that holds ``mass``.

    Of several that are as small, the one with the most probability.

    Args:
        probabilities: of the grades in their order, summing to 1.
        top: index that the run must hold.
        mass: probability that the run must hold, up to rounding.

    Returns:
        First and last index of the run.
    """
    total = np.concatenate([[0.0], np.cumsum(probabilities)])
    runs = [
        (last - first, -(total[last + 1] - total[first]), first, last)
        for first in range(top + 1)
        for last in range(top, len(probabilities))
        if total[last + 1] - total[first] >= mass * total[-1] - 1e-9
    ]
    _, _, first, last = min(runs)
    return first, last


def _scheme(card: Card) -> GradingScheme:
    if card.scheme is None:
        raise BadModel(f"The model {card.name} has no grading scheme on its card")
    return card.scheme


def with_boxes(canal: CanalPath, boxes: Mapping[int, ArrayLike], volume: Volume) -> CanalPath:
    """The canal's path, going through the middles of the boxes that a reader drew.

    Raises:
        BadInput: a box on a slice that does not exist, or that is not two corners.
    """
    centers, confidence = canal.centers_ras.copy(), canal.confidence.copy()
    for k, box in boxes.items():
        corners = np.asarray(box, dtype=float)
        if not 0 <= k < len(volume.voxels):
            raise BadInput(f"A box is drawn on slice {k}, which does not exist")
        if corners.shape != (2, 3) or not np.isfinite(corners).all():
            raise BadInput(f"The box on slice {k} is not two corners of three numbers")
        i, j, _ = volume.ijk(corners.mean(axis=0))
        centers[k], confidence[k] = volume.ras([i, j, k]), 1.0
    return CanalPath(centers, confidence)
