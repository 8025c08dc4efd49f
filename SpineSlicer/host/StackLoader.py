"""A reading project's stacks, read by the worker and put into the scene piece by piece."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from SpineLib.errors import SpineError, from_exception
from SpineLib.progress import Step
from SpineLib.projects.project import Project, ReadingStack, ReadingStudy
from SpineLib.slabs import Steps, read_in_slabs
from SpineLib.store.files import temporary_directory
from SpineLib.translation import tr as _
from SpineLib.volume import Frame
from SpineSlicer.host.Turns import Turns
from SpineSlicer.host.WorkerTask import WorkerTask
from SpineSlicer.scene.ReadScene import ReadScene


class StackLoader:
    """Loads one stack at a time; a new one takes the place of one that is still under way.

    The worker reads the DICOM and leaves the voxels in a temporary file, which is gone when they
    are in the scene. No step on the main thread copies more than some milliseconds' worth.

    Args:
        worker: `WorkerProcess`.
        scene: where the stack is shown.
        onShown: called when the stack is shown.
        onError: called where it cannot be read.
        onProgress: called with how far the worker is.

    Attributes:
        shown: project folder, study and stack that the scene shows; empty where none.
    """

    def __init__(
        self,
        worker: Any,
        scene: ReadScene,
        onShown: Callable[[], None],
        onError: Callable[[SpineError], None],
        onProgress: Callable[[Step], None],
    ) -> None:
        self._task, self._scene = WorkerTask(worker), scene
        self._onShown, self._onError, self._onProgress = onShown, onError, onProgress
        self.shown: tuple[str, ...] = ()
        self._wanted: tuple[str, ...] = ()
        self._turns = Turns()
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def busy(self) -> bool:
        """Whether a stack is on its way."""
        return self._folder is not None

    def load(self, project: Project, study: ReadingStudy, stack: ReadingStack) -> None:
        """Shows a stack; at once where it is shown already."""
        wanted = (str(project.folder), study.id, stack.id)
        if wanted == self.shown and self._scene.volume is not None:
            self.stop()
            self._onShown()
            return
        if wanted == self._wanted and self.busy:
            return
        self.stop()
        self._wanted, self._folder = wanted, temporary_directory("slicer")
        uids = [slice_.sop_instance_uid for slice_ in stack.slices]
        name = _("Study {id}").format(id=study.id[:6])
        self._task.start(
            "project",
            {
                "action": "stack", "project": str(project.folder), "study": study.id,
                "stack": stack.id, "output": str(Path(self._folder.name) / "stack.nrrd"),
            },
            onResult=lambda result: self._onRead(result, name, uids),
            onError=self._onFailed,
            onProgress=self._onProgress,
        )  # fmt: skip

    def stop(self) -> None:
        """Forgets what is on its way."""
        self._wanted = ()
        self._task.drop()
        self._end()

    def clear(self) -> None:
        """Takes the stack out of the scene, too; views are as they were before the first."""
        self.stop()
        self.shown = ()
        self._scene.leave()

    def _onRead(self, result: dict[str, Any], name: str, uids: list[str]) -> None:
        self.shown = ()
        self._turns.start(
            self._put(result, name, uids),
            onDone=lambda _none: self._onPut(),
            onError=lambda error: self._onFailed(from_exception(error)),
        )

    def _put(self, result: dict[str, Any], name: str, uids: list[str]) -> Steps[None]:
        volume = yield from read_in_slabs(result["file"])
        frames = tuple(Frame(uid) for uid in uids)
        window = tuple(result["window"]) if result.get("window") else None
        yield from self._scene.showing(replace(volume, frames=frames, window=window), name)

    def _onPut(self) -> None:
        self.shown, self._wanted = self._wanted, ()
        self._end()
        self._onShown()

    def _onFailed(self, error: SpineError) -> None:
        self._wanted = ()
        self._end()
        self._onError(error)

    def _end(self) -> None:
        self._turns.stop()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
