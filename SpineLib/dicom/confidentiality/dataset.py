"""One data set de-identified, with every sequence in it."""

from __future__ import annotations

import copy
from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from dicomanonymizer.simpledicomanonymizer import replace_element
from pydicom.datadict import dictionary_has_tag
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence
from pydicom.sr._concepts_dict import concepts
from pydicom.uid import UID_dictionary

from SpineLib import __version__
from SpineLib.dicom.confidentiality import traces
from SpineLib.dicom.confidentiality.descriptors import cleaned
from SpineLib.dicom.confidentiality.key import Key
from SpineLib.dicom.confidentiality.profile import OPTION_CODES, PROFILE_CODE, Action, action
from SpineLib.dicom.people import Person, is_placeholder, name_words, person
from SpineLib.options import ProfileOption as Option

_CURVES, _OVERLAYS, _PADDING = 0x5000, 0x6000, 0xFFFCFFFC
# Coded words without which a structured report or a drawing has no structure.
_STRUCTURE = {
    "ValueType", "RelationshipType", "ContinuityOfContent", "GraphicType", "TemporalRangeType",
    "GraphicAnnotationUnits", "BoundingBoxAnnotationUnits", "AnchorPointAnnotationUnits",
    "AnchorPointVisibility", "GraphicFilled", "MappingResource", "ReferencedFrameNumber",
    "ReferencedSegmentNumber",
}  # fmt: skip
# UIDs of kinds and of code systems, not of an object or a person.
_NO_INSTANCES = {
    "SOPClassUID", "ReferencedSOPClassUID", "ReferencedSOPClassUIDInFile", "RelatedGeneralSOPClassUID",
    "ReferencedRelatedGeneralSOPClassUIDInFile", "OriginalSpecializedSOPClassUID",
    "TransferSyntaxUID", "AvailableTransferSyntaxUID", "ReferencedTransferSyntaxUIDInFile",
    "CodingSchemeUID", "ContextUID", "MappingResourceUID",
}  # fmt: skip
_CODES = {"CodeValue", "CodingSchemeDesignator", "CodeMeaning"}
# The library's own, of the year 1, is refused by dciodvfy.
_DUMMY_DATES = {"DA": "19000101", "DT": "19000101000000"}
# 45 CFR 164.514(b)(2)(i)(C): ages over 89 are told as one group.
_OLDEST = 89


