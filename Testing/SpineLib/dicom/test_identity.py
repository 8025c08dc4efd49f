"""Identity that lies: UIDs and Patient IDs that are not unique, or more than there are."""

import shutil

import numpy as np
import pydicom
import pytest
from pydicom.uid import RLELossless, generate_uid

from SpineLib.dicom import read, scan
from SpineLib.dicom.people import is_placeholder, person
from SpineLib.dicom.stack import repeated_uids

T1_SE = {"ScanningSequence": "SE", "EchoTime": 12.0, "RepetitionTime": 500.0}


def numbered(dataset, number):
    dataset.SOPInstanceUID = f"1.2.3.{number}"


def brighter(writer):
    return lambda number: (writer.pixels(number) + 3000) % 4093


def test_uids_that_begin_anew_in_each_series_cost_no_slice(writer, tmp_path):
    study = generate_uid()
    for n, tags in enumerate(({}, T1_SE), 1):
        writer.write(
            tmp_path / str(n), [writer.place(7, 4.0, plane="sagittal")], edit=numbered,
            pixels=brighter(writer) if n == 2 else None, StudyInstanceUID=study, SeriesNumber=n,
            **tags,
        )  # fmt: skip
    found = scan(tmp_path)
    assert [(s.slices, s.weighting) for s in found.stacks] == [(7, "T2"), (7, "T1")]
    assert not found.skipped
    assert all("SOP Instance UIDs stand for several slices" in s.warnings[-1] for s in found.stacks)
    assert len(repeated_uids(found.stacks)) == 7


def test_uids_that_are_unique_are_not_warned_of(writer, tmp_path):
    writer.write(tmp_path, [writer.place(7, 4.0)])
    (stack,) = scan(tmp_path).stacks
    assert not stack.warnings and not repeated_uids([stack])


def test_one_uid_at_one_place_with_other_pixels_is_another_image(writer, tmp_path):
    study, series = generate_uid(), generate_uid()
    tags = {"StudyInstanceUID": study, "SeriesInstanceUID": series}
    for n, echo in enumerate((20.0, 80.0)):
        writer.write(
            tmp_path / str(n), [writer.place(5, 4.0)], edit=numbered, EchoTime=echo,
            pixels=brighter(writer) if n else None, **tags,
        )  # fmt: skip
    assert [stack.slices for stack in scan(tmp_path).stacks] == [5, 5]


def test_a_study_that_was_sent_twice_under_new_numbers_is_one(writer, tmp_path):
    files = writer.write(tmp_path / "a", [writer.place(5, 4.0)])
    new = generate_uid()
    (tmp_path / "b").mkdir()
    for file in files:
        dataset = pydicom.dcmread(file)
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        dataset.SeriesInstanceUID = new
        dataset.save_as(tmp_path / "b" / file.name)
    found = scan(tmp_path)
    assert [stack.slices for stack in found.stacks] == [5]
    assert len(found.skipped) == 5 and "same pixels at the same place" in found.skipped[0].reason


def test_a_compressed_copy_is_a_duplicate_too(writer, tmp_path):
    (file,) = writer.write(tmp_path, [writer.place(1, 4.0)], SliceThickness=4.0)
    dataset = pydicom.dcmread(file)
    dataset.compress(RLELossless, generate_instance_uid=False)
    dataset.save_as(tmp_path / "z compressed")
    found = scan(tmp_path)
    assert found.stacks[0].slices == 1 and found.skipped[0].file.name == "z compressed"


def test_black_slices_of_a_dynamic_series_are_no_duplicates(writer, tmp_path):
    def pixels(number):
        black = np.zeros((writer.rows, writer.columns), np.uint16)
        return black if (number - 1) % 4 == 0 else writer.pixels(number)

    block = writer.place(4, 4.0)
    writer.write(tmp_path, [block, block, block], pixels=pixels)
    found = scan(tmp_path)
    assert [stack.slices for stack in found.stacks] == [4, 4, 4] and not found.skipped


