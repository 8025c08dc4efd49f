"""What healthy people's cord and sac measure, by level; needs no torch.

From the PAM50-normalised database (Valosek, Bedard et al. 2024, Imaging Neurosci 2:1, doi
10.1162/imag_a_00075; PAM50-normalized-metrics, revision 61c5a21c, MIT licence, Copyright (c) 2023
PAM50-normalized-metrics): each adult's mean over the slices of a vertebral level, then mean and
standard deviation over the adults. C1-C7: cord of 203 adults of 19-52 years, 98 women; T1-T11: cord
of 58 adults of 21-56 years; sac: that database's spinal canal, of up to 203 adults. Its diameters
are those of an ellipse fitted to the cord, ours the outline's extent.
"""

from __future__ import annotations

import numpy as np

_LEVELS = (*(f"C{n}" for n in range(1, 8)), *(f"T{n}" for n in range(1, 12)))


def _row(*parts: str) -> dict[str, tuple[float, float]]:
    pairs = [tuple(map(float, one.split("±"))) for part in parts for one in part.split()]
    return {level: (mean, sd) for level, (mean, sd) in zip(_LEVELS, pairs, strict=False)}


# Mean and standard deviation from C1 downward, in the units of `SpineLib.quantities.DEFINITIONS`.
NORMS = {
    "cord_area": _row(
        "73.96±7.33 71.65±6.88 72.48±7.12 77.35±7.54 76.38±7.74 69.13±7.79 56.76±7.23",
        "46.03±5.38 42.35±4.32 38.82±4.59 36.29±4.64 35.14±4.12 34.89±3.9 35.55±4.09 37.3±4.08 39.32±4.72 42.5±5.91 48.78±8.59",
    ),
    "cord_ap": _row(
        "8.27±0.55 7.76±0.52 7.59±0.51 7.62±0.49 7.47±0.51 7.07±0.5 6.56±0.44",
        "6.25±0.41 6.14±0.38 5.89±0.46 5.68±0.45 5.61±0.43 5.66±0.42 5.8±0.42 6.05±0.41 6.28±0.43 6.52±0.49 7±0.73",
    ),
    "cord_transverse": _row(
        "11.36±0.71 11.73±0.71 12.14±0.75 12.93±0.81 13.03±0.82 12.44±0.83 10.94±0.9",
        "9.25±0.75 8.66±0.58 8.26±0.54 8±0.59 7.83±0.56 7.71±0.51 7.7±0.55 7.78±0.52 7.87±0.56 8.18±0.65 8.7±0.81",
    ),
    "compression_ratio": _row(
        "73.1±6.04 66.35±5.62 62.81±5.23 59.16±4.91 57.55±4.79 57.01±4.56 60.36±4.91",
        "68.09±5.98 71.21±5.36 71.55±5.85 71.24±5.91 72.07±6.56 73.75±6.04 75.69±6.46 78.07±5.94 80.06±5.61 79.93±5.03 80.63±4.85",
    ),
    "solidity": _row(
        "97.09±0.41 96.85±0.46 96.88±0.46 96.89±0.51 96.78±0.52 96.77±0.5 97±0.4",
        "97.01±0.35 97.03±0.37 96.96±0.4 96.99±0.32 96.87±0.37 96.85±0.33 96.96±0.72 96.98±0.75 97.11±0.76 97.12±0.65 97.17±0.59",
    ),
    "eccentricity": _row(
        "0.673±0.066 0.744±0.05 0.775±0.042 0.803±0.037 0.815±0.034 0.819±0.032 0.794±0.038",
        "0.725±0.059 0.695±0.059 0.69±0.064 0.693±0.064 0.686±0.066 0.666±0.07 0.642±0.08 0.613±0.079 0.587±0.078 0.591±0.067 0.58±0.068",
    ),
    "sac_area": _row(
        "293.69±51.53 251.94±41.16 210.31±29.36 206.05±27.58 207.68±29.09 200.05±30.03 194.76±32.25",
        "181.91±32.21 160.83±28.9 150.95±27.54 143.14±25.83",
    ),
    "sac_ap": _row(
        "16.08±1.63 14.5±1.4 13.06±1.17 12.8±1.18 12.78±1.17 12.58±1.18 12.76±1.25",
        "12.9±1.19 12.69±1.22 12.61±1.22 12.55±1.21",
    ),
}


def norm_of(key: str, level: str) -> list[float]:
    """Mean and standard deviation of healthy adults; empty where there is no source.

    Args:
        key: of the quantity.
        level: a vertebra, or a disc, which takes the mean of its two neighbours.

    Example:
        >>> norm_of("cord_ap", "C3"), norm_of("cord_ap", "L2")
        ([7.59, 0.51], [])
    """
    known = [NORMS.get(key, {}).get(name) for name in level.split("/")]
    if any(one is None for one in known):
        return []
    return [float(x) for x in np.mean(known, axis=0)]  # type: ignore[arg-type]
