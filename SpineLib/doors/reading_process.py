"""A worker of one's own, for a program that has no event loop: one reading at a time."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from SpineLib.doors.client import WorkerClient
from SpineLib.errors import BadInput, Cancelled, OutputError, SpineError, WorkerEnded
from SpineLib.options import ReadOptions
from SpineLib.progress import Step

WORKER = (sys.executable, "-m", "SpineLib.doors.worker")
EXPORT = (sys.executable, "-m", "SpineLib", "export")
_SECONDS_BETWEEN_LOOKS = 0.2
_SECONDS_TO_END = 3.0
_SECONDS_OF_EXPORT = 900.0


class ReadingProcess:
    """Reads studies in a process that stays warm and is started again when it died.

    Args:
        worker, export: the commands, without their own arguments.
        seconds: that one reading may take.
        environment: of the worker, beside this program's own.
    """

    def __init__(
        self,
        worker: Sequence[str] = WORKER,
        export: Sequence[str] = EXPORT,
        *,
        seconds: float = 3600.0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._command, self._export, self._seconds = worker, export, seconds
        self._environment = {**os.environ, **environment} if environment else None
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._client = WorkerClient(self._write)

    def read(
        self,
        study: Path | Sequence[Path],
        out: Path,
        stop: threading.Event,
        *,
        options: ReadOptions | None = None,
        on_progress: Callable[[Step], None] = lambda step: None,
    ) -> None:
        """Reads a study into a folder of findings.

        Args:
            study: its DICOM images, or a folder or file as `read_study` takes it.
            out: appears whole, or not.
            stop: set by another thread to end the reading.
            options: what the person said.
            on_progress: called with each step, in this thread.

        Raises:
            SpineError: as the worker answers; `WorkerEnded` where it died or took too long;
                `Cancelled` where ``stop`` was set.
        """
        arguments: dict[str, Any] = asdict(options) if options else {}
        if isinstance(study, Path):
            arguments["input"] = str(study)
        else:
            arguments["files"] = [str(path) for path in study]
        self.ask("read", arguments | {"output": str(out)}, stop, on_progress=on_progress)

    def ask(
        self,
        command: str,
        arguments: dict[str, Any],
        stop: threading.Event,
        *,
        on_progress: Callable[[Step], None] = lambda step: None,
    ) -> dict[str, Any]:
        """The worker's answer to a request of `SpineLib.messages`.

        Raises:
            SpineError: as `read`.
        """
        self._start()
        answers: list[Any] = []
        request = self._client.request(
            command, arguments,
            on_result=answers.append, on_error=answers.append, on_progress=on_progress,
        )  # fmt: skip
        end = time.monotonic() + self._seconds
        while not answers:
            if stop.is_set() or time.monotonic() > end:
                self._end(request)
                break
            self._take()
        if stop.is_set() or (
            # A signal for all processes of a group may reach the worker before it reaches us.
            answers and isinstance(answers[0], WorkerEnded) and stop.wait(1.0)
        ):
            raise Cancelled
        if not answers:
            minutes = self._seconds / 60
            raise WorkerEnded(f"The reading took longer than {minutes:.0f} minutes and was ended")
        if isinstance(answers[0], SpineError):
            raise answers[0]
        return answers[0]  # type: ignore[no-any-return]

    def export(self, reading: Path, images: Path, out: Path, stop: threading.Event) -> list[Path]:
        """Writes a reading's DICOM objects, in a process that ends with that.

        Raises:
            SpineError: no object can be made, or the process died or took too long; `Cancelled`
                where ``stop`` was set.
        """
        arguments = [str(reading), "--images", str(images), "--out", str(out), "--json"]
        process = subprocess.Popen(
            [*self._export, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        end = time.monotonic() + _SECONDS_OF_EXPORT
        while True:
            try:
                answer, errors = process.communicate(timeout=_SECONDS_BETWEEN_LOOKS)
                break
            except subprocess.TimeoutExpired:
                if stop.is_set() or time.monotonic() > end:
                    process.kill()
        if stop.is_set() or (process.returncode and stop.wait(_SECONDS_BETWEEN_LOOKS)):
            raise Cancelled
        if process.returncode:
            raise _export_error(process.returncode, errors)
        return [Path(path) for path in json.loads(answer)["files"]]

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._end("")

    def _start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self._lines = queue.Queue()
        self._client = WorkerClient(self._write)
        # What libraries say there may name patients.
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, env=self._environment,
        )  # fmt: skip
        threading.Thread(target=_listen, args=(self._process, self._lines), daemon=True).start()

    def _write(self, text: str) -> None:
        process = self._process
        assert process is not None and process.stdin is not None
        try:
            process.stdin.write(text)
            process.stdin.flush()
        except OSError:  # it has ended; its output says so
            pass

    def _take(self) -> None:
        try:
            line = self._lines.get(timeout=_SECONDS_BETWEEN_LOOKS)
        except queue.Empty:
            return
        if line is not None:
            self._client.feed(line)
            return
        assert self._process is not None
        code = self._process.wait()
        self._process = None
        self._client.closed(f"exit code {code}")

    def _end(self, request: str) -> None:
        """Has the worker stop, by force where it does not in time."""
        process = self._process
        assert process is not None
        if request:
            self._client.cancel(request)
        self._client.shut_down()
        try:
            process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._process = None


def reading_process(environment: Mapping[str, str]) -> ReadingProcess:
    """One with this environment beside the program's own; a function that can be named elsewhere."""
    return ReadingProcess(environment=environment)


def _listen(process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


def _export_error(code: int, errors: str) -> SpineError:
    lines = [line for line in errors.splitlines() if line.startswith("Error: ")]
    if not lines:
        return WorkerEnded(f"The process that writes DICOM ended (exit code {code})")
    kind = {BadInput.exit_code: BadInput, OutputError.exit_code: OutputError}.get(code, SpineError)
    return kind(lines[-1].removeprefix("Error: "))
