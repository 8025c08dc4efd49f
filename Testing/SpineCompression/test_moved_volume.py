"""A volume that is moved takes everything with it: rings, labels, jumps, and whose slice is answered."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
import slicer
from PIL import Image

from SpineLib.errors import BadInput
from SpineLib.findings import Findings
from SpineLib.reading import Reading
from SpineLib.slabs import finish
from SpineLib.volume import Volume, read_volume
from SpineSlicer.headless.Picture import take
from SpineSlicer.headless.scene import load_scene, save_scene
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.SceneKeeper import SceneKeeper
from SpineSlicer.scene.spineSegmentation import currentLabelmap, labelmapAsRead
from SpineSlicer.scene.volumeIdentity import adoptIdentity
from SpineSlicer.scene.volumeInScene import ijkToRas, worldToIjk
from SpineSlicer.scene.volumeNodes import addVolumeNode, nodesOfClass, volumeFromNode
from Testing.desktop import click, press
from Testing.phantom import FLAGGED, SCENE_OF_VERSION_0_1, phantom
from Testing.SpineSlicer.scene.at_once import showSegmentation
from Testing.transforms import bend, crop, harden, move, placed

# What a registration does: some degrees, and as much as several slices along the body.
MOTION = placed([0.0, 0.0, 9.0], [6.0, -14.0, 33.0])


@pytest.fixture(scope="module")
def whole():
    return phantom()


@pytest.fixture
def study(widget, whole):
    widget.panel.show(whole)
    return widget.panel.study


@pytest.fixture
def volume(study):
    return study.nodes.volumeNode("1")


@pytest.fixture
def red(study):
    return study.scene.GetNodeByID("vtkMRMLSliceNodeRed")


def observed(node, _volume):
    move(node, MOTION)


def hardened(node, _volume):
    move(node, MOTION)
    harden(node)


def both(node, _volume):
    hardened(node, _volume)
    move(node, placed([4.0, 0.0, 0.0], [0.0, 8.0, -20.0]))


WAYS = {"observed": observed, "hardened": hardened, "hardened and observed": both, "bent": bend}


@pytest.fixture(params=WAYS)
def moved(request, volume, whole):
    """The axial volume, moved while its study is shown."""
    WAYS[request.param](volume, whole.volumes["1"])
    return volume


def origin(view):
    matrix = view.GetSliceToRAS()
    return [matrix.GetElement(row, 3) for row in range(3)]


def sliceIn(view, node):
    """Which of the volume's slices a view shows, to a part of one."""
    return worldToIjk(node, origin(view))[2]


def go(study, index):
    study.go(next(n for n, place in enumerate(study.places) if place.index == index))


def picture(app):
    """The axial view, 110 mm across, without what is drawn on the sagittal volume."""
    for node in nodesOfClass(app.scene, "vtkMRMLDisplayableNode"):
        if node.GetAttribute("SpineMRI.Stack") == "2" and node.GetDisplayNode():
            node.GetDisplayNode().SetVisibility(False)
    app.axial.update_size(240, 240)
    app.axial.render_window().SetSize(240, 240)
    app.axial.get_view_node().SetFieldOfView(110.0, 110.0, 4.0)
    return np.asarray(Image.open(io.BytesIO(take(app.axial, "").png)).convert("RGB"), float)


def test_each_slice_is_shown_where_the_volume_is_now(study, moved, red):
    for index in (0, 5, 9):
        go(study, index)
        assert sliceIn(red, moved) == pytest.approx(index, abs=0.01)
        assert study.places[study.place].index == index


def test_the_views_follow_a_volume_that_is_moved_while_a_slice_is_shown(study, moved, red):
    assert study.current.index == FLAGGED
    assert sliceIn(red, moved) == pytest.approx(FLAGGED, abs=0.01)


