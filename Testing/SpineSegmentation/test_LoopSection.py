"""The correction loop in the panel, by clicks and keys: what the data set's folder then holds."""

import shutil
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import slicer

from SpineLib.errors import Cancelled, SpineError, WorkerEnded, from_exception
from SpineLib.loop import serving
from SpineLib.loop.dataset import open_dataset
from SpineLib.loop.drafts import DRAFT
from SpineLib.loop.images import of_volume
from SpineLib.loop.scores import STAGE, Score, overlay_file, write_score
from SpineLib.loop.writer import DatasetWriter
from SpineLib.progress import Progress, Step
from SpineLib.volume import Volume, write_volume
from Testing.desktop import click as press
from Testing.desktop.segmentEditor import qMRMLSegmentEditorWidget
from Testing.desktop.widgets import CLASSES
from Testing.SpineLib.loop import learning
from Testing.SpineSegmentation.test_corrections import paint

CLASSES.setdefault("qMRMLSegmentEditorWidget", qMRMLSegmentEditorWidget)
FOLDER = Path(__file__).resolve().parents[2] / "SpineSegmentation"
MODEL = "0001-starter-tiny"


LOOPS = []


def settle():
    """Lets the event loop turn until what the panel began is done."""
    from PySide6.QtWidgets import QApplication

    section = LOOPS[-1].case
    end = time.monotonic() + 20
    while section.busy or section._looking.busy or section._doubts._turns.busy:
        QApplication.processEvents()
        assert time.monotonic() < end


def click(widget):
    press(widget)
    settle()


class Worker:
    """A worker in this process, which works when the test says so."""

    def __init__(self):
        self.asked, self.cancelled, self.stopped = [], [], False

    def request(self, command, arguments, *, onResult, onError, onProgress=lambda step: None):
        self.asked.append((command, arguments))
        self.result, self.error, self.progress = onResult, onError, onProgress
        return str(len(self.asked))

    def cancel(self, request):
        self.cancelled.append(request)

    def stop(self):
        self.stopped = True

    def work(self, **changes):
        """Does what was asked last, as the real worker's command does it."""
        command, arguments = self.asked[-1]
        try:
            result = serving.COMMANDS[command]({**arguments, **changes}, Progress(self.progress))
        except SpineError as error:
            self.error(from_exception(error))
        else:
            self.result(result)


@pytest.fixture
def worker(monkeypatch):
    worker = Worker()
    monkeypatch.setattr("SpineSegmentationLib.StudyReader.WorkerProcess", lambda: worker)
    return worker


@pytest.fixture
def learner(monkeypatch):
    learner = Worker()
    monkeypatch.setattr("SpineSegmentationLib.LoopSection.WorkerProcess", lambda: learner)
    return learner


@pytest.fixture
def panel(desktop, worker, learner, monkeypatch):
    monkeypatch.setattr("SpineSegmentationLib.SetupSection.Installation.missing", lambda self: [])
    widget = desktop.open("SpineSegmentation", FOLDER)
    sections = ("loopSection", "dataSetSection", "queueSection", "caseSection", "learnSection")
    for name in sections:
        getattr(widget.panel.loop.ui, name).collapsed = False
    LOOPS.append(widget.panel.loop)
    yield widget.panel
    widget.cleanup()


@pytest.fixture
def loop(panel):
    return panel.loop


@pytest.fixture
def ui(loop):
    return loop.ui


@pytest.fixture(scope="session")
def answered(tmp_path_factory):
    """Four cases with the model's answers: each lacks a disc; the second is the least sure."""
    folder = tmp_path_factory.mktemp("loop") / "lumbar"
    from SpineLib.loop.dataset import create_dataset

    model = learning.tiny_model(folder.parent / "model")
    create_dataset(folder, title="Lumbar", task="segmentation", model=model)
    with DatasetWriter(folder) as writer:
        for n in range(4):
            image, labels = learning.spine(n)
            voxels = labels.voxels.copy()
            voxels[voxels == 202] = 0
            case = writer.add(of_volume(image), patient=f"p{n}", region="lumbar", site="A")
            version = writer.add_version(
                case, labels.with_voxels(voxels), kind="automatic", model=MODEL
            )
            doubt = 0.2 + 0.3 * (n == 1)
            write_score(folder, Score(case.id, MODEL, case.image.sha256, version.number, doubt))
            entropy = labels.with_voxels((voxels == 1).astype(np.float32))
            write_volume(entropy, overlay_file(folder, MODEL, case.id))
    return folder


@pytest.fixture
def folder(answered, tmp_path):
    return Path(shutil.copytree(answered, tmp_path / "lumbar"))


@pytest.fixture
def opened(loop, ui, folder):
    """The panel with the data set, read by Anna."""
    ui.readerEdit.text = "Anna"
    ui.dataSetEdit.currentPath = str(folder)
    return folder


