"""The words for anatomy, verdicts and grades, and their colours.

Colours are the Okabe–Ito palette (Okabe & Ito 2008, "Color Universal Design"), which readers
with any common colour blindness can tell apart; a letter or grade always stands beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

PLANES = ("axial", "sagittal", "coronal", "oblique")
WEIGHTINGS = ("T1", "T2", "T2*", "STIR", "PD", "unknown")
REGIONS = ("cervical", "thoracic", "lumbar", "unknown")

VERTEBRAE = tuple(
    [f"C{n}" for n in range(1, 8)]
    + [f"T{n}" for n in range(1, 13)]
    + [f"L{n}" for n in range(1, 6)]
    + ["S1"]
)
SIXTH_LUMBAR = "L6"  # transitional anatomy, only where the reader says so

# Verdicts of a slice.
COMPRESSED, BORDERLINE, NOT_COMPRESSED = "compressed", "borderline", "not compressed"
ASSESSED, NOT_ASSESSED = "assessed", "not assessed"
VERDICT_COLORS = {
    NOT_COMPRESSED: "#0072B2",
    BORDERLINE: "#F0E442",
    COMPRESSED: "#D55E00",
    NOT_ASSESSED: "#999999",
}

STARTER_NOTICE = "Starter model, simulated training data, not for clinical use"
# Where no starter model answered: every face still says what the software is not for.
RESEARCH_NOTICE = "Research software, not for clinical use"


def rgb(color: str) -> tuple[float, float, float]:
    """Red, green, blue in 0–1 of ``#RRGGBB``."""
    return tuple(int(color[n : n + 2], 16) / 255 for n in (1, 3, 5))  # type: ignore[return-value]


# SPIDER's numbers (van der Graaf et al. 2024, Sci Data 11:264): vertebrae 1-25 from the most
# caudal (1 = L5), canal 100, partially visible vertebrae 101-125, discs 201-225 (201 = L5/S1).
CANAL = 100
MAX_STRUCTURES = 25
# Not SPIDER's: what a network may learn from beside SPIDER's structures; nothing is written so.
SACRUM = 26
PARTIAL_OFFSET, DISC_OFFSET = 100, 200


# Paul Tol's "muted" scheme (SRON/EPS/TN/09-002, issue 3.2): safe for colour-blind readers and
# apart from the verdicts' colours. Three a cycle, so that no vertebra looks like a neighbour.
VERTEBRA_COLORS = ("#88CCEE", "#CC6677", "#DDCC77")
DISC_COLORS = ("#117733", "#999933")
CANAL_COLOR = "#AA4499"


@dataclass(frozen=True)
class Structure:
    """What a label number of a segmentation means.

    Attributes:
        label: SPIDER's number.
        kind: ``vertebra``, ``disc`` or ``canal``.
        position: count from the most caudal one (1 = lowest), 0 for the canal.
        partial: a vertebra that the border of the image cuts.
    """

    label: int
    kind: str
    position: int
    partial: bool = False


def structure(label: int) -> Structure:
    """What SPIDER's label number means.

    Raises:
        ValueError: the number is not in SPIDER's scheme.

    Example:
        >>> structure(202).kind, structure(202).position
        ('disc', 2)
    """
    if label == CANAL:
        return Structure(label, "canal", 0)
    if 1 <= label <= MAX_STRUCTURES:
        return Structure(label, "vertebra", label)
    if PARTIAL_OFFSET < label <= PARTIAL_OFFSET + MAX_STRUCTURES:
        return Structure(label, "vertebra", label - PARTIAL_OFFSET, partial=True)
    if DISC_OFFSET < label <= DISC_OFFSET + MAX_STRUCTURES:
        return Structure(label, "disc", label - DISC_OFFSET)
    raise ValueError(f"{label} is not a label of SPIDER's scheme")


def structure_color(label: int) -> str:
    """``#RRGGBB`` of one of SPIDER's numbers."""
    what = structure(label)
    if what.kind == "canal":
        return CANAL_COLOR
    colors = VERTEBRA_COLORS if what.kind == "vertebra" else DISC_COLORS
    return colors[(what.position - 1) % len(colors)]


def is_structure(label: int) -> bool:
    """Whether a number is in SPIDER's scheme."""
    try:
        structure(label)
    except ValueError:
        return False
    return True


def level_name(position: int, lowest: str = "L5") -> str:
    """The vertebra ``position`` - 1 above ``lowest``.

    Args:
        position: 1 for the lowest vertebra, counted upward; 0 for the one below it.
        lowest: name of vertebra 1; ``L6`` for a sixth lumbar vertebra.

    Raises:
        ValueError: there is no such vertebra.

    Example:
        >>> level_name(2), level_name(6), level_name(0)
        ('L4', 'T12', 'S1')
        >>> level_name(2, "L6"), level_name(0, "L6")
        ('L5', 'S1')
    """
    names = (*VERTEBRAE[:-1], SIXTH_LUMBAR, "S1") if lowest == SIXTH_LUMBAR else VERTEBRAE
    index = names.index(lowest) - (position - 1)
    if not 0 <= index < len(names):
        raise ValueError(f"No vertebra stands {position - 1} above {lowest}")
    return names[index]


def disc_name(position: int, lowest: str = "L5") -> str:
    """The disc below vertebra ``position``, as ``L4/L5``; ``position`` 1 is below ``lowest``."""
    return f"{level_name(position, lowest)}/{level_name(position - 1, lowest)}"


@dataclass(frozen=True)
class Code:
    """A coded term: value, scheme (SCT is SNOMED CT) and meaning."""

    value: str
    scheme: str
    meaning: str


CATEGORY = Code("123037004", "SCT", "Anatomical Structure")
CANAL_CODE = Code("61853006", "SCT", "Spinal canal")
DISC_CODE = Code("360499006", "SCT", "Intervertebral disc")
VERTEBRA_CODE = Code("51282000", "SCT", "Vertebra")
_LEVEL_VALUES = {
    "C1": "14806007",
    "C2": "39976000",
    "C3": "113205007",
    "C4": "5329002",
    "C5": "36978003",
    "C6": "36054005",
    "C7": "87391001",
    "T1": "64864005",
    "T2": "53733008",
    "T3": "1626008",
    "T4": "73071006",
    "T5": "56401006",
    "T6": "45296009",
    "T7": "62487009",
    "T8": "11068009",
    "T9": "82687006",
    "T10": "7610001",
    "T11": "12989004",
    "T12": "23215003",
    "L1": "66794005",
    "L2": "14293000",
    "L3": "36470004",
    "L4": "11994002",
    "L5": "49668003",
    "S1": "65985001",
}
LEVEL_CODES = {
    name: Code(value, "SCT", f"{name} vertebra") for name, value in _LEVEL_VALUES.items()
}


@cache
def terminology(kind: str, name: str) -> Code:
    """The SNOMED CT code of a structure; of the general term where the level has none here."""
    if kind == "canal":
        return CANAL_CODE
    if kind == "disc":
        return DISC_CODE
    return LEVEL_CODES.get(name, VERTEBRA_CODE)
