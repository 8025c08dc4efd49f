"""The stored pixels of slices: uncompressed, deflated or compressed, bits beside the value cleared."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.dicom.decoding import Coded, DecoderEnded, NotDecoded, decode
from SpineLib.dicom.header import ObjectHeader
from SpineLib.dicom.inflating import Inflating
from SpineLib.dicom.walk import Damaged, walk_meta
from SpineLib.errors import BadInput

# Explicit VR Big Endian; and General Electric's own, in which only the pixels are big endian.
BIG_ENDIAN = {"1.2.840.10008.1.2.2", "1.2.840.113619.5.2"}
_LOOK_BYTES = 4096


class Ended(BadInput):
    """A slice that has ended its decoder: it crashed, or took too long or too much memory."""


def stored_type(source: ObjectHeader) -> np.dtype[Any]:
    """What holds a stored pixel.

    Raises:
        BadInput: of so many bits none is read.
    """
    if source.bits_allocated not in (8, 16, 32):
        raise BadInput(f"Pixels of {source.bits_allocated} bits are not read", file=source.path)
    return np.dtype(f"{'i' if source.signed else 'u'}{source.bits_allocated // 8}")


def common_type(sources: Iterable[ObjectHeader]) -> np.dtype[Any]:
    """What holds the stored pixels of all of these; raises as `stored_type`."""
    return np.result_type(*{stored_type(source) for source in sources})


def stored(
    source: ObjectHeader, numbers: Sequence[int], *, owner: object = None
) -> Iterator[NDArray[Any] | BadInput]:
    """Stored pixel values of some frames, or why there are none.

    Args:
        source: a file of greyscale frames.
        numbers: of the frames, from 1.
        owner: of compressed frames, see `SpineLib.dicom.decoding.abandon`.

    Yields:
        For each number in turn an array [row, column], or the reason.
    """
    count = 0
    try:
        kind = stored_type(source)
        if source.pixels.length < 0:
            frames = _encapsulated(source, numbers, owner)
        elif _is_deflated(source):
            frames = _deflated(source, numbers, kind)
        else:
            frames = (_native(source, number, kind) for number in numbers)
        for frame in frames:
            yield frame if isinstance(frame, BadInput) else _significant(frame, source, kind)
            count += 1
        return
    except OSError as error:
        reason = BadInput(
            f"The file cannot be opened ({error.strerror or error})", file=source.path
        )
    except BadInput as error:
        reason = error
    yield from (reason for _ in numbers[count:])


def raw_frames(source: ObjectHeader) -> Iterator[NDArray[Any] | BadInput]:
    """All frames of a compressed file as they are decoded, with the bits beside the value."""
    return _encapsulated(source, range(1, source.number_of_frames + 1), None)


def same_pixels(first: ObjectHeader, second: ObjectHeader) -> bool:
    """Whether two files hold the same pixels; compressed and not, too."""
    if _layout(first) == _layout(second) and not _is_deflated(first):
        if _raw(first, middle=True) == _raw(second, middle=True) and _raw(first) == _raw(second):
            return True
        if first.pixels.length >= 0:
            return False
    pairs = zip(_all(first), _all(second), strict=False)
    return first.number_of_frames == second.number_of_frames and all(
        not isinstance(a, BadInput) and not isinstance(b, BadInput) and np.array_equal(a, b)
        for a, b in pairs
    )


def is_constant(source: ObjectHeader) -> bool:
    """Whether all of a file's pixels are equal, as far as they can be read."""
    return all(isinstance(a, BadInput) or a.min() == a.max() for a in _all(source))


def _all(source: ObjectHeader) -> Iterator[NDArray[Any] | BadInput]:
    return stored(source, range(1, source.number_of_frames + 1))


def _layout(source: ObjectHeader) -> tuple[object, ...]:
    place = source.pixels
    return (
        source.transfer_syntax, place.length, place.coded, place.vr, source.bits_allocated,
        source.bits_stored, source.high_bit, source.signed,
    )  # fmt: skip


