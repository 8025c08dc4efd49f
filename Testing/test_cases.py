"""Inputs that failed in the field, as the commands answer them: ``../shared/cases``, read in place."""

import gzip
import json
import resource
import shutil
from contextlib import suppress

import numpy as np
import pydicom
import pytest

from SpineLib.datasets.voc import open_voc
from SpineLib.dicom import SlicesLost, open_volume_file, read, scan, without
from SpineLib.errors import BadInput
from Testing.machine import at_once


@pytest.fixture
def case(data):
    """The folder of a case by its number."""
    cases = data.parent / "cases"
    if not cases.is_dir():
        pytest.skip("the cases are not beside the real MR data")

    def find(number):
        (folder,) = cases.glob(f"{number}-*")
        return folder

    return find


@pytest.fixture
def shown(spine):
    """What ``scan --json`` says of a folder, which must be quick."""

    def run(folder):
        with at_once():
            answer = spine("scan", folder, "--json")
        assert answer.code == 0
        found = json.loads(
            answer.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON")
        )
        series = [one for study in found["studies"] for one in study["series"]]
        return found, [stack for one in series for stack in one["stacks"]]

    return run


def whole(folder):
    """The voxels of a folder's only stack."""
    (stack,) = scan(folder).stacks
    return read(stack).voxels


def refused(spine, *arguments):
    """The one line of a refusal."""
    answer = spine(*arguments)
    assert answer.code == 3 and len(answer.errors) == 1
    return answer.errors[0]


def first_place(path):
    """RAS of a NIfTI file's first voxel by its sform's own bytes."""
    return np.frombuffer(gzip.decompress(path.read_bytes())[280:328], "<f4")[3::4]


def voxel_at(volume, ras):
    """Column, row and slice of a place."""
    return (np.linalg.inv(volume.ijk_to_ras) @ [*ras, 1])[:3]


def test_01_uids_that_repeat_across_series_lose_no_slice(case, shown):
    found, stacks = shown(case("01") / "in")
    assert [stack["slices"] for stack in stacks] == [7, 7] and not found["skipped"]


def test_02_a_series_uid_for_each_slice_makes_one_stack(case, shown):
    _, (stack,) = shown(case("02") / "in")
    assert stack["slices"] == 9 and stack["spacing"][2] == pytest.approx(4, abs=1e-3)


def test_03_bytes_in_big_endian_words_are_in_their_order(case):
    assert whole(case("03") / "in")[0, 0, :4].tolist() == [0, 10, 20, 30]


def test_04_an_overlay_bit_in_jpeg_2000_is_no_part_of_the_value(case):
    assert whole(case("04") / "in")[0, 3, 3] == 113


def test_05_an_overlay_in_high_bits_does_not_survive_deidentification(case, spine, tmp_path):
    assert spine("deidentify", case("05") / "in", tmp_path / "out").code == 0
    files = list((tmp_path / "out").rglob("*.dcm"))
    assert len(files) == 3
    for file in files:
        words = np.frombuffer(pydicom.dcmread(file).PixelData, "<u2")
        assert words.any() and not (words >> 12).any()


def test_09_links_are_followed_once(case, shown, tmp_path):
    # The checkout holds the links as text, where they are files of that name.
    shutil.copytree(case("09") / "store", tmp_path / "store")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "patient1").symlink_to("../store/ser1")
    (tmp_path / "in" / "loop").symlink_to("..")
    _, (stack,) = shown(tmp_path / "in")
    assert stack["slices"] == 5


def test_16_a_spacing_says_a_length_whatever_its_sign(case, shown):
    _, stacks = shown(case("16") / "in")
    assert [(s["slices"], round(s["spacing"][2], 3)) for s in stacks] == [(6, 4), (1, 4.4), (1, 4)]
    assert not any(stack["problem"] for stack in stacks)


def test_21_slices_of_both_senses_are_read_in_one(case):
    voxels = whole(case("21") / "in")
    assert len(voxels) == 6 and (voxels[:, 0, 0] < voxels[:, 15, 19]).all()


def test_22_a_chinese_name_stands_nowhere_afterwards(case, spine, tmp_path):
    assert spine("deidentify", case("22") / "in", tmp_path / "out").code == 0
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(files) >= 3
    assert not any(bytes.fromhex("CDF5D0A1B6AB") in path.read_bytes() for path in files)


def test_26_two_people_of_one_placeholder_get_two_pseudonyms(case, spine, tmp_path):
    answer = spine("deidentify", case("26") / "in", tmp_path / "out")
    assert answer.code == 0 and "2 patients" in answer.out
    assert len([path for path in (tmp_path / "out").iterdir() if path.is_dir()]) == 2


