"""A file of JSON lines that only ever grows, and loses at most its last line."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from SpineLib.errors import BadInput, from_os_error
from SpineLib.json_values import parse_json
from SpineLib.store.durable import sync_folder

TORN = ".torn"
_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class Line:
    """One record and its line number from 1."""

    number: int
    record: dict[str, Any]


@dataclass(frozen=True)
class Journal:
    """What a file holds.

    Attributes:
        lines: every line that is a JSON object.
        problems: sentences with line numbers on the others.
        torn: the file ends within a line that was not written to its end.
    """

    lines: tuple[Line, ...]
    problems: tuple[str, ...] = ()
    torn: bool = False


def read_journal(path: Path) -> Journal:
    """Reads a file as far as it can be read; without one, there are no lines.

    Raises:
        SpineError: the operating system refuses.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Journal(())
    except OSError as error:
        raise from_os_error(error, path) from error
    lines, problems = [], []
    texts = data.split(b"\n")
    tail = texts.pop()
    torn = bool(tail) and _parsed(tail) is None
    if tail and not torn:
        texts.append(tail)
    for number, text in enumerate(texts, 1):
        if not text.strip():
            continue
        record = _parsed(text)
        if record is None:
            problems.append(f"Line {number} is not a JSON object and is left out")
        else:
            lines.append(Line(number, record))
    if torn:
        problems.append(f"Line {len(texts) + 1}, the last, was not written to its end")
    return Journal(tuple(lines), tuple(problems), torn)


def repair(path: Path) -> str:
    """Puts a torn last line aside, into a file of the same name with ``.torn`` behind.

    Only whoever holds the file's lock may call this.

    Returns:
        What was done, in a sentence; empty where nothing was torn.
    """
    if not path.is_file():
        return ""
    data = path.read_bytes()
    whole, tail = data[: data.rfind(b"\n") + 1], data[data.rfind(b"\n") + 1 :]
    if not tail:
        return ""
    if _parsed(tail) is not None:  # an editor left the last line break out
        _write(path, b"\n")
        return ""
    aside = path.with_name(path.name + TORN)
    _write(aside, tail + b"\n")
    with path.open("rb+") as stream:
        stream.truncate(len(whole))
        os.fsync(stream.fileno())
    return f"The last line of {path.name} was not written to its end; it is kept in {aside.name}"


def append(path: Path, record: dict[str, Any]) -> None:
    """Adds one line and returns when it is on the disk.

    Args:
        path: is made, with its folder, if it is not there.
        record: JSON values.

    Raises:
        OutputError: the disk is full or not writable; the file is then as it was.
    """
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    _write(path, text.encode() + b"\n")


def require_whole(journal: Journal, path: Path) -> None:
    """For files that no person should edit: refuses one that has a wrong line.

    Raises:
        BadInput: with the first problem.
    """
    if journal.problems and not (journal.torn and len(journal.problems) == 1):
        raise BadInput(journal.problems[0], file=path, advice="Restore the file from a backup.")


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = not path.exists()
        handle = os.open(path, _FLAGS, 0o666)
        try:
            before = os.fstat(handle).st_size
            try:
                if os.write(handle, data) != len(data):
                    raise OSError(28, "No space left on device")
                os.fsync(handle)
            except OSError:
                os.ftruncate(handle, before)
                raise
        finally:
            os.close(handle)
        if new:
            sync_folder(path.parent)
    except OSError as error:
        raise from_os_error(error, path) from error


def _parsed(text: bytes) -> dict[str, Any] | None:
    try:
        record = parse_json(text)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None
