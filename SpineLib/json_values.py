"""JSON values as they should be: no numbers that are not finite, none too deep to be read."""

from __future__ import annotations

import json
import math
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


def parse_json(text: str | bytes) -> Any:
    """The values of a JSON text.

    Raises:
        ValueError: it is no JSON, holds a number that is not finite (``NaN``, ``1e999``, a whole
            number beyond what a float holds), or is nested too deeply.
    """
    try:
        values = json.loads(text)
        if is_finite(values):
            return values
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    raise ValueError("it holds a number that is not finite")


def misfit(values: Any, schema: Path) -> str:
    """Where JSON values do not fit a schema, and why: ``at stacks/0: …``; empty where they fit.

    Empty, too, where there is no jsonschema, as in Slicer's own Python before its set-up: the worker
    checks what it reads and writes.

    Args:
        values: what ``json.load`` gave.
        schema: file of a JSON schema, draft 2020-12.
    """
    try:
        import jsonschema
    except ModuleNotFoundError:
        return ""
    errors = list(jsonschema.Draft202012Validator(_read(schema)).iter_errors(values))
    if not errors:
        return ""
    worst = jsonschema.exceptions.best_match(errors)
    return f"at {'/'.join(map(str, worst.absolute_path)) or 'the top'}: {worst.message}"


@cache
def _read(schema: Path) -> Any:
    return json.loads(schema.read_text(encoding="utf-8"))


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
        return {key: finite(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(inner) for inner in value]
    return value


def plain(value: Any) -> Any:
    """As `dataclasses.asdict`, in a quarter of the time; what is no container is not copied.

    Example:
        >>> plain([range(2), (1, "a")])
        [range(0, 2), (1, 'a')]
    """
    kind = type(value)
    if kind is list or kind is tuple:
        return kind([plain(inner) for inner in value])
    if kind is dict:
        return {key: plain(inner) for key, inner in value.items()}
    names = _field_names(kind)  # type: ignore[arg-type]
    return {name: plain(getattr(value, name)) for name in names} if names is not None else value


@cache
def _field_names(kind: type) -> tuple[str, ...] | None:
    """The fields of a data class; None of any other class."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None


def made_of(kind: type[T], data: dict[str, Any]) -> T:
    """A data class from its values; whole numbers are whole, since JSON writes 1 as 1.0 too."""
    whole = dict(data)
    for name, annotation in _whole_numbers(kind):  # type: ignore[arg-type]
        value = whole.get(name)
        if annotation == "list[int]" and value is not None:
            whole[name] = [int(number) for number in value]
        elif isinstance(value, float):
            whole[name] = int(value)
    return kind(**whole)


@cache
def _whole_numbers(kind: type) -> tuple[tuple[str, str], ...]:
    """The fields of whole numbers, and how each is annotated."""
    named = [(field.name, str(field.type)) for field in fields(kind)]
    return tuple((name, kind) for name, kind in named if kind.startswith(("int", "list[int]")))
