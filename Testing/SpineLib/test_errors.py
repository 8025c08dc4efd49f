"""Every error is one sentence for the person, and an exit code for the script."""

import errno
import sys
from pathlib import Path

import pytest

from SpineLib import errors
from SpineLib.errors import BadInput, OutputError, SpineError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def test_an_error_says_what_which_file_and_what_to_do():
    error = BadInput("The file is truncated", file="a.dcm", advice="Copy it again.")
    assert str(error) == "The file is truncated (a.dcm). Copy it again."


def test_each_kind_has_its_own_exit_code():
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, SpineError)
    ]
    codes = {kind.exit_code for kind in kinds}
    assert len(codes) == len(kinds)
    assert 0 not in codes


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (errno.ENOSPC, OutputError, "disk is full"),
        (errno.EACCES, OutputError, "permission"),
        (errno.EROFS, OutputError, "permission"),
        (errno.EIO, SpineError, "refused"),
        (errno.EFBIG, OutputError, "larger than this disk"),
        (errno.ENOENT, BadInput, "not there"),
    ],
)
def test_the_operating_system_is_translated(code, kind, words):
    error = errors.from_os_error(OSError(code, "x"), "out")
    assert type(error) is kind
    assert words in str(error)
    assert "out" in str(error)


def test_what_a_library_made_of_the_system_s_error_is_still_said_in_one_line():
    try:
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError as error:
            raise OSError("With tag (7FE0,0010) got exception:\nTraceback …\n") from error
    except OSError as error:
        assert str(errors.from_os_error(error, "out")).startswith("The disk is full (out)")
    said = str(errors.from_os_error(OSError("first\nsecond"), None))
    assert said == "The operating system refused: first."


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KeyboardInterrupt(), 130),
        (MemoryError(), 1),
        (ZeroDivisionError("division"), 1),
        (PermissionError(errno.EACCES, "x", "out"), 6),
        (BadInput("bad"), 3),
    ],
)
def test_any_exception_becomes_a_sentence_with_an_exit_code(error, code):
    known = errors.from_exception(error)
    assert known.exit_code == code
    assert "Traceback" not in str(known)
    assert "\n" not in str(known)


def test_an_error_travels_as_json():
    assert BadInput("Bad", file="a").to_dict() == {
        "kind": "BadInput",
        "what": "Bad",
        "file": "a",
        "advice": "",
    }


def test_a_missing_training_package_comes_with_the_line_that_installs_all_of_them():
    missing = ModuleNotFoundError("No module named 'lightning_fabric.plugins'")
    missing.name = "lightning_fabric.plugins"
    said = str(errors.from_exception(missing))
    declared = tomllib.loads(Path("pyproject.toml").read_text())
    extra = declared["project"]["optional-dependencies"]["train"]
    assert all(package.split(">=")[0] in said for package in extra)
    assert len(errors.TRAIN_MODULES) == len(extra)


def test_what_a_file_holds_cannot_break_or_flood_the_line():
    said = str(BadInput("The scheme \n\x1b[31m‮ is none", file="a\nb", advice="x" * 5000))
    assert said.isprintable() and len(said) < 1200
