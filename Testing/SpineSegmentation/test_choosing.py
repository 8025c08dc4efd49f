"""What is chosen is what is shown, named and exported, whatever else comes into the scene or goes."""

import zipfile
from dataclasses import replace

import numpy as np
import pytest
import slicer

from SpineLib.volume import read_volume
from SpineSlicer.headless.scene import load_scene, save_scene
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.spineSegmentation import addSpineSegmentation, segmentedVolumeNode
from SpineSlicer.scene.studyNodes import segmentationNodes
from SpineSlicer.scene.volumeNodes import addVolumeNode
from Testing.desktop import click
from Testing.phantom import SCENE_OF_VERSION_0_1
from Testing.SpineSegmentation.panels import open_section, rows

pytestmark = [
    pytest.mark.filterwarnings("ignore:Function. .QTableWidgetItem.setTextAlignment"),
    pytest.mark.usefixtures("turns"),
]
DISCS = range(201, 226)


def withoutDiscs(reading, name="another patient"):
    """A second segmentation with its volume: the first one's vertebrae and canal."""
    volume = addVolumeNode(slicer.mrmlScene, reading.volumes["2"], name)
    finding = reading.findings.segmentation
    kept = [segment for segment in finding.segments if segment.kind != "disc"]
    labels = np.where(np.isin(reading.segmentation.voxels, DISCS), 0, reading.segmentation.voxels)
    node = addSpineSegmentation(
        slicer.mrmlScene, reading.segmentation.with_voxels(labels),
        replace(finding, segments=kept), volume, "test", surfaces=False,
    )  # fmt: skip
    return volume, node


@pytest.fixture
def scene_file(app, lumbar, tmp_path):
    """A scene that the command line wrote, and an empty one to begin with."""
    app.scene.Clear(False)
    ReadingScene(app.scene).show(lumbar, surfaces=False)
    save_scene(app, tmp_path / "command-line.mrb")
    app.scene.Clear(False)
    return tmp_path / "command-line.mrb"


def add_scene(app, file):
    """As File → Add Data does it."""
    assert app.scene.ReadFromMRB(str(file), False)


def discs(ui):
    return [row[0] for row in rows(ui.structuresTable) if row[0].startswith("disc")]


def test_the_segmentation_that_is_chosen_is_the_one_in_the_table(ui, segmented, lumbar):
    _volume, other = withoutDiscs(lumbar)
    assert discs(ui)
    ui.segmentationSelector.setCurrentNode(other)
    assert not discs(ui)
    ui.segmentationSelector.setCurrentNode(segmented)
    assert discs(ui)


def test_a_name_goes_to_the_segmentation_that_is_chosen(ui, segmented, lumbar):
    _volume, other = withoutDiscs(lumbar)
    ui.segmentationSelector.setCurrentNode(other)
    open_section(ui.namesButton)
    click(ui.nameButton)
    names = [
        node.GetSegmentation().GetSegment("vertebra1").GetName() for node in (other, segmented)
    ]
    assert names == ["L5", "vertebra 1 (level not known)"]


def test_the_segmentation_that_is_chosen_is_exported(ui, segmented, lumbar, tmp_path):
    _volume, other = withoutDiscs(lumbar)
    ui.segmentationSelector.setCurrentNode(other)
    open_section(ui.exportSection)
    ui.exportEdit.currentPath = str(tmp_path / "labels.nii.gz")
    click(ui.exportButton)
    assert not np.isin(read_volume(tmp_path / "labels.nii.gz").voxels, DISCS).any()


def test_the_segmentation_that_is_chosen_is_corrected(ui, segmented, lumbar):
    from Testing.desktop.segmentEditor import qMRMLSegmentEditorWidget

    volume, other = withoutDiscs(lumbar)
    ui.segmentationSelector.setCurrentNode(other)
    open_section(ui.correctButton)
    click(ui.editButton)
    editor = ui.editorFrame.findChildren(qMRMLSegmentEditorWidget)[0]
    assert editor.segmentationNode() is other and editor.sourceVolumeNode() is volume


