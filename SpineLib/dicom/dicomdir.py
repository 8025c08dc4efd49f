"""A DICOMDIR: which files of a disc it names (PS3.10 8 and PS3.3 F)."""

from __future__ import annotations

from pathlib import Path

from SpineLib.dicom.dictionary import tag
from SpineLib.dicom.elements import (
    DIRECTORY_CLASS,
    MEDIA_CLASS,
    TRANSFER_SYNTAX,
    encoding_of,
    items,
    text,
)
from SpineLib.dicom.walk import Damaged, walk, walk_meta
from SpineLib.errors import BadInput

NAME = "DICOMDIR"
# As discs name files, and as copies of discs do.
_ENDINGS = ("", ".dcm", ";1", ".")


def named_files(directory: Path) -> tuple[list[Path], list[Path]]:
    """The files that a DICOMDIR names: those that are there, and those that are not.

    Names are compared without case, as copies of discs change it; none leads out of the
    DICOMDIR's folder.

    Raises:
        BadInput: it is no DICOMDIR, damaged, or cannot be opened.
    """
    folder = _Folder(directory.parent)
    there, missing = [], []
    for parts in dict.fromkeys(_names(directory)):
        file = folder.find(parts)
        if file is None:
            missing.append(directory.parent.joinpath(*parts))
        else:
            there.append(file)
    return sorted(there), missing


def _names(directory: Path) -> list[tuple[str, ...]]:
    try:
        with directory.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(0)
            if stream.read(132)[128:] != b"DICM":
                stream.seek(0)
            meta = walk_meta(stream, size)
            if text(meta, MEDIA_CLASS) != DIRECTORY_CLASS:
                raise BadInput("This is not a DICOMDIR", file=directory)
            encoding, _ = encoding_of(stream, text(meta, TRANSFER_SYNTAX))
            wanted = {tag("DirectoryRecordSequence")}
            elements, _ = walk(stream, encoding, wanted, size)
        records = items(elements, "DirectoryRecordSequence")
    except OSError as error:
        what = f"The DICOMDIR cannot be opened ({error.strerror or error})"
        raise BadInput(what, file=directory) from error
    except Damaged as error:
        raise BadInput(
            "The DICOMDIR is damaged",
            file=directory,
            advice="Give the folder itself: its files are found without it.",
        ) from error
    named = (text(record, "ReferencedFileID") for record in records)
    return [tuple(part.strip() for part in name.split("\\")) for name in named if name]


class _Folder:
    """A folder in which names are found whatever their case, each level listed once."""

    def __init__(self, top: Path) -> None:
        self._top = top
        self._listed: dict[Path, dict[str, Path]] = {}

    def find(self, parts: tuple[str, ...]) -> Path | None:
        path = self._top
        for part in parts:
            if part in ("", ".", ".."):
                return None
            known = self._names(path)
            inner = next((p for e in _ENDINGS if (p := known.get((part + e).casefold()))), None)
            if inner is None:
                return None
            path = inner
        return path if path.is_file() else None

    def _names(self, folder: Path) -> dict[str, Path]:
        if folder not in self._listed:
            try:
                self._listed[folder] = {path.name.casefold(): path for path in folder.iterdir()}
            except OSError:
                self._listed[folder] = {}
        return self._listed[folder]
