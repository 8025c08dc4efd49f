"""One program at a time writes a file that several may want to write."""

from __future__ import annotations

import getpass
import hashlib
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from SpineLib.errors import BadInput, from_os_error


@contextmanager
def holding(path: Path) -> Iterator[None]:
    """Holds a file for this program; the system lets go of it when the program ends in any way.

    Args:
        path: what is to be written; the lock is a hidden file beside it.

    Raises:
        BadInput: another program holds it.
    """
    lock = path.with_name(f".{path.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise from_os_error(error, path) from error
    try:
        try:
            taken = _take(file)
        except OSError as error:  # a file system without locks
            raise from_os_error(error, path) from error
        if not taken:
            raise BadInput(
                "Another program is writing this file",
                file=path,
                advice="Close it there, then try again.",
            )
        yield
    finally:
        os.close(file)  # which also lets go of it


def _take(file: int) -> bool:
    """Asks the system for an open file, for this program alone; whether it was given.

    By the system's own calls: Slicer's Python, in which panels hold files, has no library for it.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def token() -> str:
    """Says which user on which machine this is, without saying who: a hash of both names."""
    who = f"{getpass.getuser()}@{platform.node()}"
    return hashlib.sha256(who.encode()).hexdigest()[:12]
