"""Bits of the pixels beside those that hold the value: old overlays, which may spell a name."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.uid import ExplicitVRLittleEndian

from SpineLib.dicom.decoder import coded_precision
from SpineLib.dicom.header import read_header
from SpineLib.dicom.pixels import BIG_ENDIAN, raw_frames
from SpineLib.errors import BadInput

_SIZES = ("Rows", "Columns", "SamplesPerPixel", "NumberOfFrames")
_UNKNOWN = "its pixels cannot be decoded, so the bits beside their values cannot be checked"


def clear(dataset: Dataset, path: Path, syntax: str, *, compressed: bool) -> str:
    """Clears the bits of each pixel above and below its value; of a signed one they repeat its sign.

    What stands behind the last pixel goes, too.

    Compressed pixels are decoded where their code has room for more than the value, and stay as
    they are where nothing stands there; else they are written uncompressed.

    Args:
        dataset: changed where it must be.
        path: the original.
        syntax: its transfer syntax.
        compressed: whether its pixels are encapsulated.

    Returns:
        The transfer syntax that the data set now needs.

    Raises:
        BadInput: these bits cannot be checked; ``what`` is the reason.
    """
    if "PixelData" not in dataset or "BitsAllocated" not in dataset:
        return syntax
    allocated = int(dataset.BitsAllocated)
    stored = int(dataset.get("BitsStored") or allocated)
    high = dataset.get("HighBit")
    shift = (stored - 1 if high is None else int(high)) + 1 - stored
    if not 0 < stored <= allocated or not 0 <= shift <= allocated - stored:
        raise BadInput("its header says bits of pixels that cannot be", file=path)
    if not compressed:
        _cut(dataset, allocated)
    if stored == allocated:
        return syntax
    if allocated not in (8, 16, 32):
        raise BadInput(f"has pixels of {allocated} bits, of which some may hold text", file=path)
    signed = int(dataset.get("PixelRepresentation") or 0) == 1
    kind = np.dtype(f"{'i' if signed else 'u'}{allocated // 8}")
    if compressed:
        return _clear_compressed(dataset, path, syntax, kind, (stored, shift))
    value, ordered = dataset.PixelData, kind.newbyteorder(">" if syntax in BIG_ENDIAN else "<")
    whole = len(value) - len(value) % kind.itemsize
    cleared = _cleared(np.frombuffer(value[:whole], ordered), stored, shift)
    dataset.PixelData = cleared.astype(ordered).tobytes() + bytes(len(value) - whole)
    return syntax


def _cut(dataset: Dataset, allocated: int) -> None:
    """Takes away what stands behind the last pixel."""
    sizes = [int(dataset.get(keyword) or 1) for keyword in _SIZES]
    length = math.prod(sizes) * allocated // 8
    if len(dataset.PixelData) > length + length % 2:
        dataset.PixelData = dataset.PixelData[:length] + bytes(length % 2)


def _clear_compressed(
    dataset: Dataset, path: Path, syntax: str, kind: np.dtype[Any], bits: tuple[int, int]
) -> str:
    stored, shift = bits
    count = int(dataset.get("NumberOfFrames") or 1)
    codes = generate_frames(dataset.PixelData, number_of_frames=count)
    if shift == 0 and all(0 < coded_precision(code) <= stored for code in codes):
        return syntax
    if int(dataset.get("SamplesPerPixel") or 1) != 1:
        raise BadInput(_UNKNOWN, file=path)
    source = read_header(path)[0].source
    frames = []
    for frame in raw_frames(source):
        if isinstance(frame, BadInput):
            raise BadInput(_UNKNOWN, file=path)
        frames.append(frame.astype(kind, copy=False))
    pixels = np.stack(frames)
    cleared = _cleared(pixels, stored, shift)
    if np.array_equal(pixels, cleared):
        return syntax
    dataset.PixelData = cleared.astype(kind.newbyteorder("<")).tobytes() + bytes(cleared.nbytes % 2)
    dataset["PixelData"].VR = "OW" if kind.itemsize > 1 else "OB"
    dataset["PixelData"].is_undefined_length = False
    for keyword in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
        if keyword in dataset:
            del dataset[keyword]
    return str(ExplicitVRLittleEndian)


def _cleared(pixels: NDArray[Any], stored: int, shift: int) -> NDArray[Any]:
    """The value alone at its place; the sign goes on above it, as readers of whole words expect."""
    spare = pixels.dtype.itemsize * 8 - stored
    return ((pixels << (spare - shift)) >> spare) << shift
