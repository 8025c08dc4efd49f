"""What goes wrong around a command: pipes, disks, killed and doubled runs. One line, nothing half."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def spine(*arguments, **how):
    command = [sys.executable, "-m", "SpineLib", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, **how)


@pytest.mark.parametrize("arguments", [("models", "list"), ("models", "list", "--json")])
def test_whoever_closes_the_pipe_has_heard_enough(arguments):
    reading, writing = os.pipe()
    os.close(reading)
    run = spine(*arguments, stdout=writing)
    os.close(writing)
    assert run.communicate()[1] == "" and run.returncode == 0


def test_a_full_disk_behind_stdout_is_one_line():
    with Path("/dev/full").open("w") as full:
        run = spine("models", "list", stdout=full)
        said = run.communicate()[1]
    assert said.splitlines() == [
        "Error: The disk is full. Free some space or choose another folder."
    ]
    assert run.returncode == 6


def test_an_error_without_anybody_to_tell_it_is_an_exit_code(tmp_path):
    command = [sys.executable, "-m", "SpineLib", "scan", str(tmp_path / "gone")]
    assert subprocess.run(["sh", "-c", '"$@" 2>&-', "sh", *command], cwd=ROOT).returncode == 3


def test_a_disk_that_takes_no_more_leaves_nothing(tmp_path):
    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    run = spine("loop", "create", tmp_path / "out", "--task", "compression", preexec_fn=small)
    (said,) = run.communicate()[1].splitlines()
    assert run.returncode == 6 and said.startswith("Error: The file grew larger than this disk")
    assert f"({tmp_path / 'out'}" in said
    assert list(tmp_path.iterdir()) == []


def test_of_two_runs_into_one_folder_the_second_says_so(tmp_path):
    command = ("loop", "create", tmp_path / "out", "--task", "compression")
    runs = [spine(*command, stdout=subprocess.DEVNULL) for _ in range(4)]
    said = [run.communicate()[1] for run in runs]
    codes = sorted(run.returncode for run in runs)
    assert codes[0] == 0 and set(codes[1:]) <= {3, 6}
    assert sorted(len(text.splitlines()) for text in said) == [0, 1, 1, 1]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
