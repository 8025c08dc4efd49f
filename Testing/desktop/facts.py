"""What Slicer's Python API has, as introspected from a running Slicer (see ``cut_facts.py``)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path


class NotInSlicer(AttributeError):
    """A name that the desktop application does not have."""


@cache
def facts() -> dict:
    """The whole of ``facts.json``."""
    return json.loads(Path(__file__).with_name("facts.json").read_text())


@cache
def names(className: str, what: str = "names") -> frozenset[str]:
    """What a class has: its ``names``, ``signals`` or ``properties``."""
    one = facts()["classes"].get(className)
    if one is None:
        return frozenset()
    own = one.get(what, "").split()
    return frozenset(own) | (names(one["base"], what) if one["base"] else frozenset())


def known(className: str) -> bool:
    """Whether the data file holds this class."""
    return className in facts()["classes"]