class Deidentifier:
    """PS3.15's basic application confidentiality profile with options.

    Args:
        key: gives new identities; remembers what it gave.
        options: what is retained or cleaned instead of removed.

    Attributes:
        counts: what was done so far: (attribute, what) → how often; never values.
    """

    def __init__(self, key: Key, options: Collection[Option] = ()) -> None:
        self.key = key
        self.options = frozenset(options)
        self.counts: Counter[tuple[str, str]] = Counter()
        self._people: dict[str, set[str]] = defaultdict(set)
        # Programs put one item into several sequences; what was renamed must not be so again.
        self._done: dict[tuple[int, bool], Dataset] = {}

    @property
    def shared(self) -> dict[str, int]:
        """Patient IDs that stand for several people, and for how many."""
        return {named: len(people) for named, people in self._people.items() if len(people) > 1}

    def pseudonym(self, dataset: Dataset) -> str:
        """The pseudonym of the patient of an original data set."""
        return self.key.pseudonym(self._patient(dataset))

    def _patient(self, dataset: Dataset) -> str:
        patient = self.key.patient(patient_of(dataset), person_of(dataset))
        patient_id = str(dataset.get("PatientID") or "").strip()
        if patient_id:
            self._people[patient_id].add(patient)
        return patient

    def dataset(self, original: Dataset) -> Dataset:
        """A de-identified copy; the original stays as it is.

        Pixels are taken over as they are: see `burnt_in` for text in them.
        """
        patient = self._patient(original)
        sought = traces.sought_in(original, self.options)
        clean = copy.deepcopy(original)
        for name in ("file_meta", "preamble"):
            if hasattr(clean, name):
                delattr(clean, name)
        self._done.clear()
        self._walk(clean, self.key.days(patient))
        self._remove_traces(clean, sought)
        clean.PatientName = clean.PatientID = self.key.pseudonym(patient)
        self.counts["PatientName and PatientID", "given the patient's pseudonym"] += 1
        self._say_what_was_done(clean)
        return clean

    def _walk(self, dataset: Dataset, days: int) -> None:
        for tag in list(dataset.keys()):
            if tag.is_private:
                self._delete(dataset, tag, "private elements")
            elif tag.group & 0xFF00 in (_CURVES, _OVERLAYS):
                self._delete(dataset, tag, "curves and overlays")
            elif tag.group < 8 or tag == _PADDING or not dictionary_has_tag(tag):
                self._delete(dataset, tag, "elements that the standard does not know")
            else:
                self._act(dataset, dataset[tag], days)

    def _delete(self, dataset: Dataset, tag: int, name: str) -> None:
        del dataset[tag]
        self.counts[name, Action.remove.value] += 1

    def _act(self, dataset: Dataset, element: DataElement, days: int) -> None:
        what = action(int(element.tag), element.VR, self.options)
        if what is Action.remove:
            del dataset[element.tag]
        elif element.VR == "SQ":
            what = self._act_on_sequence(element, what, days)
        elif what is Action.uid or (what is Action.dummy and element.VR == "UI"):
            what = self._new_uids(element)
        elif what is Action.shift:
            what = _shift(element, days)
        elif what is Action.empty:
            element.value = None
        elif what is Action.dummy:
            what = _put_dummy(dataset, element)
        elif what is Action.clean:
            element.value = cleaned("\\".join(map(str, _values(element))))
        elif element.keyword == "PatientAge":
            what = _group_high_ages(element)
        if what is not Action.keep:
            self.counts[element.keyword, what.value] += 1

    def _act_on_sequence(self, element: DataElement, what: Action, days: int) -> Action:
        if what is Action.empty:
            element.value = Sequence()
        for item in element.value or ():
            done = id(item), what is Action.dummy
            if done in self._done:
                continue
            self._done[done] = item
            if what is Action.dummy:
                self._put_dummies(item)
            else:
                self._walk(item, days)
        return what

    def _new_uids(self, element: DataElement) -> Action:
        if element.keyword in _NO_INSTANCES:
            return Action.keep
        old = [str(value).strip(" \0") for value in _values(element)]
        new = [uid if not uid or uid in UID_dictionary else self.key.uid(uid) for uid in old]
        if old == new:
            return Action.keep
        element.value = new if len(new) > 1 else new[0]
        return Action.uid

    def _put_dummies(self, item: Dataset) -> None:
        """Structure and references stay; codes that DICOM does not know, text and numbers go."""
        if not _known_code(item):
            for keyword in _CODES & set(item.dir()):
                item[keyword].value = "ANONYMIZED"
        for tag in list(item.keys()):
            if tag.is_private or not dictionary_has_tag(tag):
                del item[tag]
                continue
            element = item[tag]
            if element.VR == "SQ":
                self._act_on_sequence(element, Action.dummy, 0)
            elif element.VR == "UI":
                if Option.uids not in self.options:
                    self._new_uids(element)
            elif element.keyword not in _STRUCTURE | _CODES:
                _put_dummy(item, element)

    def _remove_traces(self, dataset: Dataset, sought: traces.Sought) -> None:
        for element in dataset:
            if element.VR == "SQ":
                for item in element.value or ():
                    self._remove_traces(item, sought)
            elif traces.holds(element, sought):
                element.value = traces.without(element, sought)
                self.counts[element.keyword, "emptied: it held an identifying value"] += 1

    def _say_what_was_done(self, dataset: Dataset) -> None:
        """PS3.15 E.1.1 and E.3.6: that, how and by which options (PS3.3 C.7.1.1, C.12.1)."""
        ordered = [option for option in Option if option in self.options]
        used = [PROFILE_CODE, *(OPTION_CODES[option] for option in ordered)]
        dataset.PatientIdentityRemoved = "YES"
        dataset.DeidentificationMethod = [f"SlicerSpineMRI {__version__}", *(
            f"PS3.15 {code.value}" for code in used
        )]  # fmt: skip
        items = []
        for code in used:
            item = Dataset()
            item.CodeValue, item.CodingSchemeDesignator = code.value, code.scheme_designator
            item.CodeMeaning = code.meaning
            items.append(item)
        dataset.DeidentificationMethodCodeSequence = items
        modified = Option.modified_dates in self.options
        dataset.LongitudinalTemporalInformationModified = "MODIFIED" if modified else "REMOVED"


