"""The voxels of a file: as many as its header claims, or a refusal. Never zeros for what is lost."""

from __future__ import annotations

import bz2
import io
import math
import os
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.store.files import is_there

# The most that one compressed byte can become: DEFLATE's own limit (zlib's technical details,
# "Maximum Compression Factor"); bzip2 packs 45 MB of one value into a block of some 40 bytes.
_MOST = {"": 1, "deflate": 1032, "bzip2": 1_500_000}
_PIECE = 1 << 18
_BEHIND = 1 << 20  # bytes that are read behind the voxels, to see whether the stream is whole


class Deflated(io.RawIOBase):
    """A zlib or gzip stream, or several one after another, as a file.

    Reading raises EOFError where the stream is cut off and `zlib.error` where it is damaged.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._inflate = zlib.decompressobj(47)  # 32 + 15: either kind, by its first bytes
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fills the buffer from the front; 0 at the end."""
        while True:
            if self._inflate.eof:
                self._left = self._inflate.unused_data.lstrip(b"\0")
                self._left = self._left or self._stream.read(_PIECE).lstrip(b"\0")
                if not self._left:
                    return 0
                self._inflate = zlib.decompressobj(47)
            self._left = self._left or self._stream.read(_PIECE)
            if not self._left:
                raise EOFError
            inflated = self._inflate.decompress(self._left, len(buffer))
            self._left = self._inflate.unconsumed_tail
            if inflated:
                buffer[: len(inflated)] = inflated
                return len(inflated)


def opened(stream: IO[bytes], compression: str) -> IO[bytes]:
    """A stream's plain bytes.

    Args:
        stream: at the first byte.
        compression: empty, ``deflate`` (zlib or gzip) or ``bzip2``.
    """
    if compression == "deflate":
        return io.BufferedReader(Deflated(stream), _PIECE)
    return bz2.open(stream) if compression == "bzip2" else stream


def read_voxels(
    stream: IO[bytes], kind: np.dtype[Any], shape: tuple[int, ...], *, available: int,
    compression: str = "",
) -> NDArray[Any]:  # fmt: skip
    """Reads an array, all of it.

    Args:
        stream: plain bytes (`opened`), at the first voxel.
        kind: of the voxels, with their byte order.
        shape: as the file's header claims.
        available: bytes of the file from there on, before they are unpacked: a claim that they
            cannot hold is refused before memory is taken.
        compression: as of `opened`.

    Returns:
        The voxels in this machine's byte order.

    Raises:
        BadInput: there are fewer, or the compressed stream is cut off or damaged.
    """
    if math.prod(shape) * kind.itemsize > available * _MOST[compression]:
        raise truncated()
    voxels = np.empty(shape, kind)
    target = voxels.reshape(-1).view(np.uint8).data
    filled = 0
    try:
        while filled < len(target):
            got = stream.readinto(target[filled:])  # type: ignore[attr-defined]
            if not got:
                raise truncated()
            filled += got
        if compression:
            stream.read(_BEHIND)  # the checksum stands at the stream's end
    except EOFError as error:
        raise truncated() from error
    except (zlib.error, OSError, ValueError) as error:
        raise damaged() from error
    native = kind.newbyteorder("=")
    return voxels if kind == native else voxels.byteswap(inplace=True).view(native)


def read_text(stream: IO[bytes], kind: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Reads voxels that are written as numbers in text.

    Raises:
        BadInput: there are fewer than the shape claims, or something is no number of this kind.
    """
    words = stream.read().split()
    count = math.prod(shape)
    if len(words) < count:
        raise truncated()
    try:
        voxels = np.array(words[:count]).astype(kind.newbyteorder("="))
    except (ValueError, OverflowError) as error:
        raise damaged() from error
    return voxels.reshape(shape)


def read_bytes(stream: IO[bytes], count: int) -> bytes:
    """So many plain bytes of a stream (`opened`).

    Raises:
        BadInput: there are fewer, or the compressed stream is cut off or damaged.
    """
    try:
        raw = stream.read(count)
    except EOFError as error:
        raise truncated() from error
    except Exception as error:  # zlib.error, and whatever else says that it cannot be unpacked
        raise damaged() from error
    if len(raw) < count:
        raise truncated()
    return raw


def skip_bytes(stream: IO[bytes], count: int) -> None:
    """Reads over so many bytes, which take no memory; raises as `read_bytes`."""
    while count > 0:
        count -= len(read_bytes(stream, min(count, 1 << 20)))


def file_beside(header: Path, name: str, whole: str) -> Path:
    """The file of voxels that a header names, beside it or in a folder below.

    A header that came from elsewhere must not choose which other files of this machine are read.
    A link that lies in the folder was put there by the person, wherever it leads.

    Args:
        header: the file that names it.
        name: as it stands there.
        whole: ending of a file of the same format that holds all.

    Raises:
        BadInput: it is not there or there are several, or the name leads out of the header's folder.
    """
    if name.upper().startswith("LIST") or "%" in name:
        raise BadInput(
            "The voxels lie in several files, which is not read",
            advice=f"Convert it to one {whole}.",
        )
    folder = Path(os.path.normpath(header.absolute())).parent
    path = Path(os.path.normpath(folder / name))
    if not path.is_relative_to(folder):
        raise BadInput(
            "The header names a file with the voxels outside of its own folder",
            advice="Copy both files into one folder, and name it in the header without a path.",
        )
    if not is_there(path, file=True):
        raise BadInput(
            "The file with the voxels that the header names is not beside it",
            advice="Copy both files together.",
        )
    return path


def truncated() -> BadInput:
    """The refusal of a file that ends early."""
    return BadInput(
        "The file is truncated: it ends before its last voxel",
        advice="Copy or export it again.",
    )


def damaged() -> BadInput:
    """The refusal of voxels that cannot be unpacked."""
    return BadInput("The file is damaged: its voxels cannot be unpacked", advice="Copy it again.")
