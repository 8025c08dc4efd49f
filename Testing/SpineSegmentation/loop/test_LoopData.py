"""Data set and queue in the loop's panel, by clicks: what the folder then holds."""

import pytest

from SpineLib.errors import Cancelled, WorkerEnded
from SpineLib.loop.dataset import open_dataset
from SpineLib.loop.images import of_volume
from SpineLib.loop.scores import STAGE
from SpineLib.loop.writer import DatasetWriter
from SpineLib.progress import Step
from SpineLib.volume import write_volume
from Testing.SpineLib.loop import learning
from Testing.SpineSegmentation.loop.story import MODEL, click, erase_half, rows

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
    assert "Cases added: 5" in ui.dataSetLabel.text and ui.queueTable.rowCount == 5
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
    assert "neither a data set" in ui.dataSetLabel.text and not ui.createFrame.visible


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
    assert loop.case.work is not None and "read-only" in ui.caseLabel.text
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
    assert "not a data set" in ui.dataSetLabel.text and not ui.freezeButton.enabled
    away.rename(opened)
    click(ui.reloadButton)
    assert "not a data set" not in ui.dataSetLabel.text and ui.freezeButton.enabled


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
    worker.progress(Step(STAGE, 0, 0, 9.0, 1, 2))
    assert ["0005", "automatic"] in [row[:2] for row in rows(ui.queueTable)]
    click(ui.scoreButton)
    assert worker.cancelled == ["1"]
    worker.error(Cancelled())
    assert "what is finished is kept" in ui.scoreLabel.text
    assert ui.scoreButton.text == "Segment the new cases" and ui.scoreButton.enabled


def test_the_bar_of_segmenting_says_which_case_of_how_many_and_never_goes_back(ui, worker, opened):
    with DatasetWriter(opened) as writer:
        for n in (7, 8, 9):
            image = of_volume(learning.spine(n)[0])
            writer.add(image, patient=f"p{n}", region="lumbar", weighting="T2")
    click(ui.reloadButton)
    click(ui.scoreButton)
    seen, tell = [], worker.progress

    def look(step):
        tell(step)
        seen.append((ui.scoreBar.value / ui.scoreBar.maximum, ui.scoreBar.text))

    worker.progress = look
    worker.work(device="cpu")
    shares = [share for share, _ in seen]
    assert shares == sorted(shares) and len(set(shares)) > 12 and shares[-1] < 1
    assert all(text.startswith("Case ") for _, text in seen)
    assert any(text.startswith("Case 2 of 3: Segmenting 2/8") for _, text in seen)
    assert 1 / 3 <= next(share for share, text in seen if "Case 2 of 3" in text) < 2 / 3


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
