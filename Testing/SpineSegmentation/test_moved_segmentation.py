"""A segmented volume that is moved: names, structures, corrections and files stay with the voxels."""

import numpy as np
import pytest
import slicer

from SpineLib.errors import BadInput
from SpineLib.volume import read_volume
from SpineSlicer.scene.corrections import changes, keepOriginal
from SpineSlicer.scene.overlays import gridAsRead, gridUnder
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.SceneKeeper import SceneKeeper
from SpineSlicer.scene.segmentationExport import exportSegmentation
from SpineSlicer.scene.spineSegmentation import (
    currentLabelmap,
    labelmapAsRead,
    segmentedVolumeNode,
)
from SpineSlicer.scene.volumeInScene import ijkToRas, worldToIjk
from Testing.desktop import desktop  # noqa: F401
from Testing.phantom import phantom
from Testing.SpineSegmentation.test_SegmentationPanel import FOLDER
from Testing.SpineSlicer.scene.at_once import showSegmentation
from Testing.SpineSlicer.scene.test_corrections import half, paint
from Testing.transforms import bend, crop, harden, move, placed

MOTION = placed([10.0, 0.0, 0.0], [12.0, -9.0, 31.0])
WHOLE = phantom()
LABELS = WHOLE.segmentation


@pytest.fixture
def node(scene):
    keeper = SceneKeeper(scene)
    node, _volume = showSegmentation(scene, WHOLE)
    yield node
    keeper.stop()


@pytest.fixture
def volume(node):
    return segmentedVolumeNode(node)


def observed(node):
    move(node, MOTION)


def hardened(node):
    move(node, MOTION)
    harden(node)


def both(node):
    hardened(node)
    move(node, placed([0.0, 0.0, 12.0], [0.0, 5.0, -40.0]))


WAYS = pytest.mark.parametrize("way", [observed, hardened, both], ids=lambda way: way.__name__)


@WAYS
def test_the_structures_are_the_same_voxels_wherever_the_volume_is(node, volume, way):
    way(volume)
    np.testing.assert_array_equal(currentLabelmap(node).voxels, LABELS.voxels)
    read = labelmapAsRead(node)
    assert read.same_grid(LABELS)
    assert node.GetTransformNodeID() == volume.GetTransformNodeID()


@WAYS
def test_a_name_stays_on_its_structure(scene, node, volume, way):
    from SpineSlicer.scene.volumeNodes import nodesOfClass

    labels = next(one for one in nodesOfClass(scene, "vtkMRMLMarkupsFiducialNode")
                  if one.GetAttribute("SpineMRI.Kind") == "segment names")  # fmt: skip
    way(volume)
    for point in range(labels.GetNumberOfControlPoints()):
        at = [0.0] * 3
        labels.GetNthControlPointPositionWorld(point, at)
        i, j, k = np.round(worldToIjk(volume, at)).astype(int)
        number = int(labels.GetNthControlPointDescription(point))
        assert LABELS.voxels[k, j, i] == number, labels.GetNthControlPointLabel(point)


@WAYS
def test_a_volume_that_is_moved_counts_as_no_correction_and_a_correction_stays_one(
    node, volume, way
):
    keepOriginal(node)
    way(volume)
    assert changes(node) == []
    paint(node, "vertebra2", half)
    (one,) = changes(node)
    before = one.removed
    harden(volume)
    (one,) = changes(node)
    assert one.label == 2 and one.removed == before > 0


def test_a_correction_that_was_painted_before_a_transform_is_hardened_is_kept(node, volume):
    keepOriginal(node)
    paint(node, "vertebra2", half)
    painted = currentLabelmap(node).voxels
    both(volume)
    harden(volume)
    np.testing.assert_array_equal(currentLabelmap(node).voxels, painted)


def test_a_segmentation_that_its_reader_shifted_keeps_the_shift(node, volume):
    step = ijkToRas(volume)[:3, 0] * 2
    move(node, placed([0, 0, 0], step))
    harden(node)
    shifted = np.roll(LABELS.voxels, 2, axis=2)
    np.testing.assert_array_equal(currentLabelmap(node).voxels, shifted)
    hardened(volume)
    np.testing.assert_array_equal(currentLabelmap(node).voxels, shifted)


