"""What one segment is called, coloured and coded as."""

from __future__ import annotations

from dataclasses import dataclass, field

from SpineLib.labels import Code


@dataclass(frozen=True)
class Segment:
    """One segment of a label map.

    Attributes:
        label: the voxels' number.
        identifier: segment ID, stable between runs.
        name: for the person.
        color: ``#RRGGBB``.
        code: what it is in SNOMED CT; None for what is not anatomy.
        flagged: the reader should look at it (Slicer's segment status "Flagged").
        tags: further segment tags.
    """

    label: int
    identifier: str
    name: str
    color: str
    code: Code | None = None
    flagged: bool = False
    tags: dict[str, str] = field(default_factory=dict)
