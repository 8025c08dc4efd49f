"""Writing so that nothing is ever half-written: a temporary name, then a rename.

Temporary names carry the process and the machine, so that what a killed program left is removed by
the next one that writes there, and two that write one folder at once are told apart.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from SpineLib.errors import BadInput, OutputError, SpineError, from_os_error

# A program of another machine that writes one file for a day has ended.
_OLD_SECONDS = 86400.0
# Process; machine; of which file or folder; when, and some digits at random.
_NAME = re.compile(r"\.writing-(\d+)-(?:([0-9a-f]{6})-([0-9a-f]{8})-)?([0-9a-f]+)")
# In a temporary folder that is whole: the name of the folder that its files belong into.
_WHOLE = ".whole"
_LIBRARY = Path(__file__).resolve().parents[1]


def resources() -> Path:
    """The folder of what ships beside the code: ``Models``, ``Terminology``, ``Colors``.

    It stands beside SpineLib in a clone and in the installed extension, and inside of it in a
    wheel.
    """
    inside = _LIBRARY / "_resources"
    return inside if inside.is_dir() else _LIBRARY.parent / "Resources"


class Busy(OutputError):
    """Another program is writing this folder."""


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
    _look_once(str(path.parent), os.getpid())
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


def write_text(
    path: str | Path, text: str, *, mode: int = 0o666, newline: str | None = None
) -> None:
    """Writes a text file (UTF-8), whole or not at all.

    Args:
        path, mode: as of `writing`.
        text: what it holds.
        newline: as of `open`.

    Raises:
        OutputError: the disk is full or the folder cannot be written to.
    """
    with writing(path, mode=mode) as temporary:
        temporary.write_text(text, encoding="utf-8", newline=newline)


def write_json(path: str | Path, data: Any) -> None:
    """Writes JSON values, whole or not at all.

    Raises:
        OutputError: the disk is full or the folder cannot be written to.
    """
    write_text(path, json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def require_new(folder: str | Path) -> Path:
    """The path of a folder that is not there yet, or empty.

    Raises:
        BadInput: it holds something, or is a file.
    """
    path = Path(folder)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise BadInput("This folder is not empty", file=path, advice="Name a new one.")
    return path


@contextmanager
def writing_folder(path: str | Path, *, new: bool = False) -> Iterator[Path]:
    """Gives a temporary folder beside ``path`` and moves it there when the block succeeds.

    An existing ``path`` keeps its other files; those of the same name are replaced one by one. A
    program that is killed meanwhile leaves that to the next one that writes there.

    Args:
        path: the folder to be written.
        new: it must not hold anything yet.

    Raises:
        BadInput: it holds something although it was to be new.
        Busy: another program is writing it.
        OutputError: the disk is full or the folder cannot be written to.
    """
    path = Path(path)
    _look_once(str(path.parent), os.getpid())
    with _errors_of(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _beside(path)
    try:
        temporary.mkdir(mode=0o700)
        _require_alone(temporary, path)
        if new:
            require_new(path)
        yield temporary
        _move(temporary, path)
    except SpineError as error:
        if error.file:  # the temporary name says nothing to a person
            error.file = error.file.replace(str(temporary), str(path))
        raise
    except OSError as error:
        raise from_os_error(error, path) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def alone(path: str | Path) -> Iterator[None]:
    """Keeps other programs that ask the same from writing a folder for a longer time.

    Raises:
        Busy: another program is writing it.
        OutputError: the disk is full or the place cannot be written to.
    """
    path = Path(path)
    _look_once(str(path.parent), os.getpid())
    with _errors_of(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        mark = _beside(path)
        mark.touch(mode=0o600, exist_ok=False)
    try:
        _require_alone(mark, path)
        yield
    finally:
        with suppress(OSError):
            mark.unlink()


@contextmanager
def _errors_of(path: Path) -> Iterator[None]:
    """Says an operating system's refusal inside as one of this path."""
    try:
        yield
    except OSError as error:
        raise from_os_error(error, path) from error


def temporary_folder(purpose: str) -> Path:
    """Makes a folder among the system's temporary ones, for this user; whoever asks removes it.

    Those of killed programs are removed before.
    """
    folder = Path(tempfile.gettempdir()) / purpose
    _look_once(str(folder.parent), os.getpid())
    with _errors_of(folder.parent):
        temporary = _beside(folder)
        temporary.mkdir(mode=0o700)
        return temporary


