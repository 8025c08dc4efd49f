"""Names of a chain of vertebrae: from C2 downward, from the sacrum upward, or as the reader says.

A wrong name is worse than none. Nothing here looks at a picture; the chain says what was seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from SpineLib import reasons
from SpineLib.errors import BadInput
from SpineLib.inference.spine_chain import Anchor, Chain
from SpineLib.labels import SIXTH_LUMBAR, VERTEBRAE
from SpineLib.reasons import Reason

USUAL = VERTEBRAE[VERTEBRAE.index("C2") : VERTEBRAE.index("S1")]  # free vertebrae, C2 to L5
# From here on a name is told; below it the level is numbered. An anchor must be as sure.
LEAST, LEAST_ANCHOR = 0.85, 0.45
# A lowest disc that looks transitional: the count from below may be off by one.
_TRANSITIONAL = 0.5
# Where the counts differ, the first link that is less sure than this ends the names.
_WEAK_LINK = 0.97
# How often a spine has not 23 free vertebrae; set by hand.
_OTHER_COUNT = 0.1


@dataclass(frozen=True)
class Naming:
    """What a chain's vertebrae are called.

    Attributes:
        names: one a vertebra; empty where not known.
        probabilities: that the name is right, as products of what was seen; 0 where not known.
        evidence: why, or why not.
        unusual: what is not the usual anatomy, or looks like it.
    """

    names: list[str]
    probabilities: list[float]
    evidence: list[Reason] = field(default_factory=list)
    unusual: list[Reason] = field(default_factory=list)


def sequence(thoracic: int = 12, lumbar: int = 5) -> tuple[str, ...]:
    """C1 to S1 of a spine with so many thoracic and lumbar vertebrae.

    Raises:
        BadInput: numbers that no spine has.

    Example:
        >>> sequence(13, 4)[-6:]
        ('T13', 'L1', 'L2', 'L3', 'L4', 'S1')
    """
    if thoracic not in (11, 12, 13) or lumbar not in (4, 5, 6):
        raise BadInput(
            f"{thoracic} thoracic and {lumbar} lumbar vertebrae are not counted",
            advice="Say 11 to 13 thoracic and 4 to 6 lumbar ones.",
        )
    parts = (("C", 7), ("T", thoracic), ("L", lumbar))
    return (*(f"{letter}{n}" for letter, most in parts for n in range(1, most + 1)), "S1")


def named(chain: Chain) -> Naming:
    """Names by the picture alone."""
    count = len(chain.vertebrae)
    c2, sacrum = _sure(chain.c2), _sure(chain.sacrum)
    unusual = _odd_discs(chain, sacrum)
    if count == 0:
        return Naming([], [], [Reason(reasons.NO_SPINE)])
    links = [vertebra.link for vertebra in chain.vertebrae]
    if c2 is None and sacrum is None:
        return Naming([""] * count, [0.0] * count, [Reason(reasons.NO_ANCHOR)], unusual)
    if c2 is not None and sacrum is not None:
        return _from_both(count, c2, sacrum, links, unusual)
    if c2 is not None:
        # Below L5 comes L6 or S1: without the sacrum nobody knows.
        names = _laid(count, c2.index, "C2", USUAL)
        return _told(names, _reach(links, c2), [Reason(reasons.FROM_C2)], unusual)
    assert sacrum is not None
    names = _laid(count, sacrum.index, "S1", (*USUAL, "S1"))
    probabilities = _reach(links, sacrum)
    if any(one.code == reasons.TRANSITIONAL for one in unusual):
        probabilities = probabilities * _TRANSITIONAL
    return _told(names, probabilities, [Reason(reasons.FROM_SACRUM)], unusual)


def named_by_reader(
    chain: Chain, index: int, name: str, *, thoracic: int = 12, lumbar: int = 5
) -> Naming:
    """Every name from the reader's "this one is C5".

    Args:
        chain: what was seen.
        index: the vertebra's place in it.
        name: what it is.
        thoracic, lumbar: how many there are, where the reader says so.

    Raises:
        BadInput: there is no such vertebra or name.
    """
    names = sequence(thoracic, lumbar)
    if not 0 <= index < len(chain.vertebrae):
        raise BadInput(f"There is no vertebra {index + 1} in the picture")
    if name not in names:
        raise BadInput(f"{name} is not a vertebra", advice=f"Say one of {', '.join(names)}.")
    laid = _laid(len(chain.vertebrae), index, name, names)
    why = Reason(reasons.READER_NAMED, {"vertebra": index + 1, "name": name})
    return Naming(laid, [1.0 if one else 0.0 for one in laid], [why], _odd_discs(chain, None))


def _from_both(
    count: int, c2: Anchor, sacrum: Anchor, links: list[float], unusual: list[Reason]
) -> Naming:
    free = sacrum.index - c2.index
    extra = free - len(USUAL)
    down, up = _reach(links, c2), _reach(links, sacrum)
    through = float(np.prod(links[c2.index : sacrum.index])) if free > 0 else 0.0
    if extra == 0:
        names = _laid(count, c2.index, "C2", (*USUAL, "S1"))
        # They can meet by mistake: one missed between them, and one more or fewer than usual.
        meet = through / max(through + (1 - through) * _OTHER_COUNT, 1e-9)
        both = 1 - (1 - down) * (1 - up * meet)
        return _told(names, both, [Reason(reasons.ENDS_MEET, {"count": free})], unusual)
    if abs(extra) == 1 and through >= LEAST:
        order = (*USUAL, SIXTH_LUMBAR, "S1") if extra > 0 else (*USUAL[:-1], "S1")
        names = _laid(count, c2.index, "C2", order)
        why = Reason(reasons.MORE_THAN_USUAL if extra > 0 else reasons.FEWER_THAN_USUAL,
                     {"count": free, "usual": len(USUAL)})  # fmt: skip
        return _told(names, down, [Reason(reasons.FROM_C2)], [*unusual, why])
    # They do not meet: C2 is believed down to the first weak link, and nothing below it.
    why = Reason(reasons.ENDS_DIFFER, {"count": free, "usual": len(USUAL)})
    names = _laid(count, c2.index, "C2", USUAL)
    weak = [n for n in range(c2.index, sacrum.index) if links[n] < _WEAK_LINK]
    last = weak[0] if weak else c2.index - 1
    return _told(names, np.where(np.arange(count) <= last, down, 0.0), [why], unusual)


def _sure(anchor: Anchor | None) -> Anchor | None:
    return anchor if anchor is not None and anchor.probability >= LEAST_ANCHOR else None


def _odd_discs(chain: Chain, sacrum: Anchor | None) -> list[Reason]:
    found = []
    for n, one in enumerate(chain.vertebrae[:-1]):
        if one.state == "fused":
            found.append(Reason(reasons.BLOCK_VERTEBRA, {"vertebra": n + 1}))
        elif one.state == "missing":
            found.append(Reason(reasons.MISSING_DISC, {"vertebra": n + 1}))
        elif one.state == "odd" and sacrum is not None and n == sacrum.index - 1:
            found.append(Reason(reasons.TRANSITIONAL))
    return found


def _laid(count: int, index: int, name: str, order: Sequence[str]) -> list[str]:
    """Names of a chain's places where the place ``index`` has a name of ``order``."""
    first = order.index(name) - index
    return [order[first + n] if 0 <= first + n < len(order) else "" for n in range(count)]


def _reach(links: list[float], anchor: Anchor) -> NDArray[np.float64]:
    """The anchor's certainty, lowered by each link on the way."""
    n = len(links)
    result = np.ones(n)
    for k in range(anchor.index + 1, n):
        result[k] = result[k - 1] * links[k - 1]
    for k in range(anchor.index - 1, -1, -1):
        result[k] = result[k + 1] * links[k]
    # Heat is a height, not a share: of 110 second cervical ones above
    # `LEAST_ANCHOR`, on simulated spines, none was another vertebra.
    sure = 1 - 0.05 * (1 - min(anchor.probability, 1.0))
    return result * sure


def _told(
    names: list[str], probabilities: NDArray[np.float64], evidence: list[Reason],
    unusual: list[Reason],
) -> Naming:  # fmt: skip
    told = [bool(name) and p >= LEAST for name, p in zip(names, probabilities, strict=True)]
    if not any(told):
        evidence = [*evidence, Reason(reasons.LINKS_WEAK)]
    return Naming(
        [name if ok else "" for name, ok in zip(names, told, strict=True)],
        [float(p) if ok else 0.0 for p, ok in zip(probabilities, told, strict=True)],
        evidence,
        unusual,
    )
