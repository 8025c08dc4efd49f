"""The text for whoever helps."""

from SpineLib import __version__
from SpineLib.doors.listing import PACKAGES, diagnosis_as_json
from SpineSlicer.host.diagnostics import diagnosticsText


def test_it_names_versions_devices_and_models():
    worker = diagnosis_as_json()
    text = diagnosticsText(worker, slicerVersion="5.13.0 (r0) linux-amd64")
    assert f"SlicerSpineMRI {__version__}" in text and "Slicer 5.13.0" in text
    assert "CPU" in text
    assert all(name in text for name in PACKAGES)
    for model in worker["models"]:
        assert f"{model['name']} {model['version']} ({model['task']}): whole" in text


def test_without_an_answer_it_says_so_and_what_is_missing():
    text = diagnosticsText(
        None, slicerVersion="5.13.0", problem="SpineError", missing=["torch>=2.8"],
        log="ModuleNotFoundError: No module named 'torch'",
    )  # fmt: skip
    assert "The worker did not answer (SpineError)" in text
    assert "Missing in Slicer's Python: torch>=2.8" in text
    assert text.endswith("Worker's log:\nModuleNotFoundError: No module named 'torch'")


def test_of_a_python_that_was_not_asked_nothing_is_said():
    text = diagnosticsText(
        None, slicerVersion="5.13.0", problem="SpineError", missing=[], externalPython=True
    )
    assert "What is missing in its Python is not known" in text
    assert "Missing in Slicer's Python: nothing" not in text


def test_a_damaged_model_is_named_as_such(monkeypatch):
    from SpineLib.errors import BadModel
    from SpineLib.models.folder import ModelFolder

    def refuse(self):
        raise BadModel("The model's weights are missing", file="/home/jane/x")

    monkeypatch.setattr(ModelFolder, "verify", refuse)
    text = diagnosticsText(diagnosis_as_json(), slicerVersion="5.13.0")
    assert "The model's weights are missing" in text and "jane" not in text
