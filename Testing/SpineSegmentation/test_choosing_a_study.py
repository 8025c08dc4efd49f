"""What is read is chosen: a volume, a folder, its stacks, or a study of Slicer's DICOM database."""

import shutil
from pathlib import Path

import pytest
import slicer
from PySide6 import QtWidgets

from SpineLib.errors import Cancelled
from Testing.desktop import click
from Testing.desktop.dicomDatabase import DicomDatabase
from Testing.SpineSegmentation.panels import wait

pytestmark = [
    pytest.mark.filterwarnings("ignore:Function. .QTableWidgetItem.setTextAlignment"),
    pytest.mark.usefixtures("turns"),
]


def test_the_volume_in_the_scene_is_chosen_and_can_be_segmented(ui, opened):
    assert ui.volumeSelector.currentNode() is opened[1]
    assert ui.segmentButton.enabled and ui.segmentButton.text == "Segment"
    assert not ui.progressBar.visible and not ui.restartButton.visible
    assert "Starter model" in ui.modelLabel.text


def test_without_a_volume_or_folder_nothing_can_be_segmented(open_panel, worker):
    ui = open_panel().ui
    assert not ui.segmentButton.enabled
    ui.pathEdit.currentPath = "/data/study"
    assert ui.segmentButton.enabled
    click(ui.segmentButton)
    assert worker.arguments["input"] == "/data/study"


def test_a_folder_that_is_dropped_on_the_panel_is_chosen_instead_of_the_volume(
    ui, opened, worker, tmp_path
):
    from PySide6 import QtCore, QtGui, QtWidgets

    data = QtCore.QMimeData()
    data.setUrls([QtCore.QUrl.fromLocalFile(str(tmp_path))])
    where, act = QtCore.QPointF(5, 5), QtCore.Qt.DropAction.CopyAction
    left, none = QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.KeyboardModifier.NoModifier
    for event in (QtGui.QDragEnterEvent(where.toPoint(), act, data, left, none),
                  QtGui.QDropEvent(where, act, data, left, none)):  # fmt: skip
        QtWidgets.QApplication.sendEvent(opened[0]._widget, event)
    click(ui.segmentButton)
    assert worker.arguments["input"] == str(tmp_path)


def test_what_the_person_says_reaches_the_worker(ui, worker):
    ui.weightingBox.setCurrentText("T2")
    ui.deviceBox.setCurrentText("cpu")
    ui.forceBox.checked = True
    click(ui.segmentButton)
    told = worker.arguments
    assert (told["weighting"], told["region"], told["device"]) == ("T2", "", "cpu")
    assert told["force"] is True and told["models"] == [ui.modelBox.currentText]


def test_only_the_segmentation_is_asked_for(ui, worker):
    click(ui.segmentButton)
    assert worker.arguments["tasks"] == ["segmentation"]


def stack_said(identifier, plane, reason):
    says = {"name": "m", "task": "segmentation", "applies": not reason, "reason": reason}
    return {"id": identifier, "plane": plane, "weighting": "T2", "region": "lumbar", "slices": 15,
            "problem": "", "models": [says]}  # fmt: skip


def test_a_folders_stacks_are_offered_with_the_chosen_one_and_why(ui, panel, worker, tmp_path):
    panel.input.choose(str(tmp_path))
    assert worker.asked == ["scan"]
    stacks = [stack_said("2", "sagittal", ""), stack_said("3.1", "axial", "made for sagittal")]
    chosen = {"sagittal": {"stacks": ["2"], "reason": "series 2: sagittal T2, 15 slices"}}
    series = {"description": "", "stacks": stacks}
    worker.result({"studies": [{"series": [series], "chosen": chosen}]})
    assert ui.stackBox.count == 3
    assert ui.stackReasonLabel.text == "Read: 2. Series 2: sagittal T2, 15 slices."
    ui.stackBox.currentIndex = 2
    assert ui.stackReasonLabel.text.startswith("Not assessed: made for sagittal")
    click(ui.segmentButton)
    assert worker.arguments["series"] == "3.1"


def test_the_stacks_of_a_path_that_is_typed_are_looked_for_when_the_typing_stops(
    desktop, ui, worker, tmp_path
):
    (tmp_path / "study").mkdir()
    ui.volumeSelector.setCurrentNode(None)
    for end in range(1, len(str(tmp_path / "study")) + 1):
        ui.pathEdit.currentPath = str(tmp_path / "study")[:end]
    assert worker.asked == []
    wait(desktop, lambda: worker.asked)
    assert worker.asked == ["scan"] and worker.arguments == {"folder": str(tmp_path / "study")}


