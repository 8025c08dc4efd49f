"""Writing so that nothing is ever half-written: a temporary name, then a rename."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from SpineLib.errors import from_os_error

_LIBRARY = Path(__file__).resolve().parents[1]


def resources() -> Path:
    """The folder of what ships beside the code: ``Models``, ``Terminology``, ``Colors``.

    It stands beside SpineLib in a clone and in the installed extension, and inside of it in a
    wheel.
    """
    inside = _LIBRARY / "_resources"
    return inside if inside.is_dir() else _LIBRARY.parent / "Resources"


@contextmanager
def writing(path: str | Path, *, mode: int = 0o666) -> Iterator[Path]:
    """Gives a temporary path beside ``path`` and renames it there when the block succeeds.

    The temporary name keeps the suffix (writers choose the format by it). When the block
    raises, the temporary file is removed and ``path`` is what it was before.

    Args:
        path: the file to be written; its folder is made if needed.
        mode: who may read and write it, before the process's umask.

    Raises:
        OutputError: the disk is full or the folder cannot be written to.

    Example:
        >>> import tempfile
        >>> target = Path(tempfile.mkdtemp()) / "a.txt"
        >>> with writing(target) as temporary:
        ...     _ = temporary.write_text("whole")
        >>> target.read_text()
        'whole'
    """
    path = Path(path)
    # Named before it is made, so that a Ctrl-C in between finds it too.
    temporary = _beside(path, "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch(mode=0o600, exist_ok=False)
        yield temporary
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(mode & ~mask)
        temporary.replace(path)
    except OSError as error:
        raise from_os_error(error, path) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


@contextmanager
def writing_folder(path: str | Path) -> Iterator[Path]:
    """Gives a temporary folder beside ``path`` and moves its files there when the block succeeds.

    An existing ``path`` keeps its other files; those of the same name are replaced one by one.

    Args:
        path: the folder to be written.

    Raises:
        OutputError: the disk is full or the folder cannot be written to.
    """
    path = Path(path)
    temporary = _beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir(mode=0o700)
        yield temporary
        for source in sorted(p for p in temporary.rglob("*") if p.is_file()):
            target = path / source.relative_to(temporary)
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)
    except OSError as error:
        raise from_os_error(error, path) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def sweep(folder: str | Path, process: int) -> None:
    """Removes what a killed process left half-written in a folder.

    Args:
        folder: where it was writing; need not exist.
        process: its number; it must have ended.
    """
    for left in Path(folder).glob(f"{_prefix(process)}*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def _beside(path: Path, suffix: str = "") -> Path:
    return path.parent / f"{_prefix(os.getpid())}{secrets.token_hex(6)}{suffix}"


def _prefix(process: int) -> str:
    return f".writing-{process}-"