@pytest.fixture
def case(loop, ui, opened):
    """The panel with the first case of the queue open."""
    click(ui.openButton)
    return loop.case.work


def rows(table):
    return [
        [table.item(row, column).text() for column in range(table.columnCount)]
        for row in range(table.rowCount)
    ]


def mend(work):
    """Paints the missing disc as it should be."""
    number = int(work.case.id) - 1
    truth = learning.spine(number)[1].voxels
    click_add(work)
    paint_all(work.shown.node, "disc202", truth == 202)


def click_add(work):
    work.shown.add(202)


def paint_all(node, identifier, mask):
    from vtk.util.numpy_support import numpy_to_vtk

    segmentation = node.GetSegmentation()
    image = slicer.vtkOrientedImageData()
    like = segmentation.GetSegment("vertebra1").GetRepresentation("Binary labelmap")
    image.DeepCopy(like)
    flat = np.ascontiguousarray(mask, np.uint8).ravel()
    image.GetPointData().SetScalars(numpy_to_vtk(flat, deep=True))
    segment = slicer.vtkSegment()
    segment.DeepCopy(segmentation.GetSegment(identifier))
    segment.AddRepresentation("Binary labelmap", image)
    segment.SetLabelValue(1)
    segmentation.RemoveSegment(identifier)
    segmentation.AddSegment(segment, identifier)