def test_scrolling_a_view_finds_the_slice_that_it_shows_and_answers_go_there(study, moved, red):
    go(study, 1)
    where = study.inScene("1")
    for index in (7, 3):
        world = where.toWorld(study.findings.stacks[0].slices[index].canal_center_ras)
        red.JumpSliceByCentering(*world)
        assert study.current.index == index
        study.answer("compression", "not compressed", reader="AB")
        key = study.findings.stacks[0].slices[index].sop_instance_uid
        assert study.log.current(f"{key}:1", "compression").answer == "not compressed"
    assert not study.reviewed(study.timeline.nearest({"1": where.fromWorld(world)}) + 1,
                              "compression")  # fmt: skip


@pytest.mark.parametrize("way", [observed, hardened, both], ids=lambda way: way.__name__)
def test_ring_and_label_look_the_same_on_a_moved_volume(app, study, volume, way):
    before = picture(app)
    ring = (before.max(axis=2) - before.min(axis=2) > 60).sum()
    assert ring > 500, "no ring is in the picture"
    way(volume, None)
    after = picture(app)
    assert np.abs(after - before).max(axis=2).mean() < 2.0
    assert (np.abs(after - before).max(axis=2) > 60).mean() < 0.01


def test_the_ring_bends_with_a_volume_that_is_bent(app, study, volume, whole):
    bend(volume, whole.volumes["1"])
    colour = picture(app)
    ring = np.argwhere(colour.max(axis=2) - colour.min(axis=2) > 60)
    assert len(ring) > 500
    assert np.abs(ring.mean(axis=0) - 120).max() < 12  # around the canal, in the middle


def test_ladder_labels_and_heat_map_lie_on_the_moved_volume(study, moved, whole):
    for index, one in enumerate(study.findings.stacks[0].slices):
        labels = study.nodes.node("slice labels")
        at = [0.0] * 3
        labels.GetNthControlPointPositionWorld(index, at)
        assert worldToIjk(moved, at)[2] == pytest.approx(index, abs=0.05)
        assert one.index == index
    halo = study.nodes.node("verdicts")
    assert halo.GetTransformNodeID() == moved.GetTransformNodeID()
    flagged = study.nodes.node("flagged runs")
    flagged.GetNthControlPointPositionWorld(0, at)
    assert worldToIjk(moved, at)[2] == pytest.approx(FLAGGED, abs=0.05)


@pytest.mark.parametrize("way", [observed, hardened, both], ids=lambda way: way.__name__)
def test_where_the_classifier_looked_lies_on_the_moved_volume(scene, widget, whole, way):
    volume = whole.volumes["1"]
    activation = volume.with_voxels((volume.voxels > 1000).astype(np.float32))
    reading = Reading(whole.findings, whole.volumes, whole.segmentation, {"1": activation})
    widget.panel.show(reading)
    nodes = widget.panel.study.nodes
    node, heat = nodes.volumeNode("1"), nodes.node("class activation")
    way(node, None)
    np.testing.assert_allclose(ijkToRas(heat), ijkToRas(node), atol=1e-9)
    assert heat.GetTransformNodeID() == node.GetTransformNodeID()
    np.testing.assert_array_equal(nodes.reading().activations["1"].voxels, activation.voxels)


def test_the_picture_of_a_bent_volume_is_not_sheared(study, volume, whole, red):
    bend(volume, whole.volumes["1"])
    matrix = np.array(slicer.util.arrayFromVTKMatrix(red.GetSliceToRAS()))[:3, :3]
    np.testing.assert_allclose(matrix.T @ matrix, np.eye(3), atol=1e-9)
    assert not study.nodes.node("slice labels").GetDisplayNode().GetVisibility()


def test_a_readers_verdict_colours_the_ring_on_the_moved_volume(app, study, volume, widget):
    hardened(volume, None)
    before = picture(app)
    press(widget.panel.result.timeline, "0")
    after = picture(app)
    coloured = [(one.max(axis=2) - one.min(axis=2) > 60) for one in (before, after)]
    assert (coloured[0] & coloured[1]).sum() > 0.8 * coloured[0].sum()
    assert np.abs(after - before)[coloured[0]].mean() > 40


