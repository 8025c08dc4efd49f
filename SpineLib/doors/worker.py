"""A long-lived process that reads studies: JSON lines in, JSON lines out (``python -m SpineLib.doors.worker``).

Slicer's modules start it, so that torch stays out of Slicer and a reading can be killed. Each
line is one JSON object.

In: ``{"protocol": 1, "id": "7", "command": "read", "arguments": {...}}``; the commands with their
arguments and answers are those of `SpineLib.messages`. ``cancel`` ends the request of this ``id``,
``shutdown`` the process.

Out: ``hello`` (once: ``protocol``, ``software``, ``python``, ``process``), ``progress`` (``id`` and
the values of `SpineLib.progress.Step`), and for each request one ``result`` (``id``, ``command``,
``result``) or ``error`` (``id``, ``error`` as `SpineError.to_dict`). Requests run one after another,
in order. The process ends when its standard input closes or its parent is gone.
"""

from __future__ import annotations

import json
import os
import platform
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from typing import IO, Any

from SpineLib import __version__
from SpineLib.doors import SLEEP, serving
from SpineLib.doors.client import PROTOCOL
from SpineLib.errors import DEBUG, BadRequest, Cancelled, from_exception
from SpineLib.json_values import finite, parse_json
from SpineLib.progress import Progress, Step
from SpineLib.protocol import COMMANDS, serve

_SECONDS_TO_END = 2.0
_SECONDS_BETWEEN_LOOKS = 1.0
_SECONDS_BETWEEN_STEPS = 0.1


class Worker:
    """Takes requests from one stream and answers on another until the first one ends.

    One thread listens, so that a cancel is heard at once; the thread that called `run` works.

    Args:
        lines: where requests come from.
        out: where answers go.
    """

    def __init__(self, lines: Iterable[bytes], out: IO[str]) -> None:
        self._lines, self._out = lines, out
        self._parent = os.getppid()
        self._lock = threading.Lock()
        self._queue: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._open: dict[str, Progress] = {}
        self._at = ""  # the request that is worked on; the other open ones wait

    def run(self) -> None:
        """Works until the input ends, the parent is gone, or ``shutdown`` is asked for."""
        self._send(
            type="hello",
            protocol=PROTOCOL,
            software=f"SlicerSpineMRI {__version__}",
            python=platform.python_version(),
            process=os.getpid(),
        )
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._watch_parent, daemon=True).start()
        while (request := self._queue.get()) is not None:
            self._answer(request)

    def stop(self) -> None:
        """Cancels what is open and ends; by force if a step does not end in time."""
        for progress in list(self._open.values()):
            progress.cancel()
        self._queue.put(None)
        force = threading.Timer(_SECONDS_TO_END, _end, args=(1,))
        force.daemon = True
        force.start()

    def _listen(self) -> None:
        for line in self._lines:
            if not line.strip():
                continue
            try:
                request = parse_json(line)
                if request.get("command") == "shutdown":
                    break
                self._accept(request)
            except Exception:  # whatever a line holds, the next one must be heard
                self._refuse(None, BadRequest("A line is not a JSON object"))
        self.stop()

    def _accept(self, request: dict[str, Any]) -> None:
        name, command = request.get("id"), request.get("command")
        protocol = request.get("protocol", PROTOCOL)
        if protocol != PROTOCOL:
            error = BadRequest(
                f"The request is of protocol {protocol}, this worker speaks {PROTOCOL}",
                advice="Use the same version of SlicerSpineMRI for both.",
            )
            self._refuse(name, error)
        elif not isinstance(name, str) or not name:
            self._refuse(name, BadRequest("A request needs an id, a text"))
        elif command == "cancel":
            self._cancel(name)
        elif name in self._open:
            self._refuse(name, BadRequest(f"A request with the id {name} is still open"))
        elif not isinstance(command, str) or command not in COMMANDS:
            known = ", ".join([*COMMANDS, "cancel", "shutdown"])
            advice = f"There are: {known}."
            self._refuse(name, BadRequest(f"There is no command {command}", advice=advice))
        else:
            self._open[name] = Progress(self._reporter(name))
            self._queue.put(request)

    def _cancel(self, name: str) -> None:
        progress = self._open.get(name)
        if progress is None:
            return
        progress.cancel()
        if name != self._at and self._open.pop(name, None) is not None:
            self._refuse(name, Cancelled())

    def _answer(self, request: dict[str, Any]) -> None:
        name = self._at = request["id"]
        progress = self._open.get(name)
        if progress is None:  # cancelled while it waited
            return
        try:
            progress.check()
            command, arguments = request["command"], request.get("arguments") or {}
            result = serve(serving.HANDLERS, command, arguments, progress)
            self._send(type="result", id=name, command=command, result=result)
        except Exception as error:
            if os.environ.get(DEBUG) and not isinstance(error, Cancelled):
                traceback.print_exc()
            self._refuse(name, error)
        finally:
            self._open.pop(name, None)

    def _reporter(self, name: str) -> Callable[[Step], None]:
        """Sends steps, but not more often than a person can see."""
        last: tuple[str, float] = ("", 0.0)

        def report(step: Step) -> None:
            nonlocal last
            now = time.monotonic()
            whole = step.done == step.total
            if step.stage == last[0] and not whole and now - last[1] < _SECONDS_BETWEEN_STEPS:
                return
            last = (step.stage, now)
            self._send(type="progress", id=name, **vars(step))

        return report

    def _refuse(self, name: Any, error: Exception) -> None:
        self._send(type="error", id=name, error=from_exception(error).to_dict())

    def _send(self, **message: Any) -> None:
        text = json.dumps(finite(message), ensure_ascii=True, allow_nan=False)
        try:
            with self._lock:
                self._out.write(text + "\n")
                self._out.flush()
        except (OSError, ValueError):  # nobody listens any more
            self._queue.put(None)

    def _watch_parent(self) -> None:
        while os.getppid() == self._parent:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        self.stop()


def _end(code: int) -> None:
    """Ends at once, but for the patients' files that were unpacked."""
    unzipping = sys.modules.get("SpineLib.dicom.unzipping")
    if unzipping is not None:
        unzipping.remove_unpacked()
    os._exit(code)


def _own_stdin() -> IO[bytes]:
    """The real standard input, for requests only; everything else finds an empty one.

    A forked child (a data loader of PyTorch's) begins by closing ``sys.stdin``, and would wait for
    ever if our listening thread held that stream's lock.
    """
    lines = os.fdopen(os.dup(0), "rb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return lines


def _own_stdout() -> IO[str]:
    """The real standard output, for answers only; what libraries print goes to stderr."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return out


def main() -> None:
    """Runs a worker on the process's own streams."""
    os.environ.setdefault(*SLEEP)
    worker = Worker(_own_stdin(), _own_stdout())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the host, which then ends us
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.run()
    _end(0)  # the listening thread may still wait for input, which an ordinary exit waits for


if __name__ == "__main__":
    main()