@pytest.mark.parametrize("name", ["C_T2_axial.nii.gz", "aligned_T2_axial.nii.gz"])
def test_30_the_sform_counts_where_its_code_is_above_0(case, shown, name):
    _, (stack,) = shown(case("30") / name)
    assert any("sform" in warning for warning in stack["warnings"])
    _, volume = open_volume_file(case("30") / name)
    apart = voxel_at(volume, first_place(case("30") / name))
    assert np.isin(apart.round(3), [[0], *np.subtract(volume.shape[::-1], 1)[:, None]]).all()


def test_33_only_a_truly_sheared_transform_is_refused(case, shown, spine):
    assert "axes are 3.0° off right angles" in refused(
        spine, "scan", case("33") / "sheared_T2_axial.nii.gz"
    )
    assert shown(case("33") / "tiny_T2_axial.nii")[1]


def test_34_every_type_keeps_its_values(case, spine):
    for name, value in (("i64", 100), ("f64", 33.33)):
        path = case("34") / f"{name}_T2_axial.nii.gz"
        _, volume = open_volume_file(path)
        i, j, k = voxel_at(volume, first_place(path)).round().astype(int)
        assert volume.voxels[k, j, i] == pytest.approx(value, abs=0.005)
    assert "truncated" in refused(spine, "scan", case("34") / "cut_T2_axial.nii.gz")


def test_38_what_ends_early_is_refused_in_every_format(case, spine):
    files = sorted(case("38").glob("cut*"))
    assert len(files) == 6
    for path in files:
        assert "truncated" in refused(spine, "scan", path)


def test_39_without_a_transform_left_and_right_are_not_guessed(case, spine):
    said = refused(spine, "scan", case("39") / "none_T2_axial.nii.gz")
    assert "left and right" in said and "--orientation" in said


def test_40_a_box_lands_on_the_series_that_it_lies_beside(case):
    (one,) = open_voc(case("40") / "in")
    places = [one.open().ras([0, 0, label.index])[2] for label in one.labels]
    assert places == pytest.approx([8])


def test_43_a_picture_of_16_bits_keeps_its_order_and_spread(case):
    (one,) = open_voc(case("43") / "in")
    assert one.open().voxels.max() == 4100 and len(np.unique(one.open().voxels)) > 200


def test_45_a_label_by_a_uid_of_two_slices_is_refused(case, spine):
    said = refused(spine, "data", "check", case("45") / "in" / "labels.csv")
    assert "stack 1, slice 1; stack 2, slice 1" in said


@pytest.mark.parametrize(
    ("name", "region"),
    [("sub-C104_T2w", "unknown"), ("L5002_T2w", "unknown"), ("C12_T2w", "unknown"),
     ("sub-05_medical_T2w", "unknown"), ("sub-01_T2w_merged", "unknown"),
     ("rachis_lombaire_T2", "lumbar")],
)  # fmt: skip
def test_59_a_subject_s_code_is_no_anatomy(case, shown, name, region):
    _, (stack,) = shown(case("59") / f"{name}.nii.gz")
    assert (stack["region"], stack["weighting"]) == (region, "T2")


def test_67_a_mask_whose_numbering_cannot_be_told_names_the_option(case, spine):
    asked = ("--task", "segmentation")
    assert "--numbering" in refused(spine, "data", "check", case("67") / "pairs.csv", *asked)


@pytest.mark.parametrize("number", ["70", "71", "72"])
def test_70_to_72_a_slice_that_ends_its_decoder_costs_that_slice_only(case, number):
    found = scan(case(number) / "in")
    kept = len(found.skipped)
    for stack in found.stacks:
        try:
            kept += len(read(stack).voxels)
        except SlicesLost as error:
            kept += len(error.indices)
            kept += sum(len(read(part).voxels) for part in without(stack, error.indices))
    assert kept == 3


@pytest.mark.parametrize("number", ["73", "74"])
def test_73_and_74_a_damaged_character_set_costs_milliseconds(case, number):
    with at_once(), suppress(BadInput):
        scan(case(number) / "in")


@pytest.mark.parametrize("number", ["75", "76", "77"])
def test_75_to_77_absurd_values_are_a_reason_and_json(case, shown, number):
    found, stacks = shown(case(number) / "in")
    files = len(list((case(number) / "in").iterdir()))
    assert sum(stack["slices"] for stack in stacks) + len(found["skipped"]) == files
    for stack in scan(case(number) / "in").stacks:
        if not stack.problem:
            try:
                assert np.isfinite(read(stack).voxels).all()
            except BadInput as error:
                assert error.what


@pytest.mark.parametrize("number", ["78", "79", "80", "81", "82"])
def test_78_to_82_a_damaged_header_is_left_out_quickly(case, spine, tmp_path, number):
    with at_once():  # it took over 5 seconds
        said = refused(spine, "deidentify", case(number) / "in", tmp_path / "out")
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())


def test_83_a_claim_beyond_the_file_takes_no_memory(case, shown):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found, stacks = shown(case("83") / "in")
    for stack in scan(case("83") / "in").stacks:
        with suppress(BadInput):
            read(stack)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 << 10
    assert len(found["skipped"]) + sum(stack["slices"] for stack in stacks) == 4
