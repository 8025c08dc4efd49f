"""What was made of one patient's images never lies over another's, whichever module shows them."""

import functools
import inspect
import types
from pathlib import Path

import numpy as np
import pytest
import slicer

from SpineLib.findings import Findings
from SpineLib.inference.outline_map import CORD_LABEL, SAC_LABEL, measuring_again
from SpineLib.quantities import Quantity
from SpineLib.reading import Reading
from SpineLib.slabs import finish
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.studyNodes import SEGMENTATION, nodesOfKind
from SpineSlicer.scene.volumeNodes import nodesOfClass
from Testing.clones import clone
from Testing.SpineCompression.panels import settle
from Testing.SpineSlicer.scene.at_once import showSegmentation
from Testing.transforms import crop

SEGMENTATION_MODULE = Path(__file__).resolve().parents[2] / "SpineSegmentation"
OVERLAYS = ("verdicts", "slice labels", "flagged runs", "spine segmentation", "segment names",
            "cord and sac", "cord AP line")  # fmt: skip


@pytest.fixture
def segmentation(desktop, widget, monkeypatch):
    """Spine Segmentation's panel, chosen after Spine Compression's, which is there and not seen."""
    from SpineSlicer.host import SetupSection, Turns

    monkeypatch.setattr(SetupSection.Installation, "missing", lambda self: [])
    monkeypatch.setattr(Turns, "SECONDS_A_TURN", 600.0)
    first = desktop.window
    opened = desktop.open("SpineSegmentation", SEGMENTATION_MODULE)
    first.hide()
    yield opened
    opened.cleanup()
    first.deleteLater()


def other(lumbar, uid):
    """Another patient's lumbar reading: other images, of another examination."""
    findings = Findings.from_dict(lumbar.findings.to_dict())
    findings.study_instance_uid = uid
    volume = lumbar.volumes["2"]
    return Reading(findings, {"2": volume.with_voxels(volume.voxels + 1)}, lumbar.segmentation)


def inSight(study):
    """The kinds of a study's nodes that a reader sees."""
    nodes = ReadingScene(slicer.mrmlScene, study)
    found = [node for kind in OVERLAYS for node in nodes.nodes(kind)]
    return {n.GetAttribute("SpineMRI.Kind") for n in found if n.GetDisplayNode().GetVisibility()}


def isSeen(node):
    return bool(node.GetDisplayNode().GetVisibility())


def namesOf(node):
    from SpineSlicer.scene.naming import namesOf

    return namesOf(node)[0]


def backgrounds():
    nodes = nodesOfClass(slicer.mrmlScene, "vtkMRMLSliceCompositeNode")
    return {node.GetBackgroundVolumeID() for node in nodes}


def test_a_study_that_is_shown_hides_the_others_segmentations_and_names(widget, lumbar, brief, ui):
    study = widget.panel.study
    widget.panel.show(lumbar)
    first = study.study
    assert inSight(first) == {"spine segmentation", "segment names"}
    widget.panel.show(brief)
    second = study.study
    assert inSight(first) == set()
    assert inSight(second) == {"verdicts", "slice labels", "flagged runs"}
    assert backgrounds() == {study.nodes.volumeNode("4").GetID()}
    ui.readingBox.currentIndex = ui.readingBox.findData(first)
    assert inSight(first) == {"spine segmentation", "segment names"} and inSight(second) == set()
    assert backgrounds() == {study.nodes.volumeNode("2").GetID()}


def test_cord_and_sac_of_one_patient_are_not_drawn_on_another(widget, lumbar, brief):
    volume, findings = brief.volumes["4"], Findings.from_dict(brief.findings.to_dict())
    outlines = np.zeros(volume.shape, np.uint8)
    outlines[:, 100:160, 100:160], outlines[:, 120:140, 120:140] = SAC_LABEL, CORD_LABEL
    finish(measuring_again(findings, "4", volume.with_voxels(outlines), range(len(outlines))))
    findings.quantities = [Quantity("mscc", 10.0, stack="4", index=1)]
    drawn = {"cord and sac", "cord AP line"}
    study = widget.panel.study
    widget.panel.show(
        Reading(findings, brief.volumes, outlines={"4": volume.with_voxels(outlines)})
    )
    first = study.study
    assert inSight(first) >= drawn
    widget.panel.show(lumbar)
    assert inSight(first) == set()
    study.open(first)
    assert inSight(first) >= drawn
    crop(study.nodes.volumeNode("4"))
    assert inSight(first) == set()


