"""Nothing is ever half-written."""

import errno
import os
import stat
import subprocess
import sys

import pytest

from SpineLib.errors import OutputError, SpineError
from SpineLib.store.files import sweep, writing, writing_folder


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
