"""Reads the pixels of a stack into a volume."""

from __future__ import annotations

import os
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.encaps import encapsulate, generate_frames
from pydicom.pixels import get_decoder
from pydicom.uid import UID, ExplicitVRBigEndian

from SpineLib.dicom.header import FrameHeader, ObjectHeader
from SpineLib.dicom.stack import Stack
from SpineLib.errors import BadInput
from SpineLib.progress import Progress
from SpineLib.volume import Frame, Volume

_ANOTHER = "Export the series again or choose another one."


def read(stack: Stack, *, progress: Progress | None = None) -> Volume:
    """Reads a stack that a scan found.

    Args:
        stack: from `SpineLib.dicom.scan`.
        progress: told of each file.

    Returns:
        Voxels after the modality's rescale, MONOCHROME1 inverted, in the smallest integer type
        that holds them, or float32 where the rescale makes fractions. The display window is
        not applied.

    Raises:
        BadInput: the stack has a problem, a file cannot be decoded, or the image is constant
            or not finite.
        Cancelled: the person cancelled.
    """
    if stack.problem:
        raise BadInput(f"Stack {stack.id} cannot be read: {stack.problem}", file=_first(stack))
    if stack.ijk_to_ras is None or not stack.frames:
        raise BadInput(f"Stack {stack.id} does not come from a scan of DICOM")
    progress = progress or Progress()
    by_file: dict[ObjectHeader, list[tuple[int, FrameHeader]]] = defaultdict(list)
    for index, frame in enumerate(stack.frames):
        by_file[frame.source].append((index, frame))
    first = stack.frames[0].source
    stored = np.empty((len(stack.frames), first.rows, first.columns), _common_type(by_file))

    def fill(source: ObjectHeader) -> None:
        wanted = by_file[source]
        for (index, _), pixels in zip(
            wanted, _stored(source, [f.number for _, f in wanted]), strict=True
        ):
            stored[index] = pixels

    progress.stage("Reading slices", len(by_file))
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        futures = [pool.submit(fill, source) for source in by_file]
        try:
            for future in futures:
                future.result()
                progress.advance()
        finally:
            for future in futures:
                future.cancel()
    voxels = _rescaled(stored, stack.frames)
    check_values(voxels, f"Stack {stack.id}", _first(stack))
    frames = tuple(Frame(s.sop_instance_uid, s.frame) for s in stack.sources)
    return Volume(voxels, stack.ijk_to_ras, frames, stack.frame_of_reference_uid)


def _first(stack: Stack) -> Path | None:
    return stack.sources[0].path if stack.sources else None


def _type(source: ObjectHeader) -> np.dtype[Any]:
    if source.bits_allocated not in (8, 16, 32):
        raise BadInput(f"Pixels of {source.bits_allocated} bits are not read", file=source.path)
    return np.dtype(f"{'i' if source.signed else 'u'}{source.bits_allocated // 8}")


def _common_type(sources: Any) -> np.dtype[Any]:
    return np.result_type(*{_type(source) for source in sources})


def _stored(source: ObjectHeader, numbers: list[int]) -> list[NDArray[Any]]:
    """Stored pixel values of some frames (numbers from 1), each [row, column]."""
    try:
        if source.pixels.length >= 0 and source.pixels.offset >= 0:
            frames = _native(source, numbers)
        else:
            frames = _encapsulated(source, numbers)
    except OSError as error:
        raise BadInput(f"cannot be opened ({error.strerror or error})", file=source.path) from error
    return [_significant(frame, source) for frame in frames]


def _native(source: ObjectHeader, numbers: list[int]) -> list[NDArray[Any]]:
    kind = _type(source).newbyteorder(">" if source.transfer_syntax == ExplicitVRBigEndian else "<")
    count = source.rows * source.columns
    frames = []
    for number in numbers:
        offset = source.pixels.offset + (number - 1) * count * kind.itemsize
        pixels = np.fromfile(source.path, kind, count, offset=offset)
        if pixels.size < count:
            raise BadInput("The file is truncated: its pixels are cut off", file=source.path)
        frames.append(pixels.reshape(source.rows, source.columns))
    return frames


