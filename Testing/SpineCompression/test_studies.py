"""Several studies in one scene do not mix, not even copies with the same UIDs."""

import numpy as np
import pytest
import slicer

from SpineLib.findings import Findings
from SpineLib.reading import Reading
from SpineLib.volume import Frame, Volume
from SpineSlicer.headless.scene import load_scene, save_scene
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.ShownStudy import ShownStudy
from SpineSlicer.scene.studies import studiesIn, studyNames
from SpineSlicer.scene.volumeNodes import addVolumeNode, nodesOfClass
from Testing.desktop import click, press
from Testing.transforms import harden, move, placed


def again(reading, **changes):
    """The same reading as another run of the models gives it."""
    return Reading(Findings.from_dict(reading.findings.to_dict()), {**reading.volumes, **changes})


def unnamed(reading):
    """As it comes back for a volume of the scene: without any UID."""
    findings = Findings.from_dict(reading.findings.to_dict())
    findings.study_instance_uid = ""
    for slice_ in findings.stacks[0].slices:
        slice_.sop_instance_uid = ""
    return Reading(findings, reading.volumes)


def said(scene, study):
    """The readers' answers on a study, from the scene alone."""
    steps = ReadingScene(scene, study).reviews().steps
    return [answer.answer for step in steps for answer in step.answers]


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


def laidOut(reading, letters):
    """One volume as the worker reads it: a file of its own, from the feet up, without any UID."""
    volume, stack = reading.volumes["4"], unnamed(reading).findings.stacks[0]
    last = len(volume.voxels) - 1
    matrix = volume.ijk_to_ras.copy()
    matrix[:3, 3], matrix[:3, 2] = volume.ras([0, 0, last]), -matrix[:3, 2]
    turned = Volume(volume.voxels[::-1].copy(), matrix)
    stack.id, stack.ijk_to_ras, stack.series_instance_uid = "1", matrix.tolist(), ""
    stack.description, stack.frame_of_reference_uid = "volume", ""
    stack.slices = stack.slices[::-1]
    for k, (one, letter) in enumerate(zip(stack.slices, letters, strict=True)):
        verdict = {"C": "compressed", "N": "not compressed"}[letter]
        one.index, opinion = k, one.opinions[0]
        opinion.value, opinion.positive = verdict, letter == "C"
        opinion.probability = 0.9 if letter == "C" else 0.1
    whole = reading.findings
    findings = Findings(
        [stack], whole.questions, whole.summaries, models=whole.models, notice=whole.notice
    )
    return Reading(findings, {"1": turned})


def twoStacks(brief):
    """The three slices as stack 4, and once more 100 mm below as stack 5."""
    findings = Findings.from_dict(brief.findings.to_dict())
    below = Findings.from_dict(brief.findings.to_dict()).stacks[0]
    matrix = brief.volumes["4"].ijk_to_ras.copy()
    matrix[2, 3] -= 100
    below.id, below.series_instance_uid, below.ijk_to_ras = "5", "1.2.5", matrix.tolist()
    for slice_ in below.slices:
        slice_.sop_instance_uid += ".5"
        slice_.position_ras[2] -= 100
        slice_.canal_center_ras = None
    findings.stacks.append(below)
    frames = tuple(Frame(slice_.sop_instance_uid) for slice_ in below.slices)
    lower = Volume(brief.volumes["4"].voxels + 1, matrix, frames)
    return Reading(findings, {**brief.volumes, "5": lower})


