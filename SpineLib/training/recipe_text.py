"""Recipes as text: values to TOML, and ``--set key=value`` to values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from SpineLib.errors import BadRequest
from SpineLib.toml_text import parse_toml


def parse_changes(texts: Sequence[str]) -> dict[str, Any]:
    """``["optimiser.rate=1e-3", "card.name=mine"]`` as changes for `SpineLib.training.recipe.read_recipe`.

    A value is read as TOML, and is a text where it is not; nothing after ``=`` removes the key.

    Raises:
        BadRequest: a text without ``=``.
    """
    changes: dict[str, Any] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise BadRequest(
                f"{text} is not key=value", advice="For example: --set optimiser.rate=1e-3"
            )
        changes[key.strip()] = _value(value.strip())
    return changes


def to_toml(values: Mapping[str, Any]) -> str:
    """Values of a recipe as TOML text that `parse_toml` reads back to the same values.

    Args:
        values: texts, numbers, truth values, lists and tables; no None.
    """
    lines = [f"{_key(k)} = {_toml(v)}" for k, v in values.items() if not isinstance(v, Mapping)]
    for key, table in values.items():
        if isinstance(table, Mapping):
            inner = [f"{_key(k)} = {_toml(v)}" for k, v in table.items()]
            lines += ["", f"[{_key(key)}]", *inner]
    return "\n".join(lines) + "\n"


def _value(text: str) -> Any:
    if not text:
        return None
    try:
        return parse_toml(f"v = {text}")["v"]
    except ValueError:
        return text


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(k)} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str):
        # JSON's texts are TOML's, but for the character 127.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)


def _key(key: str) -> str:
    plain = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if plain else _toml(key)
