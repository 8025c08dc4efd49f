"""Folders that are numbered in the order in which they are made: ``0001``, ``0002``, …"""

from __future__ import annotations

from pathlib import Path

from SpineLib.errors import SpineError, from_os_error

_TRIES = 100


def next_folder(parent: Path) -> Path:
    """Makes the next one; two programs that ask at the same time get different ones.

    Args:
        parent: is made where it is not there.

    Raises:
        OutputError: the disk is full or not writable.
    """
    try:
        parent.mkdir(parents=True, exist_ok=True)
        first = max((int(one.name) for one in parent.glob("[0-9]*")), default=0) + 1
        for number in range(first, first + _TRIES):
            try:
                (parent / f"{number:04d}").mkdir()
            except FileExistsError:
                continue
            return parent / f"{number:04d}"
    except OSError as error:
        raise from_os_error(error, parent) from error
    raise SpineError("No number is free for another folder", file=parent)
