"""What was read is recognised in the scene: nothing is added twice, nothing corrected is lost."""

from dataclasses import replace

import numpy as np
import pytest
import slicer

from SpineLib.dicom import read, scan
from SpineLib.findings import Findings, SegmentationFinding
from SpineLib.reading import Reading
from SpineLib.volume import Frame, Volume
from SpineSlicer.headless.scene import load_scene, save_scene
from SpineSlicer.host.stackLoadables import addStackVolume, stacksOfSeries
from SpineSlicer.scene.measuresTable import showMeasures
from SpineSlicer.scene.naming import namesOf, nameVertebra
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.spineSegmentation import currentLabelmap
from SpineSlicer.scene.studyNodes import segmentationNodes
from SpineSlicer.scene.volumeNodes import addVolumeNode, nodesOfClass
from Testing.clones import clone
from Testing.SpineSlicer.scene.at_once import heldVolume, showSegmentation
from Testing.SpineSlicer.scene.test_corrections import addCyst, half, paint


@pytest.fixture
def named(lumbar, tmp_path):
    """The lumbar reading as the worker hands it over, with the images that it was made of."""
    findings = Findings.from_dict(lumbar.findings.to_dict())
    stack = findings.stack("2")
    stack.sop_instance_uids = [f"1.2.7.{k}" for k in range(stack.shape[0])]
    stack.frame_numbers = [1] * stack.shape[0]
    Reading(findings, lumbar.volumes, lumbar.segmentation).save(tmp_path / "reading")
    return lambda: Reading.load(tmp_path / "reading")


def counts(scene):
    classes = ("vtkMRMLScalarVolumeNode", "vtkMRMLSegmentationNode",
               "vtkMRMLMarkupsFiducialNode", "vtkMRMLTableNode")  # fmt: skip
    return [len(nodesOfClass(scene, name)) for name in classes]


def test_three_runs_on_a_folder_leave_one_volume_one_segmentation_and_one_set_of_names(
    scene, named
):
    for _run in range(3):
        node, volume = showSegmentation(scene, named())
        showMeasures(node, [])
        assert counts(scene) == [1, 1, 1, 1]
        assert node.GetName() == f"{volume.GetName()} segmentation"
    assert volume.GetAttribute("DICOM.instanceUIDs").split()[3] == "1.2.7.3"


def test_images_without_uids_are_known_by_stack_grid_and_voxels(scene, lumbar):
    for _run in range(3):
        showSegmentation(scene, lumbar)
    assert counts(scene)[:3] == [1, 1, 1]
    volume = lumbar.volumes["2"]
    beside = volume.ijk_to_ras.copy()
    beside[:3, 3] += 1.0
    others = volume.with_voxels(volume.voxels + 1), replace(volume, ijk_to_ras=beside)
    for number, other in enumerate(others, start=2):
        showSegmentation(scene, Reading(lumbar.findings, {"2": other}, lumbar.segmentation))
        assert counts(scene)[0] == number


@pytest.mark.parametrize("where", ["the panel", "Slicer's own Segment Editor"])
def test_a_corrected_segmentation_is_set_aside_by_a_new_run(scene, named, where):
    from SpineSlicer.scene.corrections import keepOriginal

    node, volume = showSegmentation(scene, named())
    if where == "the panel":
        keepOriginal(node)
    paint(node, "disc202", half)
    drawn = currentLabelmap(node).voxels
    newer, same = showSegmentation(scene, named())
    assert same is volume and newer is not node and node.GetScene() is scene
    assert "(corrected)" in node.GetName() and not node.GetDisplayNode().GetVisibility()
    np.testing.assert_array_equal(currentLabelmap(node).voxels, drawn)
    assert len(namesOf(newer)) == 1 and not namesOf(node)
    showSegmentation(scene, named())
    assert node.GetScene() is scene and len(segmentationNodes(scene)) == 2


def test_a_segment_that_a_reader_added_is_a_correction(scene, named):
    node, _volume = showSegmentation(scene, named())
    addCyst(node)
    showSegmentation(scene, named())
    assert node.GetScene() is scene and "(corrected)" in node.GetName()


def test_a_segmentation_that_was_saved_and_loaded_is_no_correction(app, scene, named, tmp_path):
    showSegmentation(scene, named())
    save_scene(app, tmp_path / "scene.mrb")
    scene.Clear(False)
    load_scene(app, tmp_path / "scene.mrb")
    showSegmentation(scene, named())
    assert counts(scene)[:3] == [1, 1, 1]


