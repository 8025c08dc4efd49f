"""Segmentations as DICOM objects: voxel for voxel on the images, and by whom they were drawn."""

from itertools import product

import numpy as np
import pydicom
import pytest
from pydicom.sr.codedict import codes as dictionary

hd = pytest.importorskip("highdicom")
from SpineLib.outputs.corrections import Corrections  # noqa: E402
from SpineLib.outputs.dicom import Kind, Results, write_dicom  # noqa: E402
from SpineLib.reading import Reading  # noqa: E402
from SpineLib.volume import Volume  # noqa: E402
from Testing.SpineLib.outputs.dicom_objects import (  # noqa: E402
    HEADER,
    assert_lies_on_the_source,
    block,
    points_of,
    reading_of,
)

AXES = np.vstack([np.eye(3), -np.eye(3)])
ORIENTATIONS = [
    (row, column, sign)
    for row, column in product(range(6), range(6))
    if row % 3 != column % 3
    for sign in (1, -1)
]


@pytest.mark.parametrize(("row", "column", "sign"), ORIENTATIONS)
def test_a_segmentation_lies_voxel_for_voxel_on_images_of_every_orientation(
    row,
    column,
    sign,
    writer,
    tmp_path,
):
    writer.write(tmp_path / "study", [block(AXES[row], AXES[column], sign)], **HEADER)
    reading = reading_of(tmp_path / "study")
    files = write_dicom(
        Results(reading), tmp_path / "study", tmp_path / "out", kinds=[Kind.segmentation]
    )
    assert_lies_on_the_source(files[0], reading)


@pytest.mark.parametrize("angle", [0.0, 27.0])
@pytest.mark.parametrize("plane", ["axial", "sagittal", "coronal"])
def test_a_segmentation_of_enhanced_frames_lies_on_them_and_names_them(
    plane,
    angle,
    writer,
    tmp_path,
):
    first = writer.place(6, 4.0, plane=plane, angle=angle)
    path = writer.write_enhanced(tmp_path / "study" / "one.dcm", [first], **HEADER)
    reading = reading_of(tmp_path / "study")
    files = write_dicom(
        Results(reading), tmp_path / "study", tmp_path / "out", kinds=[Kind.segmentation]
    )
    assert_lies_on_the_source(files[0], reading)
    made = pydicom.dcmread(files[0])
    source = made.PerFrameFunctionalGroupsSequence[0].DerivationImageSequence[0]
    referenced = source.SourceImageSequence[0]
    assert referenced.ReferencedSOPInstanceUID == pydicom.dcmread(path).SOPInstanceUID
    assert referenced.ReferencedFrameNumber in range(1, 7)


def test_blocks_of_several_angles_in_one_series_each_keep_their_place(writer, tmp_path):
    blocks = [writer.place(5, 4.0, angle=a, center=(0, 0, z)) for a, z in ((-10, 40), (20, -30))]
    writer.write(tmp_path / "study", blocks, **HEADER)
    reading = reading_of(tmp_path / "study")
    assert len(reading.volumes) == 2
    files = write_dicom(Results(reading), tmp_path / "study", tmp_path / "out")
    assert_lies_on_the_source(files[0], reading)
    assert sum(path.name.startswith("presentation") for path in files) == 2


def outlined(reading: Reading) -> Volume:
    """A sac with a cord in it on three slices, twice as fine as the images, on a part of them."""
    volume = reading.volumes[reading.findings.stacks[0].id]
    matrix = volume.ijk_to_ras.copy()
    matrix[:3, 3] = volume.ras([7.75, 9.75, 0])
    matrix[:3, :2] /= 2
    voxels = np.zeros((len(volume.voxels), 20, 24), np.uint8)
    voxels[1:4, 4:16, 4:20] = 1
    voxels[1:3, 6:12, 8:16] = 2
    return Volume(voxels, matrix)


@pytest.mark.parametrize("corrected", [False, True])
def test_cord_and_sac_lie_on_the_images_by_whom_they_were_drawn(
    reading, study, tmp_path, corrected
):
    stack = reading.findings.stacks[0]
    reading.outlines[stack.id] = outlined(reading)
    changes = Corrections(outlines=[stack.id] if corrected else [])
    files = write_dicom(
        Results(reading, corrections=changes), study, tmp_path / "out", kinds=[Kind.segmentation]
    )
    assert [path.name for path in files] == ["segmentation.dcm", "cord-1.dcm"]
    made = hd.seg.segread(files[1])
    kind = "SEMIAUTOMATIC" if corrected else "AUTOMATIC"
    assert [one.SegmentLabel for one in made.SegmentSequence] == ["dural sac", "spinal cord"]
    assert {one.SegmentAlgorithmType for one in made.SegmentSequence} == {kind}
    whole = made.get_volume(rescale_fractional=False)
    expected = np.zeros((2, *stack.shape), bool)
    expected[0, 1:4, 12:18, 10:18] = True
    expected[1, 1:3, 13:16, 12:16] = True
    kji = np.array(stack.ijk_to_ras)[:, [2, 1, 0, 3]]
    for number, mask in enumerate(expected):
        np.testing.assert_allclose(
            points_of(whole.array[..., number], np.diag([-1.0, -1, 1, 1]) @ whole.affine),
            points_of(mask, kji),
            atol=0.02,
        )


def test_a_new_segmentation_names_the_one_of_the_same_stack_alone(writer, tmp_path):
    writer.write(tmp_path / "two", [writer.place(6, 4.0)], **HEADER)
    writer.write(tmp_path / "two", [writer.place(5, 4.0)], **HEADER | {"SeriesNumber": 9})
    reading = reading_of(tmp_path / "two")
    _, second = reading.findings.stacks
    volume = reading.volumes[second.id]
    reading.outlines[second.id] = volume.with_voxels(np.full(volume.shape, 1, np.uint8))
    out, kinds = tmp_path / "out", [Kind.segmentation]
    before, after = (
        [pydicom.dcmread(path) for path in write_dicom(Results(reading), tmp_path / "two", out,
                                                       kinds=kinds)]
        for _ in range(2)
    )  # fmt: skip
    for old, new in zip(before, after, strict=True):
        (named,) = new.ReferencedImageSequence
        assert named.ReferencedSOPInstanceUID == old.SOPInstanceUID


def test_volumes_of_segments_refer_to_the_segmentation(reading, study, tmp_path):
    files = write_dicom(Results(reading), study, tmp_path / "out")
    segmentation = pydicom.dcmread(files[0])
    report = hd.sr.srread(next(path for path in files if path.name == "report.dcm"))
    groups = report.content.get_volumetric_roi_measurement_groups()
    volumes = [group.get_measurements(dictionary.SCT.Volume)[0] for group in groups]
    assert [volume.value for volume in volumes] == [1.5, 1.5, 1.5]
    assert {volume.unit.CodeValue for volume in volumes} == {"mL"}
    referenced = [group.referenced_segment for group in groups]
    assert {one.referenced_sop_instance_uid for one in referenced} == {segmentation.SOPInstanceUID}


def test_a_segment_that_a_reader_changed_says_so(reading, study, tmp_path):
    files = write_dicom(
        Results(reading, corrections=Corrections({201: "SEMIAUTOMATIC", 100: "MANUAL"})),
        study, tmp_path / "out", kinds=[Kind.segmentation],
    )  # fmt: skip
    kinds = [one.SegmentAlgorithmType for one in pydicom.dcmread(files[0]).SegmentSequence]
    assert kinds == ["AUTOMATIC", "SEMIAUTOMATIC", "MANUAL"]
