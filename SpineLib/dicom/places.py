"""Where files of a study lie: folders with links in them, a zip, a DICOMDIR."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from SpineLib.dicom.dicomdir import NAME, named_files
from SpineLib.dicom.stack import Skipped
from SpineLib.dicom.unzipping import is_zip, unzipped
from SpineLib.errors import BadInput
from SpineLib.progress import Progress

_NOWHERE = "is a link that leads nowhere"
_NO_FILE = "is neither a file nor a folder"
_MISSING = "is named by the DICOMDIR but is missing"


def files_of(
    source: str | Path, progress: Progress | None = None
) -> tuple[list[Path], list[Skipped]]:
    """The files of a folder with all folders below it, of a zip, or that a DICOMDIR names.

    Links are followed once: each folder and file is met once, however many ways lead to it.

    Args:
        source: a folder or a file.
        progress: told of what is unpacked.

    Returns:
        The files in a fixed order, and what could not be looked into, with the reason.

    Raises:
        BadInput: there is no such folder, or it is a zip that cannot be unpacked.
    """
    source = Path(source)
    if not source.exists():
        raise BadInput("There is no such folder", file=source)
    if source.is_file():
        if source.name.upper() == NAME:
            return _of_dicomdir(source)
        if not is_zip(source):
            return [source], []
        folder, left_out = unzipped(source, progress)
        return _in_folder(folder, left_out)
    return _in_folder(source, ()) if source.is_dir() else ([], [Skipped(source, _NO_FILE)])


def _in_folder(folder: Path, left_out: Sequence[Skipped]) -> tuple[list[Path], list[Skipped]]:
    closed = list(left_out)
    files = sorted(walk(folder, closed))
    for directory in [path for path in files if path.name.upper() == NAME]:
        closed += _missing(directory)
    return files, closed


def walk(folder: Path, closed: list[Skipped]) -> list[Path]:
    """All plain files below a folder; what cannot be opened goes into ``closed``.

    Links come last, so that a file is found at its own place if that is in the folder too.
    """
    met = _Found()
    met.enter(folder, closed)
    while met.links:
        met.follow(closed)
    return met.files


class _Found:
    """What a walk has met so far."""

    def __init__(self) -> None:
        self.files: list[Path] = []
        self.links: list[Path] = []
        self._folders: list[Path] = []
        # What was met, once there are links: before, nothing can be met twice, and the disk need
        # not be asked about each file.
        self._met: set[tuple[int, int]] | None = None

    def enter(self, folder: Path, closed: list[Skipped]) -> None:
        """Takes the files of a folder and of all folders below it; keeps links for later."""
        waiting = [folder]
        while waiting:
            inside = waiting.pop()
            if self._was_met(inside):
                continue
            self._folders.append(inside)
            try:
                entries = sorted(os.scandir(inside), key=lambda entry: entry.name)
            except OSError as error:
                closed.append(_closed(inside, error))
                continue
            for entry in entries:
                path = inside / entry.name
                if entry.is_symlink() or _is_junction(entry):
                    self.links.append(path)
                elif entry.is_dir(follow_symlinks=False):
                    waiting.append(path)
                elif not entry.is_file(follow_symlinks=False):
                    closed.append(Skipped(path, _NO_FILE))
                elif not self._was_met(path):
                    self.files.append(path)

    def follow(self, closed: list[Skipped]) -> None:
        """Takes what the next link leads to, unless that was met already."""
        if self._met is None:
            self._met = set()
            for path in (*self._folders, *self.files):
                self._was_met(path)
        link = self.links.pop(0)
        try:
            if link.is_dir():
                self.enter(link, closed)
            elif link.is_file():
                if not self._was_met(link):
                    self.files.append(link)
            else:
                closed.append(Skipped(link, _NO_FILE if link.exists() else _NOWHERE))
        except OSError as error:  # it leads into a folder that is closed
            closed.append(_closed(link, error))

    def _was_met(self, path: Path) -> bool:
        """Whether the file or folder itself was met before, by whatever way; it now is."""
        if self._met is None:
            return False
        try:
            about = path.stat()
        except OSError:
            return False
        before = len(self._met)
        self._met.add((about.st_dev, about.st_ino))
        return len(self._met) == before


def _closed(path: Path, error: OSError) -> Skipped:
    return Skipped(path, f"cannot be opened ({error.strerror or error})")


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Windows' other kind of link to a folder."""
    ask = getattr(entry, "is_junction", None)  # since Python 3.12
    return bool(ask and ask())


def _of_dicomdir(file: Path) -> tuple[list[Path], list[Skipped]]:
    files, missing = named_files(file)
    return files, [Skipped(path, _MISSING) for path in missing]


def _missing(file: Path) -> list[Skipped]:
    try:
        return [Skipped(path, _MISSING) for path in named_files(file)[1]]
    except BadInput:
        return []  # no DICOMDIR, or a damaged one: the scan says which
