"""The system libraries that off-screen pictures need, named before anything crashes."""

from __future__ import annotations

import ctypes
import sys

from SpineLib.errors import SpineError

# What VTK opens at the first picture, and the Debian packages that bring it: libEGL itself, its
# vendor's part, and Mesa's drivers, which draw in software where there is no graphics card.
PACKAGES = "libegl1 libegl-mesa0 libgl1-mesa-dri"
# EGL 1.5, EGL_MESA_platform_surfaceless
_SURFACELESS_MESA = 0x31DD


def check_libraries() -> None:
    """Checks that Linux can draw off-screen; without it VTK ends the process with a crash.

    Raises:
        SpineError: it cannot; the advice is the one apt line that installs what is missing.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        works = _egl_starts()
    except (OSError, AttributeError):
        works = False
    if not works:
        raise SpineError(
            "Pictures cannot be drawn: system libraries for OpenGL are missing",
            advice=f"Run: sudo apt-get install -y {PACKAGES}",
        )


def _egl_starts() -> bool:
    egl = ctypes.CDLL("libEGL.so.1")
    for name in ("eglGetDisplay", "eglGetPlatformDisplay"):
        getattr(egl, name).restype = ctypes.c_void_p
    egl.eglGetPlatformDisplay.argtypes = [ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p]
    egl.eglGetDisplay.argtypes = [ctypes.c_void_p]
    egl.eglInitialize.argtypes = [ctypes.c_void_p] * 3
    egl.eglTerminate.argtypes = [ctypes.c_void_p]
    displays = (
        lambda: egl.eglGetDisplay(None),
        lambda: egl.eglGetPlatformDisplay(_SURFACELESS_MESA, None, None),
    )
    for display in (make() for make in displays):
        if display and egl.eglInitialize(display, None, None):
            egl.eglTerminate(display)
            return True
    return False
