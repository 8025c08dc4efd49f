"""Results as DICOM: on the right images, in the right place, and read back as they were said."""

import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pydicom
import pytest

hd = pytest.importorskip("highdicom")
from SpineLib.errors import BadInput  # noqa: E402
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED, STARTER_NOTICE  # noqa: E402
from SpineLib.outputs.answers import ReaderAnswer  # noqa: E402
from SpineLib.outputs.dicom import Kind, Results, write_dicom  # noqa: E402
from SpineLib.quantities import Compared, Quantity  # noqa: E402
from SpineLib.questions import BILSKY, COMPRESSION, STENOSIS, Opinion  # noqa: E402
from SpineLib.reasons import NO_CORD, STACK_UNLIKE, Reason  # noqa: E402
from Testing.readings import MODEL  # noqa: E402
from Testing.SpineLib.outputs.dicom_objects import (  # noqa: E402
    GRADER,
    HEADER,
    groups_of,
    reading_of,
    rings_of,
    said_in,
)


def test_every_object_belongs_to_the_patient_and_study_and_says_that_it_is_research(
    reading, study, tmp_path, picture
):
    files = write_dicom(
        Results(reading, pictures={"Worst slice": picture}), study, tmp_path / "out",
        kinds=list(Kind),
    )  # fmt: skip
    source = pydicom.dcmread(next(study.iterdir()))
    objects = [pydicom.dcmread(path) for path in files]
    assert {one.Modality for one in objects} == {"SEG", "SR", "KO", "PR", "OT"}
    for one in objects:
        for keyword in ("PatientID", "PatientName", "StudyInstanceUID"):
            assert one[keyword].value == source[keyword].value
        assert one.SeriesInstanceUID != source.SeriesInstanceUID
        assert one.SeriesDescription.startswith("RESEARCH")
        assert one.ContentQualification == "RESEARCH"
        made_by = [m.ContributionDescription for m in one.ContributingEquipmentSequence]
        assert STARTER_NOTICE in made_by
        assert not [element for element in one.iterall() if element.tag.is_private]
        if "FrameOfReferenceUID" in one:
            assert one.FrameOfReferenceUID == source.FrameOfReferenceUID
    assert len({one.SeriesInstanceUID for one in objects}) == len(objects)
    assert len({one.SeriesNumber for one in objects}) == len(objects)


def test_no_object_has_an_error_of_the_standard(reading, study, tmp_path, picture):
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy is not installed (Debian: dicom3tools)")
    kinds = [kind for kind in Kind if kind is not Kind.labelmap]  # newer than dciodvfy
    files = write_dicom(
        Results(reading, pictures={"Worst slice": picture}), study, tmp_path / "out", kinds=kinds
    )
    for path in files:
        said = subprocess.run(["dciodvfy", path], capture_output=True, text=True).stderr
        assert not [line for line in said.splitlines() if line.startswith("Error")], path.name


def test_dcmtk_accepts_the_presentation_state(reading, study, tmp_path):
    if shutil.which("dcmpschk") is None:
        pytest.skip("dcmpschk is not installed (Debian: dcmtk)")
    for path in write_dicom(Results(reading), study, tmp_path / "out", kinds=[Kind.presentation]):
        checked = subprocess.run(["dcmpschk", path], capture_output=True, text=True)
        assert "Test passed" in checked.stdout + checked.stderr, path.name


def possible_in(group) -> list[str]:
    told = group.get_qualitative_evaluations()
    return [one.value.CodeValue for one in told if one.name.CodeValue == "in grade set"]


def numbers_in(group) -> dict[str, float]:
    return {
        measurement.name.CodeValue: measurement.value for measurement in group.get_measurements()
    }


