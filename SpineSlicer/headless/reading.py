"""A study read in a process of its own, while this one starts what draws it."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from SpineLib.doors.reading_process import ReadingProcess
from SpineLib.errors import DEBUG
from SpineLib.options import ReadOptions
from SpineLib.progress import Progress, Step
from SpineLib.reading import Reading
from SpineLib.store.files import temporary_directory

if TYPE_CHECKING:
    from SpineSlicer.headless.app import HeadlessSlicer


def read_alongside(
    path: Path, options: ReadOptions, progress: Progress
) -> tuple[Reading, HeadlessSlicer | None]:
    """As `read_study`; PyTorch and Slicer's core, which take longer to load than most readings
    to compute, load at the same time, and neither process holds both.

    In this process where it has loaded PyTorch already, or where a fault is looked for.

    Returns:
        The reading, and the application that was started meanwhile, if it was.

    Raises:
        SpineError: as `read_study` does; `WorkerEnded` where the process died.
    """
    if "torch" in sys.modules or os.environ.get(DEBUG):
        from SpineLib.inference.study import read_study

        return read_study(path, options=options, progress=progress), None
    stop, process = threading.Event(), ReadingProcess()

    def tell(step: Step) -> None:
        if step.known:
            progress.know(step.known)
        progress.stage(step.stage, step.total)
        if step.done:
            progress.advance(step.done)

    with temporary_directory("reading") as folder, ThreadPoolExecutor(1) as pool:
        out = Path(folder) / "reading"
        try:
            read = pool.submit(process.read, path, out, stop, options=options, on_progress=tell)
            app = _started()
            read.result()
        finally:
            stop.set()
            pool.submit(process.close)
        return Reading.load(out), app


def _started() -> HeadlessSlicer:
    """An application that waits for no import, template or OpenGL any more."""
    import SpineSlicer.headless.outputs  # noqa: F401
    from SpineLib.outputs.report import template
    from SpineSlicer.headless.app import HeadlessSlicer

    app = HeadlessSlicer()
    _ = app.axial
    template()
    return app
