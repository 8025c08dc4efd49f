"""Children at work: numbers go out, outcomes come in, and what ends or hangs is found out."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from Testing.fuzz.child import COMPARING

_ROOT = Path(__file__).resolve().parents[2]
_HANG_SECONDS = 60.0  # on the clock, where a machine may be busy; children count computing
_FROM_OUTSIDE = (-2, -15)  # SIGINT and SIGTERM: nothing that is read sends these
_MOST_KEPT = 3  # inputs of the same fault
# Numbers that a child has before it: waiting for each to be asked for takes longer than most inputs.
_AHEAD = 8
_FINE = ("answer", "refused", "other reader ended")
_ENDED = ("stopped", "abort", "hang", "other reader ended")


@dataclass
class Tally:
    """What became of the inputs of one kind.

    Attributes:
        inputs: how many were run.
        outcomes: how many ended how.
        found: where → what, how many, and the first inputs as ``kind:seed:number``.
    """

    inputs: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    found: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take(self, name: str, seed: str, outcome: dict[str, Any]) -> bool:
        """Counts an outcome; True for one of the first of its fault."""
        self.inputs += 1
        self.outcomes[outcome["how"]] += 1
        if outcome["how"] in _FINE:
            return False
        key = f"{outcome['how']} {outcome['where']}"
        one = self.found.setdefault(key, {"count": 0, "what": outcome["what"], "inputs": []})
        one["count"] += 1
        if len(one["inputs"]) < _MOST_KEPT:
            one["inputs"].append(f"{name}:{seed}:{outcome['index']}")
            return True
        return False


class Campaign:
    """Runs kinds one after the other with several children each.

    Args:
        corpus: what is mutated.
        seed: of all inputs.
        processes: children at a time.
        keep: folder for the inputs of faults; None keeps none.
    """

    def __init__(self, corpus: Path, seed: str, processes: int, keep: Path | None = None) -> None:
        self.corpus, self.seed, self.processes, self.keep = corpus, seed, processes, keep
        self.stopped = False
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Asks for no more inputs: `run` gives what there was so far."""
        self.stopped = True

    def run(self, name: str, *, count: int | None, seconds: float | None, first: int = 0) -> Tally:
        """Runs inputs of a kind until there were so many or the time is over."""
        tally, numbers = Tally(), iter(range(first, first + (count or 1 << 60)))
        with ThreadPoolExecutor(self.processes) as pool:
            for done in [
                pool.submit(self._work, name, numbers, seconds, tally)
                for _ in range(self.processes)
            ]:
                done.result()
        return tally

    def _work(self, name: str, numbers: Any, seconds: float | None, tally: Tally) -> None:
        child: _Child | None = None
        end = None if seconds is None else time.monotonic() + seconds
        asked: deque[int] = deque()
        while True:
            while len(asked) < _AHEAD and not self._is_over(end):
                with self._lock:
                    index = next(numbers, None)
                if index is None:
                    break
                asked.append(index)
                if child is not None:
                    child.ask(index)
            if not asked:
                break
            if child is None:
                child = _Child(name, self.seed, self.corpus)
                for index in asked:
                    child.ask(index)
            outcome = child.answer(asked[0])
            if outcome["how"] in _ENDED:
                child = None
            if outcome["how"] != "stopped":
                self._take(name, asked.popleft(), outcome, tally)
        if child is not None:
            child.end()

    def _is_over(self, end: float | None) -> bool:
        return self.stopped or (end is not None and time.monotonic() > end)

    def _take(self, name: str, index: int, outcome: dict[str, Any], tally: Tally) -> None:
        with self._lock:
            wanted = tally.take(name, self.seed, outcome)
        if wanted and self.keep is not None:
            # At once, as a campaign may go on for days.
            said = f"{name}:{self.seed}:{index} {outcome['how']} {outcome['what']}"
            print(said, file=sys.stderr, flush=True)
            self._keep(name, index)

    def _keep(self, name: str, index: int) -> None:
        import random

        from Testing.fuzz.kinds import every_kind

        assert self.keep is not None
        folder = self.keep / f"{name}-{self.seed}-{index}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        kind = every_kind()[name](self.corpus)
        kind.make(random.Random(f"{name}:{self.seed}:{index}"), folder)


class _Child:
    """One child process of a kind."""

    def __init__(self, name: str, seed: str, corpus: Path) -> None:
        self._name = name
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        paths = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "Testing.fuzz.child", name, seed, str(corpus)],
            cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
            env={**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        self._rest = b""
        ready = self._patient_line(120)
        if ready is None:
            raise RuntimeError(f"A child did not begin: {self._said()}")
        self._scratch = str(ready.get("scratch", ""))

    def ask(self, index: int) -> None:
        """Asks for the input of a number; `answer` tells of a child that has ended."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(b"%d\n" % index)
            self._process.stdin.flush()

    def answer(self, index: int) -> dict[str, Any]:
        """The outcome of the next number asked; of one that ends the child or does not end, too."""
        outcome = self._patient_line(_HANG_SECONDS)
        if comparing := outcome == {"index": index, **COMPARING}:
            outcome = self._patient_line(_HANG_SECONDS)
        if outcome:
            return outcome
        if outcome is None:
            self._process.kill()
        code = self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)  # what a child that ended has left
        if comparing:
            return {"index": index, "how": "other reader ended"}
        if outcome is None:
            return {"index": index, "how": "hang", "what": f"{_HANG_SECONDS:.0f} s",
                    "where": self._name}  # fmt: skip
        if code in _FROM_OUTSIDE:
            return {"index": index, "how": "stopped"}
        return {"index": index, "how": "abort", "what": f"exit code {code}: {self._said()}",
                "where": f"{self._name}, exit code {code}"}  # fmt: skip

    def end(self) -> None:
        """Closes the child's input and waits."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _patient_line(self, seconds: float) -> dict[str, Any] | None:
        """The next message; None where the child says nothing although the machine let it work."""
        outcome = self._line(seconds)
        while outcome is None:
            waited, look = _waited(self._process.pid), seconds / 4
            outcome = self._line(look)
            if outcome is None and _waited(self._process.pid) - waited < look / 2:
                return None
        return outcome

    def _line(self, seconds: float) -> dict[str, Any] | None:
        """The next message; {} where the child ended, None where it says nothing in time."""
        end = time.monotonic() + seconds
        assert self._process.stdout is not None
        while b"\n" not in self._rest:
            ready, _, _ = select.select(
                [self._process.stdout], [], [], max(end - time.monotonic(), 0)
            )
            if not ready:
                return None
            piece = os.read(self._process.stdout.fileno(), 1 << 16)
            if not piece:
                return {}
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return json.loads(line)

    def _said(self) -> str:
        self._errors.seek(max(self._errors.seek(0, 2) - 400, 0))
        return self._errors.read().decode("utf-8", "replace").strip().replace("\n", " | ")


def _waited(process: int) -> float:
    """Seconds for which a process and its children stood in line for a processor (Linux)."""
    waited = 0.0
    for about in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            parent = int(about.read_text().rpartition(")")[2].split()[1])
            if process in (int(about.parent.name), parent):
                waited += int(about.with_name("schedstat").read_text().split()[1]) / 1e9
    return waited
