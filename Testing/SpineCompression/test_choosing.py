"""What is chosen stays chosen, and what was said of it, whatever else comes into the scene or goes."""

import pytest
import slicer

from SpineLib.volume import read_volume
from SpineSlicer.headless.scene import load_scene, save_scene
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.volumeNodes import addVolumeNode
from Testing.desktop import click
from Testing.SpineCompression.panels import settle


@pytest.fixture
def scene_file(app, brief, tmp_path):
    """A scene that the command line wrote, and an empty one to begin with."""
    app.scene.Clear(False)
    ReadingScene(app.scene).show(brief, surfaces=False)
    save_scene(app, tmp_path / "command-line.mrb")
    app.scene.Clear(False)
    return tmp_path / "command-line.mrb"


@pytest.fixture
def chosen(scene_file, ui, brief):
    """One patient's volume, chosen, with what the person said of it."""
    node = addVolumeNode(slicer.mrmlScene, brief.volumes["4"], "mine")
    ui.volumeSelector.setCurrentNode(node)
    ui.weightingBox.currentText, ui.regionBox.currentText = "T2", "thoracic"
    ui.thresholdSlider.value = 0.31
    return node


def add_scene(app, file):
    """As File → Add Data does it."""
    assert app.scene.ReadFromMRB(str(file), False)


def said(ui):
    return ui.weightingBox.currentText, ui.regionBox.currentText, round(ui.thresholdSlider.value, 2)


def test_a_scene_that_is_added_takes_the_place_of_nothing_that_is_chosen(
    app, scene_file, chosen, ui, worker, brief
):
    add_scene(app, scene_file)
    assert ui.volumeSelector.currentNode() is chosen and said(ui) == ("T2", "thoracic", 0.31)
    click(ui.readButton)
    assert read_volume(worker.last[1]["input"]).same_grid(brief.volumes["4"])
    assert worker.last[1]["region"] == "thoracic"


def test_a_scene_that_is_added_leaves_the_reader_at_the_slice_that_was_looked_at(
    app, widget, graded, tmp_path
):
    """Its views take the place of Slicer's own, and stand elsewhere."""
    widget.panel.show(graded)
    study = widget.panel.study
    study.go(2)
    save_scene(app, tmp_path / "elsewhere.mrb")
    study.go(14)
    shown, where = study.study, study.toWorld(14)
    add_scene(app, tmp_path / "elsewhere.mrb")
    settle()
    assert (study.study, study.place) == (shown, 14)
    red = app.scene.GetNodeByID("vtkMRMLSliceNodeRed").GetSliceToRAS()
    assert red.GetElement(2, 3) == pytest.approx(where[2], abs=1.5)


def test_a_scene_that_is_added_with_choices_of_its_own_takes_the_place_of_none(
    app, chosen, ui, brief, tmp_path
):
    save_scene(app, tmp_path / "another-patient.mrb")
    app.scene.Clear(False)
    mine = addVolumeNode(app.scene, brief.volumes["4"], "the next patient's")
    ui.volumeSelector.setCurrentNode(mine)
    ui.regionBox.currentText, ui.thresholdSlider.value = "cervical", 0.62
    add_scene(app, tmp_path / "another-patient.mrb")
    assert ui.volumeSelector.currentNode() is mine
    assert said(ui)[1:] == ("cervical", 0.62)


def test_while_another_module_is_in_front_a_scene_that_is_added_takes_the_place_of_nothing(
    app, scene_file, chosen, ui, widget
):
    widget.exit()
    widget.parent.hide()
    add_scene(app, scene_file)
    widget.parent.show()
    widget.enter()
    assert ui.volumeSelector.currentNode() is chosen and said(ui) == ("T2", "thoracic", 0.31)


def test_a_scene_that_is_opened_brings_its_own_choices(app, chosen, ui, tmp_path):
    save_scene(app, tmp_path / "saved.mrb")
    load_scene(app, tmp_path / "saved.mrb")
    assert ui.volumeSelector.currentNode().GetName() == "mine"
    assert said(ui) == ("T2", "thoracic", 0.31)


def test_where_the_chosen_volume_is_deleted_no_other_ones_is_chosen(app, chosen, ui, brief):
    addVolumeNode(app.scene, brief.volumes["4"], "another patient's")
    app.scene.RemoveNode(chosen)
    assert ui.volumeSelector.currentNode() is None and not ui.readButton.enabled


def test_a_scene_of_the_command_line_opens_with_its_volume_weighting_and_region(
    app, scene_file, ui, worker, widget
):
    load_scene(app, scene_file)
    assert ui.volumeSelector.currentNode() is widget.panel.study.nodes.volumeNode("4")
    assert said(ui)[:2] == ("T2", "cervical")
    click(ui.readButton)
    assert worker.last[1]["region"] == "cervical"


def test_a_folder_that_is_chosen_is_read_also_when_a_scene_was_added(
    app, scene_file, ui, worker, tmp_path
):
    ui.pathEdit.currentPath = str(tmp_path)
    add_scene(app, scene_file)
    click(ui.readButton)
    assert worker.last[1]["input"] == str(tmp_path)


def test_a_folder_that_is_typed_is_read_and_not_the_volume_that_was_chosen_before(
    app, scene_file, ui, worker, tmp_path
):
    load_scene(app, scene_file)
    assert ui.volumeSelector.currentNode() is not None
    ui.pathEdit.currentPath = str(tmp_path)
    assert ui.volumeSelector.currentNode() is None
    click(ui.readButton)
    assert worker.last[1]["input"] == str(tmp_path)