def copy_of(files, folder, *, number, indices=None, names="{:04d} copy", edit=None):
    """The same images as another series of the same study."""
    folder.mkdir(exist_ok=True)
    for n, file in enumerate(files):
        if indices is not None and n not in indices:
            continue
        dataset = pydicom.dcmread(file)
        dataset.SeriesNumber, dataset.SeriesInstanceUID = number, f"1.2.840.99.{number}"
        dataset.SeriesDescription = "COPY"
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = (
            f"1.2.840.99.{number}.{n}"
        )
        if edit:
            edit(dataset)
        dataset.save_as(folder / names.format(n))


def test_a_copy_of_a_series_under_another_number_is_a_duplicate(writer, tmp_path):
    files = writer.write(tmp_path, [writer.place(6, 4.0)])
    copy_of(files, tmp_path, number=904)  # the names of both series lie in turn
    found = scan(tmp_path)
    assert [(stack.id, stack.slices) for stack in found.stacks] == [("4", 6)]
    assert len(found.skipped) == 6
    assert all("duplicate of IM000" in one.reason for one in found.skipped)


def test_of_a_series_and_a_part_of_it_the_whole_one_stays(writer, tmp_path):
    files = writer.write(tmp_path, [writer.place(6, 4.0)])
    copy_of(files, tmp_path, number=1, indices={1, 2, 3})
    found = scan(tmp_path)
    assert [(stack.id, stack.slices) for stack in found.stacks] == [("4", 6)]
    assert len(found.skipped) == 3


def test_series_that_share_some_pixels_only_stay_whole(writer, tmp_path):
    files = writer.write(tmp_path, [writer.place(6, 4.0)])
    changed = iter([True] + [False] * 5)

    def edit(dataset):
        if next(changed):
            dataset.PixelData = bytes(len(dataset.PixelData) - 2) + b"\1\0"

    copy_of(files, tmp_path, number=904, edit=edit)
    found = scan(tmp_path)
    assert [stack.slices for stack in found.stacks] == [6, 6] and not found.skipped


def test_another_contrast_with_the_same_pixels_is_no_duplicate(writer, tmp_path):
    files = writer.write(tmp_path, [writer.place(6, 4.0)])
    copy_of(files, tmp_path, number=5, edit=lambda dataset: setattr(dataset, "EchoTime", 12.0))
    found = scan(tmp_path)
    assert [stack.slices for stack in found.stacks] == [6, 6] and not found.skipped


def test_a_series_uid_for_each_slice_makes_one_stack_with_a_warning(writer, tmp_path):
    def edit(dataset, number):
        dataset.SeriesInstanceUID = f"1.2.840.77.{number}"

    writer.write(tmp_path, [writer.place(9, 4.0)], edit=edit)
    (stack,) = scan(tmp_path).stacks
    assert (stack.id, stack.slices, stack.spacing[2]) == ("4", 9, pytest.approx(4.0))
    assert "each of its 9 slices claims a series of its own" in stack.warnings[0]
    assert read(stack).shape[0] == 9


def test_series_numbers_that_differ_by_slice_too_do_not_part_what_belongs_together(
    writer, tmp_path
):
    def edit(dataset, number):
        dataset.SeriesInstanceUID, dataset.SeriesNumber = generate_uid(), 1000 + number

    writer.write(tmp_path, [writer.place(6, 4.0)], edit=edit)
    (stack,) = scan(tmp_path).stacks
    assert stack.slices == 6 and stack.warnings


def test_scouts_in_three_planes_stay_three_series(writer, tmp_path):
    for n, plane in enumerate(("axial", "sagittal", "coronal"), 1):
        place = writer.place(1, 5.0, plane=plane)
        writer.write(tmp_path / plane, [place], SeriesNumber=n, SliceThickness=5.0)
    stacks = scan(tmp_path).stacks
    assert sorted(s.plane for s in stacks) == ["axial", "coronal", "sagittal"]
    assert not any("series of its own" in text for s in stacks for text in s.warnings)


