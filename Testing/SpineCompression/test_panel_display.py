"""Display, window, report and models: what the boxes do to the scene and ask of the worker."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import slicer

from SpineLib.labels import rgb
from SpineLib.outputs.answers import read_answers
from SpineLib.reading import Reading
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.volumeNodes import nodesOfClass
from Testing.desktop import click
from Testing.phantom import LOWER, UPPER, two_blocks
from Testing.SpineCompression.panels import models, settle

PLOT_LAYOUT, COMPARE_LAYOUT = 67101, 67102


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
        prop.GetInput(): prop.GetTextProperty().GetBackgroundColor()
        for prop in props
        if prop.IsA("vtkTextActor") and prop.GetInput()
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


@pytest.fixture
def blocks(widget, ui):
    """A study of two axial blocks and a sagittal series, with the section open."""
    widget.panel.show(two_blocks())
    ui.displayButton.collapsed = False
    return widget.panel.study


def go(study, stack, index=2):
    study.go(next(n for n, p in enumerate(study.places) if (p.stack, p.index) == (stack, index)))


def background(view):
    return slicer.mrmlScene.GetNodeByID(f"vtkMRMLSliceCompositeNode{view}").GetBackgroundVolumeID()


def layout():
    return slicer.app.layoutManager().layout


def test_the_comparison_keeps_the_other_stack_beside_whatever_is_scrolled(ui, blocks):
    ui.layoutBox.currentIndex = ui.layoutBox.findData(COMPARE_LAYOUT)
    assert layout() == COMPARE_LAYOUT and ui.compareBox.visible
    ui.compareBox.currentIndex = ui.compareBox.findData(LOWER)
    for stack in (UPPER, LOWER, UPPER):
        go(blocks, stack)
        assert background("Red") == blocks.nodes.volumeNode(stack).GetID()
        assert background("Green") == blocks.nodes.volumeNode(LOWER).GetID()


def test_the_compared_stack_has_its_rings_and_letters_and_not_the_ladder(ui, blocks):
    def inGreen(kind):
        display = blocks.nodes.node(kind, LOWER).GetDisplayNode()
        return display.IsDisplayableInView("vtkMRMLSliceNodeGreen")

    assert not inGreen("slice labels") and inGreen("flagged runs") and inGreen("verdicts")
    ui.layoutBox.currentIndex = ui.layoutBox.findData(COMPARE_LAYOUT)
    assert inGreen("slice labels") and not inGreen("flagged runs") and inGreen("verdicts")
    ui.layoutBox.currentIndex = 0
    assert not inGreen("slice labels") and inGreen("flagged runs")


def test_as_it_is_brings_the_former_layout_back(ui, blocks):
    former = slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpRedSliceView
    slicer.app.layoutManager().setLayout(former)
    for ours in (COMPARE_LAYOUT, PLOT_LAYOUT):
        ui.layoutBox.currentIndex = ui.layoutBox.findData(ours)
        assert layout() == ours
    ui.layoutBox.currentIndex = 0
    assert layout() == former
    click(ui.plotButton)
    assert layout() == PLOT_LAYOUT
    click(ui.plotButton)
    assert layout() == former


def test_button_and_box_follow_a_layout_that_is_chosen_in_slicer(ui, blocks):
    click(ui.plotButton)
    assert ui.plotButton.checked and ui.layoutBox.currentData == PLOT_LAYOUT
    slicer.app.layoutManager().setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView)
    assert not ui.plotButton.checked and ui.layoutBox.currentData == 0
    slicer.app.layoutManager().setLayout(PLOT_LAYOUT)
    assert ui.plotButton.checked and ui.layoutBox.currentData == PLOT_LAYOUT


def test_a_study_of_one_stack_says_that_there_is_nothing_to_compare_with(ui, blocks, widget, brief):
    item = ui.layoutBox.findData(COMPARE_LAYOUT)
    enabled = ui.layoutBox.model().item(item).isEnabled
    assert enabled() and "one" not in ui.layoutBox.itemText(item)
    slicer.mrmlScene.Clear(False)
    widget.panel.show(brief)
    assert not enabled() and "the study has only one" in ui.layoutBox.itemText(item)


def plotted(study, stack):
    """What the plot of a stack draws: its range from left to right, and where its mark is."""
    chart = study.nodes.node("probability chart", stack)
    (mark,) = (
        chart.GetNthPlotSeriesNode(n)
        for n in range(chart.GetNumberOfPlotSeriesNodes())
        if chart.GetNthPlotSeriesNode(n).GetYColumnName() == "Current slice"
    )
    column = mark.GetTableNode().GetTable().GetColumnByName("Slice")
    return list(chart.GetXAxisRange()), {column.GetValue(n) for n in range(2)}


def test_the_plot_runs_as_the_strip_does_and_marks_the_current_slice(ui, blocks):
    click(ui.plotButton)
    (left, right), _mark = plotted(blocks, UPPER)
    strip = [place.index + 1 for place in blocks.places if place.stack == UPPER]
    assert (left - right) * (strip[0] - strip[-1]) > 0
    assert {left, right} == {0.5, 10.5}
    for index in (2, 7):
        go(blocks, UPPER, index)
        assert plotted(blocks, UPPER)[1] == {index + 1}


def test_a_new_view_of_charts_draws_after_the_others_and_its_chart_after_itself(ui, blocks):
    manager = slicer.app.layoutManager()
    assert manager.plotViewCount == 0
    ui.plotButton.click()  # and no turn more
    view = manager.plotWidget(0).plotView()
    drawn = [(view.updatesEnabled, bool(view.chart().GetVisible()))]
    while not all(drawn[-1]) and len(drawn) < 9:
        settle(1)
        drawn.append((view.updatesEnabled, bool(view.chart().GetVisible())))
    assert drawn[0] == (False, False) and drawn[-1] == (True, True)
    click(ui.plotButton)
    click(ui.plotButton)
    assert view.updatesEnabled and view.chart().GetVisible()


def test_views_and_plot_share_the_height_each_time_that_the_plot_is_shown(ui, blocks):
    click(ui.plotButton)
    node = slicer.app.layoutManager().layoutLogic().GetLayoutNode()
    layout = ElementTree.fromstring(node.GetCurrentLayoutDescription())
    assert [item.get("splitSize") for item in layout] == ["500", "500"]


def test_the_plot_follows_the_stack_and_the_next_run(ui, widget, blocks):
    click(ui.plotButton)
    (view,) = nodesOfClass(slicer.mrmlScene, "vtkMRMLPlotViewNode")
    for stack in (LOWER, UPPER):
        go(blocks, stack)
        chart = blocks.nodes.node("probability chart", stack)
        assert view.GetPlotChartNodeID() == chart.GetID()
    widget.panel.show(two_blocks())
    assert view.GetPlotChartNode() is blocks.nodes.node("probability chart", UPPER)


def test_the_report_is_asked_for_with_pictures_of_the_views(ui, widget, shown, worker, tmp_path):
    shown.answer("compression", "not compressed", reader="AB", reason="artefact")
    widget.panel.report.write(str(tmp_path / "report.html"))
    command, arguments = worker.last
    assert command == "report" and arguments["file"].endswith("report.html")
    pictures = {path.stem for path in Path(arguments["pictures"]).glob("*.png")}
    assert {"worst", "sagittal", "slice-4-01", "slice-4-02", "slice-4-03"} == pictures
    (answer,) = read_answers(arguments["reading"])
    assert (answer.model, answer.answer, answer.reader) == ("compressed", "not compressed", "AB")
    assert answer.index == shown.slice(shown.place).index and answer.reason == "artefact"
    worker.answer({"file": arguments["file"]})
    assert "report.html" in ui.reportStatusLabel.text
    assert not Path(arguments["pictures"]).exists()


def test_a_slice_whose_flag_a_reader_overruled_keeps_its_picture_in_the_report(
    widget, shown, worker, tmp_path
):
    number = next(n for n in range(len(shown.places)) if shown.slice(n).flagged)
    shown.go(number)
    for question in shown.questions:
        shown.answer(question.key, question.values[0], reader="AB")
    assert not shown.isFlagged(number)
    widget.panel.report.write(str(tmp_path / "report.html"))
    pictures = Path(worker.last[1]["pictures"])
    assert (pictures / f"slice-4-{shown.slice(number).index + 1:02d}.png").exists()


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
    controls = [var for var in vars(ui).values() if hasattr(var, "toolTip")]
    spoken = ("QPushButton", "QCheckBox", "QComboBox", "QLineEdit", "ctkSliderWidget",
              "qMRMLNodeComboBox", "ctkPathLineEdit", "ctkCollapsibleButton", "QTableWidget")  # fmt: skip
    assert not [c.name for c in controls if c.className() in spoken and not c.toolTip
                and not c.name.startswith("qt_") and c.name != "ExpandButton"]  # fmt: skip
    assert widget._widget.minimumSizeHint.width() <= 380
