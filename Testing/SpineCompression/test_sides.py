"""A study that is read after another scene was there: the patient's right is at the picture's left."""

import io

import numpy as np
import pytest
import slicer
from PIL import Image
from scipy import ndimage

from SpineSlicer.headless.Picture import take
from SpineSlicer.headless.scene import save_scene
from Testing.phantom import SCENE_OF_VERSION_0_1, phantom
from Testing.transforms import move, placed

VIEWS = {"Red": "Axial", "Green": "Coronal", "Yellow": "Sagittal"}


@pytest.fixture(autouse=True)
def slicersViews(app, monkeypatch):
    """Slicer's own views have a default orientation, and nobody turns them back at a close."""
    monkeypatch.setattr("trame_slicer.views.abstract_view.AbstractView.reset_view", lambda _: None)
    for node, orientation in zip(
        (app.axial, app.coronal, app.sagittal), VIEWS.values(), strict=True
    ):
        node.get_view_node().SetDefaultOrientation(orientation)
        node.get_view_node().SetOrientation(orientation)


def axes(name):
    node = slicer.mrmlScene.GetNodeByID(f"vtkMRMLSliceNode{name}")
    return np.array(slicer.util.arrayFromVTKMatrix(node.GetSliceToRAS()))[:3, :3]


def assertSides(app):
    assert axes("Red")[0, 0] < -0.5 and axes("Red")[1, 1] > 0.5
    assert axes("Green")[0, 0] < -0.5 and axes("Green")[2, 1] > 0.5
    assert axes("Yellow")[1, 0] < -0.5 and axes("Yellow")[2, 1] > 0.5
    for shown in (app.axial, app.coronal):
        assert markAt(shown) < -0.3


def markAt(shown):
    """Where the block at the patient's right is in a rendered view: -1 left to 1 right."""
    shown.update_size(200, 200)
    shown.render_window().SetSize(200, 200)
    shown.get_view_node().SetFieldOfView(130.0, 130.0, 4.0)
    pixels = np.asarray(Image.open(io.BytesIO(take(shown, "").png)).convert("L"))
    spots, count = ndimage.label(ndimage.binary_opening(pixels > 180, iterations=3))
    assert count, "no mark is in the picture"
    largest = 1 + int(np.argmax(ndimage.sum_labels(spots > 0, spots, range(1, count + 1))))
    return ndimage.center_of_mass(spots == largest)[1] / 100 - 1


@pytest.fixture
def whole():
    return phantom()


def openOld(scene):
    assert scene.ReadFromMRB(str(SCENE_OF_VERSION_0_1), True)


def test_a_study_that_is_read_after_an_old_scene_was_closed_is_the_right_way_round(
    app, widget, whole
):
    openOld(slicer.mrmlScene)
    slicer.mrmlScene.Clear(False)
    widget.panel.show(whole)
    assertSides(app)


def test_so_it_is_where_the_panel_is_opened_only_afterwards(app, desktop, worker, whole):
    from Testing.SpineCompression.panels import MODULE

    openOld(slicer.mrmlScene)
    slicer.mrmlScene.Clear(False)
    assert axes("Red")[0, 0] > 0.9, "nothing is to be mended"
    opened = desktop.open("SpineCompression", MODULE)
    opened.panel.show(whole)
    assertSides(app)
    opened.cleanup()


def test_a_study_that_is_added_to_an_old_scene_is_the_right_way_round(app, widget, whole):
    openOld(slicer.mrmlScene)
    assertSides(app)
    widget.panel.show(whole)
    assertSides(app)


def test_a_scene_that_is_saved_afterwards_hands_nothing_wrong_on(app, widget, whole, tmp_path):
    openOld(slicer.mrmlScene)
    slicer.mrmlScene.Clear(False)
    widget.panel.show(whole)
    save_scene(app, tmp_path / "scene.mrb")
    slicer.mrmlScene.Clear(False)
    assert slicer.mrmlScene.ReadFromMRB(str(tmp_path / "scene.mrb"), True)
    assertSides(app)
    slicer.mrmlScene.Clear(False)
    widget.panel.show(whole)
    assertSides(app)


def test_a_view_that_was_mirrored_by_hand_is_turned_back_when_a_stack_is_shown(app, widget, whole):
    red = slicer.mrmlScene.GetNodeByID("vtkMRMLSliceNodeRed")
    red.GetSliceToRAS().Identity()
    red.UpdateMatrices()
    widget.panel.show(whole)
    assert axes("Red")[0, 0] < -0.5
    assert markAt(app.axial) < -0.3


def test_a_volume_that_is_turned_over_is_shown_as_a_radiologist_reads(app, widget, whole):
    widget.panel.show(whole)
    move(widget.panel.study.nodes.volumeNode("1"), placed([0.0, 0.0, 180.0], [0.0, 0.0, 0.0]))
    # The block is at the left of who was turned over; the axial view is still right-at-left.
    assert axes("Red")[0, 0] < -0.5
    assert markAt(app.axial) > 0.3


def test_the_second_stack_of_a_comparison_is_shown_in_its_own_slices_and_left_again(
    ui, widget, whole
):
    widget.panel.show(whole)
    ui.displayButton.collapsed = False
    ui.layoutBox.currentIndex = 2
    ui.compareBox.currentIndex = ui.compareBox.findData("1")
    normal = np.array(whole.volumes["1"].directions[:, 2])
    assert abs(axes("Green")[:, 2] @ normal) == pytest.approx(1.0, abs=1e-3)
    assert axes("Green")[0, 0] < -0.5 and axes("Green")[1, 1] > 0.5
    ui.layoutBox.currentIndex = 0
    assert axes("Green")[2, 1] > 0.9