def test_the_report_gives_every_opinion_back_value_for_value(reading, study, tmp_path):
    files = write_dicom(Results(reading), study, tmp_path / "out", kinds=[Kind.report])
    stack = reading.findings.stacks[0]
    groups = [g for g in groups_of(files[0]) if g.tracking_identifier != "study"]
    expected = [(slice_, opinion) for slice_ in stack.slices for opinion in slice_.opinions]
    assert len(groups) == len(expected)
    for group, (one, opinion) in zip(groups, expected, strict=True):
        said, numbers = said_in(group), numbers_in(group)
        assert said[opinion.question] == opinion.value or "not assessed"
        assert said.get("forced", "no") == ("yes" if opinion.forced else "no")
        assert said.get("level", "") == one.level
        if opinion.assessed:
            assert said["positive"] == ("yes" if opinion.positive else "no")
            assert numbers["probability"] == opinion.probability
        assert [said[end] for end in ("least", "most") if end in said] == opinion.interval
        assert possible_in(group) == opinion.grade_set
        grades = {name[12:]: p for name, p in numbers.items() if name.startswith("probability ")}
        assert grades == opinion.probabilities
        assert group.source_images[0].referenced_sop_instance_uid == one.sop_instance_uid


def test_a_withheld_slice_and_a_contradiction_stand_in_the_report_with_their_reason(
    reading, study, tmp_path
):
    first, second = reading.findings.stacks[0].slices[:2]
    why = Reason(STACK_UNLIKE, {"score": 9.0, "limit": 3.0})
    first.opinions = [Opinion(COMPRESSION.key, MODEL.name, reason=str(why), why=why)]
    second.opinions[1] = Opinion(BILSKY.key, GRADER.name, "3", True, 0.9)
    files = write_dicom(Results(reading), study, tmp_path / "out", kinds=[Kind.report])
    withheld, *others = [g for g in groups_of(files[0]) if g.tracking_identifier != "study"]
    assert said_in(withheld) == {COMPRESSION.key: "not assessed", "reason": STACK_UNLIKE}
    told = ["contradicted" in said_in(group) for group in others]
    assert told[:2] == [True, True] and not any(told[2:])


def test_a_model_is_named_with_its_version_and_that_it_is_a_starter(reading, study, tmp_path):
    files = write_dicom(Results(reading), study, tmp_path / "out", kinds=[Kind.report])
    text = str(pydicom.dcmread(files[0]))
    for words in (MODEL.name, MODEL.version, GRADER.name, "2.1", STARTER_NOTICE):
        assert words in text


def test_a_reader_stands_as_observer_with_an_answer_beside_the_model_s(reading, study, tmp_path):
    stack = reading.findings.stacks[0].id
    answers = [ReaderAnswer(stack, 4, COMPRESSION.key, COMPRESSED, NOT_COMPRESSED, "Dr. A"),
               ReaderAnswer(stack, 5, COMPRESSION.key, COMPRESSED, NOT_COMPRESSED, "Dr. B")]  # fmt: skip
    files = write_dicom(
        Results(reading, answers=answers), study, tmp_path / "out", kinds=[Kind.report]
    )
    assert [path.name for path in files] == ["report.dcm", "report-2.dcm"]
    for path, name, slice_number in zip(files, ("Dr. A", "Dr. B"), ("5", "6"), strict=True):
        report = hd.sr.srread(path)
        assert name in str(report) and report.VerificationFlag == "UNVERIFIED"
        readers = [g for g in groups_of(path) if not _has_algorithm(g)]
        assert [said_in(group)[COMPRESSION.key] for group in readers] == [COMPRESSED]
        assert readers[0].tracking_identifier.endswith(f"slice {slice_number}")


def _has_algorithm(group) -> bool:
    return any(item.name.CodeValue == "111001" for item in group[0].ContentSequence)


def test_what_was_measured_stands_in_the_report_with_units_of_ucum(reading, study, tmp_path):
    slices = reading.findings.stacks[0].slices
    slices[2].quantities = [
        Quantity("cord_ap", 4.6), Quantity("solidity", 93.5), Quantity("eccentricity", 0.8),
        Quantity("torsion", 1.5), Quantity("ascor", why=Reason(NO_CORD)),
    ]  # fmt: skip
    stack = reading.findings.stacks[0].id
    reading.findings.quantities = [
        Quantity("mscc", 52.0, "C5/C6", stack, 2, [Compared(9.6, "C3", stack, 0)]),
        Quantity("mcc", why=Reason(NO_CORD)),
    ]
    files = write_dicom(Results(reading), study, tmp_path / "out", kinds=[Kind.report])
    measured = [g for g in groups_of(files[0]) if g.finding_type.value == "measured"]
    assert [
        [(m.name.value, m.value, m.unit.value) for m in group.get_measurements()]
        for group in measured
    ] == [
        [("cord_ap", 4.6, "mm"), ("solidity", 93.5, "%"), ("eccentricity", 0.8, "1"),
         ("torsion", 1.5, "deg")],
        [("mscc", 52.0, "%")],
    ]  # fmt: skip
    assert all(group.tracking_identifier.endswith("slice 3") for group in measured)
    assert all(_has_algorithm(group) for group in measured)


