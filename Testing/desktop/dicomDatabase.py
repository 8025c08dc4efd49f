"""Slicer's DICOM database, filled with the files of folders; what it has not, it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pydicom
from pydicom.misc import is_dicom

from .facts import NotInSlicer, names


class DicomDatabase:
    """As far as the modules ask `slicer.dicomDatabase`; a patient is its Patient ID.

    A file whose SOP Instance UID is known already is dropped, as Slicer drops it.

    Args:
        folders: whose DICOM files it knows, in the order in which they are imported.
    """

    isOpen = True

    def __init__(self, *folders: Path) -> None:
        self._headers, known = {}, set()
        for file in (file for folder in folders for file in sorted(folder.rglob("*"))):
            if file.is_file() and is_dicom(file):
                header = pydicom.dcmread(file, stop_before_pixels=True)
                if header.SOPInstanceUID not in known:
                    self._headers[str(file)] = header
                known.add(header.SOPInstanceUID)

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("_") and name not in names("ctkDICOMDatabase"):
            raise NotInSlicer(f"Slicer's ctkDICOMDatabase has no {name}")
        return super().__getattribute__(name)

    def _find(self, wanted: str, key: str, value: str) -> tuple[str, ...]:
        found = (str(h[wanted].value) for h in self._headers.values() if str(h[key].value) == value)
        return tuple(dict.fromkeys(found))

    def patients(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(str(h.PatientID) for h in self._headers.values()))

    def studiesForPatient(self, patient: str) -> tuple[str, ...]:
        return self._find("StudyInstanceUID", "PatientID", patient)

    def seriesForStudy(self, study: str) -> tuple[str, ...]:
        return self._find("SeriesInstanceUID", "StudyInstanceUID", study)

    def filesForSeries(self, series: str, hits: int = -1) -> tuple[str, ...]:
        found = [f for f, h in self._headers.items() if h.SeriesInstanceUID == series]
        return tuple(found if hits < 0 else found[:hits])

    def fileForInstance(self, instance: str) -> str:
        found = (f for f, h in self._headers.items() if h.SOPInstanceUID == instance)
        return next(found, "")

    def nameForPatient(self, patient: str) -> str:
        return next(iter(self._find("PatientName", "PatientID", patient)), "")

    def descriptionForStudy(self, study: str) -> str:
        return next(iter(self._find("StudyDescription", "StudyInstanceUID", study)), "")

    def fieldForStudy(self, field: str, study: str) -> str:
        return next(iter(self._find(field, "StudyInstanceUID", study)), "")

    def fieldForSeries(self, field: str, series: str) -> str:
        return next(iter(self._find(field, "SeriesInstanceUID", series)), "")