def test_what_an_earlier_folder_answers_late_is_not_listed(ui, panel, worker, tmp_path):
    panel.input.choose(str(tmp_path))
    late = worker.result, worker.error
    (tmp_path / "other").mkdir()
    panel.input.choose(str(tmp_path / "other"))
    assert worker.cancelled == "1"
    late[1](Cancelled())
    late[0]({"studies": []})
    assert ui.stackReasonLabel.text == "Looking for stacks…"


@pytest.fixture
def scanned(worker, monkeypatch):
    """The worker's looks for stacks are answered at once, as the real worker would."""
    from SpineLib.dicom import scan, scan_files
    from SpineLib.doors.listing import scan_as_json

    whole = worker.request

    def request(command, arguments, **callbacks):
        name = whole(command, arguments, **callbacks)
        if command == "scan":
            files = [Path(one) for one in arguments.get("files", ())]
            worker.result(scan_as_json(scan_files(files) if files else scan(arguments["folder"])))
        return name

    monkeypatch.setattr(worker, "request", request)


def database(monkeypatch, *folders):
    monkeypatch.setattr(slicer, "dicomDatabase", DicomDatabase(*folders), raising=False)


def test_a_folders_study_that_is_in_slicers_database_is_read_from_there(
    ui, panel, worker, scanned, lumbarStudy, tmp_path, monkeypatch
):
    stored = tmp_path / "database"
    shutil.copytree(lumbarStudy, stored)
    database(monkeypatch, stored)
    panel.input.choose(str(lumbarStudy))
    assert "From Slicer's DICOM database." in ui.stackReasonLabel.text
    click(ui.segmentButton)
    files = worker.arguments["files"]
    assert files and all(Path(file).is_relative_to(stored) for file in files)


@pytest.mark.parametrize("left_out", ["one image", "all", "the files are gone"])
def test_a_study_that_slicers_database_does_not_hold_whole_is_read_from_its_folder(
    ui, panel, worker, scanned, lumbarStudy, tmp_path, monkeypatch, left_out
):
    stored = tmp_path / "database"
    shutil.copytree(lumbarStudy, stored)
    files = sorted(file for file in stored.rglob("*.dcm"))
    if left_out == "one image":
        files[len(files) // 2].unlink()
    database(monkeypatch, *([] if left_out == "all" else [stored]))
    if left_out == "the files are gone":
        shutil.rmtree(stored)
    panel.input.choose(str(lumbarStudy))
    assert "database" not in ui.stackReasonLabel.text and ui.stackBox.count > 2
    click(ui.segmentButton)
    assert "files" not in worker.arguments and worker.arguments["input"] == str(lumbarStudy)


def test_a_study_of_slicers_database_is_chosen_in_the_same_place(
    ui, worker, scanned, lumbarStudy, monkeypatch
):
    database(monkeypatch, lumbarStudy)
    click(ui.loadDicomButton)
    (menu,) = ui.loadDicomButton.findChildren(QtWidgets.QMenu)
    texts = [action.text for action in menu.actions()]
    assert texts[0] == "Choose a folder…" and texts[-1] == "Others: the DICOM module…"
    (study,) = menu.actions()[2:-1]
    assert "^" not in study.text
    study.trigger()
    menu.hide()
    assert ui.volumeSelector.currentNode() is None and ui.stackBox.count > 2
    assert "From Slicer's DICOM database." in ui.stackReasonLabel.text
    click(ui.segmentButton)
    assert worker.arguments["input"] == "" and len(worker.arguments["files"]) > 20
    ui.pathEdit.currentPath = "/data/other"
    assert "database" not in ui.stackReasonLabel.text


def test_a_study_without_a_sagittal_stack_says_so_before_anything_is_read(
    ui, panel, worker, tmp_path
):
    panel.input.choose(str(tmp_path))
    chosen = {"sagittal": {"stacks": [], "reason": "the study has no sagittal stack"}}
    series = {"description": "", "stacks": [stack_said("3", "axial", "made for sagittal")]}
    worker.result({"studies": [{"series": [series], "chosen": chosen}]})
    assert "Not assessed: the study has no sagittal stack" in ui.stackReasonLabel.text
