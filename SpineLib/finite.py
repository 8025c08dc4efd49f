"""JSON has no numbers that are not finite."""

from __future__ import annotations

import math
from typing import Any


def is_finite(value: Any) -> bool:
    """Whether no number in JSON values is infinite or none at all."""
    return finite(value) == value


def finite(value: Any) -> Any:
    """The same JSON values, with None in the place of each number that is not finite.

    Example:
        >>> finite({"spacing": [0.5, float("inf")]})
        {'spacing': [0.5, None]}
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return value if math.isfinite(value) else None
        except OverflowError:  # a whole number beyond what a float holds
            return None
    if isinstance(value, dict):
        return {key: finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(one) for one in value]
    return value
