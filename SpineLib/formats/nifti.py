"""NIfTI-1 and NIfTI-2 in one file (``.nii``, ``.nii.gz``).

Header fields and the two transforms as nifti1.h (Cox et al. 2004, "A (sort of) new image data
format standard: NIfTI-1") and nifti2.h define them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.formats.contents import opened, read_bytes, read_voxels, skip_bytes
from SpineLib.formats.image import three_axes, unreadable
from SpineLib.formats.orientation import placed

_GZIP = b"\x1f\x8b"
_SIZES = {348: (1, 352), 540: (2, 544)}  # header's length → version, where voxels begin earliest
_MAGIC = {1: b"n+1", 2: b"n+2"}
_TYPES = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8",
    1280: "u8",
}  # fmt: skip
_NOT_READ = {32: "complex", 1792: "complex", 2048: "complex", 128: "colour", 2304: "colour",
             1536: "128-bit"}  # fmt: skip
_MILLIMETRES = {1: 1000.0, 3: 0.001}  # xyzt_units' metres and micrometres; the rest are mm
_TELL_MM = 0.1


@dataclass(frozen=True)
class _Header:
    """The fields that say what the voxels are and where."""

    order: str
    sizes: tuple[int, ...]
    kind: int
    offset: float
    slope: float
    intercept: float
    pixdim: tuple[float, ...]
    units: int
    qform_code: int
    sform_code: int
    quaternion: tuple[float, ...]  # b, c, d and the offsets along x, y, z
    rows: tuple[float, ...]


def read_nifti(
    path: Path, orientation: str = ""
) -> tuple[NDArray[Any], NDArray[np.float64], list[str]]:
    """Voxels [k, j, i], the matrix from (i, j, k) to RAS mm, and notes for the reader.

    The sform counts where its code is above 0, else the qform, as nibabel and most programs do.

    Args:
        path: of the file.
        orientation: used where neither has a code.

    Raises:
        BadInput: it is no NIfTI, truncated, not one greyscale volume, or has no transform.
    """
    with path.open("rb") as file:
        compression = "deflate" if file.read(2) == _GZIP else ""
        file.seek(0)
        stream = opened(file, compression)
        header, begin = _read_header(stream)
        matrix, notes = _matrix(header, orientation)
        shape = three_axes(header.sizes, range(min(3, len(header.sizes))))
        available = path.stat().st_size - (0 if compression else begin)
        kind = np.dtype(header.order + _TYPES[header.kind])
        voxels = read_voxels(stream, kind, shape, available=available, compression=compression)
    return _scaled(voxels, header), matrix, notes


def _read_header(stream: IO[bytes]) -> tuple[_Header, int]:
    """The header, with the stream at the first voxel; and where that is."""
    raw = read_bytes(stream, 4)
    order = next((o for o in "<>" if struct.unpack(o + "i", raw)[0] in _SIZES), "")
    if not order:
        raise unreadable("NIfTI")
    version, earliest = _SIZES[struct.unpack(order + "i", raw)[0]]
    raw += read_bytes(stream, earliest - len(raw))
    header = (_version_1 if version == 1 else _version_2)(raw, order)
    magic = raw[344:347] if version == 1 else raw[4:7]
    if magic in (b"ni1", b"ni2"):
        raise BadInput(
            "This is the header of a pair of files (.hdr and .img)",
            advice="Convert it to one .nii.gz.",
        )
    if magic != _MAGIC[version]:
        raise unreadable("NIfTI")
    if header.kind in _NOT_READ:
        raise BadInput(
            f"The voxels are {_NOT_READ[header.kind]} numbers",
            advice="Choose a greyscale MR image.",
        )
    if header.kind not in _TYPES or not 1 <= len(header.sizes) <= 7:
        raise unreadable("NIfTI")
    begin = header.offset or earliest
    if not np.isfinite(begin) or begin < earliest:
        raise unreadable("NIfTI")
    skip_bytes(stream, int(begin) - earliest)
    return header, int(begin)


def _sizes(dim: tuple[int, ...]) -> tuple[int, ...]:
    """Voxels along each axis; none where the header says another number of axes than it can."""
    return dim[1 : 1 + dim[0]] if 1 <= dim[0] <= 7 else ()


def _version_1(raw: bytes, order: str) -> _Header:
    def field(layout: str, at: int) -> tuple[Any, ...]:
        return struct.unpack_from(order + layout, raw, at)

    dim = field("8h", 40)
    offset, slope, intercept = field("3f", 108)
    qform, sform = field("2h", 252)
    return _Header(
        order, _sizes(dim), field("h", 70)[0], offset, slope, intercept,
        field("8f", 76), raw[123], qform, sform, field("6f", 256), field("12f", 280),
    )  # fmt: skip


def _version_2(raw: bytes, order: str) -> _Header:
    def field(layout: str, at: int) -> tuple[Any, ...]:
        return struct.unpack_from(order + layout, raw, at)

    dim = field("8q", 16)
    slope, intercept = field("2d", 176)
    qform, sform = field("2i", 344)
    return _Header(
        order, _sizes(dim), field("h", 12)[0], field("q", 168)[0], slope,
        intercept, field("8d", 104), field("i", 500)[0], qform, sform, field("6d", 352),
        field("12d", 400),
    )  # fmt: skip


def _matrix(header: _Header, orientation: str) -> tuple[NDArray[np.float64], list[str]]:
    scale = _MILLIMETRES.get(header.units & 7, 1.0)
    sform = _sform(header, scale) if header.sform_code > 0 else None
    qform = _qform(header, scale) if header.qform_code > 0 else None
    if sform is not None and not _usable(sform) and qform is not None and _usable(qform):
        return qform, ["The file's sform is empty; its qform says where the image lies"]
    if sform is None:
        if qform is None:
            return placed(orientation, np.array(header.pixdim[1:4]) * scale)
        return qform, []
    notes = []
    if qform is not None and _usable(sform) and _usable(qform):
        corners = np.array(list(np.ndindex(2, 2, 2))) * (np.array((*header.sizes, 1, 1)[:3]) - 1)
        apart = corners @ (sform - qform)[:3, :3].T + (sform - qform)[:3, 3]
        distance = float(np.linalg.norm(apart, axis=1).max())
        if distance > _TELL_MM:
            notes.append(
                f"The file gives two positions (sform and qform) that are up to {distance:.1f} mm "
                "apart; the sform is used"
            )
    return sform, notes


def _sform(header: _Header, scale: float) -> NDArray[np.float64]:
    return np.vstack([np.array(header.rows, float).reshape(3, 4) * scale, [0.0, 0.0, 0.0, 1.0]])


def _qform(header: _Header, scale: float) -> NDArray[np.float64]:
    """Method 2 of nifti1.h: a unit quaternion (a, b, c, d) with a ≥ 0, spacing, and qfac."""
    b, c, d = header.quaternion[:3]
    rest = 1.0 - (b * b + c * c + d * d)
    if rest < 1e-7:  # rounding may take b, c, d beyond 1
        length = float(np.sqrt(b * b + c * c + d * d))
        a, b, c, d = 0.0, b / length, c / length, d / length
    else:
        a = float(np.sqrt(rest))
    turn = np.array([
        [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
        [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
        [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
    ])  # fmt: skip
    if min(header.pixdim[1:4]) < 0:
        raise BadInput("The distance between its voxels is negative along an axis")
    flip = -1.0 if header.pixdim[0] < 0 else 1.0
    matrix = np.eye(4)
    matrix[:3, :3] = turn * (np.array(header.pixdim[1:4]) * (1.0, 1.0, flip)) * scale
    matrix[:3, 3] = np.array(header.quaternion[3:]) * scale
    return matrix


def _usable(matrix: NDArray[np.float64]) -> bool:
    return bool(np.isfinite(matrix).all() and np.linalg.norm(matrix[:3, :3], axis=0).min() > 0)


def _scaled(voxels: NDArray[Any], header: _Header) -> NDArray[Any]:
    """The voxels after the file's scaling; a slope of 0 (or none that is finite) means none."""
    slope, intercept = header.slope, header.intercept
    if not np.isfinite(slope) or slope == 0 or (slope, intercept) == (1.0, 0.0):
        return voxels
    if not np.isfinite(intercept):
        raise BadInput("The file's scaling of its voxels is not finite")
    with np.errstate(over="ignore", invalid="ignore"):
        return (voxels * np.float64(slope) + intercept).astype(np.float32)
