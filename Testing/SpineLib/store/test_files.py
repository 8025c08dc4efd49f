"""Nothing is ever half-written."""

import errno
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from SpineLib.errors import BadInput, OutputError, SpineError
from SpineLib.store.files import (
    Busy,
    alone,
    remove_left,
    sweep,
    temporary_folder,
    writing,
    writing_folder,
)


def test_a_file_appears_only_when_it_is_whole(tmp_path):
    target = tmp_path / "deep" / "a.json"
    with writing(target) as temporary:
        temporary.write_text("half")
        assert not target.exists()
        temporary.write_text("whole")
    assert target.read_text() == "whole"
    assert [p.name for p in target.parent.iterdir()] == ["a.json"]


@pytest.mark.parametrize("name", ["a.nii.gz", "a.nrrd", "a.b.csv"])
def test_the_temporary_name_keeps_the_ending_that_writers_choose_by(tmp_path, name):
    with writing(tmp_path / name) as temporary:
        assert temporary.name.endswith(name[name.index(".") :] if "gz" in name else name[-4:])
        temporary.touch()


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(RuntimeError), writing(target) as temporary:
        temporary.write_text("new")
        raise RuntimeError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_said_in_one_sentence_and_leaves_nothing(tmp_path):
    with pytest.raises(OutputError, match="disk is full"), writing(tmp_path / "a.txt"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_said_with_its_name(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SpineError, match=r"file/out"), writing_folder(tmp_path / "file" / "out"):
        pass


def test_a_written_file_can_be_read_by_whom_the_user_allows(tmp_path):
    with writing(tmp_path / "a.txt") as temporary:
        temporary.touch()
    (tmp_path / "plain").touch()
    modes = {stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()}
    assert len(modes) == 1


def test_a_folder_is_filled_only_when_all_of_it_is_whole(tmp_path):
    out = tmp_path / "out"
    with writing_folder(out) as temporary:
        (temporary / "pictures").mkdir()
        (temporary / "pictures" / "a.png").touch()
        assert not out.exists()
    assert (out / "pictures" / "a.png").is_file()
    assert list(tmp_path.iterdir()) == [out]


def test_a_folder_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt), writing_folder(tmp_path / "out") as temporary:
        (temporary / "a").touch()
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_folder_keeps_the_files_that_are_not_written_anew(tmp_path):
    (tmp_path / "mine").touch()
    (tmp_path / "a").write_text("old")
    with writing_folder(tmp_path) as temporary:
        (temporary / "a").write_text("new")
    assert (tmp_path / "a").read_text() == "new"
    assert (tmp_path / "mine").exists()


def test_what_a_killed_process_half_wrote_can_be_swept_away(tmp_path):
    killed = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import os, sys; from SpineLib.store.files import writing, writing_folder\n"
            "with writing_folder(sys.argv[1] + '/out') as folder, writing(sys.argv[1] + '/a'):\n"
            "    (folder / 'half').touch(); os.kill(os.getpid(), 9)",
            str(tmp_path),
        ],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    killed.wait(30)
    assert len(list(tmp_path.iterdir())) == 2
    with writing(tmp_path / "other"):
        sweep(tmp_path, killed.pid)
        assert len(list(tmp_path.iterdir())) == 1, "another process's file must stay"


WRITER = """
import sys, time
from pathlib import Path
from SpineLib.errors import SpineError
from SpineLib.store.files import writing_folder
print("ready", flush=True)
sys.stdin.readline()
try:
    with writing_folder(sys.argv[1]) as folder:
        for number in range(20):
            (folder / f"{number}").write_text(sys.argv[2])
            time.sleep(0.01)
except SpineError as error:
    print(error, flush=True)
"""


def started(script, *arguments, **how):
    command = [sys.executable, "-c", script, *map(str, arguments)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=Path(__file__).parents[2], **pipes, **how)


