"""Values that identify a patient, and whether they still stand in what was cleaned."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

from pydicom.charset import convert_encodings
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from SpineLib.dicom.confidentiality.descriptors import is_known
from SpineLib.dicom.confidentiality.profile import Option

# Of each option's name the values that stay, so that finding them again is no trace.
_IDENTIFYING: dict[str, Option | None] = {
    "PatientID": None, "OtherPatientIDs": None, "AccessionNumber": None, "PatientAddress": None,
    "PatientTelephoneNumbers": None, "PatientMotherBirthName": None, "MedicalRecordLocator": None,
    "MilitaryRank": None, "AdmissionID": None, "StudyID": None, "IssuerOfPatientID": None,
    "InstitutionName": Option.institution, "InstitutionAddress": Option.institution,
    "InstitutionalDepartmentName": Option.institution,
    "StationName": Option.device, "DeviceSerialNumber": Option.device,
    "PatientBirthDate": None,
}  # fmt: skip
_IDENTIFYING_UIDS = (
    "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID",
)  # fmt: skip
# Coded words that a reader needs; they are short and from fixed lists.
_FIXED = {
    "SpecificCharacterSet", "Modality", "ImageType", "FrameType", "PhotometricInterpretation",
    "CodingSchemeDesignator", "ValueType", "RelationshipType", "ContinuityOfContent",
}  # fmt: skip
_TEXT = {"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"}
# What other programs, and this one, write in a name's place.
_NOBODY = {
    "anonymized", "anonymised", "anonymous", "anonym", "unknown", "none", "removed", "nobody",
    "phantom", "patient", "test", "demo",
    # Makers, who enter themselves where they serve a scanner.
    "siemens", "philips", "canon", "toshiba", "hitachi", "fujifilm", "esaote", "hyperfine",
}  # fmt: skip
# Shorter words are found by chance in any text; by hand.
_SHORTEST, _SHORTEST_IN_BYTES = 4, 6


def identifying(dataset: Dataset, options: frozenset[Option]) -> set[str]:
    """Values of an original that must not be found again: names and their parts, numbers, places.

    Words that name the manufacturer, a plane, a region or nobody are left out.
    """
    people: set[str] = set()
    places: set[str] = set()
    for element in _elements(dataset):
        keep = _IDENTIFYING.get(element.keyword, ...)
        if element.VR == "PN":
            for name in _strings(element):
                people.update((name, *re.split(r"[\^=\s,]+", name)))
        elif element.VR != "SQ" and (keep is None or keep in set(Option) - options):
            (people if keep is None else places).update(_strings(element))
    # A maker's own site is called like the maker.
    maker = f"{dataset.get('Manufacturer')} {dataset.get('ManufacturerModelName')}".lower()
    places = {value for value in places if value.lower() not in maker}
    return {value for value in people | places if _tells(value)}


def original_uids(dataset: Dataset) -> set[str]:
    """The UIDs that would lead back to the original."""
    return {str(dataset.get(keyword)) for keyword in _IDENTIFYING_UIDS if dataset.get(keyword)}


def pattern(values: Iterable[str]) -> re.Pattern[str] | None:
    """Finds any of the values as whole words; None for no values."""
    parts = "|".join(re.escape(value) for value in sorted(values, key=len, reverse=True))
    return re.compile(rf"(?<![^\W_])(?:{parts})(?![^\W_])", re.I) if parts else None


def holds(element: DataElement, sought: re.Pattern[str] | None) -> bool:
    """Whether a text element holds a sought value."""
    if sought is None or element.VR not in _TEXT or element.keyword in _FIXED:
        return False
    return any(sought.search(text) for text in _strings(element))


def in_bytes(content: bytes, values: Iterable[str], character_set: str | list[str] | None) -> bool:
    """Whether a written file still holds one of the values, wherever: in a comment of its pixels too.

    Only values of six characters or more are sought: shorter ones are found by chance in pixels.
    """
    encodings = {"utf-8", "latin-1"}
    with suppress(LookupError, ValueError, TypeError):
        encodings.update(convert_encodings(character_set))
    for value in values:
        if len(value) < _SHORTEST_IN_BYTES:
            continue
        for coded in {value.encode(one, "ignore") for one in encodings}:
            if coded and coded in content:
                whole = rb"(?<![0-9A-Za-z.])" + re.escape(coded) + rb"(?![0-9A-Za-z.])"
                if re.search(whole, content):
                    return True
    return False


def _tells(value: str) -> bool:
    return (
        len(value) >= _SHORTEST
        and len(set(value)) > 1
        and value.lower() not in _NOBODY
        and not is_known(value)
    )


def _elements(dataset: Dataset) -> Iterator[DataElement]:
    for element in dataset:
        yield element
        if element.VR == "SQ":
            for item in element.value or ():
                yield from _elements(item)


def _strings(element: DataElement) -> list[str]:
    value = element.value
    many = value if isinstance(value, (list, MultiValue)) else [value]
    return [text for one in many if one is not None and (text := str(one).strip(" \0"))]