def test_a_copy_that_the_reader_changed_is_not_taken_for_the_images(scene, named, lumbar):
    _node, volume = showSegmentation(scene, named())
    copy = clone(volume)
    slicer.util.arrayFromVolume(copy)[3, 10:20, 10:20] += 200
    scene.RemoveNode(volume)
    _node, volume = showSegmentation(scene, named())
    assert volume is not copy
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(volume), lumbar.volumes["2"].voxels)


def test_a_run_that_is_left_in_the_middle_leaves_the_earlier_one_as_it_was(scene, named):
    from SpineSlicer.scene.shownSegmentation import showingSegmentation

    node, _volume = showSegmentation(scene, named())
    before = counts(scene)
    steps = showingSegmentation(scene, named())
    for _ in range(3):
        next(steps)
    steps.close()
    assert counts(scene) == before and node.GetScene() is scene and len(namesOf(node)) == 1


def test_the_stacks_that_slicers_dicom_module_loaded_are_the_ones_that_are_read(scene, lumbarStudy):
    series = [series for series in scan(lumbarStudy).studies[0].series if len(series.stacks) > 1]
    blocks = series[-1].stacks
    files = [str(source.path) for stack in blocks for source in stack.sources]
    loaded = [addStackVolume(scene, stackFiles) for stackFiles in stacksOfSeries(files, "axial")]
    held = [heldVolume(scene, read(stack), stack.id) for stack in blocks]
    assert len(held) > 2 and held == loaded


def test_slices_in_the_other_order_are_the_same_images(scene, lumbar):
    volume = lumbar.volumes["2"]
    frames = tuple(Frame(f"1.2.7.{k}") for k in range(len(volume.voxels)))
    matrix = volume.ijk_to_ras.copy()
    matrix[:3, 3] = volume.ras([0, 0, len(volume.voxels) - 1])
    matrix[:3, 2] *= -1
    turned = Volume(volume.voxels[::-1], matrix, frames[::-1])
    node = addVolumeNode(scene, turned, "loaded by Slicer")
    assert heldVolume(scene, replace(volume, frames=frames), "2") is node
    others = tuple(Frame(f"1.2.8.{k}") for k in range(len(frames)))
    assert heldVolume(scene, replace(volume, frames=others), "2") is None


def test_a_loop_cases_image_is_not_taken_for_it_leaves_the_scene_with_its_case(scene, lumbar):
    node = addVolumeNode(scene, lumbar.volumes["2"], "case")
    node.SetAttribute("SpineMRI.LoopCase", "0001")
    assert heldVolume(scene, lumbar.volumes["2"], "2") is None


def test_findings_of_the_same_volume_take_the_new_segmentation_for_theirs(scene, lumbar):
    nodes = ReadingScene(scene)
    nodes.show(lumbar, surfaces=False)
    old = nodes.node("spine segmentation")
    paint(old, "disc202", half)
    newer, volume = showSegmentation(scene, lumbar)
    assert nodes.node("spine segmentation") is newer and volume is nodes.volumeNode("2")
    assert nodes.nodes("segment names") == namesOf(newer)
    nameVertebra(newer, 1, "L5")
    assert nodes.findings().segmentation.lowest == "L5"
    np.testing.assert_array_equal(nodes.reading().segmentation.voxels, lumbar.segmentation.voxels)
    assert old.GetScene() is scene and "(corrected)" in old.GetName()


def test_a_segmentation_that_no_new_one_replaces_stays(scene, lumbar):
    nodes = ReadingScene(scene)
    nodes.show(lumbar, surfaces=False)
    node, volume = nodes.node("spine segmentation"), nodes.volumeNode("2")
    findings = replace(
        Findings.from_dict(lumbar.findings.to_dict()), segmentation=SegmentationFinding()
    )
    nodes.show(Reading(findings), surfaces=False)
    assert node.GetScene() is volume.GetScene() is scene and len(namesOf(node)) == 1
    assert nodes.nodes() == [nodes.node("findings")]
    nodes.show(lumbar, surfaces=False)
    assert nodes.volumeNode("2") is volume and node.GetScene() is None
    assert counts(scene)[:3] == [1, 1, 1]