def test_a_scene_that_is_added_takes_the_place_of_nothing_that_is_chosen(
    app, scene_file, opened, ui, worker, lumbar, tmp_path
):
    click(ui.segmentButton)
    lumbar.save(tmp_path / "reading")
    worker.result({"folder": str(tmp_path / "reading")})
    mine = ui.segmentationSelector.currentNode()
    add_scene(app, scene_file)
    assert ui.volumeSelector.currentNode() is opened[1]
    assert ui.segmentationSelector.currentNode() is mine and discs(ui)
    click(ui.segmentButton)
    assert worker.asked == ["read", "read"]
    sent = read_volume(worker.arguments["input"])
    assert sent.same_grid(lumbar.volumes["2"])


def test_a_scene_that_is_added_with_choices_of_its_own_takes_the_place_of_none(
    app, opened, ui, lumbar, tmp_path
):
    ui.forceBox.checked = True
    save_scene(app, tmp_path / "another-patient.mrb")
    app.scene.Clear(False)
    mine = addVolumeNode(app.scene, lumbar.volumes["2"], "mine")
    ui.volumeSelector.setCurrentNode(mine)
    add_scene(app, tmp_path / "another-patient.mrb")
    assert ui.volumeSelector.currentNode() is mine and not ui.forceBox.checked


def test_a_correction_goes_on_when_a_scene_is_added(
    app, scene_file, opened, ui, worker, lumbar, tmp_path
):
    click(ui.segmentButton)
    lumbar.save(tmp_path / "reading")
    worker.result({"folder": str(tmp_path / "reading")})
    open_section(ui.correctButton)
    click(ui.editButton)
    add_scene(app, scene_file)
    assert ui.editButton.checked and ui.editorFrame.visible


def test_a_folder_that_is_chosen_is_segmented_also_when_a_scene_was_added(
    app, scene_file, open_panel, worker
):
    ui = open_panel().ui
    ui.pathEdit.currentPath = "/data/study"
    add_scene(app, scene_file)
    click(ui.segmentButton)
    assert worker.arguments["input"] == "/data/study"


def test_where_the_chosen_volume_is_deleted_no_other_ones_is_chosen(ui, opened, desktop, lumbar):
    other = addVolumeNode(desktop.scene, lumbar.volumes["2"], "another patient's")
    desktop.scene.RemoveNode(opened[1])
    assert ui.volumeSelector.currentNode() is None and not ui.segmentButton.enabled
    desktop.scene.StartState(desktop.scene.BatchProcessState)
    desktop.scene.EndState(desktop.scene.BatchProcessState)
    assert ui.volumeSelector.currentNode() is None and desktop.scene.IsNodePresent(other)


def test_where_the_chosen_segmentation_is_deleted_no_other_one_is_shown(
    ui, segmented, desktop, lumbar
):
    withoutDiscs(lumbar)
    desktop.scene.RemoveNode(segmented)
    assert ui.segmentationSelector.currentNode() is None
    assert ui.structuresTable.rowCount == 0 and not ui.nameButton.enabled
    assert ui.verdictLabel.text == "" and ui.noticeLabel.text == ""


def test_of_several_volumes_none_is_chosen_by_itself(desktop, open_panel, lumbar):
    for name in ("one patient's", "another's"):
        addVolumeNode(desktop.scene, lumbar.volumes["2"], name)
    ui = open_panel().ui
    assert ui.volumeSelector.currentNode() is None and not ui.segmentButton.enabled


@pytest.mark.parametrize("when", ["before the panel", "after the panel"])
def test_a_scene_of_the_command_line_opens_with_its_segmentation_volume_weighting_and_region(
    app, scene_file, open_panel, worker, when
):
    if when == "before the panel":
        load_scene(app, scene_file)
    ui = open_panel().ui
    if when == "after the panel":
        load_scene(app, scene_file)
    assert discs(ui) and "vertebrae" in ui.verdictLabel.text
    assert ui.volumeSelector.currentNode().GetName().startswith("2 ")
    assert (ui.weightingBox.currentText, ui.regionBox.currentText) == ("T2", "lumbar")
    click(ui.segmentButton)
    assert (worker.arguments["weighting"], worker.arguments["region"]) == ("T2", "lumbar")


def test_a_scene_that_is_opened_shows_its_segmentation_though_a_folder_is_chosen(
    app, scene_file, open_panel, worker
):
    ui = open_panel().ui
    ui.pathEdit.currentPath = "/data/study"
    load_scene(app, scene_file)
    assert discs(ui) and "vertebrae" in ui.verdictLabel.text
    click(ui.segmentButton)
    assert worker.arguments["input"] == "/data/study"


