"""Fetches studies from an archive into a folder, whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydicom.dataset import Dataset

from SpineLib.errors import BadRequest, SpineError, from_os_error
from SpineLib.pacs.destinations import Destination
from SpineLib.progress import Progress
from SpineLib.store.files import writing_folder


def fetch(
    archive: Destination,
    out: str | Path,
    *,
    study: str = "",
    accession: str = "",
    progress: Progress | None = None,
) -> int:
    """Retrieves the MR images of one study by DICOMweb or C-GET.

    Args:
        archive: the archive.
        out: the folder; files of other names in it stay.
        study: Study Instance UID.
        accession: Accession Number, in its place.
        progress: one step an image.

    Returns:
        How many images.

    Raises:
        BadRequest: neither or both are given, or one that stands for many.
        SpineError: the archive cannot be reached or refuses, or has no such study, several, or no MR
            image of it.
    """
    progress = progress or Progress()
    if bool(study) == bool(accession):
        raise BadRequest("Give the study by its UID or by its accession number")
    if set(study or accession) & set("*?\\"):  # an archive would take them for many numbers
        raise BadRequest("The number of a study has no *, ? or backslash in it")
    if archive.is_web:
        from SpineLib.pacs import web as way
    else:
        from SpineLib.pacs import dimse as way  # type: ignore[no-redef]
    wanted = study or _only(way.find_study(archive, AccessionNumber=accession), archive)
    progress.stage("Fetching")
    with writing_folder(out) as folder:

        def keep(image: Dataset) -> Path:
            progress.check()
            if image.get("StudyInstanceUID") != wanted:
                raise SpineError(f"{archive.where} sent an image of another study")
            path = folder / _name(image)
            try:
                image.save_as(path, enforce_file_format=True)
            except OSError as error:
                raise from_os_error(error, path) from error
            progress.advance()
            return path

        count = way.get_study(archive, wanted, keep)
        if not count:
            raise SpineError(f"{archive.where} sent no MR image of this study")
    return count


def _only(studies: list[str], archive: Destination) -> str:
    if len(studies) != 1:
        how_many = f"{len(studies)} studies" if studies else "no study"
        raise SpineError(f"{archive.where} has {how_many} with this accession number")
    return studies[0]


def _name(image: Dataset) -> str:
    """A file name that no object can choose: what it says of itself may be a path."""
    return hashlib.sha256(str(image.SOPInstanceUID).encode()).hexdigest()[:24] + ".dcm"
