"""The other end of `SpineLib.doors.worker`: requests out, answers in, whatever carries the lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from SpineLib.errors import BadRequest, Cancelled, SpineError, WorkerEnded
from SpineLib.progress import Step
from SpineLib.protocol import answered
from SpineLib.store.files import sweep

PROTOCOL = 1


@dataclass(frozen=True)
class _Request:
    command: str
    arguments: dict[str, Any]
    on_result: Callable[[dict[str, Any]], None]
    on_error: Callable[[SpineError], None]
    on_progress: Callable[[Step], None]


class WorkerClient:
    """Keeps the open requests of one worker process and calls back when answers come.

    It owns no process: the host (a `QProcess` in Slicer, `subprocess` elsewhere) starts the
    worker, hands what the worker writes to `feed`, and calls `closed` when it ended.

    Args:
        send: writes text to the worker's standard input.

    Example:
        >>> sent = []
        >>> client = WorkerClient(sent.append)
        >>> request = client.request("models", {}, on_result=print, on_error=print)
        >>> answer = '"result": {"models": [], "broken": []}'
        >>> client.feed('{"type": "result", "id": "1", "command": "models", ' + answer + '}\\n')
        {'models': [], 'broken': []}
    """

    def __init__(self, send: Callable[[str], None]) -> None:
        self._send = send
        self._open: dict[str, _Request] = {}
        self._rest = ""
        self._count = 0
        self.process = 0
        self.software = ""

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._open)

    def request(
        self,
        command: str,
        arguments: dict[str, Any],
        *,
        on_result: Callable[[dict[str, Any]], None],
        on_error: Callable[[SpineError], None],
        on_progress: Callable[[Step], None] = lambda step: None,
    ) -> str:
        """Sends a request; exactly one of ``on_result`` and ``on_error`` will be called.

        Args:
            command, arguments: as of `SpineLib.messages`.
            on_result: called with the answer's JSON values.
            on_error: called with the error; `Cancelled` after `cancel`.
            on_progress: called with each step.

        Returns:
            The request's id, for `cancel`.
        """
        self._count += 1
        request = str(self._count)
        self._open[request] = _Request(command, arguments, on_result, on_error, on_progress)
        self._write({"command": command, "id": request, "arguments": arguments})
        return request

    def is_open(self, request: str) -> bool:
        """Whether an answer to a request is still to come."""
        return request in self._open

    def cancel(self, request: str) -> None:
        """Asks the worker to stop a request; `Cancelled` comes back as its error."""
        self._write({"command": "cancel", "id": request})

    def shut_down(self) -> None:
        """Asks the worker to end."""
        self._write({"command": "shutdown"})

    def feed(self, text: str) -> None:
        """Takes what the worker wrote; lines may come in pieces.

        Where a callback fails, the lines after it are taken all the same, so that no request waits
        for ever; its exception is raised then.
        """
        *lines, self._rest = (self._rest + text).split("\n")
        failed: Exception | None = None
        for line in filter(str.strip, lines):
            try:
                self._take(json.loads(line))
            except Exception as error:
                failed = failed or error
        if failed is not None:
            raise failed

    def closed(
        self, how: str = "", *, error: SpineError | None = None, cancelled: Collection[str] = ()
    ) -> None:
        """Says that the worker ended: open requests fail, what it half wrote is removed.

        Args:
            how: what the host knows about the end (``exit code -9``).
            error: what the requests are told, where the host knows better than "it ended".
            cancelled: requests that the person had cancelled; they are told just that.
        """
        error = error or WorkerEnded(
            f"The reading process ended before it had answered{f' ({how})' if how else ''}",
            advice="Start again; if it happens again, memory may be short.",
        )
        left, self._open = self._open, {}
        for name, request in left.items():
            output = str(request.arguments.get("output", ""))
            if output and self.process:
                sweep(Path(output).parent, self.process)
            request.on_error(Cancelled() if name in cancelled else error)

    def _take(self, message: dict[str, Any]) -> None:
        kind = message.get("type")
        if kind == "hello":
            self.process, self.software = message["process"], message["software"]
            if message["protocol"] != PROTOCOL:
                self._refuse(message["protocol"])
            return
        request = self._open.get(str(message.get("id")))
        if request is None:
            return
        if kind == "progress":
            keys = [field.name for field in fields(Step) if field.name in message]
            request.on_progress(Step(**{key: message[key] for key in keys}))
            return
        del self._open[str(message["id"])]
        if kind == "error":
            request.on_error(SpineError.from_dict(message["error"]))
            return
        try:
            result = answered(request.command, request.arguments, message)
        except BadRequest as error:
            request.on_error(error)
        else:
            request.on_result(result)

    def _refuse(self, protocol: int) -> None:
        left, self._open = self._open, {}
        for request in left.values():
            request.on_error(
                SpineError(
                    f"The worker speaks protocol {protocol}, this program speaks {PROTOCOL}",
                    advice="Use the same version of SlicerSpineMRI for both.",
                )
            )

    def _write(self, message: dict[str, Any]) -> None:
        self._send(json.dumps({"protocol": PROTOCOL, **message}) + "\n")