def test_a_volume_of_a_study_that_is_read_by_itself_is_that_studys_with_its_answers(
    ui, widget, run, worker, brief
):
    scene, panel = slicer.mrmlScene, widget.panel
    run(twoStacks(brief), "study")
    study, panel.study.place = panel.study.study, 0
    panel.study.go(next(n for n, p in enumerate(panel.study.places) if p.index == 0))
    press(panel.result.timeline, "0")
    answered = panel.study.current.key
    node = ReadingScene(scene, study).volumeNode("4")
    ui.weightingBox.setCurrentText("unknown")
    run(laidOut(brief, "CCN"), node=node)
    assert worker.requests[-1][1]["weighting"] == "T2"
    assert worker.requests[-1][1]["region"] == "cervical"
    assert studiesIn(scene) == [study] == [panel.study.study]
    assert said(scene, study) == ["not compressed"]
    assert panel.study.log.current(answered, "compression").answer == "not compressed"
    nodes = ReadingScene(scene, study)
    upper, lower = (nodes.findings().stack(one) for one in "45")
    assert [slice_.opinions[0].value for slice_ in upper.slices] == [
        "not compressed", "compressed", "compressed"]  # fmt: skip
    uids = [frame.sop_instance_uid for frame in brief.volumes["4"].frames]
    assert [slice_.sop_instance_uid for slice_ in upper.slices] == uids
    assert [slice_.opinions[0].value for slice_ in lower.slices] == ["compressed"] * 3
    assert "5 of 6 slices" in ui.verdictLabel.text
    assert nodes.volumeNode("4") is node and len(nodes.nodes("verdicts")) == 2
    assert len(nodesOfClass(scene, "vtkMRMLScalarVolumeNode")) == 2


def test_a_heat_map_of_a_volume_that_is_laid_out_the_other_way_stays_on_its_slices(
    widget, run, brief
):
    run(brief, "study")
    nodes, part = widget.panel.study.nodes, laidOut(brief, "CCN")
    looked = np.zeros(part.volumes["1"].shape, np.float32)
    looked[0] = 1.0  # the lowest of the volume's slices, the study's last
    part.activations["1"] = part.volumes["1"].with_voxels(looked)
    run(part, node=nodes.volumeNode("4"))
    shown = nodes.reading().activations["4"]
    assert shown.voxels.mean(axis=(1, 2)).tolist() == [0.0, 0.0, 1.0]


def test_a_volume_that_somebody_hardened_is_refused_and_its_study_stays(ui, widget, run, brief):
    run(brief, "study")
    before, node = widget.panel.study.findings, widget.panel.study.nodes.volumeNode("4")
    move(node, placed([0.0, 0.0, 4.0], [0.0, 0.0, 30.0]))
    harden(node)
    run(laidOut(brief, "CCN"), node=node)
    assert "is not where stack 4" in ui.statusLabel.text
    assert widget.panel.study.findings == before


def test_what_the_person_says_goes_before_what_the_volume_knows(ui, run, worker, brief, widget):
    run(brief, "study")
    ui.volumeSelector.setCurrentNode(widget.panel.study.nodes.volumeNode("4"))
    assert "It is T2, cervical." in ui.stackReasonLabel.text
    ui.regionBox.currentText = "thoracic"
    click(ui.readButton)
    assert (worker.last[1]["weighting"], worker.last[1]["region"]) == ("T2", "thoracic")


def test_a_volume_that_was_moved_since_is_refused_and_its_study_stays(ui, widget, run, brief):
    run(brief, "study")
    press(widget.panel.result.timeline, "0")
    before, node = widget.panel.study.findings, widget.panel.study.nodes.volumeNode("4")
    moved = laidOut(brief, "CCN")
    for slice_ in moved.findings.stacks[0].slices:
        slice_.position_ras[2] += 30
    run(moved, node=node)
    assert "not where stack 4" in ui.statusLabel.text and len(studiesIn(slicer.mrmlScene)) == 1
    assert widget.panel.study.findings == before


def test_a_volume_whose_studys_findings_are_damaged_can_be_read_all_the_same(widget, run, brief):
    run(brief, "study")
    nodes = widget.panel.study.nodes
    nodes.node("findings").SetText("{")
    run(laidOut(brief, "CCN"), node=nodes.volumeNode("4"))
    assert widget.panel.study.findings is not None and len(widget.panel.study.places) == 3


def test_a_folder_that_holds_other_images_now_is_read_anew(widget, run, brief):
    scene = slicer.mrmlScene
    run(brief, "study")
    (study,) = studiesIn(scene)
    node = ReadingScene(scene, study).volumeNode("4")
    other = brief.volumes["4"].with_voxels(brief.volumes["4"].voxels + 1)
    run(again(brief, **{"4": other}), "study")
    assert studiesIn(scene) == [study] and node.GetScene() is None
    assert ReadingScene(scene, study).volumeNode("4") is not node


