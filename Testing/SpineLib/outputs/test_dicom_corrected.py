"""Objects of what a reader corrected, drew and signed, on patients who lie in any position."""

import shutil
import subprocess

import numpy as np
import pydicom
import pytest

hd = pytest.importorskip("highdicom")
from SpineLib.errors import BadInput  # noqa: E402
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED, Code, structure_color  # noqa: E402
from SpineLib.outputs.answers import ReaderAnswer, write_answers  # noqa: E402
from SpineLib.outputs.corrections import (  # noqa: E402
    Corrections,
    DrawnSegment,
    read_corrections,
    write_corrections,
)
from SpineLib.outputs.dicom import Kind, Results, Signature, write_dicom  # noqa: E402
from SpineLib.questions import COMPRESSION  # noqa: E402
from Testing.SpineLib.dicom.conftest import Placed, SeriesWriter  # noqa: E402
from Testing.SpineLib.outputs.dicom_objects import (  # noqa: E402
    HEADER,
    assert_lies_on_the_source,
    reading_of,
    rings_of,
)

# How rows and columns of an axial slice run for a scanner that puts the patient's front (supine) or
# back (prone) on top, and which way the table moves (PS3.3, C.7.3.1.1.2).
POSITIONS = {
    "HFS": ((1, 0, 0), (0, 1, 0), 1), "HFP": ((-1, 0, 0), (0, -1, 0), 1),
    "HFDL": ((0, 1, 0), (-1, 0, 0), 1), "HFDR": ((0, -1, 0), (1, 0, 0), 1),
    "FFS": ((-1, 0, 0), (0, 1, 0), -1), "FFP": ((1, 0, 0), (0, -1, 0), -1),
}  # fmt: skip
LESION = Code("52988006", "SCT", "Lesion")


@pytest.fixture
def study(tmp_path):
    writer = SeriesWriter()
    writer.write(tmp_path / "study", [writer.place(6, 4.0, angle=12.0)], **HEADER)
    return tmp_path / "study"


@pytest.fixture
def corrected(study):
    """A reading with a canal that a reader corrected, and a lesion that overlaps a vertebra."""
    reading = reading_of(study)
    mask = np.zeros(reading.segmentation.shape, np.uint8)
    mask[1:3, 6:9, 9:15] = 1
    lesion = DrawnSegment("lesion", reading.segmentation.with_voxels(mask), kind=LESION)
    stack = reading.findings.stacks[0].id
    answers = [ReaderAnswer(stack, 4, COMPRESSION.key, COMPRESSED, NOT_COMPRESSED, "Dr. A")]
    corrections = Corrections({100: "SEMIAUTOMATIC"}, [lesion])
    return Results(reading, answers=answers, corrections=corrections)


@pytest.mark.parametrize("position", POSITIONS)
def test_in_every_position_of_the_patient_segments_and_rings_are_where_they_were_found(
    position, tmp_path
):
    """Oblique by 12° about two axes, as a real table and a real neck are."""
    row, column, sign = POSITIONS[position]
    turn = _rotation(0, 12.0) @ _rotation(2, 12.0)
    row, column = turn @ row, turn @ column
    step = 4.0 * sign * np.cross(row, column)
    places = tuple(tuple(np.array([3.0, -7.0, 11.0]) + k * step) for k in range(6))
    writer = SeriesWriter(rows=110, columns=130)
    block = Placed((*row.tolist(), *column.tolist()), places)
    writer.write(tmp_path / "study", [block], **HEADER, PatientPosition=position)
    reading = reading_of(tmp_path / "study")
    files = write_dicom(
        Results(reading), tmp_path / "study", tmp_path / "out",
        kinds=[Kind.segmentation, Kind.presentation],
    )  # fmt: skip
    assert_lies_on_the_source(files[0], reading)
    state = pydicom.dcmread(files[1])
    images = {
        pydicom.dcmread(p).SOPInstanceUID: pydicom.dcmread(p)
        for p in (tmp_path / "study").iterdir()
    }
    for ends, annotation in zip(rings_of(files[1]), state.GraphicAnnotationSequence, strict=True):
        uid = annotation.ReferencedImageSequence[0].ReferencedSOPInstanceUID
        image = images[uid]
        middle = ends.mean(axis=0) - 0.5  # 0.5 is the middle of the first pixel
        axes = np.array(image.ImageOrientationPatient).reshape(2, 3)
        where = np.array(image.ImagePositionPatient) + middle[0] * 0.6 * axes[0]
        where = (where + middle[1] * 0.7 * axes[1]) * (-1, -1, 1)
        found = next(s for s in reading.findings.stacks[0].slices if s.sop_instance_uid == uid)
        np.testing.assert_allclose(where, found.canal_center_ras, atol=0.35)


def _rotation(axis: int, degrees: float) -> np.ndarray:
    matrix, angle = np.eye(3), np.radians(degrees)
    a, b = [n for n in range(3) if n != axis]
    matrix[a, a] = matrix[b, b] = np.cos(angle)
    matrix[a, b], matrix[b, a] = -np.sin(angle), np.sin(angle)
    return matrix


