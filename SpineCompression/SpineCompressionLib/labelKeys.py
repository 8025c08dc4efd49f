"""Which key gives which label, and the picture that shows what a label means."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from SpineLib.labels import COMPRESSED, NOT_COMPRESSED

EXAMPLES = Path(__file__).resolve().parents[1] / "Resources" / "Examples"
# As in Review: 0 and 1 for the verdict, these for grades, in their order.
LETTERS = "QWERTYUIOP"


def labelKeys(values: Sequence[str]) -> dict[str, str]:
    """Label → key: the label itself where each is one digit, else letters from mild to severe.

    Labels beyond the tenth have a button only.

    Example:
        >>> labelKeys(["0", "1a", "1b"])
        {'0': 'Q', '1a': 'W', '1b': 'E'}
    """
    if tuple(values) == (NOT_COMPRESSED, COMPRESSED):
        return {NOT_COMPRESSED: "0", COMPRESSED: "1"}
    if all(len(value) == 1 and value in "0123456789" for value in values):
        return {value: value for value in values}
    return dict(zip(values, LETTERS, strict=False))


def examplePicture(scheme: str, value: str) -> Path | None:
    """A simulated slice that has the label by the simulator's truth; None for a scheme of one's own."""
    path = EXAMPLES / f"{scheme.lower()}-{value.replace(' ', '-')}.png"
    return path if path.is_file() else None
