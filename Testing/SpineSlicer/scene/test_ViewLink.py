"""What the slice views show of a study, and what of a reader's own way of looking they keep."""

import numpy as np
import pytest
import slicer
from scipy.spatial.transform import Rotation

from SpineLib.volume import Volume
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.ShownStudy import ShownStudy
from SpineSlicer.scene.ViewLink import ViewLink
from SpineSlicer.scene.volumeNodes import addVolumeNode
from Testing.phantom import LOWER, SAGITTAL, SIDE, UPPER, phantom, spine_volume, two_blocks


@pytest.fixture
def study(desktop):
    """Both blocks and the sagittal series, shown; the views follow."""
    desktop.scene.Clear(False)
    ReadingScene(desktop.scene).show(two_blocks())
    study = ShownStudy(desktop.scene)
    link = ViewLink(study)
    study.link = link
    study.open()
    link.start()
    yield study
    link.stop()
    study.close()


def view(name):
    return slicer.mrmlScene.GetNodeByID(f"vtkMRMLSliceNode{name}")


def background(name):
    return slicer.app.layoutManager().sliceWidget(name).mrmlSliceCompositeNode().GetBackgroundVolumeID()  # fmt: skip


def onScreen(name, study):
    """Where the current slice's canal is in a view, pixels from the lower left."""
    xyToRas = slicer.util.arrayFromVTKMatrix(view(name).GetXYToRAS())
    return (np.linalg.inv(xyToRas) @ [*study.toWorld(study.place), 1.0])[:3]


def go(study, stack, index):
    study.go(next(n for n, p in enumerate(study.places) if (p.stack, p.index) == (stack, index)))


def field(name):
    return np.array(view(name).GetFieldOfView()[:2])


def zoomAndPan(name):
    """As a reader does by wheel and drag: half of the field, a bit to the side."""
    node = view(name)
    x, y, z = node.GetFieldOfView()
    node.SetFieldOfView(x / 2, y / 2, z)
    node.SetSliceOrigin(8.0, -5.0, 0.0)


@pytest.mark.parametrize("name", ["Red", "Yellow", "Green"])
def test_a_readers_zoom_is_kept_from_block_to_block(study, name):
    zoomAndPan(name)
    before = field(name)
    for stack, index in ((LOWER, 2), (UPPER, 0), (LOWER, 7)):
        go(study, stack, index)
        np.testing.assert_allclose(field(name), before)


def test_a_readers_pan_is_kept_from_block_to_block(study):
    zoomAndPan("Red")
    before = onScreen("Red", study)[:2]
    for stack in (LOWER, UPPER, LOWER):
        go(study, stack, 3)
        np.testing.assert_allclose(onScreen("Red", study), [*before, 0], atol=0.5)


def test_the_picture_stands_still_from_slice_to_slice_of_a_block(study):
    zoomAndPan("Red")
    at = slicer.util.arrayFromVTKMatrix(view("Red").GetXYToRAS()).copy()
    go(study, study.current.stack, study.current.index - 1)
    now = slicer.util.arrayFromVTKMatrix(view("Red").GetXYToRAS())
    moved = (now - at)[:3, 3]
    across = at[:3, 2] / np.linalg.norm(at[:3, 2])
    np.testing.assert_allclose(moved - (moved @ across) * across, 0, atol=1e-6)
    assert abs(moved @ across) > 3


def test_a_slice_that_is_out_of_sight_is_brought_into_it(study):
    for name in ("Red", "Yellow"):
        view(name).SetSliceOrigin(500.0, 0.0, 0.0)
    go(study, LOWER, 1)
    for name in ("Red", "Yellow"):
        x, y, z = onScreen(name, study)
        width, height, _ = view(name).GetDimensions()
        assert 0 < x < width and 0 < y < height and abs(z) < 0.5


def test_a_study_is_fitted_when_it_is_first_shown_and_not_when_it_is_read_again(study):
    zoomAndPan("Red")
    before = field("Red")
    study.open()  # as after a new run, or when the module is entered again
    np.testing.assert_allclose(field("Red"), before)


def test_scrolling_on_over_the_border_of_a_block_shows_the_next_block(study):
    go(study, UPPER, 0)
    for _ in range(40):  # mm, downwards
        if study.current.stack == UPPER:
            view("Red").SetSliceOffset(view("Red").GetSliceOffset() - 1)
    assert (study.current.stack, study.current.index) == (LOWER, 7)
    assert background("Red") == study.nodes.volumeNode(LOWER).GetID()


