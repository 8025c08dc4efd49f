"""The segmentation module's panel, driven by clicks: what the person sees, what the scene holds."""

from dataclasses import replace

import numpy as np
import pytest
import slicer
from PySide6 import QtWidgets

from SpineLib.errors import BadInput, Cancelled, WorkerEnded
from SpineLib.inference.naming import rename
from SpineLib.inference.parts import Parts
from SpineLib.labels import ASSESSED
from SpineLib.levels import LevelsFinding, VertebraFinding
from SpineLib.progress import Step
from SpineLib.reasons import LUMBOSACRAL, Reason
from SpineLib.volume import read_volume
from SpineSlicer.headless.scene import load_scene, save_scene
from SpineSlicer.scene.corrections import ALGORITHM_TYPE
from SpineSlicer.scene.labelmapNodes import vtkTag
from SpineSlicer.scene.segmentNames import bodyMiddle
from SpineSlicer.scene.spineSegmentation import currentLabelmap, segmentationFinding
from SpineSlicer.scene.volumeNodes import addVolumeNode
from Testing.desktop import click
from Testing.desktop.segmentEditor import qMRMLSegmentEditorWidget
from Testing.SpineSegmentation.panels import FOLDER, answer, open_section, rows, wait
from Testing.SpineSlicer.scene.test_corrections import half, paint

pytestmark = [
    pytest.mark.filterwarnings("ignore:Function. .QTableWidgetItem.setTextAlignment"),
    pytest.mark.usefixtures("turns"),
]

OURS = ("SpineSegmentationLib.", "SpineSlicer.scene", "SpineSlicer.host")
DIAGNOSIS = {
    "software": "SlicerSpineMRI 0.1.0", "python": "3.12.1", "system": "Linux 6.1 x86_64",
    "processors": 8, "packages": {"torch": "2.8.0", "monai": None}, "devices": ["CPU, 8 threads"],
    "problem": "", "broken": [], "models": [{"name": "starter-segmentation", "version": "0.1.0",
                                             "task": "segmentation", "state": "whole"}],
}  # fmt: skip


def test_while_it_works_the_button_cancels_and_a_second_click_starts_no_second_run(ui, worker):
    click(ui.segmentButton)
    assert ui.segmentButton.text == "Cancel" and ui.progressBar.visible
    worker.progress(Step("Segmenting", 3, 12, 8.0))
    assert ui.progressBar.text == "Segmenting 3/12, 8 s"
    click(ui.segmentButton)
    assert worker.asked == ["read"] and worker.cancelled == "1"
    worker.error(Cancelled())
    assert ui.verdictLabel.text == "Cancelled."
    assert ui.segmentButton.text == "Segment" and ui.segmentButton.enabled


def test_the_result_is_a_segmentation_beside_its_volume_with_a_row_a_structure(
    ui, opened, segmented, lumbar
):
    volume = opened[1]
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    parent, other = (tree.GetItemParent(tree.GetItemByDataNode(n)) for n in (segmented, volume))
    assert parent == other
    role = segmented.GetReferenceImageGeometryReferenceRole()
    assert segmented.GetNodeReference(role) is volume
    table = rows(ui.structuresTable)
    names = [row[0] for row in table]
    whole = [ui.structuresTable.item(row, 0).toolTip() for row in range(len(names))]
    found = sorted(s.name for s in lumbar.findings.segmentation.segments)
    assert sorted(text.split(".")[0] for text in whole) == found
    assert "vertebra 2 (level not known)" in found
    assert names[-1] == "canal" and names.index("vertebra 2 ?") < names.index("disc 2 ?")
    disc = next(row for row in table if row[0].startswith("disc"))
    assert all(float(text) > 0 for text in [disc[1], *disc[2].split(), *disc[3:]])
    assert len(disc[2].split()) == 3
    vertebra = next(row for row in table if row[0].startswith("vertebra"))
    assert float(vertebra[1]) > 0 and set(vertebra[2:]) == {"–"}
    assert "Neither the sacrum" in ui.evidenceLabel.text
    assert "vertebrae" in ui.verdictLabel.text and "Starter" in ui.noticeLabel.text


def test_only_spine_segmentations_are_offered(ui, segmented):
    halo = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "verdicts")
    halo.SetAttribute("SpineMRI.Kind", "verdicts")
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "the reader's own")
    assert ui.segmentationSelector.nodeCount() == 1
    assert ui.segmentationSelector.currentNode() is segmented


def test_what_was_not_assessed_says_why(ui, worker, lumbar, tmp_path):
    from dataclasses import replace

    from SpineLib.findings import Findings, SegmentationFinding
    from SpineLib.reading import Reading

    findings = replace(
        Findings.from_dict(lumbar.findings.to_dict()),
        segmentation=SegmentationFinding(reason="this stack is cervical"),
    )
    click(ui.segmentButton)
    answer(worker, Reading(findings, lumbar.volumes), tmp_path / "r")
    assert ui.verdictLabel.text == "Not assessed: this stack is cervical"
    assert slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSegmentationNode") is None


