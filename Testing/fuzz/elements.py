"""Where each element of a DICOM file lies, and the file with some of them changed.

Spliced as bytes: reading and writing a data set anew takes ten times longer than what is tested.
"""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from pydicom.datadict import dictionary_VR, keyword_dict, tag_for_keyword
from pydicom.uid import UID_dictionary

from Testing.fuzz.mutations import NUMBERS, TEXTS, of_bytes

_CHARSETS = ("ISO_IR 100", "ISO_IR 192", "GB18030", "\\ISO 2022 IR 87", "\\ISO 2022 IR 149",
             "ISO 2022 IR 6\\ISO 2022 IR 13", "\\ISO 2022 IR 58", "ISO_IR 13", "x", "")  # fmt: skip
_VRS = ("US", "SS", "UL", "FD", "FL", "DS", "IS", "UI", "LO", "SH", "PN", "SQ", "OB", "OW", "UN",
        "AT", "LT", "CS", "DA", "TM", "UC", "UR", "OD", "OF", "SV", "UV")  # fmt: skip
_LONG = {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
_KEYWORDS, _UIDS = sorted(keyword_dict), list(UID_dictionary)
_TELLING = (
    "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation",
    "SamplesPerPixel", "PhotometricInterpretation", "NumberOfFrames", "ImagePositionPatient",
    "ImageOrientationPatient", "PixelSpacing", "SliceThickness", "SpacingBetweenSlices",
    "RescaleSlope", "RescaleIntercept", "InstanceNumber", "SpecificCharacterSet",
    "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "FrameOfReferenceUID", "PatientID",
    "PatientName", "ImageType", "Modality", "EchoTime", "RepetitionTime", "SOPClassUID",
    "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "WindowCenter",
)  # fmt: skip
_PIXELS, _ITEM, _UNDEFINED = 0x7FE00010, 0xFFFEE000, 0xFFFFFFFF
_CHARACTER_SET = 0x00080005


@dataclass(frozen=True)
class _Spot:
    """One element: where it begins and ends, and where the lengths around it stand."""

    tag: int
    begin: int
    end: int
    lengths: tuple[int, ...]


@dataclass(frozen=True)
class _Layout:
    implicit: bool
    data_sets: tuple[tuple[_Spot, ...], ...]


def of_elements(rng: random.Random, raw: bytes) -> bytes:
    """A little endian data set with changed elements, at any depth; else the file with changed bytes."""
    layout = _layout(raw)
    if layout is None:
        return of_bytes(rng, raw)
    edits: list[tuple[int, int, bytes, tuple[int, ...]]] = []
    for _ in range(rng.choice((1, 1, 2, 4))):
        edit = _change(rng, layout)
        if all(edit[1] <= begin or edit[0] >= end for begin, end, _, _ in edits):
            edits.append(edit)
    data = bytearray(raw)
    for begin, end, new, lengths in edits:
        for place in lengths:
            length = struct.unpack_from("<I", data, place)[0] + len(new) - (end - begin)
            struct.pack_into("<I", data, place, length % (1 << 32))
    for begin, end, new, _ in sorted(edits, reverse=True):
        data[begin:end] = new
    return bytes(data)


def _change(rng: random.Random, layout: _Layout) -> tuple[int, int, bytes, tuple[int, ...]]:
    deep = len(layout.data_sets) > 1 and rng.random() < 0.5
    spots = rng.choice(layout.data_sets) if deep else layout.data_sets[0]
    tag = int(tag_for_keyword(rng.choice(_TELLING)) or 0)
    if rng.random() < 0.4:
        tag = rng.choice(spots).tag
    if rng.random() < 0.1:
        tag = int(tag_for_keyword(rng.choice(_KEYWORDS)) or 0)
    after = next((spot for spot in spots if spot.tag >= tag), spots[-1])
    begin, end = after.begin, after.end if after.tag == tag else after.begin
    new = b"" if rng.random() < 0.15 else _element(rng, tag, layout.implicit)
    return begin, end, new, after.lengths


def _element(rng: random.Random, tag: int, implicit: bool) -> bytes:
    value = _value(rng, tag)
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF)
    if implicit:
        return head + struct.pack("<I", len(value)) + value
    try:
        vr = dictionary_VR(tag)[:2]
    except KeyError:
        vr = "UN"
    vr = (rng.choice(_VRS) if rng.random() < 0.15 else vr).encode()
    if vr in _LONG:
        return head + vr + bytes(2) + struct.pack("<I", len(value)) + value
    return head + vr + struct.pack("<H", len(value)) + value


