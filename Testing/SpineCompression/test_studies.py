"""Several studies in one scene do not mix, not even copies with the same UIDs."""

import numpy as np
import pytest
import slicer

from SpineLib.findings import Findings
from SpineLib.reading import Reading
from SpineSlicer.headless.scene import load_scene, save_scene
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.ShownStudy import ShownStudy
from SpineSlicer.scene.studies import studiesIn
from SpineSlicer.scene.volumeNodes import addVolumeNode
from Testing.desktop import click, press


def again(reading, **changes):
    """The same reading as another run of the models gives it."""
    return Reading(Findings.from_dict(reading.findings.to_dict()), {**reading.volumes, **changes})


def unnamed(reading):
    """As it comes back for a volume of the scene: without any UID."""
    findings = Findings.from_dict(reading.findings.to_dict())
    findings.study_instance_uid = ""
    for one in findings.stacks[0].slices:
        one.sop_instance_uid = ""
    return Reading(findings, reading.volumes)


def said(scene, study):
    """The readers' answers on a study, from the scene alone."""
    steps = ReadingScene(scene, study).reviews()._steps
    return [one.answer for step in steps for one in step.answers]


@pytest.fixture
def run(ui, worker, tmp_path):
    """Reads a folder or a volume node by click; the worker answers with a reading."""

    def read(reading, folder="", node=None):
        ui.volumeSelector.setCurrentNode(node)
        if folder:
            (tmp_path / folder).mkdir(exist_ok=True)
            ui.pathEdit.currentPath = str(tmp_path / folder)
        click(ui.readButton)
        reading.save(tmp_path / "reading")
        worker.answer({"folder": str(tmp_path / "reading")})

    return read


def test_the_same_study_from_two_folders_is_reviewed_differently(ui, widget, run, brief):
    timeline, scene = widget.panel.result.timeline, slicer.mrmlScene
    run(brief, "original")
    press(timeline, "0")
    run(again(brief), "anonymised")
    assert ui.readingBox.count == 2 and not widget.panel.study.isReviewed(0)
    press(timeline, "1")
    first, second = studiesIn(scene)
    assert (said(scene, first), said(scene, second)) == (["not compressed"], ["compressed"])
    ui.readingBox.currentIndex = 0
    assert widget.panel.study.study == first and "reader: not compressed" in ui.sliceLabel.text
    volumes = [ReadingScene(scene, one).volumeNode("4") for one in (first, second)]
    assert volumes[0] is not volumes[1]


def test_a_new_run_of_one_of_two_copies_keeps_both_logs(ui, widget, run, brief):
    timeline, scene = widget.panel.result.timeline, slicer.mrmlScene
    for folder, key in (("original", "0"), ("anonymised", "1")):
        run(again(brief), folder)
        press(timeline, key)
    first, second = studiesIn(scene)
    run(again(brief), "original")
    assert sorted(studiesIn(scene)) == sorted((first, second))
    assert widget.panel.study.study == first and widget.panel.study.isReviewed(
        widget.panel.study.place
    )
    assert (said(scene, first), said(scene, second)) == (["not compressed"], ["compressed"])


def test_one_volume_loaded_twice_is_two_studies(ui, widget, run, brief):
    timeline, scene = widget.panel.result.timeline, slicer.mrmlScene
    nodes = [addVolumeNode(scene, brief.volumes["4"], name) for name in ("first", "second")]
    for node, key in zip(nodes, "01", strict=True):
        run(unnamed(brief), node=node)
        press(timeline, key)
    first, second = studiesIn(scene)
    assert [said(scene, one) for one in (first, second)] == [["not compressed"], ["compressed"]]
    assert [ReadingScene(scene, one).volumeNode("4") for one in (first, second)] == nodes
    run(unnamed(brief), node=nodes[0])
    assert widget.panel.study.study == first and len(studiesIn(scene)) == 2
    assert widget.panel.study.isReviewed(widget.panel.study.place)


def test_the_volume_of_a_study_that_is_read_by_itself_leaves_the_study_as_it_is(widget, run, brief):
    scene = slicer.mrmlScene
    run(brief, "study")
    press(widget.panel.result.timeline, "0")
    (study,) = studiesIn(scene)
    node = ReadingScene(scene, study).volumeNode("4")
    run(unnamed(brief), node=node)
    assert len(studiesIn(scene)) == 2 and said(scene, study) == ["not compressed"]
    assert ReadingScene(scene, study).volumeNode("4") is node
    other = brief.volumes["4"].with_voxels(brief.volumes["4"].voxels + 1)
    run(again(brief, **{"4": other}), "study")  # the folder holds other images now
    assert node.GetScene() is scene, "the second study was read from it"
    assert ReadingScene(scene, study).volumeNode("4") is not node


def test_two_patients_with_one_uid_are_two_studies(scene, brief):
    shown = ReadingScene(scene)
    shown.show(brief, surfaces=False)
    other = brief.volumes["4"].with_voxels(brief.volumes["4"].voxels[:, ::-1].copy())
    ReadingScene(scene).show(again(brief, **{"4": other}), surfaces=False)
    assert len(studiesIn(scene)) == 2
    voxels = [ReadingScene(scene, one).reading().volumes["4"].voxels for one in studiesIn(scene)]
    np.testing.assert_array_equal(voxels[0], brief.volumes["4"].voxels)
    np.testing.assert_array_equal(voxels[1], other.voxels)


def test_both_copies_come_back_from_a_saved_scene_and_the_next_run_finds_its_own(
    app, scene, brief, tmp_path
):
    other = brief.volumes["4"].with_voxels(brief.volumes["4"].voxels + 1)
    readings = [again(brief), again(brief, **{"4": other})]
    for reading, answer in zip(readings, ("not compressed", "compressed"), strict=True):
        nodes = ReadingScene(scene)
        nodes.show(reading, surfaces=False)
        study = ShownStudy(scene)
        study.open(nodes.study)
        study.answer("compression", answer)
    known = studiesIn(scene)
    save_scene(app, tmp_path / "scene.mrb")
    scene.Clear(False)
    load_scene(app, tmp_path / "scene.mrb")
    assert studiesIn(scene) == known
    for reading, study in zip(readings, known, strict=True):
        nodes = ReadingScene(scene)
        nodes.show(again(reading), surfaces=False)
        assert nodes.study == study
    answers = [said(scene, one) for one in known]
    assert answers == [["not compressed"], ["compressed"]] and studiesIn(scene) == known


def test_a_run_that_is_cancelled_while_it_is_shown_leaves_the_study_as_it_was(scene, brief):
    shown = ReadingScene(scene)
    shown.show(brief, surfaces=False)
    before = {node.GetID() for node in shown.nodes()}
    steps = ReadingScene(scene, shown.study).showing(again(brief), surfaces=False)
    for _ in range(3):
        next(steps)
    steps.close()
    assert {node.GetID() for node in ReadingScene(scene).nodes()} == before
