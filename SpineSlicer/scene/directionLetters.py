"""The patient's directions: their letters at a picture's border, and the axis nearest to one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RIGHT, ANTERIOR, SUPERIOR = np.eye(3)
LETTERS = (("R", RIGHT), ("L", -RIGHT), ("A", ANTERIOR), ("P", -ANTERIOR),
           ("S", SUPERIOR), ("I", -SUPERIOR))  # fmt: skip


def letter(direction: NDArray[np.float64]) -> str:
    """``R``, ``L``, ``A``, ``P``, ``S`` or ``I``; two where it lies well between (``AS``).

    The second is named from 20 degrees off the first axis (sin 20° = 0.34).

    Example:
        >>> letter(np.array([-1.0, 0.0, 0.0])), letter(np.array([0.0, 0.8, 0.6]))
        ('L', 'AS')
    """
    direction = np.asarray(direction) / np.linalg.norm(direction)
    parts = sorted(LETTERS, key=lambda pair: -float(direction @ pair[1]))
    return "".join(name for name, axis in parts if direction @ axis > 0.34)


def nearestAxis(axes: NDArray[np.float64], direction: NDArray[np.float64]) -> NDArray[np.float64]:
    """The one of some axes, a matrix's columns, that is nearest to a direction and points its way."""
    along = axes.T @ direction
    column = int(np.argmax(np.abs(along)))
    return axes[:, column] * (1.0 if along[column] >= 0 else -1.0)
