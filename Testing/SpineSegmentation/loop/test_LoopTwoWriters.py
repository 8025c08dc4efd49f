"""Another program writes to the case that is open in the panel: nothing is passed over silently."""

import numpy as np
import pytest

from SpineLib.loop.dataset import open_dataset
from SpineLib.loop.drafts import DRAFT
from SpineLib.loop.writer import DatasetWriter
from Testing.SpineLib.loop import learning
from Testing.SpineSegmentation.loop.story import click, erase_half, key, settle


@pytest.fixture
def truth():
    return learning.spine(1)[1]


@pytest.fixture
def overtaken(case, opened, truth):
    """Bea corrects the open case from the command line."""
    with DatasetWriter(opened) as writer:
        writer.add_version("0002", truth, kind="corrected", by="Bea")
    return case


def now(opened):
    return open_dataset(opened).case("0002")


def test_saving_says_that_another_reader_saved_and_keeps_the_work_as_a_draft(
    loop, ui, overtaken, opened
):
    erase_half(overtaken)
    painted = overtaken.shown.current().voxels
    click(ui.saveButton)
    assert [version.by for version in now(opened).versions] == ["", "Bea"], "nothing is put on top"
    assert "Another reader (Bea) saved version 2 meanwhile" in ui.overtakenLabel.text
    assert "That is the current version now." in ui.overtakenLabel.text and ui.insistButton.visible
    assert "draft" in ui.checksLabel.text and ui.versionBox.currentText.startswith("2 · corrected")
    click(ui.nextButton)  # it can be left, too, and says where the work is
    assert loop.case.work.case.id != "0002" and "kept as a draft" in ui.checksLabel.text
    loop.open("0002")
    settle()
    np.testing.assert_array_equal(loop.case.work.shown.current().voxels, painted)
    assert "Another reader (Bea) saved version 2" in ui.overtakenLabel.text
    assert now(opened).chosen.by == "Bea"


def test_mine_counts_when_i_say_so_and_the_other_readers_version_stays(
    loop, ui, overtaken, opened, truth
):
    erase_half(overtaken)
    painted = overtaken.shown.current().voxels
    click(ui.saveButton)
    click(ui.insistButton)
    case = now(opened)
    assert [(version.number, version.by, version.base) for version in case.versions[1:]] == [
        (2, "Bea", 1), (3, "Anna", 1),
    ]  # fmt: skip
    assert case.chosen.number == 3 and not (case.folder / DRAFT).exists()
    np.testing.assert_array_equal(case.open_answer().voxels, painted)
    np.testing.assert_array_equal(case.open_answer(case.version(2)).voxels, truth.voxels)
    assert not ui.insistButton.visible and not ui.overtakenLabel.visible


def test_the_other_readers_version_can_be_taken_and_mine_is_kept_beside_it(
    loop, ui, overtaken, opened, truth
):
    erase_half(overtaken)
    painted = overtaken.shown.current().voxels
    click(ui.saveButton)
    ui.versionBox.activated.emit(ui.versionBox.currentIndex)  # version 2, which is shown there
    settle()
    case = now(opened)
    assert case.chosen.number == 2 and len(case.versions) == 3
    np.testing.assert_array_equal(case.open_answer(case.version(3)).voxels, painted)
    np.testing.assert_array_equal(overtaken.shown.current().voxels, truth.voxels)
    assert not ui.insistButton.visible


@pytest.mark.parametrize("what", ["accept", "choose"])
def test_what_is_accepted_or_chosen_never_passes_over_what_nobody_here_has_seen(
    loop, ui, overtaken, opened, what
):
    if what == "accept":
        key(loop, "accept")
    else:
        ui.versionBox.activated.emit(0)  # the list still shows version 1 only
        settle()
    case = now(opened)
    assert case.chosen.number == 2 and case.state == "corrected" and len(case.versions) == 2
    assert "Bea" in ui.overtakenLabel.text and loop.case.work is overtaken
    click(ui.insistButton)
    assert now(opened).chosen.number == 1


# --- set aside ---------------------------------------------------------------------------------


def test_a_case_that_is_set_aside_while_it_is_open_can_only_be_looked_at(loop, ui, case, opened):
    click(ui.editButton)
    erase_half(case)
    painted = case.shown.current().voxels
    ui.queueTable.setCurrentCell(0, 0)
    ui.asideEdit.text = "Metal"
    click(ui.asideButton)
    assert "set aside" in ui.caseLabel.text and not ui.editButton.checked
    for one in (ui.acceptButton, ui.saveButton, ui.editButton, ui.missingButton):
        assert not one.enabled
    loop.case.accept(anyway=True)
    settle()
    assert len(now(opened).versions) == 1 and (now(opened).folder / DRAFT).is_file()
    click(ui.asideButton)  # taken back
    assert ui.acceptButton.enabled and "set aside" not in ui.caseLabel.text
    click(ui.saveButton)
    np.testing.assert_array_equal(now(opened).open_answer().voxels, painted)


def test_a_case_that_another_program_set_aside_can_be_left_with_a_draft(loop, ui, case, opened):
    with DatasetWriter(opened) as writer:
        writer.set_aside("0002", "Metal", by="Bea")
    erase_half(case)
    click(ui.saveButton)
    assert "set aside: Metal" in ui.checksLabel.text and not ui.saveButton.enabled
    click(ui.nextButton)
    assert loop.case.work.case.id != "0002" and (now(opened).folder / DRAFT).is_file()
    assert len(now(opened).versions) == 1