@pytest.mark.parametrize("how", ["another choice", "the scene's end"])
def test_weighting_and_region_of_a_volume_go_with_it_and_are_not_said_of_a_folder(
    app, scene_file, open_panel, worker, how
):
    ui = open_panel().ui
    load_scene(app, scene_file)
    if how == "another choice":
        ui.volumeSelector.setCurrentNode(None)
    else:
        app.scene.Clear(False)
    ui.pathEdit.currentPath = "/data/another patient"
    assert (ui.weightingBox.currentText, ui.regionBox.currentText) == ("unknown", "unknown")
    click(ui.segmentButton)
    assert (worker.arguments["weighting"], worker.arguments["region"]) == ("", "")


def test_what_a_reader_said_of_weighting_and_region_stays_when_the_volume_goes(
    app, scene_file, open_panel
):
    ui = open_panel().ui
    load_scene(app, scene_file)
    ui.weightingBox.currentText = "T1"
    ui.volumeSelector.setCurrentNode(None)
    assert (ui.weightingBox.currentText, ui.regionBox.currentText) == ("T1", "unknown")


def test_a_scene_that_is_added_leaves_the_views_to_the_segmentation_that_is_chosen(
    app, segmented, ui, desktop
):
    add_scene(app, SCENE_OF_VERSION_0_1)  # another patient's
    desktop.application.processEvents()
    assert ui.segmentationSelector.currentNode() is segmented
    views = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
    volume = segmentedVolumeNode(segmented)
    assert views and {view.GetBackgroundVolumeID() for view in views} == {volume.GetID()}
    others = [node for node in segmentationNodes(app.scene) if node is not segmented]
    assert others and not any(one.GetDisplayNode().GetVisibility() for one in others)
    assert segmented.GetDisplayNode().GetVisibility()


def test_a_segment_that_is_deleted_goes_from_table_names_and_verdict(ui, segmented, desktop):
    before = discs(ui)
    assert len(before) == 2 and "2 discs" in ui.verdictLabel.text
    segment = slicer.vtkSegment()
    segment.DeepCopy(segmented.GetSegmentation().GetSegment("disc202"))
    segmented.GetSegmentation().RemoveSegment("disc202")
    segmented.GetSegmentation().RemoveSegment("vertebra1")
    desktop.application.processEvents()
    assert discs(ui) == ["disc 3 ?"] and "1 disc" in ui.verdictLabel.text
    choices = [ui.vertebraSelector.itemText(n) for n in range(ui.vertebraSelector.count)]
    assert not [name for name in choices if name.startswith("vertebra 1 ")]
    segmented.GetSegmentation().AddSegment(segment, "disc202")  # as undo does it
    desktop.application.processEvents()
    assert discs(ui) == before


def without(app, folder, ending):
    """The scene, saved and loaded again, but for one file, which is gone meanwhile."""
    save_scene(app, folder / "whole.mrb")
    with zipfile.ZipFile(folder / "whole.mrb") as whole:
        kept = [one for one in whole.namelist() if not one.endswith(ending)]
        assert len(kept) == len(whole.namelist()) - 1
        with zipfile.ZipFile(folder / "part.mrb", "w") as part:
            for one in kept:
                part.writestr(one.replace("whole", "part"), whole.read(one))
    app.scene.Clear(False)
    app.scene.ReadFromMRB(str(folder / "part.mrb"), True)


def test_a_scene_whose_images_are_missing_says_so(app, ui, segmented, tmp_path):
    without(app, tmp_path, "T2 sagittal.nrrd")
    assert "images of the segmented volume are not in the scene" in ui.evidenceLabel.text
    assert not ui.editButton.enabled and not ui.segmentButton.enabled
    open_section(ui.exportSection)
    ui.exportEdit.currentPath = str(tmp_path / "labels.nii.gz")
    click(ui.exportButton)
    assert "volume of" in ui.exportLabel.text and not (tmp_path / "labels.nii.gz").exists()


def test_a_scene_whose_segments_are_missing_claims_nothing(app, ui, segmented, tmp_path):
    without(app, tmp_path, ".seg.nrrd")
    assert "no segments" in ui.verdictLabel.text and "vertebrae" not in ui.verdictLabel.text
    assert not ui.nameButton.enabled
