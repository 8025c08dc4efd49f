"""What a correction changed of the version that it began with, and what it still knows of it."""

from __future__ import annotations

import numpy as np

from SpineLib.loop.answers import Answer, dice, effort
from SpineLib.loop.cases import Case
from SpineLib.loop.versions import AUTOMATIC, Version
from SpineLib.volume import Volume

# Dice from which a vertebra is still the same one; a neighbour's is about 0 (by hand).
_SAME_BODY = 0.3


def compared(
    case: Case, answer: Answer, before: Version | None
) -> tuple[int, dict[str, float], str]:
    """Holds a correction against its base and against the model's last answer.

    Args:
        case: with the versions so far.
        answer: the correction, on the image's grid.
        before: the version that it began with; None where it began with nothing.

    Returns:
        ``changed``, ``dice`` and ``lowest`` of its `Version`.

    Raises:
        BadInput: an earlier version was changed or removed on the disk.
    """
    base = None if before is None else case.open_answer(before)
    lowest = "" if before is None else _lowest(before, answer, base)
    automatic = next((v for v in reversed(case.versions) if v.kind == AUTOMATIC), None)
    models = base
    if automatic is None or automatic != before:
        models = None if automatic is None else case.open_answer(automatic)
    return *effort(answer, base, models), lowest


def _lowest(before: Version, answer: Answer, base: Answer | None) -> str:
    """The name of vertebra 1; empty where it is not known any more.

    Names count from vertebra 1. Where a reader gave its number to another body, what was seen of
    the first one says nothing of the second.
    """
    if not before.lowest or not isinstance(answer, Volume) or not isinstance(base, Volume):
        return ""
    same = dice((answer.voxels == 1).astype(np.uint8), (base.voxels == 1).astype(np.uint8))
    return before.lowest if same.get("1", 0.0) >= _SAME_BODY else ""