def test_the_window_is_drawn_on_the_moved_volume_and_kept_in_the_findings_own_space(
    ui, study, volume, worker, whole, tmp_path
):
    ui.regionButton.collapsed = False
    click(ui.windowBox)
    hardened(volume, None)
    move(volume, placed([0.0, 5.0, 0.0], [0.0, 0.0, 20.0]))
    box = study.nodes.node("window")
    found = np.array(study.slice(study.place).canal_center_ras)
    assert worldToIjk(volume, box.GetCenterWorld())[2] == pytest.approx(FLAGGED, abs=0.01)
    along = study.inScene("1").axesInWorld(found)[:, 0]
    step = 5.0 * along / np.linalg.norm(along)
    box.SetCenterWorld(*(np.array(box.GetCenterWorld()) + step))
    box.InvokeEvent(slicer.vtkMRMLMarkupsNode.PointEndInteractionEvent)
    kept = np.mean(study.window(study.place), axis=0)
    i = whole.volumes["1"].directions[:, 0]
    np.testing.assert_allclose(kept, found + 5.0 * i, atol=1e-3)
    click(ui.regradeButton)
    _command, arguments = worker.last
    sent = read_volume(arguments["input"])
    np.testing.assert_array_equal(sent.voxels, whole.volumes["1"].voxels)
    np.testing.assert_allclose(sent.ijk_to_ras, whole.volumes["1"].ijk_to_ras, atol=1e-6)


def test_slices_that_are_graded_again_stay_on_the_moved_volume(app, study, volume):
    hardened(volume, None)
    before = picture(app)
    finish(study.nodes.showingAgain(study.findings, "1"))
    study.open(study.study)
    after = picture(app)
    assert (np.abs(after - before).max(axis=2) > 60).mean() < 0.01
    assert study.inScene("1").fits


def test_a_scene_with_a_moved_volume_is_read_back_as_it_was_read(study, volume, whole):
    both(volume, None)
    sagittal = study.nodes.volumeNode("2")
    hardened(sagittal, None)
    back = study.nodes.reading()
    for stack in ("1", "2"):
        np.testing.assert_array_equal(back.volumes[stack].voxels, whole.volumes[stack].voxels)
        assert back.volumes[stack].same_grid(whole.volumes[stack])
    np.testing.assert_array_equal(back.segmentation.voxels, whole.segmentation.voxels)


def test_a_moved_volume_is_saved_and_loaded_with_its_overlays(app, study, widget, red, tmp_path):
    both(study.nodes.volumeNode("1"), None)
    before = picture(app)
    save_scene(app, tmp_path / "scene.mrb")
    load_scene(app, tmp_path / "scene.mrb")
    widget.enter()
    assert study.current.index == FLAGGED
    node = study.nodes.volumeNode("1")
    assert sliceIn(red, node) == pytest.approx(FLAGGED, abs=0.01)
    assert (np.abs(picture(app) - before).max(axis=2) > 60).mean() < 0.01


@pytest.mark.parametrize("first", ["volume", "overlays"])
def test_a_study_that_is_hardened_as_a_whole_is_moved_once(app, study, volume, first):
    before = picture(app)
    transform = move(volume, MOTION)
    overlays = [node for node in study.nodes.nodes()
                if node.IsA("vtkMRMLDisplayableNode") and node.GetTransformNodeID()
                == transform.GetID() and node is not volume]  # fmt: skip
    assert len(overlays) == 3
    for node in [volume, *overlays] if first == "volume" else [*overlays, volume]:
        harden(node)
    assert (np.abs(picture(app) - before).max(axis=2) > 60).mean() < 0.01


def cropped(node, _volume):
    crop(node)


def warped(node, volume):
    bend(node, volume)
    harden(node)


@pytest.mark.parametrize("change", [cropped, warped], ids=lambda way: way.__name__)
def test_nothing_is_shown_or_filed_on_a_volume_that_lost_its_slices(
    ui, study, volume, widget, red, whole, change
):
    change(volume, whole.volumes["1"])
    before = origin(red)
    assert "no longer has the slices that were read" in ui.sliceLabel.text
    for kind in ("verdicts", "slice labels", "flagged runs"):
        assert not study.nodes.node(kind).GetDisplayNode().GetVisibility()
    text = study.log.text()
    for key in ("0", "1", "a"):
        press(widget.panel.result.timeline, key)
        assert "no longer has the slices that were read" in ui.reviewStatusLabel.text
    assert study.log.text() == text
    go(study, 2)
    assert origin(red) == before
    with pytest.raises(BadInput, match="read it again"):
        study.nodes.reading()


