"""NRRD: ``.nrrd``, and ``.nhdr`` with a file of voxels beside it.

Fields, spaces and encodings as the definition of the format gives them (Kindlmann, "Definition of
NRRD File Format", teem.sourceforge.net/nrrd/format.html).
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.formats.contents import (
    damaged,
    file_beside,
    opened,
    read_text,
    read_voxels,
    skip_bytes,
    truncated,
)
from SpineLib.formats.image import MILLIMETRES, in_other_units, keep, three_axes, unreadable
from SpineLib.formats.orientation import ADVICE, OPTION, placed

_TYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i8": ("longlong", "long long", "long long int", "signed long long",
           "signed long long int", "int64", "int64_t"),
    "u8": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "f4": ("float",),
    "f8": ("double",),
}  # fmt: skip
_BY_NAME = {name: kind for kind, names in _TYPES.items() for name in names}
_COMPRESSIONS = {"raw": "", "gzip": "deflate", "gz": "deflate", "bzip2": "bzip2", "bz2": "bzip2"}
_TEXT = ("text", "txt", "ascii")
# What turns each anatomical space into RAS. Those with time have it as a fourth axis. The other
# spaces of the format (scanner-xyz, 3D-right-handed, 3D-left-handed) say nothing of the patient.
_TO_RAS = {
    "right-anterior-superior": (1.0, 1.0, 1.0), "ras": (1.0, 1.0, 1.0),
    "left-anterior-superior": (-1.0, 1.0, 1.0), "las": (-1.0, 1.0, 1.0),
    "left-posterior-superior": (-1.0, -1.0, 1.0), "lps": (-1.0, -1.0, 1.0),
}  # fmt: skip
_ELSEWHERE = ("scanner-xyz", "3d-right-handed", "3d-left-handed")
_TIME = re.compile(r"(-time|(?<=^...)t)$")  # right-anterior-superior-time, RAST
_VECTOR = re.compile(r"none|\(([^)]*)\)")
_LONGEST = 1 << 20  # bytes of a header


def read_nrrd(
    path: Path, orientation: str = ""
) -> tuple[NDArray[Any], NDArray[np.float64], list[str]]:
    """Voxels [k, j, i], the matrix from (i, j, k) to RAS mm, and notes for the reader.

    Args:
        path: of the header.
        orientation: used where the header names no space, or one that is not the patient's.

    Raises:
        BadInput: it is no NRRD, truncated, not one greyscale volume, or nothing says where the
            patient's left is.
    """
    with path.open("rb") as file:
        fields = read_fields(file)
        shape, matrix, notes = grid_of(fields, orientation)
        return _voxels(file, path, fields, shape), matrix, notes


def voxels_at(path: Path) -> tuple[int, tuple[int, ...], np.dtype[Any], NDArray[np.float64]] | None:
    """Where the voxels lie in a file that holds them as they are in memory.

    Returns:
        Their first byte, shape [k, j, i], type, and the matrix from (i, j, k) to RAS mm; None of
        any other file.

    Raises:
        BadInput: as `read_nrrd`.
    """
    with path.open("rb") as file:
        if file.read(4) != b"NRRD":
            return None
        file.seek(0)
        fields = read_fields(file)
        kind = voxel_type(fields)
        plain = fields.get("encoding", "").lower() == "raw" and kind == kind.newbyteorder("=")
        if not plain or {"datafile", "lineskip", "byteskip"} & fields.keys():
            return None
        shape, matrix, _ = grid_of(fields, "")
        return file.tell(), shape, kind, matrix


def grid_of(
    fields: dict[str, str], orientation: str
) -> tuple[tuple[int, ...], NDArray[np.float64], list[str]]:
    """The shape [k, j, i] and the matrix from (i, j, k) to RAS mm that a header claims, and notes.

    Raises:
        BadInput: as `read_nrrd`.
    """
    sizes = tuple(_whole(word) for word in fields.get("sizes", "").split())
    if len(sizes) != _whole(fields.get("dimension", "")) or not 1 <= len(sizes) <= 16:
        raise unreadable("NRRD")
    spatial, matrix, notes = _geometry(fields, len(sizes), orientation)
    return three_axes(sizes, spatial), matrix, notes


def read_fields(file: IO[bytes]) -> dict[str, str]:
    """Field → value of a header, with the file at the first byte behind its empty line.

    Raises:
        BadInput: it is no NRRD.
    """
    if not file.readline(16).startswith(b"NRRD000"):
        raise unreadable("NRRD")
    fields: dict[str, str] = {}
    while line := file.readline(_LONGEST):
        text = line.decode("utf-8", "replace").strip()
        if not text:
            break
        name, colon, value = text.partition(":")
        if file.tell() > _LONGEST:
            raise unreadable("NRRD")
        if text.startswith("#") or value.startswith("="):
            continue
        if not colon:
            raise unreadable("NRRD")
        keep(fields, _plain(name), value.strip())
        if _plain(name) == "datafile" and value.split()[:1] == ["LIST"]:
            break  # the files' names follow instead of an empty line
    return fields


def _geometry(
    fields: dict[str, str], dimension: int, orientation: str
) -> tuple[list[int], NDArray[np.float64], list[str]]:
    """Which axes are of space, the matrix from their indices to RAS mm, and notes."""
    space = fields.get("space", "").lower()
    name = _TIME.sub("", space)
    vectors = _vectors(fields.get("spacedirections", ""))
    if not vectors:
        return _without_directions(fields, dimension, orientation, space)
    # A fourth component is time, and the axis of time has nothing else.
    along = {axis: vector[:3] for axis, vector in enumerate(vectors) if vector and any(vector[:3])}
    if len(vectors) != dimension or [len(vector) for vector in along.values()] != [3, 3, 3]:
        raise unreadable("NRRD")
    spatial, axes = list(along), np.array(list(along.values())).T
    if name not in _TO_RAS:
        return spatial, *_foreign(space, np.linalg.norm(axes, axis=0), orientation)
    _require_millimetres(fields, "spaceunits", range(3))
    origin = _vectors(fields.get("spaceorigin", "(0,0,0)"))
    if len(origin) != 1 or origin[0] is None or len(origin[0]) < 3:
        raise unreadable("NRRD")
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = axes, origin[0][:3]
    return spatial, np.diag([*_TO_RAS[name], 1.0]) @ matrix, []


def _without_directions(
    fields: dict[str, str], dimension: int, orientation: str, space: str
) -> tuple[list[int], NDArray[np.float64], list[str]]:
    """An old file, with spacings at most."""
    kinds = fields.get("kinds", "").lower().split()
    if len(kinds) not in (0, dimension):
        raise unreadable("NRRD")
    spatial = [axis for axis, kind in enumerate(kinds) if kind in ("domain", "space")]
    spatial = (spatial or list(range(dimension)))[:3]
    try:
        spacings = [float(word) for word in fields.get("spacings", "").split()]
    except ValueError as error:
        raise unreadable("NRRD") from error
    if len(spacings) not in (0, dimension):
        raise unreadable("NRRD")
    spacing = [spacings[axis] if spacings else 1.0 for axis in spatial]
    if len(spacing) < 3:
        raise BadInput(f"A volume needs three dimensions, this image has {len(spacing)}")
    _require_millimetres(fields, "units", spatial)
    return spatial, *_foreign(space, spacing, orientation)


def _foreign(space: str, spacing: Any, orientation: str) -> tuple[NDArray[np.float64], list[str]]:
    """A matrix by what the person said, or a refusal that names the space."""
    name = _TIME.sub("", space)
    if space and not orientation and name not in _TO_RAS:
        what = "says nothing of the patient" if name in _ELSEWHERE else "is not known"
        raise BadInput(
            f"The image lies in the space {space[:40]!r}, which {what}, so nothing says where "
            "left and right are",
            advice=ADVICE,
            command=OPTION,
        )
    return placed(orientation, spacing)


def _require_millimetres(fields: dict[str, str], name: str, axes: Iterable[int]) -> None:
    """Of the axes of space; that of time counts in seconds."""
    text = fields.get(name, "")
    units = re.findall(r'"([^"]*)"', text) or text.split()
    for unit in (units[axis] for axis in axes if axis < len(units)):
        if unit.strip().lower() not in MILLIMETRES:
            raise in_other_units(unit)


def _vectors(text: str) -> list[tuple[float, ...] | None]:
    try:
        vectors = [
            None if match[0] == "none" else tuple(float(x) for x in match[1].split(","))
            for match in _VECTOR.finditer(text.lower())
        ]
    except ValueError as error:
        raise unreadable("NRRD") from error
    # An axis that is not of space may also be written with numbers that are none.
    return [None if v is not None and np.isnan(v).all() else v for v in vectors]


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise unreadable("NRRD") from error


def _plain(name: str) -> str:
    return name.lower().replace(" ", "")


def voxel_type(fields: dict[str, str]) -> np.dtype[Any]:
    """The voxels' type with its byte order.

    Raises:
        BadInput: it is none that is read, or of several bytes without an order.
    """
    name = " ".join(fields.get("type", "").lower().split())
    if name not in _BY_NAME:
        raise BadInput(f"The voxels are of a type that is not read ({name[:20] or 'none said'})")
    kind = np.dtype(_BY_NAME[name])
    endian = fields.get("endian", "").lower()
    if endian in ("little", "big"):
        return kind.newbyteorder("<" if endian == "little" else ">")
    if kind.itemsize > 1 and fields.get("encoding", "").lower() not in _TEXT:
        raise unreadable("NRRD")
    return kind


def _voxels(
    file: IO[bytes], header: Path, fields: dict[str, str], shape: tuple[int, ...]
) -> NDArray[Any]:
    kind, name = voxel_type(fields), fields.get("datafile", "")
    if not name:
        return _read(file, header.stat().st_size, fields, kind, shape)
    beside = file_beside(header, name, ".nrrd")
    with beside.open("rb") as stream:
        return _read(stream, beside.stat().st_size, fields, kind, shape)


def _read(
    stream: IO[bytes], size: int, fields: dict[str, str], kind: np.dtype[Any],
    shape: tuple[int, ...],
) -> NDArray[Any]:  # fmt: skip
    encoding = fields.get("encoding", "").lower()
    lines = _whole(fields.get("lineskip", "0"))
    if lines < 0:
        raise unreadable("NRRD")
    for _ in range(lines):
        if not stream.readline():
            raise truncated()
    skipped = _whole(fields.get("byteskip", "0"))
    if encoding in _TEXT:
        stream.seek(max(skipped, 0), io.SEEK_CUR)
        return read_text(stream, kind, shape)
    if encoding == "hex":
        return _from_hex(stream, kind, shape)
    if encoding not in _COMPRESSIONS:
        raise BadInput(f"The voxels are encoded in a way that is not read ({encoding[:20]})")
    compression = _COMPRESSIONS[encoding]
    needed = math.prod(shape) * kind.itemsize
    if skipped == -1 and not compression:  # the voxels are the file's last bytes
        stream.seek(max(size - needed, stream.tell()))
        skipped = 0
    available = size - stream.tell()
    if skipped < 0:
        raise unreadable("NRRD")
    plain = opened(stream, compression)
    skip_bytes(plain, skipped)
    return read_voxels(plain, kind, shape, available=available, compression=compression)


def _from_hex(stream: IO[bytes], kind: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    try:
        digits = b"".join(stream.read().split()).decode("ascii")
        raw = bytes.fromhex(digits[: len(digits) // 2 * 2])
    except ValueError as error:
        raise damaged() from error
    return read_voxels(io.BytesIO(raw), kind, shape, available=len(raw))
