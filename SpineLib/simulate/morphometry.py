"""Sizes of the spine, level by level, from published morphometry; millimetres.

Sources:
    Cord: Frostell et al. 2016, Front Neurol 7:238, abstract: 13.3 x 7.4 mm at segment C5, 8.3 x
    6.3 mm at T8, 9.4 mm wide at L3 (segments, not vertebrae); between these the numbers were
    drawn smoothly. Conus: Saifuddin et al. 1998, Spine 23:1452: on average at the lower third of
    L1. Bodies, canal, discs and processes were set by hand, level by level, within commonly reported
    ranges; they were not copied from a table. The neck's bodies are wider than its endplates,
    because the uncinate processes are not modelled apart. Sex and age: see `build_spine`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVELS = (
    *(f"C{n}" for n in range(1, 8)),
    *(f"T{n}" for n in range(1, 13)),
    *(f"L{n}" for n in range(1, 6)),
    "S1",
    "S2",
    "S3",
)


@dataclass(frozen=True)
class Sizes:
    """Mean sizes, one number a level of `LEVELS`, millimetres.

    Attributes:
        width, depth, height: of the vertebral body (left-right, front-back, up-down).
        disc: height of the disc below the body.
        canal_ap, canal_width: bony canal.
        cord_ap, cord_width: spinal cord.
        spinous: from the canal's back wall to the tip of the spinous process.
    """

    width: NDArray[np.float64]
    depth: NDArray[np.float64]
    height: NDArray[np.float64]
    disc: NDArray[np.float64]
    canal_ap: NDArray[np.float64]
    canal_width: NDArray[np.float64]
    cord_ap: NDArray[np.float64]
    cord_width: NDArray[np.float64]
    spinous: NDArray[np.float64]


def _row(cervical: str, thoracic: str, lumbar: str, sacral: str) -> NDArray[np.float64]:
    return np.array(" ".join((cervical, thoracic, lumbar, sacral)).split(), dtype=np.float64)


MEAN = Sizes(
    width=_row(
        "18 18.5 19.0 19.6 20.6 22.4 25.0",
        "26 26 25.5 25.5 26 27 28.5 30 31.5 33.5 36 39.5",
        "40.5 41.5 43 45 47",
        "50 36 28",
    ),
    depth=_row(
        "13 15.3 15.6 15.8 15.9 16.4 16.8",
        "17.4 18.5 20.5 22.2 23.8 25.4 27 28.3 29.3 30 30.8 31.5",
        "32.5 33.5 34 34.4 34.4",
        "31 21 15",
    ),
    height=_row(
        "12 20 11.8 11.6 11.6 11.8 13.0",
        "14.8 16.2 16.6 17 17.3 17.9 18.5 19 19.6 20.6 21.6 23",
        "24.2 24.8 25 25 25.4",
        "29 25 22",
    ),
    disc=_row(
        "1.5 5.2 5.2 5.3 5.4 5.5 5.5",
        "4.6 4.2 3.9 3.9 4.1 4.4 4.6 4.8 5.2 5.7 6.3 7.0",
        "7.4 8.5 9.4 10.0 9.6",
        "2.2 1.5 1.0",
    ),
    canal_ap=_row(
        "17.5 16.5 14.6 14.2 14.3 14.4 14.6",
        "15 15 15.4 15.6 15.7 15.8 15.8 15.8 15.8 15.8 16 16.8",
        "17.6 17.2 17 17.2 17.6",
        "15.5 11 8",
    ),
    canal_width=_row(
        "27 24 23.2 23.8 24.5 24.8 24.3",
        "21.5 19.5 18.4 17.6 17.3 17.2 17.3 17.6 17.8 18.2 19.4 21.8",
        "22.8 23.2 23.8 25 27",
        "29 24 18",
    ),
    cord_ap=_row(
        "8.3 8.0 7.7 7.5 7.3 7.1 6.9",
        "6.8 6.5 6.4 6.3 6.3 6.3 6.3 6.3 6.4 6.6 7.0 7.6",
        "6.4 5 5 5 5",
        "5 5 5",
    ),
    cord_width=_row(
        "11.4 11.8 12.5 13.0 13.1 12.6 11.4",
        "10.3 9.4 9.0 8.7 8.5 8.4 8.3 8.3 8.4 8.6 9.0 9.4",
        "7.6 6 6 6 6",
        "6 6 6",
    ),
    spinous=_row(
        "7 20 18 19 22 28 34",
        "36 34 33 33 33 33 33 32 30 27 25 26",
        "30 31 31 29 24",
        "18 14 10",
    ),
)


def region_of(level: str) -> str:
    """``cervical``, ``thoracic``, ``lumbar`` or ``sacral`` of a level's name."""
    return {"C": "cervical", "T": "thoracic", "L": "lumbar", "S": "sacral"}[level[0]]
