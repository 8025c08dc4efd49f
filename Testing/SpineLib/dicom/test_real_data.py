"""Every folder of the real data gives volumes that agree with SimpleITK, or a reason."""

import gzip
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk

from SpineLib.dicom import read, scan
from SpineLib.errors import BadInput
from SpineLib.volume import from_sitk, lps_to_ras

# Folder → what comes out: (slices, plane) of each volume, or words of the reason.
OUTCOMES = {
    "dicom/cervical_t2_axial": [(19, "axial")],
    "dicom/lumbar_t2_sagittal": [(38, "sagittal")],
    "torture/generic/compressed": [(4, "sagittal")],
    "torture/generic/compressed_j2k": [(4, "sagittal")],
    "torture/generic/compressed_jpeg": [(4, "sagittal")],
    "torture/generic/compressed_jpegls": [(4, "sagittal")],
    "torture/generic/compressed_rle": [(4, "sagittal")],
    "torture/generic/rgb": ["colour images (RGB)"],
    "torture/hitachi/anatomical/001": [(4, "oblique")],
    "torture/hitachi/anatomical/001_implicit": [(4, "oblique")],
    "torture/hyperfine": [(8, "axial")],
    "torture/siemens_multiframe": [(8, "axial")],
    "torture/siemens_enhanced/Siemens": [(6, "axial")] * 4,
    "torture/siemens_enhanced/Philips": [(32, "axial")] * 2,
    "torture/siemens_mosaic": ["Siemens mosaic"] * 5,
    "torture/uih/DTI_132225": [(6, "sagittal"), (2, "sagittal")],
    "torture/uih/DTI_134434": ["UIH grid"],
    "torture/pydicom_enhanced": ["where its frames lie"],
    "torture/failing/gantrytilting": ["sheared by 14.0° (gantry tilt)"],
    "torture/failing/notavolume": ["does not say its thickness"] * 4,
    "torture/failing/slicecount": [(2, "sagittal")],
    "torture/failing/sliceincrement/001": ["CT, not MR", "does not say its thickness"],
    "torture/failing/sliceincrement/002": ["sheared by 15.5°", "does not say its thickness"],
    "torture/failing/sliceorientation": [(2, "axial"), (2, "sagittal")],
}


@pytest.mark.parametrize("folder", OUTCOMES)
def test_each_real_folder_gives_volumes_or_reasons(data, folder):
    for stack, expected in zip(scan(data / folder).stacks, OUTCOMES[folder], strict=True):
        if isinstance(expected, str):
            assert expected in stack.problem
            with pytest.raises(BadInput):
                read(stack)
            continue
        assert (stack.slices, stack.plane) == expected and not stack.problem
        check(stack, read(stack))


def test_philips_enhanced_objects_are_read_amid_raw_data(data, tmp_path):
    for file in (data / "torture" / "philips_enhanced" / "enh").glob("*.gz"):
        (tmp_path / file.name[:-3]).write_bytes(gzip.decompress(file.read_bytes()))
    found = scan(tmp_path)
    assert len(found.skipped) == 8
    assert {s.reason for s in found.skipped} == {"is not an image but Raw Data Storage"}
    assert [s.slices for s in found.stacks] == [40] + [40] * 6 + [53] * 4
    for stack in found.stacks[:3] + found.stacks[-1:]:
        check(stack, read(stack))


def test_packed_files_are_refused_with_what_to_do(data):
    with pytest.raises(BadInput, match="packed by gzip; unpack it"):
        scan(data / "torture" / "philips_enhanced")


def test_the_whole_torture_set_at_once_is_scanned(data):
    found = scan(data / "torture")
    assert any("truncated" in s.reason for s in found.skipped)
    assert any("duplicate" in s.reason for s in found.skipped)
    assert len({stack.id for stack in found.stacks}) == len(found.stacks)
    assert found.warnings == (
        "One Patient ID stands for 4 people, told apart by name, birth date, sex or issuer; each is read "
        "on its own",
        "The folder mixes 11 patients; each study is read on its own",
    )


