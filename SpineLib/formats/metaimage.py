"""MetaImage: ``.mha``, and ``.mhd`` with a file of voxels beside it.

Field names and defaults as MetaIO's documentation gives them (Kitware, "MetaImage/ITK format").
Places are LPS, as ITK writes them.
"""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.formats.contents import file_beside, opened, read_text, read_voxels
from SpineLib.formats.image import MILLIMETRES, in_other_units, keep, three_axes, unreadable
from SpineLib.formats.orientation import placed

_TYPES = {
    "MET_CHAR": "i1", "MET_UCHAR": "u1", "MET_SHORT": "i2", "MET_USHORT": "u2", "MET_INT": "i4",
    "MET_UINT": "u4", "MET_LONG": "i4", "MET_ULONG": "u4", "MET_LONG_LONG": "i8",
    "MET_ULONG_LONG": "u8", "MET_FLOAT": "f4", "MET_DOUBLE": "f8",
}  # fmt: skip
_LAST = "ElementDataFile"  # the last field: voxels follow, or their file is named
_LONGEST = 1 << 16  # bytes of a header
_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


def read_metaimage(
    path: Path, orientation: str = ""
) -> tuple[NDArray[Any], NDArray[np.float64], list[str]]:
    """Voxels [k, j, i], the matrix from (i, j, k) to RAS mm, and notes for the reader.

    Args:
        path: of the header.
        orientation: used where the header has no ``TransformMatrix``.

    Raises:
        BadInput: it is no MetaImage, truncated, not one greyscale volume, or has no transform.
    """
    with path.open("rb") as file:
        fields = _fields(file)
        sizes = tuple(_whole({"": word}, "", 0) for word in fields.get("DimSize", "").split())
        if len(sizes) != _whole(fields, "NDims", len(sizes)) or len(sizes) > 7:
            raise unreadable("MetaImage")
        if _whole(fields, "ElementNumberOfChannels", 1) != 1:
            raise BadInput(
                "This is a colour or vector image", advice="Choose a greyscale MR image."
            )
        shape = three_axes(sizes, range(min(3, len(sizes))))
        matrix, notes = _matrix(fields, len(sizes), orientation)
        return _voxels(file, path, fields, shape), matrix, notes


def _fields(file: IO[bytes]) -> dict[str, str]:
    """Name → value, with the file behind the line that names the voxels."""
    fields: dict[str, str] = {}
    while _LAST not in fields:
        line = file.readline(_LONGEST)
        name, equals, value = line.decode("utf-8", "replace").partition("=")
        name = name.strip(" \t")
        if not equals or not name.isprintable() or file.tell() > _LONGEST:
            raise unreadable("MetaImage")
        keep(fields, name, value.strip())
    return fields


def _numbers(fields: dict[str, str], *names: str) -> list[float]:
    """The numbers of the first of these fields that is there; none of no field."""
    text = next((fields[name] for name in names if name in fields), "")
    try:
        return [float(word) for word in text.split()]
    except ValueError as error:
        raise unreadable("MetaImage") from error


def _whole(fields: dict[str, str], name: str, default: int) -> int:
    try:
        return int(fields.get(name, default))
    except ValueError as error:
        raise unreadable("MetaImage") from error


def _true(fields: dict[str, str], *names: str) -> bool:
    return any(fields.get(name, "").lower()[:1] in ("t", "1", "y") for name in names)


def _matrix(
    fields: dict[str, str], dimensions: int, orientation: str
) -> tuple[NDArray[np.float64], list[str]]:
    if fields.get("DistanceUnits", "").lower() not in MILLIMETRES:
        raise in_other_units(fields["DistanceUnits"])
    spacing = _numbers(fields, "ElementSpacing", "ElementSize") or [1.0] * dimensions
    transform = _numbers(fields, "TransformMatrix", "Rotation", "Orientation")
    origin = _numbers(fields, "Offset", "Position", "Origin") or [0.0] * dimensions
    if min(len(spacing), len(origin)) < 3 or len(transform) not in (0, dimensions**2):
        raise unreadable("MetaImage")
    if not transform:
        return placed(orientation, spacing[:3])
    # Each axis' direction stands in a row of its own.
    axes = np.array(transform).reshape(dimensions, dimensions)[:3, :3].T
    lps = np.eye(4)
    lps[:3, :3] = axes * spacing[:3]
    lps[:3, 3] = origin[:3]
    return _LPS_TO_RAS @ lps, []


def _voxels(
    file: IO[bytes], header: Path, fields: dict[str, str], shape: tuple[int, ...]
) -> NDArray[Any]:
    element = fields.get("ElementType", "")
    if element not in _TYPES:
        raise BadInput(f"The voxels are of a type that is not read ({element[:20] or 'none said'})")
    big = _true(fields, "BinaryDataByteOrderMSB", "ElementByteOrderMSB")
    kind = np.dtype(_TYPES[element]).newbyteorder(">" if big else "<")
    name = fields[_LAST]
    if name.upper() == "LOCAL":
        return _read(file, header.stat().st_size - file.tell(), fields, kind, shape)
    beside = file_beside(header, name, ".mha")
    with beside.open("rb") as stream:
        size = beside.stat().st_size
        skipped = _whole(fields, "HeaderSize", 0)
        if skipped < 0:  # the voxels are the file's last bytes
            skipped = size - math.prod(shape) * kind.itemsize
        if not 0 <= skipped <= size:
            return _read(io.BytesIO(), 0, fields, kind, shape)
        stream.seek(skipped)
        return _read(stream, size - skipped, fields, kind, shape)


def _read(
    stream: IO[bytes], available: int, fields: dict[str, str], kind: Any, shape: tuple[int, ...]
) -> NDArray[Any]:
    compression = "deflate" if _true(fields, "CompressedData") else ""
    if "BinaryData" in fields and not _true(fields, "BinaryData"):
        return read_text(stream, kind, shape)
    return read_voxels(
        opened(stream, compression), kind, shape, available=available, compression=compression
    )
