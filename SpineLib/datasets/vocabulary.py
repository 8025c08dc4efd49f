"""What readers write for a slice, and the one word that it means."""

from __future__ import annotations

import re
from collections.abc import Callable

from SpineLib.errors import BadRequest
from SpineLib.labels import BORDERLINE, COMPRESSED, NOT_COMPRESSED
from SpineLib.questions import BILSKY, COMPRESSION, Opinion, Question

# Between the two, where readers disagree: ``pcompressed`` in Merali's published file names.
POSSIBLY_COMPRESSED = "possibly compressed"
COMPRESSION_VALUES = (NOT_COMPRESSED, POSSIBLY_COMPRESSED, COMPRESSED)
TASKS = ("compression", "grading")

# The published labeller writes 0 and 1, its converter names files by the words.
_COMPRESSION = {
    "0": NOT_COMPRESSED,
    "1": COMPRESSED,
    "notcompressed": NOT_COMPRESSED,
    "pcompressed": POSSIBLY_COMPRESSED,
    "possiblycompressed": POSSIBLY_COMPRESSED,
    "compressed": COMPRESSED,
}


def task_of(question: Question) -> str:
    """The task that labels of a question belong to: ``compression`` or ``grading``."""
    return COMPRESSION.key if question.key == COMPRESSION.key else "grading"


def word_of(opinion: Opinion) -> str:
    """The label that a model's answer is: borderline is ``possibly compressed``."""
    return POSSIBLY_COMPRESSED if opinion.value == BORDERLINE else opinion.value


def vocabulary(task: str, scheme: Question = BILSKY) -> Callable[[str], str]:
    """How to read a value of a task.

    Args:
        task: ``compression`` or ``grading``.
        scheme: the question, for grading.

    Returns:
        A function from what a reader wrote to the task's own word; ValueError, with a sentence
        for the person, where it means nothing.

    Raises:
        BadRequest: no such task.

    Example:
        >>> vocabulary("compression")("1.0"), vocabulary("grading")("Bilsky 1B")
        ('compressed', '1b')
    """
    if task not in TASKS:
        raise BadRequest(f"Slices have no labels for {task}", advice=f"Use {' or '.join(TASKS)}.")
    if task == "compression":
        return compression_value
    return lambda text: grade_value(text, scheme)


def compression_value(text: str) -> str:
    """``compressed``, ``possibly compressed`` or ``not compressed`` of 0, 1 or a word.

    Raises:
        ValueError: it means none of them.
    """
    key = re.sub(r"[\s_-]+", "", _number(text).lower())
    if key not in _COMPRESSION:
        raise ValueError(
            f"{text.strip()!r} is not a label of compression; use 0, 1 or "
            f"{', '.join(COMPRESSION_VALUES)}"
        )
    return _COMPRESSION[key]


def grade_value(text: str, scheme: Question) -> str:
    """A grade of the scheme; ``b1a``, ``Bilsky 1a``, ``grade 1a`` and ``normal`` are read too.

    The published grading code names its folders ``normal``, ``b1a`` … ``b3``.

    Raises:
        ValueError: it is no grade of the scheme.
    """
    own = {value.lower(): value for value in scheme.values}
    if _number(text).lower() in own:
        return own[_number(text).lower()]
    key = re.sub(r"[\s_-]+", "", _number(text).lower())
    key = re.sub(
        rf"^({re.escape(scheme.key.lower())}|{re.escape(scheme.key[0].lower())}|grade)", "", key
    )
    key = "0" if key == "normal" else key
    if key not in own:
        raise ValueError(
            f"{text.strip()!r} is not a grade of {scheme.key}'s scheme; use one of "
            f"{', '.join(scheme.values)}"
        )
    return own[key]


def _number(text: str) -> str:
    """``1.0`` and ``1`` are the same: spreadsheets turn the one into the other."""
    text = text.strip()
    return re.sub(r"^(\d+)\.0*$", r"\1", text)
