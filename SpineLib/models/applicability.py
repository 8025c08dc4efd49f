"""Whether a model was made for a stack, and why not, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from SpineLib.models.card import Applicability, Card

if TYPE_CHECKING:
    from SpineLib.dicom.stack import Stack


def check(card: Card, stack: Stack, *, forcing: bool = True) -> str:
    """Why the model does not apply to the stack; empty where it does.

    What the header does not say counts as not fitting, unless the card says ``unknown``: a model
    never answers on anatomy that it may not have been made for. The reason then names the option
    with which a person can say it.

    Args:
        card: the model's card.
        stack: what is to be read.
        forcing: whoever asks can run the model all the same; the reason then says so.

    Example:
        ``made for axial T2 of the cervical or thoracic spine; this stack is axial T2 of the
        lumbar spine``
    """
    if stack.problem:
        return f"the stack cannot be read: {stack.problem}"
    limits = card.applicability
    made = made_for(limits)
    if stack.plane not in limits.planes:
        return f"{made}; this stack is {stack.plane}"
    for word, allowed in (("weighting", limits.weightings), ("region", limits.regions)):
        value = getattr(stack, word)
        if value in allowed or "unknown" in allowed:
            continue
        if value == "unknown":
            force = ", or run the model all the same with --force" if forcing else ""
            return f"{made}; the {word} of this stack is not known (say it with --{word}{force})"
        return f"{made}; this stack is {_words(stack)}"
    if stack.slices < limits.minimum_slices:
        noun = "slice" if stack.slices == 1 else "slices"
        least = limits.minimum_slices
        return f"made for stacks of at least {least} slices; this stack has {stack.slices} {noun}"
    return ""


def made_for(limits: Applicability) -> str:
    """What the model is for: ``made for axial T2 of the cervical or thoracic spine``."""
    text = f"made for {_or(limits.planes)}"
    text += " MR" if "unknown" in limits.weightings else f" {_or(limits.weightings)}"
    text += (
        " of the spine" if "unknown" in limits.regions else f" of the {_or(limits.regions)} spine"
    )
    return f"{text} ({limits.note})" if limits.note else text


def _words(stack: Stack) -> str:
    weighting = "MR" if stack.weighting == "unknown" else stack.weighting
    region = "" if stack.region == "unknown" else f"{stack.region} "
    return f"{stack.plane} {weighting} of the {region}spine"


def _or(words: Sequence[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
