"""Sizes of the spine, level by level, from published morphometry; millimetres.

Each row of `MEAN` names its source beside it. "By hand" is a number that no table that we could
read gives: it was set within commonly reported ranges or drawn smoothly between neighbours.

Sources:
    Cord and sac: Valosek, Bedard et al. 2024, Imaging Neurosci 2:1, doi 10.1162/imag_a_00075, and
    its data (PAM50-normalized-metrics, revision 61c5a21c): means over the slices of each
    vertebral level. Cord, C1-C7: 203 healthy adults, 98 women; cord, T1-T12: its whole-spine part,
    18 women and 30 men; sac (its spinal canal): the 203, C1-T4. Rows are the mean of the sexes'
    means.
    Bony canal: Kang et al. 2012, Korean J Spine 9:165, abstract (83 adults of 20-29 years, CT);
    L5: Cook and Baker 2021, Int J Spine Surg 15:1072, table 6 (196 patients, CT). L1-L5 agree with
    Shukri et al. 2013, doi 10.17656/jsmc.10028 (106 adults, MRI: 16.6, 15.5, 14.9, 15.0, 16.0).
    Discs: Fletcher et al. 2015, Eur Spine J, doi 10.1007/s00586-015-3925-y, abstract (128 adults,
    CT); lumbar: Measuring Dimensions of Lumbar Intervertebral Discs in Normal Subjects,
    anatomyjournal.ir A-10-159-1, abstract (14 adults, MRI).
    Cervical bodies: Anatomical dimensions of the typical cervical vertebrae, Eur J Anat 2020;24:9,
    abstract (100 bones), and the Galloway collection's C3-C6 (404 bones, abstract).
    Thoracic heights: Egwu et al. 2019, J Anat Soc India 68:110, abstract (26 men's columns).
    Conus: Saifuddin et al. 1998, Spine 23:1452: on average at the lower third of L1.

Sex and age change these means: see `of_sex_and_age`.
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
# The first level and the one below the last.
REGIONS = {"cervical": ("C2", "T1"), "thoracic": ("T1", "T12"), "lumbar": ("T12", "S1")}


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
    # C3-C6: 19.9 on average at the lower border (Eur J Anat 2020), in the steps of the Galloway
    # collection (22.1, 22.7, 23.6, 24.7 with the uncinate processes); the others by hand.
    width=_row(
        "18 18.4 18.9 19.4 20.2 21.1 23.5",
        "26 26 25.5 25.5 26 27 28.5 30 31.5 33.5 36 39.5",
        "40.5 41.5 43 45 47",
        "50 36 28",
    ),
    # C3-C6: 15.2 on average, the mean of both borders (Eur J Anat 2020; at 50 years, see below).
    # L5: 34.3, the mean of both endplates and the pedicles' level (Cook and Baker). Others by hand.
    depth=_row(
        "13 14.8 14.9 15.1 15.2 15.6 16.3",
        "17.2 18.5 20.5 22.2 23.8 25.4 27 28.3 29.3 30 30.8 31.5",
        "32.5 33.5 34 34.4 34.3",
        "31 21 15",
    ),
    # T2 and T9: the mean of front and back (Egwu), less men's 1.5 %, linear between. L5: the back's
    # (Cook and Baker), for the canal's line is where heights are measured here. Others by hand.
    height=_row(
        "12 20 11.8 11.6 11.6 11.8 13.0",
        "15.2 17.0 17.3 17.7 18.0 18.4 18.7 19.0 19.4 20.4 21.5 23",
        "24.2 24.8 25 25.4 26.2",
        "29 25 22",
    ),
    # T4: 3.0, between the front's 2.65 and 3.5, the mean of all backs; T10: 5.25, the front's
    # (Fletcher). L1-L5: the back's, 7.31 8.58 9.08 10.14 8.51 (anatomyjournal.ir); lordosis makes
    # the front higher. Others by hand.
    disc=_row(
        "1.5 5.2 5.2 5.3 5.4 5.5 5.5",
        "4.6 3.8 3.3 3.0 3.2 3.6 4.0 4.4 4.8 5.25 5.8 6.6",
        "7.3 8.6 9.1 10.1 8.5",
        "2.2 1.5 1.0",
    ),
    # C3 14.6, C5 14.5, T1 16.1, T8 14.6, T12 16.7, L1 16.7, L3 15.7, S1 17.4 (Kang), L5 15.6
    # (Cook and Baker), linear between; C1, C2: the sac's 16.1 and 14.5 (Valosek) and 1.8 for what
    # surrounds it (as at C5). S2, S3 by hand.
    canal_ap=_row(
        "17.9 16.3 14.6 14.55 14.5 15.0 15.6",
        "16.1 15.9 15.7 15.5 15.2 15.0 14.8 14.6 15.1 15.6 16.2 16.7",
        "16.7 16.2 15.7 15.65 15.6",
        "17.4 11 8",
    ),
    # C1-T4: the sac's width (Valosek) and 3.2 for what surrounds it (by hand); L5: 28.2 (Cook and
    # Baker); others by hand.
    canal_width=_row(
        "26.4 25.4 24.0 24.2 24.4 23.9 22.9",
        "21.2 19.3 18.3 17.6 17.3 17.2 17.3 17.6 17.8 18.2 19.4 21.8",
        "22.8 23.2 23.8 25.5 28.2",
        "29 24 18",
    ),
    # C1-T12: Valosek. L1 by hand; below the conus nothing reads these.
    cord_ap=_row(
        "8.3 7.75 7.6 7.6 7.45 7.05 6.55",
        "6.25 6.15 5.9 5.7 5.65 5.65 5.8 6.0 6.2 6.45 6.95 6.85",
        "6.2 5 5 5 5",
        "5 5 5",
    ),
    # C1-T12: Valosek. L1 by hand.
    cord_width=_row(
        "11.35 11.7 12.15 12.9 13.0 12.45 10.95",
        "9.2 8.6 8.25 8.0 7.8 7.7 7.7 7.75 7.8 8.1 8.7 8.45",
        "7.4 6 6 6 6",
        "6 6 6",
    ),
    spinous=_row(  # by hand
        "7 20 18 19 22 28 34",
        "36 34 33 33 33 33 33 32 30 27 25 26",
        "30 31 31 29 24",
        "18 14 10",
    ),
)


def of_sex_and_age(sizes: Sizes, sex: str | None, age: float) -> None:
    """Changes sizes in place from the mean of the sexes at 50 years to a sex's and an age's.

    - Bodies: women's lumbar ones have 25 % less cross-section and 27 % less volume (Gilsanz et al.
      1994, Radiology 190:678), so widths and depths differ by 7 % and heights by 1.5 % to each
      side of the mean; taken for the whole spine.
    - The neck's bodies grow 0.5 mm deeper in ten years (Nell et al. 2019, PLoS ONE 14:e0222682).
    - Cord: men's is 3 % deeper and wider, C1-C7 (Valosek et al. 2024's data: area 78.1 against 74.5
      mm2 at C5; Kato et al. 2012, Eur Spine J 21:1499: 78.1 and 74.4).
    - Sac, and so the canal: men's is 4 % deeper and 3.2 % wider, C3-C7 (the same data).
    - After 50 years the cord loses 1.7 % of its depth and 0.6 % of its width in ten years: linear
      fit to 951 scans of C2-C3 (the same database, its DLBS part, 21-89 years); Kato et al. 2012
      find the same tendency.

    Args:
        sizes: of one patient.
        sex: ``female`` or ``male``; the mean of both if not given.
        age: years.
    """
    sign = {"male": 1, "female": -1}.get(sex or "", 0)
    for values, share in (
        (sizes.width, 0.07), (sizes.depth, 0.07), (sizes.height, 0.015),
        (sizes.cord_ap, 0.015), (sizes.cord_width, 0.015),
        (sizes.canal_ap, 0.02), (sizes.canal_width, 0.016),
    ):  # fmt: skip
        values *= 1 + sign * share
    sizes.depth[: LEVELS.index("T1")] += 0.05 * (age - 50)
    decades = max(age - 50, 0) / 10
    sizes.cord_ap[:] *= 1 - 0.017 * decades
    sizes.cord_width[:] *= 1 - 0.006 * decades


def region_of(level: str) -> str:
    """``cervical``, ``thoracic``, ``lumbar`` or ``sacral`` of a level's name."""
    return {"C": "cervical", "T": "thoracic", "L": "lumbar", "S": "sacral"}[level[0]]


def levels_of(region: str) -> range:
    """Indices of `LEVELS` of a region of `REGIONS`, from the top."""
    first, last = REGIONS[region]
    return range(LEVELS.index(first), LEVELS.index(last))
