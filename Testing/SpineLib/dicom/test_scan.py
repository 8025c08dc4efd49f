"""Scanning folders: what is found, what is left out and why."""

import gzip
import shutil
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    generate_uid,
)

from SpineLib.dicom import read, scan
from SpineLib.errors import BadInput, Cancelled
from SpineLib.progress import Progress


def write_object(path: Path, sop_class: str, modality: str) -> Path:
    dataset = Dataset()
    dataset.SOPClassUID, dataset.Modality = sop_class, modality
    dataset.SOPInstanceUID = generate_uid()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    pydicom.dcmwrite(path, dataset, enforce_file_format=True)
    return path


def reasons(found):
    return {skipped.file.name: skipped.reason for skipped in found.skipped}


def test_a_series_in_nested_folders_without_endings_is_one_stack(writer, tmp_path):
    files = writer.write(tmp_path, [writer.place(6, 4.0)], names="{:08d}".format)
    for number, file in enumerate(files):
        folder = tmp_path / "a" / f"disc {number % 3}"
        folder.mkdir(parents=True, exist_ok=True)
        file.rename(folder / file.name)
    (stack,) = scan(tmp_path).stacks
    assert (stack.id, stack.slices, stack.plane, stack.weighting) == ("4", 6, "axial", "T2")
    assert stack.spacing == pytest.approx((0.6, 0.7, 4.0))
    assert not stack.problem and not stack.warnings


def test_one_file_can_be_scanned(writer, tmp_path):
    file, *_ = writer.write(tmp_path, [writer.place(3, 4.0)], SliceThickness=3.0)
    (stack,) = scan(file).stacks
    assert stack.slices == 1 and "one slice only" in stack.warnings[0]
    assert stack.spacing[2] == 3.0
    assert read(stack).shape == (1, writer.rows, writer.columns)


def test_a_duplicate_is_left_out_and_named(writer, tmp_path):
    files = writer.write(tmp_path, [writer.place(4, 4.0)])
    shutil.copy(files[1], tmp_path / "copy of a slice")
    found = scan(tmp_path)
    assert found.stacks[0].slices == 4
    assert reasons(found) == {
        "copy of a slice": "is a duplicate of IM0002 (the same pixels at the same place)"
    }


def test_slices_that_a_deidentifier_gave_one_uid_are_all_kept(writer, tmp_path):
    uid = generate_uid()
    writer.write(tmp_path, [writer.place(4, 4.0)], SOPInstanceUID=uid)
    found = scan(tmp_path)
    assert found.stacks[0].slices == 4 and not found.skipped


def test_objects_that_are_no_images_are_left_out_by_name(writer, tmp_path):
    writer.write(tmp_path, [writer.place(3, 4.0)])
    write_object(tmp_path / "sr", "1.2.840.10008.5.1.4.1.1.88.11", "SR")
    write_object(tmp_path / "raw", "1.2.840.10008.5.1.4.1.1.66", "MR")
    write_object(tmp_path / "damaged", "1.2.840.10008.5.1.4.1.1.66Doe^Jane", "RAW")
    write_object(tmp_path / "state", "1.2.840.10008.5.1.4.1.1.11.1", "PR")
    (tmp_path / "notes.txt").write_text("no DICOM")
    (tmp_path / "nothing").touch()
    found = scan(tmp_path)
    assert len(found.stacks) == 1
    assert reasons(found) == {
        "sr": "is not an image but Basic Text SR Storage",
        "raw": "is not an image but Raw Data Storage",
        "state": "is not an image but Grayscale Softcopy Presentation State Storage",
        "damaged": "is not an image but RAW",
        "notes.txt": "is not DICOM",
        "nothing": "is empty",
    }


def test_a_segmentation_is_not_taken_for_an_image(writer, tmp_path):
    writer.write(tmp_path / "mr", [writer.place(3, 4.0)])
    writer.write(
        tmp_path / "seg", [writer.place(3, 4.0)], Modality="SEG",
        SOPClassUID="1.2.840.10008.5.1.4.1.1.66.4",
    )  # fmt: skip
    found = scan(tmp_path)
    assert len(found.stacks) == 1
    assert {s.reason for s in found.skipped} == {"is not an image but Segmentation Storage"}