@WAYS
def test_the_file_has_the_grid_of_the_volume_as_it_would_be_saved(node, volume, way, tmp_path):
    way(volume)
    exportSegmentation(node, tmp_path / "labels.nrrd")
    written = read_volume(tmp_path / "labels.nrrd")
    np.testing.assert_array_equal(written.voxels, LABELS.voxels)
    np.testing.assert_allclose(written.ijk_to_ras, ijkToRas(volume), atol=1e-6)


def test_what_an_overlay_stands_on_is_told_now_and_as_it_was_read(node, volume):
    hardened(volume)
    np.testing.assert_allclose(gridUnder(node).ijk_to_ras, MOTION @ LABELS.ijk_to_ras, atol=1e-9)
    np.testing.assert_allclose(gridAsRead(node).ijk_to_ras, LABELS.ijk_to_ras, atol=1e-9)


def warped(node):
    bend(node, WHOLE.volumes["2"])
    harden(node)


@pytest.mark.parametrize("change", [crop, warped], ids=["cropped", "warped"])
def test_on_a_volume_that_lost_its_voxels_nothing_is_measured_or_exported(
    node, volume, change, tmp_path
):
    change(volume)
    assert currentLabelmap(node) is None
    with pytest.raises(BadInput, match="no longer has the voxels that were segmented"):
        exportSegmentation(node, tmp_path / "labels.nrrd")
    assert not (tmp_path / "labels.nrrd").exists()


def test_a_volume_that_was_moved_while_it_was_segmented_is_not_drawn_on(scene, node, volume):
    hardened(volume)
    with pytest.raises(BadInput, match="moved or changed while it was read"):
        showSegmentation(scene, WHOLE, volume)


@pytest.fixture
def panel(desktop, monkeypatch):  # noqa: F811
    monkeypatch.setattr("SpineSlicer.host.Turns.SECONDS_A_TURN", 600.0)
    monkeypatch.setattr("SpineSlicer.host.SetupSection.Installation.missing", lambda self: [])
    widget = desktop.open("SpineSegmentation", FOLDER)
    node = widget.logic.show(WHOLE)
    widget.panel._parameters.segmentation = node
    widget.panel._showSegmentation()
    desktop.application.processEvents()
    yield widget.panel
    widget.cleanup()


@pytest.mark.filterwarnings("ignore:Function. .QTableWidgetItem.setTextAlignment")
@WAYS
def test_a_row_of_the_table_jumps_to_the_structure_where_it_is_now(panel, way):
    volume = segmentedVolumeNode(panel._shown)
    way(volume)
    for row, one in enumerate(panel.structures.measures):
        panel.structures._onRow(row)
        view = slicer.mrmlScene.GetNodeByID("vtkMRMLSliceNodeYellow").GetSliceToRAS()
        at = worldToIjk(volume, [view.GetElement(n, 3) for n in range(3)])
        i, j, k = np.round(at).astype(int)
        assert LABELS.voxels[k, j, i] == one.label


@pytest.mark.filterwarnings("ignore:Function. .QTableWidgetItem.setTextAlignment")
def test_the_panel_says_when_the_volume_lost_its_voxels_and_jumps_nowhere(panel):
    volume = segmentedVolumeNode(panel._shown)
    crop(volume)
    view = slicer.mrmlScene.GetNodeByID("vtkMRMLSliceNodeYellow").GetSliceToRAS()
    before = [view.GetElement(n, 3) for n in range(3)]
    panel.structures._onRow(1)
    assert "no longer has the voxels" in panel.ui.evidenceLabel.text
    assert [view.GetElement(n, 3) for n in range(3)] == before
    panel.correction.show(panel._shown)
    assert not panel.ui.editButton.enabled


def test_a_reading_beside_it_is_drawn_anew_at_the_moved_place(scene, node):
    nodes = ReadingScene(scene)
    nodes.show(WHOLE, surfaces=False)
    volume = nodes.volumeNode("1")
    hardened(volume)
    halo = nodes.node("verdicts")
    np.testing.assert_allclose(
        gridUnder(halo).ijk_to_ras, MOTION @ WHOLE.volumes["1"].ijk_to_ras, atol=1e-9
    )
