"""The docs are true."""

import json
import re
from pathlib import Path

import pytest

from SpineLib import __version__
from SpineLib.findings import CSV_COLUMNS, SCHEMA_FILE

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_picture_leads_somewhere(page):
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    for target in targets:
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_the_docs_show_is_one(page, spine):
    shown = re.findall(r"\./spine ([a-z]+)(?: ([a-z]+))?", page.read_text(encoding="utf-8"))
    for command, below in set(shown):
        if command == "test":
            continue
        arguments = [command, below] if command == "models" and below else [command]
        assert spine(*arguments, "--help").code == 0, arguments


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_option_that_the_docs_show_is_one(page, spine):
    text = page.read_text(encoding="utf-8")
    for command, rest in re.findall(r"\./spine ([a-z]+)([^\n`]*)", text):
        options = re.findall(r"(--[a-z][a-z-]+)", rest)
        if options and command != "test":
            shown = spine(command, "--help").out + spine(command, "list", "--help").out
            assert set(options) <= set(re.findall(r"--[a-z][a-z-]+", shown)), (command, options)


def test_every_column_of_the_table_is_explained():
    text = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    section = text[text.index("## findings.csv") : text.index("## findings.json")]
    explained = re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| (.*?) \|", section, re.M)))
    assert set(explained) == set(CSV_COLUMNS)


def test_every_key_of_the_findings_is_explained():
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    text = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    keys = set(schema["properties"])
    for part in schema["$defs"].values():
        keys |= set(part.get("properties", {}))
    explained = set(re.findall(r"`([a-z_0-9]+)(?:\[\])?`", text))
    assert keys <= explained, keys - explained


def test_the_changelog_begins_with_this_version():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    (newest, *_) = re.findall(r"^## (\S+)", text, flags=re.M)
    assert newest == __version__


def test_every_room_of_the_library_is_in_the_architecture():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for room in (ROOT / "SpineLib").iterdir():
        if (room / "__init__.py").is_file():
            assert f"SpineLib/{room.name}/" in text, room.name