def test_no_window_and_no_report_are_made_of_a_volume_that_lost_its_slices(
    ui, study, volume, widget, tmp_path
):
    ui.regionButton.collapsed = False
    click(ui.windowBox)
    crop(volume)
    assert study.nodes.node("window") is None and not ui.regradeButton.enabled
    assert "no longer has the slices" in ui.regionStatusLabel.text
    widget.panel.report.write(str(tmp_path / "report.html"))
    for _turn in range(20):
        slicer.app.processEvents()
    assert "no longer has the slices" in ui.reportStatusLabel.text
    assert not (tmp_path / "report.html").exists()


def test_a_bent_volume_has_no_window_and_says_why(ui, study, volume, whole):
    ui.regionButton.collapsed = False
    click(ui.windowBox)
    bend(volume, whole.volumes["1"])
    assert study.nodes.node("window") is None
    assert "bends this volume" in ui.regionStatusLabel.text


def test_a_volume_that_was_moved_while_it_was_read_is_not_drawn_on(scene, whole):
    node = addVolumeNode(scene, whole.volumes["1"], "axial")
    reading = Reading(Findings([whole.findings.stacks[0]]), {"1": whole.volumes["1"]})
    hardened(node, None)
    with pytest.raises(BadInput, match="moved or changed while it was read"):
        ReadingScene(scene).show(reading, {"1": node})
    assert ReadingScene(scene).findings() is None


def test_slices_of_a_volume_stored_from_head_to_foot_get_their_own_uids(scene, whole):
    volume = whole.volumes["1"]
    matrix = volume.ijk_to_ras.copy()
    matrix[:3, 3] = volume.ras([0, 0, 9])
    matrix[:3, 2] *= -1
    node = addVolumeNode(scene, Volume(volume.voxels[::-1], matrix), "loaded by hand")
    uids = [f"1.2.3.{k}" for k in range(10)]
    node.SetAttribute("DICOM.instanceUIDs", " ".join(uids))
    findings = Findings.from_dict(whole.findings.to_dict())
    for slice_ in findings.stacks[0].slices:
        slice_.sop_instance_uid = ""
    adoptIdentity(Reading(Findings([findings.stacks[0]])), node)
    assert [slice_.sop_instance_uid for slice_ in findings.stacks[0].slices] == uids[::-1]


def openOld(app, widget):
    load_scene(app, SCENE_OF_VERSION_0_1)
    widget.enter()
    return widget.panel.study


@pytest.mark.parametrize("way", [observed, hardened, both], ids=lambda way: way.__name__)
def test_the_overlays_of_an_old_scene_follow_too(app, widget, way):
    study = openOld(app, widget)
    before = picture(app)
    node = study.nodes.volumeNode("1")
    way(node, None)
    assert study.inScene("1").fits
    assert (np.abs(picture(app) - before).max(axis=2) > 60).mean() < 0.01


def test_an_old_reading_of_a_volume_of_the_scene_is_found_again_after_it_is_moved(
    scene, whole, tmp_path, app
):
    """Also where no panel was opened in between: version 0.1 noted nothing of such a volume."""
    node = addVolumeNode(scene, whole.volumes["1"], "axial")
    findings = Findings([whole.findings.stacks[0]], whole.findings.questions)
    reading = Reading(findings, {"1": whole.volumes["1"]})
    ReadingScene(scene).show(reading, {"1": node})
    ReadingScene(scene).node("findings").RemoveAttribute("SpineMRI.Grids")
    save_scene(app, tmp_path / "old.mrb")
    scene.Clear(False)
    keeper = SceneKeeper(scene)
    assert scene.ReadFromMRB(str(tmp_path / "old.mrb"), True)
    nodes = ReadingScene(scene)
    hardened(nodes.volumeNode("1"), None)
    keeper.stop()
    assert nodes.inScene(nodes.findings().stacks[0]).fits
    assert nodes.reading().volumes["1"].same_grid(whole.volumes["1"])