def test_a_click_on_a_row_jumps_there_in_all_views_and_chooses_the_vertebra(ui, segmented):
    name = "vertebra 2 (level not known)"
    row = [one[0] for one in rows(ui.structuresTable)].index("vertebra 2 ?")
    ui.structuresTable.setCurrentCell(row, 0)
    node = slicer.mrmlScene.GetNodeByID("vtkMRMLSliceNodeRed")
    center = np.array([node.GetSliceToRAS().GetElement(n, 3) for n in range(3)])
    labelmap = currentLabelmap(segmented)
    segments = segmentationFinding(segmented, labelmap).segments
    vertebra = next(segment for segment in segments if segment.label == 2)
    np.testing.assert_allclose(center, bodyMiddle(Parts(labelmap), vertebra), atol=1e-3)
    assert ui.vertebraSelector.currentText == name


def test_groups_are_hidden_and_shown_and_3d_is_made_on_demand(ui, segmented):
    display = segmented.GetDisplayNode()
    name = slicer.vtkSegmentationConverter.GetSegmentationClosedSurfaceRepresentationName()
    assert not segmented.GetSegmentation().ContainsRepresentation(name)
    ui.discBox.checked = False
    assert not display.GetSegmentVisibility("disc202") and display.GetSegmentVisibility("canal")
    click(ui.show3DButton)
    assert segmented.GetSegmentation().ContainsRepresentation(name)
    assert display.GetVisibility3D()
    click(ui.show3DButton)
    assert not display.GetVisibility3D()


def test_this_one_is_l5(ui, segmented):
    open_section(ui.namesButton)
    ui.vertebraSelector.setCurrentIndex(0)
    ui.nameBox.setCurrentText("L5")
    click(ui.nameButton)
    names = [row[0] for row in rows(ui.structuresTable)]
    assert (
        "–L5" in ui.verdictLabel.text
        and "L5" in names
        and not [name for name in names if "?" in name]
    )
    assert ui.namesLabel.text == "The reader named vertebra 1 L5"
    assert ui.evidenceLabel.text == "The reader named vertebra 1 L5."
    assert segmented.GetSegmentation().GetSegment("vertebra1").GetName() == "L5"


def test_a_name_that_the_sagittal_levels_do_not_share_is_warned_of_until_a_reader_decides(
    ui, opened, worker, lumbar, tmp_path
):
    found = lumbar.findings.segmentation
    discs = {
        segment.label - 200: segment.centroid_ras
        for segment in found.segments
        if segment.kind == "disc"
    }
    levels = LevelsFinding(ASSESSED, ["2"], [
        VertebraFinding(f"L{4 - n}", 0.99, None, discs[n]) for n in sorted(discs, reverse=True)])  # fmt: skip
    named = rename(found, 1, "L4", Reason(LUMBOSACRAL, {"slope": 40}))
    findings = replace(lumbar.findings, segmentation=named, levels=levels)
    click(ui.segmentButton)
    answer(worker, replace(lumbar, findings=findings), tmp_path / "reading")
    assert "⚠ The lumbar segmentation calls L" in ui.verdictLabel.text
    assert "do not agree" in ui.verdictLabel.text
    open_section(ui.namesButton)
    ui.nameBox.setCurrentText("L5")
    click(ui.nameButton)
    assert "do not agree" not in ui.verdictLabel.text


def test_a_name_that_cannot_be_is_refused_beside_the_button(ui, segmented):
    open_section(ui.namesButton)
    ui.vertebraSelector.setCurrentIndex(1)
    ui.nameBox.setCurrentText("L6")
    click(ui.nameButton)
    assert "cannot be L6" in ui.namesLabel.text
    assert "?" in rows(ui.structuresTable)[0][0]
    assert "levels not known" in ui.verdictLabel.text


def test_transitional_anatomy_is_stated(ui, segmented):
    open_section(ui.namesButton)
    ui.countBox.setCurrentText("6")
    click(ui.countButton)
    assert segmented.GetSegmentation().GetSegment("vertebra1").GetName() == "L6"


def test_a_name_is_taken_back_and_given_again_by_a_click(ui, segmented):
    slicer.app.settings().setValue("SpineMRI/Reader", "AB")
    open_section(ui.namesButton)
    assert not ui.undoNameButton.enabled and not ui.redoNameButton.enabled
    before = rows(ui.structuresTable)
    click(ui.nameButton)
    click(ui.undoNameButton)
    assert rows(ui.structuresTable) == before and "levels not known" in ui.verdictLabel.text
    text = ui.namesLabel.text
    assert text.startswith("Undone: the reader named vertebra 1 L5 (AB, ")
    assert "T" not in text.partition("AB, ")[2] and "+00:00" not in text, "on the reader's clock"
    assert not ui.undoNameButton.enabled
    click(ui.redoNameButton)
    assert "–L5" in ui.verdictLabel.text and not ui.redoNameButton.enabled


