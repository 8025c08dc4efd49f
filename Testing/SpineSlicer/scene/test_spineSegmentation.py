"""The lumbar segmentation in a scene."""

import itertools
import json

import numpy as np
import pytest
import slicer

from SpineLib.findings import SegmentationFinding, SegmentFinding
from SpineLib.inference.parts import Parts
from SpineLib.labels import (
    CANAL_CODE,
    DISC_CODE,
    LEVEL_CODES,
    VERTEBRA_CODE,
    structure,
    structure_color,
)
from SpineLib.store.files import resources
from SpineSlicer.scene.labelmapNodes import labelmapFromNode, segmentsIn, vtkTag
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.segmentNames import bodyMiddle, shortName
from SpineSlicer.scene.spineSegmentation import addSpineSegmentation
from SpineSlicer.scene.terminology import CONTEXT, terminologyEntry
from SpineSlicer.scene.volumeNodes import addVolumeNode

TERMINOLOGY = resources() / "Terminology/SegmentationCategoryTypeModifier-SlicerSpineMRI.term.json"


@pytest.fixture
def node(scene, lumbar):
    ReadingScene(scene).show(lumbar)
    return ReadingScene(scene).node("spine segmentation")


def segment(node, name):
    return node.GetSegmentation().GetSegment(name)


def test_segments_have_their_findings_names(node, lumbar):
    names = [segment.GetName() for _id, segment, _number in segmentsIn(node)]
    assert names == [finding.name for finding in lumbar.findings.segmentation.segments]


def test_segments_carry_what_dicom_export_asks_for(node):
    canal = segment(node, "canal")
    assert vtkTag(canal, "DICOM.SegmentAlgorithmType") == "AUTOMATIC"
    assert vtkTag(canal, "DICOM.SegmentAlgorithmName") == "starter-segmentation 0.1.0"
    assert vtkTag(canal, "TerminologyEntry") == terminologyEntry(CANAL_CODE)
    role = node.GetReferenceImageGeometryReferenceRole()
    assert node.GetNodeReference(role).GetName() == "2 T2 TSE sagittal"


def test_slicers_own_dicom_export_finds_no_segment_empty(node):
    """As its DICOMSegmentationPlugin looks: by the name that Slicer's own label maps have."""
    segmentation = node.GetSegmentation()
    for index in range(segmentation.GetNumberOfSegments()):
        image = segmentation.GetNthSegment(index).GetRepresentation("Binary labelmap")
        scalars = image.GetPointData().GetArray("ImageScalars")
        assert scalars is not None and scalars.GetValueRange() != (0, 0)


def test_segments_whose_level_is_not_known_are_flagged_and_coded_in_general(node):
    assert vtkTag(segment(node, "vertebra1"), "Segmentation.Status") == "flagged"
    assert VERTEBRA_CODE.value in vtkTag(segment(node, "vertebra1"), "TerminologyEntry")
    assert DISC_CODE.value in vtkTag(segment(node, "disc202"), "TerminologyEntry")


def test_named_and_cut_vertebrae_say_so(scene, lumbar):
    volume = lumbar.volumes["2"]
    labels = np.zeros(volume.shape, np.uint8)
    labels[20:40, 10:30, 10:30], labels[45:60, 10:30, 10:30] = 1, 102
    segments = [SegmentFinding(1, "vertebra", "L5", False, 1.0, [0.0, 0.0, 0.0]),
                SegmentFinding(102, "vertebra", "L4", True, 1.0, [0.0, 0.0, 0.0])]  # fmt: skip
    finding = SegmentationFinding("assessed", "", "s.nrrd", "2", "L5", "", False, segments)
    node = addSpineSegmentation(
        scene, volume.with_voxels(labels), finding, addVolumeNode(scene, volume, "v"), "m 1"
    )
    assert segment(node, "vertebra1").GetName() == "L5"
    assert vtkTag(segment(node, "vertebra1"), "Segmentation.Status") == "completed"
    assert LEVEL_CODES["L5"].value in vtkTag(segment(node, "vertebra1"), "TerminologyEntry")
    assert segment(node, "vertebra102").GetName() == "L4 (partial)"
    assert vtkTag(segment(node, "vertebra102"), "Segmentation.Status") == "flagged"


