"""Display, window, report and models: what the boxes do to the scene and ask of the worker."""

from pathlib import Path

import numpy as np
import pytest
import slicer

from SpineLib.findings import Findings
from SpineLib.labels import rgb
from SpineLib.outputs.answers import read_answers
from SpineLib.reading import Reading
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.volumeNodes import nodesOfClass
from Testing.desktop import click
from Testing.SpineCompression.panels import models


@pytest.fixture
def shown(widget, brief):
    volume = brief.volumes["4"]
    heat = np.full(volume.shape, 0.5, np.float32)
    reading = Reading(brief.findings, brief.volumes, None, {"4": volume.with_voxels(heat)})
    widget.panel.show(reading)
    for section in ("models", "region", "display", "report"):
        getattr(widget.ui, f"{section}Button").collapsed = False
    return widget.panel.study


def display(kind):
    return ReadingScene(slicer.mrmlScene).node(kind).GetDisplayNode()


def test_ring_ladder_and_text_are_switched_by_themselves(ui, shown):
    ui.ladderBox.checked = False
    assert display("verdicts").GetVisibility()
    assert list(display("verdicts").GetViewNodeIDs()) == ["vtkMRMLSliceNodeRed"]
    assert not display("flagged runs").GetVisibility()
    ui.gradeTextBox.checked = False
    assert not display("slice labels").GetVisibility()
    ui.flagsBox.checked = False
    assert not display("verdicts").GetVisibility()


def test_the_activation_lies_over_the_slice_only_when_asked_for(ui, shown):
    composite = slicer.mrmlScene.GetNodeByID("vtkMRMLSliceCompositeNodeRed")
    assert composite.GetForegroundVolumeID() is None
    ui.camBox.checked = True
    ui.camOpacitySlider.value = 0.3
    heat = ReadingScene(slicer.mrmlScene).node("class activation")
    assert composite.GetForegroundVolumeID() == heat.GetID()
    assert composite.GetForegroundOpacity() == pytest.approx(0.3)
    ui.camBox.checked = False
    assert composite.GetForegroundVolumeID() is None


def legend():
    """Text and background of each line that stands in the axial view."""
    view = slicer.app.layoutManager().sliceWidget("Red").sliceView()
    props = view.renderWindow().GetRenderers().GetFirstRenderer().GetViewProps()
    return {
        one.GetInput(): one.GetTextProperty().GetBackgroundColor()
        for one in props
        if one.IsA("vtkTextActor") and one.GetInput()
    }


def test_the_legend_stands_in_the_axial_views_corner_on_every_slice(ui, shown):
    ui.legendBox.checked = True
    for place in (0, 2):
        shown.go(place)
        assert legend()["C  compressed"] == pytest.approx(rgb("#D55E00"))
        assert len(legend()) == 4
    ui.legendBox.checked = False
    assert not legend()


def test_the_legend_goes_with_the_study(ui, shown):
    ui.legendBox.checked = True
    slicer.mrmlScene.Clear(False)
    assert not legend()


def test_the_legend_goes_with_the_panel(ui, shown, widget):
    ui.legendBox.checked = True
    widget.cleanup()
    assert not legend()


def test_the_comparison_keeps_the_other_stack_beside_whatever_is_scrolled(ui, widget, brief):
    findings = Findings.from_dict(brief.findings.to_dict())
    second = Findings.from_dict(brief.findings.to_dict()).stacks[0]
    second.id, second.series_instance_uid = "9", "1.2.9"
    for one in second.slices:
        one.sop_instance_uid += ".9"
    findings.stacks.append(second)
    volume = brief.volumes["4"]
    widget.panel.show(Reading(findings, {"4": volume, "9": volume}))
    study, scene = widget.panel.study, slicer.mrmlScene
    ui.displayButton.collapsed = False
    ui.layoutBox.currentIndex = 2
    assert slicer.app.layoutManager().layout == 67102
    ui.compareBox.currentIndex = ui.compareBox.findData("9")
    for stack in ("4", "9", "4"):
        study.go(next(n for n, place in enumerate(study.places) if place.stack == stack))
        background = {
            view: scene.GetNodeByID(f"vtkMRMLSliceCompositeNode{view}").GetBackgroundVolumeID()
            for view in ("Red", "Green")
        }
        assert background["Red"] == study.nodes.volumeNode(stack).GetID()
        assert background["Green"] == study.nodes.volumeNode("9").GetID()


