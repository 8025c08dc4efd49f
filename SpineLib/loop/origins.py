"""Whose answer a truth was corrected from: what a reader left as it was counts as right for its model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from SpineLib.loop.cases import Case
from SpineLib.loop.versions import AUTOMATIC


def made_from(case: Case) -> str:
    """Id of the model whose answer the version that counts was corrected from, however often.

    Returns:
        Empty where it began with nothing, or with a reader's labels.
    """
    version = case.chosen
    while version is not None and version.kind != AUTOMATIC:
        version = None if version.base is None else case.version(version.base)
    return "" if version is None else version.model


def own_truths(cases: Iterable[Case], model: str) -> list[str]:
    """Ids of the cases whose truth was corrected from a model's own answer."""
    return [case.id for case in cases if made_from(case) == model]


def told(record: Mapping[str, Any]) -> list[str]:
    """What that means for a comparison, a sentence a model; none where it means nothing.

    Args:
        record: the values of ``comparison.json``.
    """
    count, own = len(record["test"]), record.get("own", {})
    return [
        f"{len(own[side])} of the {count} test cases were corrected from {record[key]['id']}'s own "
        "answer. What the reader left as it was counts as right for it, so its figures are "
        f"too good, and {other} one looks worse beside it than it is."
        for side, key, other in (
            ("old", "against", "the new"), ("new", "candidate", "the old"),
        )
        if own.get(side)
    ]  # fmt: skip
