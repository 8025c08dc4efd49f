"""Decodes compressed slices for `SpineLib.dicom.decoding`, in a process that a slice may end.

Run as a file, so that it imports nothing of the program. Each request is a line of JSON on standard
input and the code that it announces; each answer is a length (4 bytes, little endian), JSON of that
length, and the pixels that it announces. It ends when its input does.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

if __name__ == "__main__" and sys.path and Path(sys.path[0]) == Path(__file__).parent:
    del sys.path[0]  # `read`, `header` and others here are no names for anybody's imports

import numpy as np
from numpy.typing import NDArray
from pydicom.encaps import encapsulate
from pydicom.pixels import get_decoder
from pydicom.pixels.utils import _get_jpg_parameters

# What a decoder may take beside the slice itself: its tables, and copies of the slice in integers
# of four bytes.
_SPARE_BYTES, _COPIES = 256 << 20, 16


def main() -> None:
    """Answers requests until the input ends."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # what native libraries print is no answer
        os.dup2(nothing, stream)
    _die_quietly()
    _send(answers, {"ready": True})
    for line in requests:
        request = json.loads(line)
        code = requests.read(request["bytes"])
        _limit(request)
        try:
            pixels = decode(code, request["syntax"], request["options"])
            _stop_clock()
            _send(answers, {"type": pixels.dtype.str, "shape": pixels.shape}, pixels)
        except Exception as error:  # each codec has errors of its own
            _stop_clock()
            unknown = isinstance(error, NotImplementedError)  # a code that nobody here reads
            _send(answers, {"error": "unknown" if unknown else "damaged"})


def _send(answers: BinaryIO, about: dict[str, Any], pixels: NDArray[Any] | None = None) -> None:
    head = json.dumps(about).encode()
    answers.write(struct.pack("<I", len(head)) + head)
    if pixels is not None:
        answers.write(np.ascontiguousarray(pixels).data)
    answers.flush()


def decode(code: bytes, syntax: str, options: dict[str, Any]) -> NDArray[Any]:
    """One frame, [row, column].

    Args:
        code: of the frame.
        syntax: transfer syntax UID.
        options: of pydicom's decoders.

    Raises:
        ValueError: the code says another size than the header.
        Exception: whatever a codec raises.
    """
    size = coded_size(code)
    if size and size != (options["rows"], options["columns"]):
        raise ValueError("the code says another size than the header")
    pixels, _ = get_decoder(syntax).as_array(encapsulate([code]), index=0, **options)
    return pixels


def coded_size(code: bytes) -> tuple[int, int] | None:
    """Rows and columns that a code stream itself says; None where it says none.

    A decoder takes its memory by these, whatever the header says.
    """
    start = _jpeg2000(code)
    if start >= 0 and len(code) >= start + 24:
        right, lower, left, upper = struct.unpack(">4I", code[start + 8 : start + 24])
        return lower - upper, right - left
    about = _get_jpg_parameters(code)
    return (about["height"], about["width"]) if about.get("height") else None


def coded_precision(code: bytes) -> int:
    """How many bits a code stream says that its values have; 0 where it does not say (RLE)."""
    start = _jpeg2000(code)
    if start >= 0:
        return (code[start + 42] & 0x7F) + 1 if len(code) > start + 42 else 0
    return int(_get_jpg_parameters(code).get("precision", 0))


def _jpeg2000(code: bytes) -> int:
    """Where a JPEG 2000 code stream and its size begin; -1 in other code."""
    return code.find(b"\xff\x4f\xff\x51", 0, 4096)


def _die_quietly() -> None:
    """No core dump, no window that says so, and no answer to the terminal's Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetErrorMode(0x0001 | 0x0002)
    else:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit(request: dict[str, Any]) -> None:
    """Ends this process where the slice takes more than its time or, on Linux, its memory."""
    if sys.platform == "win32":
        return
    signal.setitimer(signal.ITIMER_PROF, request["seconds"])
    if sys.platform == "linux":
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        options = request["options"]
        slice_bytes = options["rows"] * options["columns"] * _COPIES
        most = pages * resource.getpagesize() + _SPARE_BYTES + slice_bytes
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def _stop_clock() -> None:
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    main()
