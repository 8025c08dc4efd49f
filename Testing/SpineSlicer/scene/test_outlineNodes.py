"""Cord and sac in the scene: they come back, and a reader's corrections are measured and kept."""

from copy import deepcopy

import numpy as np
import pytest
import slicer

from SpineLib.inference.outline_map import CORD_LABEL, measuring_again
from SpineLib.outputs.dicom import results_in
from SpineLib.quantities import Quantity, find_quantity, value_of
from SpineLib.reading import Reading
from SpineLib.reasons import NO_CORD, Reason
from SpineLib.slabs import finish
from SpineLib.volume import Volume
from SpineSlicer.scene.labelmapNodes import orientedImage
from SpineSlicer.scene.outlineNodes import outlinesIn
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.resultsToSend import gatheringStudy


@pytest.fixture(scope="module")
def outlined(brief) -> Reading:
    """The brief series with round cords and sacs of known size, twice as fine as its slices."""
    volume, findings = brief.volumes["4"], deepcopy(brief.findings)
    matrix = volume.ijk_to_ras.copy()
    matrix[:3, :2] /= 2
    center = volume.ras([volume.shape[2] / 2, volume.shape[1] / 2, 0])
    matrix[:3, 3] = center - matrix[:3, :2] @ [30, 30]
    j, i = np.mgrid[:60, :60]
    away = np.hypot(
        *(np.stack([i - 30, j - 30]) * np.linalg.norm(matrix[:3, :2], axis=0)[:, None, None])
    )
    disk = (away < 8).astype(np.uint8) + (away < 4)
    labels = Volume(np.repeat(disk[None], volume.shape[0], axis=0).astype(np.uint8), matrix)
    finish(measuring_again(findings, "4", labels, range(len(labels.voxels))))
    return Reading(findings, brief.volumes, outlines={"4": labels})


def cord_ap(reading, index=1):
    return value_of(reading.findings.stacks[0].slices[index].quantities, "cord_ap")


def correct(scene, index=1):
    """As a reader who makes the cord of a slice smaller in Segment Editor."""
    node = ReadingScene(scene).node("cord and sac")
    now = outlinesIn(node)
    voxels = now.voxels.copy()
    voxels[index, :30][voxels[index, :30] == CORD_LABEL] = 1
    mask = Volume((voxels == CORD_LABEL).astype(np.uint8), now.ijk_to_ras)
    segmentation = node.GetSegmentation()
    segmentation.SeparateSegmentLabelmap("cord")
    segment = segmentation.GetSegment("cord")
    segment.SetLabelValue(1)
    segment.GetRepresentation("Binary labelmap").DeepCopy(orientedImage(mask))
    return node


def test_outlines_come_back_as_they_were_measured(scene, outlined):
    ReadingScene(scene).show(outlined)
    back = ReadingScene(scene).reading()
    np.testing.assert_array_equal(back.outlines["4"].voxels, outlined.outlines["4"].voxels)
    assert back.outlines["4"].same_grid(outlined.outlines["4"])
    assert back.findings == outlined.findings
    assert cord_ap(back) == pytest.approx(8, abs=0.5)


def test_a_readers_correction_is_measured_anew_and_outlives_another_reading(scene, outlined):
    ReadingScene(scene).show(outlined)
    node = correct(scene)
    assert cord_ap(ReadingScene(scene).reading()) == pytest.approx(4, abs=0.5)
    ReadingScene(scene).show(outlined)
    assert node.GetScene() is scene
    assert ReadingScene(scene).node("cord and sac") is not node
    assert find_quantity(ReadingScene(scene).reading().findings.quantities, "mscc") is not None


def test_segment_editor_edits_on_the_outlines_own_grid_and_not_on_the_coarser_volume(
    scene, outlined
):
    ReadingScene(scene).show(outlined)
    node, converter = ReadingScene(scene).node("cord and sac"), slicer.vtkSegmentationConverter
    # What Segment Editor resamples all segments to at the first stroke.
    grid, name = slicer.vtkOrientedImageData(), converter.GetReferenceImageGeometryParameterName()
    text = node.GetSegmentation().GetConversionParameter(name)
    assert converter.DeserializeImageGeometry(text, grid, False)
    np.testing.assert_allclose(grid.GetSpacing(), outlined.outlines["4"].spacing, rtol=1e-4)


def test_what_is_sent_has_the_outlines_as_they_are_now_and_says_that_a_reader_changed_them(
    scene, outlined, tmp_path
):
    nodes = ReadingScene(scene)
    nodes.show(outlined)
    study = nodes.study
    assert not finish(gatheringStudy(scene, study)).corrections.outlines
    correct(scene)
    finish(finish(gatheringStudy(scene, study)).writing(tmp_path))
    sent = results_in(tmp_path)
    assert sent.corrections.outlines == ["4"]
    assert cord_ap(sent.reading) == pytest.approx(4, abs=0.5)
    cords = [np.count_nonzero(outlines.voxels == CORD_LABEL) for outlines in
             (outlined.outlines["4"], sent.reading.outlines["4"])]  # fmt: skip
    assert 0 < cords[1] < cords[0]


def test_table_and_charts_show_what_was_measured_and_gaps_where_nothing_was(scene, outlined):
    reading = Reading(deepcopy(outlined.findings), outlined.volumes)
    slices = reading.findings.stacks[0].slices
    slices[0].quantities = [Quantity("cord_ap", why=Reason(NO_CORD))]
    find_quantity(slices[1].quantities, "cord_ap").norm = [7.5, 0.5]
    nodes = ReadingScene(scene)
    nodes.show(reading)
    table = nodes.node("findings table").GetTable()
    column = table.GetColumnByName("Cord AP (mm)")
    assert np.isnan(column.GetValue(0)) and column.GetValue(1) == pytest.approx(cord_ap(reading))
    charts = nodes.nodes("quantity chart")
    assert [chart.GetYAxisTitle() for chart in charts] == ["mm", "mm²", "%"]
    lines = [
        charts[0].GetNthPlotSeriesNode(n) for n in range(charts[0].GetNumberOfPlotSeriesNodes())
    ]
    assert [line.GetYColumnName() for line in lines] == [
        "Cord AP", "Cord AP, healthy: mean", "Cord AP, healthy: +2 SD", "Cord AP, healthy: -2 SD",
        "Sac AP",
    ]  # fmt: skip
    band = lines[2].GetTableNode().GetTable().GetColumnByName("Cord AP, healthy: +2 SD")
    assert band.GetValue(1) == 8.5 and np.isnan(band.GetValue(0))
    # Shown again, nothing stands twice.
    nodes.show(reading)
    assert len(ReadingScene(scene).nodes("quantity chart")) == 3


def test_a_line_crosses_the_cord_where_it_is_narrowest(scene, outlined):
    reading = Reading(deepcopy(outlined.findings), outlined.volumes, outlines=outlined.outlines)
    reading.findings.quantities = [Quantity("mscc", 40.0, "", "4", 1)]
    ReadingScene(scene).show(reading)
    line = ReadingScene(scene).node("cord AP line")
    assert line.GetMeasurement("length").GetValue() == pytest.approx(cord_ap(reading), abs=0.5)
    ends = [np.array(line.GetNthControlPointPositionWorld(n)) for n in (0, 1)]
    assert ends[0][1] > ends[1][1]  # from front to back
    reading.findings.quantities = [Quantity("mscc", why=Reason(NO_CORD))]
    ReadingScene(scene).show(reading)
    assert ReadingScene(scene).node("cord AP line") is None
