"""A data set of the correction loop as a panel holds it: read by many, written by one reader."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from SpineLib.errors import BadInput, SpineError
from SpineLib.loop.dataset import Dataset, open_dataset
from SpineLib.loop.writer import DatasetWriter
from SpineLib.slabs import Steps, finish
from SpineLib.store.lock import holding
from SpineLib.translation import tr as _
from SpineSlicer.host.inThread import inThread

T = TypeVar("T")
# A worker writes for moments only; the window must not stand still for longer.
SECONDS_TO_WAIT = 0.5
_READER = "reader"


class LoopDataSet:
    """Keeps other readers from the data set as long as it lives, and writes in short moments.

    Two locks: the reader's, held all the while, tells two people from each other; the writer's is
    taken for each write only, so that a worker's answers come in between.

    Args:
        folder: of a data set.

    Attributes:
        dataset: as it was last read.

    Raises:
        BadInput: the folder is no data set.

    Example:
        data = LoopDataSet("/data/lumbar")
        data.write(lambda writer: writer.approve("0007", by="anna"))
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.dataset: Dataset = open_dataset(folder)
        self._locked = self._unread = ""
        self._lock = ExitStack()
        self._hold()

    @property
    def readOnly(self) -> str:
        """Why nothing can be written, for the person; empty where it can."""
        return self._locked or self._unread

    def reload(self) -> None:
        """Reads what a worker or another program wrote; takes over when the other reader left.

        A folder that cannot be read any more (a drive that is gone) is `readOnly`, and stays as it
        was last read.
        """
        if self._locked:
            self._hold()
        try:
            self.dataset, self._unread = open_dataset(self.folder), ""
        except SpineError as error:
            self._unread = str(error)

    def write(self, action: Callable[[DatasetWriter], T]) -> T:
        """Does one thing with a writer; returns when it is on the disk.

        Raises:
            SpineError: as the writer, or the data set is read-only here.
        """
        return finish(self.writing(action))

    def writing(self, action: Callable[[DatasetWriter], T]) -> Steps[T]:
        """`write` in steps, the writing itself in a thread; steps that are left end it first."""
        self.requireWritable()
        after: list[Dataset] = []

        def work() -> T:
            with DatasetWriter(self.folder, wait=SECONDS_TO_WAIT) as writer:
                try:
                    return action(writer)
                finally:  # an action that fails may have written all the same
                    after.append(writer.dataset)

        try:
            return (yield from inThread(work, toTheEnd=True))
        finally:
            if after:
                self.dataset = after[0]

    def requireWritable(self) -> None:
        """Raises `BadInput` where another reader has the data set."""
        if self.readOnly:
            raise BadInput(self.readOnly)

    def close(self) -> None:
        """Lets the next reader in."""
        self._lock.close()
        self._locked = _("It is closed.")

    def _hold(self) -> None:
        try:
            self._lock.enter_context(holding(self.folder / _READER))
        except BadInput:
            self._locked = _(
                "Open elsewhere: another Slicer is correcting this data set, so it is read-only "
                "here"
            )
        except SpineError as error:
            self._locked = _("Read-only: {reason}").format(reason=error)
        else:
            self._locked = ""
