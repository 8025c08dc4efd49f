"""A reader's corrections: the original is kept, changes are counted, segments are marked."""

import numpy as np
import pytest
import slicer

from SpineLib.errors import BadInput
from SpineLib.labels import CANAL
from SpineLib.volume import read_volume
from SpineSlicer.headless.scene import load_scene, save_scene
from SpineSlicer.scene.corrections import (
    ALGORITHM_TYPE,
    changes,
    keepOriginal,
    markCorrections,
    original,
)
from SpineSlicer.scene.labelmapNodes import labelmapFromNode, vtkTag
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.segmentationExport import exportSegmentation
from SpineSlicer.scene.segmentGroups import isGroupVisible, setGroupVisible
from SpineSlicer.scene.spineSegmentation import segmentationFinding


@pytest.fixture
def node(scene, lumbar):
    ReadingScene(scene).show(lumbar)
    return ReadingScene(scene).node("spine segmentation")


def paint(node, identifier, edit):
    """Replaces a segment's label map by what ``edit`` makes of its array; gives what it was."""
    from vtk.util.numpy_support import vtk_to_numpy

    image = slicer.vtkOrientedImageData()
    node.GetBinaryLabelmapRepresentation(identifier, image)
    before = slicer.vtkOrientedImageData()
    before.DeepCopy(image)
    scalars = image.GetPointData().GetScalars()
    array = vtk_to_numpy(scalars).reshape(image.GetDimensions()[::-1])
    array[:] = edit(array.copy())
    replace(node, identifier, image)
    return before


def replace(node, identifier, image):
    edited = slicer.vtkSegment()
    edited.DeepCopy(node.GetSegmentation().GetSegment(identifier))
    edited.RemoveRepresentation("Binary labelmap")
    edited.AddRepresentation("Binary labelmap", image)
    edited.SetLabelValue(1)
    node.GetSegmentation().RemoveSegment(identifier)
    node.GetSegmentation().AddSegment(edited, identifier)


