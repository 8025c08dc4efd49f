"""How a mask is numbered: named, or told where only SPIDER's fits; never guessed."""

from pathlib import Path

import numpy as np
import pytest

from SpineLib.datasets.numberings import in_spider, known_name
from SpineLib.datasets.open_volumes import open_canals, open_volumes
from SpineLib.errors import BadInput
from SpineLib.labels import CANAL, disc_name, level_name
from SpineLib.volume import Volume, read_volume, write_volume
from Testing.SpineLib.datasets.test_open_volumes import MATRIX, pair, write_table

MASK = Path("mask.nii.gz")
# TotalSpineSeg's list of classes, by their names.
CLASSES = {
    **{f"C{n}": 10 + n for n in range(1, 8)}, **{f"T{n}": 20 + n for n in range(1, 13)},
    **{f"L{n}": 40 + n for n in range(1, 6)},
}  # fmt: skip
DISCS = {
    "C2/C3": 63, "C3/C4": 64, "C4/C5": 65, "C5/C6": 66, "C6/C7": 67, "C7/T1": 71, "T1/T2": 72,
    "T10/T11": 81, "T11/T12": 82, "T12/L1": 91, "L1/L2": 92, "L4/L5": 95, "L5/S1": 100,
}  # fmt: skip
LEVELS = [*(f"C{n}" for n in range(1, 8)), *(f"T{n}" for n in range(1, 13)),
          *(f"L{n}" for n in range(1, 6))]  # fmt: skip


def read(numbers, numbering=""):
    """What a mask with these numbers says in SPIDER's, number by number."""
    return in_spider(np.array([0, *numbers]), numbering, MASK)[1:].tolist()


def test_every_class_of_totalspineseg_is_the_level_that_spider_counts():
    for name, number in CLASSES.items():
        assert level_name(read([number, 1], "TotalSpineSeg")[0]) == name
    for name, number in DISCS.items():
        assert disc_name(read([number, 1], "TotalSpineSeg")[0] - 200) == name
    assert read([1, 2, 50], "TotalSpineSeg") == [CANAL, CANAL, 0]


def test_every_instance_of_spineps_is_the_level_that_spider_counts():
    for number, name in enumerate(LEVELS, 1):
        vertebra, disc, endplate = read([number, 100 + number, 200 + number], "SPINEPS")
        assert level_name(vertebra) == name and endplate == vertebra and disc == 200 + vertebra
    assert read([24, 26, 124], "SPINEPS") == [1, 0, 201]


def test_a_crop_of_spineps_is_read_by_its_own_numbers_when_it_is_named():
    assert read([20, 220], "SPINEPS") == [5, 5]
    assert read([23, 123, 223, 24], "SPINEPS") == [2, 202, 2, 1]
    assert read([3, 103, 203], "SPINEPS") == [22, 222, 22]


def test_a_sixth_lumbar_and_a_thirteenth_thoracic_vertebra_move_what_is_above():
    assert read([25, 24, 20, 19, 125], "SPINEPS") == [1, 2, 6, 7, 201]
    assert read([20, 28, 19, 128], "SPINEPS") == [5, 6, 7, 206]
    assert read([46, 45, 32], "TotalSpineSeg") == [1, 2, 7]


def test_parts_of_spineps_and_of_tptbox_do_not_tell_vertebrae_apart():
    for name in ("SPINEPS", "TPTBox"):
        assert read([26, 41, 49, 60, 61, 62, 100], name) == [0, 1, 1, CANAL, CANAL, 1, 201]


def test_spider_s_own_numbers_are_told_by_themselves():
    numbers = [1, 2, 6, CANAL, 107, 201, 206]
    assert read(numbers) == numbers
    assert read([1, 2, 201, 202]) == [1, 2, 201, 202]


@pytest.mark.parametrize(
    ("numbers", "means"),
    [
        ([1, 2], "1 is vertebra 1 from below by SPIDER; the cord by TotalSpineSeg"),
        ([1], "the cord by cord"),
        ([1, 2, 3, 4, 5, 6], "by SPINEPS"),
        ([CANAL], "the canal by SPIDER; the disc below vertebra 1 from below by TotalSpineSeg"),
        ([41, 42, 43, 44, 45], "vertebra 5 from below by TotalSpineSeg"),
        ([1, 2, 101, 102, 201, 202], "by SPINEPS"),
        # A crop of one vertebra with its endplates, or of SPIDER's twentieth with its disc.
        ([20, 220], "20 is vertebra 20 from below by SPIDER; vertebra 5 from below by SPINEPS"),
        ([22, 23, 222, 223], "by SPINEPS"),
    ],
)
def test_a_mask_whose_numbering_cannot_be_told_says_so_and_names_the_option(numbers, means):
    with pytest.raises(BadInput, match="Nothing says how the mask is numbered") as refused:
        read(numbers)
    assert means in refused.value.what and refused.value.file == str(MASK)
    assert "column labels" in refused.value.advice
    assert refused.value.in_terminal.endswith(": --numbering NAME")