def test_correcting_opens_the_editor_and_back_says_what_changed(ui, opened, segmented):
    open_section(ui.correctButton)
    click(ui.editButton)
    editor = ui.editorFrame.findChildren(qMRMLSegmentEditorWidget)[0]
    assert editor.segmentationNode() is segmented and editor.sourceVolumeNode() is opened[1]
    assert editor.effectNameOrder()[:2] == ("Paint", "Erase")
    assert editor.activeEffect() == "Paint" and editor._shortcuts
    paint(segmented, "disc202", half)
    click(ui.editButton)
    assert not ui.editorFrame.visible and editor.activeEffect() is None
    assert not editor._shortcuts and not editor._observing
    (row,) = rows(ui.changesTable)
    assert int(row[4]) > 0 and 0 < float(row[5]) < 1
    disc = segmented.GetSegmentation().GetSegment("disc202")
    assert vtkTag(disc, ALGORITHM_TYPE) == "SEMIAUTOMATIC"
    assert ui.editButton.text == "Correct in Segment Editor"


def test_leaving_the_module_takes_the_editors_hands_off_the_views(panel, ui, segmented):
    open_section(ui.correctButton)
    click(ui.editButton)
    editor = ui.editorFrame.findChildren(qMRMLSegmentEditorWidget)[0]
    panel.exit()
    assert not editor._shortcuts and not editor._observing and editor.activeEffect() is None
    panel.enter()
    assert editor._shortcuts and editor._observing


def test_a_new_run_leaves_a_corrected_segmentation_alone(ui, worker, segmented, lumbar, tmp_path):
    open_section(ui.correctButton)
    click(ui.editButton)
    paint(segmented, "disc202", half)
    click(ui.editButton)
    click(ui.segmentButton)
    answer(worker, lumbar, tmp_path / "again")
    assert segmented.GetScene() is slicer.mrmlScene
    assert "(corrected)" in segmented.GetName() and not segmented.GetDisplayNode().GetVisibility()
    nodes = slicer.mrmlScene.GetNodesByClass("vtkMRMLSegmentationNode")
    assert nodes.GetNumberOfItems() == 2


def test_the_label_map_is_exported_on_the_inputs_grid(ui, segmented, lumbar, tmp_path):
    open_section(ui.exportSection)
    assert not ui.exportButton.enabled
    ui.exportEdit.currentPath = str(tmp_path / "labels.png")
    click(ui.exportButton)
    assert "not a file name for a label map" in ui.exportLabel.text
    ui.exportEdit.currentPath = str(tmp_path / "labels.nii.gz")
    click(ui.exportButton)
    back = read_volume(tmp_path / "labels.nii.gz")
    assert back.same_grid(lumbar.volumes["2"])
    np.testing.assert_array_equal(back.voxels, lumbar.segmentation.voxels)


def test_a_saved_scene_brings_the_panel_back_to_where_it_was(app, panel, ui, segmented, tmp_path):
    open_section(ui.namesButton)
    click(ui.nameButton)
    before = rows(ui.structuresTable)
    save_scene(app, tmp_path / "scene.mrb")
    app.scene.Clear(False)
    assert ui.structuresTable.rowCount == 0 and not ui.show3DButton.enabled
    load_scene(app, tmp_path / "scene.mrb")
    assert rows(ui.structuresTable) == before
    assert ui.volumeSelector.currentNode().GetName() == "T2 sagittal"
    assert "Starter" in ui.noticeLabel.text and "vertebrae" in ui.verdictLabel.text


def test_a_scene_that_is_closed_while_it_works_gets_nothing_of_it(
    app, ui, worker, lumbar, tmp_path
):
    click(ui.segmentButton)
    app.scene.Clear(False)
    assert worker.cancelled == "1"
    answer(worker, lumbar, tmp_path / "r")
    assert slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSegmentationNode") is None
    assert ui.segmentButton.text == "Segment" and ui.verdictLabel.text == ""


def test_an_error_is_one_line_by_the_button_and_no_dialog(ui, worker):
    click(ui.segmentButton)
    worker.error(BadInput("Every voxel of this volume has the same value"))
    assert ui.verdictLabel.text == "Every voxel of this volume has the same value."
    assert not ui.restartButton.visible and ui.segmentButton.enabled


