"""What the Extension Manager would build and Slicer would load."""

import ast
import json
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = ("SpineCompression", "SpineSegmentation")
# At file scope a module may import these and nothing else: the rest waits until it is opened.
LIGHT = {"slicer.i18n", "slicer.ScriptedLoadableModule"}


def listed(folder: str) -> set[str]:
    """Files that a folder's CMakeLists.txt names, relative to the repository."""
    text = (ROOT / folder / "CMakeLists.txt").read_text()
    names = re.findall(r"^  ([\w./${}-]+\.\w+)$", text, flags=re.MULTILINE)
    base = "" if folder == "SpineLib" else f"{folder}/"
    return {base + name for name in names}


def present(*patterns: str) -> set[str]:
    """Files of the repository (git's, so that what is ignored does not count)."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("this is not a git checkout")
    return {name for name in done.stdout.split("\n") if name and (ROOT / name).is_file()}


@pytest.mark.parametrize("module", MODULES)
def test_every_file_of_a_module_is_in_the_installed_package(module):
    ours = present(f"{module}/*.py", f"{module}/Resources")
    assert {name for name in ours if "/Testing/" not in name} == listed(module)


def test_every_file_of_the_library_is_in_the_installed_package():
    shipped = present("SpineLib", "SpineSlicer", "Resources")
    not_shipped = {"SpineLib/CMakeLists.txt"} | present("Resources/Icons")
    assert shipped - not_shipped == listed("SpineLib")


def test_the_extension_is_named_as_the_index_asks():
    text = (ROOT / "CMakeLists.txt").read_text()
    (name,) = re.findall(r"^project\((\w+)\)", text, flags=re.MULTILINE)
    assert not name.lower().startswith("slicer")
    assert (ROOT / f"{name}.json").is_file()
    for key in ("HOMEPAGE", "CATEGORY", "CONTRIBUTORS", "DESCRIPTION", "ICONURL", "SCREENSHOTURLS"):
        assert re.search(rf'set\(EXTENSION_{key} "[^"]+"\)', text), key


def test_the_index_entry_agrees_with_cmake():
    entry = json.loads((ROOT / "SpineMRI.json").read_text())
    text = (ROOT / "CMakeLists.txt").read_text()
    assert f'EXTENSION_CATEGORY "{entry["category"]}"' in text
    assert f'EXTENSION_DEPENDS "{" ".join(entry["build_dependencies"])}"' in text
    assert entry["scm_url"].rsplit("/", 1)[1].startswith("Slicer")
    known = {"$schema", "build_dependencies", "build_subdirectory", "category", "scm_revision"}
    assert set(entry) == known | {"scm_url", "tier"}


def test_the_icon_and_screenshots_that_cmake_names_are_here():
    text = (ROOT / "CMakeLists.txt").read_text()
    for url in re.findall(r"https://raw\S+?\.png", text):
        assert (ROOT / url.split("/main/")[1]).is_file(), url


@pytest.mark.parametrize("module", MODULES)
def test_a_module_does_nothing_when_slicer_starts(module):
    tree = ast.parse((ROOT / module / f"{module}.py").read_text())
    imported = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            imported.add(node.module)
        elif isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        else:
            assert isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.Expr)), ast.dump(node)
    assert imported <= LIGHT


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_the_classes_that_slicer_looks_for(module):
    tree = ast.parse((ROOT / module / f"{module}.py").read_text())
    classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    assert {module + part for part in ("", "Widget", "Logic", "Test")} <= classes


@pytest.mark.parametrize("module", MODULES)
def test_a_panel_has_every_widget_that_its_code_uses(module):
    folders = (ROOT / module / f"{module}Lib", ROOT / "SpineSlicer" / "host")
    code = "".join(path.read_text() for folder in folders for path in folder.glob("*.py"))
    used = set(re.findall(r"\bui\.(\w+)", code))
    assert used
    forms = [*(ROOT / module).glob("Resources/UI/*.ui"), *(ROOT / "SpineSlicer/host").glob("*.ui")]
    named = {
        widget.get("name") for form in forms for widget in ElementTree.parse(form).iter("widget")
    }
    assert used <= named


@pytest.mark.parametrize(
    "icon", ["Resources/Icons/SpineMRI.png"] + [f"{m}/Resources/Icons/{m}.png" for m in MODULES]
)
def test_icons_are_square_and_as_large_as_the_index_shows_them(icon):
    header = (ROOT / icon).read_bytes()[:24]
    width, height = (int.from_bytes(header[n : n + 4], "big") for n in (16, 20))
    assert width == height == 128


def test_no_tracked_file_is_large():
    sizes = {name: (ROOT / name).stat().st_size for name in present(".")}
    assert not {name for name, size in sizes.items() if size > 20e6}
    assert sum(sizes.values()) < 60e6, "the Extensions Index refuses clones over 100 MB"