def temporary_directory(purpose: str) -> tempfile.TemporaryDirectory[str]:
    """As `temporary_folder`, as an object that removes the folder when it is cleaned up or let go."""
    base = Path(tempfile.gettempdir())
    _look_once(str(base), os.getpid())
    with _errors_of(base):
        return tempfile.TemporaryDirectory(prefix=f"{_beside(base / purpose).name}-")


def is_there(path: Path, *, file: bool = False) -> bool:
    """Whether a path that a file named is there (and a file); what can be no path is not."""
    try:
        return path.is_file() if file else path.exists()
    except (OSError, ValueError):  # too long a name, a null character
        return False


def sweep(folder: str | Path, process: int) -> None:
    """Removes what a killed process left half-written in a folder, and finishes what was whole.

    Args:
        folder: where it was writing; need not exist.
        process: its number; it must have ended.
    """
    for left in Path(folder).glob(f"{_prefix(process)}*"):
        _remove(left)


def remove_left(folder: str | Path) -> None:
    """Removes what ended programs left half-written in a folder, which need not exist."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".writing-") and _has_ended(Path(entry.path)):
                _remove(Path(entry.path))


@cache
def _look_once(folder: str, process: int) -> None:
    """`remove_left`, once for each process: a folder may hold many files."""
    remove_left(folder)


def _remove(left: Path) -> None:
    if left.is_dir() and not left.is_symlink():
        _finish(left)
        shutil.rmtree(left, ignore_errors=True)
        return
    with suppress(OSError):
        left.unlink(missing_ok=True)


def _has_ended(left: Path) -> bool:
    """Whether the program that wrote a temporary file or folder has ended."""
    name = _NAME.match(left.name)
    if name is not None and name[2] == _machine():
        return not is_running(int(name[1]))
    with suppress(OSError):
        return time.time() - left.stat().st_mtime > _OLD_SECONDS
    return False


def is_running(process: int) -> bool:
    """Whether a process of this machine runs; one that ended and that nobody fetched does not."""
    if os.name == "nt":
        return _runs_on_windows(process)
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return True


def _runs_on_windows(process: int) -> bool:
    import ctypes

    still_active, query = 259, 0x1000  # PROCESS_QUERY_LIMITED_INFORMATION
    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]
    handle = kernel.OpenProcess(query, False, process)
    if not handle:
        return False
    code = ctypes.c_ulong()
    known = kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return not known or code.value == still_active


def _require_alone(mine: Path, path: Path) -> None:
    """Of several that write one folder, the one that began first goes on."""
    wanted = _NAME.match(mine.name)
    assert wanted is not None
    for other in path.parent.glob(".writing-*"):
        name = _NAME.match(other.name)
        if name is None or name[3] != wanted[3] or name.group(1, 2) == wanted.group(1, 2):
            continue
        if name[4] < wanted[4] and not _has_ended(other):
            raise Busy(
                "Another program is writing into this folder",
                file=path,
                advice="Wait until it has finished, or choose another folder.",
            )


def _move(temporary: Path, path: Path) -> None:
    if not path.exists():
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o777 & ~mask)
        with suppress(OSError):  # made by somebody else meanwhile
            temporary.rename(path)
            return
    # From here on whoever finds the temporary folder finishes the move, if this program is killed.
    (temporary / _WHOLE).write_text(path.name, encoding="utf-8")
    _move_files(temporary, path)


def _move_files(temporary: Path, path: Path) -> None:
    for source in sorted(p for p in temporary.rglob("*") if p.is_file() and p.name != _WHOLE):
        target = path / source.relative_to(temporary)
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)


def _finish(left: Path) -> None:
    """Moves what a killed program had written whole and not yet moved."""
    mark = left / _WHOLE
    with suppress(OSError, ValueError):
        if mark.is_file():
            name = mark.read_text(encoding="utf-8")
            if Path(name).name == name and (left.parent / name).is_dir():
                _move_files(left, left.parent / name)


def _beside(path: Path, suffix: str = "") -> Path:
    of = hashlib.sha256(path.name.encode(errors="surrogateescape")).hexdigest()[:8]
    when = f"{time.time_ns():016x}{secrets.token_hex(3)}"
    return path.parent / f"{_prefix(os.getpid())}{_machine()}-{of}-{when}{suffix}"


def _prefix(process: int) -> str:
    return f".writing-{process}-"


@cache
def _machine() -> str:
    return hashlib.sha256(platform.node().encode()).hexdigest()[:6]