def test_the_real_studies_are_known_for_what_they_are(data):
    (axial,) = scan(data / "dicom" / "cervical_t2_axial").stacks
    assert (axial.weighting, axial.region, axial.fat_saturated) == ("T2", "cervical", False)
    (sagittal,) = scan(data / "dicom" / "lumbar_t2_sagittal").stacks
    assert (sagittal.weighting, sagittal.region) == ("T2", "lumbar")


def check(stack, volume):
    """Against pydicom's own pixels and the standard's formula, and against SimpleITK's reader."""
    datasets = {}
    for k, source in enumerate(stack.sources):
        if source.path not in datasets:
            dataset = pydicom.dcmread(source.path)
            datasets[source.path] = dataset, dataset.pixel_array
        dataset, pixels = datasets[source.path]
        slope, intercept = rescale(dataset, source.frame)
        expected = (pixels if pixels.ndim == 2 else pixels[source.frame - 1]) * slope + intercept
        np.testing.assert_allclose(volume.voxels[k], expected, atol=1e-3 * max(1, abs(slope)))
        for i, j in ((0, 0), (stack.columns - 1, 0), (0, stack.rows - 1)):
            assert volume.ras([i, j, k]) == pytest.approx(
                lps_to_ras(standard_place(dataset, source.frame, i, j)), abs=0.05
            )
    if all("PerFrameFunctionalGroupsSequence" not in d for d, _ in datasets.values()):
        compare_series(stack, volume)
    elif {s.frame for s in stack.sources} == set(range(1, len(stack.sources) + 1)):
        compare_multi_frame(stack, volume)


def compare_series(stack, volume):
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames([str(source.path) for source in stack.sources])
    theirs = from_sitk(reader.Execute())
    assert volume.same_grid(theirs, tolerance=0.05)
    assert (volume.voxels == theirs.voxels).all()


def compare_multi_frame(stack, volume):
    theirs = from_sitk(sitk.ReadImage(str(stack.sources[0].path)))
    order = [source.frame - 1 for source in stack.sources]
    np.testing.assert_allclose(volume.voxels, theirs.voxels[order], atol=1e-3)
    assert volume.ras([0, 0, 0]) == pytest.approx(theirs.ras([0, 0, order[0]]), abs=0.05)
    last = stack.slices - 1
    assert volume.ras([3, 5, last]) == pytest.approx(theirs.ras([3, 5, order[last]]), abs=0.05)


def groups(dataset, frame, name):
    """A functional group's item: of the frame, else shared, else the data set itself."""
    if "PerFrameFunctionalGroupsSequence" in dataset:
        own = dataset.PerFrameFunctionalGroupsSequence[frame - 1]
        for place in (own, *dataset.get("SharedFunctionalGroupsSequence", [])):
            if name in place:
                return place[name][0]
    return dataset


def rescale(dataset, frame):
    item = groups(dataset, frame, "PixelValueTransformationSequence")
    return float(item.get("RescaleSlope", 1)), float(item.get("RescaleIntercept", 0))


def standard_place(dataset, frame, i, j):
    """PS3.3 C.7.6.2.1.1, equation C.7.6.2.1-1, LPS mm."""
    position = groups(dataset, frame, "PlanePositionSequence").ImagePositionPatient
    orientation = groups(dataset, frame, "PlaneOrientationSequence").ImageOrientationPatient
    rows, columns = groups(dataset, frame, "PixelMeasuresSequence").PixelSpacing
    row, column = np.array(orientation[:3], float), np.array(orientation[3:], float)
    return np.array(position, float) + row * float(columns) * i + column * float(rows) * j


def test_every_folder_of_the_torture_set_has_a_known_outcome(data):
    root = data / "torture"
    folders = {p.parent for p in root.rglob("*") if p.is_file() and not is_other(p)}
    known = [data / name for name in OUTCOMES] + [root / "philips_enhanced"]
    for folder in folders:
        assert any(k == folder or k in folder.parents for k in known), folder


def is_other(path: Path) -> bool:
    return path.name.startswith("LICENSE") or path.name.endswith(".nii.gz")
