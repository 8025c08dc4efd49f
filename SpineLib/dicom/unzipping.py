"""A zip of a study, unpacked into a temporary folder for as long as this process lives.

The voxels of a file are read long after it was found, and by other processes too, so that its
files must lie somewhere.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from SpineLib.dicom.stack import Skipped
from SpineLib.errors import BadInput, Cancelled, OutputError, SpineError, from_os_error
from SpineLib.progress import Progress
from SpineLib.store.files import temporary_folder

_BEGIN = b"PK\x03\x04"
# A study has some thousand files, and DICOM becomes at most some ten times larger; masks and black
# pictures more, so that a small zip may. A zip beyond that was made to fill a disk.
_MOST_FILES, _MOST_RATIO, _SMALL_BYTES = 200_000, 100, 1 << 30
_SPARE_BYTES = 256 << 20
_BLOCK = 1 << 20
_LONGEST_NAME = 200  # bytes; most file systems have 255, and a number may follow
_DRIVE = re.compile("[A-Za-z]:")
_ADVICE = "Unpack it with another program and look at what it holds."

# A zip as it was when it was unpacked → where its files lie.
_unpacked: dict[tuple[str, int, int], tuple[Path, list[Skipped]]] = {}


def is_zip(file: Path) -> bool:
    """Whether a file is a zip: by its first bytes, or one with a program in front, by its last."""
    try:
        with file.open("rb") as stream:
            begin = stream.read(132)
            dicom = begin[128:] == b"DICM"
            return begin[:4] == _BEGIN or (not dicom and zipfile.is_zipfile(stream))
    except OSError:
        return False


def unzipped(file: Path, progress: Progress | None = None) -> tuple[Path, list[Skipped]]:
    """A temporary folder with a zip's files, and which of them were left out, with the reason.

    The folder stays until this process ends; the same zip is unpacked once.

    Args:
        file: the zip.
        progress: told of each file in it; cancels.

    Raises:
        BadInput: it is damaged or locked, leads out of its folder, or is larger than any study.
        OutputError: the disk is full.
        Cancelled: the person cancelled; nothing is left.
    """
    about = file.stat()
    key = str(file.resolve()), about.st_size, about.st_mtime_ns
    if key not in _unpacked:
        _unpacked[key] = _unpack(file, progress or Progress())
    return _unpacked[key]


def zip_of(path: Path) -> Path | None:
    """The zip that a file was unpacked from; None for any other file."""
    for (zipped, _, _), (folder, _) in _unpacked.items():
        if path.is_relative_to(folder):
            return Path(zipped)
    return None


def _unpack(file: Path, progress: Progress) -> tuple[Path, list[Skipped]]:
    folder: Path | None = None
    left_out: list[Skipped] = []
    done = False
    try:
        with zipfile.ZipFile(file) as packed:
            members = [member for member in packed.infolist() if not member.is_dir()]
            _check(members, file)
            folder = temporary_folder("unzipped")
            atexit.register(_remove, folder, os.getpid())
            for member in progress.track(members, "Unpacking files"):
                left_out += _take(packed, member, folder, file, progress)
        done = True
        return folder, left_out
    except (SpineError, Cancelled):
        raise
    except OSError as error:
        raise from_os_error(error, file) from error
    except Exception as error:  # zipfile lets out whatever it meets in damaged archives
        raise BadInput("The zip is damaged, so it cannot be unpacked", file=file) from error
    finally:
        if folder is not None and not done:
            shutil.rmtree(folder, ignore_errors=True)


def _check(members: list[zipfile.ZipInfo], file: Path) -> None:
    """Before anything is unpacked: names, and sizes as the zip says them."""
    if not members:
        raise BadInput("The zip holds no files", file=file)
    for member in members:
        # As the zip has it: on Windows a backslash divides, and a letter and a colon are a drive.
        name = PurePosixPath(member.orig_filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or _DRIVE.match(str(name)):
            raise BadInput(
                "The zip holds a file whose name leads out of its folder", file=file, advice=_ADVICE
            )
        if member.flag_bits & 1:
            raise BadInput("The zip is locked by a password", file=file, advice=_ADVICE)
    size, packed = sum(member.file_size for member in members), file.stat().st_size
    overlapping = sum(member.compress_size for member in members) > packed
    if len(members) > _MOST_FILES or overlapping or size > max(_SMALL_BYTES, _MOST_RATIO * packed):
        raise BadInput(
            f"The zip of {_megabytes(packed)} says that it unpacks to {len(members)} files of "
            f"{_megabytes(size)}, which no study does",
            file=file, advice=_ADVICE,
        )  # fmt: skip
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if size + _SPARE_BYTES > free:
        raise OutputError(
            f"The zip unpacks to {_megabytes(size)}, and {tempfile.gettempdir()} has "
            f"{_megabytes(free)} left", file=file,
            advice="Free some space, or unpack it elsewhere and give the folder.",
        )  # fmt: skip


def _take(
    packed: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, file: Path, progress: Progress
) -> list[Skipped]:
    """Unpacks one file, and no more of it than the zip said; or says why not."""
    if stat.S_ISLNK(member.external_attr >> 16):
        return [Skipped(file / member.filename, "is a link in a zip")]
    target = _free_place(folder, member.filename)
    try:
        with target.open("xb") as out:
            for block in _blocks(packed, member):
                out.write(block)
                progress.check()
    except zipfile.BadZipFile:
        target.unlink(missing_ok=True)
        return [Skipped(file / member.filename, "is damaged in the zip")]
    return []


def _blocks(packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a file unpacks to; `zipfile.BadZipFile` whatever is wrong with it."""
    left = member.file_size
    try:
        with packed.open(member) as source:
            while block := source.read(min(_BLOCK, left + 1)):
                left -= len(block)
                if left < 0:
                    raise zipfile.BadZipFile
                yield block
    except Exception as error:  # each method of compression has errors of its own
        raise zipfile.BadZipFile from error


def _free_place(folder: Path, name: str) -> Path:
    """Where a file goes; beside another one of the same name, which some zips have."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    path = folder.joinpath(*map(_short, parts))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):  # a file has the name of this one's folder
        path = folder / path.name
    count, free = 1, path
    while free.exists():
        count += 1
        free = path.with_name(f"{path.name}-{count}")
    return free


def _short(name: str) -> str:
    """The name, cut where this system could have no such one; Windows has none with a colon."""
    name = name.replace(":", "_")
    return name if len(os.fsencode(name)) <= _LONGEST_NAME else name[-_LONGEST_NAME // 4 :]


def remove_unpacked() -> None:
    """Removes what this process has unpacked, for one that ends without Python's own way."""
    for folder, _ in _unpacked.values():
        shutil.rmtree(folder, ignore_errors=True)
    _unpacked.clear()


def _remove(folder: Path, process: int) -> None:
    if os.getpid() == process:  # a forked one has inherited the call, and not the folder
        shutil.rmtree(folder, ignore_errors=True)


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB" if count >= 1e6 else f"{count / 1e3:,.1f} kB"
