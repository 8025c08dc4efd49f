"""Why a slice cannot be assessed although the model applies to its stack."""

from __future__ import annotations

from SpineLib.inference.canal import CanalPath
from SpineLib.inference.windows import unusable
from SpineLib.models.card import Card
from SpineLib.volume import Volume


def why_not(volume: Volume, canal: CanalPath, card: Card) -> list[str]:
    """A reason a slice, empty where the slice can be assessed.

    Args:
        volume: axial slices.
        canal: where the canal is on them, and how surely.
        card: its preprocessing says whether a canal is needed and how surely it must be found.
    """
    reasons = unusable(volume)
    if card.preprocessing["kind"] == "canal-window":
        least = card.preprocessing.get("minimum_confidence", 0.0)
        for k, confidence in enumerate(canal.confidence):
            if not reasons[k] and confidence < least:
                reasons[k] = "the spinal canal was not found on this slice"
    return reasons
