"""How every page of HTML is made from its template."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def environment(*folders: Path) -> Environment:
    """Templates of some folders: values are escaped, and a value that is missing is an error.

    Args:
        folders: where templates and what they include are looked for, in this order.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # not in Slicer's Python

    return Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