def test_a_worker_that_died_can_be_started_again(ui, worker):
    click(ui.segmentButton)
    worker.error(WorkerEnded("The reading process ended before it had answered (exit code 9)"))
    assert "exit code 9" in ui.verdictLabel.text
    click(ui.restartButton)
    assert worker.asked == ["read", "read"] and ui.segmentButton.text == "Cancel"


def test_diagnostics_are_shown_and_copied_and_name_no_patient(ui, panel, worker, lumbar, opened):
    import slicer as application

    opened[1].SetName("DOE^JOHN")
    setup = panel.setup.ui
    open_section(setup.setupButton)
    click(setup.diagnosticsButton)
    assert worker.asked == ["diagnose"]
    worker.result(DIAGNOSIS)
    text = setup.diagnosticsText.plainText
    assert (
        "starter-segmentation 0.1.0 (segmentation): whole" in text
        and "Slicer 5.13.0" in text
        and "DOE" not in text
    )
    click(setup.copyButton)
    assert application.app.clipboard().text() == text


def test_what_is_missing_opens_the_setup_and_nothing_is_installed(open_panel, worker, monkeypatch):
    monkeypatch.setattr(
        "SpineSlicer.host.SetupSection.Installation.missing", lambda self: ["einops"]
    )
    monkeypatch.setattr("SpineSlicer.host.SetupSection.Installation._tools", lambda self: object())
    setup = open_panel().setup.ui
    assert not setup.setupButton.collapsed
    assert "Missing in Slicer's Python: einops" in setup.setupLabel.text
    assert setup.installButton.enabled and worker.asked == []


def test_another_python_is_kept_in_the_settings(panel):
    setup = panel.setup.ui
    setup.pythonEdit.currentPath = "/no/python"
    assert "There is no Python at /no/python" in setup.setupLabel.text
    assert slicer.app.settings().value("SpineMRI/WorkerPython") == "/no/python"


def test_the_panel_fits_into_400_pixels_and_every_control_says_what_it_is(desktop, ui, segmented):

    for button in (ui.namesButton, ui.correctButton, ui.exportSection, ui.modelButton):
        button.collapsed = False
    desktop.application.processEvents()
    inner = desktop.window.widget()
    assert inner.minimumSizeHint.width() <= 400
    controls = (QtWidgets.QAbstractButton, QtWidgets.QComboBox, QtWidgets.QTableWidget)
    for one in inner.findChildren(QtWidgets.QWidget):
        named = one.objectName
        if isinstance(one, controls) and named and not named.startswith("qt_"):
            assert one.toolTip, named


def test_reloading_the_module_ends_the_worker_and_reads_every_file_anew(desktop, worker):
    import sys

    widget = desktop.open("SpineSegmentation", FOLDER)
    ours = {name: one for name, one in sys.modules.items() if name.startswith(OURS)}
    widget.onReload()
    assert worker.stopped and "SpineSegmentationLib.SegmentationPanel" in ours
    assert not [name for name, one in ours.items() if sys.modules.get(name) is one]


def test_reload_keeps_folder_and_stack_and_brings_the_panel_back(desktop, lumbarStudy):
    """With a real worker: the new panel is made of new modules, which no test has touched."""
    panel = desktop.open("SpineSegmentation", FOLDER).panel
    panel.input.choose(str(lumbarStudy))
    wait(desktop, lambda: panel.ui.stackBox.count > 2)
    panel.ui.stackBox.currentIndex = 2
    stack = panel.ui.stackBox.currentData
    slicer.modules.SpineSegmentationWidget.onReload()
    widget = slicer.modules.SpineSegmentationWidget
    assert widget.panel is not panel
    ui = widget.panel.ui
    wait(desktop, lambda: ui.stackBox.currentIndex > 0)
    assert ui.pathEdit.currentPath == str(lumbarStudy) and ui.stackBox.currentData == stack
    assert ui.segmentButton.visible and ui.segmentButton.enabled
    assert not panel.ui.segmentButton.visible
    widget.cleanup()


def test_the_worker_ends_with_the_panel(desktop, worker):
    widget = desktop.open("SpineSegmentation", FOLDER)
    widget.cleanup()
    assert worker.stopped
    app_scene = desktop.scene
    app_scene.Clear(False)  # nothing of the panel hears it any more


@pytest.mark.parametrize("end", ["cleanup", "onReload"])
def test_a_panel_that_goes_while_it_works_leaves_nothing_behind(
    desktop, worker, lumbar, tmp_path, monkeypatch, end
):
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    addVolumeNode(desktop.scene, lumbar.volumes["2"], "T2 sagittal")
    widget = desktop.open("SpineSegmentation", FOLDER)
    click(widget.panel.ui.segmentButton)
    assert list(tmp_path.iterdir())
    getattr(widget, end)()
    assert worker.stopped and not list(tmp_path.iterdir())
    worker.error(Cancelled())  # an answer that comes too late
    assert slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSegmentationNode") is None