def test_what_a_reader_hid_stays_hidden_when_its_study_comes_back(widget, lumbar, brief):
    study = widget.panel.study
    widget.panel.show(lumbar)
    first = study.study
    study.nodes.node("segment names").GetDisplayNode().SetVisibility(False)
    widget.panel.show(brief)
    study.open(first)
    assert inSight(first) == {"spine segmentation"}


def test_a_readers_own_nodes_and_copies_stay_in_sight(widget, lumbar, brief):
    widget.panel.show(lumbar)
    node = widget.panel.study.nodes.node("segment names")
    own = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "mine")
    own.CreateDefaultDisplayNodes()
    kept = [clone(node), own]
    widget.panel.show(brief)
    assert all(isSeen(one) for one in kept) and not isSeen(node)


def test_choosing_a_segmentation_shows_its_own_images_and_hides_the_others_names(
    segmentation, lumbar
):
    scene, panel = slicer.mrmlScene, segmentation.panel
    nodes = [showSegmentation(scene, one) for one in (lumbar, other(lumbar, "1.2.9"))]
    for chosen, rest in (nodes, nodes[::-1]):
        panel._parameters.segmentation = chosen[0]
        panel._showSegmentation()
        assert isSeen(chosen[0]) and isSeen(namesOf(chosen[0]))
        assert not isSeen(rest[0]) and not isSeen(namesOf(rest[0]))
        assert backgrounds() == {chosen[1].GetID()}


def test_a_segmentation_of_another_patient_is_hidden_while_compression_shows_a_study(
    segmentation, widget, lumbar, brief
):
    panel = segmentation.panel
    node, volume = showSegmentation(slicer.mrmlScene, lumbar)
    panel._parameters.segmentation = node
    panel._showSegmentation()
    segmentation.exit()
    widget.panel.show(brief)
    widget.enter()
    study = widget.panel.study.study
    assert not isSeen(node) and not isSeen(namesOf(node)) and "verdicts" in inSight(study)
    widget.exit()
    segmentation.enter()
    assert isSeen(node) and isSeen(namesOf(node)) and inSight(study) == set()
    assert backgrounds() == {volume.GetID()}
    segmentation.exit()
    widget.enter()
    assert not isSeen(node) and "verdicts" in inSight(study)
    assert backgrounds() == {widget.panel.study.nodes.volumeNode("4").GetID()}


def test_a_segmentation_of_the_same_examination_stays_in_sight(segmentation, widget, lumbar, brief):
    node, volume = showSegmentation(slicer.mrmlScene, lumbar)
    findings = Findings.from_dict(brief.findings.to_dict())
    findings.study_instance_uid = lumbar.findings.study_instance_uid
    widget.panel.show(Reading(findings, brief.volumes))
    assert isSeen(node) and isSeen(namesOf(node))
    axial = widget.panel.study.nodes.volumeNode("4")
    segmentation.panel._parameters.segmentation = node
    segmentation.panel._showSegmentation()
    assert "verdicts" in inSight(widget.panel.study.study)
    assert backgrounds() <= {axial.GetID(), volume.GetID()}


def test_two_copies_with_one_uid_are_told_apart(segmentation, lumbar):
    scene = slicer.mrmlScene
    uid = lumbar.findings.study_instance_uid
    (first, _), (second, _) = (showSegmentation(scene, one) for one in (lumbar, other(lumbar, uid)))
    segmentation.panel._parameters.segmentation = second
    segmentation.panel._showSegmentation()
    assert isSeen(second) and not isSeen(first) and not isSeen(namesOf(first))


