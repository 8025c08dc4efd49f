"""Reading a study in the worker, from a folder or from a volume of the scene."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from SpineLib.errors import SpineError, from_exception
from SpineLib.progress import Step
from SpineLib.reading import Reading
from SpineLib.volume import write_volume

from .volumeNodes import volumeFromNode
from .WorkerProcess import WorkerProcess


class StudyReader:
    """Has a study read by the worker and gives the reading back; one at a time.

    What passes between the processes stands in a temporary folder, which is removed when the
    reading ended, however it ended.

    Args:
        worker: the process; by default one of its own.

    Example:
        reader = StudyReader()
        reader.readFolder("/data/study", onReading=show, onError=print)
    """

    def __init__(self, worker: WorkerProcess | None = None) -> None:
        self.worker = worker or WorkerProcess()
        self._request = ""
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def busy(self) -> bool:
        """Whether a reading is under way."""
        return self._folder is not None

    def readFolder(self, folder: str, **callbacksAndOptions: Any) -> None:
        """Reads a folder of DICOM or a volume file; see `read`."""
        self._begin()
        self._read(folder, **callbacksAndOptions)

    def readVolume(self, volumeNode: Any, **callbacksAndOptions: Any) -> None:
        """Reads a volume of the scene; say ``weighting`` and ``region``, which it cannot say."""
        self._begin()
        assert self._folder is not None
        path = Path(self._folder.name) / "volume.nrrd"
        try:
            write_volume(volumeFromNode(volumeNode), path, compress=False)
        except Exception as error:
            self._end()
            callbacksAndOptions["onError"](from_exception(error))
            return
        self._read(str(path), **callbacksAndOptions)

    def cancel(self) -> None:
        """Stops the reading; its ``onError`` gets `Cancelled`."""
        if self._request:
            self.worker.cancel(self._request)

    def stop(self) -> None:
        """Ends the worker; for when the module goes away."""
        self.worker.stop()
        self._end()

    def _begin(self) -> None:
        if self.busy:
            raise SpineError("A study is being read already", advice="Wait for it, or cancel it.")
        self._folder = tempfile.TemporaryDirectory(prefix="SpineMRI-")

    def _read(
        self,
        source: str,
        *,
        onReading: Callable[[Reading], None],
        onError: Callable[[SpineError], None],
        onProgress: Callable[[Step], None] = lambda step: None,
        **options: Any,
    ) -> None:
        assert self._folder is not None
        output = Path(self._folder.name) / "reading"

        def finished(result: dict[str, Any]) -> None:
            try:
                reading = Reading.load(result["folder"])
            except Exception as error:
                failed(from_exception(error))
                return
            self._end()
            onReading(reading)

        def failed(error: SpineError) -> None:
            self._end()
            onError(error)

        self._request = self.worker.request(
            "read",
            {"input": source, "output": str(output), **options},
            onResult=finished,
            onError=failed,
            onProgress=onProgress,
        )

    def _end(self) -> None:
        self._request = ""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
