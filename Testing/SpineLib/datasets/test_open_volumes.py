"""SPIDER as downloaded, and tables of images and masks; what does not fit is said."""

import csv

import numpy as np
import pytest

from SpineLib.datasets.open_volumes import open_canals, open_volumes
from SpineLib.errors import BadInput
from SpineLib.labels import CANAL
from SpineLib.volume import Volume, read_volume, write_volume

MATRIX = np.diag([-1.0, -1.0, 2.0, 1.0])


def pair(value=1, shape=(3, 8, 8)):
    """A noisy image and a mask with one number."""
    voxels = np.random.default_rng(0).integers(0, 500, shape).astype(np.uint16)
    mask = np.zeros(shape, np.uint8)
    mask[1, 2:5, 3:6] = value
    return Volume(voxels, MATRIX), Volume(mask, MATRIX)


def write_spider(root, names, value=1):
    for name in names:
        image, mask = pair(value)
        write_volume(image, root / "images" / f"{name}.mha")
        write_volume(mask, root / "masks" / f"{name}.mha")
    return root


def write_table(path, rows):
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def test_series_of_one_spider_patient_stay_together(tmp_path):
    write_spider(tmp_path, ["7_t1", "7_t2", "7_t2_SPACE", "12_t2"])
    volumes = open_volumes(str(tmp_path))
    patients = {v.id: v.patient for v in volumes}
    assert patients["7_t1"] == patients["7_t2"] == patients["7_t2_SPACE"] != patients["12_t2"]
    assert [v.columns["weighting"] for v in volumes] == ["t2", "t1", "t2", "t2 SPACE"]


def test_spider_s_overview_says_the_subset_and_the_maker(tmp_path, data):
    write_spider(tmp_path, ["1_t1", "10_t1"])
    (tmp_path / "overview.csv").write_bytes((data / "spider" / "overview.csv").read_bytes())
    first = {v.id: v for v in open_volumes(str(tmp_path))}["1_t1"]
    assert first.columns["subset"] == "training"
    assert first.site == "Philips Healthcare"


def test_partial_vertebrae_keep_spider_s_numbers(tmp_path):
    write_spider(tmp_path, ["3_t2"], value=107)
    _, mask = open_volumes(str(tmp_path))[0].open()
    assert set(np.unique(mask.voxels)) == {0, 107}


@pytest.mark.parametrize("number", ["005", "007"])
def test_spider_s_real_masks_are_read_and_placed_on_the_network_s_grid(tmp_path, data, number):
    from SpineLib.training.segmentation_data import prepare_case, semantic_of

    mask = read_volume(data / "spider" / f"mask_{number}.nii.gz")
    change = np.zeros(256, np.uint8)
    change[1:7], change[7], change[8:15] = range(1, 7), CANAL, range(201, 208)
    labels = mask.with_voxels(change[np.round(mask.voxels).astype(int)])
    write_volume(labels.with_voxels(labels.voxels.astype(np.uint16)), tmp_path / "images/5_t2.mha")
    write_volume(labels, tmp_path / "masks" / "5_t2.mha")
    image, read = open_volumes(str(tmp_path))[0].open()
    assert np.array_equal(read.voxels, labels.voxels)
    case = prepare_case(image, read.with_voxels(semantic_of(read.voxels)), (4.0, 2.0, 2.0))
    assert set(np.unique(case.classes)) == {0, 1, 2, 3}


def test_an_image_without_its_mask_is_named(tmp_path):
    write_spider(tmp_path, ["3_t2", "4_t2"])
    (tmp_path / "masks" / "4_t2.mha").unlink()
    with pytest.raises(BadInput, match="4_t2 has no mask"):
        open_volumes(str(tmp_path))


def test_a_file_that_is_not_named_as_spider_s_is_refused(tmp_path):
    write_spider(tmp_path, ["patient3"])
    with pytest.raises(BadInput, match="not one of SPIDER's"):
        open_volumes(str(tmp_path))


@pytest.mark.parametrize(
    ("value", "why"), [(0, "marks nothing"), (130, "130, which is not a label of SPIDER")]
)
def test_empty_masks_and_unknown_labels_are_refused(tmp_path, value, why):
    write_spider(tmp_path, ["3_t2"], value=value)
    with pytest.raises(BadInput, match=why):
        open_volumes(str(tmp_path))[0].open()


def test_a_mask_on_another_grid_is_refused(tmp_path):
    write_spider(tmp_path, ["3_t2"])
    moved = MATRIX.copy()
    moved[0, 3] = 5
    write_volume(Volume(pair()[1].voxels, moved), tmp_path / "masks" / "3_t2.mha")
    with pytest.raises(BadInput, match="not on its image's grid"):
        open_volumes(str(tmp_path))[0].open()


def test_tptbox_s_cord_and_canal_are_one_canal(data, tmp_path):
    folder = data / "nifti" / "tptbox_lumbar"
    row = {
        "image": folder / "sub-mri_label-6_T2w.nii.gz",
        "mask": folder / "sub-mri_seg-subreg_label-6_msk.nii.gz",
        "patient": "one",
        "labels": "TPTBox",
    }
    (volume,) = open_volumes(write_table(tmp_path / "real.csv", [row]))
    image, mask = volume.open()
    raw = read_volume(row["mask"])
    assert image.same_grid(mask)
    assert np.array_equal(mask.voxels == CANAL, np.isin(raw.voxels, (60, 61)))
    assert set(np.unique(mask.voxels)) == {0, 1, CANAL, 201}


def test_cord_masks_say_where_the_canal_is_on_each_slice(data, tmp_path):
    folder = data / "nifti" / "gm_challenge" / "sub-9418"
    row = {
        "image": folder / "sub-9418_run-1_T2starw.nii.gz",
        "mask": folder / "sub-9418_run-1_T2starw_seg-manual.nii.gz",
        "patient": "9418", "labels": "cord", "weighting": "T2*",
    }  # fmt: skip
    (stack,) = open_canals(write_table(tmp_path / "cords.csv", [row]))
    volume, mask = stack.open(), read_volume(row["mask"])
    assert stack.weighting == "T2*"
    assert len(stack.labels) > 5
    for label in stack.labels:
        i, j, k = mask.ijk(np.mean(label.box_ras, axis=0))
        near = mask.voxels[round(k), round(j) - 3 : round(j) + 4, round(i) - 3 : round(i) + 4]
        assert near.any()
        assert 0 <= label.index < len(volume.voxels)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"mask": "gone.mha"}, "not there"),
        ({"patient": ""}, "does not say the patient"),
        ({"labels": "mine"}, "numbering mine"),
    ],
)
def test_a_line_of_a_table_that_does_not_fit_is_named(tmp_path, change, why):
    write_spider(tmp_path, ["3_t2"])
    row = {"image": "images/3_t2.mha", "mask": "masks/3_t2.mha", "patient": "a", "labels": ""}
    assert len(open_volumes(write_table(tmp_path / "good.csv", [row]))) == 1
    with pytest.raises(BadInput, match=f"Line 2 .*{why}"):
        open_volumes(write_table(tmp_path / "bad.csv", [{**row, **change}]))


def test_a_folder_that_holds_no_volumes_says_what_is_known(tmp_path):
    with pytest.raises(BadInput, match=r"SPIDER's folder"):
        open_volumes(str(tmp_path))
