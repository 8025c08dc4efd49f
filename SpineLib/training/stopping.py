"""How a training is stopped: between two steps, with a checkpoint to go on from."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from SpineLib.errors import BadInput, Cancelled
from SpineLib.progress import Progress
from SpineLib.training.run import open_run


@contextmanager
def heard_between_steps(progress: Progress) -> Iterator[None]:
    """Makes Ctrl-C and the end of a job a cancel of ``progress``; a second one ends at once.

    Only signals that would raise `KeyboardInterrupt` are taken: one that is ignored, or that a
    worker handles itself, stays as it is.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours = [s for s in (signal.SIGINT, signal.SIGTERM)
            if signal.getsignal(s) is signal.default_int_handler]  # fmt: skip

    def give_back() -> None:
        for one in ours:
            signal.signal(one, signal.default_int_handler)

    def hear(*_arguments: Any) -> None:
        progress.cancel()
        give_back()

    for one in ours:
        signal.signal(one, hear)
    try:
        yield
    finally:
        give_back()


def cancelled(folder: str | Path) -> Cancelled:
    """The error of a run that was cancelled, with what stays of it."""
    try:
        run = open_run(folder)
    except BadInput:  # it had not begun
        return Cancelled()
    if not run.last.exists():
        return Cancelled(
            f"Cancelled before its first checkpoint; the run in {folder} begins again with --resume"
        )
    return Cancelled(f"Cancelled; the run in {folder} goes on from step {run.step} with --resume")
