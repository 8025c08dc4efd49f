"""What the slice views show while somebody reads blinded, and afterwards."""

import numpy as np
import pytest
import slicer

from SpineLib.slabs import finish
from SpineLib.volume import Volume
from SpineSlicer.scene.ReadScene import ReadScene
from SpineSlicer.scene.sliceViews import backgroundOf, stateOf, turnToVolume
from SpineSlicer.scene.volumeNodes import addVolumeNode
from Testing.SpineCompression.readers import projectWorker


@pytest.fixture
def worker(monkeypatch):
    """The worker that panels get: it does what a project is asked for."""
    return projectWorker(monkeypatch)


@pytest.fixture
def project(make_project):
    """Eight studies of four slices, one of each read twice."""
    return make_project()


def test_after_a_reading_the_views_lie_and_show_what_they_did_before(desktop, project, choose):
    node = addVolumeNode(slicer.mrmlScene, Volume(np.ones((5, 40, 40), np.int16), np.eye(4)), "own")
    slicer.util.setSliceViewerLayers(background=node, fit=True)
    views = {n: slicer.mrmlScene.GetNodeByID(f"vtkMRMLSliceNode{n}") for n in ("Red", "Yellow")}
    before = {name: stateOf(view) for name, view in views.items()}
    read = choose(project, "anna")
    assert backgroundOf(views["Red"]) is read.scene.volume
    turnToVolume(views["Red"], read.scene.volume, "Sagittal")
    read.stop()
    for name, view in views.items():
        now = stateOf(view)
        np.testing.assert_allclose(now.matrix, before[name].matrix, atol=1e-9)
        assert (now.volume, now.origin) == (node.GetID(), before[name].origin)
        assert now.scale == pytest.approx(before[name].scale)


@pytest.mark.parametrize("plane", ["axial", "sagittal", "coronal", "oblique"])
def test_a_stack_of_any_plane_is_read_in_its_own_slices(desktop, plane):
    turned = {
        "axial": np.diag([-0.5, -0.5, 3.0]),
        "sagittal": np.array([[0, 0, 3.0], [-0.5, 0, 0], [0, -0.5, 0]]),
        "coronal": np.array([[-0.5, 0, 0], [0, 0, 3.0], [0, -0.5, 0]]),
    }
    axes = turned.get(plane, turned["axial"])
    if plane == "oblique":
        c, s = np.cos(0.4), np.sin(0.4)
        axes = np.array([[1, 0, 0], [0, c, -s], [0, s, c]]) @ axes
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = axes, [10, 20, 30]
    scene = ReadScene(slicer.mrmlScene)
    finish(
        scene.showing(
            Volume(np.arange(7 * 20 * 30, dtype=np.int16).reshape(7, 20, 30), matrix), "x"
        )
    )
    for index in (0, 3, 6):
        scene.go(index)
        assert scene.isAt(index) and not scene.isAt(index - 1)
