"""The one error shape of every door: what happened, to which file, what to do."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

# Set in the environment, it lets an unexpected error end with its traceback.
DEBUG = "SPINE_DEBUG"
# Modules of the optional dependencies `train` in pyproject.toml, and the packages they come in.
TRAIN_MODULES = {
    "krippendorff": "krippendorff",
    "lightning_fabric": "lightning-fabric",
    "matplotlib": "matplotlib",
    "optuna": "optuna",
    "pandas": "pandas",
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
        self.what = what
        self.file = None if file is None else str(file)
        self.advice, self.command = advice, command
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
        """The error as JSON: ``what``, ``file``, ``advice``, ``kind`` (the class's name)."""
        return {
            "kind": type(self).__name__,
            "what": self.what,
            "file": self.file,
            "advice": self.advice,
        }


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


def from_os_error(error: OSError, file: str | Path) -> SpineError:
    """Says an operating system's error in the project's shape.

    Args:
        error: what the operating system said.
        file: the file or folder that was being written or read.

    Returns:
        An `OutputError` for a full disk or a lack of permission, else a `SpineError`.
    """
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OutputError(
            "The disk is full", file=file, advice="Free some space or choose another folder."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputError(
            "No permission to write or read here", file=file, advice="Choose another folder."
        )
    return SpineError(f"The operating system refused: {error.strerror or error}", file=file)


def from_exception(error: BaseException) -> SpineError:
    """Says any exception in the project's shape; what is one already stays as it is."""
    if isinstance(error, SpineError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Cancelled()
    if isinstance(error, OSError):
        return from_os_error(error, error.filename or "no file named")
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
        f"Something inside went wrong: {type(error).__name__}: {error}",
        advice=f"This is a fault of the program; {DEBUG}=1 shows where it happened.",
    )
