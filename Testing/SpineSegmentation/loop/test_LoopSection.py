"""The loop's panel over time: the reader's minutes, the scene, the module, and learning."""

import numpy as np
import slicer

from SpineLib.errors import Cancelled
from SpineLib.loop.dataset import open_dataset
from SpineLib.loop.drafts import DRAFT
from SpineLib.loop.writer import DatasetWriter
from SpineLib.progress import Step
from SpineLib.volume import write_volume
from SpineSlicer.headless.scene import save_scene
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.studyNodes import (
    SEGMENT_NAMES,
    SEGMENTATION,
    nodesOfKind,
    segmentationNodes,
)
from Testing.SpineLib.loop import learning
from Testing.SpineSegmentation.loop.story import (
    FOLDER,
    LOOPS,
    MODEL,
    click,
    erase_half,
    rows,
    settle,
)

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
    assert not any(shortcut.isEnabled() for shortcut in loop.case._keys.shortcuts.values())
    panel.enter()
    assert all(shortcut.isEnabled() for shortcut in loop.case._keys.shortcuts.values())


def test_a_scene_that_is_closed_keeps_the_correction_as_a_draft(loop, ui, case, opened, desktop):
    erase_half(case)
    painted = case.shown.current().voxels
    desktop.scene.Clear(False)
    assert loop.case.work is None and "No case is open" in ui.caseLabel.text
    assert (opened / "cases" / "0002" / DRAFT).is_file()
    ui.queueTable.setCurrentCell(0, 0)
    click(ui.openButton)
    np.testing.assert_array_equal(loop.case.work.shown.current().voxels, painted)


def test_nothing_of_another_study_lies_over_a_case(
    loop, ui, opened, panel, app, lumbar, desktop, tmp_path
):
    """Whether it was there before the case, or a scene is added while the case is open."""
    scene = slicer.mrmlScene
    ReadingScene(scene).show(lumbar, surfaces=False)
    save_scene(app, tmp_path / "other.mrb")
    (theirs,) = segmentationNodes(scene)
    panel.ui.segmentationSelector.setCurrentNode(theirs)
    assert theirs.GetDisplayNode().GetVisibility()
    click(ui.openButton)
    case = loop.case.work.shown

    def isAlone():
        views = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
        others = [n for k in (SEGMENTATION, SEGMENT_NAMES) for n in nodesOfKind(scene, k)]
        assert {view.GetBackgroundVolumeID() for view in views} == {case.volumeNode.GetID()}
        assert others and not any(one.GetDisplayNode().GetVisibility() for one in others)

    isAlone()
    scene.ReadFromMRB(str(tmp_path / "other.mrb"), False)
    desktop.application.processEvents()
    isAlone()
    panel.enter()
    isAlone()
    ui.dataSetEdit.currentPath = ""
    settle()
    assert loop.case.work is None and theirs.GetDisplayNode().GetVisibility()


def test_a_case_whose_nodes_are_deleted_is_let_go(loop, ui, case):
    slicer.mrmlScene.RemoveNode(case.shown.node)
    loop.case.tick()
    assert loop.case.work is None and "removed from the scene" in ui.checksLabel.text


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

    monkeypatch.setattr("SpineSlicer.host.SetupSection.Installation.missing", lambda self: [])
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
    assert f"{new} was trained" in ui.tuneLabel.text and ui.candidateBox.currentText == new
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
    assert dataset.current.id == new and f"{new} is the current model now" in ui.promoteLabel.text
    assert not ui.tuneLabel.text, "that it is to be compared first is past"
    assert ui.earlierBox.currentText == MODEL
    click(ui.backButton)
    assert open_dataset(learnt).current.id == MODEL
    assert ui.promoteLabel.text == f"{MODEL} is the current model again."
    assert "Current model: " + MODEL in ui.dataSetLabel.text
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


def test_a_cancel_says_at_which_step_and_waits_for_the_checkpoint(ui, learner, learnt):
    click(ui.tuneButton)
    click(ui.tuneButton)
    assert learner.seconds == [60], "else the worker is ended while it writes"
    learner.work(
        stop=lambda step: step.stage == "Training" and step.done == 3, changes=learning.FEW_STEPS
    )
    assert ui.tuneLabel.text == "Cancelled."
    assert "Fine-tuning 0001 was stopped at step 3 of 6." in ui.learnLabel.text


def test_a_model_that_is_worse_needs_a_reason_and_may_be_refused(loop, ui, learner, learnt):
    from SpineLib.loop.promotion import compare

    with DatasetWriter(learnt) as writer:
        other = learning.tiny_model(learnt.parent / "other", seed=5)
        new = writer.add_model(other, parent=MODEL).id
        for case in writer.dataset.test()[:2]:  # corrected from the current model's own answer
            labels = case.open_answer()
            own = writer.add_version(case, labels, kind="automatic", model=MODEL)
            writer.add_version(case, labels, kind="corrected", by="anna", base=own.number)
    compare(open_dataset(learnt), new, margins={"dice": 0.0, "level": 0.0, "names": 0.0})
    click(ui.reloadButton)
    worse = [row for row in rows(ui.comparisonTable) if row[0] == "▼"]
    assert worse and "Worse than the margin allows" in ui.promoteLabel.text
    assert (
        "2 of the 3 test cases were corrected from the current model's own answer"
        in ui.promoteLabel.text
    )
    assert "looks worse than it is" in ui.promoteLabel.text
    assert ui.reasonEdit.visible and not ui.promoteButton.enabled
    ui.reasonEdit.text = "The test has one strange case"
    assert ui.promoteButton.enabled
    click(ui.refuseButton)
    model = open_dataset(learnt).models[-1]
    assert model.state == "refused" and model.reason == "The test has one strange case"
    assert ui.promoteLabel.text == f"{new} was refused; {MODEL} stays the current model."


def test_without_a_frozen_test_nothing_can_be_learnt_and_it_says_why(ui, opened):
    assert "Freeze the test first" in ui.learnLabel.text and not ui.tuneButton.enabled


# --- form -------------------------------------------------------------------------------------


def test_the_loop_fits_into_400_pixels(desktop, ui, case, learnt):
    desktop.application.processEvents()
    assert desktop.window.widget().minimumSizeHint.width() <= 400
