"""The images of a planned study, for as long as it is read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from SpineLib.cohort.planned import FOLDER, VOLUME, WEB, ZIP, Part, PlannedStudy
from SpineLib.dicom.places import files_of
from SpineLib.dicom.stack import Skipped
from SpineLib.dicom.unzipping import remove_unpacked
from SpineLib.errors import BadInput
from SpineLib.progress import Progress
from SpineLib.store.files import temporary_folder


def unpacked(
    file: Path, progress: Progress | None = None
) -> tuple[Path, list[Path], list[Skipped]]:
    """A zip's files, the folder that they are named in, and what was left out.

    Raises:
        BadInput: it is damaged, or no study's.
        OutputError: there is no room to unpack it.
    """
    files, closed = files_of(file, progress)
    parents = [str(path.parent) for path in files]
    return Path(os.path.commonpath(parents)) if parents else file, files, closed


@contextmanager
def opened(study: PlannedStudy, progress: Progress) -> Iterator[Path | Sequence[Path]]:
    """What `SpineLib.inference.study.read_study` takes: files, or one volume file.

    Args:
        study: of the plan.
        progress: told of what is unpacked or fetched.

    Raises:
        BadInput: images are no longer where they were.
        SpineError: an archive does not answer; the disk is full.
    """
    if study.parts and study.parts[0].kind == VOLUME:
        yield Path(study.parts[0].path)
        return
    fetched: list[Path] = []
    try:
        files = [path for part in study.parts for path in _files(part, fetched, progress)]
        if not files:
            raise BadInput("There are no images where the plan found them", advice="Plan again.")
        yield files
    finally:
        remove_unpacked()
        for folder in fetched:
            shutil.rmtree(folder, ignore_errors=True)


def _files(part: Part, fetched: list[Path], progress: Progress) -> list[Path]:
    if part.kind == WEB:
        from SpineLib.pacs.destinations import destination
        from SpineLib.pacs.fetching import fetch

        folder = temporary_folder("fetched")
        fetched.append(folder)
        fetch(destination(part.path), folder / "images", study=part.files[0], progress=progress)
        return sorted((folder / "images").iterdir())
    if part.kind == ZIP:
        folder, files, _ = unpacked(Path(part.path), progress)
        return [folder / name for name in part.files] if part.files else files
    assert part.kind == FOLDER
    folder = Path(part.path)
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise BadInput("The images are no longer where the plan found them") from error
    return [folder / name for name in part.files] if part.files else files
