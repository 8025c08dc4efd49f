"""A deflated data set (PS3.5 A.5), inflated no further than it is read."""

from __future__ import annotations

import zlib
from typing import BinaryIO

from SpineLib.dicom.walk import Damaged

# More than any header that is not damaged; pixels are not kept.
LARGEST_HEADER = 64 << 20
_BLOCK = 1 << 20


class Inflating:
    """Reads as a file does, and keeps what it has inflated, up to a limit.

    Args:
        stream: stands at the first deflated byte.
        most: bytes that may be inflated to be read.
    """

    def __init__(self, stream: BinaryIO, most: int = LARGEST_HEADER) -> None:
        self._stream, self._most = stream, most
        self._machine = zlib.decompressobj(-zlib.MAX_WBITS)
        self._held, self._at = bytearray(), 0

    def tell(self) -> int:
        """Where the next read begins."""
        return self._at

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """As of a file; from the end is not possible."""
        self._at = offset + (self._at if whence == 1 else 0)
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        """As of a file.

        Raises:
            Damaged: it cannot be inflated, or is longer than the limit.
        """
        end = self._most + 1 if size < 0 else self._at + size
        while len(self._held) < end and (block := self._next(end - len(self._held))):
            self._held += block
        if len(self._held) > self._most:
            raise Damaged
        content = bytes(self._held[self._at : end])
        self._at += len(content)
        return content

    def reaches(self, end: int) -> bool:
        """Whether there are so many bytes; they are not kept, so that this is the last question."""
        count = len(self._held)
        while count < end and (block := self._next(end - count)):
            count += len(block)
        return count >= end

    def _next(self, most: int) -> bytes:
        """Some more bytes; none at the end."""
        try:
            while not self._machine.eof:
                deflated = self._machine.unconsumed_tail or self._stream.read(_BLOCK)
                if not deflated:
                    break
                if block := self._machine.decompress(deflated, min(most, _BLOCK)):
                    return block
        except zlib.error as error:
            raise Damaged from error
        return b""