def test_the_plot_follows_the_stack_and_the_next_run(ui, widget, brief):
    findings = Findings.from_dict(brief.findings.to_dict())
    second = Findings.from_dict(brief.findings.to_dict()).stacks[0]
    second.id, second.series_instance_uid = "9", "1.2.9"
    findings.stacks.append(second)
    reading = Reading(findings, {"4": brief.volumes["4"], "9": brief.volumes["4"]})
    widget.panel.show(reading)
    study = widget.panel.study
    ui.displayButton.collapsed = False
    ui.layoutBox.currentIndex = 1
    (view,) = nodesOfClass(slicer.mrmlScene, "vtkMRMLPlotViewNode")
    for stack in ("9", "4"):
        study.go(next(n for n, place in enumerate(study.places) if place.stack == stack))
        chart = study.nodes.node("probability chart", stack)
        assert view.GetPlotChartNodeID() == chart.GetID()
    widget.panel.show(reading)
    assert view.GetPlotChartNode() is study.nodes.node("probability chart", "4")


def test_the_report_is_asked_for_with_pictures_of_the_views(ui, widget, shown, worker, tmp_path):
    shown.answer("compression", "not compressed", reader="AB", reason="artefact")
    widget.panel.report.write(str(tmp_path / "report.html"))
    command, said = worker.last
    assert command == "report" and said["file"].endswith("report.html")
    pictures = {path.stem for path in Path(said["pictures"]).glob("*.png")}
    assert {"worst", "sagittal", "slice-4-01", "slice-4-02", "slice-4-03"} == pictures
    (answer,) = read_answers(said["reading"])
    assert (answer.model, answer.answer, answer.reader) == ("compressed", "not compressed", "AB")
    assert answer.index == shown.slice(shown.place).index and answer.reason == "artefact"
    worker.answer({"file": said["file"]})
    assert "report.html" in ui.reportStatusLabel.text
    assert not Path(said["pictures"]).exists()


def test_the_verdict_is_copied_as_text(ui, shown):
    click(ui.copyVerdictButton)
    text = slicer.app.clipboard().text()
    assert text.startswith("Compression flagged on 3 of 3 slices") and "Starter" in text


def test_a_bundled_model_cannot_be_removed_but_verified(ui, shown, worker):
    assert not ui.removeModelButton.enabled
    click(ui.verifyModelButton)
    assert worker.last == ("manage", {"action": "verify", "name": ui.manageBox.currentData})
    worker.answer({**models(), "done": "all is well"})
    assert ui.modelStatusLabel.text == "all is well"


def test_starter_models_say_so_beside_their_limits(ui, shown):
    assert "STARTER MODEL" in ui.modelLimitsLabel.text and "★" in ui.gradingModelBox.currentText


def test_every_control_has_a_tooltip_and_the_panel_fits_400_pixels(ui, widget, shown):
    controls = [one for one in vars(ui).values() if hasattr(one, "toolTip")]
    spoken = ("QPushButton", "QCheckBox", "QComboBox", "QLineEdit", "ctkSliderWidget",
              "qMRMLNodeComboBox", "ctkPathLineEdit", "ctkCollapsibleButton", "QTableWidget")  # fmt: skip
    assert not [c.name for c in controls if c.className() in spoken and not c.toolTip
                and not c.name.startswith("qt_") and c.name != "ExpandButton"]  # fmt: skip
    assert widget._widget.minimumSizeHint.width() <= 380
