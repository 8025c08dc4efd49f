"""A cohort on Dask distributed: one study a task, few in flight, each worker's models loaded once.

Each thread of a Dask worker has a reading process of its own, so that torch stays out of Dask's
process and whatever ends the reading ends no worker. Dask's own count of deaths is not used: it
suspects every task that a lost worker held. What was being read is in the study's journal.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from SpineLib.cohort.engines import COMMAND, SECONDS, Answer, MakeReader, Reader
from SpineLib.errors import BadRequest, SpineError, WorkerEnded

if TYPE_CHECKING:
    from distributed import Client, Future

GPU = "GPU"  # resource of workers that have one: dask worker --resources GPU=1
_A_WORKER = 3  # tasks for each thread: one is read, two wait, as answers take their way
_PATIENCE = 60.0  # seconds without any worker
_BETWEEN_COUNTS = 5.0
_own = threading.local()
_never = threading.Event()


class Dask:
    """An engine on a scheduler; see `SpineLib.cohort.engines.Engine`.

    Args:
        make: makes a reading process on a worker; it is named to the workers, not sent.
        address: of the scheduler; empty to start a cluster on this computer.
        workers: of the cluster on this computer.

    Raises:
        SpineError: Dask is not installed, or nobody answers at the address.
    """

    def __init__(self, make: MakeReader, address: str = "", workers: int = 1) -> None:
        try:
            from distributed import Client, LocalCluster
        except ModuleNotFoundError as error:
            raise SpineError(
                "The Python package distributed is not installed, which Dask needs",
                advice='Run: pip install "slicer-spine-mri[dask]"',
            ) from error
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # it prints tracebacks
        self._make, self._cluster = make, None
        try:
            if not address:
                self._cluster = LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                )
            self._client: Client = Client(
                self._cluster or address, timeout=30, set_as_default=False
            )
        except (OSError, ValueError) as error:
            raise SpineError(f"No Dask scheduler answers at {address}") from error
        self._open: dict[Future, str] = {}
        self._threads, self._counted, self._seen = 0, 0.0, time.monotonic()
        self._gpus = False

    def room(self) -> int:
        """See `Engine`."""
        now = time.monotonic()
        if now - self._counted > _BETWEEN_COUNTS or not self._threads:
            self._count(now)
        return _A_WORKER * self._threads - len(self._open)

    def _count(self, now: float) -> None:
        try:
            workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        except (OSError, TimeoutError) as error:
            raise _gone() from error
        self._counted = now
        with_gpu = [worker for worker in workers if worker["resources"].get(GPU)]
        self._gpus = bool(with_gpu)
        self._threads = sum(worker["nthreads"] for worker in with_gpu or workers)
        if self._threads:
            self._seen = now
        elif now - self._seen > _PATIENCE:
            raise SpineError(
                f"The Dask scheduler has had no worker for {_PATIENCE:.0f} s",
                advice="Start workers, then run again: it goes on where it was.",
            )
        else:
            time.sleep(SECONDS)

    def start(self, name: str, request: dict[str, Any]) -> None:
        """See `Engine`."""
        future = self._client.submit(
            answer, self._make, request, key=f"spine-{name}-{uuid4().hex}", pure=False,
            resources={GPU: 1} if self._gpus else None,
        )  # fmt: skip
        self._open[future] = name

    def finished(self) -> dict[str, Answer]:
        """See `Engine`."""
        from distributed import wait

        if self._client.status != "running":
            raise _gone()
        if self._open:
            try:
                wait(list(self._open), timeout=SECONDS, return_when="FIRST_COMPLETED")
            except TimeoutError:
                return {}
            except Exception:  # a future was lost; each tells below
                time.sleep(SECONDS)
        ended = [future for future in self._open if future.status != "pending"]
        return {self._open.pop(future): _taken(future) for future in ended}

    def leave_out(self, worker: str) -> bool:
        """See `Engine`; the worker is retired."""
        if not worker:
            return False
        self._client.retire_workers([worker])
        self._counted = 0.0
        return self.room() > -len(self._open) and self._threads > 0

    def close(self) -> None:
        """See `Engine`; what workers are at they finish, and its folder appears all the same."""
        if self._client.status == "running":
            self._client.cancel(list(self._open))
        self._client.close(timeout=5)
        if self._cluster is not None:
            self._cluster.close(timeout=5)


def answer(make: MakeReader, request: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Asks the reading process of this thread of a worker; runs on the worker.

    Returns:
        Its answer, or its error under ``error``; and the worker's address.
    """
    from distributed import get_worker

    reader: Reader | None = getattr(_own, "reader", None)
    if reader is None:
        reader = _own.reader = make({})
    try:
        result = reader.ask(COMMAND, request, _never)
    except SpineError as error:
        result = {"error": error.to_dict()}
    return result, get_worker().address


def _taken(future: Future) -> Answer:
    """A future's answer; one that was lost with its worker is no answer."""
    from distributed import KilledWorker

    if future.status == "error" and not isinstance(error := future.exception(), KilledWorker):
        what = f"Dask's workers cannot read: {type(error).__name__}: {error}"
        advice = "They need the same version of SlicerSpineMRI as this computer."
        return BadRequest(what, advice=advice), ""
    if future.status != "finished":
        return WorkerEnded("A Dask worker was lost"), ""
    result, worker = future.result()
    return (SpineError.from_dict(result["error"]) if "error" in result else result), worker


def _gone() -> SpineError:
    advice = "Start it again, then run again: it goes on where it was."
    return SpineError("The Dask scheduler is gone", advice=advice)
