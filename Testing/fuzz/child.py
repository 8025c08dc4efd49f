"""A child process: makes inputs and runs them, and says on a pipe of its own how each went."""

from __future__ import annotations

import faulthandler
import json
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any, TextIO

from SpineLib.errors import SpineError
from Testing.fuzz.kinds import Kind, every_kind

COMPARING = {"how": "comparing"}
MOST_MEMORY = 8 << 30  # of address space: what claims more gets a MemoryError
_ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """``python -m Testing.fuzz.child KIND SEED CORPUS``; numbers come as lines on stdin."""
    name, seed, corpus = sys.argv[1:4]
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    faulthandler.enable()
    warnings.simplefilter("ignore")
    _limit_memory()
    kind = every_kind()[name](Path(corpus))
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=_fast_disk()) as scratch:
        out.write(json.dumps({"ready": name, "scratch": scratch}) + "\n")
        for line in sys.stdin:
            index = int(line)
            say = partial(_say, out, index)
            say(run_input(kind, seed, index, Path(scratch) / "input", say))


def _say(out: TextIO, index: int, outcome: dict[str, Any]) -> None:
    out.write(json.dumps({"index": index, **outcome}) + "\n")


def run_input(
    kind: Kind, seed: str, index: int, folder: Path, say: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """Makes the input of a number and runs it.

    Args:
        say: told `COMPARING` before another reader is asked, who may end this process.

    Returns:
        ``how``: ``answer``, ``refused``, ``traceback``, ``slow``, ``memory`` or ``differs``; with
        ``what`` and ``where`` for all but the first two.
    """
    _emptied(folder / "in")
    kind.index = index
    rng = random.Random(f"{kind.name}:{seed}:{index}")
    path = kind.make(rng, folder / "in")
    before, began = _settled_peak(), time.process_time()
    answer, outcome = None, {"how": "answer"}
    try:
        answer = kind.run(path, rng)
    except SpineError as error:
        outcome = _checked(error)
    except Exception as error:
        outcome = {"how": "traceback", "what": f"{type(error).__name__}: {error}"[:300],
                   "where": _where(error)}  # fmt: skip
    seconds, grown = time.process_time() - began, _peak() - before
    if outcome["how"] in ("answer", "refused"):
        if seconds > kind.seconds:
            return {"how": "slow", "what": f"{seconds:.1f} s", "where": kind.name}
        if grown > kind.memory and grown > kind.memory + 8 * kind.claimed(path):
            outcome = {"how": "memory", "what": f"{grown >> 20} MB", "where": kind.name}
    if outcome["how"] == "answer" and answer is not None and kind.has_other_reader:
        say(COMPARING)
        apart = kind.differs(path, answer)
        if apart:
            return {"how": "differs", "what": apart, "where": kind.name}
    return outcome


def _checked(error: SpineError) -> dict[str, Any]:
    """A refusal is one line in plain words, whatever the input held."""
    said = str(error)
    if "\n" in said or "Traceback" in said or len(said) > 3200:
        return {"how": "traceback", "what": f"a refusal of many lines: {said[:200]!r}",
                "where": _where(error)}  # fmt: skip
    return {"how": "refused"}


def _where(error: BaseException) -> str:
    """The innermost place in this project's code, so that the same fault is counted once."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if Path(f.filename).is_relative_to(_ROOT / "SpineLib")]
    last = (ours or frames)[-1]
    return f"{Path(last.filename).name}:{last.lineno} {last.name}, {type(error).__name__}"


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    except (ImportError, ValueError, OSError):  # no such limit on this system
        return


def _fast_disk() -> str | None:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _emptied(folder: Path) -> None:
    """The folder, without what the last input left in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for beside in (folder, folder.parent):
        for path in os.scandir(beside):
            if path.path == str(folder):
                continue
            shutil.rmtree(path) if path.is_dir(follow_symlinks=False) else Path(path.path).unlink()


_settled = 0


def _settled_peak() -> int:
    """The peak of memory, set back to what is held now if anything has raised it since."""
    global _settled
    if _peak() != _settled:
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")
        _settled = _peak()
    return _settled


def _peak() -> int:
    """The most bytes of memory held since it was last forgotten; 0 where the system does not say."""
    if not (status := _status()):
        return 0
    # Not `getrusage`, which counts what the process held that this one was forked from.
    said = os.pread(status, 4096, 0).partition(b"VmHWM:")[2]
    return int(said.split(maxsplit=1)[0]) << 10


@cache
def _status() -> int:
    try:
        return os.open("/proc/self/status", os.O_RDONLY)
    except OSError:
        return 0


if __name__ == "__main__":
    main()
