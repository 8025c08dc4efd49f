"""Names of vertebrae and discs stand where they can be read, and go with what they name."""

import numpy as np
import pytest
import slicer
from vtk.util.numpy_support import vtk_to_numpy

from SpineLib.slabs import finish
from SpineSlicer.scene.closedSurfaces import addingSurfaces
from SpineSlicer.scene.NamesInViews import NamesInViews
from SpineSlicer.scene.naming import namesOf
from SpineSlicer.scene.segmentGroups import setGroupVisible
from SpineSlicer.scene.sliceViews import turnToVolume
from SpineSlicer.scene.volumeNodes import nodesOfClass
from Testing.SpineSlicer.scene.at_once import showSegmentation

ALONG, ACROSS = ("Yellow", "Green"), "Red"


@pytest.fixture
def segmentation(desktop, lumbar):
    """The real lumbar series with its public mask; names are kept in step with the views."""
    desktop.scene.Clear(False)
    for name in (*ALONG, ACROSS):
        view(name).SetDimensions(300, 300, 1)  # room for each name
    node, volume = showSegmentation(desktop.scene, lumbar)
    slicer.util.setSliceViewerLayers(background=volume, fit=True)
    keeper = NamesInViews(desktop.scene)
    keeper.update()
    yield node
    keeper.stop()


def view(name):
    return slicer.mrmlScene.GetNodeByID(f"vtkMRMLSliceNode{name}")


def names(segmentation):
    (node,) = namesOf(segmentation)
    return node


def drawnIn(segmentation, viewId):
    display = names(segmentation).GetDisplayNode()
    flat = not viewId.startswith("vtkMRMLViewNode")
    shown = display.GetVisibility2D() if flat else display.GetVisibility3D()
    return bool(shown and display.IsDisplayableInView(viewId))


def visible(segmentation):
    node = names(segmentation)
    numbers = range(node.GetNumberOfControlPoints())
    return [
        node.GetNthControlPointLabel(n) for n in numbers if node.GetNthControlPointVisibility(n)
    ]


def heights(segmentation, name):
    """Where the visible names are in a view, pixels from below."""
    node, matrix = names(segmentation), slicer.vtkMRMLSliceNode.GetXYToRAS(view(name))
    rasToXy = np.linalg.inv(slicer.util.arrayFromVTKMatrix(matrix))
    numbers = range(node.GetNumberOfControlPoints())
    points = [node.GetNthControlPointPosition(n) for n in numbers if node.GetNthControlPointVisibility(n)]  # fmt: skip
    return sorted(float((rasToXy @ [*point, 1.0])[1]) for point in points)


def zoom(name, factor):
    node = view(name)
    x, y, z = node.GetFieldOfView()
    node.SetFieldOfView(x * factor, y * factor, z)


def test_names_stand_in_views_along_the_spine_and_not_in_those_across_it(segmentation):
    assert all(drawnIn(segmentation, view(name).GetID()) for name in ALONG)
    assert not drawnIn(segmentation, view(ACROSS).GetID())


def test_a_view_that_is_turned_along_the_spine_gets_the_names(segmentation):
    volume = segmentation.GetNodeReference("referenceImageGeometryRef")
    turnToVolume(view("Red"), volume, "Sagittal")
    turnToVolume(view("Yellow"), volume, "Axial")
    assert drawnIn(segmentation, view("Red").GetID())
    assert not drawnIn(segmentation, view("Yellow").GetID())


def test_no_two_names_lie_over_each_other_in_a_small_window(segmentation):
    assert len(visible(segmentation)) == names(segmentation).GetNumberOfControlPoints()
    for _ in range(3):
        zoom("Yellow", 1.8)
        kept = visible(segmentation)
        assert len(kept) >= 2
        assert np.diff(heights(segmentation, "Yellow")).min() >= 17
    assert all(name.startswith("vertebra") for name in kept)  # discs give way first
    for _ in range(3):
        zoom("Yellow", 1 / 1.8)
    assert len(visible(segmentation)) == names(segmentation).GetNumberOfControlPoints()


def test_the_names_of_a_hidden_group_go_with_it(segmentation):
    setGroupVisible(segmentation, "disc", False)
    assert visible(segmentation) and not any("disc" in name for name in visible(segmentation))
    setGroupVisible(segmentation, "disc", True)
    assert any("disc" in name for name in visible(segmentation))
    segmentation.GetDisplayNode().SetVisibility(False)
    assert not visible(segmentation)


def test_names_hang_nowhere_in_3d_where_no_surface_is_shown(segmentation):
    assert not drawnIn(segmentation, "vtkMRMLViewNode1")
    finish(addingSurfaces(segmentation))
    assert drawnIn(segmentation, "vtkMRMLViewNode1")
    segmentation.GetDisplayNode().SetVisibility3D(False)
    assert not drawnIn(segmentation, "vtkMRMLViewNode1")


def test_names_that_would_touch_each_other_in_3d_from_far_away_are_not_drawn(segmentation):
    finish(addingSurfaces(segmentation))
    scene = segmentation.GetScene()
    view = scene.GetNodeByID("vtkMRMLViewNode1")
    view.SetMappedInLayout(True)
    camera = next(
        (one for one in nodesOfClass(scene, "vtkMRMLCameraNode")), None
    ) or scene.AddNewNodeByClass("vtkMRMLCameraNode")
    camera.SetLayoutName(view.GetLayoutName())
    center = np.mean([names(segmentation).GetNthControlPointPosition(n) for n in range(4)], axis=0)
    camera.GetCamera().SetFocalPoint(*center)
    camera.GetCamera().SetViewUp(0, 0, 1)
    for away, drawn in ((250.0, True), (2500.0, False), (250.0, True)):
        camera.GetCamera().SetPosition(*(center + np.array([away, 0, 0])))
        camera.Modified()
        assert drawnIn(segmentation, "vtkMRMLViewNode1") == drawn


def test_nothing_is_drawn_beside_a_name(desktop, segmentation):
    display = names(segmentation).GetDisplayNode()
    display.SetPointLabelsVisibility(False)
    without = picture(desktop, "Yellow")
    display.SetVisibility(False)
    np.testing.assert_array_equal(without, picture(desktop, "Yellow"))
    display.SetVisibility(True)
    display.SetPointLabelsVisibility(True)
    assert (without != picture(desktop, "Yellow")).any()


def picture(desktop, name):
    import vtk

    sliceView = slicer.app.layoutManager().sliceWidget(name).sliceView()
    sliceView.forceRender()
    image = vtk.vtkWindowToImageFilter()
    image.SetInput(sliceView.renderWindow())
    image.ReadFrontBufferOff()
    image.Update()
    return vtk_to_numpy(image.GetOutput().GetPointData().GetScalars()).copy()
