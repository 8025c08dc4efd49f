"""Readers label slices in the panel by keys: what is on the screen, on the disk, and never shown."""

import json
import time

import numpy as np
import pytest
import slicer
from SpineCompressionLib.labelKeys import examplePicture, labelKeys

from SpineLib.labels import COMPRESSED, NOT_COMPRESSED
from SpineLib.projects.labels import ASSISTED, read_labels
from SpineLib.projects.session import ReaderSession
from SpineLib.questions import KNOWN_QUESTIONS as SCHEMES
from SpineLib.simulate import cases
from SpineLib.volume import Volume
from SpineSlicer.scene.ReadScene import holdsAnswers
from SpineSlicer.scene.studyNodes import READ_STACK
from SpineSlicer.scene.volumeInScene import worldToIjk
from SpineSlicer.scene.volumeNodes import nodesOfClass, volumeFromNode
from Testing.desktop import click
from Testing.machine import least
from Testing.SpineCompression.examples import EXAMPLES, SCANNER, label_of
from Testing.SpineCompression.readers import key, projectWorker, settle
from Testing.SpineLib.projects.test_blinding import answers_of
from Testing.transforms import bend, crop, harden, move, placed

KEYS = {NOT_COMPRESSED: "0", COMPRESSED: "1"}


@pytest.fixture
def worker(monkeypatch):
    """The worker that panels get: it does what a project is asked for."""
    return projectWorker(monkeypatch)


@pytest.fixture
def project(make_project):
    """Eight studies of four slices, one of each read twice."""
    return make_project()


@pytest.fixture
def read(project, choose):
    """Anna reads."""
    return choose(project, "anna")


def labels(project, reader="anna", arm="unassisted"):
    return [one.value for one in read_labels(project, reader).given[arm]]


def test_a_key_labels_the_slice_on_the_screen_and_shows_the_next_one(desktop, project, read):
    read.ui.commentEdit.text, read.ui.confidenceBox.value = "disc", 80
    item = read.desk.desk.item
    assert read.ui.whereLabel.text == "Study 1 of 8, slice 1 of 4"
    key(desktop, "1")
    (one,) = read_labels(project, "anna").given["unassisted"]
    assert one.key == item.key and one.value == COMPRESSED
    assert (one.comment, one.confidence) == ("disc", 0.8) and one.seconds < 10
    assert read.ui.whereLabel.text == "Study 1 of 8, slice 2 of 4" and read.scene.isAt(1)
    assert (read.ui.commentEdit.text, read.ui.confidenceBox.text) == ("", "not given")
    key(desktop, "0")
    assert labels(project) == [COMPRESSED, NOT_COMPRESSED]
    assert read_labels(project, "anna").given["unassisted"][1].confidence is None
    assert read.ui.deskBar.text == "2 / 40 labelled"


def test_the_next_study_comes_at_full_resolution_and_in_its_own_place(desktop, project, read):
    for _ in range(4):
        key(desktop, "0")
    item = read.desk.desk.item
    assert item.study.id != read.desk.desk.session.items[0].study.id and item.index == 0
    (node,) = nodesOfClass(slicer.mrmlScene, "vtkMRMLScalarVolumeNode")
    assert node.GetImageData().GetDimensions() == (16, 16, 4)
    uids = [slice_.sop_instance_uid for slice_ in item.stack.slices]
    assert node.GetAttribute("DICOM.instanceUIDs").split() == uids
    assert read.scene.isAt(0) and not read.scene.isAt(1)


def test_backspace_takes_the_last_label_back_and_shows_its_slice(desktop, project, read):
    key(desktop, "1")
    key(desktop, "Backspace")
    assert labels(project) == [] and read.ui.whereLabel.text.startswith("Study 1 of 8, slice 1")
    kinds = [json.loads(x)["kind"] for x in project.labels_file("anna").read_text().splitlines()]
    assert kinds == ["reader", "label", "undo"]


def test_one_can_go_back_and_see_and_change_what_one_said(desktop, project, read):
    key(desktop, "1")
    key(desktop, "PgUp")
    assert read.ui.saidLabel.text == "You said: compressed" and read.scene.isAt(0)
    key(desktop, "0")
    assert labels(project) == [COMPRESSED, NOT_COMPRESSED]
    assert set(read_labels(project, "anna").current().values()) == {
        read_labels(project, "anna").given["unassisted"][1]
    }


def test_a_slice_that_comes_again_comes_without_its_first_label(desktop, project, choose):
    with ReaderSession(project, "anna") as session:
        while session.current().turn == 1:
            session.label(COMPRESSED)
    read = choose(project, "anna")
    assert read.desk.desk.item.turn == 2 and read.ui.saidLabel.text == ""
    key(desktop, "PgUp")
    assert read.desk.desk.item.turn == 2 and "said" not in read.ui.saidLabel.text


