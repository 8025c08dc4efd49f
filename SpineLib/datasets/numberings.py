"""How masks are numbered, and what that is in SPIDER's numbers.

SPIDER counts vertebrae from below and nothing else here does, so that a mask read by another
numbering would teach the wrong anatomy. A numbering is named, or told by the mask's own numbers
where they fit SPIDER's only; else the mask is refused.

TotalSpineSeg: Warszawer et al. 2025, its list of classes (``tss_map.json``). SPINEPS and TPTBox
(Möller et al. 2024, Eur Radiol, doi 10.1007/s00330-024-11155-y): ``seg-spine`` holds parts and does
not tell one vertebra from another, ``seg-vert`` holds instances with their discs and endplates.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.labels import CANAL, DISC_OFFSET, MAX_STRUCTURES, is_structure

SPIDER, CORD, TOTALSPINESEG, TPTBOX, SPINEPS = (
    "SPIDER", "cord", "TotalSpineSeg", "TPTBox", "SPINEPS",
)  # fmt: skip
NAMES = (SPIDER, TOTALSPINESEG, SPINEPS, TPTBOX, CORD)
ADVICE = f"Use one of {', '.join(NAMES)}: name it in the column labels of a table, or as an option."
OPTION = "--numbering NAME"
_ONE_VERTEBRA, _ONE_DISC, _NOTHING = 1, 201, 0
# SPIDER has no number for the sacrum: what others call so becomes background.
_PARTS = {
    **dict.fromkeys(range(41, 51), _ONE_VERTEBRA), 26: _NOTHING,
    60: CANAL, 61: CANAL, 62: _ONE_VERTEBRA, 100: _ONE_DISC,
}  # fmt: skip
_LOWEST_LUMBAR = 5  # L5; a sixth or seventh lumbar vertebra moves all numbers above it


def known_name(text: str) -> str:
    """The numbering that a person names; empty of nothing.

    Raises:
        ValueError: there is none of this name.

    Example:
        >>> known_name("totalspineseg"), known_name("")
        ('TotalSpineSeg', '')
    """
    plain = text.strip().lower().replace("-", "").replace("_", "")
    names = {name.lower(): name for name in NAMES} | {"": ""}
    if plain not in names:
        raise ValueError(f"the numbering {text.strip()}")
    return names[plain]


def in_spider(voxels: NDArray[Any], numbering: str, mask: Path) -> NDArray[np.uint8]:
    """A mask in SPIDER's numbers; a cord of the numbering ``cord`` stays 1.

    Args:
        voxels: whole numbers.
        numbering: one of `NAMES`; empty to tell it from the numbers.
        mask: its file, for the person.

    Raises:
        BadInput: it marks nothing, holds fractions or a number that the numbering does not know,
            or nobody says which numbering it is and the numbers do not either.
    """
    if not np.isfinite(voxels).all() or not np.array_equal(np.round(voxels), voxels):
        raise BadInput(
            "The voxels hold fractions, so this is not a label map",
            file=mask,
            advice="Give the mask, not the image or a probability map.",
        )
    present = [int(n) for n in np.unique(voxels) if n]
    if not present:
        raise BadInput("The mask marks nothing", file=mask)
    name = numbering or _by_numbers(present, mask)
    table = _table(name, present)
    unknown = [n for n in present if n not in table]
    if unknown:
        raise BadInput(
            f"The mask holds {', '.join(map(str, unknown[:5]))}, which is not a label of {name}",
            file=mask,
            advice="" if numbering else ADVICE,
            command="" if numbering else OPTION,
        )
    change = np.zeros(max(present) + 1, np.uint8)
    for number in present:
        change[number] = table[number]
    return change[voxels.astype(np.int64)]


def _by_numbers(present: list[int], mask: Path) -> str:
    """SPIDER, where the numbers fit no other numbering."""
    fitting = [name for name in NAMES if all(n in _table(name, present) for n in present)]
    fitting = [name for name in fitting if name != TPTBOX]  # the same masks as SPINEPS
    # SPIDER's lowest disc; to SPINEPS an endplate of the atlas, which has none. A crop may show
    # endplates without their discs, so that nothing else tells the two apart.
    if SPINEPS in fitting and 201 in present and 101 not in present:
        fitting.remove(SPINEPS)
    if fitting in ([SPIDER], []):
        return SPIDER
    held = ", ".join(map(str, present[:6])) + (", …" if len(present) > 6 else "")
    means = "; ".join(f"{_meaning(name, present)} by {name}" for name in fitting)
    raise BadInput(
        f"Nothing says how the mask is numbered: it holds {held}, where {present[0]} is {means}",
        file=mask,
        advice=ADVICE,
        command=OPTION,
    )


def _table(name: str, present: list[int]) -> dict[int, int]:
    """Number → SPIDER's, of a mask that holds these numbers."""
    if name == SPIDER:
        return {n: n for n in range(1, 256) if is_structure(n)}
    if name == CORD:
        return {1: 1}
    if name == TOTALSPINESEG:
        return _total_spine_seg(present)
    if any(n in _PARTS and n != 26 for n in present):
        return _PARTS
    return _instances(present)


def _total_spine_seg(present: list[int]) -> dict[int, int]:
    extra = sum(n in present for n in (46, 47))
    table = {1: CANAL, 2: CANAL, 46: extra, 47: 1, 50: _NOTHING, 100: DISC_OFFSET + 1}
    # Vertebra and the disc below it, from above; the first two have no disc between them.
    discs = [None, 63, 64, 65, 66, 67, 71, *range(72, 83), 91, *range(92, 96), None]
    vertebrae = [*range(11, 18), *range(21, 33), *range(41, 46)]
    for index, (vertebra, disc) in enumerate(zip(vertebrae, discs, strict=True)):
        position = len(vertebrae) - index + extra
        table[vertebra] = position
        if disc is not None:
            table[disc] = DISC_OFFSET + position
    return _within(table)


def _instances(present: list[int]) -> dict[int, int]:
    """SPINEPS' ``seg-vert``: C1-L5 are 1-24, L6 25, a thirteenth thoracic vertebra 28."""
    lumbar, thoracic = (int(_has(present, n)) for n in (25, 28))
    table = dict.fromkeys((26, 27, *range(29, 34), *range(126, 134), 226), _NOTHING)
    for number in (*range(1, 26), 28):
        position = 25 - number + lumbar
        if number < 20:
            position += thoracic
        if number == 28:
            position = _LOWEST_LUMBAR + 1 + lumbar
        table[number] = table[200 + number] = position
        table[100 + number] = DISC_OFFSET + position
    return _within(table)


def _has(present: list[int], vertebra: int) -> bool:
    return any(offset + vertebra in present for offset in (0, 100, 200))


def _within(table: dict[int, int]) -> dict[int, int]:
    """Without vertebrae beyond those that SPIDER can number."""
    return {n: spider for n, spider in table.items()
            if spider <= MAX_STRUCTURES or CANAL <= spider <= DISC_OFFSET + MAX_STRUCTURES}  # fmt: skip


def _meaning(name: str, present: list[int]) -> str:
    """What the mask's first number is in a numbering, in words."""
    first = present[0]
    if name == CORD or (name == TOTALSPINESEG and first == 1):
        return "the cord"
    if name == TOTALSPINESEG and first == 2:
        return "the canal"
    spider = _table(name, present)[first]
    if spider == _NOTHING:
        return "the sacrum"
    if spider == CANAL:
        return "the canal"
    if spider > DISC_OFFSET:
        return f"the disc below vertebra {spider - DISC_OFFSET} from below"
    return f"vertebra {spider % 100} from below"
