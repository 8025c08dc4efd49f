"""A saved scene brings everything back."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from SpineLib.errors import BadInput
from SpineSlicer.headless.scene import load_scene, save_scene
from SpineSlicer.scene.ReadingScene import ReadingScene


@pytest.fixture(params=["graded", "lumbar"])
def reading(request):
    return request.getfixturevalue(request.param)


def test_a_bundle_brings_back_findings_volumes_and_segmentation(app, scene, reading, tmp_path):
    ReadingScene(scene).show(reading)
    before = [(n.GetClassName(), n.GetName()) for n in ReadingScene(scene).nodes()]
    save_scene(app, tmp_path / "scene.mrb")
    scene.Clear(False)
    load_scene(app, tmp_path / "scene.mrb")
    after = ReadingScene(scene)
    assert sorted((n.GetClassName(), n.GetName()) for n in after.nodes()) == sorted(before)
    back = after.reading()
    assert back.findings == reading.findings
    for stack, volume in reading.volumes.items():
        assert back.volumes[stack].same_grid(volume)
        np.testing.assert_array_equal(back.volumes[stack].voxels, volume.voxels)
    if reading.segmentation is not None:
        np.testing.assert_array_equal(back.segmentation.voxels, reading.segmentation.voxels)


def test_saving_and_loading_leave_the_process_in_its_folder_and_take_relative_names(
    app, scene, cervical, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    ReadingScene(scene).show(cervical)
    save_scene(app, "scene.mrb")
    assert Path.cwd() == tmp_path
    load_scene(app, "scene.mrb")
    assert Path.cwd() == tmp_path


def test_a_bundle_keeps_how_things_are_shown(app, scene, graded, tmp_path):
    ReadingScene(scene).show(graded)
    save_scene(app, tmp_path / "scene.mrb")
    scene.Clear(False)
    load_scene(app, tmp_path / "scene.mrb")
    shown = ReadingScene(scene)
    labels = shown.node("slice labels")
    assert labels.GetNthControlPointLabel(8) == "C 0.96\nBilsky 2 (high) forced"
    assert labels.GetDisplayNode().IsDisplayableInView("vtkMRMLSliceNodeRed")
    assert not labels.GetDisplayNode().IsDisplayableInView("vtkMRMLSliceNodeYellow")
    halo = shown.node("verdicts").GetSegmentation()
    ids = [halo.GetNthSegmentID(n) for n in range(halo.GetNumberOfSegments())]
    assert ids == ["not-compressed", "borderline", "compressed", "not-assessed"]
    chart = shown.node("probability chart")
    assert chart.GetNumberOfPlotSeriesNodes() == 3  # probability, threshold, current slice
    assert chart.GetNthPlotSeriesNode(0).GetTableNode().GetNumberOfRows() == 17
    volume = shown.volumeNode("4")
    for node in shown.nodes(stack="4"):
        if node is not volume:
            assert node.GetNodeReference("SpineMRI.volume") is volume


def test_a_bundle_is_laid_out_as_slicer_lays_it_out(app, scene, cervical, tmp_path):
    ReadingScene(scene).show(cervical)
    save_scene(app, tmp_path / "study.mrb")
    with zipfile.ZipFile(tmp_path / "study.mrb") as bundle:
        files = bundle.namelist()
    assert "study/study.mrml" in files
    assert any(name.startswith("study/Data/") and name.endswith(".seg.nrrd") for name in files)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["study.mrb"]


def test_a_file_that_is_no_bundle_is_refused(app, scene, tmp_path):
    path = tmp_path / "scene.mrb"
    path.write_text("not a zip")
    with pytest.raises(BadInput, match="bundle"):
        load_scene(app, path)
    with pytest.raises(BadInput, match="no such file"):
        load_scene(app, tmp_path / "missing.mrb")
