"""A grading scheme as a person names it on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from SpineLib.errors import BadInput
from SpineLib.questions import Question, question_of


def read_scheme(text: str) -> Question:
    """The question of a name, or of a JSON file of the person's own.

    Args:
        text: ``compression``, ``Bilsky``, ``Kang``, or a path that ends in ``.json``.

    Raises:
        BadInput: there is no such scheme, or the file does not hold one.
    """
    if not text.endswith(".json"):
        return question_of(text)
    try:
        data = json.loads(Path(text).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput("The scheme is not readable JSON", file=text) from error
    return question_of(data)