def test_single_slices_of_other_hours_are_not_put_together(writer, tmp_path):
    for number in range(3):
        place = writer.place(1, 4.0, center=(0, 0, 4.0 * number))
        writer.write(
            tmp_path / str(number), [place], SeriesNumber=number, SliceThickness=4.0,
            StudyInstanceUID="1.2.3", AcquisitionTime=f"{8 + 3 * number:02d}0000",
        )  # fmt: skip
    assert [stack.slices for stack in scan(tmp_path).stacks] == [1, 1, 1]


def test_a_frame_of_reference_for_each_slice_makes_one_stack_that_shares_no_space(writer, tmp_path):
    def edit(dataset, number):
        dataset.FrameOfReferenceUID = generate_uid()

    writer.write(tmp_path, [writer.place(7, 4.0)], edit=edit)
    (stack,) = scan(tmp_path).stacks
    assert stack.slices == 7 and stack.frame_of_reference_uid == ""
    assert "Frame of Reference of its own" in stack.warnings[0]
    assert read(stack).frame_of_reference_uid == ""


@pytest.mark.parametrize(
    ("spaces", "kept", "words"),
    [(["1.4.1", ""], "1.4.1", "name no Frame of Reference"),
     (["1.4.1", "1.4.2"], "", "2 Frames of Reference in turn")],
)  # fmt: skip
def test_frames_of_reference_in_turn_part_no_stack(writer, tmp_path, spaces, kept, words):
    def edit(dataset, number):
        dataset.FrameOfReferenceUID = spaces[number % 2]

    writer.write(tmp_path, [writer.place(9, 4.0)], edit=edit)
    (stack,) = scan(tmp_path).stacks
    assert stack.slices == 9 and stack.spacing[2] == pytest.approx(4)
    assert stack.frame_of_reference_uid == kept and words in stack.warnings[0]


def test_a_patient_who_moved_between_two_slabs_is_not_joined(writer, tmp_path):
    def edit(dataset, number):
        dataset.FrameOfReferenceUID = "1.4.1" if number <= 4 else "1.4.2"

    writer.write(tmp_path, [writer.place(8, 4.0)], edit=edit)
    assert [stack.slices for stack in scan(tmp_path).stacks] == [4, 4]


def test_a_series_uid_that_changes_within_a_series_parts_nothing(writer, tmp_path):
    def edit(dataset, number):
        dataset.SeriesInstanceUID = f"1.5.{(number + 1) // 2}"
        dataset.SeriesDescription = f"T2 axial {number}"

    writer.write(tmp_path, [writer.place(8, 4.0)], edit=edit, SliceThickness=4.0)
    (stack,) = scan(tmp_path).stacks
    assert stack.slices == 8 and "its 8 slices name 4 series" in stack.warnings[0]


def test_two_whole_series_of_one_number_stay_two(writer, tmp_path):
    for n in range(2):
        writer.write(
            tmp_path / str(n), [writer.place(6, 4.0)], StudyInstanceUID="1.2", SliceThickness=4.0,
            FrameOfReferenceUID="1.3", pixels=lambda number, n=n: writer.pixels(number + 50 * n),
        )  # fmt: skip
    assert [stack.slices for stack in scan(tmp_path).stacks] == [6, 6]


def test_a_study_uid_for_each_slice_makes_one_study_with_a_warning(writer, tmp_path):
    def edit(dataset, number):
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()

    writer.write(tmp_path, [writer.place(5, 4.0)], edit=edit)
    found = scan(tmp_path)
    (study,) = found.studies
    assert [stack.slices for stack in study.stacks] == [5]
    assert "claimed a study of its own" in study.warnings[0]


PEOPLE = [
    {"PatientName": "Roe^Jane", "PatientBirthDate": "19700305"},
    {"PatientName": "Miller^John", "PatientBirthDate": "19550911"},
]


