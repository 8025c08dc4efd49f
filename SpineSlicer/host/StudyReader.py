"""Reading a study in the worker, from a folder or from a volume of the scene."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from SpineLib.errors import Cancelled, SpineError, from_exception
from SpineLib.progress import Step
from SpineLib.reading import Reading
from SpineLib.slabs import Steps, write_in_slabs
from SpineLib.store.files import temporary_directory
from SpineSlicer.host.inThread import importing
from SpineSlicer.host.Turns import Turns
from SpineSlicer.host.WorkerProcess import WorkerProcess
from SpineSlicer.scene.volumeNodes import volumeFromNode


class StudyReader:
    """Has the worker read a study, and gives the reading back; one at a time.

    What passes between the processes stands in a temporary folder, which is removed when the
    reading ended, however it ended. Large volumes are handed over in several turns of the loop.

    Args:
        worker: the process; by default one of its own.

    Example:
        reader = StudyReader()
        reader.readFolder("/data/study", onReading=show, onError=print)
    """

    def __init__(self, worker: WorkerProcess | None = None) -> None:
        self.worker = worker or WorkerProcess()
        self._request, self._turns, self._imports = "", Turns(), Turns()
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
        self._onError = callbacksAndOptions["onError"]
        self._turns.start(
            _writing(volumeNode, path),
            onDone=lambda _none: self._read(str(path), **callbacksAndOptions),
            onError=self._failed,
        )

    def cancel(self) -> None:
        """Stops the reading; its ``onError`` gets `Cancelled`."""
        if self._turns.busy:
            self._turns.stop()
            self._failed(Cancelled())
        elif self._request:
            self.worker.cancel(self._request)

    def stop(self) -> None:
        """Ends the worker; for when the module goes away."""
        self._turns.stop()
        self._imports.stop()
        self.worker.stop()
        self._end()

    def _begin(self) -> None:
        if self.busy:
            raise SpineError("A study is being read already", advice="Wait for it, or cancel it.")
        self._folder = temporary_directory("slicer")

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

        self._onError = onError

        def finished(result: dict[str, Any]) -> None:
            self._request = ""
            loading = Reading.loading(result["folder"])
            self._turns.start(loading, onDone=loaded, onError=self._failed)

        def loaded(reading: Reading) -> None:
            self._end()
            onReading(reading)

        self._request = self.worker.request(
            "read",
            {"input": source, "output": str(output), **options},
            onResult=finished,
            onError=self._failed,
            onProgress=onProgress,
        )
        # What shows a segmentation needs it; while the worker reads, nobody waits for it.
        self._imports.start(importing("scipy.ndimage"), onDone=_ignore, onError=_ignore)

    def _failed(self, error: Exception) -> None:
        self._end()
        self._onError(from_exception(error))

    def _end(self) -> None:
        self._request = ""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def _writing(volumeNode: Any, path: Path) -> Steps[None]:
    # A node without an image is told as any other error of the work.
    yield from write_in_slabs(volumeFromNode(volumeNode, copied=False), path)


def _ignore(_result: Any) -> None:
    """Whoever needs it imports it, and tells what fails."""
