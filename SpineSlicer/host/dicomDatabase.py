"""What Slicer's DICOM database holds of a study, so that the same study is read from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import slicer

# Patients whose studies are offered: a menu longer than this is searched in the DICOM module.
MOST_PATIENTS = 15


@dataclass(frozen=True)
class DatabaseStudy:
    """One study of the database.

    Attributes:
        uid: Study Instance UID.
        title: whose it is, of when and what; for the screen only.
    """

    uid: str
    title: str


def databaseStudies() -> list[DatabaseStudy]:
    """The MR studies of the patients that came last; none where no database is open."""
    database = _database()
    if database is None:
        return []
    studies = []
    for patient in reversed(database.patients()[-MOST_PATIENTS:]):
        name = _readable(database.nameForPatient(patient))
        for uid in database.studiesForPatient(patient):
            series = database.seriesForStudy(uid)
            if any(database.fieldForSeries("Modality", seriesUid) == "MR" for seriesUid in series):
                words = (name, _day(database.fieldForStudy("StudyDate", uid)),
                         database.descriptionForStudy(uid))  # fmt: skip
                studies.append(DatabaseStudy(uid, ", ".join(word for word in words if word) or uid))
    return studies


def studyFiles(studyInstanceUid: str) -> list[str]:
    """All files of a study of the database that are there."""
    database = _database()
    series = database.seriesForStudy(studyInstanceUid) if database is not None else ()
    return [file for uid in series for file in database.filesForSeries(uid) if _isFile(file)]


def seriesFiles(seriesInstanceUids: Sequence[str]) -> list[str]:
    """The database's files of some series; nothing unless it has files of each of them."""
    database, collected = _database(), []
    for uid in seriesInstanceUids:
        files = database.filesForSeries(uid) if database is not None and uid else ()
        files = [file for file in files if _isFile(file)]
        if not files:
            return []
        collected += files
    return collected


def instanceFiles(sopInstanceUids: Sequence[str]) -> list[str]:
    """The database's files of some images; nothing unless it has each of them."""
    database = _database()
    files = [database.fileForInstance(uid) for uid in sopInstanceUids] if database else []
    return files if all(_isFile(file) for file in files) else []


def _database() -> Any:
    """Slicer's database; None where the DICOM module is switched off or none is open."""
    database = getattr(slicer, "dicomDatabase", None)
    return database if database is not None and database.isOpen else None


def _readable(name: str) -> str:
    """A person's name (PS3.5, 6.2.1.2) as people write it: ``Doe^Jane`` is ``Doe, Jane``."""
    family, *others = (part.strip() for part in name.split("=")[0].split("^"))
    given = " ".join(part for part in others if part)
    return ", ".join(part for part in (family, given) if part)


def _day(date: str) -> str:
    """``20200131`` as ``2020-01-31``, as Slicer's DICOM browser shows it; anything else as it is."""
    known = len(date) == 8 and date.isdigit()
    return f"{date[:4]}-{date[4:6]}-{date[6:]}" if known else date


def _isFile(path: str) -> bool:
    return bool(path) and Path(path).is_file()
