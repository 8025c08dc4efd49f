"""Walks a data set's elements and takes the wanted ones as bytes (PS3.5 chapter 7).

pydicom's own walk builds what it skips (whole sequences, with their character sets) and believes
every length that a file claims. This one steps over what nobody asked for, takes no more memory
than the file has bytes, and is twice as fast.
"""

from __future__ import annotations

from collections.abc import Container
from io import BytesIO
from struct import Struct
from typing import NamedTuple, Protocol

UNDEFINED = 0xFFFFFFFF
# Float, double float and integer Pixel Data.
PIXEL_TAGS = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_LONG = frozenset(
    (b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV")
)
# No real object is nested so deeply: a structured report has some ten levels.
_DEEPEST = 64


class Stream(Protocol):
    """What is read: a file, bytes, or a data set that is inflated as it is read."""

    def read(self, size: int = -1, /) -> bytes: ...

    def seek(self, offset: int, whence: int = 0, /) -> int: ...

    def tell(self) -> int: ...


class Encoding(NamedTuple):
    """How elements are written: without their VR, and in which order of bytes."""

    implicit: bool
    little: bool


class Element(NamedTuple):
    """An element as the file has it.

    Attributes:
        vr: two letters; empty where the file does not say.
        value: its bytes; of a sequence the items.
    """

    vr: bytes
    value: bytes
    encoding: Encoding


class Begin(NamedTuple):
    """The beginning of an element whose value is not read yet."""

    tag: int
    vr: bytes
    length: int


class Damaged(Exception):
    """The elements do not fit into each other or into the file."""


Elements = dict[int, Element]
_LARGEST = 64 << 20  # of one element of a header: more is damage, and would only cost memory
META = Encoding(implicit=False, little=True)


class _Every:
    """Every tag."""

    def __contains__(self, tag: object) -> bool:
        return True


_EVERY = _Every()
_HEADS = {
    little: tuple(Struct("><"[little] + code).unpack for code in ("HH2sH", "HHL", "L"))
    for little in (False, True)
}


def walk(
    stream: Stream, encoding: Encoding, wanted: Container[int], end: int
) -> tuple[Elements, Begin | None]:
    """The wanted elements of a data set, up to its pixels.

    Args:
        stream: stands at the first element.
        encoding: of the data set.
        wanted: tags.
        end: the stream's last byte; nothing reaches beyond it.

    Returns:
        The elements, and the pixels' beginning, at whose value the stream then stands; None where
        the data set ends without pixels.

    Raises:
        Damaged: a length leads out of the file, or a sequence has no end.
    """
    elements: Elements = {}
    read, seek = stream.read, stream.seek
    explicit_head, implicit_head, long_length = _HEADS[encoding.little]
    implicit, at = encoding.implicit, stream.tell()
    while len(head := read(8)) == 8:
        at += 8
        vr = b""
        if implicit:
            group, element, length = implicit_head(head)
        else:
            group, element, vr, length = explicit_head(head)
            if vr in _LONG:
                more = read(4)
                if len(more) < 4:
                    break
                at += 4
                (length,) = long_length(more)
            elif not b"AA" <= vr <= b"ZZ":  # some writers switch to implicit in between
                vr = b""
                group, element, length = implicit_head(head)
        tag = group << 16 | element
        if tag in PIXEL_TAGS:
            return elements, Begin(tag, vr, length)
        if length == UNDEFINED:
            _skip_items(stream, _inside(vr, encoding), end, _DEEPEST)
            after = stream.tell()
            if tag in wanted:
                seek(at)
                elements[tag] = Element(vr, read(after - 8 - at), encoding)
                seek(after)
            at = after
            continue
        if tag in (_ITEM_END, 0):  # the end of an item; padding behind the last element
            break
        at += length
        if at > end or (length > _LARGEST and tag in wanted):
            raise Damaged
        if tag in wanted:
            elements[tag] = Element(vr, read(length), encoding)
        else:
            seek(at)
    return elements, None


def walk_items(element: Element) -> list[Elements]:
    """All elements of each item of a sequence.

    Raises:
        Damaged: as `walk`.
    """
    stream, end = BytesIO(element.value), len(element.value)
    encoding = _inside(element.vr, element.encoding)
    items = []
    while end - stream.tell() >= 8 and (begin := _begin(stream, encoding)).tag == _ITEM:
        start, inside = stream.tell(), stream
        if begin.length != UNDEFINED:
            if start + begin.length > end:
                raise Damaged
            inside = BytesIO(stream.read(begin.length))
        items.append(walk(inside, encoding, _EVERY, end)[0])
    return items


def walk_meta(stream: Stream, end: int) -> Elements:
    """The file meta information (group 2), which is always explicit and little endian.

    Raises:
        Damaged: as `walk`.
    """
    elements: Elements = {}
    while True:
        start = stream.tell()
        begin = _begin(stream, META)
        if begin.tag >> 16 != 2:
            stream.seek(start)
            return elements
        if stream.tell() + begin.length > end or begin.length > _LARGEST:
            raise Damaged
        elements[begin.tag] = Element(begin.vr, stream.read(begin.length), META)


def walk_fragments(stream: Stream, end: int) -> tuple[int, int]:
    """Fragments of encapsulated pixels (PS3.5 A.4) without the table of offsets, and their bytes.

    Raises:
        Damaged: what stands there is no fragment.
        EOFError: the file ends before them.
    """
    lengths: list[int] = []
    while True:
        head = stream.read(8)
        if len(head) < 8:
            raise EOFError
        group, element, length = _HEADS[True][1](head)
        tag = group << 16 | element
        if tag == _SEQUENCE_END:
            return max(len(lengths) - 1, 0), sum(lengths[1:])
        if tag != _ITEM or length == UNDEFINED:
            raise Damaged
        lengths.append(length)
        after = stream.tell() + length
        if after > end:
            raise EOFError
        stream.seek(after)


def _inside(vr: bytes, encoding: Encoding) -> Encoding:
    """A sequence of unknown VR is written implicitly, whatever is around it (PS3.5 6.2.2)."""
    return Encoding(True, True) if vr == b"UN" else encoding


def _begin(stream: Stream, encoding: Encoding) -> Begin:
    """The next element's beginning; items have no VR in any encoding."""
    head = stream.read(8)
    if len(head) < 8:
        raise Damaged
    explicit_head, implicit_head, long_length = _HEADS[encoding.little]
    group, element, length = implicit_head(head)
    tag, vr = group << 16 | element, b""
    if group == 0xFFFE or encoding.implicit:
        return Begin(tag, vr, length)
    _, _, vr, short = explicit_head(head)
    if vr in _LONG:
        more = stream.read(4)
        if len(more) < 4:
            raise Damaged
        return Begin(tag, vr, long_length(more)[0])
    return Begin(tag, vr, short) if b"AA" <= vr <= b"ZZ" else Begin(tag, b"", length)


def _skip_items(stream: Stream, encoding: Encoding, end: int, deepest: int) -> None:
    """Steps over the items of a sequence of undefined length, and its end."""
    while (begin := _begin(stream, encoding)).tag != _SEQUENCE_END:
        if begin.tag != _ITEM or deepest == 0:
            raise Damaged
        if begin.length == UNDEFINED:
            _skip_elements(stream, encoding, end, deepest)
        else:
            _skip(stream, begin.length, end)


def _skip_elements(stream: Stream, encoding: Encoding, end: int, deepest: int) -> None:
    """Steps over the elements of an item of undefined length, and its end."""
    while (begin := _begin(stream, encoding)).tag != _ITEM_END:
        if begin.length == UNDEFINED:
            _skip_items(stream, _inside(begin.vr, encoding), end, deepest - 1)
        else:
            _skip(stream, begin.length, end)


def _skip(stream: Stream, length: int, end: int) -> None:
    after = stream.tell() + length
    if after > end:
        raise Damaged
    stream.seek(after)
