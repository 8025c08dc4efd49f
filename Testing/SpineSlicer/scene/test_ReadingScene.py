"""A reading as nodes, and back."""

import json

import numpy as np
import pytest
import slicer

from SpineLib.errors import BadInput
from SpineLib.findings import Findings
from SpineLib.reading import Reading
from SpineLib.volume import Volume
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.volumeNodes import addVolumeNode, volumeFromNode


@pytest.fixture
def shown(scene, graded):
    result = ReadingScene(scene)
    result.show(graded)
    return result


def column(table, name):
    values = table.GetTable().GetColumnByName(name)
    return [values.GetValue(n) for n in range(values.GetNumberOfTuples())]


def test_an_empty_scene_holds_no_reading(scene):
    assert ReadingScene(scene).findings() is None
    assert ReadingScene(scene).reading() is None


def test_what_is_shown_comes_back(shown, graded):
    back = shown.reading()
    assert back.findings == graded.findings
    assert back.volumes["4"].frames == graded.volumes["4"].frames
    np.testing.assert_array_equal(back.volumes["4"].voxels, graded.volumes["4"].voxels)


def test_activations_come_back(scene, brief):
    volume = brief.volumes["4"]
    heat = np.random.default_rng(1).random(volume.shape).astype(np.float32)
    reading = Reading(brief.findings, brief.volumes, None, {"4": volume.with_voxels(heat)})
    ReadingScene(scene).show(reading)
    np.testing.assert_array_equal(ReadingScene(scene).reading().activations["4"].voxels, heat)


def test_the_table_has_a_row_a_slice_with_grade_and_interval(shown, graded):
    table = shown.node("findings table")
    assert table.GetNumberOfRows() == 19
    assert column(table, "Slice") == list(range(1, 20))
    assert column(table, "Compression")[8] == "compressed"
    assert column(table, "Bilsky grade")[8] == "high, Bilsky 2 (forced)"
    assert column(table, "Bilsky grade interval")[8] == "1c–2"
    assert column(table, "SOP Instance UID")[8] == "1.2.826.0.1.8"
    chances = column(table, "P Compression")
    assert np.isnan(chances[18]) and chances[8] == pytest.approx(0.96)


def test_the_plot_has_the_assessed_slices_and_the_threshold(shown):
    chart = shown.node("probability chart")
    table = chart.GetNthPlotSeriesNode(0).GetTableNode()
    assert table.GetNumberOfRows() == 17
    assert set(column(table, "Threshold")) == {0.5}


def test_each_label_stands_in_its_own_slice_and_outside_the_ring(shown, graded):
    labels = shown.node("slice labels")
    volume = graded.volumes["4"]
    from SpineSlicer.scene.verdictHalo import OUTER_RADIUS, canalCenters

    centers = canalCenters(volume, graded.findings.stacks[0].slices)
    for k in range(19):
        point = np.array(labels.GetNthControlPointPosition(k))
        assert volume.ijk(point)[2] == pytest.approx(k, abs=1e-3)
        assert np.linalg.norm(point - centers[k]) > OUTER_RADIUS


def test_a_run_of_flagged_slices_has_one_label_off_the_cord(shown):
    flagged = shown.node("flagged runs")
    assert flagged.GetNumberOfControlPoints() == 1
    assert flagged.GetNthControlPointLabel(0) == "C 0.96 · 2 forced"


