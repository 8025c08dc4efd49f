"""Volumes to and from files a slab at a time; SimpleITK reads and writes the same files."""

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from SpineLib import slabs
from SpineLib.errors import BadInput
from SpineLib.slabs import finish, read_in_slabs, write_in_slabs
from SpineLib.volume import Volume, from_sitk, write_volume

TYPES = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "int64", "float32", "float64")


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Slabs of a few slices."""
    monkeypatch.setattr(slabs, "SLAB_BYTES", 200)


def volume(shape, kind="int16", seed=1):
    """An oblique volume of noise."""
    rng = np.random.default_rng(seed)
    axes = np.linalg.qr(rng.normal(size=(3, 3)))[0] * rng.uniform(0.3, 5.0, 3)
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = axes, rng.normal(size=3) * 100
    return Volume(rng.integers(0, 100, shape).astype(kind), matrix)


def same(a, b):
    assert a.voxels.dtype == b.voxels.dtype
    np.testing.assert_array_equal(a.voxels, b.voxels)
    np.testing.assert_allclose(a.ijk_to_ras, b.ijk_to_ras, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(shape=array_shapes(min_dims=3, max_dims=3, max_side=9), kind=st.sampled_from(TYPES))
def test_what_is_written_in_slabs_is_what_simpleitk_reads_and_the_other_way_round(
    shape, kind, tmp_path_factory
):
    folder, one = tmp_path_factory.mktemp("slabs"), volume(shape, kind)
    finish(write_in_slabs(one, folder / "a.nrrd"))
    same(from_sitk(sitk.ReadImage(str(folder / "a.nrrd"))), one)
    write_volume(one, folder / "b.nrrd", compress=False)
    same(finish(read_in_slabs(folder / "b.nrrd")), one)


def test_voxels_in_another_byte_order_come_back_as_they_were(tmp_path):
    one, other = volume((3, 4, 5)), volume((3, 4, 5), ">i2")
    finish(write_in_slabs(other, tmp_path / "a.nrrd"))
    same(from_sitk(sitk.ReadImage(str(tmp_path / "a.nrrd"))), one)


@pytest.mark.parametrize("name", ["a.nrrd", "a.nii.gz", "a.mha"])
def test_compressed_files_and_other_formats_are_read_too(tmp_path, name):
    one = volume((3, 4, 5))
    write_volume(one, tmp_path / name)
    back = finish(read_in_slabs(tmp_path / name))
    np.testing.assert_array_equal(back.voxels, one.voxels)


def test_each_step_moves_some_slices_only(tmp_path):
    one = volume((10, 8, 8))
    assert sum(1 for _ in write_in_slabs(one, tmp_path / "a.nrrd")) == 9
    assert sum(1 for _ in read_in_slabs(tmp_path / "a.nrrd")) == 9


@pytest.mark.parametrize("missing", [1, 5, 900])
def test_a_file_that_is_cut_off_is_refused(tmp_path, missing):
    finish(write_in_slabs(volume((10, 8, 8)), tmp_path / "a.nrrd"))
    whole = (tmp_path / "a.nrrd").read_bytes()
    (tmp_path / "a.nrrd").write_bytes(whole[:-missing])
    with pytest.raises(BadInput):
        finish(read_in_slabs(tmp_path / "a.nrrd"))


def test_writing_that_is_left_leaves_no_file(tmp_path):
    steps = write_in_slabs(volume((10, 8, 8)), tmp_path / "a.nrrd")
    next(steps)
    steps.close()
    assert not list(tmp_path.iterdir())


def test_a_tilted_gantry_is_refused(tmp_path):
    matrix = np.eye(4)
    matrix[0, 2] = 0.3
    with pytest.raises(BadInput, match="right angles"):
        finish(write_in_slabs(Volume(np.zeros((3, 4, 5)), matrix), tmp_path / "a.nrrd"))