@pytest.mark.parametrize("patient", ["ANONYMOUS", "", "0", "A-4711"])
def test_two_people_under_one_id_are_two_patients(writer, tmp_path, patient):
    study, series, frame = generate_uid(), generate_uid(), generate_uid()
    for n, tags in enumerate(PEOPLE):
        writer.write(
            tmp_path / str(n), [writer.place(4, 4.0, center=(0, 0, 16.0 * n))], PatientID=patient,
            StudyInstanceUID=study, SeriesInstanceUID=series, FrameOfReferenceUID=frame, **tags,
        )  # fmt: skip
    found = scan(tmp_path)
    assert [[s.slices for s in study.stacks] for study in found.studies] == [[4], [4]]
    assert len({study.patient_hash for study in found.studies}) == 2
    assert any("mixes 2 patients" in text for text in found.warnings)
    shared = [text for text in found.warnings if "One Patient ID stands for 2 people" in text]
    assert bool(shared) == (patient == "A-4711")
    assert not any("Roe" in text or "4711" in text for text in found.warnings)


@pytest.mark.parametrize("keyword", ["PatientSex", "IssuerOfPatientID"])
def test_people_of_one_id_and_no_name_are_told_apart_by_what_else_is_said(
    writer, tmp_path, keyword
):
    for n, value in enumerate("FM"):
        tags = {"PatientID": "A-4711", "PatientName": "", keyword: value}
        writer.write(tmp_path / value, [writer.place(4, 4.0)], SeriesNumber=n, **tags)
    found = scan(tmp_path)
    assert len({study.patient_hash for study in found.studies}) == 2
    assert any("One Patient ID stands for 2 people" in text for text in found.warnings)


def test_repetitions_under_one_uid_are_told_apart_by_their_time(writer, tmp_path):
    tags = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid()}
    for n, time in enumerate(("100000", "101000")):
        for k, file in enumerate(writer.write(
            tmp_path / "new", [writer.place(6, 4.0)], AcquisitionTime=time, **tags,
            pixels=brighter(writer) if n else None,
        )):  # fmt: skip
            file.rename(tmp_path / f"{k}-{1 - n}")
    one, other = (read(stack).voxels for stack in scan(tmp_path).stacks)
    expected = np.stack([writer.pixels(n) for n in range(1, 7)])
    assert np.array_equal(one, expected) and np.array_equal(other, (expected + 3000) % 4093)


def test_slices_without_any_uid_are_not_mixed_across_folders(writer, tmp_path):
    for n, name in enumerate("ab"):
        writer.write(
            tmp_path / name, [writer.place(6, 4.0)], pixels=brighter(writer) if n else None,
            strip=["StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"], PatientID="N/A",
        )  # fmt: skip
    stacks = scan(tmp_path).stacks
    assert [len({s.path.parent for s in stack.sources}) for stack in stacks] == [1, 1]


def test_one_patients_name_in_two_spellings_is_one_patient(writer, tmp_path):
    names = ["ROE^JANE", "Roe^Jane^^Dr.", "Roe-Miller^Jane", "Jane Roe", ""]
    for n, name in enumerate(names):
        writer.write(tmp_path / str(n), [writer.place(2, 4.0)], PatientName=name,
                     PatientBirthDate="19700305" if n % 2 else "")  # fmt: skip
    found = scan(tmp_path)
    assert len({study.patient_hash for study in found.studies}) == 1 and not found.warnings


def test_a_patient_id_that_changes_within_a_series_is_one_patient_with_a_warning(writer, tmp_path):
    def edit(dataset, number):
        dataset.PatientID = "OLD" if number < 4 else "NEW-1"
        del dataset.PatientName

    writer.write(tmp_path, [writer.place(9, 4.0)], edit=edit)
    found = scan(tmp_path)
    (study,) = found.studies
    assert [stack.slices for stack in study.stacks] == [9]
    assert study.warnings == (
        "The Patient ID changes within the study (2 IDs); its images were read as one patient's, "
        "because together they make one series",
    )


def test_a_patient_id_that_changes_between_series_is_told_by_the_name(writer, tmp_path):
    study = generate_uid()
    for n, patient in enumerate(("A1", "B2")):
        writer.write(tmp_path / str(n), [writer.place(4, 4.0)], PatientID=patient, SeriesNumber=n,
                     StudyInstanceUID=study, **PEOPLE[0])  # fmt: skip
    (study,) = scan(tmp_path).studies
    assert len(study.stacks) == 2 and "name and birth date do not" in study.warnings[0]