def test_two_runs_too_close_for_two_lines_share_the_worse_ones_label(scene, graded):
    findings = Findings.from_dict(graded.findings.to_dict())
    for slice_ in findings.stacks[0].slices:
        opinion = slice_.opinion("compression")
        del slice_.opinions[1]
        if opinion.assessed:
            opinion.positive = slice_.index in (2, 7, 9)
            opinion.value = "compressed" if opinion.positive else "not compressed"
    reading = Reading(findings, graded.volumes)
    ReadingScene(scene).show(reading)
    labels = ReadingScene(scene).node("flagged runs")
    texts = {labels.GetNthControlPointLabel(n) for n in range(labels.GetNumberOfControlPoints())}
    # Slices 7.5 mm thick: the runs at 7 and 9 lie 15 mm apart, those at 2 and 7 more.
    assert len(texts) == 3
    volume = graded.volumes["4"]
    thin = volume.ijk_to_ras.copy()
    thin[:3, 2] *= 0.4
    for slice_ in findings.stacks[0].slices:
        slice_.canal_center_ras = None
    findings.stacks[0].ijk_to_ras = thin.tolist()
    reading = Reading(findings, {"4": Volume(volume.voxels, thin, volume.frames)})
    scene.Clear(False)
    ReadingScene(scene).show(reading)
    labels = ReadingScene(scene).node("flagged runs")
    texts = {labels.GetNthControlPointLabel(n) for n in range(labels.GetNumberOfControlPoints())}
    assert texts == {"C 0.91", "C 0.05"}


def test_the_volume_says_which_dicom_slices_it_is(shown, graded):
    uids = shown.volumeNode("4").GetAttribute("DICOM.instanceUIDs").split()
    assert uids == [frame.sop_instance_uid for frame in graded.volumes["4"].frames]


def test_everything_stands_under_the_study(shown, graded):
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(shown.scene)
    study = hierarchy.GetItemByUID("DICOM", graded.findings.study_instance_uid)
    assert study
    for kind in ("volume", "verdicts", "findings table", "slice labels", "probability chart"):
        item = hierarchy.GetItemByDataNode(shown.node(kind))
        assert hierarchy.GetItemParent(item) == study


def test_the_halo_is_a_segmentation_on_the_stacks_grid(shown):
    halo = shown.node("verdicts")
    role = halo.GetReferenceImageGeometryReferenceRole()
    assert halo.GetNodeReference(role) is shown.volumeNode("4")


def test_showing_again_replaces_what_was_shown(shown, graded, scene):
    before = len(shown.nodes())
    shown.show(graded)
    assert len(shown.nodes()) == before


def test_a_volume_that_the_reader_loaded_is_used_and_stays(scene, brief):
    loaded = addVolumeNode(scene, brief.volumes["4"], "loaded by hand")
    shown = ReadingScene(scene)
    shown.show(brief, {"4": loaded})
    assert shown.volumeNode("4") is loaded
    assert shown.node("volume") is None
    assert shown.reading().volumes["4"].same_grid(brief.volumes["4"])
    shown.clear()
    assert loaded.GetScene() is scene


def test_damaged_findings_are_refused(shown):
    shown.node("findings").SetText("{")
    with pytest.raises(BadInput, match="damaged"):
        shown.findings()


def test_findings_of_a_newer_version_are_refused(shown, graded):
    data = graded.findings.to_dict() | {"schema_version": 99}
    shown.node("findings").SetText(json.dumps(data))
    with pytest.raises(BadInput, match="schema version 99"):
        shown.findings()


def test_boolean_and_wide_integer_voxels_are_shown(scene, brief):
    volume = brief.volumes["4"]
    for kind in (np.bool_, np.int64, np.float16):
        node = addVolumeNode(scene, volume.with_voxels((volume.voxels > 500).astype(kind)), "v")
        assert volumeFromNode(node).voxels.max() == 1.0


def test_slices_that_slicer_loaded_in_the_other_order_come_back_in_the_stacks_own(scene, brief):
    volume = brief.volumes["4"]
    matrix = volume.ijk_to_ras.copy()
    matrix[:3, 3] = volume.ras([0, 0, 2])
    matrix[:3, 2] *= -1
    loaded = addVolumeNode(scene, Volume(volume.voxels[::-1], matrix), "loaded by hand")
    shown = ReadingScene(scene)
    shown.show(brief, {"4": loaded})
    back = shown.reading().volumes["4"]
    np.testing.assert_array_equal(back.voxels, volume.voxels)
    assert back.frames == volume.frames