def test_the_sagittal_view_shows_the_studys_own_sagittal_series(study):
    side = study.nodes.volumeNode(SIDE).GetID()
    for stack in (UPPER, LOWER):
        go(study, stack, 2)
        shown = [background(name) for name in ("Red", "Yellow", "Green")]
        axial = study.nodes.volumeNode(stack).GetID()
        assert shown == [axial, side, axial]
        assert abs(onScreen("Yellow", study)[2]) < 0.5


def test_a_sagittal_series_that_the_reader_loaded_serves_as_well(desktop):
    desktop.scene.Clear(False)
    reading = phantom()
    reading.findings.stacks = [stack for stack in reading.findings.stacks if stack.plane == "axial"]
    reading.findings.segmentation, reading.segmentation = (
        type(reading.findings.segmentation)(),
        None,
    )
    side = addVolumeNode(desktop.scene, reading.volumes.pop(SIDE), "T2 sagittal")
    shown(desktop, reading)
    assert background("Yellow") == side.GetID()


def test_a_sagittal_series_of_another_space_is_not_laid_under_the_ladder(desktop):
    desktop.scene.Clear(False)
    reading = phantom()
    there, side = "1.2.826.0.7.9", reading.volumes[SIDE]
    reading.findings.stacks[1].frame_of_reference_uid = there
    reading.volumes[SIDE] = Volume(side.voxels, side.ijk_to_ras, side.frames, there)
    study = shown(desktop, reading)
    assert background("Yellow") == study.nodes.volumeNode(UPPER).GetID()


def shown(desktop, reading):
    ReadingScene(desktop.scene).show(reading)
    study = ShownStudy(desktop.scene)
    link = ViewLink(study)
    study.open()
    link.start()
    link.stop()
    return study


def test_two_stacks_stand_side_by_side_each_in_its_own_slices(study):
    go(study, UPPER, 2)
    study.link.compare(LOWER)
    for index in (2, 5):
        go(study, UPPER, index)
        stack = next(lower for lower in study.findings.stacks if lower.id == LOWER)
        assert background("Red") == study.nodes.volumeNode(UPPER).GetID()
        assert background("Green") == study.nodes.volumeNode(LOWER).GetID()
        axes = slicer.util.arrayFromVTKMatrix(view("Green").GetSliceToRAS())
        normal = np.cross(*(np.array(stack.ijk_to_ras)[:3, n] for n in (0, 1)))
        assert abs(axes[:3, 2] @ normal) / np.linalg.norm(normal) == pytest.approx(1, abs=1e-4)
        # The nearest of its own slices, never the black beyond them, its canal in the middle.
        np.testing.assert_allclose(axes[:3, 3], stack.slices[-1].canal_center_ras, atol=0.1)
        scales = [field(name)[1] / view(name).GetDimensions()[1] for name in ("Red", "Green")]
        assert scales[0] == pytest.approx(scales[1])


def test_comparing_never_moves_the_place(study):
    go(study, UPPER, 2)
    study.link.compare(LOWER)
    green = view("Green")
    green.SetSliceOffset(green.GetSliceOffset() - 4)
    zoomAndPan("Green")
    assert (study.current.stack, study.current.index) == (UPPER, 2)
    study.link.compare("")
    assert (study.current.stack, study.current.index) == (UPPER, 2)
    assert background("Red") == study.nodes.volumeNode(UPPER).GetID()


def test_the_view_that_compared_is_coronal_again_afterwards(study):
    zoomAndPan("Green")
    before = field("Green")
    study.link.compare(LOWER)
    study.link.compare("")
    np.testing.assert_allclose(field("Green"), before)
    assert background("Green") == study.nodes.volumeNode(study.current.stack).GetID()
    axes = slicer.util.arrayFromVTKMatrix(view("Green").GetSliceToRAS())
    np.testing.assert_allclose(np.abs(axes[:3, 2]), [0, 1, 0], atol=1e-6)


def test_the_sagittal_view_lies_in_the_series_own_slices(desktop):
    desktop.scene.Clear(False)
    reading = phantom()
    turn = Rotation.from_euler("z", 7.0, degrees=True).as_matrix()
    volume = spine_volume(turn @ SAGITTAL, (9, 40, 36), (3.2, 3.2, 5.0))
    reading.volumes[SIDE], reading.segmentation = volume, None
    reading.findings.stacks[1].ijk_to_ras = volume.ijk_to_ras.tolist()
    reading.findings.segmentation = type(reading.findings.segmentation)()
    shown(desktop, reading)
    axes = slicer.util.arrayFromVTKMatrix(view("Yellow").GetSliceToRAS())
    assert abs(axes[:3, 2] @ turn[:, 0]) == pytest.approx(1, abs=1e-6)
