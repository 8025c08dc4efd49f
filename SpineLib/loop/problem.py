"""What may be wrong with an answer, in one sentence, with the place to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float, float]


def point_of(place: NDArray[np.float64]) -> Point:
    """A place, RAS mm, as three plain numbers."""
    x, y, z = place
    return float(x), float(y), float(z)


@dataclass(frozen=True)
class Problem:
    """One thing that a person should look at.

    Attributes:
        what: one sentence for the person.
        structure: SPIDER's number of the structure that is meant; None where it is of none.
        ras: where to look, RAS mm; None where there is no place.
        serious: it is impossible; False where it is rare, or a matter of taste.
    """

    what: str
    structure: int | None = None
    ras: Point | None = None
    serious: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        ras = None if self.ras is None else [round(x, 2) for x in self.ras]
        return {
            "what": self.what, "structure": self.structure, "ras": ras, "serious": self.serious,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Problem:
        """From what `to_dict` gave."""
        ras = record["ras"]
        point = None if ras is None else (float(ras[0]), float(ras[1]), float(ras[2]))
        return cls(record["what"], record["structure"], point, record["serious"])
