"""What readers do that nobody planned: names, deletions, several segmentations, changed volumes."""

import numpy as np
import pytest
import slicer

from SpineLib.inference.measures import measure
from SpineLib.reading import Reading
from SpineSlicer.scene.corrections import changes, keepOriginal, markCorrections
from SpineSlicer.scene.measuresTable import showMeasures
from SpineSlicer.scene.naming import nameVertebra
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.spineSegmentation import (
    currentLabelmap,
    segmentationFinding,
    segmentedVolumeNode,
)
from SpineSlicer.scene.studyNodes import segmentationNodes
from Testing.SpineSlicer.scene.at_once import showSegmentation


@pytest.fixture
def node(scene, lumbar):
    ReadingScene(scene).show(lumbar, surfaces=False)
    return ReadingScene(scene).node("spine segmentation")


def segment(node, identifier):
    return node.GetSegmentation().GetSegment(identifier)


def test_a_vertebra_named_twice_bears_the_last_name_and_named_back_the_first(node):
    nameVertebra(node, 1, "L5")
    nameVertebra(node, 1, "L4")
    assert segment(node, "vertebra2").GetName() == "L3"
    nameVertebra(node, 2, "L4")
    assert segment(node, "vertebra1").GetName() == "L5"
    assert segmentationFinding(node).evidence == "the reader named vertebra 2 L4"


def test_a_segment_that_the_reader_renamed_is_measured_and_named_with_the_others(node):
    segment(node, "vertebra1").SetName("my vertebra")
    finding = segmentationFinding(node, currentLabelmap(node))
    assert "my vertebra" in [
        structure.name for structure in measure(currentLabelmap(node), finding)
    ]
    nameVertebra(node, 2, "L4")
    assert segment(node, "vertebra1").GetName() == "L5"


def test_segments_that_the_reader_deleted_are_changes_and_stop_nothing(node):
    keepOriginal(node)
    for identifier in ("vertebra1", "disc202", "canal"):
        node.GetSegmentation().RemoveSegment(identifier)
    assert {correction.label for correction in markCorrections(node)} == {1, 202, 100}
    nameVertebra(node, 2, "L4")
    finding = segmentationFinding(node, currentLabelmap(node))
    found = measure(currentLabelmap(node), finding)
    assert found and all(one.canal_area is None for one in found)
    showMeasures(node, found)
    labels = ReadingScene(node.GetScene()).node("segment names")
    shown = [labels.GetNthControlPointLabel(n) for n in range(labels.GetNumberOfControlPoints())]
    seen = [name for n, name in enumerate(shown) if labels.GetNthControlPointVisibility(n)]
    assert "L4" in seen and not [name for name in seen if "?" in name]


def test_two_segmentations_in_one_scene_are_named_each_by_itself(node, lumbar):
    scene = node.GetScene()
    another = lumbar.volumes["2"].with_voxels(lumbar.volumes["2"].voxels + 1)
    reading = Reading(lumbar.findings, {"2": another}, lumbar.segmentation)
    other, volume = showSegmentation(scene, reading)
    assert segmentedVolumeNode(other) is volume is not segmentedVolumeNode(node)
    nameVertebra(other, 1, "L4")
    assert segmentationFinding(node).lowest == "" and segmentationFinding(other).lowest == "L4"
    assert len(segmentationNodes(scene)) == 2


def test_a_correction_is_told_from_a_change_of_the_volumes_grey_values(node):
    keepOriginal(node)
    volume = segmentedVolumeNode(node)
    slicer.util.updateVolumeFromArray(volume, np.zeros_like(slicer.util.arrayFromVolume(volume)))
    assert changes(node) == []


def test_a_volume_that_was_cropped_or_deleted_since_is_no_correction(node):
    keepOriginal(node)
    volume = segmentedVolumeNode(node)
    slicer.util.updateVolumeFromArray(volume, slicer.util.arrayFromVolume(volume)[:3].copy())
    assert changes(node) == []
    node.GetScene().RemoveNode(volume)
    assert changes(node) == []
    node.GetSegmentation().RemoveSegment("disc202")
    assert [change.label for change in changes(node)] == [202]


def test_without_its_volume_nothing_is_measured_and_names_can_be_given(node):
    node.GetScene().RemoveNode(segmentedVolumeNode(node))
    assert currentLabelmap(node) is None and changes(node) == []
    nameVertebra(node, 1, "L5")
    assert segment(node, "vertebra2").GetName() == "L4"
