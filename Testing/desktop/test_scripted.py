"""The stand-in's scripted modules do as Slicer's: what a module must not count on."""

import importlib
import sys
import textwrap
from pathlib import Path

import pytest
import slicer

from Testing.desktop.application import Desktop
from Testing.machine import at_once

ROOT = Path(__file__).resolve().parents[2]


def test_a_short_message_of_a_self_test_waits_for_nothing(desktop):
    from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

    with at_once():  # 10 seconds if they waited
        for _message in range(100):
            ScriptedLoadableModuleTest().delayDisplay("Waiting", 100)


def test_a_scene_is_saved_and_loaded_as_slicer_util_does_it(desktop, tmp_path):
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode", "Note").SetText("kept")
    assert slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    slicer.mrmlScene.Clear(False)
    assert slicer.util.loadScene(str(tmp_path / "scene.mrb"))
    assert slicer.util.getNode("Note").GetText() == "kept"


@pytest.fixture
def module(desktop, tmp_path, monkeypatch):
    """A module that writes down what Slicer calls of it."""
    (tmp_path / "Calls.py").write_text(textwrap.dedent(CALLS))
    monkeypatch.syspath_prepend(str(tmp_path))
    desktop.open("Calls", tmp_path)
    yield sys.modules["Calls"].CALLED
    sys.modules.pop("Calls", None)


CALLS = """
    import qt
    from slicer.ScriptedLoadableModule import ScriptedLoadableModuleWidget

    CALLED = []

    class CallsWidget(ScriptedLoadableModuleWidget):
        def setup(self):
            self.layout.addWidget(qt.QLabel("panel"))
            CALLED.append(("setup", self.parent.isEntered))

        def enter(self):
            CALLED.append(("enter", self.parent.visible))

        def cleanup(self):
            CALLED.append("cleanup")
"""


def test_a_module_that_is_opened_is_set_up_shown_and_entered(module):
    assert module == [("setup", False), ("enter", True)]


def test_reload_reads_the_file_anew_and_sets_up_but_does_not_enter(desktop, module):
    module.clear()
    slicer.modules.CallsWidget.onReload()
    assert module == ["cleanup"]
    assert sys.modules["Calls"].CALLED == [("setup", True)]  # it is in sight all the same


def test_a_module_is_cleaned_up_when_slicer_quits(app):
    with Desktop(app) as one:
        one.open("SpineSegmentation", ROOT / "SpineSegmentation")
        panel = slicer.modules.SpineSegmentationWidget.panel
        assert panel is not None
    assert panel._binding._observed == [] and panel._segments._observers == []


@pytest.mark.parametrize("name", ["filelock", "jsonschema"])
def test_slicers_python_does_not_have_what_only_the_worker_needs(desktop, name):
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(name)
