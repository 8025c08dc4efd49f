"""Is the cord compressed on this slice? A probability and a verdict for each axial slice."""

from __future__ import annotations

from SpineLib.findings import Compression
from SpineLib.inference.canal import CanalPath
from SpineLib.inference.loaded import Loaded
from SpineLib.inference.reasons import why_not
from SpineLib.inference.windows import network_input
from SpineLib.labels import ASSESSED, BORDERLINE, COMPRESSED, NOT_COMPRESSED
from SpineLib.models.card import Card
from SpineLib.progress import Progress
from SpineLib.volume import Volume

_SECOND = 1  # where a card calls its classes otherwise


def assess(
    volume: Volume,
    canal: CanalPath,
    loaded: Loaded,
    *,
    threshold: float | None = None,
    progress: Progress | None = None,
) -> list[Compression]:
    """Assesses each axial slice.

    Args:
        volume: axial slices.
        canal: where the canal is on them.
        loaded: a model for ``compression``; its labels are (not compressed, compressed), or three
            with ``possibly compressed`` between them.
        threshold: P(compressed) from which a slice is compressed; None takes the card's.
        progress: told of each slice; cancels between batches.

    Returns:
        One answer a slice; ``not assessed`` with its reason where the slice cannot be.

    Raises:
        BadModel: the model is for another task.
        Cancelled: the person cancelled.
    """
    loaded.require("compression")
    if progress:
        progress.stage("Assessing compression", len(volume.voxels))
    card = loaded.card
    batch = network_input(volume, canal.centers_ras, card.preprocessing)
    positive = card.labels.index(COMPRESSED) if COMPRESSED in card.labels else _SECOND
    probabilities = loaded.probabilities(batch, progress=progress)[:, positive].tolist()
    reasons = why_not(volume, canal, card)
    return [
        Compression(reason=str(reason), why=reason)
        if reason
        else Compression(ASSESSED, probability=p, verdict=verdict(p, card, threshold))
        for p, reason in zip(probabilities, reasons, strict=True)
    ]


def verdict(probability: float, card: Card, threshold: float | None = None) -> str:
    """``compressed``, ``borderline`` or ``not compressed``, by the card's thresholds.

    Args:
        probability: P(compressed).
        card: its threshold and borderline.
        threshold: instead of the card's; the borderline never lies above it.
    """
    threshold = card.threshold if threshold is None else threshold
    if probability >= threshold:
        return COMPRESSED
    return BORDERLINE if probability >= min(card.borderline, threshold) else NOT_COMPRESSED
