"""A machine without OpenGL is told what to install."""

import ctypes

import pytest

from SpineLib.errors import SpineError
from SpineSlicer.headless.libraries import check_libraries


def test_a_machine_with_the_libraries_passes():
    check_libraries()


def test_missing_libraries_are_named_with_the_apt_line(monkeypatch):
    def missing(name):
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(ctypes, "CDLL", missing)
    with pytest.raises(SpineError, match="apt-get install -y libegl1"):
        check_libraries()


def test_libraries_without_a_driver_are_told_from_working_ones(monkeypatch):
    class Function:
        def __call__(self, *_):
            return 0

    egl = type("Egl", (), {})()
    for name in ("eglGetDisplay", "eglGetPlatformDisplay", "eglInitialize", "eglTerminate"):
        setattr(egl, name, Function())
    monkeypatch.setattr(ctypes, "CDLL", lambda name: egl)
    with pytest.raises(SpineError, match="libgl1-mesa-dri"):
        check_libraries()
