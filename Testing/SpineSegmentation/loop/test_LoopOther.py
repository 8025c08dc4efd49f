"""Another data set is chosen while a worker is at something for the one that is open."""

import shutil

import pytest

from SpineLib.errors import Cancelled
from SpineLib.loop.dataset import open_dataset
from SpineLib.loop.images import of_volume
from SpineLib.loop.writer import DatasetWriter
from SpineLib.progress import Step
from Testing.SpineLib.loop import learning
from Testing.SpineSegmentation.loop.story import click, rows


@pytest.fixture
def said(monkeypatch):
    """Answers what the panel asks before it leaves a data set."""

    def answer(yes):
        def ask(text, *_):
            answer.asked.append(text)
            return yes

        monkeypatch.setattr("SpineSegmentationLib.LoopSection.confirm", ask)

    answer.asked = []
    return answer


@pytest.fixture
def other(folder, tmp_path):
    """A second data set."""
    return shutil.copytree(folder, tmp_path / "other")


def test_a_data_set_is_not_left_without_a_question_while_a_model_is_fine_tuned(
    loop, ui, learner, learnt, other, said
):
    click(ui.tuneButton)
    said(False)
    ui.dataSetEdit.currentPath = str(other)
    assert "being fine-tuned" in said.asked[-1] and "tiny lumbar" in said.asked[-1]
    assert loop.data.data.folder == learnt and ui.dataSetEdit.currentPath == str(learnt)
    assert not learner.cancelled and ui.tuneButton.text == "Cancel"
    said(True)
    ui.dataSetEdit.currentPath = str(other)
    assert learner.cancelled == ["1"] and loop.data.data.folder == other
    learner.progress(Step("Training", 3, 6, 5.0))
    learner.error(Cancelled())
    assert ui.tuneLabel.text == "" and not ui.tuneBar.visible and ui.tuneButton.text != "Cancel"
    assert len(said.asked) == 2, "nobody is asked where nothing runs"


def test_a_model_that_is_done_too_late_is_taken_into_its_own_data_set(
    loop, ui, learner, learnt, other, said
):
    click(ui.tuneButton)
    result = {}
    asked = learner.result
    learner.result = result.update
    learner.work(changes=learning.FEW_STEPS)  # it was done before the cancel was heard
    said(True)
    ui.dataSetEdit.currentPath = str(other)
    asked(result)
    assert ui.tuneLabel.text == "" and len(open_dataset(other).models) == 1
    ui.dataSetEdit.currentPath = str(learnt)
    assert "is done; its model has not been added yet" in ui.learnLabel.text
    click(ui.resumeButton)
    learner.work()
    assert open_dataset(learnt).models[-1].state == "candidate"
    assert not ui.resumeButton.visible


def test_cases_that_were_segmented_or_added_elsewhere_are_not_told_of_this_data_set(
    loop, ui, worker, opened, other, said, tmp_path
):
    with DatasetWriter(opened) as writer:
        writer.add(of_volume(learning.spine(7)[0]), patient="p7", region="lumbar")
    click(ui.reloadButton)
    click(ui.scoreButton)
    said(True)
    ui.dataSetEdit.currentPath = str(other)
    assert "being segmented" in said.asked[-1] and worker.cancelled == ["1"]
    worker.error(Cancelled())
    assert ui.scoreLabel.text == "" and ui.scoreButton.text == "Segment the new cases"
    ui.imagesEdit.currentPath = str(tmp_path)
    click(ui.addButton)
    ui.dataSetEdit.currentPath = str(opened)
    assert "being added" in said.asked[-1]
    worker.result({"added": ["0005"], "left_out": []})
    assert "Cases added" not in ui.dataSetLabel.text and ui.addButton.text != "Cancel"
    assert len(rows(ui.queueTable)) == 5