def test_every_structure_has_a_closed_surface(node):
    for _id, segment, _number in segmentsIn(node):
        assert segment.GetRepresentation("Closed surface").GetNumberOfPoints() > 100


def test_the_label_map_comes_back_after_slicer_renumbers_its_layers(node, lumbar):
    node.GetSegmentation().CollapseBinaryLabelmaps(True)
    back = labelmapFromNode(node, lumbar.volumes["2"])
    np.testing.assert_array_equal(back.voxels, lumbar.segmentation.voxels)


def test_a_readers_edit_comes_back(node, lumbar):
    # An edit is a new label map of one segment, on a smaller grid than the volume's.
    image = slicer.vtkOrientedImageData()
    node.GetBinaryLabelmapRepresentation("vertebra1", image)
    image.GetPointData().GetScalars().Fill(0)
    edited = slicer.vtkSegment()
    edited.DeepCopy(segment(node, "vertebra1"))
    edited.RemoveRepresentation("Binary labelmap")
    edited.AddRepresentation("Binary labelmap", image)
    node.GetSegmentation().RemoveSegment("vertebra1")
    node.GetSegmentation().AddSegment(edited, "vertebra1")
    back = labelmapFromNode(node, lumbar.volumes["2"]).voxels
    expected = np.where(lumbar.segmentation.voxels == 1, 0, lumbar.segmentation.voxels)
    np.testing.assert_array_equal(back, expected)


@pytest.mark.parametrize("offset", [0, 100, 200])
def test_no_structure_looks_like_its_neighbour(offset):
    colors = [structure_color(offset + n) for n in range(1, 26)]
    assert all(a != b for a, b in itertools.pairwise(colors))


def test_names_stand_on_the_bodies_in_front_of_the_canal(lumbar):
    finding = lumbar.findings.segmentation
    canal = next(segment for segment in finding.segments if segment.kind == "canal")
    for segment in finding.segments:
        if segment.kind == "vertebra":
            middle = bodyMiddle(Parts(lumbar.segmentation), segment)
            assert middle[1] > canal.centroid_ras[1] + 5
            i, j, k = np.round(lumbar.segmentation.ijk(middle)).astype(int)
            assert lumbar.segmentation.voxels[k, j, i] == segment.label


def test_a_level_that_is_not_known_is_shown_with_a_question_mark(node, scene):
    names = ReadingScene(scene).node("segment names")
    assert names.GetNthControlPointLabel(0) == "vertebra 1 ?"
    assert shortName("L4") == "L4"


def test_the_terminology_file_has_every_code_that_segments_use(app):
    data = json.loads(TERMINOLOGY.read_text())
    assert data["SegmentationCategoryTypeContextName"] == CONTEXT
    (category,) = data["SegmentationCodes"]["Category"]
    listed = {(t["CodeValue"], t["CodeMeaning"]) for t in category["Type"]}
    codes = [CANAL_CODE, DISC_CODE, VERTEBRA_CODE, *LEVEL_CODES.values()]
    assert {(code.value, code.meaning) for code in codes} <= listed


def test_slicer_reads_the_terminology_and_finds_the_canal_in_it():
    logic = slicer.vtkSlicerTerminologiesModuleLogic()
    assert logic.LoadTerminologyFromFile(str(TERMINOLOGY)) == CONTEXT
    entry = slicer.vtkSlicerTerminologyEntry()
    assert logic.DeserializeTerminologyEntry(terminologyEntry(CANAL_CODE), entry)
    assert entry.GetTypeObject().GetCodeMeaning() == "Spinal canal"
    assert logic.SerializeTerminologyEntry(entry) == terminologyEntry(CANAL_CODE)


def test_the_colour_table_names_every_label_as_it_is_shown():
    file = resources() / "Colors" / "SPIDER.ctbl"
    rows = [line.split() for line in file.read_text().splitlines() if line[0] not in "#0"]
    assert len(rows) == 76
    for number, name, red, green, blue, _ in rows:
        wanted = structure_color(int(number)).removeprefix("#")
        assert f"{int(red):02X}{int(green):02X}{int(blue):02X}" == wanted
        assert structure(int(number)).kind.replace("canal", "spinal_canal") in name
