"""The docs are true."""

import json
import re
from pathlib import Path

import pytest

from SpineLib import __version__
from SpineLib.findings_file import SCHEMA_FILE
from SpineLib.outputs.findings_csv import OPINION_COLUMNS, SLICE_COLUMNS
from Testing import worker_table

ROOT = Path(__file__).resolve().parent.parent
# Commands that are groups of commands.
GROUPS = (
    "cohort",
    "data",
    "evaluate",
    "loop",
    "models",
    "outcome",
    "pacs",
    "project",
    "station",
    "train",
)
# `./spine` or torchrun's `-m SpineLib`, a command, the one below it, and the rest of the line.
_COMMAND = re.compile(r"(?:\./spine|-m SpineLib) ([a-z]+)(?: ([a-z]+[a-z-]*))?([^\n`]*)")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_picture_leads_somewhere(page):
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    for target in targets:
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.fixture(scope="module")
def options():
    """The options that the help of a command shows, for each command asked for so far."""
    return {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_the_docs_show_is_one_and_has_the_options_shown(page, spine, options):
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    shown: dict[tuple[str, ...], set[str]] = {}
    for command, below, rest in _COMMAND.findall(text):
        if command != "test":
            name = (command, below) if command in GROUPS and below else (command,)
            shown.setdefault(name, set()).update(re.findall(r"--[a-z][a-z-]+", rest))
    for name, wanted in shown.items():
        if name not in options:
            answer = spine(*name, "--help")
            assert answer.code == 0, name
            options[name] = set(re.findall(r"--[a-z][a-z-]+", answer.out))
        assert wanted <= options[name], (name, wanted)


def test_every_column_of_the_table_is_explained():
    text = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    section = text[text.index("## findings.csv") : text.index("## findings.json")]
    explained = re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| (.*?) \|", section, re.M)))
    assert set(explained) == set(SLICE_COLUMNS) | set(OPINION_COLUMNS)


def test_the_table_of_the_workers_commands_is_the_one_of_its_messages():
    page = worker_table.PAGE.read_text(encoding="utf-8")
    assert page == worker_table.page_with(page), "python -m Testing.worker_table mends it"


def test_every_key_of_the_findings_is_explained():
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    text = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    keys = set(schema["properties"])
    for part in schema["$defs"].values():
        keys |= set(part.get("properties", {}))
    explained = set(re.findall(r"`([a-z_0-9]+)(?:\[\])?`", text))
    assert keys <= explained, keys - explained


def test_the_changelog_begins_with_this_version_below_what_is_not_released():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (\S+)", text, flags=re.M)
    assert next(name for name in sections[:2] if name != "Unreleased") == __version__
    assert "Unreleased" not in sections[1:]


def test_every_room_of_the_library_is_in_the_architecture():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for room in (ROOT / "SpineLib").iterdir():
        if (room / "__init__.py").is_file():
            assert f"SpineLib/{room.name}/" in text, room.name
