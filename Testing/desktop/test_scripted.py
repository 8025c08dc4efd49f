"""The stand-in's scripted modules do as Slicer's: what a module must not count on."""

import time


def test_a_short_message_of_a_self_test_waits_for_nothing(desktop):
    from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

    start = time.monotonic()
    for _message in range(100):
        ScriptedLoadableModuleTest().delayDisplay("Waiting", 100)
    assert time.monotonic() - start < 2


def test_a_scene_is_saved_and_loaded_as_slicer_util_does_it(desktop, tmp_path):
    import slicer

    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode", "Note").SetText("kept")
    assert slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    slicer.mrmlScene.Clear(False)
    assert slicer.util.loadScene(str(tmp_path / "scene.mrb"))
    assert slicer.util.getNode("Note").GetText() == "kept"