def test_corrected_drawn_and_signed_objects_have_no_error_and_name_those_before(
    corrected, study, tmp_path
):
    out, kinds = tmp_path / "out", [Kind.segmentation, Kind.report]
    first = write_dicom(corrected, study, out, kinds=kinds)
    before = [pydicom.dcmread(path) for path in first]
    signature = Signature("Dr. A", "Hospital")
    files = write_dicom(corrected, study, out, kinds=kinds, signature=signature)
    segmentation, report = (pydicom.dcmread(path) for path in files)

    (reference,) = segmentation.ReferencedImageSequence
    assert reference.ReferencedSOPInstanceUID == before[0].SOPInstanceUID
    assert reference.PurposeOfReferenceCodeSequence[0].CodeValue == "predecessor"
    types = {one.SegmentLabel: one.SegmentAlgorithmType for one in segmentation.SegmentSequence}
    assert types == {"L5": "AUTOMATIC", "L5/S1": "AUTOMATIC", "canal": "SEMIAUTOMATIC",
                     "lesion": "MANUAL"}  # fmt: skip
    lesion = segmentation.SegmentSequence[3]
    assert lesion.SegmentedPropertyTypeCodeSequence[0].CodeValue == LESION.value
    whole = hd.seg.segread(files[0]).get_volume(rescale_fractional=False)
    assert int(whole.array[..., 3].sum()) == 2 * 3 * 6
    assert int((whole.array[..., 0] & whole.array[..., 3]).sum()) == 2 * 3 * 6  # they overlap

    assert before[1].VerificationFlag == "UNVERIFIED"
    assert "VerifyingObserverSequence" not in before[1]
    assert report.VerificationFlag == "VERIFIED" and report.CompletionFlag == "COMPLETE"
    (observer,) = report.VerifyingObserverSequence
    assert observer.VerifyingObserverName.family_name == "Dr. A"
    groups = hd.sr.srread(files[1]).content.get_volumetric_roi_measurement_groups()
    volumes = [group.get_measurements()[0].value for group in groups]
    assert volumes == pytest.approx([1.5, 1.5, 1.5, 36 * 0.6 * 0.7 * 4.0 / 1000])
    if shutil.which("dciodvfy"):
        for path in files:
            said = subprocess.run(["dciodvfy", path], capture_output=True, text=True).stderr
            assert not [line for line in said.splitlines() if line.startswith("Error")], said


def test_what_a_reader_calls_compressed_is_a_key_image_and_ringed_so(corrected, study, tmp_path):
    kinds = [Kind.key_images, Kind.presentation]
    keys, state = map(pydicom.dcmread, write_dicom(corrected, study, tmp_path / "out", kinds=kinds))
    slices = corrected.reading.findings.stacks[0].slices
    assert all(slices[k].sop_instance_uid in str(keys) for k in (2, 4))
    assert slices[3].sop_instance_uid not in str(keys)
    texts = [
        one.TextObjectSequence[0].UnformattedTextValue for one in state.GraphicAnnotationSequence
    ]
    assert [text.partition(" | ")[2] for text in texts] == [""] * 4 + [
        "reader Dr. A: compressed",
        "",
    ]
    layers = [one.GraphicLayer for one in state.GraphicAnnotationSequence]
    assert layers[4] == layers[2] != layers[3]


def test_a_label_map_cannot_hold_what_overlaps_and_says_what_can(corrected, study, tmp_path):
    with pytest.raises(BadInput, match="cannot hold the segment lesion, which overlaps"):
        write_dicom(corrected, study, tmp_path / "out", kinds=[Kind.labelmap])
    assert not (tmp_path / "out").exists()


def test_a_stack_that_was_laid_out_the_other_way_round_is_not_written_mirrored(study, tmp_path):
    reading = reading_of(study)
    stack, labels = reading.findings.stacks[0], reading.segmentation
    flip = np.eye(4)
    flip[0, 0], flip[0, 3] = -1, labels.shape[2] - 1
    stack.ijk_to_ras = (labels.ijk_to_ras @ flip).tolist()
    with pytest.raises(BadInput, match="does not lie where its images are"):
        write_dicom(Results(reading), study, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_signs_what_a_folder_holds_with_its_corrections(
    corrected, study, tmp_path, spine
):
    folder = tmp_path / "results"
    corrected.reading.save(folder)
    write_answers(corrected.answers, folder)
    write_corrections(corrected.corrections, folder)
    assert read_corrections(folder).drawn[0].kind == LESION
    arguments = ("export", folder, "--images", study, "--signed-by", "Dr. A")
    unsaid = spine(*arguments, "--out", tmp_path / "o1")
    assert unsaid.code == 3 and "--organization" in " ".join(unsaid.errors)
    assert not (tmp_path / "o1").exists()
    done = spine(*arguments, "--organization", "Hospital", "--out", tmp_path / "o2")
    assert done.code == 0
    report = pydicom.dcmread(tmp_path / "o2" / "report.dcm")
    assert report.VerificationFlag == "VERIFIED" and "Dr. A" in str(report)
    made = pydicom.dcmread(tmp_path / "o2" / "segmentation.dcm")
    assert [one.SegmentAlgorithmType for one in made.SegmentSequence][2:] == [
        "SEMIAUTOMATIC",
        "MANUAL",
    ]
    alone = spine("export", folder, "--images", study, "--organization", "H", "--out", tmp_path)
    assert alone.code == 2 and "--signed-by" in " ".join(alone.errors)


def test_segments_have_the_colours_of_slicers_views(corrected, study, tmp_path):
    files = write_dicom(corrected, study, tmp_path / "out", kinds=[Kind.segmentation])
    segments = pydicom.dcmread(files[0]).SegmentSequence
    colors = [tuple(segment.RecommendedDisplayCIELabValue) for segment in segments]
    assert len(set(colors)) == 4
    wanted = hd.color.CIELabColor.from_rgb(*bytes.fromhex(structure_color(1)[1:])).value
    np.testing.assert_allclose(colors[0], wanted, atol=1)
