"""One program at a time writes a file that several may want to write."""

from __future__ import annotations

import getpass
import hashlib
import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from SpineLib.errors import BadInput, from_os_error

_BETWEEN_LOOKS = 0.02


@contextmanager
def holding(path: Path, *, patience: float = 0.0) -> Iterator[None]:
    """Holds a file for this program; the system lets go of it when the program ends in any way.

    Args:
        path: what is to be written; the lock is a hidden file beside it, removed afterwards.
        patience: seconds to wait for another program that holds it.

    Raises:
        BadInput: another program holds it.
    """
    lock = path.with_name(f".{path.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = _held(lock, time.monotonic() + patience)
    except OSError as error:  # a file system without locks is one, too
        raise from_os_error(error, path) from error
    if file is None:
        raise BadInput(
            "Another program is writing this file",
            file=path,
            advice="Close it there, then try again.",
        )
    try:
        yield
    finally:
        _let_go(file, lock)


def _held(lock: Path, until: float) -> int | None:
    """The open lock file, held; None where another program holds it beyond that moment."""
    while True:
        file = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            taken = _take(file)
            if taken and _is_at(file, lock):
                return file
        except OSError:
            os.close(file)
            raise
        os.close(file)
        if taken:  # whoever held it has removed it meanwhile: the next one is a new file
            continue
        if time.monotonic() > until:
            return None
        time.sleep(_BETWEEN_LOOKS)


def _is_at(file: int, lock: Path) -> bool:
    """Whether an open file is the one that now has this name."""
    try:
        return os.path.samestat(os.fstat(file), lock.stat())
    except FileNotFoundError:
        return False


def _let_go(file: int, lock: Path) -> None:
    """Removes the lock file, so that nothing stays behind; where it cannot be, it only stays."""
    if sys.platform == "win32":  # which removes no open file
        os.close(file)
        with suppress(OSError):
            lock.unlink()
        return
    with suppress(OSError):
        lock.unlink()
    os.close(file)  # which also lets go of it


def _take(file: int) -> bool:
    """Locks an open file for this program alone; False where another program has it.

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
