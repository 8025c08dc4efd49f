"""The panel's story by clicks and keys: load, read, cancel, jump, and what the scene then holds."""

import numpy as np
import pytest
import slicer

from SpineLib.errors import BadInput, SpineError
from SpineLib.findings import Findings
from SpineLib.progress import Step
from SpineLib.reading import Reading
from SpineLib.volume import read_volume
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.volumeNodes import addVolumeNode
from Testing.desktop import click, drag, press


@pytest.fixture
def folder(tmp_path, ui):
    """A study's folder, chosen."""
    ui.pathEdit.currentPath = str(tmp_path)
    return tmp_path


def read(ui, worker, reading, tmp_path):
    """Read is clicked and the worker answers with a reading."""
    click(ui.readButton)
    reading.save(tmp_path / "reading")
    worker.answer({"folder": str(tmp_path / "reading")})


def center(panel, number):
    left, top, width, height = panel.result.timeline.cellRects()[number]
    return left + width / 2, top + height / 2


def test_nothing_can_be_read_before_something_is_chosen(ui, tmp_path):
    assert not ui.readButton.enabled
    ui.pathEdit.currentPath = str(tmp_path)
    assert ui.readButton.enabled


def test_a_folder_is_read_and_its_verdict_is_read_first(ui, worker, folder, brief, tmp_path):
    read(ui, worker, brief, tmp_path)
    assert worker.last[1]["input"] == str(folder)
    assert ui.verdictLabel.text == "Compression flagged on 3 of 3 slices"
    assert "Starter" in ui.noticeLabel.text and ui.noticeLabel.isVisible()
    assert ReadingScene(slicer.mrmlScene).findings() == brief.findings


def test_read_turns_into_cancel_and_a_second_click_starts_no_second_run(ui, worker, folder):
    click(ui.readButton)
    assert ui.readButton.text == "Cancel" and ui.progressBar.isVisible()
    worker.progress(Step("Finding the canal", 3, 19, 4.0))
    assert ui.progressBar.text == "Finding the canal 3/19, 4 s" or ui.progressBar.value == 3
    click(ui.readButton)
    assert len(worker.requests) == 1
    assert ui.readButton.text == "Read" and not ui.progressBar.isVisible()
    assert ui.statusLabel.text == "Cancelled."


def test_a_worker_that_dies_is_said_and_another_try_is_possible(ui, worker, folder):
    click(ui.readButton)
    worker.fail(SpineError("The worker ended", advice="Read the study again."))
    assert ui.statusLabel.text == "The worker ended. Read the study again."
    assert ui.readButton.enabled and ui.readButton.text == "Read"


def test_what_the_person_chose_reaches_the_worker(ui, worker, folder):
    ui.weightingBox.currentText = "T2"
    ui.forceBox.checked = True
    ui.thresholdSlider.value = 0.77
    ui.deviceBox.currentText = "cpu"
    click(ui.readButton)
    arguments = worker.last[1]
    assert (arguments["weighting"], arguments["region"], arguments["force"]) == ("T2", "", True)
    assert (arguments["threshold"], arguments["device"]) == (0.77, "cpu")
    assert len(arguments["models"]) == 2


def test_the_sagittal_stack_is_segmented_for_levels_unless_models_are_forced(ui, worker, folder):
    def tasks():
        click(ui.readButton)
        asked = worker.last[1]["tasks"]
        click(ui.readButton)
        return asked

    assert tasks() == ["compression", "grading", "segmentation"]
    ui.forceBox.checked = True  # else lumbar levels would be named in a neck
    assert tasks() == ["compression", "grading"]
    ui.forceBox.checked = ui.levelsBox.checked = False
    assert tasks() == ["compression", "grading"]


def test_the_cards_threshold_is_one_click_away(ui, worker, folder):
    card = ui.thresholdSlider.value
    ui.thresholdSlider.value = 0.99
    ui.modelsButton.collapsed = False
    click(ui.thresholdDefaultButton)
    click(ui.readButton)
    assert ui.thresholdSlider.value == card and worker.last[1]["threshold"] is None


def test_a_folders_stacks_are_listed_with_what_the_models_say_of_them(ui, widget, worker, tmp_path):
    def stack(identifier, plane, reason):
        says = {"name": "m", "task": "compression", "applies": not reason, "reason": reason}
        return {"id": identifier, "plane": plane, "weighting": "T2", "region": "cervical",
                "slices": 19, "problem": "", "models": [says]}  # fmt: skip

    widget.panel.input.choose(str(tmp_path))
    series = {"description": "", "stacks": [stack("3", "sagittal", "made for axial"),
                                            stack("4", "axial", "")]}  # fmt: skip
    chosen = {"axial": {"stacks": ["4"], "reason": "the only axial series"}}
    worker.answer({"studies": [{"series": [series], "chosen": chosen}]})
    assert ui.stackBox.count == 3
    assert ui.stackReasonLabel.text == "Read: 4. The only axial series."
    ui.stackBox.currentIndex = 1
    assert "Not assessed: made for axial" in ui.stackReasonLabel.text
    click(ui.readButton)
    assert worker.last[1]["series"] == "3"


