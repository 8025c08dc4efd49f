"""Folders that are numbered as they are made, ``0001``, ``0002``, …, and their record, written last."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from SpineLib.errors import BadInput, SpineError, from_os_error
from SpineLib.json_values import parse_json
from SpineLib.store.lock import holding

_TRIES = 100


@contextmanager
def numbered_folder(parent: Path, last: str) -> Iterator[Path]:
    """Makes the next folder and holds it; where the block fails, the folder is removed again.

    Two programs that ask at the same time get different ones. What killed programs left is removed;
    what another program is writing stays.

    Args:
        parent: is made where it is not there; its folders of other names are not touched.
        last: name of the file that the block writes last, which says that the folder is complete.

    Raises:
        OutputError: the disk is full or not writable.
    """
    folder = _next_folder(parent)
    _sweep(parent, last, besides=folder)
    try:
        with holding(folder / last):
            yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _next_folder(parent: Path) -> Path:
    try:
        parent.mkdir(parents=True, exist_ok=True)
        first = max((int(folder.name) for folder in _numbered(parent)), default=0) + 1
        for number in range(first, first + _TRIES):
            try:
                (parent / f"{number:04d}").mkdir()
            except FileExistsError:
                continue
            return parent / f"{number:04d}"
    except OSError as error:
        raise from_os_error(error, parent) from error
    raise SpineError("No number is free for another folder", file=parent)


def _sweep(parent: Path, last: str, *, besides: Path) -> None:
    for folder in _numbered(parent):
        if folder == besides or (folder / last).exists():
            continue
        with suppress(BadInput):
            with holding(folder / last):
                pass
            shutil.rmtree(folder, ignore_errors=True)


def read_record(path: Path, *, known: int, what: str, advice: str) -> dict[str, Any]:
    """Reads the file that says that a folder is complete.

    Args:
        path: ``finetune.json`` and the like; JSON values, with ``format``.
        known: the format that this program knows.
        what: the folder is, for the person: ``fine-tuning``.
        advice: what to do where it is none.

    Raises:
        BadInput: there is no such record, it is not readable, or of another format.
    """
    try:
        record = parse_json(path.read_text(encoding="utf-8"))
        if record["format"] != known:
            raise BadInput(
                f"The {what} has format {record['format']}; this program reads up to {known}"
            )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"This is not the folder of a {what}: it has no readable {path.name}",
            file=path.parent,
            advice=advice,
        ) from error
    return record


def _numbered(parent: Path) -> list[Path]:
    return [path for path in parent.iterdir() if path.name.isdecimal() and path.is_dir()]
