"""What the profile says of each attribute: PS3.15 Table E.1-1, from the library that keeps it."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

from dicomanonymizer.dicomfields_selector import dicom_anonymization_database_selector
from pydicom.datadict import keyword_for_tag
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from SpineLib.options import ProfileOption as Option

# The newest edition of the table that the library ships.
EDITION = "dicomfields_2026c"


PROFILE_CODE: Code = codes.cid7050.BasicApplicationConfidentialityProfile
OPTION_CODES: dict[Option, Code] = {
    Option.uids: codes.cid7050.RetainUidsOption,
    Option.device: codes.cid7050.RetainDeviceIdentityOption,
    Option.institution: codes.cid7050.RetainInstitutionIdentityOption,
    Option.characteristics: codes.cid7050.RetainPatientCharacteristicsOption,
    Option.modified_dates: (codes.cid7050.RetainLongitudinalTemporalInformationModifiedDatesOption),
    Option.descriptors: codes.cid7050.CleanDescriptorsOption,
}


class Action(str, Enum):
    """What is done with an attribute."""

    remove = "removed"
    empty = "emptied"
    dummy = "replaced by a dummy"
    uid = "replaced by a new UID"
    references = "kept for its references"
    clean = "cleaned of all but known words"
    shift = "shifted"
    keep = "kept"


# The library's lists and the action of the table's code. "X unless Z or D is required to maintain
# IOD conformance": Z does no harm to an optional attribute, D would invent a value.
_LISTS = {
    "D_TAGS": Action.dummy,
    "Z_TAGS": Action.empty,
    "X_TAGS": Action.remove,
    "U_TAGS": Action.uid,
    "Z_D_TAGS": Action.empty,
    "X_Z_TAGS": Action.empty,
    "X_D_TAGS": Action.remove,
    "X_Z_D_TAGS": Action.remove,
    "X_Z_U_STAR_TAGS": Action.references,
}
# Type 1 or 1C in objects that are met here: Enhanced MR (PS3.3 C.8.13.1 and C.7.5.2),
# multi-frame content (C.7.6.16) and structured reports (C.17.3).
_NEEDED = {
    "ContentDate", "ContentTime", "AcquisitionDateTime", "DeviceSerialNumber",
    "ObservationDateTime",
}  # fmt: skip


def _tags(text: str) -> frozenset[int]:
    return frozenset(int(digits, 16) for digits in text.split())


# Columns of PS3.15 Table E.1-1. What a column says "C" of and that is neither a date nor a
# descriptor (station names of the network, allergies) is not kept: it goes as without the option.
_DEVICE = _tags("""
00081010 0014407c 0014407e 0016004e 0016004f 00160050 00160051 00181000 00181002 00181004 00181005
00181007 00181008 00181009 0018100a 0018100b 00181200 00181201 00181202 00181203 00181204 00181205
00185011 0018700a 0018700c 0018700e 00189367 00189371 00189373 00203401 00321020 00400010 00400011
00400242 00404025 00404027 00404028 00404030 00500020 04000563 30080105 300a00b2 300a0216 300c0127
3010002d 30100043
""")
_INSTITUTION = _tags("""
00080080 00080081 00080082 00081040 00081041 00120030 00120031 00120060 00120081 04000564
""")
_CHARACTERISTICS = _tags("""
00100040 00101010 00101020 00101030 00102160 001021a0 001021c0 00102203 0072005f
""")
_DESCRIPTORS = _tags("""
00081030 0008103e 00081080 00081084 00081088 00082111 00084000 00102000 00102110 00102180 001021b0
00104000 00120051 00120072 0016002b 0016004b 00180010 00181030 001811bb 00181400 00184000 00189185
0018937b 0018937f 00189424 00189937 0018a003 00200027 00204000 00209158 00321030 00321060 00321066
00321067 00321070 00324000 00380040 00380062 00380500 00384000 003a0329 003a032b 00400007 00400254
00400275 00400280 00400310 0040051a 00400600 00400602 00401002 0040100a 00401400 00402001 00402400
00500021 006a0005 006a0006 00720066 00720068 0072006c 0072006e 00720070 04000565 22000002 30020121
30020123 30060002 30060004 30060006 30060026 30060028 30060038 30060085 30060088 300a0002 300a0003
300a0004 300a000b 300a000e 300a0016 300a0072 300a00c3 300a00dd 300a0196 300a01a6 300a01b2 300a02eb
300a0608 300a0619 300a0623 300a062a 300a0676 300a067c 300a067d 300a0734 300a0742 300a0783 300a078e
300a0792 300a0794 300a079a 300c0113 3010000f 30100017 30100033 30100034 30100035 30100036 30100037
30100038 30100054 30100056 3010005a 3010005c 30100061 30100077 3010007a 3010007b 3010007f 30100081
4008010b 40080115 40080300 40084000
""")
# Sequences of references, which the column "Rtn. UIDs Opt." keeps beside the UIDs themselves.
_REFERENCES = _tags("00081110 00081111 00081120 00081140 00082112")
# Dates that the table's columns of temporal information do not name.
_NEVER_SHIFTED = {"PatientBirthDate", "PatientBirthTime", "GPSTimeStamp"}


@lru_cache(maxsize=1)
def _table() -> dict[int, Action]:
    lists = dicom_anonymization_database_selector(EDITION)
    table = {
        group << 16 | element: action
        for name, action in _LISTS.items()
        for group, element, *mask in lists[name]
        if not mask  # curves and overlays: the walk removes their whole groups
    }
    for tag, action in table.items():
        if keyword_for_tag(tag) in _NEEDED and action in (Action.remove, Action.empty):
            table[tag] = Action.dummy
    return table


def action(tag: int, vr: str, options: frozenset[Option]) -> Action:
    """What the profile with these options does with a public attribute.

    Attributes that the table does not name are kept, but for those whose kind alone may identify:
    names, dates, addresses and free text. There this goes beyond the profile.
    """
    by_table = _table().get(tag)
    if Option.uids in options and (by_table is Action.uid or tag in _REFERENCES):
        return Action.keep
    for option, tags in (
        (Option.device, _DEVICE),
        (Option.institution, _INSTITUTION),
        (Option.characteristics, _CHARACTERISTICS),
    ):
        if option in options and tag in tags and vr not in ("DA", "TM", "DT"):
            return Action.keep
    if vr in ("DA", "TM", "DT"):
        known = by_table is not None and keyword_for_tag(tag) not in _NEVER_SHIFTED
        if Option.modified_dates in options and known:
            return Action.shift
        return by_table or Action.dummy
    if Option.descriptors in options and tag in _DESCRIPTORS and vr != "SQ":
        return Action.clean
    return by_table or _unnamed(tag, vr)


def _unnamed(tag: int, vr: str) -> Action:
    if vr == "UI":
        return Action.uid
    if vr in ("PN", "AE"):
        return Action.empty
    free = vr in ("LT", "ST", "UT", "UR") and keyword_for_tag(tag) != "URNCodeValue"
    return Action.dummy if free else Action.keep
