"""A second opinion on compression: a published equation of the cord's shape."""

from __future__ import annotations

import math

from SpineLib.findings import SliceFinding
from SpineLib.labels import BORDERLINE, COMPRESSED, NOT_COMPRESSED
from SpineLib.quantities import Quantity, find_quantity
from SpineLib.questions import COMPRESSION, Opinion, Question
from SpineLib.reasons import NOT_MEASURED, OTHER_LEVEL, Reason

# Horáková et al. 2022, Quant Imaging Med Surg 12:2261, equation 4 and table 3. The paper itself
# could not be read here; constant, units and the logistic form are those that the Spinal Cord
# Toolbox uses of it, and the cut-offs too.
CONSTANT = 57.501
COEFFICIENTS = {
    "compression_ratio": -0.273,
    "cord_area": -0.102,
    "solidity": -0.408,
    "torsion": 2.168,
}
AT_C6_C7 = -2.729
POSSIBLE, YES = 0.345, 0.451
DISCS = ("C3/C4", "C4/C5", "C5/C6", "C6/C7")
NAME = "shape-equation"
QUESTION = Question(
    "compression-by-shape",
    "Compression by shape",
    (NOT_COMPRESSED, COMPRESSED),
    1,
    COMPRESSION.colors,
    COMPRESSION.letters,
    {
        NOT_COMPRESSED: f"The equation's probability is below {POSSIBLE}.",
        COMPRESSED: f"The equation's probability is above {YES}; between both it is borderline.",
    },
    "Horáková et al. 2022 (Quant Imaging Med Surg 12:2261), from the cord's outline",
    borderline=True,
    sides=(),
)


def probability(quantities: list[Quantity], level: str) -> float | Reason:
    """The equation's probability of compression, 0–1.

    p = 1 / (1 + exp(-(57.501 - 0.273 CR - 0.102 CSA - 0.408 solidity + 2.168 torsion))), and 2.729
    less at C6/C7: compression ratio and solidity in percent, area in mm², torsion in degrees.

    Args:
        quantities: of the slice.
        level: the disc beside which it lies.

    Returns:
        The probability, or why there is none.
    """
    total = CONSTANT + (AT_C6_C7 if level == "C6/C7" else 0.0)
    for key, coefficient in COEFFICIENTS.items():
        quantity = find_quantity(quantities, key)
        if quantity is None or quantity.value is None:
            why = quantity.why if quantity else None
            return why or Reason(NOT_MEASURED)
        total += coefficient * quantity.value
    if level not in DISCS:
        return Reason(OTHER_LEVEL, {"levels": ", ".join(DISCS)})
    return 1 / (1 + math.exp(-max(-700.0, min(700.0, total))))


def second_opinion(finding: SliceFinding) -> Opinion:
    """The equation's answer on a slice that was measured, or why there is none."""
    chance = probability(finding.quantities, finding.level)
    if isinstance(chance, Reason):
        return Opinion(QUESTION.key, NAME, reason=str(chance), why=chance)
    value = COMPRESSED if chance > YES else BORDERLINE if chance > POSSIBLE else NOT_COMPRESSED
    return Opinion(QUESTION.key, NAME, value, value == COMPRESSED, chance)


def disagree(finding: SliceFinding) -> bool:
    """Whether network and equation are on different sides of a slice; borderline is on neither."""
    first, second = finding.opinion(COMPRESSION.key), finding.opinion(QUESTION.key)
    if not first or not second or not first.assessed or not second.assessed:
        return False
    return BORDERLINE not in (first.value, second.value) and first.positive != second.positive
