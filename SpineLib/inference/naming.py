"""Names of a segmentation's structures, and the reader's "this one is L5"."""

from __future__ import annotations

from dataclasses import replace

from SpineLib.errors import BadInput
from SpineLib.findings import SegmentationFinding
from SpineLib.labels import SIXTH_LUMBAR, VERTEBRAE, Structure, disc_name, level_name, structure

NOT_KNOWN = "level not known"


def name_of(what: Structure, lowest: str) -> str:
    """The name of a structure, or its number where the lowest vertebra's name is not known.

    Args:
        what: the structure.
        lowest: name of vertebra 1; empty where not known.

    Example:
        >>> name_of(structure(202), "L5"), name_of(structure(2), "")
        ('L4/L5', 'vertebra 2 (level not known)')
    """
    if what.kind == "canal":
        return "canal"
    unknown = f"{what.kind} {what.position} ({NOT_KNOWN})"
    if not lowest:
        return unknown
    try:
        return (disc_name if what.kind == "disc" else level_name)(what.position, lowest)
    except ValueError:
        return unknown


def rename(finding: SegmentationFinding, label: int, name: str) -> SegmentationFinding:
    """Renames every structure after the reader said what one vertebra is.

    Label numbers stay: they count from the lowest vertebra in the picture.

    Args:
        finding: what was found.
        label: the vertebra's number in the segmentation.
        name: what it is: ``L5``, ``T12``, or ``L6`` for a sixth lumbar vertebra.

    Raises:
        BadInput: there is no such vertebra, or no such name, or the vertebrae below it would
            have no name.

    Example:
        >>> rename(finding, 3, "L5").lowest  # doctest: +SKIP
        'L5'
    """
    vertebrae = {s.label for s in finding.segments if s.kind == "vertebra"}
    if label not in vertebrae:
        raise BadInput(
            f"The segmentation has no vertebra with the number {label}",
            advice=f"It has {', '.join(map(str, sorted(vertebrae))) or 'none'}.",
        )
    lowest = _lowest(structure(label).position, name)
    segments = [replace(s, name=name_of(structure(s.label), lowest)) for s in finding.segments]
    return replace(
        finding,
        lowest=lowest,
        evidence=f"the reader named vertebra {structure(label).position} {name}",
        segments=segments,
    )


def _lowest(position: int, name: str) -> str:
    names = VERTEBRAE if name != SIXTH_LUMBAR else (*VERTEBRAE[:-1], SIXTH_LUMBAR)
    if name not in names:
        raise BadInput(f"{name} is no vertebra", advice="Say for example L5, T12 or L6.")
    index = names.index(name) + position - 1
    if index >= len(names):
        raise BadInput(
            f"Vertebra {position} from below cannot be {name}: those below it would have no name",
            advice="Name the lowest vertebra instead.",
        )
    return names[index]