def test_the_volume_that_slicers_dicom_module_loaded_is_read_and_not_added_again(
    ui, widget, run, brief
):
    scene = slicer.mrmlScene
    loaded = addVolumeNode(scene, brief.volumes["4"], "4: t2_tse_tra")
    for _run in range(2):
        run(again(brief), "study")
        (study,) = studiesIn(scene)
        assert ReadingScene(scene, study).volumeNode("4") is loaded
        assert nodesOfClass(scene, "vtkMRMLScalarVolumeNode") == [loaded]
    other = brief.volumes["4"].with_voxels(brief.volumes["4"].voxels + 1)
    run(again(brief, **{"4": other}), "study")
    assert loaded.GetScene() is scene, "it is the reader's"


def test_a_volume_and_then_its_folder_are_one_study(widget, run, brief):
    scene = slicer.mrmlScene
    loaded = addVolumeNode(scene, brief.volumes["4"], "4: t2_tse_tra")
    run(laidOut(brief, "CCN"), node=loaded)
    press(widget.panel.result.timeline, "0")
    (study,) = studiesIn(scene)
    assert widget.panel.study.current.key.startswith("1.2.826.0.1.")
    for _run in range(3):
        run(again(brief), "study")
        assert studiesIn(scene) == [study] and said(scene, study) == ["not compressed"]
        assert widget.panel.study.isReviewed(widget.panel.study.place)


def test_the_slices_of_a_volume_that_is_laid_out_the_other_way_keep_their_own_uids(
    widget, run, brief
):
    node = addVolumeNode(slicer.mrmlScene, brief.volumes["4"], "axial")
    run(laidOut(brief, "CNN"), node=node)
    findings, volume = widget.panel.study.findings, brief.volumes["4"]
    for slice_ in findings.stacks[0].slices:
        k = round(float(volume.ijk(slice_.position_ras)[2]))
        assert slice_.sop_instance_uid == volume.frames[k].sop_instance_uid


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


def test_a_studys_name_says_what_it_is_and_stays_through_new_runs(ui, widget, run, brief):
    run(brief, "doe_john_1950")
    other = Findings.from_dict(brief.findings.to_dict())
    other.study_instance_uid, other.stacks[0].description = "1.2.3", "T2 TSE other"
    run(Reading(other, {"4": brief.volumes["4"].with_voxels(brief.volumes["4"].voxels + 1)}), "two")
    names = ["Cervical, T2 TSE axial", "Cervical, T2 TSE other"]
    assert [ui.readingBox.itemText(n) for n in range(2)] == names
    run(again(brief), "doe_john_1950")
    assert [ui.readingBox.itemText(n) for n in range(2)] == names
    assert ui.readingBox.currentText == names[0]


def test_two_studies_of_one_kind_have_two_names_and_keep_them(ui, widget, run, brief):
    for folder in ("original", "anonymised", "original"):
        run(again(brief), folder)
    names = [ui.readingBox.itemText(n) for n in range(ui.readingBox.count)]
    assert names == ["Cervical, T2 TSE axial", "Cervical, T2 TSE axial (2)"]
    assert ui.readingBox.currentText == names[0]


def test_a_volume_file_gives_its_study_no_name_that_may_be_a_patients(scene, brief):
    findings = Findings.from_dict(brief.findings.to_dict())
    findings.stacks[0].series_instance_uid = ""
    findings.stacks[0].description = "DOE_JOHN_1950"
    ReadingScene(scene).show(Reading(findings, brief.volumes), surfaces=False)
    assert list(studyNames(scene).values()) == ["Cervical, T2 axial"]


def test_a_scene_that_is_added_to_one_with_the_same_study_brings_a_study_of_its_own(
    app, scene, brief, tmp_path
):
    nodes = ReadingScene(scene)
    nodes.show(brief, surfaces=False)
    study = ShownStudy(scene)
    study.open()
    study.answer("compression", "compressed")
    save_scene(app, tmp_path / "scene.mrb")
    study.answer("compression", "not compressed")
    assert scene.ReadFromMRB(str(tmp_path / "scene.mrb"), False)
    study.open()
    first, second = studiesIn(scene)
    assert list(studyNames(scene).values()) == [
        "Cervical, T2 TSE axial", "Cervical, T2 TSE axial (2)"]  # fmt: skip
    assert said(scene, first) == ["compressed", "not compressed"]
    assert said(scene, second) == ["compressed"]
    for one in (first, second):
        assert len(ReadingScene(scene, one).nodes("verdicts")) == 1