def test_a_dropped_folder_is_chosen(ui, widget, worker, tmp_path):
    from PySide6 import QtCore, QtGui, QtWidgets

    data = QtCore.QMimeData()
    data.setUrls([QtCore.QUrl.fromLocalFile(str(tmp_path))])
    where, act = QtCore.QPointF(5, 5), QtCore.Qt.DropAction.CopyAction
    left, none = QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.KeyboardModifier.NoModifier
    for event in (QtGui.QDragEnterEvent(where.toPoint(), act, data, left, none),
                  QtGui.QDropEvent(where, act, data, left, none)):  # fmt: skip
        QtWidgets.QApplication.sendEvent(widget._widget, event)
    assert ui.pathEdit.currentPath == str(tmp_path)
    assert worker.last == ("scan", {"folder": str(tmp_path)})


def test_a_volume_of_the_scene_is_read_and_gets_its_own_slices_findings(
    ui, worker, brief, tmp_path
):
    node = addVolumeNode(slicer.mrmlScene, brief.volumes["4"], "axial")
    ui.volumeSelector.setCurrentNode(node)
    click(ui.readButton)
    handed = read_volume(worker.last[1]["input"])
    assert (handed.voxels == brief.volumes["4"].voxels).all()
    findings = Findings.from_dict(brief.findings.to_dict())
    for slice_ in findings.stacks[0].slices:
        slice_.sop_instance_uid = ""
    Reading(findings, brief.volumes).save(tmp_path / "reading")
    worker.answer({"folder": str(tmp_path / "reading")})
    said = ReadingScene(slicer.mrmlScene).findings()
    uids = [slice_.sop_instance_uid for slice_ in said.stacks[0].slices]
    assert uids == [slice_.sop_instance_uid for slice_ in brief.findings.stacks[0].slices]
    volumes = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    assert len(volumes) == 1 and ReadingScene(slicer.mrmlScene).volumeNode("4") is node


def test_the_worst_slice_is_gone_to_and_stands_on_top_of_the_table(ui, shown):
    assert shown.slice(shown.place).index == 8
    assert ui.findingsTable.item(0, 0).text() == "9"
    assert ui.sliceLabel.text.startswith("Slice 9: C 0.96")


def test_a_click_on_the_timeline_scrolls_every_view(widget, shown, graded):
    drag(widget.panel.result.timeline, center(widget.panel, 2))
    slice_ = shown.slice(2)
    assert slice_.index == 16
    for view in ("Red", "Yellow", "Green"):
        node = slicer.mrmlScene.GetNodeByID(f"vtkMRMLSliceNode{view}")
        matrix = slicer.util.arrayFromVTKMatrix(node.GetSliceToRAS())
        away = matrix[:3, 2] @ (
            np.array(slice_.canal_center_ras or slice_.position_ras) - matrix[:3, 3]
        )
        assert abs(away) < 0.1


def test_dragging_passes_the_slices_between(widget, shown):
    panel = widget.panel
    seen = []
    shown.listen(lambda what: seen.append(shown.place))
    drag(panel.result.timeline, *(center(panel, n) for n in range(3, 8)))
    assert seen == [3, 4, 5, 6, 7]


def test_scrolling_in_slicer_moves_timeline_and_table(ui, shown):
    red = slicer.mrmlScene.GetNodeByID("vtkMRMLSliceNodeRed")
    slice_ = shown.slice(4)
    red.JumpSliceByCentering(*slice_.position_ras)
    assert shown.place == 4
    rows = {item.row() for item in ui.findingsTable.selectedItems()}
    assert {ui.findingsTable.item(row, 0).text() for row in rows} == {str(slice_.index + 1)}


def test_a_sagittal_view_may_be_scrolled_without_losing_the_slice(shown):
    before = shown.place
    slicer.mrmlScene.GetNodeByID("vtkMRMLSliceNodeYellow").SetSliceOffset(20.0)
    assert shown.place == before


def test_a_row_of_the_table_jumps_there(ui, shown):
    ui.findingsTable.selectRow(3)
    assert str(shown.slice(shown.place).index + 1) == ui.findingsTable.item(3, 0).text()


def test_flagged_and_unreviewed_slices_are_a_key_away(ui, widget, shown):
    timeline = widget.panel.result.timeline
    shown.go(0)
    press(timeline, "n")
    assert shown.isFlagged(shown.place) and not any(shown.isFlagged(n) for n in range(shown.place))
    first = shown.place
    click(ui.nextFlaggedButton)
    assert shown.place > first
    press(timeline, "p")
    assert shown.place == first
    press(timeline, "0")
    shown.go(first - 1)
    press(timeline, "0")
    press(timeline, "u")
    assert shown.place == first + 1


def test_arrows_move_along_the_spine(widget, shown):
    before = shown.place
    press(widget.panel.result.timeline, "Key_Right")
    assert shown.place == before + 1
    press(widget.panel.result.timeline, "Key_Left")
    assert shown.place == before


def test_a_damaged_reading_is_said_by_its_control(ui, widget):
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode")
    node.SetAttribute("SpineMRI.Kind", "findings")
    node.SetAttribute("SpineMRI.Study", "abc")
    node.SetText("{")
    widget.enter()
    assert "damaged" in ui.statusLabel.text


def test_leaving_the_module_stops_the_worker(widget, worker):
    widget.cleanup()
    assert worker.stopped


def test_closing_the_scene_while_reading_cancels_it(ui, worker, folder):
    click(ui.readButton)
    slicer.mrmlScene.Clear(False)
    assert ui.readButton.text == "Read"
    assert not ui.verdictLabel.isVisible()


def test_an_error_of_the_input_is_one_line_with_what_to_do(ui, worker, folder):
    click(ui.readButton)
    worker.fail(BadInput("The folder holds no images", file=folder, advice="Choose another."))
    assert ui.statusLabel.text == f"The folder holds no images ({folder}). Choose another."
