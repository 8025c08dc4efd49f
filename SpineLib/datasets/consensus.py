"""One label a slice out of several readers'."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from SpineLib.datasets.cases import SliceLabel
from SpineLib.datasets.vocabulary import POSSIBLY_COMPRESSED
from SpineLib.questions import Question


def agreed_compression(values: Sequence[str]) -> str:
    """What all say; ``possibly compressed`` where readers disagree.

    The published converter's rule for two readers: file names ``compressed`` and
    ``notcompressed`` where both agree, ``pcompressed`` where they do not.

    Args:
        values: one a reader, at least one.
    """
    return values[0] if len(set(values)) == 1 else POSSIBLY_COMPRESSED


def agreed_grade(values: Sequence[str], scheme: Question) -> str:
    """The readers' middle grade; of two middle ones the more severe (a rule by hand).

    Args:
        values: grades of the scheme, one a reader, at least one.
        scheme: their order.
    """
    ranks = sorted(scheme.values.index(value) for value in values)
    return scheme.values[ranks[len(ranks) // 2]]


def agreed(labels: Iterable[SliceLabel], scheme: Question | None) -> dict[int, str]:
    """Slice index → the readers' common label.

    Args:
        labels: of one stack, of all readers.
        scheme: for grades; None for compression.
    """
    values: dict[int, list[str]] = defaultdict(list)
    for label in labels:
        values[label.index].append(label.value)
    rule = agreed_compression if scheme is None else lambda v: agreed_grade(v, scheme)
    return {index: rule(values[index]) for index in sorted(values)}