def half(array):
    array[: array.shape[0] // 2] = 0
    return array


def kind(node, identifier):
    return vtkTag(node.GetSegmentation().GetSegment(identifier), ALGORITHM_TYPE)


def test_what_was_changed_is_said_in_voxels_and_dice(node, lumbar):
    keepOriginal(node)
    assert changes(node) == []
    paint(node, "disc202", half)
    (change,) = changes(node)
    before = lumbar.segmentation.voxels == 202
    after = labelmapFromNode(node, lumbar.volumes["2"]).voxels == 202
    assert (change.before, change.after) == (before.sum(), after.sum())
    assert change.removed == (before & ~after).sum() > 0 and change.added == 0
    dice = 2 * (before & after).sum() / (before.sum() + after.sum())
    assert change.dice == pytest.approx(dice)


def test_only_corrected_segments_are_marked_and_an_undone_correction_is_none(node):
    keepOriginal(node)
    before = paint(node, "disc202", half)
    markCorrections(node)
    assert kind(node, "disc202") == "SEMIAUTOMATIC"
    assert kind(node, "canal") == "AUTOMATIC"
    replace(node, "disc202", before)
    assert markCorrections(node) == []
    assert kind(node, "disc202") == "AUTOMATIC"


def addCyst(node):
    """A reader's own segment, where the canal is."""
    image = slicer.vtkOrientedImageData()
    node.GetBinaryLabelmapRepresentation("canal", image)
    mine = slicer.vtkSegment()
    mine.SetName("cyst")
    mine.AddRepresentation("Binary labelmap", image)
    node.GetSegmentation().AddSegment(mine, "cyst")


def test_a_segment_that_the_reader_added_is_manual_and_counted(node):
    keepOriginal(node)
    addCyst(node)
    (change,) = markCorrections(node)
    assert (change.label, change.name, change.before) == (0, "cyst", 0)
    assert change.after > 0
    assert kind(node, "cyst") == "MANUAL"


def test_a_segment_that_the_reader_removed_is_said(node, lumbar):
    keepOriginal(node)
    node.GetSegmentation().RemoveSegment("disc202")
    (change,) = changes(node)
    assert change.label == 202 and change.after == 0 and change.dice == 0
    assert change.before == (lumbar.segmentation.voxels == 202).sum()


def test_the_original_is_hidden_kept_once_and_saved_with_the_scene(
    app, scene, node, lumbar, tmp_path
):
    kept = keepOriginal(node)
    assert kept.GetHideFromEditors()
    paint(node, "canal", half)
    assert keepOriginal(node) is kept
    markCorrections(node)
    save_scene(app, tmp_path / "scene.mrb")
    scene.Clear(False)
    load_scene(app, tmp_path / "scene.mrb")
    back = ReadingScene(scene).node("spine segmentation")
    np.testing.assert_array_equal(original(back).voxels, lumbar.segmentation.voxels)
    (change,) = changes(back)
    assert change.name == "canal"
    assert kind(back, "canal") == "SEMIAUTOMATIC"


def test_the_scene_alone_says_what_the_findings_said(app, scene, node, lumbar, tmp_path):
    save_scene(app, tmp_path / "scene.mrb")
    scene.Clear(False)
    load_scene(app, tmp_path / "scene.mrb")
    back = ReadingScene(scene).node("spine segmentation")
    saved, finding = segmentationFinding(back, lumbar.segmentation), lumbar.findings.segmentation
    assert (saved.lowest, saved.evidence, saved.stack) == (finding.lowest, finding.evidence, "2")
    for segment, other in zip(saved.segments, finding.segments, strict=True):
        assert (segment.label, segment.name, segment.kind) == (other.label, other.name, other.kind)
        assert segment.volume_ml == pytest.approx(other.volume_ml)
        np.testing.assert_allclose(segment.centroid_ras, other.centroid_ras, atol=1e-3)


@pytest.mark.parametrize("suffix", [".nii.gz", ".nrrd", ".mha"])
def test_a_file_holds_spiders_numbers_on_the_inputs_own_grid(node, lumbar, tmp_path, suffix):
    import SimpleITK as sitk

    paint(node, "disc202", half)
    path = tmp_path / f"labels{suffix}"
    exportSegmentation(node, path)
    volume = lumbar.volumes["2"]
    back = read_volume(path)
    assert back.same_grid(volume)
    expected = labelmapFromNode(node, volume).voxels
    np.testing.assert_array_equal(back.voxels, expected)
    assert {CANAL, 202} <= set(np.unique(back.voxels))
    image = sitk.ReadImage(str(path))
    assert image.GetSize() == tuple(reversed(volume.shape))
    corner = image.TransformIndexToPhysicalPoint((0, 0, 0))
    np.testing.assert_allclose(np.array(corner) * (-1, -1, 1), volume.ras([0, 0, 0]), atol=1e-3)


def test_an_export_that_cannot_be_right_is_refused(scene, node, tmp_path):
    with pytest.raises(BadInput, match="not a file name for a label map"):
        exportSegmentation(node, tmp_path / "labels.png")
    scene.RemoveNode(ReadingScene(scene).volumeNode("2"))
    with pytest.raises(BadInput, match="is not in the scene"):
        exportSegmentation(node, tmp_path / "labels.nrrd")
    assert list(tmp_path.iterdir()) == []


def test_a_group_is_hidden_and_shown_as_one(node):
    setGroupVisible(node, "disc", False)
    display = node.GetDisplayNode()
    assert not display.GetSegmentVisibility("disc202")
    assert display.GetSegmentVisibility("vertebra1") and display.GetSegmentVisibility("canal")
    assert not isGroupVisible(node, "disc") and isGroupVisible(node, "canal")
    setGroupVisible(node, "disc", True)
    assert isGroupVisible(node, "disc")
