"""Why a slice cannot be assessed although the model applies to its stack."""

from __future__ import annotations

from SpineLib.inference.canal import CanalPath
from SpineLib.inference.windows import unusable
from SpineLib.models.card import Card
from SpineLib.reasons import NO_CANAL, Reason
from SpineLib.volume import Volume


def why_not(volume: Volume, canal: CanalPath, card: Card) -> list[Reason | None]:
    """A reason a slice, None where the slice can be assessed.

    Args:
        volume: axial slices.
        canal: where the canal is on them, and how surely.
        card: its preprocessing says whether a canal is needed and how surely it must be found.
    """
    reasons = unusable(volume)
    if card.preprocessing["kind"] == "canal-window":
        least = card.preprocessing.get("minimum_confidence", 0.0)
        for k, confidence in enumerate(canal.confidence):
            if reasons[k] is None and confidence < least:
                reasons[k] = Reason(NO_CANAL)
    return reasons
