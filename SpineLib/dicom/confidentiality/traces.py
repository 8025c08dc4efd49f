"""Values that identify a patient, and whether they still stand in what was cleaned."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import permutations

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from SpineLib.dicom.charset import decode, encodings, every_encoding
from SpineLib.dicom.confidentiality.descriptors import is_known
from SpineLib.dicom.confidentiality.spelling import spellings
from SpineLib.dicom.people import NOBODY, script
from SpineLib.options import ProfileOption as Option

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
    "SpecificCharacterSet", "Modality", "PhotometricInterpretation", "CodingSchemeDesignator",
    "ValueType", "RelationshipType", "ContinuityOfContent",
}  # fmt: skip
# Each value is looked at by itself; these words stay whatever the patient is called.
_KINDS = {"ImageType", "FrameType"}
_KIND_WORDS = {
    "original", "derived", "primary", "secondary", "mixed", "magnitude", "phase", "real",
    "imaginary", "norm", "mosaic", "localizer", "other",
}  # fmt: skip
_TEXT = {"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"}
_BYTES, _PIXELS = {"OB", "OW", "UN"}, 0x7FE0
# Makers, who enter themselves where they serve a scanner.
_MAKERS = {"siemens", "philips", "canon", "toshiba", "hitachi", "fujifilm", "esaote", "hyperfine"}
# Shorter words are found by chance in any text; by hand. Words of three letters are sought where a
# person types, not among codes. A script without letters says a name in two characters.
_SHORTEST, _SHORT, _SHORTEST_IN_BYTES = 4, 3, 6
_MOST_JOINED = 3
_SHORTEST_UNBROKEN, _SHORTEST_BYTES_UNBROKEN = 2, 5
_ESCAPES = re.compile(rb"\x1b\$?[()]?.")


@dataclass(frozen=True)
class Sought:
    """What must not be found: in any text, and where people type."""

    anywhere: re.Pattern[str] | None
    typed: re.Pattern[str] | None
    values: frozenset[str]
    encodings: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.anywhere or self.typed)


def identifying(dataset: Dataset, options: frozenset[Option]) -> set[str]:
    """Values of an original that must not be found again: names and their parts, numbers, places.

    Words that name the manufacturer, a plane, a region or nobody are left out.
    """
    people: set[str] = set()
    places: set[str] = set()
    names = _encodings(dataset)
    for element in _elements(dataset):
        keep = _IDENTIFYING.get(element.keyword, ...)
        if element.VR == "PN":
            for name in _readings(_strings(element), names):
                people.update((name, *re.split(r"[\^=\s,]+", name), *re.split(r"[\W_]+", name)))
        elif element.VR != "SQ" and (keep is None or keep in set(Option) - options):
            (people if keep is None else places).update(_strings(element))
            if element.VR == "DA":
                people.update(form for day in _strings(element) for form in _days(day))
    # A maker's own site is called like the maker.
    maker = f"{dataset.get('Manufacturer')} {dataset.get('ManufacturerModelName')}".lower()
    places = {value for value in places if value.lower() not in maker}
    return {value for value in people | places if _tells(value)}


def _days(day: str) -> Iterator[str]:
    """A date as people type it; with the year's century, as other numbers look alike without."""
    if re.fullmatch(r"\d{8}", day):
        year, month, number = day[:4], day[4:6], day[6:]
        yield number + month + year
        for sign in "./- ":
            for parts in ((year, month, number), (number, month, year), (month, number, year)):
                yield sign.join(parts)
                yield sign.join(part.lstrip("0") for part in parts)


def sought_in(dataset: Dataset, options: frozenset[Option]) -> Sought:
    """What must not be found again in the texts of this original's copy."""
    values, names = identifying(dataset, options), _encodings(dataset)
    folded = {form for value in values for form in spellings(value)}
    long = [_pattern(v) for v in folded if len(v) >= _SHORTEST or script(v) != "alphabet"]
    short = [_pattern(v) for v in folded if len(v) == _SHORT and script(v) == "alphabet"]
    for element in _elements(dataset):
        if element.VR == "PN":
            read = {form for n in _readings(_strings(element), names) for form in spellings(n)}
            long += [pattern for name in read for pattern in _whole_names(name)]
    return Sought(_any(long), _any(short), frozenset(values), names)


def original_uids(dataset: Dataset) -> set[str]:
    """The UIDs that would lead back to the original."""
    return {str(dataset.get(keyword)) for keyword in _IDENTIFYING_UIDS if dataset.get(keyword)}


def holds(element: DataElement, sought: Sought) -> bool:
    """Whether a text, or bytes that are no pixels, hold a sought value."""
    if not sought or element.keyword in _FIXED or element.tag.group == _PIXELS:
        return False
    if element.VR in _BYTES:
        value = element.value
        return isinstance(value, bytes) and in_bytes(value, sought.values, within=True)
    if element.VR not in _TEXT:
        return False
    typed = element.VR != "CS"
    return any(_says(t, sought, typed) for t in _strings(element) if not _is_kind(element, t))


