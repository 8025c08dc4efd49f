"""What brings studies to workers: processes of this computer, or any other engine."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, Protocol

from SpineLib.errors import Cancelled, SpineError, from_exception

COMMAND = "cohort"  # of `SpineLib.messages.CohortRead`
SECONDS = 1.0  # that an engine waits for an answer
# What a worker answered, or why it did not; and the worker's name, for the person.
Answer = tuple[Mapping[str, Any] | SpineError, str]


class Reader(Protocol):
    """A worker of one's own, as `SpineLib.doors.reading_process.ReadingProcess`."""

    def ask(self, command: str, arguments: dict[str, Any], stop: threading.Event) -> dict[str, Any]:
        """The worker's answer; it is started where it does not run."""

    def close(self) -> None:
        """Ends it."""


MakeReader = Callable[[Mapping[str, str]], Reader]


class Engine(Protocol):
    """Brings requests to workers. It knows nothing of studies, and keeps nothing."""

    def room(self) -> int:
        """How many requests it takes now; few, so that nothing piles up."""

    def start(self, name: str, request: dict[str, Any]) -> None:
        """Has a worker answer a request in the background."""

    def finished(self) -> dict[str, Answer]:
        """Name → answer, of those that ended; waits for a second where none did.

        Raises:
            SpineError: no worker can be reached any more.
        """

    def leave_out(self, worker: str) -> bool:
        """Gives a worker no further request; whether there are others."""

    def close(self) -> None:
        """Ends its workers; what they were at is cancelled."""


class Local:
    """Processes of this computer, each with its own copy of the models.

    Args:
        make: makes a worker, given what its environment has beside this program's.
        workers: how many.
    """

    def __init__(self, make: MakeReader, workers: int) -> None:
        self._stop = threading.Event()
        self._readers: queue.Queue[Reader] = queue.Queue()
        for number in range(workers):
            self._readers.put(make(_environment(number, workers)))
        self._pool = ThreadPoolExecutor(workers)
        self._most = 2 * workers  # one is read, one waits, so that no worker does
        self._open: dict[Future[dict[str, Any]], str] = {}

    def room(self) -> int:
        """See `Engine`."""
        return self._most - len(self._open)

    def start(self, name: str, request: dict[str, Any]) -> None:
        """See `Engine`."""
        self._open[self._pool.submit(self._ask, request)] = name

    def finished(self) -> dict[str, Answer]:
        """See `Engine`."""
        done, _ = wait(self._open, SECONDS, FIRST_COMPLETED)
        return {self._open.pop(future): (_answer(future), "") for future in done}

    def leave_out(self, worker: str) -> bool:
        """See `Engine`; what happens to one happens to all on the same computer."""
        return False

    def close(self) -> None:
        """See `Engine`."""
        self._stop.set()
        self._pool.shutdown(cancel_futures=True)
        while not self._readers.empty():
            self._readers.get().close()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        if self._stop.is_set():
            raise Cancelled
        reader = self._readers.get()
        try:
            return reader.ask(COMMAND, request, self._stop)
        finally:
            self._readers.put(reader)


def _answer(future: Future[dict[str, Any]]) -> dict[str, Any] | SpineError:
    error = future.exception()
    return from_exception(error) if error is not None else future.result()


def default_workers() -> int:
    """As many as this program may use cores."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def _environment(number: int, workers: int) -> dict[str, str]:
    """Cores and GPUs are shared out among the workers, unless somebody said how."""
    threads = str(max(1, default_workers() // workers))
    values = {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", threads)}
    gpus = _gpus()
    if gpus:
        values["CUDA_VISIBLE_DEVICES"] = gpus[number % len(gpus)]
    return values


def _gpus() -> list[str]:
    """NVIDIA's GPUs that this program may use, as CUDA names them."""
    given = os.environ.get("CUDA_VISIBLE_DEVICES")
    if given is not None:
        return [gpu.strip() for gpu in given.split(",") if gpu.strip()]
    return [str(n) for n, _ in enumerate(Path("/proc/driver/nvidia/gpus").glob("*"))]
