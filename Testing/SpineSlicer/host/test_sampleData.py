"""Slicer's Sample Data module offers what a first try needs."""

import hashlib
import sys
import types

import pytest
import slicer

from SpineSlicer.host.sampleData import (
    CATEGORY,
    PUBLIC,
    SIMULATED,
    loadSimulatedStudy,
    registerSampleData,
)


@pytest.fixture(autouse=True)
def english(monkeypatch):
    """Slicer's translation, which Slicer alone has."""


@pytest.fixture
def sources(monkeypatch):
    """What is registered, as Slicer's own function takes it."""
    registered = []

    class SampleDataLogic:
        @staticmethod
        def registerCustomSampleDataSource(
            category="Custom", sampleName=None, uris=None, fileNames=None, nodeNames=None,
            customDownloader=None, thumbnailFileName=None, loadFileType="VolumeFile",
            loadFiles=None, loadFileProperties=None, checksums=None,
        ):  # fmt: skip
            registered.append(types.SimpleNamespace(**locals()))

    SampleData = types.ModuleType("SampleData")
    SampleData.SampleDataLogic = SampleDataLogic
    monkeypatch.setitem(sys.modules, "SampleData", SampleData)
    return registered


def test_two_public_volumes_and_a_simulated_study_are_offered(sources):
    registerSampleData("")
    assert [source.sampleName for source in sources] == [
        "CervicalT2Axial", "LumbarT2Sagittal", SIMULATED,
    ]  # fmt: skip
    assert {source.category for source in sources} == {CATEGORY}
    assert all(source.checksums.startswith("SHA256:") for source in sources[:2])
    assert callable(sources[2].customDownloader)


def test_the_checksums_are_those_of_the_published_files(data):
    folders = ("cervical_t2_axial", "lumbar_t2_sagittal")
    for sample, folder in zip(PUBLIC, folders, strict=True):
        file = data / "nifti" / folder / "t2.nii.gz"
        checksum = hashlib.sha256(file.read_bytes()).hexdigest()
        assert sample["checksums"] == f"SHA256:{checksum}"
        assert "f176fd21cfb0e07978761bfff4867c5f848d4c01" in sample["uris"]


class Worker:
    """Remembers the request; a test answers."""

    def request(self, command, arguments, *, onResult, onError):
        self.command, self.arguments = command, arguments
        self.result, self.error = onResult, onError


def test_the_simulated_study_is_made_by_the_worker_and_loaded_when_it_is_done(
    scene, tmp_path, monkeypatch, lumbarStudy
):
    monkeypatch.setattr(
        slicer, "app", types.SimpleNamespace(temporaryPath=str(tmp_path)), raising=False
    )
    monkeypatch.setattr(slicer, "mrmlScene", scene, raising=False)
    monkeypatch.setattr(slicer.util, "showStatusMessage", lambda *_: None, raising=False)
    worker, loaded = Worker(), []
    loadSimulatedStudy(worker, onLoaded=loaded.extend)
    assert worker.command == "simulate" and loaded == []
    assert worker.arguments["folder"].startswith(str(tmp_path))
    assert (worker.arguments["kind"], worker.arguments["companions"]) == ("lumbar", True)
    worker.result({"folder": str(lumbarStudy)})
    names = [node.GetName() for node in loaded]
    assert len(names) == 9  # three planes of the localiser, one sagittal, five blocks
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    parents = {tree.GetItemParent(tree.GetItemByDataNode(node)) for node in loaded}
    assert len(parents) == 1


def test_a_worker_that_fails_is_said(tmp_path, monkeypatch):
    messages = []
    monkeypatch.setattr(
        slicer, "app", types.SimpleNamespace(temporaryPath=str(tmp_path)), raising=False
    )
    monkeypatch.setattr(
        slicer.util, "showStatusMessage", lambda text, *_: messages.append(text), raising=False
    )
    worker = Worker()
    loadSimulatedStudy(worker)
    worker.error("The disk is full")
    assert messages[-1] == "The disk is full"
