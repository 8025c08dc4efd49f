"""'This one is L5', in the scene."""

import numpy as np
import pytest
from SpineCompressionLib.ReadingScene import ReadingScene
from SpineSegmentationLib.labelmapNodes import vtkTag
from SpineSegmentationLib.naming import CHOICES, nameVertebra, stateLumbarCount
from SpineSegmentationLib.spineSegmentation import addSpineSegmentation, segmentationFinding
from SpineSegmentationLib.volumeNodes import addVolumeNode

from SpineHeadless.scene import load_scene, save_scene
from SpineLib.errors import BadInput
from SpineLib.findings import Findings, SliceFinding
from SpineLib.labels import LEVEL_CODES, VERTEBRA_CODE
from SpineLib.reading import Reading
from SpineLib.volume import Volume
from Testing.readings import stack_of


@pytest.fixture
def studied(scene, lumbar):
    """The lumbar reading with an axial stack of the same Frame of Reference, shown."""
    findings = Findings.from_dict(lumbar.findings.to_dict())
    discs = [one for one in findings.segmentation.segments if one.kind == "disc"]
    low, high = (np.array(one.centroid_ras) for one in (discs[0], discs[-1]))
    step = (high - low) / (len(discs) - 1 or 1)
    matrix = np.diag([-1.0, -1.0, float(step[2] / 2), 1.0])
    matrix[:3, 3] = low + np.array([40, 20, 0])
    voxels = np.zeros((2 * len(discs), 80, 80), np.uint8)
    voxels[0, 0, 0] = 1
    axial = Volume(voxels, matrix, (), lumbar.volumes["2"].frame_of_reference_uid)
    stack = stack_of(axial, "4", "axial", "lumbar")
    for k in range(len(voxels)):
        middle = [float(x) for x in axial.slice_center(k)]
        stack.slices.append(SliceFinding(k, "", 1, middle, None))
    findings.stacks.append(stack)
    volumes = {**lumbar.volumes, "4": axial}
    ReadingScene(scene).show(Reading(findings, volumes, lumbar.segmentation))
    return ReadingScene(scene)


def names(node):
    segmentation = node.GetSegmentation()
    return [
        segmentation.GetNthSegment(n).GetName() for n in range(segmentation.GetNumberOfSegments())
    ]


def test_all_others_follow_the_one_that_was_named(studied):
    node = studied.node("spine segmentation")
    nameVertebra(node, 2, "L4")
    assert node.GetSegmentation().GetSegment("vertebra1").GetName() == "L5"
    assert node.GetSegmentation().GetSegment("disc202").GetName() == "L4/L5"
    assert not [name for name in names(node) if "not known" in name]


def test_codes_and_flags_follow(studied):
    node = studied.node("spine segmentation")
    first = node.GetSegmentation().GetSegment("vertebra1")
    assert VERTEBRA_CODE.value in vtkTag(first, "TerminologyEntry")
    nameVertebra(node, 1, "L5")
    assert LEVEL_CODES["L5"].value in vtkTag(first, "TerminologyEntry")
    assert vtkTag(first, "Segmentation.Status") == "completed"


def test_findings_slices_labels_and_tables_follow(studied):
    node = studied.node("spine segmentation")
    assert {one.level for one in studied.findings().stack("4").slices} == {""}
    nameVertebra(node, 1, "L5")
    findings = studied.findings()
    assert findings.segmentation.lowest == "L5"
    assert findings.segmentation.evidence == "the reader named vertebra 1 L5"
    levels = [one.level for one in findings.stack("4").slices]
    assert any(levels)
    table = studied.node("findings table", "4")
    column = table.GetTable().GetColumnByName("Level")
    assert [column.GetValue(n) for n in range(table.GetNumberOfRows())] == levels
    labels = studied.node("segment names")
    shown = [labels.GetNthControlPointLabel(n) for n in range(labels.GetNumberOfControlPoints())]
    assert "L5" in shown and not [name for name in shown if "?" in name]


def test_a_name_survives_saving_and_can_be_given_anew(app, scene, studied, tmp_path):
    nameVertebra(studied.node("spine segmentation"), 1, "L5")
    save_scene(app, tmp_path / "scene.mrb")
    scene.Clear(False)
    load_scene(app, tmp_path / "scene.mrb")
    node = ReadingScene(scene).node("spine segmentation")
    assert segmentationFinding(node).lowest == "L5"
    nameVertebra(node, 1, "L4")
    assert node.GetSegmentation().GetSegment("vertebra2").GetName() == "L3"
    assert ReadingScene(scene).findings().segmentation.lowest == "L4"


@pytest.mark.parametrize(("count", "lowest", "above"), [(4, "L4", "L3"), (5, "L5", "L4"), (6, "L6", "L5")])  # fmt: skip
def test_transitional_anatomy_can_be_stated(studied, count, lowest, above):
    node = studied.node("spine segmentation")
    finding = stateLumbarCount(node, count)
    assert finding.lowest == lowest
    assert node.GetSegmentation().GetSegment("vertebra1").GetName() == lowest
    assert node.GetSegmentation().GetSegment("vertebra2").GetName() == above
    assert "the reader stated" in studied.findings().segmentation.evidence


def test_another_studys_findings_in_the_same_scene_stay_as_they_are(scene, lumbar, studied):
    other = addVolumeNode(scene, lumbar.volumes["2"], "another patient")
    node = addSpineSegmentation(
        scene, lumbar.segmentation, lumbar.findings.segmentation, other, "m 1", surfaces=False
    )
    nameVertebra(node, 1, "L5")
    assert studied.findings().segmentation.lowest == ""
    assert "not known" in names(studied.node("spine segmentation"))[0]


def test_what_is_no_vertebra_cannot_be_named(studied):
    node = studied.node("spine segmentation")
    for label, name in ((202, "L5"), (1, "L9"), (77, "L5")):
        with pytest.raises(BadInput):
            nameVertebra(node, label, name)
    with pytest.raises(BadInput, match="four, five or six"):
        stateLumbarCount(node, 7)
    assert segmentationFinding(node).lowest == ""


def test_names_run_upward_from_a_sixth_lumbar_vertebra():
    assert CHOICES[:3] == ("L6", "L5", "L4") and CHOICES[-1] == "T1"