def test_sizes_and_grades_of_levels_stand_in_the_report_by_level(reading, study, tmp_path):
    findings = reading.findings
    findings.questions.append(STENOSIS)
    findings.quantities = [
        Quantity("canal_area", 54.0, "L4/L5", "1"), Quantity("slip", 6.1, "L4/L5", "1"),
        Quantity("slip", None, "L5/S1", "1", why=Reason(NO_CORD)),
    ]  # fmt: skip
    findings.level_opinions = [
        Opinion("stenosis", "trees", "severe", True, 0.9, level="L4/L5"),
        Opinion("stenosis", "trees", level="L5/S1", reason="no canal"),
    ]
    files = write_dicom(Results(reading), study, tmp_path / "out", kinds=[Kind.report])
    groups = [g for g in groups_of(files[0]) if g.tracking_identifier == "L4/L5"]
    sizes, answer = groups
    assert [(m.name.value, m.value, m.unit.value) for m in sizes.get_measurements()] == [
        ("canal_area", 54.0, "mm2"), ("slip", 6.1, "mm"),
    ]  # fmt: skip
    said = {e.name.value: e.value.value for e in answer.get_qualitative_evaluations()}
    assert (said["stenosis"], said["level"]) == ("severe", "L4/L5")
    assert not [g for g in groups_of(files[0]) if g.tracking_identifier == "L5/S1"]


def test_a_report_that_is_written_again_names_the_one_before(reading, study, tmp_path):
    out = tmp_path / "out"
    first = write_dicom(Results(reading), study, out, kinds=[Kind.report])
    before = pydicom.dcmread(first[0]).SOPInstanceUID
    again = pydicom.dcmread(write_dicom(Results(reading), study, out, kinds=[Kind.report])[0])
    named = again.PredecessorDocumentsSequence[0].ReferencedSeriesSequence[0]
    assert named.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == before


def test_new_key_images_and_presentation_states_name_those_of_the_same_stack(
    reading, study, tmp_path
):
    out, kinds = tmp_path / "out", [Kind.key_images, Kind.presentation]
    first, again = (
        [pydicom.dcmread(path) for path in write_dicom(Results(reading), study, out, kinds=kinds)]
        for _ in range(2)
    )
    for before, after in zip(first, again, strict=True):
        assert "ReferencedInstanceSequence" not in before
        (named,) = after.ReferencedInstanceSequence
        assert named.ReferencedSOPInstanceUID == before.SOPInstanceUID
        assert named.PurposeOfReferenceCodeSequence[0].CodeValue == "predecessor"


def test_key_images_are_the_flagged_slices(reading, study, tmp_path):
    files = write_dicom(Results(reading), study, tmp_path / "out", kinds=[Kind.key_images])
    made = pydicom.dcmread(files[0])
    flagged = reading.findings.stacks[0].slices[2].sop_instance_uid
    assert f"({flagged}" in str(made) or flagged in str(made)
    assert reading.findings.stacks[0].slices[1].sop_instance_uid not in str(made)


def test_without_a_flagged_slice_there_are_no_key_images(reading, study, tmp_path):
    for slice_ in reading.findings.stacks[0].slices:
        slice_.opinions = [replace(opinion, positive=False) for opinion in slice_.opinions]
    assert write_dicom(Results(reading), study, tmp_path / "o", kinds=[Kind.key_images]) == []


