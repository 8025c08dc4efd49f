"""Work without a scene in a thread, waited for in steps that leave the window alive."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from SpineLib.slabs import Steps

# Python's threads run in Slicer only while its main thread waits inside of Python.
SECONDS_A_STEP = 0.01
T = TypeVar("T")


def inThread(work: Callable[[], T], *, toTheEnd: bool = False) -> Steps[T]:
    """Does something that reads or writes files, or computes, and gives what it returns.

    Args:
        work: it must touch neither the scene nor a widget.
        toTheEnd: when the steps are left, wait until the work is done (it writes); else it goes on
            unheard (it reads).

    Raises:
        Exception: what the work raises.

    Example:
        image = yield from inThread(lambda: read_volume(path))
    """
    result: list[T] = []
    errors: list[BaseException] = []

    def run() -> Any:
        try:
            result.append(work())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while True:
            thread.join(SECONDS_A_STEP)
            if not thread.is_alive():
                break
            yield
    finally:
        if toTheEnd:
            thread.join()
    if errors:
        raise errors[0]
    return result[0]


def importing(*names: str) -> Steps[None]:
    """Imports libraries that take long, before the main thread needs them."""
    yield from inThread(lambda: [importlib.import_module(name) for name in names])
