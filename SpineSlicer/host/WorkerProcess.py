"""The worker as a process of Slicer's."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import SpineLib
from SpineLib.doors.client import WorkerClient
from SpineLib.errors import SpineError, WorkerEnded
from SpineLib.progress import Step
from SpineLib.translation import VARIABLE, language
from SpineLib.translation import tr as _
from SpineSlicer.host.SafeLog import SafeLog
from SpineSlicer.scene.oneShotTimer import oneShotTimer

PYTHON_SETTING = "SpineMRI/WorkerPython"
SECONDS_TO_CANCEL = 2
FAILED_TO_START = 0  # QProcess.FailedToStart


class WorkerProcess:
    """Runs `SpineLib.doors.worker` in a `QProcess`, so that torch stays out of Slicer.

    It starts with the first request and stays, so that models are loaded once; a request that
    does not stop in time when cancelled is stopped with the process. Callbacks run in Slicer's
    main thread. The worker gets the environment from before Slicer changed it; Slicer's own
    environment is not touched. A worker that ends by itself says its last words, as far as they
    cannot name a patient.

    Args:
        process: a `QProcess`, or what a test puts in its place.
        python: the interpreter; by default the setting ``SpineMRI/WorkerPython``, else Slicer's,
            looked up each time a process starts.

    Attributes:
        log: the safe part of what the process printed.

    Example:
        worker = WorkerProcess()
        worker.request("scan", {"folder": "/data/study"}, onResult=print, onError=print)
    """

    def __init__(self, process: Any = None, python: str = "") -> None:
        import qt

        self._process = process or qt.QProcess()
        self._given, self._python = python, ""
        self.log = SafeLog()
        self._client = WorkerClient(self._write)
        self._ends: dict[str, float] = {}  # what was cancelled, and until when it may take to stop
        self._end = 0.0  # what the timer was set for
        self._killed = False
        self._timer = oneShotTimer(self.kill)
        self._process.connect("readyReadStandardOutput()", self._onOutput)
        self._process.connect("readyReadStandardError()", self._onErrorOutput)
        self._process.connect("finished(int,QProcess::ExitStatus)", self._onFinished)
        self._process.connect("errorOccurred(QProcess::ProcessError)", self._onError)

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._client.busy

    def request(
        self,
        command: str,
        arguments: dict[str, Any],
        *,
        onResult: Callable[[dict[str, Any]], None],
        onError: Callable[[SpineError], None],
        onProgress: Callable[[Step], None] = lambda step: None,
    ) -> str:
        """Sends a request, starting the worker if needed; see `SpineLib.doors.worker` for commands.

        Returns:
            The request's id, for `cancel`.
        """
        self._start()
        name = self._client.request(
            command, arguments, on_result=onResult, on_error=onError, on_progress=onProgress
        )
        if not self._running():  # it could not be started, and said so before there was a request
            self._onError(FAILED_TO_START)
        return name

    def cancel(self, request: str, seconds: float = SECONDS_TO_CANCEL) -> None:
        """Asks the worker to stop a request, and ends the process if it does not.

        A request that waits behind another one is answered at once, and does not end that one.

        Args:
            request: its id.
            seconds: that it may take to stop; more for what has something to save first.
        """
        self._client.cancel(request)
        self._ends.setdefault(request, time.monotonic() + seconds)
        self._wait()

    def kill(self) -> None:
        """Ends a process that did not stop what was cancelled in time; other open requests fail.

        The next request starts another one.
        """
        if any(end <= self._end for end in self._stopping()):
            self._killed = True
            self._process.kill()
        else:
            self._wait()

    def stop(self) -> None:
        """Lets the process end; for when the module goes away."""
        if self._running():
            self._process.closeWriteChannel()
            if not self._process.waitForFinished(SECONDS_TO_CANCEL * 1000):
                self._process.kill()
                # Else the process is still there when its object goes, or when the next one starts.
                self._process.waitForFinished(SECONDS_TO_CANCEL * 1000)

    def _stopping(self) -> list[float]:
        """Until when each cancelled request that is still open may take."""
        return [end for request, end in self._ends.items() if self._client.is_open(request)]

    def _wait(self) -> None:
        stopping = self._stopping()
        if stopping:
            self._end = min(stopping)
            self._timer.start(max(0, round((self._end - time.monotonic()) * 1000)))
        else:
            self._timer.stop()

    def _running(self) -> bool:
        return int(self._process.state()) != 0

    def _start(self) -> None:
        python = self._given or _settingsPython()
        if self._running() and python != self._python and not self.busy:
            self.stop()
        if self._running():
            return
        import qt
        import slicer

        environment = qt.QProcessEnvironment()
        for name, value in slicer.util.startupEnvironment().items():
            environment.insert(name, value)
        environment.insert("PYTHONPATH", str(Path(SpineLib.__file__).parents[1]))
        environment.insert(VARIABLE, language())
        # A crash in a library's C code then says in which call it was.
        environment.insert("PYTHONFAULTHANDLER", "1")
        self._process.setProcessEnvironment(environment)
        self._client, self._ends = WorkerClient(self._write), {}
        self._killed = False
        self._python = python
        self.log.clear()
        self._process.start(self._python, ["-m", "SpineLib.doors.worker"])

    def _write(self, text: str) -> None:
        self._process.write(text.encode())

    def _onOutput(self) -> None:
        self._client.feed(self._process.readAllStandardOutput().data().decode())
        self._wait()

    def _onErrorOutput(self) -> None:
        self.log.feed(self._process.readAllStandardError().data().decode(errors="replace"))

    def _onFinished(self, code: int, status: Any) -> None:
        self._timer.stop()
        self._onErrorOutput()
        how = "it crashed or was stopped" if int(status) else f"exit code {int(code)}"
        words = self.log.lastWords(3).replace("\n", "; ")
        error = None
        if self._killed:
            error = WorkerEnded(
                _(
                    "The reading process was stopped, because it did not react when it was cancelled"
                ),
                advice=_("Start again."),
            )
        self._client.closed(
            f"{how}: {words}" if words else how, error=error, cancelled=set(self._ends)
        )

    def _onError(self, error: Any) -> None:
        if int(error) == FAILED_TO_START:
            error = SpineError(
                _("{python} could not be started").format(python=self._python),
                advice=_("Choose another Python under Setup, or none for Slicer's own."),
            )
            self._client.closed(error=error, cancelled=set(self._ends))


def _settingsPython() -> str:
    import slicer

    return slicer.util.settingsValue(PYTHON_SETTING, sys.executable)
