"""The few wanted elements of one DICOM file, as bytes, and where its pixels lie."""

from __future__ import annotations

import struct
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from SpineLib.dicom.charset import decode, encodings
from SpineLib.dicom.dictionary import entry, tag
from SpineLib.dicom.inflating import LARGEST_HEADER, Inflating
from SpineLib.dicom.walk import (
    UNDEFINED,
    Begin,
    Damaged,
    Element,
    Elements,
    Encoding,
    Stream,
    walk,
    walk_fragments,
    walk_items,
    walk_meta,
)
from SpineLib.errors import BadInput
from SpineLib.volume import FILE_SUFFIXES

Vector = tuple[float, ...]
# Transfer syntaxes (PS3.5 A).
_IMPLICIT, _LITTLE = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
_DEFLATED, _BIG = "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"
DIRECTORY_CLASS = "1.2.840.10008.1.3.10"

TRANSFER_SYNTAX, MEDIA_CLASS, _MEDIA_INSTANCE = 0x00020010, 0x00020002, 0x00020003
# Binary value representations (PS3.5 6.2); all others that are wanted here are text.
_CODES = {b"US": "H", b"UL": "I", b"FD": "d", b"FL": "f", b"SS": "h", b"SL": "i"}
_NUMERIC = frozenset((*_CODES, b"DS", b"IS"))
_LARGEST_INTEGER = (1 << 31) - 1  # of IS (PS3.5 6.2)
_MOST_RESCALE = 1e30  # times any stored value it is finite still
_LONGEST_TEXT = 10240  # of LT (PS3.5 6.2); UT is not wanted here
CHARACTER_SET = 0x00080005


class NotDicom(BadInput):
    """A file of another kind, such as a volume file or a text."""


class PixelPlace(NamedTuple):
    """Where the Pixel Data's value lies.

    Attributes:
        offset: its first byte, in the file or in what a deflated one unpacks to.
        length: bytes; -1 where the value is encapsulated (compressed).
        keyword: empty where the file has no pixels, else ``PixelData`` or another kind's name.
        vr: two letters; empty where the file does not say.
        fragments: pieces of an encapsulated value, without its table of offsets.
        coded: bytes in them.
    """

    offset: int = -1
    length: int = 0
    keyword: str = ""
    vr: str = ""
    fragments: int = 0
    coded: int = 0


def read_elements(path: Path, wanted: Collection[int]) -> tuple[Elements, str, PixelPlace]:
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
            if begin[128:] != b"DICM":
                stream.seek(0)
            meta = walk_meta(stream, size)
            syntax = text(meta, TRANSFER_SYNTAX)
            if text(meta, MEDIA_CLASS) == DIRECTORY_CLASS:
                raise BadInput("is a DICOMDIR, an index of other files", file=path)
            source: Stream = stream
            if syntax == _DEFLATED:
                source, size = Inflating(stream), LARGEST_HEADER
            encoding, syntax = encoding_of(source, syntax)
            elements, pixels = walk(source, encoding, wanted, size)
        except Damaged as error:
            raise BadInput("is damaged or truncated in its header", file=path) from error
        if _MEDIA_INSTANCE in meta:
            elements.setdefault(tag("SOPInstanceUID"), meta[_MEDIA_INSTANCE])
        return elements, syntax, _pixel_place(source, pixels, size, path)


# How files of other programs begin that may hold a study.
_PACKED = {
    b"\x1f\x8b": "gzip", b"7z\xbc\xaf\x27\x1c": "7-Zip", b"Rar!\x1a\x07": "RAR", b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz", b"\x28\xb5\x2f\xfd": "Zstandard",
}  # fmt: skip


def _check_begin(begin: bytes, path: Path) -> None:
    if not begin:
        raise BadInput("is empty", file=path)
    if begin[128:] == b"DICM":
        return
    if path.name.lower().endswith(FILE_SUFFIXES):
        raise NotDicom("is a volume file, not DICOM", file=path)
    packed = next((name for mark, name in _PACKED.items() if begin.startswith(mark)), "")
    if packed:
        raise BadInput(f"is packed by {packed}; unpack it", file=path)
    if begin[:4] == b"PK\x03\x04":
        raise BadInput("is a zip among other files; give it by itself, or unpack it", file=path)
    group, element = struct.unpack("<HH", begin[:4]) if len(begin) >= 8 else (0, 0)
    if group not in (2, 8) or element > 0x18:
        if _is_tar(path):
            raise BadInput("is packed by tar; unpack it", file=path)
        raise NotDicom("is not DICOM", file=path)


