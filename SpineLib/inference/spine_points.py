"""What the search for the spine gives: points with their heat, and the canal's course."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Points:
    """Peaks of one map.

    Attributes:
        ras: [n, 3], mm.
        heat: [n], heights of the peaks, 0-1, from the highest to the lowest.
        regions: [n, 3], probabilities of cervical, thoracic and lumbar there.
    """

    ras: NDArray[np.float64]
    heat: NDArray[np.float64]
    regions: NDArray[np.float64]


@dataclass(frozen=True)
class SpinePoints:
    """What was seen on a sagittal stack.

    Attributes:
        points: by the map's name: ``disc``, ``body``, ``c2``, ``sacrum``, ``odd``.
        course: the canal's centre line from above to below, RAS mm, [n, 3]; may be empty.
        sure: heat of the canal along it, [n].
        box: lowest and highest RAS of the picture's rows and columns in the middle slice.
    """

    points: dict[str, Points]
    course: NDArray[np.float64]
    sure: NDArray[np.float64]
    box: NDArray[np.float64] = field(default_factory=lambda: np.zeros((2, 3)))