def without(element: DataElement, sought: Sought) -> list[str] | None:
    """What may stay of an element that `holds` a sought value: of an image's kinds the others."""
    if element.keyword not in _KINDS:
        return None
    values = _strings(element)
    kept = [_is_kind(element, value) or not _says(value, sought, False) for value in values]
    return [value if keep else "OTHER" for value, keep in zip(values, kept, strict=True)]


def _is_kind(element: DataElement, value: str) -> bool:
    return element.keyword in _KINDS and value.lower() in _KIND_WORDS


def _says(text: str, sought: Sought, typed: bool) -> bool:
    patterns = [sought.anywhere, sought.typed if typed else None]
    texts = [form for read in _readings([text], sought.encodings) for form in spellings(read)]
    return any(p.search(form) for p in patterns if p for form in texts)


def in_bytes(content: bytes, values: Iterable[str], *, within: bool = False) -> bool:
    """Whether bytes hold one of the values in any character set of the standard, in any case.

    Of an alphabet only values of six characters or more are sought, as shorter ones are found by
    chance in pixels.

    Args:
        content: of a file, or of one of its elements.
        values: to be sought.
        within: names count between other letters, too, as a file's own words do not stand there.
    """
    lowered = content.lower()
    for value in values:
        unbroken = script(value) != "alphabet"
        if not unbroken and len(value) < _SHORTEST_IN_BYTES:
            continue
        for coded in _coded(value):
            if coded not in lowered:
                continue
            whole = rb"(?<![0-9a-z.])" + re.escape(coded) + rb"(?![0-9a-z.])"
            if unbroken or (within and value.isalpha()) or re.search(whole, lowered):
                return True
    return False


def _encodings(dataset: Dataset) -> tuple[str, ...]:
    named = dataset.get("SpecificCharacterSet") or ""
    many = [named] if isinstance(named, str) else list(named)
    return encodings("\\".join(map(str, many)))


def _readings(texts: list[str], names: tuple[str, ...]) -> list[str]:
    """The texts, and what those are that pydicom has read as Latin for want of an escape sequence."""
    if len(names) < 2:
        return texts
    again = []
    for text in texts:
        with suppress(UnicodeEncodeError):
            again.append(decode(text.encode("latin-1"), names))
    return texts + again


def _coded(value: str) -> set[bytes]:
    """The value in every character set that has it, without the sequences that switch between sets."""
    codes = set()
    for name in every_encoding():
        with suppress(LookupError, ValueError):
            codes.add(_ESCAPES.sub(b"", value.encode(name)).lower())
    return {coded for coded in codes if len(coded) >= _SHORTEST_BYTES_UNBROKEN}


def _pattern(folded: str) -> str:
    """The value as a whole word where its script has words; digits do not go on with a name."""
    inside = re.escape(folded)
    if script(folded) != "alphabet" or not folded.isascii():
        return inside
    before, after = ("[0-9]" if c.isdigit() else "[^\\W\\d_]" for c in (folded[0], folded[-1]))
    return f"(?<!{before}){inside}(?!{after})"


def _whole_names(name: str) -> Iterator[str]:
    """Family and given name together: as one word, and where parts are too short to be sought alone.

    Args:
        name: folded.
    """
    for group in name.split("="):
        words = [word for word in re.split(r"[\W_]+", group) if word][:_MOST_JOINED]
        if len(words) < 2 or set(words) & NOBODY:
            continue
        if sum(map(len, words)) >= _SHORTEST_IN_BYTES:
            yield from _run_together(words)
        if all(_is_sought(word) for word in words):
            continue
        if all(is_known(word) for word in words) or sum(map(len, words)) < _SHORTEST_UNBROKEN:
            continue
        for order in permutations(words, 2):
            unbroken = any(script(word) != "alphabet" for word in order)
            between = "[\\W_]*" if unbroken else "[\\W_]+"
            inside = between.join(map(re.escape, order))
            yield inside if unbroken else f"(?<![^\\W_]){inside}(?![^\\W_])"


def _run_together(words: list[str]) -> Iterator[str]:
    """Two or more words of a name typed as one, or with a break in another place."""
    for count in range(2, len(words) + 1):
        for some in permutations(words, count):
            if sum(map(len, some)) >= _SHORTEST_IN_BYTES:
                yield f"(?<![^\\W\\d_]){re.escape(''.join(some))}(?![^\\W\\d_])"


def _is_sought(word: str) -> bool:
    least = _SHORTEST if script(word) == "alphabet" else _SHORTEST_UNBROKEN
    return len(word) >= least


def _any(patterns: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(sorted(patterns, key=len, reverse=True))) if patterns else None


def _tells(value: str) -> bool:
    least = _SHORT if script(value) == "alphabet" else _SHORTEST_UNBROKEN
    lowered = value.lower()
    return (
        len(value) >= least
        and len(set(value)) > 1
        and lowered not in NOBODY | _MAKERS
        and not (lowered.isdigit() and len(value) < _SHORTEST)
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
    return [text for item in many if item is not None and (text := str(item).strip(" \0"))]