@pytest.mark.parametrize("way", [observed, hardened, both], ids=lambda way: way.__name__)
def test_what_version_0_1_left_behind_is_brought_along_when_its_scene_is_opened(
    app, scene, widget, way, tmp_path
):
    study = openOld(app, widget)
    before = picture(app)
    app.scene.Clear(False)
    widget.panel._keeper.stop()  # so that the volume moves alone, as in version 0.1
    assert app.scene.ReadFromMRB(str(SCENE_OF_VERSION_0_1), True)
    node = ReadingScene(scene).volumeNode("1")
    way(node, None)
    save_scene(app, tmp_path / "moved.mrb")
    app.scene.Clear(False)
    widget.panel._keeper = SceneKeeper(scene)
    load_scene(app, tmp_path / "moved.mrb")
    widget.enter()
    assert study.inScene("1").fits and study.current.index == FLAGGED
    assert (np.abs(picture(app) - before).max(axis=2) > 60).mean() < 0.01


def test_levels_stay_when_the_segmented_volume_is_moved(widget, whole):
    from SpineSlicer.scene.naming import nameVertebra

    widget.panel.show(whole)
    nodes = widget.panel.study.nodes
    segmentation = nodes.node("spine segmentation")
    nameVertebra(segmentation, 1, "L4")
    levels = [slice_.level for slice_ in nodes.findings().stacks[0].slices]
    assert set(levels) >= {"L3", "L4"}
    hardened(nodes.volumeNode("2"), None)
    nameVertebra(segmentation, 1, "L5")
    nameVertebra(segmentation, 1, "L4")
    assert [slice_.level for slice_ in nodes.findings().stacks[0].slices] == levels
    middles = [segment.centroid_ras for segment in nodes.findings().segmentation.segments]
    expected = [segment.centroid_ras for segment in whole.findings.segmentation.segments]
    np.testing.assert_allclose(sorted(middles), sorted(expected), atol=1e-3)


def test_findings_say_how_their_volumes_lay(study):
    noted = json.loads(study.nodes.node("findings").GetAttribute("SpineMRI.Grids"))
    assert set(noted) == {"1", "2"} and noted["1"]["shape"] == [10, 44, 48]
    assert Path(SCENE_OF_VERSION_0_1).is_file()


def test_only_what_lies_on_the_volume_is_moved(study, volume, whole):
    sagittal = study.nodes.volumeNode("2")
    before = ijkToRas(sagittal)
    hardened(volume, None)
    np.testing.assert_array_equal(ijkToRas(sagittal), before)
    assert volumeFromNode(sagittal).same_grid(whole.volumes["2"])


def test_a_volume_that_was_moved_is_segmented_where_it_is_and_named_where_it_was_read(
    widget, whole
):
    widget.panel.show(whole)
    nodes = widget.panel.study.nodes
    volume = nodes.volumeNode("2")
    hardened(volume, None)
    part = Findings.from_dict(whole.findings.to_dict())
    part.stack("2").ijk_to_ras = ijkToRas(volume).tolist()
    labels = Volume(whole.segmentation.voxels, ijkToRas(volume))
    node, shown = showSegmentation(nodes.scene, Reading(part, {}, labels), volume)
    assert shown is volume and nodes.node("spine segmentation") is node
    np.testing.assert_array_equal(currentLabelmap(node).voxels, labels.voxels)
    read = labelmapAsRead(node).ijk_to_ras
    np.testing.assert_allclose(read, whole.volumes["2"].ijk_to_ras, atol=1e-9)
    findings = nodes.findings()
    expected = [segment.centroid_ras for segment in whole.findings.segmentation.segments]
    middles = [segment.centroid_ras for segment in findings.segmentation.segments]
    np.testing.assert_allclose(sorted(middles), sorted(expected), atol=1e-3)
    levels = [slice_.level for slice_ in findings.stack("1").slices]
    assert "L4/L5" in levels and levels[0] == "L5"
