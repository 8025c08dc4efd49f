"""Large volumes from and to files a slab at a time, for a caller that must not stop for long.

The files are NRRD without compression (teem's definition of the format, "NRRD0004"), which any
other reader opens too.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.formats.nrrd import voxels_at
from SpineLib.formats.orientation import right_angled
from SpineLib.store.files import writing
from SpineLib.volume import Volume, directions_in_lps, lps_to_ras, read_volume

# Some milliseconds of copying.
SLAB_BYTES = 8 << 20
Result = TypeVar("Result")
Steps = Generator[None, None, Result]

_TYPES = {
    "int8": "int8", "uint8": "uint8", "int16": "int16", "uint16": "uint16", "int32": "int32",
    "uint32": "uint32", "int64": "int64", "uint64": "uint64", "float32": "float",
    "float64": "double",
}  # fmt: skip


def finish(steps: Steps[Result]) -> Result:
    """Does all steps at once and gives what they lead to.

    Example:
        >>> def three():
        ...     yield
        ...     return 3
        >>> finish(three())
        3
    """
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result


def slabs(voxels: NDArray[Any]) -> Iterator[slice]:
    """The slices [first, last) of an array's slabs of at most `SLAB_BYTES`, at least one slice."""
    count = max(1, SLAB_BYTES // max(1, voxels[:1].nbytes))
    for first in range(0, len(voxels), count):
        yield slice(first, first + count)


def read_in_slabs(path: str | Path) -> Steps[Volume]:
    """Reads a volume file; a file that `write_in_slabs` or `write_volume` left uncompressed in slabs.

    Raises:
        BadInput: the file is missing, unreadable, or not one greyscale volume.
    """
    path = Path(path)
    raw = voxels_at(path) if path.is_file() and path.name.lower().endswith(".nrrd") else None
    if raw is None:
        return read_volume(path)
    begin, shape, kind, matrix = raw
    if math.prod(shape) * kind.itemsize > path.stat().st_size - begin:
        raise BadInput("The file is cut off", file=path, advice="Export it again.")
    voxels = np.empty(shape, kind)
    with path.open("rb") as stream:
        stream.seek(begin)
        for part in slabs(voxels):
            if part.start:
                yield
            if stream.readinto(voxels[part].data.cast("B")) != voxels[part].nbytes:
                raise BadInput("The file is cut off", file=path, advice="Export it again.")
    return Volume(voxels, right_angled(matrix, shape)[0])


def write_in_slabs(volume: Volume, path: str | Path) -> Steps[None]:
    """Writes ``.nrrd`` without compression, whole or not at all.

    Args:
        volume: what is written; its voxels may be another's memory, they are only read.
        path: the file.

    Raises:
        BadInput: the volume's axes are not at right angles (gantry tilt).
        OutputError: the disk is full or the folder cannot be written to.
    """
    directions = directions_in_lps(volume) * volume.spacing
    kind = volume.voxels.dtype.newbyteorder("=")
    lines = (
        "NRRD0004",
        f"type: {_TYPES[volume.voxels.dtype.name]}",
        "dimension: 3",
        "space: left-posterior-superior",
        "sizes: " + " ".join(map(str, volume.shape[::-1])),
        "space directions: " + " ".join(map(_vector, directions.T)),
        "kinds: domain domain domain",
        f"endian: {sys.byteorder}",
        "encoding: raw",
        f"space origin: {_vector(lps_to_ras(volume.ijk_to_ras[:3, 3]))}",
    )
    with writing(path) as temporary, temporary.open("wb") as stream:
        stream.write(("\n".join(lines) + "\n\n").encode("ascii"))
        for part in slabs(volume.voxels):
            if part.start:
                yield
            stream.write(np.ascontiguousarray(volume.voxels[part], kind).data)


def _vector(numbers: Any) -> str:
    return "(" + ",".join(repr(float(x)) for x in numbers) + ")"