def test_two_people_under_one_study_uid_stay_two(writer, tmp_path):
    tags = {"StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.3.4",
            "FrameOfReferenceUID": "1.2.3.5"}  # fmt: skip
    for n, patient in enumerate(("A1", "B2")):
        writer.write(tmp_path / str(n), [writer.place(4, 4.0)], PatientID=patient,
                     pixels=brighter(writer) if n else None, strip=("PatientName",),
                     **tags)  # fmt: skip
    found = scan(tmp_path)
    assert [[s.slices for s in study.stacks] for study in found.studies] == [[4], [4]]


def test_one_uid_for_two_series_keeps_them_apart_by_number(writer, tmp_path):
    tags = {"StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.3.4",
            "FrameOfReferenceUID": "1.2.3.5"}  # fmt: skip
    writer.write(tmp_path / "a", [writer.place(5, 4.0)], SeriesNumber=1, **tags)
    above = writer.place(5, 4.0, center=(0, 0, 20.0))
    writer.write(tmp_path / "b", [above], SeriesNumber=2, **tags, **T1_SE)
    assert sorted((s.weighting, s.slices) for s in scan(tmp_path).stacks) == [("T1", 5), ("T2", 5)]


def test_the_order_of_files_changes_nothing(writer, tmp_path):
    def edit(dataset, number):
        dataset.SeriesInstanceUID = f"1.2.{number}"
        dataset.PatientID = "AB"[number % 2]

    files = writer.write(tmp_path / "in", [writer.place(6, 4.0)], edit=edit)
    before = [(s.id, s.positions, s.patient_hash) for s in scan(tmp_path / "in").stacks]
    for number, file in enumerate(reversed(files)):
        shutil.move(file, file.with_name(f"{number:03d}"))
    after = [(s.id, s.positions, s.patient_hash) for s in scan(tmp_path / "in").stacks]
    assert before == after and len(after) == 1


@pytest.mark.parametrize(
    ("one", "other", "another"),
    [
        (("Roe^Jane", "19700305"), ("Roe^Jane", "19700305"), False),
        (("Roe^Jane", "19700305"), ("Miller^Jane", "19700305"), False),
        (("Roe^Jane", "19700305"), ("Roe^Jane", "19710305"), True),
        (("Roe^Jane", "19700305"), ("Kim^Lee", "19700305"), True),
        (("Roe^Jane", ""), ("", "19700305"), False),
        (("Roe^Jane", ""), ("Anonymous", ""), False),
        (("王^小东", ""), ("王小东", ""), False),
        (("王^小东", ""), ("李^明", ""), True),
        (("Yamada^Tarou=山田^太郎", ""), ("山田^太郎", ""), False),
        (("Müller^Eva", ""), ("MULLER^EVA", ""), False),
        (("Иванов^Пётр", "19700305"), ("Ivanov^Petr", "19700305"), False),
        (("Иванов^Пётр", ""), ("Кузнецов^Олег", ""), True),
        (("", "", "M"), ("", "", "F"), True),
        (("", "", "", "Site A"), ("", "", "", "Site B"), True),
        (("Roe^Jane", "", "", "Site A"), ("Roe^Jane", "", "", "Site B"), False),
        (("Roe^Jane", "", "M"), ("Roe^Jane", "", "F"), False),
        (("Roe^Jane", "19700305", "F"), ("Roe^John", "19700305", "M"), True),
        (("Roe^Jane", "", "F"), ("Roe^Jane^Ann", "", "M"), False),
    ],
)
def test_what_tells_two_people_apart(one, other, another):
    assert person(*one).is_another(person(*other)) is another
    assert person(*other).is_another(person(*one)) is another


def test_placeholders_are_ids_that_many_have():
    many = ["", "ANONYMOUS", "Anonymized", "0", "000000", "XXX", "123456", "99999", "unknown", "N/A", "n.a.",
            "de-identified", "ANÓNIMO"]  # fmt: skip
    own = ["111", "1234", "4711", "P001", "anon-17", "Unknown7", "19700305-1234"]
    assert all(map(is_placeholder, many)) and not any(map(is_placeholder, own))