def _is_tar(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(257)
        return stream.read(5) == b"ustar"


def encoding_of(stream: Stream, syntax: str) -> tuple[Encoding, str]:
    """Encoding and syntax: by the first element, as files contradict themselves."""
    start = stream.tell()
    head = stream.read(8)
    stream.seek(start)
    implicit = not (head[4:6].isalpha() and head[4:6].isupper())
    little = syntax != _BIG if syntax else head[1:2] == b"\0"
    if not syntax:
        explicit = _LITTLE if little else _BIG
        syntax = str(_IMPLICIT if implicit else explicit)
    return Encoding(implicit, little), syntax


def _pixel_place(stream: Stream, begin: Begin | None, size: int, path: Path) -> PixelPlace:
    """Where the pixels are, which must lie within the file."""
    if begin is None:
        return PixelPlace()
    keyword = "PixelData" if begin.tag & 0xFFFF == 0x10 else "float pixels"
    offset, vr = stream.tell(), begin.vr.decode("ascii", "replace")
    cut = BadInput("is truncated: its pixels are cut off", file=path)
    if begin.length != UNDEFINED:
        end = offset + begin.length
        if not (stream.reaches(end) if isinstance(stream, Inflating) else end <= size):
            raise cut
        return PixelPlace(offset, begin.length, keyword, vr)
    try:
        fragments, coded = walk_fragments(stream, size)
    except Damaged as error:
        raise BadInput("is damaged in its pixels", file=path) from error
    except EOFError:
        raise cut from None
    return PixelPlace(offset, -1, keyword, vr, fragments, coded)


def text(elements: Elements | None, keyword: str | int) -> str:
    """An element as text, several values joined by backslashes; empty if it is missing."""
    element = _find(elements, keyword)
    if element is None:
        return ""
    value = element.value[:_LONGEST_TEXT]
    if value.isascii() and b"\x1b" not in value:
        return _printable(value.decode("ascii").strip(" \0"))
    character_set = _find(elements, CHARACTER_SET)
    named = b"" if character_set is None else character_set.value[:_LONGEST_TEXT]
    return _decode(value, named.decode("latin-1"))


def words(elements: Elements | None, keyword: str) -> tuple[str, ...]:
    """The values of an element as upper-case words; empty if it is missing."""
    value = text(elements, keyword)
    return tuple(word.strip().upper() for word in value.split("\\")) if value else ()


def numbers(elements: Elements | None, keyword: str, count: int = 0) -> tuple[float, ...]:
    """All numbers of an element; empty if it is missing, malformed or not ``count`` of them."""
    element = _find(elements, keyword)
    if element is None:
        return ()
    value = element.value
    if len(value) > _LONGEST_TEXT:
        return ()
    # The file's own word for what it holds, if it is one.
    code = _CODES.get(element.vr) if element.vr in _NUMERIC else _code(keyword)
    try:
        if code is not None:
            order = "<" if element.encoding.little else ">"
            values = tuple(float(v[0]) for v in struct.iter_unpack(order + code, value))
        else:
            values = tuple(map(float, value.replace(b"\0", b"").split(b"\\")))
    except (ValueError, struct.error):
        return ()
    if (count and len(values) != count) or any(number - number != 0 for number in values):
        return ()
    return values


def number(elements: Elements | None, keyword: str) -> float | None:
    """The first number of an element; None if it is missing or malformed."""
    values = numbers(elements, keyword)
    return values[0] if values else None


def integer(elements: Elements | None, keyword: str) -> int | None:
    """The first number of an element as an integer; None if it is missing, malformed or absurd."""
    value = number(elements, keyword)
    return None if value is None or abs(value) > _LARGEST_INTEGER else int(value)


def length(elements: Elements | None, keyword: str) -> float | None:
    """Millimetres; some writers say by the sign in which direction they count."""
    value = number(elements, keyword)
    return None if not value else abs(value)


def rescale(elements: Elements | None, keyword: str, path: Path) -> float | None:
    """Refuses what is there and no number: without it the values would be others."""
    value = number(elements, keyword)
    if value is None and text(elements, keyword):
        raise BadInput("says a rescale that is not a number", file=path)
    if value is not None and abs(value) > _MOST_RESCALE:
        raise BadInput("says a rescale whose values are not finite", file=path)
    return value


def window(elements: Elements | None) -> Vector:
    """Centre and width, of several the first."""
    center, width = number(elements, "WindowCenter"), number(elements, "WindowWidth")
    return () if center is None or width is None or width <= 0 else (center, width)


def items(elements: Elements | None, keyword: str) -> list[Elements]:
    """The items of a sequence; none if it is missing.

    Raises:
        Damaged: they do not fit into each other.
    """
    element = _find(elements, keyword)
    return [] if element is None else walk_items(element)


def item(elements: Elements | None, keyword: str) -> Elements | None:
    """The first item of a sequence; None if there is none."""
    all_items = items(elements, keyword)
    return all_items[0] if all_items else None


def _find(elements: Elements | None, keyword: str | int) -> Element | None:
    if elements is None:
        return None
    return elements.get(tag(keyword) if isinstance(keyword, str) else keyword)


@lru_cache(maxsize=256)
def _code(keyword: str) -> str | None:
    return _CODES.get(entry(keyword)[1].encode())


@lru_cache(maxsize=1024)
def _decode(value: bytes, character_set: str) -> str:
    return _printable(decode(value, encodings(character_set)).strip(" \0"))


def _printable(value: str) -> str:
    """Without what would steer a terminal, nor the spaces that are left of it at either end."""
    if value.isprintable():
        return value
    return "".join(c if c.isprintable() else " " for c in value).strip(" ")