def test_segments_that_slicer_hid_when_a_scene_came_are_in_sight_once_it_is_done(
    app, segmentation, widget, lumbar, brief, tmp_path
):
    """The controllers of Slicer's slice views hide the segments of a session's second scene."""
    from SpineSlicer.headless.scene import load_scene, save_scene

    widget.panel.show(brief)
    widget.panel.show(lumbar)
    segmentation.panel._parameters.segmentation = nodesOfKind(slicer.mrmlScene, SEGMENTATION)[0]
    segmentation.panel._showSegmentation()
    segmentation.panel.ui.discBox.checked = False
    save_scene(app, tmp_path / "scene.mrb")
    app.scene.Clear(False)

    def hideAll(*_):
        for node in nodesOfClass(app.scene, "vtkMRMLSegmentationNode"):
            node.GetDisplayNode().SetAllSegmentsVisibility(False)

    tag = app.scene.AddObserver(app.scene.EndImportEvent, hideAll)
    load_scene(app, tmp_path / "scene.mrb")
    app.scene.RemoveObserver(tag)
    settle()
    seen = {}
    for node in nodesOfClass(app.scene, "vtkMRMLSegmentationNode"):
        ids, display = node.GetSegmentation().GetSegmentIDs(), node.GetDisplayNode()
        seen[node.GetAttribute("SpineMRI.Kind")] = {i: display.GetSegmentVisibility(i) for i in ids}
    assert all(seen["verdicts"].values()) and seen["verdicts"]
    discs = {i for i in seen["spine segmentation"] if i.startswith("disc")}
    assert {i for i, shown in seen["spine segmentation"].items() if not shown} == discs
    boxes = segmentation.panel.ui
    assert boxes.vertebraBox.checked and boxes.canalBox.checked and not boxes.discBox.checked


def test_a_verdict_shows_whatever_hid_its_segments_once_its_study_is_shown(widget, lumbar, brief):
    widget.panel.show(brief)
    study = widget.panel.study
    ring, first = study.nodes.node("verdicts"), study.study
    widget.panel.show(lumbar)
    ring.GetDisplayNode().SetAllSegmentsVisibility(False)
    study.open(first)
    ids = ring.GetSegmentation().GetSegmentIDs()
    assert ids and all(ring.GetDisplayNode().GetSegmentVisibility(one) for one in ids)


def test_nothing_of_a_study_outlives_the_scene_that_held_it(segmentation, widget, lumbar, brief):
    widget.panel.show(brief)
    node, _volume = showSegmentation(slicer.mrmlScene, lumbar)
    segmentation.panel._parameters.segmentation = node
    segmentation.panel._showSegmentation()
    widget.exit()
    before = heldNodes(widget.panel) | heldNodes(segmentation.panel)
    slicer.mrmlScene.Clear(False)
    study = widget.panel.study
    assert (study.study, study.findings, study.places, study.current) == ("", None, [], None)
    assert not widget.ui.readingBox.count and not widget.ui.sliceLabel.text
    after = heldNodes(widget.panel) | heldNodes(segmentation.panel)
    assert before and not after, after


def heldNodes(panel):
    """Where a panel's parts hold a node that is in no scene any more, or a node's ID."""
    found, seen, open_ = set(), set(), [(type(panel).__name__, panel)]
    while open_:
        name, one = open_.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, slicer.vtkMRMLNode):
            if one.GetSingletonTag() is None:
                found.add(name)
        elif isinstance(one, str):
            if one.startswith("vtkMRML"):
                found.add(name)
        elif isinstance(one, dict):
            open_ += [(f"{name}[{key}]", value) for key, value in one.items()]
            open_ += [(f"{name} key", key) for key in one]
        elif isinstance(one, (list, tuple, set)):
            open_ += [(f"{name}[]", value) for value in one]
        elif isinstance(one, functools.partial):
            open_ += [(f"{name} partial", value) for value in (one.func, one.args, one.keywords)]
        elif isinstance(one, types.MethodType):
            open_.append((f"{name} of", one.__self__))
        elif isinstance(one, types.FunctionType):
            cells = inspect.getclosurevars(one).nonlocals
            open_ += [(f"{name} closes over", cells), (f"{name} takes", one.__defaults__)]
        elif isinstance(one, types.GeneratorType):
            open_.append((f"{name} runs with", inspect.getgeneratorlocals(one)))
        elif type(one).__module__.startswith("Spine") and hasattr(one, "__dict__"):
            open_ += [(f"{name}.{key}", value) for key, value in vars(one).items()]
    return found