def _encapsulated(source: ObjectHeader, numbers: list[int]) -> list[NDArray[Any]]:
    syntax = UID(source.transfer_syntax)
    try:
        if source.pixels.offset < 0:
            pixels = pydicom.dcmread(source.path).pixel_array
            return [pixels if source.number_of_frames == 1 else pixels[n - 1] for n in numbers]
        decoder = get_decoder(syntax)
        with source.path.open("rb") as stream:
            stream.seek(source.pixels.offset)
            coded = list(generate_frames(stream, number_of_frames=source.number_of_frames))
    except OSError:
        raise
    except Exception as error:
        raise _undecodable(source) from error
    options: Any = {
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
    }
    frames = []
    for number in numbers:
        try:
            pixels, _ = decoder.as_array(encapsulate([coded[number - 1]]), index=0, **options)
        except Exception as error:  # each codec has errors of its own
            raise _undecodable(source) from error
        frames.append(pixels)
    return frames


def _undecodable(source: ObjectHeader) -> BadInput:
    syntax = UID(source.transfer_syntax).name
    return BadInput(
        f"The pixels could not be decoded ({syntax})",
        file=source.path,
        advice="The file may be truncated; export it again, uncompressed if possible.",
    )


def _significant(pixels: NDArray[Any], source: ObjectHeader) -> NDArray[Any]:
    """Only the bits that hold the value (PS3.5 8.1.1); others may hold overlays."""
    spare = source.bits_allocated - source.bits_stored
    if spare <= 0 or source.transfer_syntax not in _UNCOMPRESSED:
        return pixels
    left = source.bits_allocated - 1 - source.high_bit
    return (pixels << left) >> spare


_UNCOMPRESSED = {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"}


def _rescaled(stored: NDArray[Any], frames: tuple[FrameHeader, ...]) -> NDArray[Any]:
    """Rescale slope and intercept a frame (PS3.3 C.11.1), then MONOCHROME1 turned over."""
    slopes = np.array([f.slope for f in frames])
    intercepts = np.array([f.intercept for f in frames])
    if (slopes != 1).any() or (intercepts != 0).any():
        whole = (slopes == slopes.round()).all() and (intercepts == intercepts.round()).all()
        kind = np.float64 if whole else np.float32
        stored = stored * slopes[:, None, None].astype(kind)
        stored += intercepts[:, None, None].astype(kind)
        stored = smallest_integer(stored) if whole else stored.astype(np.float32)
    if frames[0].source.photometric == "MONOCHROME1":
        stored = stored.max() + stored.min() - stored.astype(np.float32)
        stored = smallest_integer(stored) if (stored == stored.round()).all() else stored
    return stored


def smallest_integer(values: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers in the smallest integer type that holds them all, else float32."""
    low, high = float(values.min()), float(values.max())
    for kind in (np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32):
        limits = np.iinfo(kind)
        if limits.min <= low and high <= limits.max:
            return values.astype(kind)
    return values.astype(np.float32)


def check_values(voxels: NDArray[Any], what: str, file: Path | None) -> None:
    """Refuses voxels that show nothing.

    Args:
        voxels: any array.
        what: what they belong to, for the error.
        file: named in the error.

    Raises:
        BadInput: a value is NaN or infinite, or all values are the same.
    """
    if voxels.dtype.kind == "f" and not np.isfinite(voxels).all():
        raise BadInput(f"{what} holds values that are not finite", file=file, advice=_ANOTHER)
    if voxels.size and voxels.min() == voxels.max():
        raise BadInput(f"{what} is empty: all its pixels are equal", file=file, advice=_ANOTHER)
