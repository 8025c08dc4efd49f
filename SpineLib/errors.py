"""The one error shape of every door: what happened, to which file, what to do."""

from __future__ import annotations

import errno
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# Set in the environment, it lets an unexpected error end with its traceback.
DEBUG = "SPINE_DEBUG"
_FULL_BYTES = 1 << 16
_LONGEST = 1000  # characters of each part of an error
# Modules of the optional dependencies `train` in pyproject.toml, and the packages they come in.
TRAIN_MODULES = {
    "krippendorff": "krippendorff",
    "lightning_fabric": "lightning-fabric",
    "matplotlib": "matplotlib",
    "optuna": "optuna",
    "pandas": "pandas",
    "sklearn": "scikit-learn",
    "statsmodels": "statsmodels",
    "tensorboard": "tensorboard",
}


class SpineError(Exception):
    """An error for the person who reads it.

    Args:
        what: one clear sentence without a full stop: what happened.
        file: the file or folder that it happened to, if there is one.
        advice: what the person can do about it, in words that are true in every face.
        command: the command or option that does it; only a command line shows it.

    Example:
        >>> error = SpineError("The set is open", advice="Lock it first.", command="spine lock anna")
        >>> print(error)
        The set is open. Lock it first.
        >>> print(error.in_terminal)
        The set is open. Lock it first: spine lock anna
    """

    exit_code = 1

    def __init__(
        self,
        what: str,
        *,
        file: str | Path | None = None,
        advice: str = "",
        command: str = "",
    ) -> None:
        self.what = _one_line(what)
        self.file = None if file is None else _one_line(str(file))
        self.advice, self.command = _one_line(advice), command
        super().__init__(what)

    def __str__(self) -> str:
        text = self.what.rstrip(".")
        if self.file is not None:
            text += f" ({self.file})"
        return f"{text}. {self.advice}".rstrip()

    @property
    def in_terminal(self) -> str:
        """The same with the command."""
        return f"{str(self).rstrip('.')}: {self.command}" if self.command else str(self)

    def to_dict(self) -> dict[str, str | None]:
        """The error as JSON: ``what``, ``file``, ``advice``, ``kind`` (the class's name), ``command``."""
        values = {
            "kind": type(self).__name__,
            "what": self.what,
            "file": self.file,
            "advice": self.advice,
        }
        return values | ({"command": self.command} if self.command else {})

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SpineError:
        """From what `to_dict` gave; of a class that this program does not know, a plain one."""
        kind = globals().get(str(data["kind"]), SpineError)
        if kind is Cancelled:
            return Cancelled()
        command = data.get("command", "")
        return kind(data["what"], file=data["file"], advice=data["advice"], command=command)


def _one_line(text: str) -> str:
    """What files hold may stand in a sentence: no line breaks, no ends, nothing for a terminal."""
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return "".join(c if c.isprintable() else " " for c in short)


class BadInput(SpineError):
    """The input cannot be used: not DICOM, truncated, wrong shape, wrong kind."""

    exit_code = 3


class NotApplicable(SpineError):
    """A model was asked about images that it was not made for."""

    exit_code = 4


class BadModel(SpineError):
    """A model folder is broken: wrong hash, newer schema, missing file."""

    exit_code = 5


class OutputError(SpineError):
    """The result could not be written: no space, no permission."""

    exit_code = 6


class BadRequest(SpineError):
    """A command or request that this program does not understand."""

    exit_code = 2


class WorkerEnded(SpineError):
    """The reading process ended before it had answered."""

    exit_code = 7


class Cancelled(SpineError):
    """The person cancelled; nothing was written."""

    exit_code = 130

    def __init__(self, what: str = "Cancelled; nothing was written") -> None:
        super().__init__(what)


def from_os_error(error: OSError, file: str | Path | None) -> SpineError:
    """Says an operating system's error in the project's shape.

    Args:
        error: what the operating system said.
        file: the file or folder that was being written or read; None where nobody knows.

    Returns:
        An `OutputError` for a full disk or a lack of permission, `BadInput` for what is not
        there, else a `SpineError`.
    """
    error = _first_said(error)
    # Libraries that write for us say nothing of why (EIO, or no number at all).
    unsaid = error.errno in (None, errno.EIO)
    if error.errno in (errno.ENOSPC, errno.EDQUOT) or (unsaid and _is_full(file)):
        return OutputError(
            "The disk is full", file=file, advice="Free some space or choose another folder."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputError(
            "No permission to write or read here", file=file, advice="Choose another folder."
        )
    if error.errno == errno.EFBIG:
        return OutputError(
            "The file grew larger than this disk or this account allows",
            file=file,
            advice="Choose another folder.",
        )
    if error.errno in (errno.ENOENT, errno.ESTALE):
        return BadInput("It is missing", file=file, advice="Put it back, then try again.")
    why = str(error.strerror or error).strip().split("\n")[0] or type(error).__name__
    return SpineError(f"The operating system refused: {why}", file=file)


def _first_said(error: OSError) -> OSError:
    """The operating system's own error behind one that a library made of it."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno is not None:
            return seen
        seen = seen.__cause__ or seen.__context__
    return error


def _is_full(file: str | Path | None) -> bool:
    """Whether the disk that a file is on, or was to be on, has no space left."""
    if file is None:
        return False
    path = Path(file).absolute()
    there = next((p for p in (path, *path.parents) if p.exists()), None)
    try:
        return there is not None and shutil.disk_usage(there).free < _FULL_BYTES
    except OSError:
        return False


def from_exception(error: BaseException) -> SpineError:
    """Says any exception in the project's shape; what is one already stays as it is."""
    if isinstance(error, SpineError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Cancelled()
    if isinstance(error, OSError):
        return from_os_error(error, error.filename)
    if isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] in TRAIN_MODULES:
        return SpineError(
            f"The Python package {error.name} is not installed; training, evaluation and reader "
            "studies need it",
            advice="A clone's ./spine sets it up. For another Python: "
            f"{sys.executable or 'python'} -m pip install {' '.join(TRAIN_MODULES.values())}",
        )
    if isinstance(error, ModuleNotFoundError):
        return SpineError(
            f"The Python package {error.name} is not installed",
            advice="Set up again: from a clone with ./spine, in Slicer under Setup.",
        )
    if isinstance(error, MemoryError):
        return SpineError("There is not enough memory", advice="Close other programs.")
    return SpineError(
        f"Something went wrong inside the program: {type(error).__name__}: {error}",
        advice=f"This is a fault of the program; {DEBUG}=1 shows where it happened.",
    )
