"""A reader corrects the outline of the cord: the panel, the table and the charts follow by themselves."""

import pytest

from SpineLib.quantities import find_quantity, value_of
from Testing.desktop import press
from Testing.SpineCompression.panels import settle
from Testing.SpineSlicer.scene.test_outlineNodes import correct, outlined  # noqa: F401


@pytest.fixture
def panel(widget, outlined, monkeypatch):  # noqa: F811
    """The panel with outlined slices; a brush rests at once."""
    monkeypatch.setattr("SpineSlicer.host.OutlineWatch.RESTED_MS", 0)
    widget.panel.show(outlined)
    widget.panel.study.go(1)
    settle()
    return widget.panel


def shown_ap(panel):
    """Cord AP of the slice that is shown, in the panel, the table node, the chart and the findings."""
    nodes, slice_ = panel.study.nodes, panel.study.slice(1)
    table = nodes.node("findings table").GetTable().GetColumnByName("Cord AP (mm)")
    chart = nodes.node("quantity chart").GetNthPlotSeriesNode(0).GetTableNode().GetTable()
    saved = nodes.findings().stacks[0].slices[slice_.index]
    return [
        value_of(slice_.quantities, "cord_ap"),
        value_of(saved.quantities, "cord_ap"),
        table.GetValue(slice_.index),
        pytest.approx(chart.GetColumnByName("Cord AP").GetValue(slice_.index)),
    ]


def test_a_corrected_cord_is_measured_again_by_itself_and_everything_follows(panel, ui):
    before = shown_ap(panel)
    others = [slice_.quantities for slice_ in panel.study.findings.stacks[0].slices[2:]]
    text = ui.sliceLabel.text
    node = correct(panel.study.scene)
    settle()
    now = shown_ap(panel)
    assert before == [pytest.approx(8, abs=0.5)] * 4 and now == [pytest.approx(4, abs=0.5)] * 4
    assert len(set(map(float, now[:3]))) == 1
    assert ui.sliceLabel.text != text and f"Cord AP {now[0]:.1f} mm" in ui.sliceLabel.text
    # No other slice has other numbers, but for what was drawn on its neighbours.
    for one, old in zip(panel.study.findings.stacks[0].slices[2:], others, strict=True):
        assert [q for q in one.quantities if q.key != "torsion"] == [
            q for q in old if q.key != "torsion"
        ]
    assert node.GetScene() is panel.study.scene and not panel.outlines.busy


def test_what_is_corrected_back_has_the_models_numbers_again(panel):
    import slicer

    segmentation = panel.study.nodes.node("cord and sac").GetSegmentation()
    history = slicer.vtkSegmentationHistory()
    history.SetSegmentation(segmentation)
    before = panel.study.findings
    history.SaveState()
    correct(panel.study.scene)
    settle()
    assert panel.study.findings != before
    history.RestorePreviousState()
    settle()
    assert panel.study.findings == before


def test_what_was_corrected_while_the_panel_was_away_is_measured_when_the_study_is_shown(
    panel,
):
    panel.study.close()
    correct(panel.study.scene)
    settle()
    panel.study.open()
    settle()
    assert shown_ap(panel)[0] == pytest.approx(4, abs=0.5)


def compared(panel):
    """Which slices MSCC was compared with, and who chose them."""
    mscc = find_quantity(panel.study.nodes.findings().quantities, "mscc")
    return [(one.index, one.chosen_by) for one in mscc.compared]


def test_a_reader_chooses_the_slices_that_the_narrowest_one_is_compared_with(panel, ui):
    correct(panel.study.scene)  # slice 1 is narrow now
    settle()
    assert compared(panel) == []  # the others are flagged, so that none is normal by itself
    ui.readerEdit.text = "AB"
    other = next(n for n in range(3) if panel.study.slice(n).index == 2)
    panel.study.go(other)
    press(panel.result.timeline, "c")
    assert compared(panel) == [(2, "AB")] and "chosen by AB" in ui.detailLabel.text
    panel.study.undo()
    assert compared(panel) == [] and "chosen by" not in ui.detailLabel.text
    panel.study.redo()
    assert compared(panel) == [(2, "AB")]
    # It outlives a correction, and another reading of the study.
    correct(panel.study.scene, index=0)
    settle()
    assert compared(panel) == [(2, "AB")]
    panel.show(panel.study.nodes.reading())
    assert compared(panel) == [(2, "AB")]
    panel.study.go(other)
    ui.compareButton.click()
    assert compared(panel) == []
