"""The system libraries that off-screen pictures need, named before anything crashes."""

from __future__ import annotations

import ctypes
import sys

from SpineLib.errors import SpineError

# VTK opens these by name when the first picture is drawn, and aborts the process without them.
_NEEDED = {"libEGL.so.1": "libegl1", "libGL.so.1": "libgl1", "libOpenGL.so.0": "libopengl0"}


def check_libraries() -> None:
    """Checks that Linux has what VTK opens to draw off-screen.

    Raises:
        SpineError: libraries are missing; the advice is the one apt line that installs them.
    """
    if not sys.platform.startswith("linux"):
        return
    missing = [package for name, package in _NEEDED.items() if not _opens(name)]
    if missing:
        raise SpineError(
            "Pictures cannot be drawn: system libraries for OpenGL are missing",
            advice=f"Run: sudo apt-get install -y {' '.join(sorted(set(missing)))}",
        )


def _opens(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