def patient_of(dataset: Dataset) -> str:
    """What tells a patient from others: the ID, else name and birth date, else the study.

    An ID that many have, as anonymisers write, tells nobody from others.
    """
    patient = str(dataset.get("PatientID") or "").strip()
    if patient and not is_placeholder(patient):
        return f"ID {patient}"
    name = str(dataset.get("PatientName") or "").strip()
    if name_words(name):
        return f"name {name} {dataset.get('PatientBirthDate') or ''}".strip()
    return f"study {dataset.get('StudyInstanceUID') or ''}".strip()


def person_of(dataset: Dataset) -> Person:
    """What the data set says of the person, to tell two people of one ID apart."""
    keywords = ("PatientName", "PatientBirthDate", "PatientSex", "IssuerOfPatientID")
    values = (dataset.get(keyword) for keyword in keywords)
    return person(*(str(value or "") for value in values))


def _values(element: DataElement) -> list[object]:
    value = element.value
    if value is None:
        return [""]
    return list(value) if isinstance(value, (list, MultiValue)) else [value]


def _known_code(item: Dataset) -> bool:
    """Whether a code's item says a concept that the standard's dictionary has, by its own words."""
    scheme, value = str(item.get("CodingSchemeDesignator")), str(item.get("CodeValue"))
    meaning = _concepts().get((scheme, value))
    if meaning is None:
        return False
    item.CodeMeaning = meaning
    return True


@lru_cache(maxsize=1)
def _concepts() -> dict[tuple[str, str], str]:
    return {
        (scheme, value): meaning
        for scheme, names in cast(dict[str, Any], concepts).items()
        for coded in names.values()
        for value, (meaning, *_) in coded.items()
    }


def _put_dummy(dataset: Dataset, element: DataElement) -> Action:
    """The library's dummy of this kind of value; what it has none for is removed."""
    if element.VR in _DUMMY_DATES:
        element.value = _DUMMY_DATES[element.VR]
        return Action.dummy
    try:
        replace_element(element)
        return Action.dummy
    except NotImplementedError:
        del dataset[element.tag]
        return Action.remove


def _shift(element: DataElement, days: int) -> Action:
    """Moves a date by whole days; a time of day stays, a date that is incomplete goes."""
    if element.VR == "TM":
        return Action.keep
    shifted = []
    for value in _values(element):
        text = str(value).strip()
        try:
            moved = datetime.strptime(text[:8], "%Y%m%d") + timedelta(days=days)
            shifted.append(f"{moved:%Y%m%d}{text[8:]}" if len(text) >= 8 else "")
        except (ValueError, OverflowError):
            shifted.append("")
    element.value = shifted if len(shifted) > 1 else shifted[0]
    return Action.shift


def _group_high_ages(element: DataElement) -> Action:
    text = str(element.value or "")
    if text.endswith("Y") and text[:-1].isdigit() and int(text[:-1]) > _OLDEST:
        element.value = f"{_OLDEST + 1:03d}Y"
        return Action.clean
    return Action.keep
