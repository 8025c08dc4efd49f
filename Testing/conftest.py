"""What all tests share: the real data's place, and one thread a process."""

import gc
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("OMP_NUM_THREADS", "1")
# A shared machine may be slow at any moment; a time limit an example would make tests flaky. CI
# tries the same examples each time, so that it answers for the change; elsewhere they are new ones.
settings.register_profile("spine", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("spine")

# A shell that runs the suite in the background has it ignore Ctrl-C, which tests send to children.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent


def pytest_collection_finish() -> None:
    """What importing made stays for the whole run: Python's collector need not walk through it."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real MR data; tests that need it are skipped in a public clone without it."""
    folder = Path(os.environ.get("SPINE_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the real MR data is not beside this clone (set SPINE_DATA)")
    return folder


@dataclass(frozen=True)
class Answer:
    """What a command said: exit code, stdout, and the lines of stderr."""

    code: int
    out: str
    errors: list[str]


@pytest.fixture
def spine(capfd, monkeypatch) -> Callable[..., Answer]:
    """Runs a `spine` command in this process, as the shell would."""
    from SpineSlicer.headless.cli import main

    def run(*arguments: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["spine", *map(str, arguments)])
        capfd.readouterr()
        code = main()
        said = capfd.readouterr()
        return Answer(code, said.out, said.err.splitlines())

    return run