def test_a_dicomdir_is_left_out_and_its_files_are_found(writer, tmp_path):
    from pydicom.fileset import FileSet

    files = writer.write(tmp_path / "in", [writer.place(3, 4.0)], StudyID="1", StudyDate="20200101",
                         StudyTime="120000", AccessionNumber="")  # fmt: skip
    files_set = FileSet()
    for file in files:
        files_set.add(file)
    files_set.write(tmp_path / "disc")
    found = scan(tmp_path / "disc")
    assert found.stacks[0].slices == 3
    assert reasons(found) == {"DICOMDIR": "is a DICOMDIR, an index of other files"}


@pytest.mark.parametrize("kept", [0.05, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_left_out_and_the_others_are_read(writer, tmp_path, kept):
    files = writer.write(tmp_path, [writer.place(5, 4.0)])
    whole = files[-1].read_bytes()
    files[-1].write_bytes(whole[: int(len(whole) * kept)])
    found = scan(tmp_path)
    assert found.stacks[0].slices == 4
    (reason,) = reasons(found).values()
    assert "truncated" in reason or "not DICOM" in reason or "not an image" in reason


def test_an_unreadable_file_is_left_out_with_the_systems_reason(writer, tmp_path, monkeypatch):
    files = writer.write(tmp_path, [writer.place(3, 4.0)])
    real = Path.open

    def refuse(self, *arguments, **options):
        if self == files[0]:
            raise PermissionError(13, "Permission denied")
        return real(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    found = scan(tmp_path)
    assert reasons(found) == {"IM0001": "cannot be opened (Permission denied)"}


def test_a_packed_file_is_named_as_packed(writer, tmp_path):
    (file,) = writer.write(tmp_path / "in", [writer.place(1, 4.0)])
    (tmp_path / "a.dcm.gz").write_bytes(gzip.compress(file.read_bytes()))
    with pytest.raises(BadInput, match="packed by gzip"):
        scan(tmp_path / "a.dcm.gz")


def test_an_empty_folder_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(BadInput, match="The folder is empty") as caught:
        scan(tmp_path)
    assert caught.value.file == str(tmp_path) and caught.value.advice


def test_a_folder_that_cannot_be_opened_is_named(writer, tmp_path, monkeypatch):
    import os

    (tmp_path / "closed").mkdir()
    real = os.scandir

    def refuse(path):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(BadInput, match="cannot be opened") as caught:
        scan(tmp_path / "closed")
    assert caught.value.file == str(tmp_path / "closed")
    (tmp_path / "mask.nii.gz").write_bytes(b"x" * 400)
    with pytest.raises(BadInput, match="cannot be opened") as caught:
        scan(tmp_path)
    assert caught.value.file == str(tmp_path / "closed")
    writer.write(tmp_path / "open", [writer.place(3, 4.0)])
    found = reasons(scan(tmp_path))
    assert found["closed"] == "cannot be opened (Permission denied)" and len(found) == 2


def test_a_folder_without_dicom_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("no DICOM")
    with pytest.raises(BadInput, match="There is no DICOM here"):
        scan(tmp_path)


def test_a_folder_of_volume_files_says_how_to_read_them(tmp_path):
    (tmp_path / "t2.nii.gz").write_bytes(gzip.compress(b"volume"))
    with pytest.raises(BadInput, match="There is no DICOM here") as caught:
        scan(tmp_path)
    assert caught.value.advice == "To read t2.nii.gz, give that file."


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(BadInput, match="no such folder"):
        scan(tmp_path / "gone")


def test_mixed_patients_become_studies_of_their_own_and_a_warning_without_names(writer, tmp_path):
    writer.write(tmp_path / "a", [writer.place(3, 4.0)], PatientID="SECRET-1")
    writer.write(tmp_path / "b", [writer.place(3, 4.0)], PatientID="SECRET-2")
    found = scan(tmp_path)
    assert len(found.studies) == 2
    assert found.warnings == ("The folder mixes 2 patients; each study is read on its own",)
    assert len({study.patient_hash for study in found.studies}) == 2
    assert "SECRET" not in repr(found) and "Nobody" not in repr(found)


def test_ids_are_unique_though_series_numbers_are_not(writer, tmp_path):
    for name in "abc":
        writer.write(tmp_path / name, [writer.place(3, 4.0)], SeriesNumber=7)
    writer.write(tmp_path / "d", [writer.place(3, 4.0)], strip=("SeriesNumber",))
    found = scan(tmp_path)
    assert sorted(stack.id for stack in found.stacks) == ["7", "7_2", "7_3", "s"]
    assert found.stack("7_2").series_number == 7
    with pytest.raises(KeyError):
        found.stack("8")


def test_a_file_without_preamble_is_read(writer, tmp_path):
    files = writer.write(tmp_path, [writer.place(3, 4.0)], syntax=ImplicitVRLittleEndian)
    expected = read(scan(tmp_path).stacks[0]).voxels
    for file in files:
        dataset = pydicom.dcmread(file)
        pydicom.dcmwrite(
            file, Dataset(dataset), implicit_vr=True, little_endian=True, enforce_file_format=False
        )
        assert file.read_bytes()[128:132] != b"DICM"
    assert (read(scan(tmp_path).stacks[0]).voxels == expected).all()


def test_a_deflated_file_is_read(writer, tmp_path):
    files = writer.write(tmp_path, [writer.place(3, 4.0)])
    expected = read(scan(tmp_path).stacks[0]).voxels
    for file in files:
        dataset = pydicom.dcmread(file)
        dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
        pydicom.dcmwrite(file, dataset)
    assert (read(scan(tmp_path).stacks[0]).voxels == expected).all()


def test_slices_that_are_lost_in_turn_are_warned_of(writer, tmp_path):
    files = writer.write(tmp_path, [writer.place(8, 4.0)], SpacingBetweenSlices=4.0)
    assert not scan(tmp_path).stacks[0].warnings
    for file in files[1::2]:
        file.unlink()
    (stack,) = scan(tmp_path).stacks
    assert stack.slices == 4 and "only one slice in 2 is here" in stack.warnings[0]


def test_text_in_other_alphabets_is_decoded(writer, tmp_path):
    writer.write(
        tmp_path, [writer.place(3, 4.0)], SpecificCharacterSet="ISO_IR 192",
        SeriesDescription="Halswirbelsäule T2 quer",
    )  # fmt: skip
    (stack,) = scan(tmp_path).stacks
    assert stack.description == "Halswirbelsäule T2 quer" and stack.region == "cervical"


def test_a_scan_can_be_cancelled(writer, tmp_path):
    writer.write(tmp_path, [writer.place(30, 4.0)])
    progress = Progress(lambda step: progress.cancel() if step.done == 5 else None)
    with pytest.raises(Cancelled):
        scan(tmp_path, progress=progress)


def test_progress_counts_every_file(writer, tmp_path):
    writer.write(tmp_path, [writer.place(20, 4.0)])
    steps = []
    scan(tmp_path, progress=Progress(steps.append))
    assert steps[-1].done == steps[-1].total == 20


def test_waiting_for_files_is_shared_among_threads(writer, tmp_path, monkeypatch):
    import sys
    import threading
    import time

    module = sys.modules["SpineLib.dicom.scan"]
    writer.write(tmp_path, [writer.place(60, 4.0)])
    real, threads = module.read_header, set()

    def slow(path):
        threads.add(threading.get_ident())
        time.sleep(0.005)
        return real(path)

    monkeypatch.setattr(module, "read_header", slow)
    (stack,) = scan(tmp_path).stacks
    assert stack.slices == 60 and len(threads) > 2


def test_damaged_bytes_never_cause_a_traceback(writer, tmp_path):
    (good,) = writer.write(tmp_path / "one", [writer.place(1, 4.0)])
    enhanced = writer.write_enhanced(tmp_path / "two" / "e", [writer.place(3, 4.0)])
    generator = np.random.default_rng(1)
    target = tmp_path / "damaged"
    for source in (good, enhanced):
        whole = np.frombuffer(source.read_bytes(), np.uint8)
        for _ in range(150):
            damaged = whole.copy()
            places = generator.integers(132, len(whole), 12)
            damaged[places] = generator.integers(0, 256, 12)
            target.write_bytes(damaged[: generator.integers(140, len(whole) + 1)].tobytes())
            try:
                for stack in scan(target).stacks:
                    if not stack.problem:
                        read(stack)
            except BadInput as error:
                assert error.what
