"""A long-lived process that reads studies: JSON lines in, JSON lines out (``python -m SpineLib.doors.worker``).

Slicer's modules start it, so that torch stays out of Slicer and a reading can be killed. Each
line is one JSON object.

In: ``{"protocol": 1, "id": "7", "command": "read", "arguments": {...}}``. Commands:

- ``read``: ``input`` (folder or file) or ``files`` (list of DICOM files), ``output`` (folder), and
  any field of `SpineLib.inference.study.ReadOptions`; the result names the folder that
  `Reading.load` opens;
- ``scan``: ``folder``, or ``files``; ``weighting`` and ``region`` where the images cannot say; the
  result is what ``spine scan --json`` prints;
- ``models``: the result is what ``spine models list --json`` prints;
- ``manage``: ``action`` (``verify`` or ``remove`` with ``name``, ``import`` with ``path``); the
  result is that of ``models`` with ``done``, a line for the person;
- ``regrade``: ``reading`` (folder with ``findings.json``, which is changed), ``input`` (the volume
  of ``stack``), ``boxes`` (slice → two corners, RAS mm), and fields of ``ReadOptions``;
- ``report``: ``reading`` (folder with ``findings.json``, and `SpineLib.outputs.answers` where
  readers answered), ``pictures`` (folder), ``file``;
- ``simulate``: ``folder`` and what `SpineLib.simulate.write_study` takes (``kind``, ``seed``,
  ``companions``, …); the result names the folder;
- ``diagnose``: the result is `SpineLib.doors.listing.diagnosis_as_json`;
- ``loop-finetune``, ``loop-compare``, …: those of `SpineLib.loop.serving`;
- ``cancel``: ends the request of this ``id``; ``shutdown``: ends the process.

Out: ``hello`` (once: ``protocol``, ``software``, ``python``, ``process``), ``progress`` (``id`` and
the values of `SpineLib.progress.Step`), and for each request one ``result`` (``id``, ``result``) or
``error`` (``id``, ``error`` as `SpineError.to_dict`). Requests run one after another, in order. The
process ends when its standard input closes or its parent is gone.
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
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from SpineLib import __version__
from SpineLib.arguments import require_kinds
from SpineLib.doors.client import PROTOCOL
from SpineLib.errors import DEBUG, BadRequest, Cancelled, from_exception
from SpineLib.finite import finite
from SpineLib.loop import serving
from SpineLib.progress import Progress, Step
from SpineLib.store.files import writing_folder

if TYPE_CHECKING:
    from SpineLib.inference.study import ReadOptions, Session

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
        self._sessions: dict[str, Session] = {}
        self._commands: dict[str, Callable[[dict[str, Any], Progress], dict[str, Any]]] = {
            "read": self._read,
            "scan": self._scan,
            "models": self._models,
            "manage": self._manage,
            "regrade": self._regrade,
            "report": self._report,
            "simulate": self._simulate,
            "project": self._project,
            "diagnose": self._diagnose,
            **serving.COMMANDS,
        }

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
                request = json.loads(line)
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
                advice="Let both be of the same version of SlicerSpineMRI.",
            )
            self._refuse(name, error)
        elif not isinstance(name, str) or not name:
            self._refuse(name, BadRequest("A request needs an id, a text"))
        elif command == "cancel":
            self._cancel(name)
        elif name in self._open:
            self._refuse(name, BadRequest(f"A request with the id {name} is still open"))
        elif not isinstance(command, str) or command not in self._commands:
            known = ", ".join([*self._commands, "cancel", "shutdown"])
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
            arguments = require_kinds(request.get("arguments") or {})
            result = self._commands[request["command"]](arguments, progress)
            self._send(type="result", id=name, result=result)
        except Exception as error:
            if os.environ.get(DEBUG) and not isinstance(error, Cancelled):
                traceback.print_exc()
            self._refuse(name, error)
        finally:
            self._open.pop(name, None)

    def _read(self, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
        source, output = _source(arguments, "input"), _path(arguments, "output")
        from SpineLib.inference.study import ReadOptions, Session, read_study

        options = _options(ReadOptions, arguments, "input", "files", "output")
        session = self._sessions.setdefault(options.device, Session(options.device))
        reading = read_study(source, options=options, progress=progress, session=session)
        with writing_folder(output) as temporary:
            progress.stage("Writing the findings")
            reading.save(temporary)
            progress.check()
        return {"folder": str(output)}

    def _scan(self, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
        from SpineLib.dicom import scan, scan_files
        from SpineLib.doors.listing import scan_as_json

        source = _source(arguments, "folder")
        if isinstance(source, Path):
            found = scan(source, progress=progress)
        else:
            found = scan_files(source, progress=progress)
        said = {word: str(arguments.get(word) or "") for word in ("weighting", "region")}
        return scan_as_json(found, **said)

    def _models(self, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
        from SpineLib.doors.listing import models_as_json

        return models_as_json()

    def _simulate(self, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
        from SpineLib.simulate import write_study

        folder = _path(arguments, "folder")
        progress.stage("Simulating a study")
        try:
            write_study(folder, **{k: v for k, v in arguments.items() if k != "folder"})
        except TypeError as error:
            raise BadRequest(f"An argument of simulate is not known: {error}") from error
        progress.check()
        return {"folder": str(folder)}

    def _project(self, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
        from SpineLib.projects.requests import answer

        return answer(arguments, progress)

    def _diagnose(self, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
        from SpineLib.doors.listing import diagnosis_as_json

        return diagnosis_as_json()

    def _manage(self, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
        from SpineLib.models import open_model, registry
        from SpineLib.models.importing import import_model

        action = arguments.get("action")
        if action == "import":
            done = f"{import_model(_path(arguments, 'path')).card.title} was taken in"
        elif action == "verify":
            model = open_model(str(arguments.get("name")))
            model.verify()
            done = f"{model.card.title}: the weights are the ones that the card names"
        elif action == "remove":
            registry.remove(str(arguments.get("name")))
            done = f"{arguments.get('name')} was removed"
        else:
            raise BadRequest(f"Models have no action {action}")
        return {**self._models({}, progress), "done": done}

    def _regrade(self, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
        from SpineLib.findings_file import read_json, write_json
        from SpineLib.inference.regrade import regrade
        from SpineLib.inference.study import ReadOptions, Session
        from SpineLib.volume import read_volume

        options = _options(ReadOptions, arguments, "reading", "input", "stack", "boxes")
        boxes = _boxes(arguments.get("boxes") or {})
        file = _path(arguments, "reading") / "findings.json"
        findings, volume = read_json(file), read_volume(_path(arguments, "input"))
        session = self._sessions.setdefault(options.device, Session(options.device))
        regrade(
            findings, str(arguments.get("stack")), volume, boxes,
            options=options, session=session, progress=progress,
        )  # fmt: skip
        write_json(findings, file)
        return {"slices": len(boxes)}

    def _report(self, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
        from SpineLib.outputs.answers import read_answers
        from SpineLib.outputs.report import write_report
        from SpineLib.reading import Reading

        folder, file = _path(arguments, "pictures"), _path(arguments, "file")
        pictures = {path.stem: path for path in sorted(folder.glob("*.png"))}
        reading = _path(arguments, "reading")
        write_report(Reading.load(reading), pictures, file, read_answers(reading))
        return {"file": str(file)}

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


def _options(kind: type[ReadOptions], arguments: dict[str, Any], *others: str) -> ReadOptions:
    given: dict[str, Any] = {k: v for k, v in arguments.items() if k not in others}
    try:
        for key in ("models", "tasks"):
            if key in given:
                given[key] = tuple(given[key])
        return kind(**given)
    except TypeError as error:
        raise BadRequest(f"An argument of read is not known: {error}") from error


def _source(arguments: dict[str, Any], key: str) -> Path | list[Path]:
    """The argument ``files`` where there is one, else the path ``key``."""
    files = arguments.get("files")
    if not files:
        return _path(arguments, key)
    if not isinstance(files, list) or not all(isinstance(one, str) for one in files):
        raise BadRequest("The argument files is not a list of paths")
    return [Path(one) for one in files]


def _boxes(given: dict[str, Any]) -> dict[int, Any]:
    """Slice → two corners in RAS mm."""
    try:
        boxes = {int(k): [[float(x) for x in corner] for corner in box] for k, box in given.items()}
    except (TypeError, ValueError) as error:
        raise BadRequest("A box is not a slice's number with two corners") from error
    if not all([len(corner) for corner in box] == [3, 3] for box in boxes.values()):
        raise BadRequest("A box is not a slice's number with two corners")
    return boxes


def _path(arguments: dict[str, Any], key: str) -> Path:
    value = arguments.get(key)
    if not isinstance(value, str) or not value:
        raise BadRequest(f"The argument {key} is missing")
    return Path(value)


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
    worker = Worker(_own_stdin(), _own_stdout())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the host, which then ends us
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.run()
    _end(0)  # the listening thread may still wait for input, which an ordinary exit waits for


if __name__ == "__main__":
    main()
