"""A model's opinion on each axial slice: one way for every question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import ArrayLike

from SpineLib.errors import BadInput
from SpineLib.inference.canal import CanalPath
from SpineLib.inference.interval import grade_set, graded
from SpineLib.inference.loaded import Loaded
from SpineLib.inference.reasons import why_not
from SpineLib.inference.unlike import fluid_contrasts, unlike, unlike_scores
from SpineLib.inference.windows import network_input
from SpineLib.labels import BORDERLINE
from SpineLib.models.card import Card
from SpineLib.progress import Progress
from SpineLib.questions import CANAL_WINDOW, READERS_BOX, Opinion
from SpineLib.reasons import Reason
from SpineLib.volume import Volume


def opinions(
    volume: Volume,
    canal: CanalPath,
    loaded: Loaded,
    *,
    boxes: Mapping[int, ArrayLike] | None = None,
    threshold: float | None = None,
    force: bool = False,
    inputs: dict[str, torch.Tensor] | None = None,
    progress: Progress | None = None,
) -> list[Opinion]:
    """Asks a model its question on each axial slice.

    Args:
        volume: axial slices.
        canal: where the canal is on them.
        loaded: a model whose card has a question.
        boxes: slice index → two opposite corners [2, 3] in RAS mm that a reader drew around the
            canal. The window, whose size in mm the model was trained at, is then centred on the
            box, and the slice is assessed even if the canal was not found there.
        threshold: P(positive) from which a slice is positive, of a question with two values; None
            takes the card's.
        force: answer slices that are unlike the images that the model knows too, marked as forced.
        inputs: what models of the same stack were shown, by how it was made, and kept for the next
            one; nothing is kept if None or where boxes are drawn.
        progress: told of each slice; cancels between batches.

    Returns:
        One opinion a slice; without a value, with its reason, where the slice cannot be assessed.

    Raises:
        BadInput: a box on a slice that does not exist, or that is not two corners.
        BadModel: the model answers no question of slices.
        Cancelled: the person cancelled.
    """
    question, drawn = loaded.card.asked, dict(boxes or {})
    if progress:
        progress.stage(f"Assessing: {question.title}", len(volume.voxels))
    canal = with_boxes(canal, drawn, volume)
    batch = _input(volume, canal, loaded.card, {} if inputs is None or drawn else inputs)
    whys = why_not(volume, canal, loaded.card)
    probabilities, strange, scores = _classified(loaded, batch, canal, whys, progress)
    result = []
    for k, why in enumerate(whys):
        withheld = why or (None if force else strange[k])
        if withheld is not None:
            silent = Opinion(question.key, loaded.card.name, reason=str(withheld), why=withheld)
            result.append(replace(silent, unlikeness=scores[k]))
            continue
        opinion = opinion_of(probabilities[k], loaded.card, threshold)
        opinion.source, opinion.unlikeness = READERS_BOX if k in drawn else CANAL_WINDOW, scores[k]
        if strange[k] is not None:
            opinion.forced, opinion.why = True, strange[k]
            opinion.reason, opinion.grade_set = f"forced: {strange[k]}", []
        result.append(opinion)
    return result


def _input(
    volume: Volume, canal: CanalPath, card: Card, inputs: dict[str, torch.Tensor]
) -> torch.Tensor:
    how = {key: value for key, value in card.preprocessing.items() if key != "minimum_confidence"}
    made = repr(sorted(how.items()))
    if made not in inputs:
        inputs[made] = network_input(volume, canal.centers_ras, card.preprocessing)
    return inputs[made]


def _classified(
    loaded: Loaded,
    batch: torch.Tensor,
    canal: CanalPath,
    whys: Sequence[Reason | None],
    progress: Progress | None,
) -> tuple[list[list[float]], list[Reason | None], list[float | None]]:
    """Of each slice the classes' probabilities, why it is unlike, and how much; of one pass."""
    nothing: list[None] = [None] * len(batch)
    if loaded.known is None or loaded.card.unlike is None:
        found = loaded.probabilities(batch, progress=progress)
        return found.double().tolist(), [*nothing], [*nothing]
    found, features = loaded.classified(batch, progress=progress)
    distances = loaded.known.distances(features)
    scores = unlike_scores(distances, canal.confidence, loaded.card.unlike)
    scores = np.where([why is None for why in whys], scores, np.nan)
    contrasts = fluid_contrasts(batch, loaded.card.preprocessing)
    strangeness = loaded.known.strangeness(features, contrasts)
    told = [round(float(score), 3) if np.isfinite(score) else None for score in scores]
    return found.double().tolist(), unlike(scores, strangeness, loaded.card.unlike), told


def opinion_of(
    probabilities: Sequence[float], card: Card, threshold: float | None = None
) -> Opinion:
    """The opinion that these probabilities give.

    Args:
        probabilities: of the network's classes, summing to 1.
        card: its question, labels and thresholds.
        threshold: instead of the card's, where the question has two values.
    """
    question = card.asked
    if len(question.values) > 2:
        opinion = replace(graded(probabilities, question), by=card.name)
        return replace(opinion, grade_set=grade_set(opinion.probabilities, card))
    positive = question.values[1]
    # Second where a card calls its classes otherwise.
    column = card.labels.index(positive) if positive in card.labels else 1
    chance = float(probabilities[column])
    value = decided(chance, card, threshold)
    held = grade_set(dict(zip(question.values, (1 - chance, chance), strict=True)), card)
    return Opinion(question.key, card.name, value, value == positive, chance, grade_set=held)


def decided(probability: float, card: Card, threshold: float | None = None) -> str:
    """The value of a question with two values, by the card's thresholds.

    Args:
        probability: P(positive).
        card: its threshold and borderline.
        threshold: instead of the card's; the borderline never lies above it.
    """
    question = card.asked
    threshold = card.threshold if threshold is None else threshold
    if probability >= threshold:
        return question.values[1]
    between = question.borderline and probability >= min(card.borderline, threshold)
    return BORDERLINE if between else question.values[0]


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
