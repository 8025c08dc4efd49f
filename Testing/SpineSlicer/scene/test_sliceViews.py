"""The patient's right is at the picture's left: whatever scene was loaded, closed or saved before."""

import io
from itertools import permutations, product

import numpy as np
import pytest
import slicer
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage
from scipy.spatial.transform import Rotation

from SpineSlicer.headless.app import HeadlessSlicer
from SpineSlicer.headless.Picture import take
from SpineSlicer.headless.scene import load_scene, save_scene
from SpineSlicer.scene.SceneKeeper import SceneKeeper
from SpineSlicer.scene.sliceViews import mendViews, turnToSlices, turnToVolume
from SpineSlicer.scene.volumeNodes import addVolumeNode
from Testing.phantom import CENTER, SCENE_OF_VERSION_0_1, phantom, spine_volume

VIEWS = {"Red": "Axial", "Green": "Coronal", "Yellow": "Sagittal"}
# The ways in which a volume can be stored along the body's axes.
STORED = [
    np.eye(3)[:, list(order)] * signs
    for order in permutations(range(3))
    for signs in product((1, -1), repeat=3)
]


@pytest.fixture
def desktop(app, scene, monkeypatch):
    """Slicer's own three views: made by its layout, and not turned back by anybody at a close."""
    monkeypatch.setattr("trame_slicer.views.abstract_view.AbstractView.reset_view", lambda _: None)
    for name, orientation in VIEWS.items():
        {"Red": app.axial, "Green": app.coronal, "Yellow": app.sagittal}[name]
        view(scene, name).SetDefaultOrientation(orientation)
        view(scene, name).SetOrientation(orientation)
    keeper = SceneKeeper(scene)
    yield app
    keeper.stop()


def view(scene, name):
    return scene.GetNodeByID(f"vtkMRMLSliceNode{name}")


def axes(node):
    return np.array(slicer.util.arrayFromVTKMatrix(node.GetSliceToRAS()))[:3, :3]


def openOldScene(app):
    """As Slicer opens it: no code of ours takes part."""
    assert app.scene.ReadFromMRB(str(SCENE_OF_VERSION_0_1), True)


def openVolume(app):
    """A volume that no module of ours loads; Slicer shows it in all views by itself."""
    node = addVolumeNode(app.scene, phantom().volumes["1"], "plain")
    app.logic.GetSelectionNode().SetActiveVolumeID(node.GetID())
    app.logic.PropagateVolumeSelection(1)
    return node


def swapEverything(scene):
    """As version 0.1 left a session: views at the identity, without an orientation of their own."""
    for name in VIEWS:
        node = view(scene, name)
        node.SetDefaultOrientation(None)
        node.GetSliceToRAS().Identity()
        node.UpdateMatrices()


def assertRightIsLeft(scene):
    for name in ("Red", "Green"):
        assert axes(view(scene, name))[0, 0] < -0.5, name
    assert axes(view(scene, "Red"))[1, 1] > 0.5  # the front is up
    assert axes(view(scene, "Green"))[2, 1] > 0.5 and axes(view(scene, "Yellow"))[2, 1] > 0.5
    assert axes(view(scene, "Yellow"))[1, 0] < -0.5  # the front is left


def markInPicture(shown):
    """Where the block at the patient's right is in a rendered view: -1 left to 1 right."""
    shown.update_size(200, 200)
    shown.render_window().SetSize(200, 200)
    slicer.vtkMRMLSliceNode.JumpAllSlices(
        shown.get_view_node().GetScene(), *CENTER, slicer.vtkMRMLSliceNode.CenteredJumpSlice
    )
    shown.get_view_node().SetFieldOfView(130.0, 130.0, 4.0)
    picture = take(shown, "")
    pixels = np.asarray(Image.open(io.BytesIO(picture.png)).convert("L"))
    spots, count = ndimage.label(ndimage.binary_opening(pixels > 180, iterations=3))
    assert count, "no mark is in the picture"
    largest = 1 + int(np.argmax(ndimage.sum_labels(spots > 0, spots, range(1, count + 1))))
    return ndimage.center_of_mass(spots == largest)[1] / 100 - 1


