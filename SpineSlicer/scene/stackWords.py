"""Weighting and region of a volume of the scene, as the reading that showed it knew them."""

from __future__ import annotations

import json
from typing import Any

from SpineLib.findings import StackFindings
from SpineSlicer.scene.naming import allFindings, refersTo

_STACK, _WEIGHTING, _REGION = "SpineMRI.Stack", "SpineMRI.Weighting", "SpineMRI.Region"


def keepStackWords(volumeNode: Any, stack: StackFindings) -> None:
    """Writes into a volume's node what was known of its stack, for when it is chosen again."""
    volumeNode.SetAttribute(_WEIGHTING, _known(stack.weighting))
    volumeNode.SetAttribute(_REGION, _known(stack.region))


def stackWords(volumeNode: Any) -> tuple[str, str]:
    """Weighting and region; empty where nobody said.

    Args:
        volumeNode: of a reading, of this program or of the command line; any other says nothing.
    """
    kept = [volumeNode.GetAttribute(name) for name in (_WEIGHTING, _REGION)]
    if any(kept):
        return kept[0] or "", kept[1] or ""
    for text in allFindings(volumeNode.GetScene()):
        if not refersTo(text, volumeNode):
            continue
        for stack in json.loads(text.GetText())["stacks"]:
            if stack["id"] == volumeNode.GetAttribute(_STACK):
                return _known(stack["weighting"]), _known(stack["region"])
    return "", ""


def _known(word: str) -> str:
    return "" if word == "unknown" else word
