"""'This one is L5', in the scene."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import slicer

from SpineLib.errors import BadInput
from SpineLib.findings import Findings, SliceFinding
from SpineLib.labels import LEVEL_CODES, VERTEBRA_CODE
from SpineLib.reading import Reading
from SpineLib.slabs import finish
from SpineLib.volume import Volume
from SpineSlicer.headless.scene import load_scene, save_scene
from SpineSlicer.scene.labelmapNodes import segmentsIn, vtkTag
from SpineSlicer.scene.NamesLog import NamesLog
from SpineSlicer.scene.naming import (
    CHOICES,
    following,
    levellingReadings,
    nameVertebra,
    redoNaming,
    undoNaming,
    updateFindings,
)
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.shownSegmentation import setAside
from SpineSlicer.scene.spineSegmentation import addSpineSegmentation, segmentationFinding
from SpineSlicer.scene.volumeNodes import addVolumeNode, nodesOfClass
from Testing.readings import stack_of
from Testing.SpineSlicer.scene.at_once import showSegmentation, stateLumbarCount


@pytest.fixture
def studied(scene, lumbar):
    """The lumbar reading with an axial stack of the same Frame of Reference, shown."""
    findings = Findings.from_dict(lumbar.findings.to_dict())
    discs = [segment for segment in findings.segmentation.segments if segment.kind == "disc"]
    low, high = (np.array(disc.centroid_ras) for disc in (discs[0], discs[-1]))
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
    return [segment.GetName() for _id, segment, _number in segmentsIn(node)]


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
    assert {slice_.level for slice_ in studied.findings().stack("4").slices} == {""}
    nameVertebra(node, 1, "L5")
    findings = studied.findings()
    assert findings.segmentation.lowest == "L5"
    assert findings.segmentation.evidence == "the reader named vertebra 1 L5"
    levels = [slice_.level for slice_ in findings.stack("4").slices]
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


def axial_alone(studied, frame):
    """The axial stack of `studied` as a reading of its own, in a Frame of Reference."""
    whole = studied.reading()
    volume = replace(whole.volumes["4"], frame_of_reference_uid=frame)
    stack = stack_of(volume, "4", "axial", "lumbar")
    for k in range(volume.shape[0]):
        stack.slices.append(
            SliceFinding(k, "", 1, [float(x) for x in volume.slice_center(k)], None)
        )
    return Reading(Findings([stack]), {"4": volume})


def separate(studied, scene, frame):
    """A scene with a segmentation from one reading and axial slices from another."""
    alone, lumbar = axial_alone(studied, frame), studied.reading()
    own = lumbar.findings.stack("2").frame_of_reference_uid
    scene.Clear(False)
    volume = replace(lumbar.volumes["2"], frame_of_reference_uid=own)
    node = showSegmentation(scene, Reading(lumbar.findings, {"2": volume}, lumbar.segmentation))[0]
    ReadingScene(scene).show(alone)
    return node


def levels_in(scene):
    text = next(
        node for node in nodesOfClass(scene, "vtkMRMLTextNode")
        if node.GetAttribute("SpineMRI.Kind") == "findings"
    )  # fmt: skip
    return [slice_["level"] for slice_ in json.loads(text.GetText())["stacks"][0]["slices"]]


def test_a_reading_made_separately_follows_in_the_same_frame_of_reference(scene, studied, lumbar):
    node = separate(studied, scene, lumbar.volumes["2"].frame_of_reference_uid)
    assert set(levels_in(scene)) == {""}
    nameVertebra(node, 1, "L5")
    levels = levels_in(scene)
    assert "L4/L5" in levels
    table = ReadingScene(scene).node("findings table", "4").GetTable()
    column = table.GetColumnByName("Level")
    assert [column.GetValue(n) for n in range(table.GetNumberOfRows())] == levels
    nameVertebra(node, 1, "L4")
    assert "L3/L4" in levels_in(scene) and "L4/L5" not in levels_in(scene)


@pytest.mark.parametrize("frame", ["1.2.826.0.99", ""])
def test_a_reading_in_another_frame_of_reference_is_left_alone(scene, studied, frame):
    nameVertebra(separate(studied, scene, frame), 1, "L5")
    assert set(levels_in(scene)) == {""}


def test_a_volume_of_slicers_own_import_says_its_frame_through_the_database(
    scene, studied, lumbar, monkeypatch
):
    node = separate(studied, scene, "")
    volume = ReadingScene(scene).volumeNode("4")
    volume.SetAttribute("DICOM.instanceUIDs", "1.2.826.0.77")
    frame = lumbar.volumes["2"].frame_of_reference_uid
    database = SimpleNamespace(
        instanceValue=lambda uid, tag: frame if (uid, tag) == ("1.2.826.0.77", "0020,0052") else ""
    )
    monkeypatch.setattr(slicer, "dicomDatabase", database, raising=False)
    nameVertebra(node, 1, "L5")
    assert "L4/L5" in levels_in(scene)


def test_a_reading_that_comes_later_takes_the_levels_that_the_reader_named(scene, studied, lumbar):
    frame = lumbar.volumes["2"].frame_of_reference_uid
    alone = axial_alone(studied, frame)
    nameVertebra(separate(studied, scene, frame), 1, "L5")
    ReadingScene(scene).show(alone)
    finish(levellingReadings(scene))
    assert "L4/L5" in levels_in(scene)


def test_findings_of_a_newer_version_are_left_as_they_are(scene, studied, lumbar):
    node = separate(studied, scene, lumbar.volumes["2"].frame_of_reference_uid)
    text = ReadingScene(scene).node("findings")
    newer = json.dumps({**json.loads(text.GetText()), "schema_version": 99})
    text.SetText(newer)
    nameVertebra(node, 1, "L5")
    assert text.GetText() == newer


def test_a_named_segmentation_outlives_a_new_reading_of_the_study(scene, studied):
    whole = studied.reading()
    node = studied.node("spine segmentation")
    nameVertebra(node, 1, "L4")
    studied.show(whole)
    assert segmentationFinding(node).lowest == "L4" and "(named)" in node.GetName()
    assert not node.GetDisplayNode().GetVisibility()
    assert studied.node("spine segmentation") is not node


def takeBack(node):
    step = undoNaming(node)
    finish(following(node))
    return step


def giveAgain(node):
    redoNaming(node)
    finish(following(node))


def words(findings):
    """What findings say of names and levels; sizes are measured anew."""
    segmentation = findings.segmentation
    levels = [[slice_.level for slice_ in stack.slices] for stack in findings.stacks]
    return (
        segmentation.lowest,
        segmentation.evidence,
        [segment.name for segment in segmentation.segments],
        levels,
    )


def test_a_name_that_is_taken_back_leaves_all_as_it_was_and_can_be_given_again(studied):
    node = studied.node("spine segmentation")
    before, wordsBefore = names(node), words(studied.findings())
    nameVertebra(node, 1, "L5", reader="AB")
    after = words(studied.findings())
    assert takeBack(node).reader == "AB"
    assert names(node) == before and words(studied.findings()) == wordsBefore
    assert segmentationFinding(node).lowest == ""
    table = studied.node("findings table", "4").GetTable().GetColumnByName("Level")
    assert {table.GetValue(n) for n in range(table.GetNumberOfValues())} == {""}
    labels = studied.node("segment names")
    assert labels.GetNthControlPointLabel(0) == "vertebra 1 ?"
    giveAgain(node)
    assert words(studied.findings()) == after and "L5" in names(node)
    assert redoNaming(node) is None and undoNaming(node) and undoNaming(node) is None


def test_slices_of_another_reading_lose_the_levels_that_were_taken_back(scene, studied, lumbar):
    node = separate(studied, scene, lumbar.volumes["2"].frame_of_reference_uid)
    nameVertebra(node, 1, "L5")
    nameVertebra(node, 1, "L4")
    takeBack(node)
    assert "L4/L5" in levels_in(scene)
    takeBack(node)
    assert set(levels_in(scene)) == {""}
    giveAgain(node)
    assert "L4/L5" in levels_in(scene)


def test_the_log_keeps_who_said_what_and_when_also_what_was_undone_and_is_saved(
    app, scene, studied, tmp_path
):
    node = studied.node("spine segmentation")
    nameVertebra(node, 1, "L5", reader="Zoë; A:B")
    takeBack(node)
    stateLumbarCount(node, 6, reader="CD")
    save_scene(app, tmp_path / "scene.mrb")
    scene.Clear(False)
    load_scene(app, tmp_path / "scene.mrb")
    first, second = NamesLog(ReadingScene(scene).node("spine segmentation")).steps
    assert (first.reader, first.undone, first.after.lowest) == ("Zoë; A:B", True, "L5")
    assert (second.reader, second.undone, second.after.lowest) == ("CD", False, "L6")
    assert first.time.startswith("20") and first.time.endswith("+00:00")


def test_what_was_undone_before_something_else_was_said_is_not_brought_back(studied):
    node = studied.node("spine segmentation")
    nameVertebra(node, 1, "L5")
    takeBack(node)
    nameVertebra(node, 1, "L4")
    takeBack(node)
    giveAgain(node)
    assert segmentationFinding(node).lowest == "L4" and redoNaming(node) is None
    assert len(NamesLog(node).steps) == 2


@pytest.mark.parametrize("text", ["{", '{"version": 99, "steps": []}', '{"version": 1}'])
def test_a_log_that_cannot_be_read_is_left_as_it_is_and_nothing_is_named(studied, text):
    node = studied.node("spine segmentation")
    node.SetAttribute("SpineMRI.NamesLog", text)
    with pytest.raises(BadInput, match="log of this segmentation's names"):
        nameVertebra(node, 1, "L5")
    assert node.GetAttribute("SpineMRI.NamesLog") == text
    assert segmentationFinding(node).lowest == ""


def test_renaming_a_segmentation_that_was_set_aside_changes_nothing_of_the_newer_one(studied):
    whole, node = studied.reading(), studied.node("spine segmentation")
    nameVertebra(node, 1, "L5")
    studied.show(whole, {"2": studied.volumeNode("2")})  # read again from the same volume
    newer, findings = studied.node("spine segmentation"), studied.findings()
    shown = [n.GetName() for n in (newer, studied.node("segment names"))]
    nameVertebra(node, 1, "L4")
    takeBack(node)
    stateLumbarCount(node, 6)
    updateFindings(node)
    assert "L6" in names(node) and studied.findings() == findings
    assert "not known" in names(newer)[0]
    assert studied.node("segment names").GetNthControlPointLabel(0) == "vertebra 1 ?"
    assert shown == [n.GetName() for n in (newer, studied.node("segment names"))]


def test_a_segmentation_whose_names_were_taken_back_is_set_aside_with_its_log(studied):
    node = studied.node("spine segmentation")
    nameVertebra(node, 1, "L5")
    takeBack(node)
    assert setAside(node) and "(named)" in node.GetName()
