"""One program at a time writes a file that several may want to write."""

from __future__ import annotations

import getpass
import hashlib
import platform
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
    from filelock import FileLock, Timeout

    lock = FileLock(path.with_name(f".{path.name}.lock"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BadInput(
            "Another program is writing this file",
            file=path,
            advice="Close it there, then try again.",
        ) from error
    except OSError as error:
        raise from_os_error(error, path) from error
    try:
        yield
    finally:
        lock.release()


def token() -> str:
    """Says which user on which machine this is, without saying who: a hash of both names."""
    who = f"{getpass.getuser()}@{platform.node()}"
    return hashlib.sha256(who.encode()).hexdigest()[:12]
