"""What a person reads in the panels goes through the one catalogue, not past it."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    file for module in ("SpineCompression", "SpineSegmentation", "SpineSlicer/scene", "SpineSlicer/host")
    for file in (ROOT / module).rglob("*.py")
)  # fmt: skip
# Properties that are assigned, and methods whose texts are read.
SHOWN = {"text", "toolTip", "plainText", "placeholderText", "windowTitle", "statusTip", "title",
         "html", "tooltip", "helpText", "acknowledgementText"}  # fmt: skip
SHOWING = {"setText", "setToolTip", "addItem", "addAction", "addSection", "setFormat", "setTitle",
           "setWindowTitle", "setStatusTip", "showStatusMessage", "setPlainText", "addTab",
           "setPlaceholderText", "setHtml", "_tell", "_say", "tell"}  # fmt: skip
# Qt's own names for keys and the like are no sentences; nor are numbers with their units.
SENTENCE = re.compile(r"[A-Za-z]{2,}.*\s.*[A-Za-z]{2,}|^[A-Z][a-z]{3,}")


def literals(node):
    """The texts of an expression that are not inside a call of ``_`` or ``translate``."""
    if isinstance(node, ast.Call):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in ("_", "translate", "tr"):
            return
        # Of another function's arguments nothing is known; of `_("…").format(…)` it is.
        if name == "format":
            yield from literals(node.func.value)
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(one.value if isinstance(one, ast.Constant) else "{}" for one in node.values)
    elif isinstance(node, (ast.BinOp, ast.IfExp, ast.BoolOp)):
        for child in ast.iter_child_nodes(node):
            yield from literals(child)


def shown(tree):
    """Every expression that becomes a text on the screen."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            if any(isinstance(t, ast.Attribute) and t.attr in SHOWN for t in node.targets):
                yield node.value
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in SHOWING:
            yield from node.args[:1]


def bare(text):
    """The sentences of a program's text that pass the translation by."""
    return [
        one for expression in shown(ast.parse(text)) for one in literals(expression)
        if SENTENCE.search(re.sub("<[^>]*>", "", one))
    ]  # fmt: skip


@pytest.mark.parametrize(
    "code",
    ['a.text = "Not assessed"', 'a.setText(f"Read in {x}")', 'a.text = "One of " + b',
     'a.toolTip = "Go there" if b else _("Go")', '_say("Choose {n}".format(n=1))'],
)  # fmt: skip
def test_the_check_finds_a_bare_sentence(code):
    assert bare(code if code.startswith("a.") else "self." + code)


@pytest.mark.parametrize(
    "code",
    ['a.text = _("Not assessed")', 'a.setText(_("Read in {x}").format(x=1))', 'a.text = ""',
     'a.text = f"{x} mm"', "a.text = str(error)"],
)  # fmt: skip
def test_the_check_leaves_what_is_translated(code):
    assert not bare(code)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_sentence_of_a_panel_passes_the_translation_by(file):
    assert bare(file.read_text(encoding="utf-8")) == []


# Slicer reads these before the library is on its path.
BEFORE_THE_LIBRARY = {"SpineSegmentation.py", "SpineCompression.py", "DICOMSpineStackPlugin.py",
                      "DICOMSpineStackPluginClass.py"}  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_all_panels_have_one_translation(file):
    text = file.read_text(encoding="utf-8")
    if file.name not in BEFORE_THE_LIBRARY:
        assert "def _(" not in text and "slicer.i18n" not in text