def test_scrolled_away_no_key_labels_a_slice_that_is_not_shown(desktop, project, read):
    red = slicer.mrmlScene.GetNodeByID("vtkMRMLSliceNodeRed")
    red.SetSliceOffset(red.GetSliceOffset() + 4)
    key(desktop, "1")
    assert labels(project) == [] and "another slice" in read.ui.readMessageLabel.text
    assert read.scene.isAt(0)
    key(desktop, "1")
    assert labels(project) == [COMPRESSED]


@pytest.mark.parametrize("hardened", [False, True])
def test_a_stack_that_is_moved_is_labelled_where_it_lies_now(desktop, project, read, hardened):
    node = read.scene.volume
    move(node, placed([8.0, 0.0, 5.0], [0.0, 10.0, 37.0]))
    if hardened:
        harden(node)
    key(desktop, "1")
    assert labels(project) == [] and "another slice" in read.ui.readMessageLabel.text
    red = slicer.mrmlScene.GetNodeByID("vtkMRMLSliceNodeRed").GetSliceToRAS()
    for index in (0, 1, 2):
        at = worldToIjk(node, [red.GetElement(row, 3) for row in range(3)])
        assert at[2] == pytest.approx(index, abs=0.01) and read.scene.isAt(index)
        assert red.GetElement(0, 0) < -0.9  # the patient's right is at the picture's left
        key(desktop, "1")
    assert labels(project) == [COMPRESSED] * 3


def test_a_stack_that_is_bent_can_still_be_labelled_slice_by_slice(desktop, project, read):
    bend(read.scene.volume, volumeFromNode(read.scene.volume))
    key(desktop, "1")
    assert labels(project) == [] and read.scene.isAt(0) and not read.scene.isAt(1)
    key(desktop, "1")
    key(desktop, "1")
    assert labels(project) == [COMPRESSED] * 2 and read.scene.isAt(2)


def test_a_stack_that_was_cropped_is_loaded_anew_before_a_slice_is_labelled(desktop, project, read):
    crop(read.scene.volume)
    key(desktop, "1")
    assert labels(project) == []
    settle(desktop)
    assert read.scene.volume.GetImageData().GetDimensions() == (16, 16, 4)
    assert read.scene.isAt(0)
    key(desktop, "1")
    assert labels(project) == [COMPRESSED]


def test_digits_in_a_comment_are_text(desktop, project, read):
    read.ui.commentEdit.setFocus()
    key(desktop, "1")
    assert read.ui.commentEdit.text == "1" and labels(project) == []
    key(desktop, "Return")
    key(desktop, "1")
    assert labels(project) == [COMPRESSED]


def test_a_key_that_comes_before_the_slice_labels_nothing_and_waiting_is_not_counted(
    desktop, project, worker, read, monkeypatch
):
    clock = [time.monotonic()]
    monkeypatch.setattr("SpineLib.projects.session.time.monotonic", lambda: clock[0])
    worker.held = ("stack",)
    for _ in range(4):
        key(desktop, "0")
    clock[0] += 60
    key(desktop, "1")
    assert len(labels(project)) == 4 and not read.desk.buttons[COMPRESSED].enabled
    worker.waiting.pop()()
    settle(desktop)
    clock[0] += 3
    key(desktop, "1")
    assert read_labels(project, "anna").given["unassisted"][-1].seconds == 3.0


def test_time_in_another_module_is_not_counted_and_its_keys_are_its_own(
    desktop, project, widget, read, monkeypatch
):
    clock = [time.monotonic()]
    monkeypatch.setattr("SpineLib.projects.session.time.monotonic", lambda: clock[0])
    key(desktop, "0")
    clock[0] += 2
    widget.exit()
    clock[0] += 60
    key(desktop, "1")
    assert len(labels(project)) == 1
    widget.enter()
    clock[0] += 1
    key(desktop, "1")
    assert read_labels(project, "anna").given["unassisted"][-1].seconds == 3.0


def test_the_window_that_a_reader_chose_stays_from_slice_to_slice_and_study_to_study(
    desktop, project, read
):
    def window():
        display = read.scene.volume.GetVolumeDisplayNode()
        return display.GetWindow(), display.GetLevel()

    low, high = read.scene._range
    read.scene.volume.GetVolumeDisplayNode().SetWindowLevel(
        (high - low) / 2, low + (high - low) / 4
    )
    chosen = window()
    key(desktop, "0")
    assert window() == chosen
    for _ in range(3):
        key(desktop, "0")
    low, high = read.scene._range
    assert window() == pytest.approx(((high - low) / 2, low + (high - low) / 4))


def test_each_label_has_its_key_its_definition_and_a_picture(project, read):
    for value, meaning in project.scheme.definitions.items():
        button = read.desk.buttons[value]
        assert button.text == f"{value} ({KEYS[value]})" and meaning in button.toolTip
        assert f"(key {KEYS[value]})" in button.toolTip
    assert labelKeys(SCHEMES["Kang"].values) == {"0": "0", "1": "1", "2": "2", "3": "3"}
    assert list(labelKeys(SCHEMES["Bilsky"].values).values()) == list("QWERTY")
    assert len(set(labelKeys([f"grade {n}" for n in range(12)]).values())) == 10