def test_the_ring_of_the_presentation_stands_around_the_canal(writer, tmp_path, monkeypatch):
    monkeypatch.setattr("Testing.SpineLib.outputs.dicom_objects.CANAL", (60, 50))
    writer.rows, writer.columns = 110, 130
    writer.write(tmp_path / "study", [writer.place(6, 4.0, angle=12.0)], **HEADER)
    reading = reading_of(tmp_path / "study")
    files = write_dicom(
        Results(reading), tmp_path / "study", tmp_path / "out", kinds=[Kind.presentation]
    )
    # A pixel's middle is half a pixel from its corner.
    for ends in rings_of(files[0]):
        np.testing.assert_allclose(ends.mean(axis=0), [60.5, 50.5], atol=0.01)
        np.testing.assert_allclose(np.ptp(ends, axis=0) * (0.6, 0.7), 46.0, atol=0.05)
    for k, annotation in enumerate(pydicom.dcmread(files[0]).GraphicAnnotationSequence):
        image = annotation.ReferencedImageSequence[0].ReferencedSOPInstanceUID
        assert image == reading.findings.stacks[0].slices[k].sop_instance_uid
        words = annotation.TextObjectSequence[0].UnformattedTextValue
        assert ("forced" in words) == (k == 3) and ("C5" in words) == (k == 1)


def test_a_ring_near_the_border_is_a_smaller_circle_inside_the_picture(reading, study, tmp_path):
    files = write_dicom(Results(reading), study, tmp_path / "out", kinds=[Kind.presentation])
    for ends in rings_of(files[0]):
        np.testing.assert_allclose(ends.mean(axis=0), [20.5, 15.5], atol=0.01)
        width, height = np.ptp(ends, axis=0) * (0.6, 0.7)
        assert width == pytest.approx(height, abs=0.01)
        assert (ends >= 0).all() and (ends <= (44, 36)).all()


def test_a_canal_outside_of_the_picture_is_not_drawn(reading, study, tmp_path):
    for slice_ in reading.findings.stacks[0].slices:
        slice_.canal_center_ras = [500.0, 0.0, 0.0]
    assert write_dicom(Results(reading), study, tmp_path / "o", kinds=[Kind.presentation]) == []


def test_a_capture_holds_the_picture_and_says_that_text_is_burnt_in(
    reading, study, tmp_path, picture
):
    files = write_dicom(
        Results(reading, pictures={"Worst slice": picture}), study, tmp_path / "out",
        kinds=[Kind.capture],
    )  # fmt: skip
    made = pydicom.dcmread(files[0])
    assert made.BurnedInAnnotation == "YES" and made.SeriesDescription == "RESEARCH Worst slice"
    assert made.pixel_array.shape == (90, 120, 3)
    assert (made.pixel_array == (0x40, 0x50, 0x60)).all()


def test_a_study_that_is_not_dicom_has_nothing_to_go_with(reading, study, tmp_path):
    for stack in reading.findings.stacks:
        stack.sop_instance_uids, stack.slices = [], []
    with pytest.raises(BadInput, match="not read from DICOM"):
        write_dicom(Results(reading), study, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_images_that_are_not_there_any_more_are_counted(reading, study, tmp_path):
    next(study.iterdir()).unlink()
    with pytest.raises(BadInput, match="1 of the images that were read are not here"):
        write_dicom(Results(reading), study, tmp_path / "out")


def test_a_header_that_no_object_can_be_made_of_leaves_nothing_behind(
    writer,
    tmp_path,
):
    writer.write(tmp_path / "study", [writer.place(6, 4.0)], strip=("StudyInstanceUID",), **HEADER)
    reading = reading_of(tmp_path / "study")
    with pytest.raises(BadInput):
        write_dicom(Results(reading), tmp_path / "study", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_writes_what_it_is_asked_for_and_says_what_is_missing(
    reading, study, tmp_path, spine
):
    reading.save(tmp_path / "results")
    out = tmp_path / "objects"
    done = spine("export", tmp_path / "results", "--images", study, "--out", out,
                 "--object", "report", "--object", "segmentation")  # fmt: skip
    assert done.code == 0
    assert {path.name for path in out.iterdir()} == {"report.dcm", "segmentation.dcm"}
    refused = spine("export", tmp_path / "results", "--images", tmp_path, "--out", tmp_path / "o2",
                    "--object", "sr")  # fmt: skip
    assert refused.code == 2 and "key-images" in " ".join(refused.errors)
    wrong = spine("export", tmp_path / "nothing", "--images", study, "--out", tmp_path / "o3")
    assert wrong.code == 3 and not (tmp_path / "o3").exists()
