"""A whole reading, with the bundled models."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from SpineLib.dicom import read, scan
from SpineLib.errors import BadInput, BadModel, Cancelled, NotApplicable
from SpineLib.findings_file import validate
from SpineLib.inference.spine_search import search_spine
from SpineLib.inference.study import ReadOptions, Session, read_study
from SpineLib.inference.study_levels import make_levels, with_region
from SpineLib.labels import ASSESSED, STARTER_NOTICE
from SpineLib.models import find_models, open_model
from SpineLib.progress import Progress
from SpineLib.quantities import find_quantity, value_of
from SpineLib.reading import Reading
from SpineLib.reasons import NOT_ASKED, NOT_SAID, Reason
from SpineLib.simulate import write_study
from SpineLib.volume import Volume, write_volume


@pytest.fixture(scope="module")
def session():
    return Session("cpu")


@pytest.fixture(scope="module")
def cervical(data, session):
    return read_study(data / "dicom" / "cervical_t2_axial", session=session)


@pytest.fixture(scope="module")
def lumbar(data, session):
    return read_study(data / "dicom" / "lumbar_t2_sagittal", session=session)


@pytest.fixture
def axial_file(tmp_path):
    """A small axial NIfTI of a bright ring (sac) around a dark one (cord)."""
    rows, columns = np.mgrid[:96, :96] - 48
    radius = np.hypot(rows, columns)
    plane = np.where(radius < 5, 300, np.where(radius < 9, 900, 150)) + (rows + columns) % 7
    voxels = np.repeat(plane[None], 6, axis=0).astype(np.int16)
    path = tmp_path / "axial.nii.gz"
    write_volume(Volume(voxels, np.diag([-0.8, -0.8, 4.0, 1.0])), path)
    return path


def test_the_real_cervical_study_gives_a_probability_and_a_verdict_for_each_of_19_slices(cervical):
    (stack,) = cervical.findings.stacks
    assert len(stack.slices) == 19
    for slice_ in stack.slices:
        opinion = slice_.opinion("compression")
        assert opinion.assessed and 0 <= opinion.probability <= 1


def test_bilsky_says_why_it_is_not_assessed_on_a_cervical_stack(cervical):
    (stack,) = cervical.findings.stacks
    for slice_ in stack.slices:
        opinion = slice_.opinion("Bilsky")
        assert not opinion.assessed
        assert "thoracic" in opinion.reason and "cervical" in opinion.reason
    assert cervical.findings.summary("Bilsky").reason


def test_the_verdict_is_told_before_cord_and_sac_are_measured_and_stays(data, session, cervical):
    class Enough(Exception):
        pass

    def stop(findings):
        (summary,) = [one for one in findings.summaries if one.question == "compression"]
        assert summary == cervical.findings.summary("compression")
        assert not any(slice_.quantities for slice_ in findings.stacks[0].slices)
        raise Enough

    with pytest.raises(Enough):
        read_study(data / "dicom" / "cervical_t2_axial", session=session, on_verdict=stop)


def test_where_no_slice_was_answered_no_verdict_is_told(axial_file, session):
    told = []
    options = ReadOptions(tasks=("segmentation",))
    read_study(axial_file, options=options, session=session, on_verdict=told.append)
    assert not told


def test_slices_are_keyed_by_the_sop_instance_uids_of_the_files(cervical, data):
    import pydicom

    files = (data / "dicom" / "cervical_t2_axial").glob("*.dcm")
    there = {pydicom.dcmread(f, stop_before_pixels=True).SOPInstanceUID for f in files}
    (stack,) = cervical.findings.stacks
    assert {slice_.sop_instance_uid for slice_ in stack.slices} == there


def test_a_slice_that_cannot_be_decoded_costs_that_slice_and_is_said(data, session, tmp_path):
    import pydicom
    from pydicom.uid import JPEGLSLossless

    files = sorted((data / "dicom" / "cervical_t2_axial").glob("*.dcm"))
    (known,) = scan(data / "dicom" / "cervical_t2_axial").stacks
    bad = known.sources[4].path.name
    for file in files:
        dataset = pydicom.dcmread(file)
        dataset.compress(JPEGLSLossless, generate_instance_uid=False)
        dataset.save_as(tmp_path / file.name)
        if file.name == bad:
            content = (tmp_path / bad).read_bytes()
            at = content.index(b"\xff\xd8\xff\xf7")
            (tmp_path / bad).write_bytes(content[:at] + bytes(64) + content[at + 64 :])
    reading = read_study(tmp_path, options=ReadOptions(tasks=("compression",)), session=session)
    stacks = reading.findings.stacks
    assert sorted(len(stack.slices) for stack in stacks) == [4, 14]
    assert all(slice_.opinion("compression").value for stack in stacks for slice_ in stack.slices)
    assert any("1 of 19 slices were left out" in text for text in reading.findings.warnings)
    reading.save(tmp_path / "kept")
    assert len(Reading.load(tmp_path / "kept").volumes) == 2


def test_a_damaged_sagittal_slice_costs_that_slice_and_the_levels_are_looked_for(
    data, session, tmp_path
):
    import pydicom
    from pydicom.uid import JPEGLSLossless

    files = sorted((data / "dicom" / "lumbar_t2_sagittal").glob("*.dcm"))
    (known,) = scan(data / "dicom" / "lumbar_t2_sagittal").stacks
    bad = known.sources[2].path.name
    for file in files:
        dataset = pydicom.dcmread(file)
        dataset.BodyPartExamined = (
            "CSPINE"  # no model outlines a neck, so that only levels take time
        )
        if file.name == bad:
            dataset.compress(JPEGLSLossless, generate_instance_uid=False)
        dataset.save_as(tmp_path / file.name)
    content = (tmp_path / bad).read_bytes()
    at = content.index(b"\xff\xd8\xff\xf7")
    (tmp_path / bad).write_bytes(content[:at] + bytes(64) + content[at + 64 :])
    findings = read_study(
        tmp_path, options=ReadOptions(tasks=("segmentation",)), session=session
    ).findings
    assert findings.levels.status == ASSESSED and len(findings.levels.vertebrae) > 4
    assert any("1 of" in text and "left out" in text for text in findings.warnings)
    assert set(findings.levels.stacks) <= {stack.id for stack in findings.stacks}


def test_a_real_lumbar_series_without_a_region_in_its_header_is_seen_to_be_lumbar(data, session):
    (stack,) = scan(data / "dicom" / "lumbar_t2_sagittal").stacks
    loaded = session.load(open_model("starter-levels"))
    made = make_levels([[stack]], lambda one: {one.id: search_spine(read(one), loaded)})
    silent = dataclasses.replace(stack, region="unknown")
    assert with_region(silent, made.shown(stack))[0].region == "lumbar"


def test_a_zip_of_a_study_is_read_as_its_folder_is(data, session, tmp_path, cervical):
    import shutil

    zipped = shutil.make_archive(
        str(tmp_path / "study"), "zip", data / "dicom" / "cervical_t2_axial"
    )
    reading = read_study(zipped, options=ReadOptions(tasks=("compression",)), session=session)
    (stack,), (known,) = reading.findings.stacks, cervical.findings.stacks
    assert [slice_.opinion("compression").probability for slice_ in stack.slices] == pytest.approx(
        [slice_.opinion("compression").probability for slice_ in known.slices]
    )


def test_forced_answers_are_marked_as_forced_on_every_slice_and_in_the_summary(data, session):
    options = ReadOptions(force=True)
    forced = read_study(data / "dicom" / "cervical_t2_axial", options=options, session=session)
    (stack,) = forced.findings.stacks
    assert all(
        slice_.opinion("Bilsky").forced and slice_.opinion("Bilsky").value
        for slice_ in stack.slices
    )
    assert all(slice_.opinion("Bilsky").reason.startswith("forced: ") for slice_ in stack.slices)
    assert forced.findings.summary("Bilsky").forced
    assert not forced.findings.summary("compression").forced


def test_the_real_lumbar_study_is_segmented_on_its_own_grid_and_levels_are_not_guessed(lumbar):
    finding = lumbar.findings.segmentation
    volume = lumbar.volumes[finding.stack]
    assert lumbar.segmentation.same_grid(volume)
    assert finding.status == ASSESSED and finding.segments
    names = [segment.name for segment in finding.segments if segment.kind != "canal"]
    assert finding.lowest == "" and all("level not known" in name for name in names)
    present = set(np.unique(lumbar.segmentation.voxels)) - {0}
    assert present == {segment.label for segment in finding.segments}


def test_a_study_without_an_axial_stack_says_so(lumbar):
    assert not lumbar.findings.summary("compression").assessed
    assert "no axial stack" in lumbar.findings.summary("compression").reason


@pytest.mark.parametrize("name", ["cervical", "lumbar"])
def test_every_reading_names_its_starter_models_and_passes_the_schema(name, request):
    findings = request.getfixturevalue(name).findings
    assert findings.notice == STARTER_NOTICE
    assert findings.models and all(model.starter for model in findings.models)
    validate(json.loads(json.dumps(findings.to_dict())))


def test_a_reading_comes_back_from_its_folder_as_it_was(cervical, tmp_path):
    cervical.save(tmp_path)
    back = Reading.load(tmp_path)
    assert back.findings == cervical.findings
    for stack, volume in cervical.volumes.items():
        assert back.volumes[stack].same_grid(volume)
        assert back.volumes[stack].frames == volume.frames
        assert np.array_equal(back.volumes[stack].voxels, volume.voxels)


def test_a_volume_file_is_read_once_its_weighting_and_region_are_said(axial_file, session):
    silent = read_study(axial_file, session=session)
    (stack,) = silent.findings.stacks
    why = stack.not_assessed_why["compression"]
    assert (why.code, why.values["word"]) == (NOT_SAID, "weighting")
    assert all(slice_.opinion("compression").why == why for slice_ in stack.slices)
    reason = silent.findings.summary("compression").reason
    assert "weighting of this stack is not known" in reason and "--" not in reason
    options = ReadOptions(weighting="T2", region="cervical")
    said = read_study(axial_file, options=options, session=session)
    assert said.findings.summary("compression").assessed_slices == 6


def test_an_isotropic_volume_is_read_in_the_plane_that_was_asked_for(data, session):
    path = data / "nifti" / "sct_testing" / "t2" / "t2.nii.gz"
    options = ReadOptions(weighting="T2", region="cervical", plane="axial")
    reading = read_study(path, options=options, session=session)
    (stack,) = reading.findings.stacks
    assert stack.plane == "axial" and reading.findings.summary(
        "compression"
    ).assessed_slices == len(stack.slices)


@pytest.fixture(scope="module")
def lumbar_with_axial_blocks(tmp_path_factory, session):
    """A simulated study of one Frame of Reference: a sagittal, and axial blocks at the discs."""
    folder = tmp_path_factory.mktemp("lumbar")
    truth = write_study(folder, "lumbar", seed=900_009, companions=True)
    return read_study(folder, session=session), truth


def test_axial_slices_get_their_level_from_the_sagittal_segmentation(lumbar_with_axial_blocks):
    reading, _ = lumbar_with_axial_blocks
    assert reading.findings.segmentation.lowest == "L5"
    blocks = [stack.slices for stack in reading.findings.stacks if stack.slices]
    assert len(blocks) >= 3
    middles = [block[len(block) // 2].level for block in blocks]
    discs = ["T12/L1", "L1/L2", "L2/L3", "L3/L4", "L4/L5", "L5/S1"]
    assert middles == discs[-len(middles) :]


def test_only_what_was_asked_for_is_read(axial_file, session):
    options = ReadOptions(tasks=("compression",), weighting="T2", region="cervical", force=True)
    findings = read_study(axial_file, options=options, session=session).findings
    assert {model.task for model in findings.models} == {"canal", "compression", "outline"}
    assert findings.summary("compression").assessed_slices == 6
    not_asked = str(Reason(NOT_ASKED))
    assert findings.segmentation.reason == findings.summary("Bilsky").reason == not_asked
    assert findings.segmentation.why == Reason(NOT_ASKED)


def test_segmenting_alone_looks_at_no_axial_slice(axial_file, session):
    options = ReadOptions(tasks=("segmentation",), weighting="T2", region="cervical")
    reading = read_study(axial_file, options=options, session=session)
    assert not reading.findings.models and not reading.volumes
    assert reading.findings.summary("compression").reason == str(Reason(NOT_ASKED))
    assert "no sagittal stack" in reading.findings.segmentation.reason


@pytest.mark.parametrize("name", ["cervical", "lumbar"])
def test_every_stack_that_was_read_names_its_images_whatever_it_was_read_for(
    name, request, tmp_path
):
    reading = request.getfixturevalue(name)
    reading.save(tmp_path)
    for stack, volume in Reading.load(tmp_path).volumes.items():
        frames = reading.volumes[stack].frames
        assert len(frames) == len(volume.voxels) and volume.frames == frames
        assert all(frame.sop_instance_uid for frame in frames)


def test_a_lumbar_axial_stack_has_levels_but_no_verdict(lumbar_with_axial_blocks):
    reading, _ = lumbar_with_axial_blocks
    assert not reading.findings.summary("compression").assessed
    assert "lumbar" in reading.findings.summary("compression").reason
    for stack in reading.findings.stacks:
        assert not any(slice_.opinion("compression").assessed for slice_ in stack.slices)


def test_a_lumbar_axial_stack_has_the_sacs_size_at_each_level_and_no_cord(lumbar_with_axial_blocks):
    reading, _ = lumbar_with_axial_blocks
    axial = [stack for stack in reading.findings.stacks if stack.slices]
    slices = [slice_ for stack in axial for slice_ in stack.slices]
    areas = [value_of(slice_.quantities, "sac_area") for slice_ in slices]
    measured = [area for area in areas if area is not None]
    assert len(measured) > 0.8 * len(slices) and min(measured) > 30 and max(measured) < 400
    below = [
        slice_ for slice_ in slices if not slice_.level.startswith("L1")
    ]  # the conus ends there
    assert all(value_of(one.quantities, "cord_area") is None for one in below)
    assert set(reading.outlines) == {stack.id for stack in axial}
    mcc = find_quantity(reading.findings.quantities, "mcc")
    assert mcc.value is None or mcc.level


def test_what_the_person_says_does_not_overrule_what_the_header_says(data, session):
    options = ReadOptions(region="thoracic")
    reading = read_study(data / "dicom" / "cervical_t2_axial", options=options, session=session)
    assert reading.findings.stacks[0].region == "cervical"


def test_the_threshold_that_was_asked_for_decides_and_is_recorded(data, session):
    options = ReadOptions(threshold=0.0)
    reading = read_study(data / "dicom" / "cervical_t2_axial", options=options, session=session)
    assert reading.findings.summary("compression").positive_slices == 19
    (used,) = [m for m in reading.findings.models if m.task == "compression"]
    assert used.threshold == 0.0
    assert used.card_threshold == find_models("compression")[0].card.threshold


def test_class_activation_lies_on_the_stacks_own_grid_where_it_is_asked_for(data, session):
    options = ReadOptions(activation=True)
    reading = read_study(data / "dicom" / "cervical_t2_axial", options=options, session=session)
    ((stack, activation),) = reading.activations.items()
    assert activation.same_grid(reading.volumes[stack])
    assert 0 <= activation.voxels.min() < activation.voxels.max() <= 1


def test_an_unknown_series_is_named_with_the_ones_that_there_are(data):
    with pytest.raises(NotApplicable, match=r"called 77.*There are: 4"):
        read_study(data / "dicom" / "cervical_t2_axial", options=ReadOptions(series="77"))


def test_two_patients_in_one_folder_are_refused(data):
    with pytest.raises(BadInput, match="2 studies of 2 patients"):
        read_study(data / "dicom")


@pytest.mark.parametrize(
    "options",
    [
        {"threshold": 1.5},
        {"weighting": "T9"},
        {"region": "tail"},
        {"tasks": ("canal",)},
        {"tasks": ()},
    ],
)
def test_options_that_make_no_sense_are_refused_at_once(options):
    with pytest.raises(BadInput):
        ReadOptions(**options)


def test_an_unknown_model_is_refused(axial_file):
    with pytest.raises(BadModel, match="nonesuch"):
        read_study(axial_file, options=ReadOptions(models=("nonesuch",)))


def test_a_cancelled_reading_stops(data, session):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        read_study(data / "dicom" / "cervical_t2_axial", progress=progress, session=session)


def test_a_constant_slice_is_not_assessed_and_the_others_are(axial_file, session):
    from SpineLib.volume import read_volume

    volume = read_volume(axial_file)
    voxels = volume.voxels.copy()
    voxels[2] = 7
    write_volume(dataclasses.replace(volume, voxels=voxels), axial_file)
    options = ReadOptions(weighting="T2", region="cervical")
    slices = read_study(axial_file, options=options, session=session).findings.stacks[0].slices
    assert not slices[2].opinion("compression").assessed and slices[2].opinion("compression").reason
    # The slices beside it were shown with it, and so may be unlike others; this one was not.
    assert slices[5].opinion("compression").assessed
