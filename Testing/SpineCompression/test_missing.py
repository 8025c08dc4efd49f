"""What is no more in the scene: findings that were deleted, images whose files are missing."""

import zipfile

import pytest
import slicer

from SpineLib.findings import Findings
from SpineLib.reading import Reading
from SpineSlicer.headless.scene import load_scene, save_scene
from Testing.desktop import click, press


@pytest.fixture
def shown(widget, brief):
    widget.panel.show(brief)
    return widget.panel.study


def without_images(app, folder):
    """The scene, saved and loaded again, but for the volume's file, which is gone meanwhile."""
    save_scene(app, folder / "whole.mrb")
    volume = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLScalarVolumeNode")
    name = volume.GetStorageNode().GetFileName().rpartition("/")[2]
    name = name or f"{volume.GetName()}.nrrd"
    with zipfile.ZipFile(folder / "whole.mrb") as whole, zipfile.ZipFile(
        folder / "part.mrb", "w"
    ) as part:  # fmt: skip
        kept = [one for one in whole.namelist() if name not in one.replace("%20", " ")]
        assert len(kept) == len(whole.namelist()) - 1
        for one in kept:
            part.writestr(one.replace("whole", "part"), whole.read(one))
    app.scene.Clear(False)
    app.scene.ReadFromMRB(str(folder / "part.mrb"), True)


def test_the_verdict_goes_with_its_findings(ui, widget, shown):
    slicer.mrmlScene.RemoveNode(shown.nodes.node("findings"))
    assert not ui.verdictLabel.isVisible() and ui.findingsTable.rowCount == 0
    assert not ui.notCompressedButton.enabled


def test_where_findings_are_deleted_no_other_patients_are_shown_but_can_be_chosen(
    ui, widget, shown, brief
):
    other = Findings.from_dict(brief.findings.to_dict())
    other.study_instance_uid = "1.2.826.0.99"
    widget.panel.show(Reading(other, brief.volumes))
    second = shown.study
    ui.readingBox.currentIndex = 0
    assert shown.study and shown.study != second
    slicer.mrmlScene.RemoveNode(shown.nodes.node("findings"))
    assert shown.study == "" and not ui.verdictLabel.isVisible()
    assert ui.readingBox.isVisible()
    ui.readingBox.currentIndex = ui.readingBox.findData(second)
    assert shown.study == second and ui.verdictLabel.isVisible()


def test_a_new_run_of_the_study_is_shown_as_ever(ui, widget, shown, brief):
    press(widget.panel.result.timeline, "0")
    widget.panel.show(Reading(Findings.from_dict(brief.findings.to_dict()), brief.volumes))
    assert ui.verdictLabel.isVisible() and shown.isReviewed(shown.place)


def test_a_scene_whose_images_are_missing_says_so_and_takes_no_answer(
    app, ui, widget, shown, tmp_path
):
    press(widget.panel.result.timeline, "1")
    without_images(app, tmp_path)
    assert ui.verdictLabel.isVisible() and shown.isReviewed(shown.place)
    assert "images of stack 4 are not in the scene" in ui.statusLabel.text
    before = shown.log.text()
    for key in ("0", "a", "q"):
        press(widget.panel.result.timeline, key)
    click(ui.notCompressedButton)
    assert shown.log.text() == before
    assert "images of stack 4 are not in the scene" in ui.reviewStatusLabel.text
    assert not ui.windowBox.enabled


def test_where_the_volume_is_deleted_no_answer_is_taken(ui, widget, shown):
    slicer.mrmlScene.RemoveNode(shown.nodes.volumeNode("4"))
    press(widget.panel.result.timeline, "0")
    assert not shown.isReviewed(shown.place)
    assert "images of stack 4 are not in the scene" in ui.reviewStatusLabel.text


def test_a_scene_with_its_images_says_nothing_of_the_kind(app, ui, widget, shown, tmp_path):
    save_scene(app, tmp_path / "whole.mrb")
    load_scene(app, tmp_path / "whole.mrb")
    assert ui.statusLabel.text == ""
    press(widget.panel.result.timeline, "0")
    assert shown.isReviewed(shown.place)