def test_every_published_label_has_a_small_picture():
    files = [examplePicture(s.key, value) for s in SCHEMES.values() for value in s.values]
    assert all(files) and sum(file.stat().st_size for file in files) < 300_000
    assert {example.name for example in EXAMPLES} == {file.name for file in files}
    assert examplePicture("mine", "0") is None


@pytest.mark.parametrize("one", EXAMPLES, ids=lambda one: one.name)
def test_a_picture_shows_a_slice_that_has_its_label_by_the_simulators_truth(one, monkeypatch):
    truth_of = cases.slice_truth

    def imageless(rng, patient, protocol, grid, profile):
        voxels = np.zeros((protocol.slices, protocol.rows, protocol.columns), np.uint8)
        return Volume(voxels, grid), Volume(voxels, grid)

    def only_this(patient, s, *, index, **more):
        return truth_of(patient, s, index=index, **more) if index == one.index else None

    monkeypatch.setattr(cases, "image", imageless)
    monkeypatch.setattr(cases, "slice_truth", only_this)
    case = cases.axial_case(one.region, one.disease, seed=one.seed, scanner=SCANNER)
    assert label_of(one.scheme, case.slices[one.index]) == one.value


def test_a_set_is_locked_when_the_question_is_answered_with_yes(desktop, project, read, answered):
    key(desktop, "1")
    answered(False)
    click(read.ui.lockButton)
    assert read.on and "39 slices have no label" in answered.asked
    answered(True)
    click(read.ui.lockButton)
    assert not read.on and read.ui.readMessageLabel.text == "Your set is locked."
    assert "unassisted" in read_labels(project, "anna").locks
    assert read.choice.status["readers"][0]["left"] == 39


def test_the_status_says_how_far_every_reader_is_and_not_what_they_said(
    desktop, project, labelling, read
):
    key(desktop, "1")
    click(read.ui.stopReadingButton)
    labelling(project, "ben")
    read.choice.refresh()
    table = read.ui.readersTable
    rows = [[table.item(r, c).text() for c in range(4)] for r in range(table.rowCount)]
    assert rows == [["anna", "unassisted", "1", "39"], ["ben", "unassisted", "40", "0"]]
    assert not read.ui.settleButton.enabled and not read.ui.agreementButton.enabled


def test_with_the_models_answers_they_stand_there_with_the_starters_badge(
    desktop, project, labelling, truth, tmp_path, choose
):
    labelling(project, "anna")
    answers_of(project, truth, tmp_path)
    read = choose(project, "anna", arm=ASSISTED)
    item = read.desk.desk.item
    said = "compressed" if truth[item.slice.sop_instance_uid] else "borderline"
    assert read.ui.saidLabel.text.startswith(f"tiny 1 (starter) says: {said}")
    key(desktop, "1")
    assert labels(project, arm=ASSISTED) == [COMPRESSED]
    assert not holdsAnswers(slicer.mrmlScene)


# What goes wrong.


def test_closing_the_scene_loses_no_label(desktop, project, read):
    key(desktop, "1")
    slicer.mrmlScene.Clear(False)
    assert not read.on and "All labels are kept" in read.ui.readMessageLabel.text
    assert labels(project) == [COMPRESSED]
    click(read.ui.startReadingButton)
    settle(desktop)
    key(desktop, "0")
    assert labels(project) == [COMPRESSED, NOT_COMPRESSED]


@pytest.mark.parametrize("how", ["cleanup", "quit"])
def test_when_the_panel_goes_another_program_can_read_on(desktop, project, widget, read, how):
    key(desktop, "1")
    if how == "quit":
        for slot in list(desktop.app.quitters):
            slot()
    else:
        widget.cleanup()
    with ReaderSession(project, "anna") as session:
        assert session.progress().done == 1


def test_nothing_of_the_reading_stays_in_the_scene_when_it_ends(desktop, read):
    key(desktop, "1")
    click(read.ui.stopReadingButton)
    kinds = {
        node.GetAttribute("SpineMRI.Kind") for node in nodesOfClass(slicer.mrmlScene, "vtkMRMLNode")
    }
    assert READ_STACK not in kinds and not read.on


@pytest.mark.timing
def test_no_key_takes_longer_than_a_frame(project, read):
    """CPU time of the main thread, the least of several, so that a busy machine changes nothing."""

    steps = {
        "label": lambda n: read.desk.label(COMPRESSED),
        "undo": lambda n: read.desk.undo(),
        "update": lambda n: read.desk.update(),
        "slice": lambda n: read.scene.go(2),
        "clean": lambda n: read._requireClean(),
    }
    took = {name: least(do, 0.05, 3) for name, do in steps.items()}
    assert max(took.values()) < 0.05, took
