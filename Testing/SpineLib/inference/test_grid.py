"""Every storage order and spacing meets on one grid, and comes back."""

from itertools import permutations, product

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st

from SpineLib.inference.grid import CANONICAL, axis_weights, canonical_volume, order_of
from SpineLib.volume import Volume, from_sitk

AXES = [
    np.array(p)[:, None] * np.eye(3)[list(order)]
    for order in permutations(range(3))
    for p in product([1.0, -1.0], repeat=3)
]


@given(
    axes=st.sampled_from(AXES),
    tilt=st.tuples(*[st.floats(-20, 20)] * 3),
    spacing=st.tuples(*[st.floats(0.3, 6)] * 3),
)
def test_canonical_order_runs_right_down_and_back_and_keeps_each_voxel_in_place(
    axes, tilt, spacing
):
    turn = np.eye(3)
    for axis, degrees in enumerate(tilt):
        a, b = [n for n in range(3) if n != axis]
        one = np.eye(3)
        cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        one[a, a], one[a, b], one[b, a], one[b, b] = cos, -sin, sin, cos
        turn = turn @ one
    matrix = np.eye(4)
    matrix[:3, :3] = turn @ axes @ np.diag(spacing)
    volume = Volume(np.arange(2 * 3 * 4).reshape(2, 3, 4), matrix)
    canonical = canonical_volume(volume)
    assert (np.diag(CANONICAL @ canonical.directions[:, ::-1]) > 0.3).all()
    for value in (0, 5, 23):
        here = np.argwhere(volume.voxels == value)[0][::-1]
        there = np.argwhere(canonical.voxels == value)[0][::-1]
        assert np.allclose(volume.ras(here), canonical.ras(there))
    back = order_of(volume).original(canonical.voxels)
    assert np.array_equal(back, volume.voxels)


def test_a_volume_as_dicom_stores_sagittal_slices_stays_as_it_is():
    image = sitk.GetImageFromArray(np.random.default_rng(0).random((3, 5, 4)))
    # Rows toward posterior, columns toward inferior, slices toward the patient's right (LPS).
    image.SetDirection((0, 0, -1, 1, 0, 0, 0, -1, 0))
    volume = from_sitk(image)
    assert np.array_equal(canonical_volume(volume).voxels, volume.voxels)


@settings(deadline=None)
@given(
    size=st.integers(2, 40),
    spacing=st.floats(0.3, 5),
    new_size=st.integers(1, 60),
    new_spacing=st.floats(0.3, 5),
)
def test_resampling_keeps_a_constant(size, spacing, new_size, new_spacing):
    weights = axis_weights(size, spacing, new_size, new_spacing)
    assert weights.shape == (new_size, size)
    assert np.allclose(weights.sum(axis=1), 1, atol=1e-5)


def test_resampling_to_a_finer_grid_is_linear_interpolation():
    values = np.random.default_rng(1).random(9).astype(np.float32)
    image = sitk.GetImageFromArray(np.tile(values, (2, 1)))
    image.SetSpacing((3.0, 1.0))
    image.SetOrigin((-12.0, 0.0))
    grid = sitk.Image(25, 2, sitk.sitkFloat32)
    grid.SetOrigin((-12.0, 0.0))
    expected = sitk.GetArrayFromImage(sitk.Resample(image, grid, sitk.Transform(), sitk.sitkLinear))
    assert np.allclose(axis_weights(9, 3.0, 25, 1.0) @ values, expected[0], atol=1e-5)


@pytest.mark.parametrize("new_spacing", [2.0, 3.5])
def test_resampling_to_a_coarser_grid_does_not_alias(new_spacing):
    checker = np.arange(60) % 2
    coarse = axis_weights(60, 1.0, int(60 / new_spacing), new_spacing) @ checker
    assert np.allclose(coarse[1:-1], 0.5, atol=0.13)
