"""A panel section's request to the worker, for as long as the section waits for its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpineLib.errors import SpineError
from SpineLib.progress import Step


class WorkerTask:
    """One request of a section at a time, which belongs to what the section shows.

    A section that shows something else calls `drop`: the request is cancelled, and nothing that
    still comes of it (a step, a result, "Cancelled") is heard. So no answer is ever taken for one
    about another project or data set.

    Args:
        worker: `WorkerProcess`.

    Example:
        task = WorkerTask(worker)
        task.start("scan", {"folder": "/data/study"}, onResult=print, onError=print)
    """

    def __init__(self, worker: Any) -> None:
        self._worker = worker
        self._pending: _Pending | None = None

    @property
    def busy(self) -> bool:
        """Whether an answer is waited for."""
        return self._pending is not None

    @property
    def name(self) -> str:
        """What is under way, as `start` was told; empty where nothing is."""
        return "" if self._pending is None else self._pending.name

    def start(
        self,
        command: str,
        arguments: dict[str, Any],
        *,
        onResult: Callable[[dict[str, Any]], None],
        onError: Callable[[SpineError], None],
        onProgress: Callable[[Step], None] = lambda step: None,
        name: str = "",
        secondsToStop: float | None = None,
    ) -> None:
        """Sends a request; what was under way is dropped.

        Args:
            command, arguments: as of `SpineLib.doors.worker`.
            onResult, onError: one of them is called, when the task is no longer busy.
            onProgress: called with each step.
            name: for the section, to tell what is under way.
            secondsToStop: what the request may take to stop when it is cancelled; the worker's
                usual time if None.
        """
        self.drop()
        pending = self._pending = _Pending(name or command, secondsToStop)

        def ended(tell: Callable[[Any], None], what: Any) -> None:
            if self._pending is pending:
                self._pending = None
                tell(what)

        def progressed(step: Step) -> None:
            if self._pending is pending:
                onProgress(step)

        # The worker of a test answers before it gives the request's number.
        pending.request = self._worker.request(
            command,
            arguments,
            onResult=lambda result: ended(onResult, result),
            onError=lambda error: ended(onError, error),
            onProgress=progressed,
        )

    def cancel(self) -> None:
        """Asks the worker to stop; the error `Cancelled` is heard."""
        if self._pending is None or not self._pending.request:
            return
        if self._pending.secondsToStop is None:
            self._worker.cancel(self._pending.request)
        else:
            self._worker.cancel(self._pending.request, self._pending.secondsToStop)

    def drop(self) -> None:
        """Asks the worker to stop, and hears nothing more of it."""
        self.cancel()
        self._pending = None


class _Pending:
    """A request on its way."""

    def __init__(self, name: str, secondsToStop: float | None) -> None:
        self.name, self.secondsToStop, self.request = name, secondsToStop, ""