@pytest.mark.parametrize(
    ("numbers", "numbering", "words"),
    [
        ([3], "TotalSpineSeg", "3, which is not a label of TotalSpineSeg"),
        ([130], "SPIDER", "130, which is not a label of SPIDER"),
        ([2], "cord", "2, which is not a label of cord"),
        ([250], "", "250, which is not a label of SPIDER"),
        ([0.5], "", "fractions"),
        ([np.nan], "", "fractions"),
        ([], "SPIDER", "marks nothing"),
    ],
)
def test_a_number_that_is_not_in_the_numbering_is_refused(numbers, numbering, words):
    with pytest.raises(BadInput, match=words):
        in_spider(np.array([0, *numbers]), numbering, MASK)


def test_names_are_known_however_they_are_written():
    assert [known_name(text) for text in ("total-spine-seg", "TPTBOX", " spider ", "")] == [
        "TotalSpineSeg", "TPTBox", "SPIDER", ""]  # fmt: skip


def table(folder, value, **columns):
    image, mask = pair(value)
    write_volume(image, folder / "image.nii.gz")
    write_volume(mask, folder / "mask.nii.gz")
    row = {"image": "image.nii.gz", "mask": "mask.nii.gz", "patient": "a", **columns}
    return write_table(folder / "pairs.csv", [row])


def test_a_cord_and_canal_without_a_numbering_are_not_l5_and_l4(tmp_path):
    source = table(tmp_path, 2)
    with pytest.raises(BadInput, match="Nothing says how the mask is numbered"):
        open_volumes(source)[0].open()
    image, mask = open_volumes(source, numbering="TotalSpineSeg")[0].open()
    assert set(np.unique(mask.voxels)) == {0, CANAL} and image.same_grid(mask)


def test_the_table_s_own_word_goes_before_the_option(tmp_path):
    source = table(tmp_path, 1, labels="SPIDER")
    _, mask = open_volumes(source, numbering="TotalSpineSeg")[0].open()
    assert set(np.unique(mask.voxels)) == {0, 1}


def test_a_vertebra_is_no_canal(tmp_path):
    source = table(tmp_path, 1, labels="SPIDER")
    with pytest.raises(BadInput, match="neither the cord nor the canal"):
        open_canals(source)
    (stack,) = open_canals(table(tmp_path, 1, labels="TotalSpineSeg"))
    assert len(stack.labels) == 1


def test_the_option_reaches_the_command(tmp_path, spine):
    source = table(tmp_path, 2)
    refused = spine("data", "check", source, "--task", "segmentation")
    assert refused.code == 3 and "--numbering" in refused.errors[0]
    done = spine("data", "check", source, "--task", "segmentation", "--numbering", "totalspineseg")
    assert done.code == 0 and "canal" in done.out


def test_tptbox_s_real_instances_are_read(data, tmp_path):
    folder = data / "nifti" / "tptbox_lumbar"
    mask = folder / "sub-mri_seg-vert_label-6_msk.nii.gz"
    row = {"image": folder / "sub-mri_label-6_T2w.nii.gz", "mask": mask, "patient": "one",
           "labels": "SPINEPS"}  # fmt: skip
    _, labels = open_volumes(write_table(tmp_path / "real.csv", [row]))[0].open()
    raw = read_volume(mask)
    # Numbered from above: 5 to 7, their discs 105 and 106, their endplates 205 to 207.
    assert np.array_equal(labels.voxels == 19, np.isin(raw.voxels, (6, 206)))
    assert np.array_equal(labels.voxels == 219, raw.voxels == 106)


def test_a_file_without_a_transform_is_read_by_the_orientation_that_is_said(tmp_path):
    from Testing.SpineLib.formats.written import nifti, noise

    for name, voxels in (("image", noise()), ("mask", (noise() > 60).astype(np.uint8) * CANAL)):
        nifti(tmp_path / f"{name}.nii.gz", voxels)
    row = {"image": "image.nii.gz", "mask": "mask.nii.gz", "patient": "a", "labels": "SPIDER"}
    source = write_table(tmp_path / "pairs.csv", [row])
    with pytest.raises(BadInput, match="left and right"):
        open_volumes(source)[0].open()
    image, _ = open_volumes(source, orientation="LPS")[0].open()
    assert image.directions.diagonal().tolist() == [-1, -1, 1]
    named = write_table(tmp_path / "named.csv", [{**row, "orientation": "RAS"}])
    assert open_volumes(named, orientation="LPS")[0].open()[0].directions[0, 0] == 1


def test_a_mask_keeps_its_image_s_place(tmp_path):
    source = table(tmp_path, CANAL, labels="SPIDER")
    image, mask = open_volumes(source)[0].open()
    assert image.same_grid(Volume(mask.voxels, MATRIX), tolerance=1e-3)
