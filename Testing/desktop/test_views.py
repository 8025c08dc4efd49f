"""The stand-in's views keep, forget and take over what Slicer's do."""

import numpy as np
import pytest
import slicer
import vtk


def view(name):
    return slicer.mrmlScene.GetNodeByID(f"vtkMRMLSliceNode{name}")


def axes(name):
    return np.array(slicer.util.arrayFromVTKMatrix(view(name).GetSliceToRAS()))[:3, :3]


def tilt(name):
    """Turns a view by a few degrees, as showing an oblique stack does."""
    node, (sin, cos) = view(name), (np.sin(0.2), np.cos(0.2))
    turned = np.eye(4)
    turned[:3, :3] = axes(name) @ [[1, 0, 0], [0, cos, -sin], [0, sin, cos]]
    node.GetSliceToRAS().DeepCopy(turned.ravel())
    node.UpdateMatrices()
    assert node.GetOrientation() == "Reformat"


@pytest.mark.parametrize(("name", "orientation"), [("Red", "Axial"), ("Yellow", "Sagittal"), ("Green", "Coronal")])  # fmt: skip
def test_a_tilted_view_goes_back_to_the_layouts_orientation_when_the_scene_is_closed(
    desktop, name, orientation
):
    tilt(name)
    desktop.scene.Clear(False)
    assert view(name).GetOrientation() == orientation == view(name).GetDefaultOrientation()


def test_a_loaded_scene_overwrites_slicers_own_views_and_leaves_them_mirrored_when_it_is_closed(
    desktop, tmp_path
):
    view("Red").SetDefaultOrientation(None)  # as a program without Slicer's layouts writes it
    tilt("Red")
    assert slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    view("Red").SetDefaultOrientation("Axial")
    desktop.scene.Clear(False)
    assert view("Red").GetOrientation() == "Axial"
    slicer.util.loadScene(str(tmp_path / "scene.mrb"))
    assert not view("Red").GetDefaultOrientation()
    desktop.scene.Clear(False)
    np.testing.assert_array_equal(axes("Red"), np.eye(3))  # the patient's right is at the right


def test_turning_to_a_volume_keeps_the_views_own_nearest_plane_and_its_handedness(desktop):
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "axial")
    slicer.util.updateVolumeFromArray(node, np.zeros((4, 8, 8), np.int16))
    view("Green").RotateToVolumePlane(node)
    assert abs(axes("Green")[1, 2]) == 1  # coronal still: it looks along A
    view("Red").GetSliceToRAS().Identity()
    view("Red").UpdateMatrices()
    view("Red").RotateToVolumePlane(node)
    assert axes("Red")[0, 0] == 1  # mirrored still


def test_text_in_a_views_corner_is_gone_at_the_next_slice(desktop):
    corner = slicer.app.layoutManager().sliceWidget("Red").sliceView().cornerAnnotation()
    for place in range(4):
        corner.SetText(place, "ours")
    view("Red").SetSliceOffset(view("Red").GetSliceOffset() + 3)
    assert "ours" not in [corner.GetText(place) for place in range(4)]


def test_a_3d_view_looks_where_it_looked_until_it_is_told_of_new_data(desktop):
    camera = threeD().renderWindow().GetRenderers().GetFirstRenderer().GetActiveCamera()
    sphere = vtk.vtkSphereSource()
    sphere.SetCenter(500.0, 0.0, 0.0)
    sphere.SetRadius(20.0)
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLModelNode", "far away")
    node.SetPolyDataConnection(sphere.GetOutputPort())
    node.CreateDefaultDisplayNodes()
    threeD().forceRender()
    assert abs(camera.GetFocalPoint()[0]) < 100
    threeD().resetFocalPoint()
    assert camera.GetFocalPoint()[0] == pytest.approx(500, abs=5)


def threeD():
    return slicer.app.layoutManager().threeDWidget(0).threeDView()


def test_a_layout_that_nobody_described_is_the_conventional_one(desktop):
    manager, known = slicer.app.layoutManager(), slicer.vtkMRMLLayoutNode
    assert manager.layout == known.SlicerLayoutFourUpView
    heard = []
    manager.connect("layoutChanged(int)", heard.append)
    manager.setLayout(known.SlicerLayoutFourUpView)
    manager.setLayout(66123)
    assert manager.layout == known.SlicerLayoutConventionalView
    assert heard == [known.SlicerLayoutConventionalView]
