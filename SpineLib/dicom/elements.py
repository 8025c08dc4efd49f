"""The few wanted elements of one DICOM file, as bytes, and where its pixels lie.

pydicom walks the file; a whole pydicom data set is not built, and values are taken from the
raw elements, because both together cost several times more than the walk itself.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from pydicom.charset import convert_encodings, decode_bytes
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.filereader import data_element_generator
from pydicom.tag import BaseTag
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from SpineLib.errors import BadInput
from SpineLib.volume import FILE_SUFFIXES

Elements = Mapping[int, DataElement | RawDataElement]
DIRECTORY_CLASS = "1.2.840.10008.1.3.10"

_UNDEFINED = 0xFFFFFFFF
_TRANSFER_SYNTAX, _MEDIA_CLASS, _MEDIA_INSTANCE = 0x00020010, 0x00020002, 0x00020003
# Float, double float and integer Pixel Data.
_PIXEL_TAGS = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
# Binary value representations (PS3.5 6.2); all others that are wanted here are text.
_CODES = {"US": "H", "UL": "I", "FD": "d", "FL": "f", "SS": "h", "SL": "i"}


@dataclass(frozen=True)
class PixelPlace:
    """Where the Pixel Data's value lies.

    Attributes:
        offset: its first byte; -1 where the data set is deflated, so that it has none.
        length: bytes; -1 where the value is encapsulated (compressed).
        keyword: empty where the file has no pixels, else ``PixelData`` or another kind's name.
    """

    offset: int = -1
    length: int = 0
    keyword: str = ""


@lru_cache(maxsize=256)
def tag(keyword: str) -> int:
    """The number of a DICOM keyword."""
    number = tag_for_keyword(keyword)
    assert number is not None, keyword
    return int(number)


def read_elements(path: Path, wanted: list[BaseTag | int]) -> tuple[Elements, str, PixelPlace]:
    """The wanted elements of a file, its transfer syntax, and where its pixels lie.

    Args:
        path: any file; without a preamble too, as some programs write it.
        wanted: tags.

    Raises:
        BadInput: not DICOM, damaged or truncated; ``what`` is the reason.
        OSError: the file cannot be opened.
    """
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(0)
        begin = stream.read(132)
        _check_begin(begin, path)
        try:
            meta = _meta(stream, begin)
            syntax = text(meta, _TRANSFER_SYNTAX)
            if text(meta, _MEDIA_CLASS) == DIRECTORY_CLASS:
                raise BadInput("is a DICOMDIR, an index of other files", file=path)
            source: BinaryIO = stream
            if syntax == DeflatedExplicitVRLittleEndian:
                source = BytesIO(zlib.decompress(stream.read(), -zlib.MAX_WBITS))
            implicit, little, syntax = _encoding(source, syntax)
            elements: dict[int, Any] = {
                int(element.tag): element
                for element in data_element_generator(
                    source, implicit, little, _at_pixels, specific_tags=wanted
                )
            }
        except OSError:
            raise
        except BadInput:
            raise
        except Exception as error:  # a damaged file can break a parser in any way
            raise BadInput("is damaged or truncated in its header", file=path) from error
        if _MEDIA_INSTANCE in meta:
            elements.setdefault(tag("SOPInstanceUID"), meta[_MEDIA_INSTANCE])
        place = _pixel_place(source, implicit, little, path)
        if syntax == DeflatedExplicitVRLittleEndian:
            return elements, syntax, PixelPlace(-1, place.length, place.keyword)
        if place.length > 0 and place.offset + place.length > size:
            raise BadInput("is truncated: its pixels are cut off", file=path)
        return elements, syntax, place


def _check_begin(begin: bytes, path: Path) -> None:
    if not begin:
        raise BadInput("is empty", file=path)
    if begin[128:] == b"DICM":
        return
    if path.name.lower().endswith(FILE_SUFFIXES):
        raise BadInput("is a volume file, not DICOM", file=path)
    if begin[:2] == b"\x1f\x8b":
        raise BadInput("is packed by gzip; unpack it", file=path)
    group, element = struct.unpack("<HH", begin[:4]) if len(begin) >= 8 else (0, 0)
    if group not in (2, 8) or element > 0x18:
        raise BadInput("is not DICOM", file=path)


def _meta(stream: BinaryIO, begin: bytes) -> Elements:
    """The file meta information (group 2), which is always explicit and little endian."""
    if begin[128:] != b"DICM":
        stream.seek(0)
    return {
        int(element.tag): element
        for element in data_element_generator(stream, False, True, lambda t, _, __: t >> 16 != 2)
    }


def _encoding(stream: BinaryIO, syntax: str) -> tuple[bool, bool, str]:
    """Implicit, little endian, syntax: by the first element, as files contradict themselves."""
    start = stream.tell()
    head = stream.read(8)
    stream.seek(start)
    implicit = not (head[4:6].isalpha() and head[4:6].isupper())
    little = syntax != ExplicitVRBigEndian if syntax else head[1:2] == b"\0"
    if not syntax:
        explicit = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        syntax = str(ImplicitVRLittleEndian if implicit else explicit)
    return implicit, little, syntax


def _at_pixels(found: BaseTag, _vr: str | None, _length: int) -> bool:
    return int(found) in _PIXEL_TAGS  # comparing the tags themselves is slow


def _pixel_place(stream: BinaryIO, implicit: bool, little: bool, path: Path) -> PixelPlace:
    head = stream.read(8 if implicit else 12)
    if len(head) < (8 if implicit else 12):
        return PixelPlace()
    order = "<" if little else ">"
    group, element = struct.unpack(order + "HH", head[:4])
    if group != 0x7FE0:
        return PixelPlace()
    keyword = "PixelData" if element == 0x10 else "float pixels"
    (length,) = struct.unpack(order + "I", head[-4:])
    offset = stream.tell()
    if length != _UNDEFINED:
        return PixelPlace(offset, length, keyword)
    _check_fragments(stream, path)
    return PixelPlace(offset, -1, keyword)


def _check_fragments(stream: BinaryIO, path: Path) -> None:
    """Walks the items of encapsulated pixels (PS3.5 A.4); each must lie within the file."""
    while True:
        head = stream.read(8)
        if len(head) < 8:
            raise BadInput("is truncated: its pixels are cut off", file=path)
        group, element, length = struct.unpack("<HHI", head)
        if (group, element) == (0xFFFE, 0xE0DD):
            return
        if (group, element) != (0xFFFE, 0xE000) or length == _UNDEFINED:
            raise BadInput("is damaged in its pixels", file=path)
        stream.seek(length, 1)


def text(elements: Elements | None, keyword: str | int) -> str:
    """An element as text, several values joined by backslashes; empty if it is missing."""
    element = _find(elements, keyword)
    if element is None or element.value is None:
        return ""
    value = element.value
    if not isinstance(element, RawDataElement):
        return "\\".join(map(str, value)) if _many(value) else str(value)
    if value.isascii():
        return value.decode("ascii").strip(" \0")
    return _decode(value, text(elements, "SpecificCharacterSet"))


def words(elements: Elements | None, keyword: str) -> tuple[str, ...]:
    """The values of an element as upper-case words; empty if it is missing."""
    found = text(elements, keyword)
    return tuple(word.strip().upper() for word in found.split("\\")) if found else ()


def numbers(elements: Elements | None, keyword: str, count: int = 0) -> tuple[float, ...]:
    """All numbers of an element; empty if it is missing, malformed or not ``count`` of them."""
    element = _find(elements, keyword)
    if element is None or element.value is None:
        return ()
    value = element.value
    try:
        if not isinstance(element, RawDataElement):
            found = tuple(float(v) for v in (value if _many(value) else [value]))
        elif (code := _code(keyword)) is not None:
            order = "<" if element.is_little_endian else ">"
            found = tuple(float(v[0]) for v in struct.iter_unpack(order + code, value))
        else:
            found = tuple(map(float, value.replace(b"\0", b"").split(b"\\")))
    except (ValueError, TypeError, struct.error):
        return ()
    if (count and len(found) != count) or any(number - number != 0 for number in found):
        return ()
    return found


def number(elements: Elements | None, keyword: str) -> float | None:
    """The first number of an element; None if it is missing or malformed."""
    found = numbers(elements, keyword)
    return found[0] if found else None


def integer(elements: Elements | None, keyword: str) -> int | None:
    """The first number of an element as an integer; None if it is missing or malformed."""
    found = number(elements, keyword)
    return None if found is None else int(found)


def items(elements: Elements | None, keyword: str) -> list[Elements]:
    """The items of a sequence; none if it is missing."""
    element = _find(elements, keyword)
    if element is None:
        return []
    if isinstance(element, RawDataElement):
        element = Dataset({BaseTag(tag(keyword)): element})[tag(keyword)]
    return [one._dict for one in element.value or []]  # type: ignore[misc]


def item(elements: Elements | None, keyword: str) -> Elements | None:
    """The first item of a sequence; None if there is none."""
    found = items(elements, keyword)
    return found[0] if found else None


def _find(elements: Elements | None, keyword: str | int) -> DataElement | RawDataElement | None:
    if elements is None:
        return None
    return elements.get(tag(keyword) if isinstance(keyword, str) else keyword)


@lru_cache(maxsize=256)
def _code(keyword: str) -> str | None:
    return _CODES.get(dictionary_VR(tag(keyword)))


@lru_cache(maxsize=1024)
def _decode(value: bytes, character_set: str) -> str:
    try:
        encodings = convert_encodings(character_set.split("\\") if character_set else None)
        return decode_bytes(value, encodings, set()).strip(" \0")
    except Exception:  # a wrong character set must not cost the image
        return value.decode("latin-1").strip(" \0")


def _many(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes))
