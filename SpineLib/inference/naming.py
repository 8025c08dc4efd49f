"""Names of a segmentation's structures, and the reader's "this one is L5"."""

from __future__ import annotations

from dataclasses import replace

from SpineLib.errors import BadInput
from SpineLib.findings import SegmentationFinding
from SpineLib.labels import SIXTH_LUMBAR, VERTEBRAE, Structure, disc_name, level_name, structure
from SpineLib.reasons import READER_NAMED, Reason

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
    return known_name(what, lowest) or f"{what.kind} {what.position} ({NOT_KNOWN})"


def known_name(what: Structure, lowest: str) -> str:
    """The name of a structure; empty where it is not known."""
    if what.kind == "canal":
        return "canal"
    if not lowest:
        return ""
    try:
        return (disc_name if what.kind == "disc" else level_name)(what.position, lowest)
    except ValueError:
        return ""


def rename(
    finding: SegmentationFinding, label: int, name: str, why: Reason | None = None
) -> SegmentationFinding:
    """Renames every structure after the reader said what one vertebra is.

    Label numbers stay: they count from the lowest vertebra in the picture.

    Args:
        finding: what was found.
        label: the vertebra's number in the segmentation.
        name: what it is: ``L5``, ``T12``, or ``L6`` for a sixth lumbar vertebra.
        why: the evidence; by default that the reader named it.

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
    position = structure(label).position
    lowest = _lowest(position, name)
    why = why or Reason(READER_NAMED, {"vertebra": position, "name": name})
    segments = [replace(s, name=name_of(structure(s.label), lowest)) for s in finding.segments]
    return replace(finding, lowest=lowest, evidence=str(why), evidence_why=why, segments=segments)


def _lowest(position: int, name: str) -> str:
    names = VERTEBRAE if name != SIXTH_LUMBAR else (*VERTEBRAE[:-1], SIXTH_LUMBAR)
    if name not in names:
        raise BadInput(f"{name} is not a vertebra", advice="Say for example L5, T12 or L6.")
    index = names.index(name) + position - 1
    if index >= len(names):
        raise BadInput(
            f"Vertebra {position} from below cannot be {name}: those below it would have no name",
            advice="Name the lowest vertebra instead.",
        )
    return names[index]
