"""Damaged messages to the worker: each is answered, and the worker lives on."""

from __future__ import annotations

import json
import random
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from SpineLib.json_values import parse_json
from Testing.fuzz.kinds import Kind
from Testing.fuzz.mutations import of_bytes, of_json

_PATIENCE = 150.0
_FAULT = "Something went wrong inside the program"


class Messages(Kind):
    """Requests with changed values or bytes, to one long-lived worker."""

    name = "messages"

    def __init__(self, corpus: Path) -> None:
        super().__init__(corpus)
        self._worker: subprocess.Popen[bytes] | None = None
        self._rest = b""
        self._count = 0

    def make(self, rng: random.Random, folder: Path) -> Path:
        # Names that stand for the places, so that an input does not depend on them.
        study, reading = Path("/CORPUS/labels/study"), Path("/CORPUS/findings")
        project, here = Path("/CORPUS/projects/project"), Path("/HERE")
        files = [f"{study}/P1/ax_t2/IM000{n}.dcm" for n in (1, 2, 3)]
        requests: list[tuple[str, dict[str, Any]]] = [
            ("scan", {"folder": str(study)}),
            ("scan", {"files": files}),
            ("models", {}),
            ("manage", {"action": "verify", "name": "starter-canal"}),
            ("manage", {"action": "import", "path": "/CORPUS/cards"}),
            ("regrade", {"reading": str(reading), "input": str(study), "stack": "4",
                         "boxes": {"0": [[0, 0, 0], [9, 9, 0]]}}),
            ("report", {"reading": str(reading), "pictures": str(here),
                        "file": str(here / "report.html")}),
            ("read", {"input": str(here), "output": str(here / "out"), "device": "cpu",
                      "models": ["starter-canal"], "tasks": ["segmentation"]}),
            ("project", {"project": str(project), "action": "status"}),
            ("project", {"project": str(project), "action": "disagreements"}),
            ("loop-add", {"dataset": str(here), "source": str(study)}),
            ("loop-curve", {"dataset": str(here)}),
            ("cancel", {}),
        ]  # fmt: skip
        command, arguments = rng.choice(requests)
        message: Any = {"protocol": 1, "id": "1", "command": command, "arguments": arguments}
        if rng.random() < 0.8:
            message = of_json(rng, message)
        line = json.dumps(message).encode("utf-8", "surrogatepass")
        if rng.random() < 0.2:
            line = of_bytes(rng, line)
        path = folder / "message.json"
        path.write_bytes(line.replace(b"\n", b" "))
        return path

    def run(self, path: Path, rng: random.Random) -> Any:
        line = path.read_bytes().replace(b"/CORPUS", str(self.corpus).encode())
        line = line.replace(b"/HERE", str(path.parent).encode())
        if b"simulate" in line or b"shutdown" in line or not line.strip():
            return None
        worker = self._started()
        self._count += 1
        mark = f"mark-{self._count}"
        # A request that nobody knows is answered at once, by the thread that listens.
        sentinel = json.dumps({"id": mark, "command": "nothing of the kind"}).encode()
        worker.stdin.write(line + b"\n" + sentinel + b"\n")  # type: ignore[union-attr]
        worker.stdin.flush()  # type: ignore[union-attr]
        answers = self._until(mark, _open_id(line))
        for answer in answers:
            if _FAULT in str(answer.get("error", {}).get("what", "")):
                raise AssertionError(answer["error"]["what"])
        return answers

    def _started(self) -> subprocess.Popen[bytes]:
        if self._worker is None or self._worker.poll() is not None:
            self._rest = b""
            self._worker = subprocess.Popen(
                [sys.executable, "-m", "SpineLib.doors.worker"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        return self._worker

    def _until(self, mark: str, wanted: str) -> list[dict[str, Any]]:
        """Everything that is said until the mark, and the request where it was taken, are answered."""
        said: list[dict[str, Any]] = []
        left, end = {mark, wanted} - {""}, time.monotonic() + _PATIENCE
        while left:
            message = self._line(end)
            said.append(message)
            if message.get("type") in ("result", "error"):
                left.discard(str(message.get("id")))
        return said

    def _line(self, end: float) -> dict[str, Any]:
        worker = self._worker
        assert worker is not None and worker.stdout is not None
        while b"\n" not in self._rest:
            ready, _, _ = select.select([worker.stdout], [], [], max(end - time.monotonic(), 0))
            piece = worker.stdout.read1(1 << 16) if ready else b""  # type: ignore[attr-defined]
            if not piece:
                worker.kill()
                worker.wait()
                self._worker = None
                raise AssertionError("the worker ended" if ready else "the worker does not answer")
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return json.loads(line)


def _open_id(line: bytes) -> str:
    """The id whose answer must come: of a message that has one and is no cancel."""
    try:
        message = parse_json(line)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(message, dict) or message.get("command") == "cancel":
        return ""
    name = message.get("id")
    return name if isinstance(name, str) else ""
