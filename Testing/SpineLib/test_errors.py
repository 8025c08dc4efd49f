"""Every error is one sentence for the person, and an exit code for the script."""

import ast
import errno
import re
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


def test_the_command_that_helps_is_said_in_a_terminal_only(capsys):
    import typer

    from SpineLib.doors.console import run

    error = BadInput("The set is open", file="p", advice="Lock it first.", command="spine lock p")
    assert str(error) == "The set is open (p). Lock it first."
    app = typer.Typer()

    @app.command()
    def fail():
        raise error

    assert run(app, []) == BadInput.exit_code
    assert capsys.readouterr().err == "Error: The set is open (p). Lock it first: spine lock p\n"


# What a panel reaches; the other rooms are opened from a terminal only.
REACHED = ("dicom", "inference", "loop", "models", "outputs", "projects", "store")
COMMAND = re.compile(r"\bspine [a-z]+\b|(^|[\s(])--[a-z]")


def _texts(call, constants):
    """The strings of an error's sentence and advice; its command is for a terminal."""
    for one in [*call.args, *(k.value for k in call.keywords if k.arg != "command")]:
        for part in ast.walk(one):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value
            elif isinstance(part, ast.Name):
                yield constants.get(part.id, "")


@pytest.mark.parametrize("room", REACHED)
def test_no_sentence_that_a_panel_may_show_names_a_command_or_an_option(room):
    wrong = []
    for file in sorted((Path(errors.__file__).parent / room).rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name) and isinstance(node.value.value, str)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and any(k.arg == "advice" for k in node.keywords):
                found = [text for text in _texts(node, constants) if COMMAND.search(text)]
                wrong += [f"{file.name}:{node.lineno}: {text}" for text in found]
    assert not wrong


@pytest.mark.parametrize(
    "module",
    ["SpineCompression", "SpineSegmentation", "SpineSlicer/host", "SpineSlicer/scene"],
)
def test_no_text_of_a_panel_names_a_command_or_an_option(module):
    wrong = []
    for file in sorted((Path(errors.__file__).parents[1] / module).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            said = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if said and node.func.id == "_":
                text = node.args[0].value if isinstance(node.args[0], ast.Constant) else ""
                wrong += [f"{file.name}: {text}"] if COMMAND.search(text) else []
    assert not wrong


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
        (errno.ENOENT, BadInput, "is missing"),
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
