"""Folders that are numbered in the order in which they are made: ``0001``, ``0002``, …"""

from __future__ import annotations

import shutil
from pathlib import Path

from SpineLib.errors import BadInput, SpineError, from_os_error
from SpineLib.projects.holding import holding

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
        first = max((int(one.name) for one in _numbered(parent)), default=0) + 1
        for number in range(first, first + _TRIES):
            try:
                (parent / f"{number:04d}").mkdir()
            except FileExistsError:
                continue
            return parent / f"{number:04d}"
    except OSError as error:
        raise from_os_error(error, parent) from error
    raise SpineError("No number is free for another folder", file=parent)


def sweep(parent: Path, last: str, *, besides: Path) -> None:
    """Removes what a killed program left; what another one is writing is let be.

    Args:
        parent: of the numbered folders; folders of other names are not touched.
        last: name of the file that is written last, held by whoever writes the folder.
        besides: folder to leave.
    """
    for folder in _numbered(parent):
        if folder == besides or (folder / last).exists():
            continue
        try:
            with holding(folder / last):
                pass
        except BadInput:
            continue
        shutil.rmtree(folder, ignore_errors=True)


def _numbered(parent: Path) -> list[Path]:
    return [one for one in parent.iterdir() if one.name.isdecimal() and one.is_dir()]
