"""Windows have the patient's orientation and size, however the slices were stored."""

from dataclasses import replace

import numpy as np
import pytest

from SpineLib.volume import Volume

torch = pytest.importorskip("torch")
from SpineLib.inference.windows import (  # noqa: E402
    cut,
    network_input,
    scaled,
    unusable,
    whole_slices,
    window_axes,
    with_context,
)


def canal_of(volume):
    """RAS of the phantom's canal on each slice: 5 mm to the left, 8 mm behind."""
    return np.array([[-5.0, -8.0, volume.slice_center(k)[2]] for k in range(len(volume.voxels))])


def stored(volume, flip_i, flip_j, swap):
    """The same picture of the same patient, stored in another order of columns and rows."""
    voxels, matrix = volume.voxels, volume.ijk_to_ras.copy()
    for flip, axis, column in ((flip_i, 2, 0), (flip_j, 1, 1)):
        if flip:
            matrix[:3, 3] += matrix[:3, column] * (voxels.shape[axis] - 1)
            matrix[:3, column] *= -1
            voxels = np.flip(voxels, axis)
    if swap:
        voxels, matrix = voxels.transpose(0, 2, 1), matrix[:, [1, 0, 2, 3]]
    return Volume(voxels, matrix)


@pytest.mark.parametrize("flip_i", [False, True])
@pytest.mark.parametrize("flip_j", [False, True])
@pytest.mark.parametrize("swap", [False, True])
def test_windows_do_not_depend_on_how_slices_were_stored(axial_volume, flip_i, flip_j, swap):
    other = stored(axial_volume, flip_i, flip_j, swap)
    usual = cut(axial_volume, canal_of(axial_volume), 64, 1.0)
    found = cut(other, canal_of(other), 64, 1.0)
    torch.testing.assert_close(found.pixels, usual.pixels, atol=1e-2, rtol=1e-4)
    np.testing.assert_allclose(found.axes, [[-1, 0], [0, -1], [0, 0]], atol=1e-9)


def test_the_patients_left_is_on_the_windows_right_and_behind_is_below(axial_volume):
    windows = cut(axial_volume, canal_of(axial_volume), 64, 1.0)
    row, column = np.unravel_index(int(windows.pixels[3].argmax()), (64, 64))
    # The marker is 25 mm to the left of the canal and 8 mm in front of it.
    assert column == pytest.approx(31.5 + 25, abs=3)
    assert row == pytest.approx(31.5 - 8, abs=3)


def test_a_pixel_of_a_window_knows_its_place_in_the_patient(axial_volume):
    windows = cut(axial_volume, canal_of(axial_volume), 33, 0.7)
    middle = windows.ras(np.arange(8), np.full(8, 16), np.full(8, 16))
    np.testing.assert_allclose(middle, canal_of(axial_volume), atol=1e-6)
    right_edge = windows.ras(np.array([2]), np.array([16]), np.array([26]))[0]
    np.testing.assert_allclose(right_edge - canal_of(axial_volume)[2], [-7, 0, 0], atol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_oblique_windows_agree_with_simpleitk(axial_volume, seed):
    import SimpleITK as sitk

    from SpineLib.volume import resample

    rng = np.random.default_rng(seed)
    turn = np.eye(4)
    turn[:3, :3] = np.array(
        sitk.Euler3DTransform((0, 0, 0), *rng.uniform(-0.3, 0.3, 3)).GetMatrix()
    ).reshape(3, 3)
    volume = Volume(axial_volume.voxels, turn @ axial_volume.ijk_to_ras)
    centers = np.array([volume.ras([44, 47, k]) for k in range(8)])
    windows = cut(volume, centers, 24, 0.8)
    for k in (0, 5):
        grid = np.eye(4)
        grid[:3, 0], grid[:3, 1] = windows.axes.T * 0.8
        grid[:3, 2] = np.cross(grid[:3, 0], grid[:3, 1])
        grid[:3, 3] = windows.ras(np.array([k]), np.array([0]), np.array([0]))[0]
        reference = Volume(np.zeros((1, 24, 24), np.float32), grid)
        expected = resample(volume, reference).voxels[0]
        np.testing.assert_allclose(windows.pixels[k], expected, atol=0.5)


def test_fine_slices_are_averaged_and_not_picked_from():
    voxels = np.indices((1, 64, 64)).sum(0).astype(np.float32) % 2  # a chessboard
    volume = Volume(voxels, np.diag([-0.25, -0.25, 3.0, 1.0]))
    windows = cut(volume, np.array([volume.slice_center(0)]), 8, 1.0)
    np.testing.assert_allclose(windows.pixels, 0.5, atol=1e-6)


def test_what_lies_outside_of_the_slice_is_black(axial_volume):
    far = np.add(canal_of(axial_volume), [500, 0, 0])
    assert cut(axial_volume, far, 32, 1.0).pixels.abs().max() == 0


def test_scaling_is_robust_against_one_bright_pixel():
    windows = torch.rand(2, 50, 50)
    windows[1, 10, 10] = 1e6
    out = scaled(windows)
    assert out.min() == 0
    assert out.max() == 1
    assert 0.3 < out[1].median() < 0.7
    assert scaled(torch.ones(1, 8, 8)).abs().max() == 0


def test_neighbours_are_channels_and_the_ends_stand_in_for_what_is_beyond():
    pixels = torch.arange(4.0)[:, None, None].expand(4, 2, 2)
    channels = with_context(pixels, 1)[:, :, 0, 0]
    assert channels.tolist() == [[0, 0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 3]]


def test_the_published_preset_is_the_whole_slice_from_zero_to_one(axial_volume):
    batch = network_input(axial_volume, None, {"kind": "whole-slice", "pixels": 299})
    assert batch.shape == (8, 3, 299, 299)
    assert batch.amin() == 0
    assert batch.amax() == 1
    assert torch.equal(batch[:, 0], batch[:, 2])
    assert whole_slices(axial_volume, 299).spacing == pytest.approx(80 / 299)


def test_constant_and_non_numeric_slices_are_said(axial_volume):
    voxels = axial_volume.voxels.copy()
    voxels[2], voxels[4, 3, 3] = 7, np.nan
    reasons = unusable(replace(axial_volume, voxels=voxels))
    assert "one single grey value" in str(reasons[2])
    assert "not numbers" in str(reasons[4])
    assert [k for k, reason in enumerate(reasons) if reason] == [2, 4]


def test_sagittal_slices_still_have_axes_at_right_angles():
    matrix = np.zeros((4, 4))
    matrix[1, 0], matrix[2, 1], matrix[0, 2], matrix[3, 3] = -1, -1, 4, 1
    axes = window_axes(Volume(np.zeros((3, 8, 8)), matrix))
    np.testing.assert_allclose(axes.T @ axes, np.eye(2), atol=1e-9)