def test_an_old_scene_that_is_closed_leaves_the_next_volume_the_right_way_round(desktop):
    openOldScene(desktop)
    desktop.scene.Clear(False)
    assertRightIsLeft(desktop.scene)
    openVolume(desktop)
    assertRightIsLeft(desktop.scene)
    assert markInPicture(desktop.axial) < -0.3
    assert markInPicture(desktop.coronal) < -0.3


def test_an_old_scene_itself_is_shown_the_right_way_round(desktop):
    openOldScene(desktop)
    assertRightIsLeft(desktop.scene)
    assert markInPicture(desktop.axial) < -0.3


def test_an_old_scene_is_scrolled_towards_the_same_side_as_slicers_own_views(desktop):
    ahead = {name: axes(view(desktop.scene, name))[:, 2] for name in VIEWS}
    openOldScene(desktop)
    for name, normal in ahead.items():
        assert axes(view(desktop.scene, name))[:, 2] @ normal > 0.5, name


def test_a_scene_that_was_saved_in_a_mirrored_session_is_turned_when_it_is_loaded(
    desktop, tmp_path
):
    openVolume(desktop)
    swapEverything(desktop.scene)
    assert markInPicture(desktop.axial) > 0.3
    save_scene(desktop, tmp_path / "mirrored.mrb")
    desktop.scene.Clear(False)
    assert desktop.scene.ReadFromMRB(str(tmp_path / "mirrored.mrb"), True)
    assertRightIsLeft(desktop.scene)
    assert markInPicture(desktop.axial) < -0.3
    desktop.scene.Clear(False)
    openVolume(desktop)
    assertRightIsLeft(desktop.scene)


def test_views_that_another_scene_mirrored_are_mended_when_the_module_starts(app, scene):
    assert app.axial and app.coronal and app.sagittal
    swapEverything(scene)
    keeper = SceneKeeper(scene)
    keeper.stop()
    assertRightIsLeft(scene)


def test_a_view_that_its_reader_turned_is_left_alone(desktop):
    red = view(desktop.scene, "Red")
    red.SetOrientation("Coronal")
    before = axes(red)
    mendViews(desktop.scene)
    np.testing.assert_array_equal(axes(red), before)


def test_the_command_lines_views_say_which_way_they_are_and_scenes_keep_it(tmp_path):
    app = HeadlessSlicer()
    assert app.axial and app.coronal and app.sagittal
    save_scene(app, tmp_path / "new.mrb")
    for name, orientation in VIEWS.items():
        assert view(app.scene, name).GetDefaultOrientation() == orientation
    load_scene(app, SCENE_OF_VERSION_0_1)
    for name, orientation in VIEWS.items():
        assert view(app.scene, name).GetDefaultOrientation() == orientation


@pytest.mark.parametrize("stored", STORED, ids=lambda m: "".join(f"{x:+d}" for x in m.T.astype(int).ravel()))  # fmt: skip
def test_however_a_volume_is_stored_right_is_left_and_the_front_is_up(desktop, stored):
    shape, spacing = (8, 9, 10), (2.0, 3.0, 4.0)
    node = addVolumeNode(desktop.scene, spine_volume(stored, shape, spacing), "v")
    swapEverything(desktop.scene)
    for name, orientation in VIEWS.items():
        turnToVolume(view(desktop.scene, name), node, orientation)
    assertRightIsLeft(desktop.scene)


@given(st.lists(st.floats(-40, 40), min_size=3, max_size=3), st.sampled_from(STORED))
def test_an_oblique_slice_is_shown_as_acquired_and_never_mirrored(angles, stored):
    scene = slicer.vtkMRMLScene()
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene)
    red = scene.CreateNodeByClass("vtkMRMLSliceNode")
    red.UnRegister(None)
    red.SetLayoutName("Red")
    scene.AddNode(red)
    tilt = Rotation.from_euler("xyz", angles, degrees=True).as_matrix()
    volume = spine_volume(tilt @ stored, (4, 5, 6), (1.0, 1.5, 4.0))
    turnToSlices(red, addVolumeNode(scene, volume, "v"))
    shown = axes(red)
    assert abs(shown[:, 2] @ volume.directions[:, 2]) == pytest.approx(1.0, abs=1e-6)
    plane = int(np.abs(volume.directions[:, 2]).argmax())
    # Sagittal: front left, head up; coronal: right left, head up; axial: right left, front up.
    left, up = ((1, 2), (0, 2), (0, 1))[plane]
    assert shown[left, 0] < 0 and shown[up, 1] > 0