def erase_half(work, identifier="vertebra2"):
    def half(array):
        array[:, : array.shape[1] // 2] = 0
        return array

    paint(work.shown.node, identifier, half)


def key(loop, name):
    """What a key of the loop does, as `QShortcut` says it."""
    shortcut = loop.case._keys.shortcuts[name]
    assert shortcut.isEnabled()
    shortcut.activated.emit()
    settle()


def center():
    node = slicer.mrmlScene.GetNodeByID("vtkMRMLSliceNodeRed")
    return np.array([node.GetSliceToRAS().GetElement(n, 3) for n in range(3)])


# --- data set ---------------------------------------------------------------------------------


def test_a_data_set_is_made_filled_and_its_test_frozen_from_the_panel(panel, ui, worker, tmp_path):
    images = tmp_path / "images"
    for n in range(5):
        write_volume(learning.spine(n)[0], images / f"sub-{n:02d}_T2w.nii.gz")
    ui.readerEdit.text = "Anna"
    ui.dataSetEdit.currentPath = str(tmp_path / "new")
    assert "Starter" in ui.createLabel.text or "starter" in ui.createLabel.text
    assert not ui.createButton.enabled  # it has no title yet
    ui.titleEdit.text = "Lumbar, scanner 3"
    click(ui.createButton)
    made = open_dataset(tmp_path / "new")
    assert made.title == "Lumbar, scanner 3" and made.task == "segmentation"
    assert made.current.folder.card.name == panel._model().card.name
    assert "no cases yet" in ui.dataSetLabel.text and not ui.createFrame.visible
    ui.imagesEdit.currentPath = str(images)
    ui.loopRegionBox.setCurrentText("lumbar")
    ui.loopWeightingBox.setCurrentText("T2")
    click(ui.addButton)
    assert ui.addButton.text == "Cancel" and worker.asked[-1][0] == "loop-add"
    worker.work()
    cases = open_dataset(tmp_path / "new").cases
    assert len(cases) == 5 and {case.region for case in cases.values()} == {"lumbar"}
    assert "5 cases added" in ui.dataSetLabel.text and ui.queueTable.rowCount == 5
    ui.shareBox.value = 40
    click(ui.freezeButton)
    frozen = open_dataset(tmp_path / "new").frozen
    assert len(frozen.patients) == 2 and frozen.sha256[:8] in ui.dataSetLabel.text
    assert not ui.freezeButton.enabled
    assert sum("(T)" in row[1] for row in rows(ui.queueTable)) == 2


@pytest.mark.parametrize(("images_only", "state"), [(False, "corrected"), (True, "new")])
def test_labels_of_a_table_become_corrections_unless_only_images_are_wanted(
    ui, worker, opened, tmp_path, images_only, state
):
    image, labels = learning.spine(20)
    write_volume(image, tmp_path / "t2.nii.gz")
    write_volume(labels, tmp_path / "mask.nii.gz")
    (tmp_path / "table.csv").write_text("image,patient,mask\nt2.nii.gz,p20,mask.nii.gz\n")
    ui.imagesEdit.currentPath = str(tmp_path / "table.csv")
    ui.loopRegionBox.setCurrentText("lumbar")
    ui.loopWeightingBox.setCurrentText("T2")
    ui.imagesOnlyBox.checked = images_only
    click(ui.addButton)
    worker.work()
    assert open_dataset(opened).case("0005").state == state


def test_a_folder_that_holds_something_else_says_so(ui, tmp_path):
    (tmp_path / "holiday.txt").write_text("x")
    ui.dataSetEdit.currentPath = str(tmp_path)
    assert "no data set" in ui.dataSetLabel.text and not ui.createFrame.visible


def test_a_data_set_of_another_task_is_refused(ui, tmp_path):
    learning.slice_set(tmp_path / "axial", "compression")
    ui.dataSetEdit.currentPath = str(tmp_path / "axial")
    assert "for compression" in ui.dataSetLabel.text and ui.queueTable.rowCount == 0


def test_a_data_set_that_another_reader_has_open_is_shown_and_not_written(loop, ui, folder):
    from SpineSegmentationLib.LoopDataSet import LoopDataSet

    other = LoopDataSet(folder)
    ui.readerEdit.text = "Ben"
    ui.dataSetEdit.currentPath = str(folder)
    assert "Open elsewhere" in ui.dataSetLabel.text
    assert not ui.freezeButton.enabled and not ui.scoreButton.enabled
    click(ui.openButton)
    assert loop.case.work is not None and "only to be looked at" in ui.caseLabel.text
    assert not ui.acceptButton.enabled and not ui.editButton.enabled
    erase_half(loop.case.work)
    before = sorted(path.name for path in (folder / "cases" / "0002").iterdir())
    click(ui.nextButton)
    assert sorted(path.name for path in (folder / "cases" / "0002").iterdir()) == before
    other.close()
    click(ui.reloadButton)
    assert "Open elsewhere" not in ui.dataSetLabel.text and ui.acceptButton.enabled


def test_a_drive_that_is_gone_is_said_and_taken_up_again_when_it_is_back(panel, ui, opened):
    away = opened.rename(opened.with_name("away"))
    panel.exit()
    panel.enter()
    assert "no data set" in ui.dataSetLabel.text and not ui.freezeButton.enabled
    away.rename(opened)
    click(ui.reloadButton)
    assert "no data set" not in ui.dataSetLabel.text and ui.freezeButton.enabled


# --- queue ------------------------------------------------------------------------------------


def test_the_queue_says_what_teaches_most_and_why_and_can_be_put_in_order_of_arrival(ui, opened):
    table = rows(ui.queueTable)
    assert [row[0] for row in table] == ["0002", "0001", "0003", "0004"]
    assert table[0][1] == "automatic" and float(table[0][2]) == 1.0
    assert "less sure" in table[0][3]
    ui.queueTable.setCurrentCell(0, 0)
    assert "less sure" in ui.whyLabel.text
    ui.orderBox.setCurrentIndex(1)
    assert [row[0] for row in rows(ui.queueTable)] == ["0001", "0002", "0003", "0004"]


def test_new_cases_are_segmented_by_the_worker_one_by_one_and_a_cancel_keeps_what_is_done(
    loop, ui, worker, opened
):
    with DatasetWriter(opened) as writer:
        for n in (7, 8):
            writer.add(of_volume(learning.spine(n)[0]), patient=f"p{n}", region="lumbar")
    click(ui.reloadButton)
    click(ui.scoreButton)
    command, arguments = worker.asked[-1]
    assert (command, arguments["cases"]) == ("loop-score", ["0005", "0006"])
    assert ui.scoreButton.text == "Cancel" and ui.scoreBar.visible
    with DatasetWriter(opened) as writer:
        writer.add_version("0005", learning.spine(7)[1], kind="automatic", model=MODEL)
    worker.progress(Step(STAGE, 1, 2, 9.0))
    assert ["0005", "automatic"] in [row[:2] for row in rows(ui.queueTable)]
    click(ui.scoreButton)
    assert worker.cancelled == ["1"]
    worker.error(Cancelled())
    assert "what is done stays" in ui.scoreLabel.text
    assert ui.scoreButton.text == "Segment the new cases" and ui.scoreButton.enabled


def test_a_worker_that_dies_says_its_last_words_and_can_be_asked_again(ui, worker, opened):
    with DatasetWriter(opened) as writer:
        writer.add(of_volume(learning.spine(7)[0]), patient="p7", region="lumbar")
    click(ui.reloadButton)
    click(ui.scoreButton)
    worker.error(WorkerEnded("The reading process ended before it had answered (exit code 9)"))
    assert "exit code 9" in ui.scoreLabel.text and ui.scoreButton.enabled


def test_a_case_is_set_aside_with_a_reason_and_taken_back(ui, opened):
    ui.queueTable.setCurrentCell(1, 0)
    assert not ui.asideButton.enabled, "it wants a reason"
    ui.asideEdit.text = "Metal"
    click(ui.asideButton)
    assert open_dataset(opened).case("0001").set_aside == "Metal"
    assert rows(ui.queueTable)[-1][:2] == ["0001", "set aside"]
    assert ui.whyLabel.text == "Metal" and ui.asideButton.text == "Take back"
    click(ui.asideButton)
    assert not open_dataset(opened).case("0001").set_aside
    assert ui.asideButton.text == "Set aside"


# --- case -------------------------------------------------------------------------------------


def test_a_case_opens_with_image_named_segments_and_what_to_look_at(ui, case, opened):
    assert case.case.id == "0002" and "Case 0002, automatic" in ui.caseLabel.text
    segmentation = case.shown.node.GetSegmentation()
    names = [segmentation.GetNthSegment(n).GetName() for n in range(6)]
    assert names == ["vertebra 3", "disc 3", "vertebra 2", "vertebra 1", "disc 1", "canal"]
    assert slicer.util.arrayFromVolume(case.shown.volumeNode).shape == (6, 48, 36)
    role = case.shown.node.GetReferenceImageGeometryReferenceRole()
    assert case.shown.node.GetNodeReference(role) is case.shown.volumeNode
    assert rows(ui.placesTable), "the missing disc"
    assert not ui.uncertaintyBox.checked


def test_an_implausible_place_is_jumped_to_in_all_views_by_click_and_key(loop, ui, case):
    places = list(loop.case._places)
    place = next(n for n, one in enumerate(places) if one.ras is not None)
    ui.placesTable.setCurrentCell(place, 0)
    np.testing.assert_allclose(center(), places[place].ras, atol=1e-3)
    case.shown.jump((0.0, 0.0, 0.0))
    for _ in places:
        key(loop, "place")
    assert ui.placesTable.currentRow() == place
    np.testing.assert_allclose(center(), places[place].ras, atol=1e-3)


def test_the_next_structure_is_shown_and_edited(loop, ui, case):
    click(ui.editButton)
    editor = ui.editorFrame.findChildren(qMRMLSegmentEditorWidget)[0]
    assert editor.segmentationNode() is case.shown.node and editor.activeEffect() == "Paint"
    key(loop, "structure")
    assert editor.currentSegmentID() == "vertebra3"
    np.testing.assert_allclose(center(), case.shown.place(3), atol=1e-3)
    key(loop, "structure")
    assert editor.currentSegmentID() == "disc203"
    for _ in range(5):
        key(loop, "structure")
    assert editor.currentSegmentID() == "vertebra3"


def test_the_models_doubts_lie_over_the_image_only_when_asked_for(ui, case, desktop):
    composite = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSliceCompositeNode")
    assert composite.GetForegroundVolumeID() is None
    click(ui.uncertaintyBox)
    node = slicer.mrmlScene.GetNodeByID(composite.GetForegroundVolumeID())
    assert slicer.util.arrayFromVolume(node).max() == 1.0
    assert composite.GetForegroundOpacity() == pytest.approx(0.5)
    ui.uncertaintySlider.value = 0.8
    settle()
    assert composite.GetForegroundOpacity() == pytest.approx(0.8)
    click(ui.uncertaintyBox)
    assert composite.GetForegroundVolumeID() is None


def test_a_correction_becomes_a_version_with_who_and_how_long_and_the_next_case_opens(
    loop, ui, case, opened
):
    mend(case)
    loop.case._clock.seconds = 120.0
    key(loop, "next")
    assert loop.case.work.case.id != "0002"
    saved = open_dataset(opened).case("0002")
    assert saved.state == "corrected" and len(saved.versions) == 2
    version = saved.chosen
    assert (version.by, version.base) == ("Anna", 1) and version.minutes >= 2.0
    np.testing.assert_array_equal(
        saved.open_answer().voxels, learning.spine(1)[1].voxels, "the disc that was painted"
    )
    assert version.dice["202"] == 0.0 and version.dice["1"] == 1.0
    assert not (saved.folder / DRAFT).exists()


def test_a_correction_that_is_not_finished_is_saved_by_itself_and_taken_up_after_a_kill(
    loop, ui, case, opened, desktop
):
    erase_half(case)
    loop.case._clock.seconds = 60.0
    loop.case._saved -= 31
    loop.case.tick()
    painted = case.shown.current().voxels
    assert len(open_dataset(opened).case("0002").versions) == 1
    case.forget()  # as a kill: nothing more is saved, and the lock goes
    case.shown.close()
    loop.case.work = None
    loop.data.data.close()
    ui.dataSetEdit.currentPath = ""
    ui.dataSetEdit.currentPath = str(opened)
    ui.queueTable.setCurrentCell(0, 0)
    click(ui.openButton)
    assert "draft" in ui.checksLabel.text
    np.testing.assert_array_equal(loop.case.work.shown.current().voxels, painted)
    assert loop.case.work.minutes >= 1.0
    click(ui.saveButton)
    assert open_dataset(opened).case("0002").chosen.minutes >= 1.0


def test_nothing_is_written_while_nothing_changes(loop, ui, case, opened):
    before = {path: path.stat().st_mtime_ns for path in opened.rglob("*") if path.is_file()}
    loop.case._saved -= 31
    loop.case.tick()
    after = {path: path.stat().st_mtime_ns for path in opened.rglob("*") if path.is_file()}
    assert after == before


def test_a_full_disk_is_said_and_the_correction_stays_in_the_scene(loop, ui, case, monkeypatch):
    from SpineLib.errors import OutputError

    def full(*_):
        raise OutputError("The disk is full", advice="Free some space.")

    erase_half(case)
    monkeypatch.setattr("SpineSegmentationLib.LoopWork.save_draft", full)
    loop.case._saved -= 31
    loop.case.tick()
    assert ui.checksLabel.text == "Not saved: The disk is full. Free some space."
    assert loop.case.work is case and case.shown.isThere


def test_without_a_name_a_correction_is_kept_as_a_draft(loop, ui, opened):
    ui.readerEdit.text = ""
    click(ui.openButton)
    erase_half(loop.case.work)
    click(ui.saveButton)
    assert "name" in ui.checksLabel.text
    assert (opened / "cases" / "0002" / DRAFT).is_file()
    assert len(open_dataset(opened).case("0002").versions) == 1


def test_an_older_version_can_be_chosen_again_and_the_newer_one_stays(loop, ui, case, opened):
    erase_half(case)
    click(ui.saveButton)
    assert ui.versionBox.count == 2 and ui.versionBox.currentText.startswith("2 · corrected · Anna")
    ui.versionBox.setCurrentIndex(1)
    ui.versionBox.activated.emit(1)
    settle()
    now = open_dataset(opened).case("0002")
    assert now.chosen.number == 1 and len(now.versions) == 2
    np.testing.assert_array_equal(
        case.shown.current().voxels, now.open_answer(now.version(1)).voxels
    )
    assert "Version 1 counts now" in ui.checksLabel.text


def test_a_segment_that_is_no_structure_is_told_and_not_lost(loop, ui, case, opened):
    case.shown.node.GetSegmentation().AddEmptySegment("mine", "Segment_1")
    click(ui.acceptButton)
    assert "Segment_1" in ui.checksLabel.text and "Missing" in ui.checksLabel.text
    click(ui.nextButton)
    assert loop.case.work is case, "the case stays open"
    assert "Segment_1" in ui.checksLabel.text, "and says why"
    case.shown.node.GetSegmentation().RemoveSegment("mine")
    click(ui.acceptButton)
    assert open_dataset(opened).case("0002").state == "approved"


def test_a_missed_structure_is_added_under_its_number(loop, ui, case, opened):
    ui.missingBox.setCurrentIndex(ui.missingBox.findText("disc 2"))
    click(ui.missingButton)
    editor = ui.editorFrame.findChildren(qMRMLSegmentEditorWidget)[0]
    assert editor.currentSegmentID() == "disc202" and ui.editButton.checked
    click(ui.missingButton)
    assert "disc 2 is there already" in ui.checksLabel.text
    paint_all(case.shown.node, "disc202", learning.spine(1)[1].voxels == 202)
    click(ui.saveButton)
    assert (open_dataset(opened).case("0002").open_answer().voxels == 202).any()


MOST = 0.1  # seconds of computing in one turn; what was measured stands in the docs


@pytest.fixture
def large(ui, opened):
    """A lumbar volume as large as they come."""
    shape, small = (18, 448, 448), learning.spine(3)[1]
    voxels = np.zeros(shape, np.uint8)
    voxels[3:9, 100:196, 100:172] = np.repeat(np.repeat(small.voxels, 2, 1), 2, 2)
    grey = np.random.default_rng(1).integers(0, 200, shape).astype(np.int16)
    with DatasetWriter(opened) as writer:
        image = of_volume(Volume(grey, learning.MATRIX))
        case = writer.add(image, patient="large", region="lumbar")
        writer.add_version(case, Volume(voxels, learning.MATRIX), kind="automatic", model=MODEL)
    click(ui.reloadButton)
    return case


def test_saving_a_draft_takes_less_than_50_ms_of_computing(loop, large):
    """While a reader paints."""
    loop.open(large.id)
    settle()
    taken = []
    for n in range(5):
        erase_half(loop.case.work, f"vertebra{n % 3 + 1}")
        loop.case._saved -= 31
        start = time.thread_time()
        loop.case.tick()
        taken.append(time.thread_time() - start)
    assert (large.folder / DRAFT).is_file()
    assert np.median(taken) < 0.05


def test_no_turn_of_opening_saving_accepting_or_leaving_holds_the_window_up(
    loop, ui, large, monkeypatch
):
    from SpineSegmentationLib.Turns import Turns

    taken, plain = [], Turns._step

    def step(self):
        start = time.thread_time()
        plain(self)
        taken.append(time.thread_time() - start)

    monkeypatch.setattr(Turns, "_step", step)
    measured = {}

    def measure(what, do):
        taken.clear()
        do()
        settle()
        measured[what] = max(taken)

    measure("open", lambda: loop.open(large.id))
    erase_half(loop.case.work)
    measure("save", lambda: press(ui.saveButton))
    erase_half(loop.case.work, "vertebra3")
    measure("accept", lambda: loop.case.accept(anyway=True))
    assert open_dataset(loop.data.data.folder).case(large.id).state == "approved"
    loop.open(large.id)
    settle()
    erase_half(loop.case.work, "vertebra1")
    measure("leave", lambda: press(ui.nextButton))
    print({what: round(seconds, 3) for what, seconds in measured.items()})
    assert max(measured.values()) < MOST, measured


@pytest.fixture
def slowly(monkeypatch):
    """Each step is a turn of the event loop, and what a thread does takes some of them."""

    class Late(threading.Thread):
        def run(self):
            time.sleep(0.05)
            super().run()

    monkeypatch.setattr("SpineSegmentationLib.Turns.SECONDS_A_TURN", -1.0)
    monkeypatch.setattr("SpineSegmentationLib.inThread.threading.Thread", Late)


def test_another_case_chosen_while_one_is_opened_is_the_one_that_is_shown(loop, opened, slowly):
    loop.open("0001")
    loop.open("0003")
    settle()
    assert loop.case.work.case.id == "0003"
    shown = [one.GetAttribute("SpineMRI.LoopCase") for one in nodes("vtkMRMLScalarVolumeNode")]
    assert shown == ["0003"] and len(nodes("vtkMRMLSegmentationNode")) == 1


def test_another_case_chosen_while_one_is_saved_comes_after_and_nothing_is_lost(
    loop, ui, case, opened, slowly
):
    erase_half(case)
    painted = case.shown.current().voxels
    press(ui.saveButton)
    assert loop.case.busy and not ui.acceptButton.enabled
    loop.open("0004")
    settle()
    assert loop.case.work.case.id == "0004"
    saved = open_dataset(opened).case("0002")
    assert len(saved.versions) == 2, "saved once"
    np.testing.assert_array_equal(saved.open_answer().voxels, painted)


@pytest.mark.parametrize("stage", ["open", "save"])
def test_a_scene_that_closes_meanwhile_leaves_nothing_half_done(
    loop, ui, opened, desktop, stage, slowly
):
    loop.open("0002")
    if stage == "save":
        settle()
        erase_half(loop.case.work)
        press(ui.saveButton)
    assert loop.case.busy
    desktop.scene.Clear(False)
    settle()
    assert loop.case.work is None and not nodes("vtkMRMLScalarVolumeNode")
    versions = open_dataset(opened).case("0002").versions
    assert len(versions) == (2 if stage == "save" else 1)
    click(ui.openButton)
    assert loop.case.work is not None and not loop.case.work.note


def test_a_module_that_is_left_while_a_case_opens_does_not_count_the_time(
    loop, panel, opened, slowly
):
    loop.open("0002")
    panel.exit()
    settle()
    assert loop.case.work is not None and not loop.case._clock.running
    assert not any(one.isEnabled() for one in loop.case._keys.shortcuts.values())
    panel.enter()
    assert loop.case._clock.running and all(
        one.isEnabled() for one in loop.case._keys.shortcuts.values()
    )


def nodes(name):
    from SpineSegmentationLib.volumeNodes import nodesOfClass

    return [one for one in nodesOfClass(slicer.mrmlScene, name) if one.GetClassName() == name]


def test_a_segment_of_the_readers_own_is_in_the_draft(loop, ui, case, opened):
    truth = learning.spine(1)[1].voxels == 202
    case.shown.addOwn("cyst", truth)
    loop.case._saved -= 31
    loop.case.tick()
    assert "cyst" in ui.checksLabel.text and "draft" in ui.checksLabel.text
    loop.case.forget()  # as a kill would leave it
    click(ui.openButton)
    work = loop.case.work
    assert "draft" in ui.checksLabel.text
    [(name, voxels)] = work.shown.own()
    assert name == "cyst" and np.array_equal(voxels, truth)
    np.testing.assert_array_equal(work.shown.current().voxels, case.shown.labels.voxels)


# --- accept -----------------------------------------------------------------------------------


def lose(work):
    """The middle vertebra goes, which cannot be."""
    work.shown.node.GetSegmentation().RemoveSegment("vertebra2")


def test_accepting_approves_and_opens_the_next_case(loop, ui, case, opened):
    mend(case)
    key(loop, "accept")
    done = open_dataset(opened).case("0002")
    assert done.state == "approved" and done.chosen.approved_by == "Anna"
    assert loop.case.work.case.id == "0001"
    assert "Case 0002 is approved" in ui.checksLabel.text
    assert rows(ui.queueTable)[-1][:2] == ["0002", "approved"]


def test_a_serious_problem_blocks_with_its_place_until_it_is_mended(loop, ui, case, opened):
    lose(case)
    click(ui.acceptButton)
    assert open_dataset(opened).case("0002").state == "corrected"
    found = rows(ui.placesTable)
    row = [what for _, what in found].index("Vertebra 2 is missing between vertebrae 1 and 3")
    assert found[row][0] == "✖"
    assert "Not accepted" in ui.checksLabel.text and ui.anywayButton.visible
    ui.placesTable.setCurrentCell(row, 0)
    np.testing.assert_allclose(center(), list(loop.case._places)[row].ras, atol=1e-3)
    case.shown.add(2)
    paint_all(case.shown.node, "vertebra2", learning.spine(1)[1].voxels == 2)
    click(ui.acceptButton)
    assert open_dataset(opened).case("0002").state == "approved"


def test_what_is_right_as_it_is_is_accepted_on_the_readers_word(loop, ui, case, opened):
    lose(case)
    click(ui.acceptButton)
    click(ui.anywayButton)
    assert open_dataset(opened).case("0002").state == "approved"
    assert loop.case.work.case.id != "0002"


def test_the_last_case_says_that_none_is_left(loop, ui, opened):
    click(ui.openButton)
    for _ in range(4):
        click(ui.anywayButton if ui.anywayButton.visible else ui.acceptButton)
        if loop.case.work is not None and ui.anywayButton.visible:
            click(ui.anywayButton)
    assert loop.case.work is None and "No case is left" in ui.checksLabel.text
    states = {case.state for case in open_dataset(opened).cases.values()}
    assert states == {"approved"}


# --- time, scene, module ----------------------------------------------------------------------


def test_time_counts_only_while_someone_works_here(loop, case, desktop, panel, monkeypatch):
    now = [0.0]
    clock = loop.case._clock
    monkeypatch.setattr(clock, "_now", lambda: now[0])
    clock.start()
    clock.seconds = 0.0
    now[0] += 10
    slicer.mrmlScene.GetNodeByID("vtkMRMLSliceNodeRed").Modified()  # a view is scrolled
    assert clock.seconds == 10
    desktop.app.front = None
    now[0] += 100
    loop.case.tick()
    desktop.app.front = True
    assert clock.seconds == 10
    slicer.mrmlScene.GetNodeByID("vtkMRMLSliceNodeRed").Modified()
    panel.exit()
    now[0] += 100
    panel.enter()
    now[0] += 5
    slicer.mrmlScene.GetNodeByID("vtkMRMLSliceNodeRed").Modified()
    assert clock.seconds == 15


def test_keys_do_nothing_in_another_module(loop, case, panel):
    panel.exit()
    assert not any(one.isEnabled() for one in loop.case._keys.shortcuts.values())
    panel.enter()
    assert all(one.isEnabled() for one in loop.case._keys.shortcuts.values())


def test_a_scene_that_is_closed_keeps_the_correction_as_a_draft(loop, ui, case, opened, desktop):
    erase_half(case)
    painted = case.shown.current().voxels
    desktop.scene.Clear(False)
    assert loop.case.work is None and "No case is open" in ui.caseLabel.text
    assert (opened / "cases" / "0002" / DRAFT).is_file()
    ui.queueTable.setCurrentCell(0, 0)
    click(ui.openButton)
    np.testing.assert_array_equal(loop.case.work.shown.current().voxels, painted)


def test_a_case_whose_nodes_are_deleted_is_let_go(loop, ui, case):
    slicer.mrmlScene.RemoveNode(case.shown.node)
    loop.case.tick()
    assert loop.case.work is None and "taken out of the scene" in ui.checksLabel.text


def test_an_image_that_changed_on_the_disk_sets_its_case_aside(loop, ui, opened):
    image, _ = learning.spine(99)
    write_volume(image, opened / "cases" / "0002" / "image.nii.gz")
    click(ui.openButton)
    assert loop.case.work is None and "others than when it was added" in ui.dataSetLabel.text
    assert "others" in open_dataset(opened).case("0002").set_aside
    assert rows(ui.queueTable)[-1][:2] == ["0002", "set aside"]


def test_the_module_goes_with_a_draft_kept_the_workers_ended_and_the_lock_free(
    desktop, worker, learner, folder, monkeypatch
):
    from SpineSegmentationLib.LoopDataSet import LoopDataSet

    monkeypatch.setattr("SpineSegmentationLib.SetupSection.Installation.missing", lambda self: [])
    widget = desktop.open("SpineSegmentation", FOLDER)
    loop = widget.panel.loop
    loop.ui.readerEdit.text = "Anna"
    loop.ui.dataSetEdit.currentPath = str(folder)
    LOOPS.append(loop)
    loop.open("0003")
    settle()
    erase_half(loop.case.work)
    widget.cleanup()
    assert worker.stopped and learner.stopped
    assert (folder / "cases" / "0003" / DRAFT).is_file()
    assert not LoopDataSet(folder).readOnly


# --- learn ------------------------------------------------------------------------------------


@pytest.fixture
def learnt(loop, ui, tmp_path):
    """The panel with seven corrected cases, three of them of the frozen test."""
    learning.segmentation_set(tmp_path / "set")
    ui.readerEdit.text = "Anna"
    ui.dataSetEdit.currentPath = str(tmp_path / "set")
    return tmp_path / "set"


def test_from_corrected_cases_to_a_promoted_model_and_back_while_the_reader_goes_on(
    loop, ui, learner, worker, learnt
):
    assert "learn from: 4, patients: 4" in ui.learnLabel.text
    assert not ui.runTable.visible
    click(ui.tuneButton)
    assert learner.asked[-1][0] == "loop-finetune" and ui.tuneButton.text == "Cancel"
    learner.progress(Step("Training", 3, 6, 5.0))
    assert ui.tuneBar.text == "Training 3/6, 5 s"
    ui.queueTable.setCurrentCell(0, 0)
    click(ui.openButton)  # the reader goes on
    assert loop.case.work is not None
    learner.work(changes=learning.FEW_STEPS)
    curve = rows(ui.runTable)
    assert [row[0] for row in curve] == ["2", "4", "6"]
    assert all(float(row[1]) > 0 and 0 <= float(row[2]) <= 1 for row in curve)
    dataset = open_dataset(learnt)
    new = dataset.models[-1].id
    assert dataset.models[-1].state == "candidate" and dataset.current.id == MODEL
    assert f"{new} is made" in ui.tuneLabel.text and ui.candidateBox.currentText == new
    assert not ui.promoteButton.enabled, "nothing is compared yet"
    click(ui.compareButton)
    learner.work()
    table = rows(ui.comparisonTable)
    assert any("Dice" in row[1] for row in table) and "file://" in ui.pageLabel.text
    comparison = loop.learn._comparison
    if comparison["worse"] or comparison["cannot"]:
        assert ui.reasonEdit.visible and not ui.promoteButton.enabled
        ui.reasonEdit.text = "A trial"
    click(ui.promoteButton)
    learner.work()
    dataset = open_dataset(learnt)
    assert dataset.current.id == new and f"{new} is in force" in ui.promoteLabel.text
    assert not ui.tuneLabel.text, "that it is to be compared first is past"
    assert ui.earlierBox.currentText == MODEL
    click(ui.backButton)
    assert open_dataset(learnt).current.id == MODEL
    assert "Model in force: " + MODEL in ui.dataSetLabel.text
    click(ui.curveButton)
    learner.work()
    curve = rows(ui.curveTable)
    assert {row[0] for row in curve} == {"0001", "0002"}
    assert any(row[1] == "4" and row[2] == "10" for row in curve)
    assert len({(row[0], row[3]) for row in curve}) == len(curve), "each figure once a model"


def test_a_cancelled_fine_tuning_can_be_gone_on_with(loop, ui, learner, learnt):
    from SpineLib.loop.finetune import prepare

    click(ui.tuneButton)
    click(ui.tuneButton)
    assert learner.cancelled == ["1"]
    prepare(open_dataset(learnt), changes=learning.FEW_STEPS)  # as far as the worker came
    learner.error(Cancelled())
    assert ui.tuneLabel.text == "Cancelled." and ui.resumeButton.visible
    assert "Fine-tuning 0001 was stopped" in ui.learnLabel.text
    click(ui.resumeButton)
    command, arguments = learner.asked[-1]
    assert command == "loop-finetune" and arguments["run"].endswith("runs/0001")
    learner.work()
    assert open_dataset(learnt).models[-1].state == "candidate"
    assert not ui.resumeButton.visible


def test_a_model_that_is_worse_needs_a_reason_and_may_be_refused(loop, ui, learner, learnt):
    from SpineLib.loop.promotion import compare

    with DatasetWriter(learnt) as writer:
        other = learning.tiny_model(learnt.parent / "other", seed=5)
        new = writer.add_model(other, parent=MODEL).id
    compare(open_dataset(learnt), new, margins={"dice": 0.0, "level": 0.0, "names": 0.0})
    click(ui.reloadButton)
    worse = [row for row in rows(ui.comparisonTable) if row[0] == "▼"]
    assert worse and "Worse beyond the margin" in ui.promoteLabel.text
    assert ui.reasonEdit.visible and not ui.promoteButton.enabled
    ui.reasonEdit.text = "The test has one strange case"
    assert ui.promoteButton.enabled
    click(ui.refuseButton)
    model = open_dataset(learnt).models[-1]
    assert model.state == "refused" and model.reason == "The test has one strange case"


def test_without_a_frozen_test_nothing_can_be_learnt_and_it_says_why(ui, opened):
    assert "Freeze the test first" in ui.learnLabel.text and not ui.tuneButton.enabled


# --- form -------------------------------------------------------------------------------------


def test_the_loop_fits_into_400_pixels(desktop, ui, case, learnt):
    desktop.application.processEvents()
    assert desktop.window.widget().minimumSizeHint.width() <= 400
