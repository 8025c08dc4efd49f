"""A case in the loop's panel, by clicks and keys: look, correct, accept."""

import numpy as np
import pytest
import slicer

from SpineLib.errors import BadInput
from SpineLib.loop.dataset import open_dataset
from SpineLib.loop.drafts import DRAFT
from SpineLib.loop.writer import DatasetWriter
from SpineSlicer.scene.volumeInScene import ijkToRas, worldToIjk
from Testing.desktop.segmentEditor import qMRMLSegmentEditorWidget
from Testing.SpineLib.loop import learning
from Testing.SpineSegmentation.loop.story import (
    center,
    click,
    erase_half,
    key,
    lose,
    mend,
    paint_all,
    rows,
    settle,
)
from Testing.transforms import crop, harden, move, placed

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
    places = loop.case._places._places
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


@pytest.mark.parametrize("hardened", [False, True])
def test_a_case_that_is_moved_keeps_its_answer_and_its_places(loop, ui, case, hardened):
    before, node = case.shown.current(), case.shown.volumeNode
    places = loop.case._places._places
    move(node, placed([0.0, 20.0, 0.0], [15.0, 0.0, -30.0]))
    if hardened:
        harden(node)
    now = case.shown.current()
    np.testing.assert_array_equal(now.voxels, before.voxels)
    assert now.same_grid(case.case.grid)
    for place in (one for one in places if one.ras is not None):
        case.shown.jump(place.ras)
        np.testing.assert_allclose(worldToIjk(node, center()), now.ijk(place.ras), atol=1e-3)
    erase_half(case)
    voxels = before.voxels.copy()
    half = voxels[:, : voxels.shape[1] // 2]
    half[half == 2] = 0
    np.testing.assert_array_equal(case.shown.current().voxels, voxels)
    click(ui.uncertaintyBox)
    overlay = slicer.mrmlScene.GetNodeByID(
        slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSliceCompositeNode").GetForegroundVolumeID()
    )
    assert overlay.GetTransformNodeID() == node.GetTransformNodeID()
    np.testing.assert_allclose(ijkToRas(overlay), ijkToRas(node), atol=1e-9)


def test_a_version_is_shown_where_the_case_lies_now(loop, ui, case):
    before = case.shown.current()
    move(case.shown.volumeNode, placed([0.0, 0.0, 15.0], [9.0, 4.0, 30.0]))
    harden(case.shown.volumeNode)
    case.shown.show(before, case.shown.lowest)
    np.testing.assert_array_equal(case.shown.current().voxels, before.voxels)


def test_no_place_is_shown_in_an_image_that_was_cropped_and_the_answer_stays(loop, ui, case):
    before = case.shown.current()
    crop(case.shown.volumeNode)
    key(loop, "place")
    assert "no longer has the voxels" in ui.checksLabel.text
    key(loop, "structure")
    assert "no longer has the voxels" in ui.checksLabel.text
    np.testing.assert_array_equal(case.shown.current().voxels, before.voxels)


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
    assert "Version 1 is the current one now" in ui.checksLabel.text


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
    assert ui.missingBox.findText("disc 2") < 0, "it is there now"
    with pytest.raises(BadInput, match="disc 2 already exists"):
        case.shown.add(202)
    paint_all(case.shown.node, "disc202", learning.spine(1)[1].voxels == 202)
    click(ui.saveButton)
    assert (open_dataset(opened).case("0002").open_answer().voxels == 202).any()


def test_only_what_is_missing_is_offered_as_missing(loop, ui, case):
    def offered():
        return [ui.missingBox.itemText(n) for n in range(ui.missingBox.count)]

    assert "disc 2" in offered() and "vertebra 4" in offered()
    assert not {"vertebra 1", "vertebra 2", "vertebra 3", "disc 1", "disc 3", "canal"} & {
        *offered()
    }
    lose(case)
    loop.case.tick()  # within a second
    assert "vertebra 2" in offered()


def test_a_long_place_is_read_in_full_however_narrow_the_panel_is(desktop, loop, ui, case):
    from SpineLib.loop.problem import Problem

    text = "Vertebra 2 is less than half as high as the mean of its neighbours, which is rare"
    loop.case._places.show([Problem(text), Problem("Short")])
    heights = []
    for width in (600, 330):
        desktop.window.resize(width, 900)
        for _ in range(3):
            desktop.application.processEvents()
        table = ui.placesTable
        assert not table.horizontalScrollBar().visible
        heights.append([table.rowHeight(row) for row in range(2)])
    assert heights[1][0] > heights[0][0] >= heights[0][1], "it wraps"
    assert heights[1][1] == heights[0][1]
    assert ui.queueTable.item(0, 3).toolTip() == ui.whyLabel.text.replace("; ", "\n")
    assert not ui.queueTable.horizontalScrollBar().visible


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
    np.testing.assert_allclose(center(), loop.case._places._places[row].ras, atol=1e-3)
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


def test_what_was_painted_saved_or_taken_up_again_is_never_said_to_be_the_models(
    loop, ui, case, opened
):
    nothing = "Nothing differs from the model's segments."
    assert ui.changesLabel.text == nothing
    erase_half(case)  # wherever it is painted
    assert ui.changesLabel.text.startswith("Being corrected")
    click(ui.saveButton)
    assert ui.changesLabel.text == "Segments that differ from the model's: 1"
    assert [row[0] for row in rows(ui.changesTable)] == ["vertebra 2"]
    erase_half(case, "vertebra3")
    loop.case.forget()  # as a kill would leave it
    click(ui.openButton)
    assert "draft" in ui.checksLabel.text
    assert ui.changesLabel.text == "Segments that differ from the model's: 2"
    click(ui.editButton)
    assert ui.changesLabel.text.startswith("Being corrected")
    click(ui.editButton)
    assert ui.changesLabel.text == "Segments that differ from the model's: 2"
    ui.versionBox.setCurrentIndex(1)  # the model's own
    ui.versionBox.activated.emit(1)
    settle()
    assert ui.changesLabel.text == nothing


def test_labels_that_no_model_gave_are_not_held_against_one(loop, ui, learnt):
    loop.open("0004")
    settle()
    assert not ui.changesLabel.text
    click(ui.editButton)
    erase_half(loop.case.work)
    click(ui.editButton)
    assert ui.changesLabel.text.startswith("Segments that differ from before your correction")


def test_when_a_version_was_saved_is_said_on_the_readers_clock(loop, ui, case, monkeypatch):
    monkeypatch.setattr(
        "SpineSegmentationLib.LoopVersions.readersTime", lambda text: f"my clock at {text[:4]}"
    )
    erase_half(case)
    click(ui.saveButton)
    assert ui.versionBox.currentText.startswith("2 · corrected · Anna · my clock at 20")


def test_structures_have_the_names_that_the_version_knows_and_keep_them_when_it_is_corrected(
    loop, ui, opened
):
    case = open_dataset(opened).case("0003")
    with DatasetWriter(opened) as writer:
        labels = case.open_answer()
        writer.add_version(case, labels, kind="automatic", model="0002-tiny", lowest="L5")
    click(ui.reloadButton)
    loop.open("0003")
    settle()
    segmentation = loop.case.work.shown.node.GetSegmentation()
    names = [segmentation.GetNthSegment(n).GetName() for n in range(6)]
    assert names == ["L3", "L3/L4", "L4", "L5", "L5/S1", "canal"]
    assert ui.missingBox.findText("L4/L5") >= 0 and ui.missingBox.findText("disc 2") < 0
    place = rows(ui.placesTable)[0][1]
    assert place == "L4/L5: There is no disc between vertebrae 2 and 1"
    key(loop, "structure")
    assert ui.checksLabel.text == "L3"
    erase_half(loop.case.work)
    click(ui.saveButton)
    assert open_dataset(opened).case("0003").chosen.lowest == "L5"
    assert [row[0] for row in rows(ui.changesTable)] == ["L4"]
    ui.versionBox.setCurrentIndex(ui.versionBox.count - 1)  # one that does not know
    ui.versionBox.activated.emit(0)
    settle()
    assert segmentation.GetNthSegment(2).GetName() == "vertebra 2"
