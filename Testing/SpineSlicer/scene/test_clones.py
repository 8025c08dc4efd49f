"""A reader's copies outlive every new run: what is ours is what findings refer to, not what bears a name."""

import numpy as np
import pytest
import slicer

from SpineLib.findings import Findings
from SpineLib.reading import Reading
from SpineSlicer.headless.scene import load_scene, save_scene
from SpineSlicer.scene.naming import nameVertebra
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.spineSegmentation import segmentationFinding
from SpineSlicer.scene.studies import studiesIn
from SpineSlicer.scene.studyNodes import segmentationNodes
from SpineSlicer.scene.volumeNodes import nodesOfClass
from Testing.clones import clone
from Testing.SpineSlicer.scene.at_once import showSegmentation
from Testing.SpineSlicer.scene.test_corrections import half, paint


def again(reading):
    return Reading(
        Findings.from_dict(reading.findings.to_dict()), reading.volumes, reading.segmentation
    )


def voxels(node):
    return slicer.util.arrayFromVolume(node)


@pytest.fixture
def shown(scene, brief):
    nodes = ReadingScene(scene)
    nodes.show(brief, surfaces=False)
    return nodes


@pytest.fixture
def segmented(scene, lumbar):
    nodes = ReadingScene(scene)
    nodes.show(lumbar, surfaces=False)
    return nodes


def test_a_copy_of_the_read_volume_stays_with_what_the_reader_changed_in_it(scene, shown, brief):
    copy = clone(shown.volumeNode("4"))
    voxels(copy)[:] = 7
    for _run in range(2):
        shown.show(again(brief), surfaces=False)
        assert copy.GetScene() is scene and (voxels(copy) == 7).all()
        assert shown.volumeNode("4") is not copy


def test_a_copy_is_not_taken_for_the_read_volume_when_that_was_deleted(scene, shown, brief):
    copy = clone(shown.volumeNode("4"))
    voxels(copy)[1, 5:9, 5:9] += 100
    scene.RemoveNode(shown.volumeNode("4"))
    shown.show(again(brief), surfaces=False)
    assert copy.GetScene() is scene
    np.testing.assert_array_equal(voxels(shown.volumeNode("4")), brief.volumes["4"].voxels)


@pytest.mark.parametrize("kind", ["verdicts", "slice labels", "findings table", "findings",
                                  "reviews", "probability chart"])  # fmt: skip
def test_copies_of_what_was_found_stay_and_change_nothing(scene, shown, brief, kind):
    if kind == "reviews":
        shown.keepReviews(shown.reviews())
    copy = clone(shown.node(kind))
    before = len(shown.nodes())
    shown.show(again(brief), surfaces=False)
    assert copy.GetScene() is scene and copy not in shown.nodes()
    assert len(shown.nodes()) == before and len(studiesIn(scene)) == 1


@pytest.mark.parametrize("run", ["compression", "segmentation"])
def test_a_corrected_copy_of_the_segmentation_outlives_both_modules_runs(
    app, scene, segmented, lumbar, tmp_path, run
):
    copy = clone(segmented.node("spine segmentation"))
    paint(copy, "disc202", half)
    # Whoever corrects a copy chooses the images that it is drawn on.
    copy.SetReferenceImageGeometryParameterFromVolumeNode(segmented.volumeNode("2"))
    drawn = slicer.vtkOrientedImageData()
    copy.GetBinaryLabelmapRepresentation("disc202", drawn)
    name = copy.GetName()
    for _run in range(2):
        if run == "compression":
            segmented.show(again(lumbar), surfaces=False)
        else:
            showSegmentation(scene, again(lumbar))
        assert copy.GetScene() is scene and copy.GetName() == name
        assert copy.GetDisplayNode().GetVisibility() and copy not in segmentationNodes(scene)
        now = slicer.vtkOrientedImageData()
        copy.GetBinaryLabelmapRepresentation("disc202", now)
        assert now.GetPointData().GetScalars().GetRange() == (0, 1)
        assert now.GetExtent() == drawn.GetExtent()
    save_scene(app, tmp_path / "scene.mrb")
    scene.Clear(False)
    load_scene(app, tmp_path / "scene.mrb")
    names = [node.GetName() for node in nodesOfClass(scene, "vtkMRMLSegmentationNode")]
    back = ReadingScene(scene, studiesIn(scene)[0])
    back.show(again(lumbar), surfaces=False)
    after = [node.GetName() for node in nodesOfClass(scene, "vtkMRMLSegmentationNode")]
    assert name in names and name in after


def test_naming_a_copy_names_nothing_else(scene, segmented):
    node = segmented.node("spine segmentation")
    copy = clone(node)
    copy.SetReferenceImageGeometryParameterFromVolumeNode(segmented.volumeNode("2"))
    nameVertebra(copy, 1, "L5")
    assert segmentationFinding(copy).lowest == "L5"
    assert segmentationFinding(node).lowest == "" == segmented.findings().segmentation.lowest
    assert segmented.node("segment names").GetNthControlPointLabel(0) == "vertebra 1 ?"


def test_a_copy_of_a_starters_segmentation_keeps_the_starters_badge(segmented):
    from SpineSlicer.scene.naming import noticeOf

    node = segmented.node("spine segmentation")
    assert "Starter" in noticeOf(node) and noticeOf(clone(node)) == noticeOf(node)


def test_copies_of_a_scene_of_the_first_version_stay_too(scene, shown, brief):
    for node in shown.nodes():
        node.RemoveAttribute("SpineMRI.Refers")
        node.RemoveNodeReferenceIDs("SpineMRI.nodes")
    volume, ring = shown.volumeNode("4"), shown.node("verdicts")
    assert ring is not None and shown.node("findings table") is not None
    copies = [clone(volume), clone(ring)]
    voxels(copies[0])[:] = 7
    shown.show(again(brief), surfaces=False)
    assert [node.GetScene() for node in (*copies, ring)] == [scene, scene, None]
    assert (voxels(copies[0]) == 7).all() and shown.volumeNode("4") is volume


def test_a_volume_that_the_reader_changed_is_let_go_and_not_deleted(scene, shown, brief):
    changed = shown.volumeNode("4")
    voxels(changed)[:] = 7
    shown.show(again(brief), surfaces=False)
    assert changed.GetScene() is scene and shown.volumeNode("4") is not changed
    np.testing.assert_array_equal(voxels(shown.volumeNode("4")), brief.volumes["4"].voxels)
    shown.show(again(brief), surfaces=False)
    assert len(nodesOfClass(scene, "vtkMRMLScalarVolumeNode")) == 2
