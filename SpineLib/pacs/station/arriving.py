"""Looks at one object as it arrives: it is taken whole, or refused with a DICOM status."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from SpineLib.dicom.dictionary import tag
from SpineLib.dicom.elements import integer, read_elements, text
from SpineLib.dicom.header import read_header
from SpineLib.errors import BadInput

# Statuses of C-STORE (PS3.4 B.2.3).
OUT_OF_RESOURCES, DOES_NOT_MATCH, NOT_UNDERSTOOD = 0xA700, 0xA900, 0xC000
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")
_LONGEST_UID = 64
_WHOLE_STUDY, _CLASS = "NumberOfStudyRelatedInstances", "SOPClassUID"


class Refused(Exception):
    """An object is not taken.

    Args:
        status: that the sender is told.
        why: for the person; nothing of the patient.
    """

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


@dataclass(frozen=True)
class Arrival:
    """One image that can be taken.

    Attributes:
        study, uid: Study and SOP Instance UID.
        expected: how many objects the study has, where the image says so, else 0.
    """

    study: str
    uid: str
    expected: int = 0


def look_at(path: Path, kind: str, uid: str) -> Arrival:
    """What an object is, by its own header.

    Args:
        path: the object, as it was sent.
        kind, uid: SOP Class and Instance UID that the sender named it by.

    Raises:
        Refused: it is no MR image, is damaged, or is not what it was named.
    """
    try:
        first = read_header(path)[0].source
        elements, _, _ = read_elements(path, {tag(_WHOLE_STUDY), tag(_CLASS)})
    except BadInput as error:
        raise Refused(NOT_UNDERSTOOD, f"it {error.what}") from error
    if first.modality != "MR":
        raise Refused(DOES_NOT_MATCH, "it is not MR")
    if first.sop_instance_uid != uid or text(elements, _CLASS) != kind:
        raise Refused(DOES_NOT_MATCH, "it is not the object that it was named")
    if not (_is_uid(uid) and _is_uid(first.study_instance_uid)):
        raise Refused(NOT_UNDERSTOOD, "its UIDs are no UIDs")
    expected = integer(elements, _WHOLE_STUDY) or 0
    return Arrival(first.study_instance_uid, uid, max(expected, 0))


def _is_uid(text: str) -> bool:
    return len(text) <= _LONGEST_UID and _UID.fullmatch(text) is not None
