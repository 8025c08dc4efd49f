"""A panel in a Slicer that was just installed: what reading needs is not there yet."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
# What Slicer's own Python does not bring; `Testing/test_imports.py` holds that torch is not asked for.
ABSENT = ("monai", "einops", "safetensors", "jsonschema", "filelock", "jinja2")


@pytest.mark.parametrize("module", ["SpineSegmentation", "SpineCompression"])
def test_a_panel_opens_where_nothing_is_installed_yet(desktop, monkeypatch, module):
    for name in ABSENT:
        monkeypatch.setitem(sys.modules, name, None)
    widget = desktop.open(module, ROOT / module)
    try:
        assert widget.panel.setup.ui.setupLabel.text
        if module == "SpineSegmentation":
            assert widget.panel.ui.modelBox.count and "tarter" in widget.panel.ui.modelLabel.text
    finally:
        widget.cleanup()