def _value(rng: random.Random, tag: int) -> bytes:
    how = rng.randrange(6)
    if tag == _CHARACTER_SET:
        return rng.choice(_CHARSETS).encode() + (b" " if how else b"")
    if how == 0:
        return rng.randbytes(rng.choice((0, 1, 2, 3, 4, 8, 64, 4000)))
    if how == 1:
        return rng.choice(TEXTS).encode("utf-8", "surrogatepass")
    if how == 2:
        return "\\".join(
            str(rng.choice(NUMBERS)) for _ in range(rng.choice((1, 2, 3, 6, 40)))
        ).encode()
    if how == 3:
        return rng.choice(_UIDS).encode()
    number = rng.choice(NUMBERS)
    if isinstance(number, float):
        return np.float64(number).tobytes()
    return (number % (1 << 16)).to_bytes(2, "little")


@lru_cache(maxsize=512)
def _layout(raw: bytes) -> _Layout | None:
    """Each data set's elements, the file's own first; None where they are not little endian."""
    begin = 132 if raw[128:132] == b"DICM" else 0
    try:
        if begin and raw[begin + 4 : begin + 6] == b"UL":
            begin += 12 + struct.unpack_from("<I", raw, begin + 8)[0]
        group = struct.unpack_from("<H", raw, begin)[0]
        implicit = not raw[begin + 4 : begin + 6].isalpha()
        if group not in (2, 8):
            return None
        found: list[list[_Spot]] = [[]]
        _walk(raw, begin, len(raw), implicit, (), found, found[0])
    except (struct.error, ValueError):
        return None
    kept = tuple(tuple(spots) for spots in found if spots)
    return _Layout(implicit, kept) if kept else None


def _walk(raw: bytes, at: int, end: int, implicit: bool, lengths: tuple[int, ...],
          found: list[list[_Spot]], own: list[_Spot]) -> int:  # fmt: skip
    """Notes the elements from ``at``; returns where they end."""
    while at < end - 7:
        group, number, length = struct.unpack_from("<HHI", raw, at)
        tag, begin, place = group << 16 | number, at, at + 4
        if group == 0xFFFE:  # the end of an item
            return at + 8
        value = at + 8
        vr = b"" if implicit else raw[at + 4 : at + 6]
        if vr in _LONG:
            place, value = at + 8, at + 12
            length = struct.unpack_from("<I", raw, place)[0]
        elif not implicit:
            length = struct.unpack_from("<H", raw, at + 6)[0]
        if tag == _PIXELS:
            return end
        if length == _UNDEFINED or vr == b"SQ" or (implicit and _is_sequence(tag)):
            known = length != _UNDEFINED
            inside = (*lengths, place) if known else lengths
            at = _items(raw, value, value + length if known else end, implicit, inside, found)
        else:
            at = value + length
        own.append(_Spot(tag, begin, at, lengths))
    return at


def _items(raw: bytes, at: int, end: int, implicit: bool, lengths: tuple[int, ...],
           found: list[list[_Spot]]) -> int:  # fmt: skip
    while at < end - 7:
        group, number, length = struct.unpack_from("<HHI", raw, at)
        if group << 16 | number != _ITEM:  # the end of the sequence
            return at + 8
        found.append([])
        known = length != _UNDEFINED
        inside = (*lengths, at + 4) if known else lengths
        last = at + 8 + length if known else end
        at = _walk(raw, at + 8, last, implicit, inside, found, found[-1])
        at = last if known else at
    return at


def _is_sequence(tag: int) -> bool:
    try:
        return bool(dictionary_VR(tag) == "SQ")
    except KeyError:
        return False
