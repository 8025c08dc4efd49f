"""What a message's arguments are, read from the fields of its class; a wrong one is named.

The kinds of a field: text, path, whole number, number, true or false, one of some words, lists and
tables of these. ``None`` says the same as leaving an argument out.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from SpineLib.errors import BadRequest

T = TypeVar("T")
_WORDS = {
    str: "a text",
    Path: "a path",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


def read_arguments(kind: type[T], arguments: Any, name: str) -> T:
    """A message of this class out of JSON values.

    Args:
        kind: a dataclass.
        arguments: as they came.
        name: of the command, for the person.

    Raises:
        BadRequest: they are no JSON object, or one is unknown, missing or of another kind.
    """
    if not isinstance(arguments, dict):
        raise BadRequest("The arguments of a request are not a JSON object")
    hints = get_type_hints(kind)
    given = {key: value for key, value in arguments.items() if value is not None}
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    for key, value in given.items():
        if key not in known:
            raise BadRequest(f"{name} has no argument {key}")
        if not _fits(value, hints[key]):
            raise BadRequest(f"The argument {key} is not {in_words(hints[key])}")
    for key, field in known.items():
        if needed(field) and given.get(key, "") == "":
            raise BadRequest(f"The argument {key} is missing")
    values = {key: _value(value, hints[key]) for key, value in given.items()}
    return kind(**{key: value for key, value in values.items() if value is not None})


def check_answer(kind: type[Any], answer: Any, name: str) -> None:
    """Checks an answer against its `TypedDict`.

    Raises:
        BadRequest: a value is missing or of another kind; it is named.
    """
    if not isinstance(answer, dict):
        raise BadRequest(f"The answer to {name} is not a JSON object")
    for key, hint in get_type_hints(kind).items():
        if key not in answer:
            raise BadRequest(f"The answer to {name} has no {key}")
        if not _fits(answer[key], hint):
            raise BadRequest(f"In the answer to {name}, {key} is not {in_words(hint)}")


def needed(field: Field[Any]) -> bool:
    """Whether a message cannot do without an argument."""
    return field.default is MISSING and field.default_factory is MISSING


def in_words(hint: Any) -> str:
    """A kind for the person, such as ``a list of texts``."""
    hint, _ = _without_none(hint)
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return f"one of {', '.join(inner)}"
    if origin in (tuple, list):
        return f"a list of {_many(inner[0])}"
    if origin is dict:
        return "a JSON object" if inner[1] is Any else f"a JSON object of {_many(inner[1])}"
    return _WORDS.get(hint, "a JSON value")


def _many(hint: Any) -> str:
    noun, of, rest = in_words(hint).split(" ", 1)[1].partition(" of ")
    return f"{noun}s{of}{rest}"


def _without_none(hint: Any) -> tuple[Any, bool]:
    """A kind, and whether None is one of its values too."""
    if get_origin(hint) not in (Union, types.UnionType):
        return hint, False
    (kind,) = [part for part in get_args(hint) if part is not type(None)]
    return kind, True


def _fits(value: Any, hint: Any) -> bool:
    hint, optional = _without_none(hint)
    if hint is Any or (value is None and optional):
        return True
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return value in inner
    if origin in (tuple, list):
        return isinstance(value, (list, tuple)) and all(_fits(part, inner[0]) for part in value)
    if origin is dict:
        return isinstance(value, Mapping) and all(_fits(part, inner[1]) for part in value.values())
    if hint in (str, Path):
        return isinstance(value, str) and "\0" not in value
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, hint) and (hint is bool or not isinstance(value, bool))


def _value(value: Any, hint: Any) -> Any:
    """A value of its kind; an empty path says nothing."""
    hint, _ = _without_none(hint)
    if get_origin(hint) is tuple:
        return tuple(_value(part, get_args(hint)[0]) for part in value)
    if hint is Path:
        return Path(value) if value else None
    return value