def test_of_many_that_write_one_folder_at_once_each_is_whole_or_says_one_line(tmp_path):
    writers = [started(WRITER, tmp_path / "out", name) for name in "abcdef"]
    for writer in writers:
        writer.stdout.readline()
    for writer in writers:
        writer.stdin.write("\n")
        writer.stdin.flush()
    said = [one.communicate()[0].strip() for one in writers]
    assert said.count("") >= 1
    assert set(said) <= {
        "",
        f"Another program is writing into this folder ({tmp_path / 'out'}). Wait until it has "
        "finished, or choose another folder.",
    }
    assert len({path.read_text() for path in (tmp_path / "out").iterdir()}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_must_be_new_is_never_filled_up(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").touch()
    with pytest.raises(BadInput, match="not empty"), writing_folder(tmp_path / "out", new=True):
        pass
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]


def test_a_new_folder_can_be_entered_by_whom_the_user_allows(tmp_path):
    with writing_folder(tmp_path / "out") as temporary:
        (temporary / "a").touch()
    (tmp_path / "plain").mkdir()
    assert len({stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}) == 1


HOLDER = """
import sys
from SpineLib.store.files import writing, writing_folder
with writing(sys.argv[1] + "/a.txt") as file, writing_folder(sys.argv[1] + "/b") as folder:
    (folder / "patient").touch()
    print("ready", flush=True)
    sys.stdin.readline()
"""


def test_what_a_killed_program_left_is_removed_by_the_next_one_and_a_live_one_s_stays(tmp_path):
    killed, alive = started(HOLDER, tmp_path), started(HOLDER.replace("/b", "/c"), tmp_path)
    for one in (killed, alive):
        one.stdout.readline()
    killed.kill()  # nobody fetches its exit code yet
    assert len(list(tmp_path.iterdir())) == 4
    again = HOLDER.replace("sys.stdin.readline()", "pass").replace("/b", "/d")
    started(again, tmp_path).communicate()
    left = {path.name.split("-")[1] for path in tmp_path.glob(".writing-*")}
    assert left == {str(alive.pid)}
    alive.communicate("\n")
    killed.wait()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "c", "d"]


def test_a_program_that_is_killed_while_it_moves_files_is_finished_by_the_next_one(tmp_path):
    script = """
import os, signal, sys
from pathlib import Path
from SpineLib.store.files import writing_folder
real = Path.replace
def replace(self, target):
    if self.name == "b":
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, target)
Path.replace = replace
with writing_folder(sys.argv[1]) as temporary:
    for name in "abc":
        (temporary / name).write_text("new")
"""
    folder = tmp_path / "out"
    folder.mkdir()
    for name in "abcd":
        (folder / name).write_text("old")
    started(script, folder).communicate()
    assert [(folder / name).read_text() for name in "abcd"] == ["new", "old", "old", "old"]
    with writing(tmp_path / "another"):
        pass
    remove_left(tmp_path)
    assert [(folder / name).read_text() for name in "abcd"] == ["new", "new", "new", "old"]
    assert not list(tmp_path.glob(".writing-*"))


def test_what_a_program_of_another_machine_writes_stays_for_a_day(tmp_path):
    for name, age in (("young", 60), ("old", 2 * 86400)):
        path = tmp_path / f".writing-999999-ffffff-00000000-{'ab' if name == 'old' else 'cd'}"
        path.touch()
        os.utime(path, (time.time() - age,) * 2)
    remove_left(tmp_path)
    assert [path.name[-2:] for path in tmp_path.iterdir()] == ["cd"]


def test_temporary_folders_of_killed_programs_are_removed(tmp_path, monkeypatch):
    script = (
        "from SpineLib.store.files import temporary_folder; import os, signal\n"
        "print(temporary_folder('prepared'), flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    left = Path(started(script, env={**os.environ, "TMPDIR": str(tmp_path)}).communicate()[0][:-1])
    assert left.is_dir() and left.parent == tmp_path
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    mine = temporary_folder("prepared")
    assert list(tmp_path.iterdir()) == [mine]


def test_only_one_program_trains_in_a_folder(tmp_path):
    script = (
        "import sys\nfrom SpineLib.store.files import alone\nwith alone(sys.argv[1]):\n"
        "    print('ready', flush=True); sys.stdin.readline()"
    )
    other = started(script, tmp_path / "run")
    other.stdout.readline()
    with pytest.raises(Busy, match="Another program"), alone(tmp_path / "run"):
        pass
    other.communicate("\n")
    with alone(tmp_path / "run"):
        pass
    assert list(tmp_path.iterdir()) == []
