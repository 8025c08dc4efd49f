"""The stand-in hides segments as Slicer's slice controllers do."""

import pytest
import slicer

from SpineSlicer.headless.scene import save_scene


@pytest.fixture
def scenes(app, desktop, tmp_path):
    """Scenes with one segmentation of two segments each, whose IDs begin with the scene's name."""

    def path(name):
        return str(tmp_path / f"{name}.mrb")

    for name in "ab":
        addSegmentation(name)
        save_scene(app, path(name))
        desktop.scene.Clear(False)
    return path


def addSegmentation(name):
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    for number in (1, 2):
        labelmap = slicer.vtkOrientedImageData()
        labelmap.SetDimensions(2, 2, 2)
        labelmap.AllocateScalars(3, 1)
        labelmap.GetPointData().GetScalars().Fill(1)
        segment = slicer.vtkSegment()
        segment.SetName(f"{name}{number}")
        segment.AddRepresentation("Binary labelmap", labelmap)
        node.GetSegmentation().AddSegment(segment, f"{name}{number}")
    return node


def visible():
    node = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSegmentationNode")
    return list(node.GetDisplayNode().GetVisibleSegmentIDs())


def test_the_segments_of_a_sessions_second_scene_are_hidden_where_their_ids_are_others(scenes):
    for name, shown in (("a", ["a1", "a2"]), ("b", [])):
        slicer.util.loadScene(scenes(name))
        assert visible() == shown
        slicer.mrmlScene.Clear(False)


def test_the_same_scene_loaded_again_stays_visible(scenes):
    for _time in range(2):
        slicer.util.loadScene(scenes("a"))
        assert visible() == ["a1", "a2"]
        slicer.mrmlScene.Clear(False)


def test_hidden_segments_that_are_shown_again_stay_so(scenes):
    for name in "ab":
        slicer.mrmlScene.Clear(False)
        slicer.util.loadScene(scenes(name))
    node = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSegmentationNode")
    node.GetDisplayNode().SetAllSegmentsVisibility(True)
    addSegmentation("c")
    assert visible() == ["b1", "b2"]
