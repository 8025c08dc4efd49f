"""One program at a time writes a file: held against others, in Slicer's own Python too."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from SpineLib.errors import BadInput
from SpineLib.store.lock import holding

ROOT = Path(__file__).resolve().parents[3]
HOLDER = """
import sys
from pathlib import Path
sys.modules["filelock"] = None  # as in Slicer's own Python
from SpineLib.store.lock import holding
with holding(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Another program that holds a file."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "set" / "labels.jsonl")],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_file_that_another_program_holds_is_refused(other, tmp_path):
    with (
        pytest.raises(BadInput, match="Another program is writing this file"),
        holding(tmp_path / "set" / "labels.jsonl"),
    ):
        pass
    with holding(tmp_path / "set" / "another.jsonl"):
        pass


@pytest.mark.parametrize("how", ["kill", "end"])
def test_the_system_lets_go_of_a_file_when_its_program_ends(other, tmp_path, how):
    other.kill() if how == "kill" else other.stdin.close()
    other.wait()
    with holding(tmp_path / "set" / "labels.jsonl"):
        pass


def test_a_file_is_held_against_the_same_program_too_and_given_back(tmp_path):
    path = tmp_path / "labels.jsonl"
    with holding(path), pytest.raises(BadInput), holding(path):
        pass
    with holding(path):
        pass


def test_what_goes_wrong_while_a_file_is_held_is_not_taken_for_a_lock(tmp_path):
    with pytest.raises(PermissionError), holding(tmp_path / "labels.jsonl"):
        raise PermissionError("of the disk")


def test_a_lock_lets_one_in_at_a_time_and_leaves_no_file_behind(tmp_path):
    path, inside = tmp_path / "labels.jsonl", []

    def work():
        for _ in range(50):
            with holding(path, patience=30):
                inside.append(1)
                assert len(inside) == 1
                inside.pop()

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work) for _ in range(8)]:
            done.result()
    assert list(tmp_path.iterdir()) == []
