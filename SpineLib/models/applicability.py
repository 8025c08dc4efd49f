"""Whether a model was made for a stack, and why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpineLib import reasons
from SpineLib.models.card import Applicability, Card
from SpineLib.reasons import UNKNOWN, Reason

if TYPE_CHECKING:
    from SpineLib.dicom.stack import Stack


def check(card: Card, stack: Stack) -> Reason | None:
    """Why the model does not apply to the stack; None where it does.

    What the header does not say counts as not fitting, unless the card says ``unknown``: a model
    never answers on anatomy that it may not have been made for.

    Args:
        card: the model's card.
        stack: what is to be read.

    Example:
        ``made for axial T2 of the cervical or thoracic spine; this stack is axial T2 of the
        lumbar spine``
    """
    if stack.problem:
        return Reason(reasons.UNREADABLE, {"problem": stack.problem})
    limits = card.applicability
    scope = {
        "planes": list(limits.planes), "weightings": list(limits.weightings),
        "regions": list(limits.regions), "note": limits.note,
    }  # fmt: skip
    words = {"plane": stack.plane, "weighting": stack.weighting, "region": stack.region}
    if stack.plane not in limits.planes:
        return Reason(reasons.OTHER_PLANE, {**scope, **words})
    for word, allowed in (("weighting", limits.weightings), ("region", limits.regions)):
        if words[word] in allowed or UNKNOWN in allowed:
            continue
        if words[word] == UNKNOWN:
            return Reason(reasons.NOT_SAID, {**scope, **words, "word": word})
        return Reason(reasons.OTHER_STACK, {**scope, **words})
    if stack.slices < limits.minimum_slices:
        few = {"least": limits.minimum_slices, "slices": stack.slices}
        return Reason(reasons.FEW_SLICES, few)
    return None


def made_for(limits: Applicability) -> str:
    """What the model is for: ``made for axial T2 of the cervical or thoracic spine``."""
    return reasons.made_for(limits.planes, limits.weightings, limits.regions, limits.note)