def _raw(source: ObjectHeader, *, middle: bool = False) -> bytes:
    """The value's bytes, or some of its middle; of a compressed one up to the file's end."""
    place = source.pixels
    start = place.offset + (max(place.length, place.coded) // 2 if middle else 0)
    try:
        with source.path.open("rb") as stream:
            stream.seek(start)
            return stream.read(_LOOK_BYTES if middle else place.length)
    except OSError:
        return b""


def _is_deflated(source: ObjectHeader) -> bool:
    return source.transfer_syntax == "1.2.840.10008.1.2.1.99"


def _native(source: ObjectHeader, number: int, kind: np.dtype[Any]) -> NDArray[Any]:
    count = source.rows * source.columns
    begin = (number - 1) * count * kind.itemsize
    if _is_paired(source, kind):
        return _unpaired(source, begin, count).view(kind)
    ordered = kind.newbyteorder(">" if source.transfer_syntax in BIG_ENDIAN else "<")
    pixels = np.fromfile(source.path, ordered, count, offset=source.pixels.offset + begin)
    return _shaped(pixels, source)


def _is_paired(source: ObjectHeader, kind: np.dtype[Any]) -> bool:
    """Bytes in big endian words lie in swapped pairs (PS3.5 8.1.1 and A.3)."""
    big = source.transfer_syntax in BIG_ENDIAN
    return big and kind.itemsize == 1 and source.pixels.vr == "OW"


def _unpaired(source: ObjectHeader, begin: int, count: int) -> NDArray[Any]:
    """Bytes ``begin`` and on, out of words whose two bytes are swapped."""
    first = begin // 2
    words = (begin + count + 1) // 2 - first
    pairs = np.fromfile(source.path, ">u2", words, offset=source.pixels.offset + 2 * first)
    return _shaped(pairs.astype("<u2").view("u1")[begin % 2 :][:count], source)


def _shaped(pixels: NDArray[Any], source: ObjectHeader) -> NDArray[Any]:
    if pixels.size < source.rows * source.columns:
        raise BadInput("The file is truncated: its pixels are cut off", file=source.path)
    return pixels.reshape(source.rows, source.columns)


def _deflated(
    source: ObjectHeader, numbers: Sequence[int], kind: np.dtype[Any]
) -> Iterator[NDArray[Any]]:
    count = source.rows * source.columns * kind.itemsize
    with source.path.open("rb") as stream:
        stream.seek(0 if stream.read(132)[128:] != b"DICM" else 132)
        try:
            walk_meta(stream, source.path.stat().st_size)
            inflating = Inflating(stream, source.pixels.offset + max(numbers) * count)
            for number in numbers:
                inflating.seek(source.pixels.offset + (number - 1) * count)
                pixels = np.frombuffer(inflating.read(count), kind.newbyteorder("<"))
                yield _shaped(pixels, source)
        except Damaged as error:
            raise _undecodable(source) from error


def _encapsulated(
    source: ObjectHeader, numbers: Sequence[int], owner: object
) -> Iterator[NDArray[Any] | BadInput]:
    options = {
        "raw": True,
        "rows": source.rows,
        "columns": source.columns,
        "number_of_frames": 1,
        "samples_per_pixel": 1,
        "photometric_interpretation": source.photometric or "MONOCHROME2",
        "pixel_representation": int(source.signed),
        "bits_allocated": source.bits_allocated,
        "bits_stored": source.bits_stored,
        "pixel_keyword": "PixelData",
        "correct_unused_bits": False,  # by `_significant`, which knows the highest bit
    }
    from pydicom.encaps import generate_frames

    try:
        with source.path.open("rb") as stream:
            stream.seek(source.pixels.offset)
            codes = list(generate_frames(stream, number_of_frames=source.number_of_frames))
    except (ValueError, RuntimeError, struct.error) as error:
        raise _undecodable(source) from error
    for number in numbers:
        try:
            coded = Coded(codes[number - 1], source.transfer_syntax, options)
            yield decode(coded, owner=owner)
        except IndexError:
            yield _undecodable(source)
        except NotDecoded as error:
            yield _unknown(source) if error.unknown else _undecodable(source)
        except DecoderEnded:
            yield Ended(
                "The decoder crashed, or took too much time or memory, and was ended "
                f"({_coding(source)})",
                file=source.path,
                advice="The file is damaged; export it again, uncompressed if possible.",
            )


def _coding(source: ObjectHeader) -> str:
    """The name of a file's transfer syntax."""
    from pydicom.uid import UID

    return UID(source.transfer_syntax).name


def _unknown(source: ObjectHeader) -> BadInput:
    return BadInput(
        f"The pixels are coded in a way that is not read ({_coding(source)})",
        file=source.path,
        advice="Export it again, uncompressed if possible.",
    )


def _undecodable(source: ObjectHeader) -> BadInput:
    return BadInput(
        f"The pixels could not be decoded ({_coding(source)})",
        file=source.path,
        advice="The file may be truncated; export it again, uncompressed if possible.",
    )


def _significant(pixels: NDArray[Any], source: ObjectHeader, kind: np.dtype[Any]) -> NDArray[Any]:
    """Only the bits that hold the value (PS3.5 8.1.1); others may hold overlays."""
    if pixels.dtype.itemsize != kind.itemsize:  # some codecs answer in the code's own precision
        pixels = pixels.astype(kind)
    spare = source.bits_allocated - source.bits_stored
    if spare <= 0:
        return pixels
    return (pixels << (source.bits_allocated - 1 - source.high_bit)) >> spare
