"""Volume: where voxels lie, and the same grid in SimpleITK."""

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from SpineLib.errors import BadInput
from SpineLib.volume import (
    Frame,
    Volume,
    from_sitk,
    lps_to_ras,
    read_volume,
    resample,
    to_sitk,
    write_volume,
)


@st.composite
def volumes(draw, dtype=np.float32):
    """Oblique and flipped grids of any spacing, with unsymmetric voxels."""
    shape = draw(st.tuples(*[st.integers(2, 9)] * 3))
    spacing = draw(st.tuples(*[st.floats(0.3, 8)] * 3))
    flips = draw(st.tuples(*[st.sampled_from([1.0, -1.0])] * 3))
    angles = draw(st.tuples(*[st.floats(-180, 180)] * 3))
    origin = draw(st.tuples(*[st.floats(-300, 300)] * 3))
    matrix = np.eye(4)
    rotation = Rotation.from_euler("xyz", angles, degrees=True).as_matrix()
    matrix[:3, :3] = rotation * flips * spacing
    matrix[:3, 3] = origin
    seed = draw(st.integers(0, 2**16))
    voxels = np.random.default_rng(seed).integers(0, 1000, shape).astype(dtype)
    return Volume(voxels, matrix)


points = st.tuples(*[st.floats(-500, 500)] * 3)


@given(volumes(), st.lists(points, min_size=1, max_size=5))
def test_ras_and_ijk_are_each_others_inverse(volume, some):
    assert volume.ras(volume.ijk(some)) == pytest.approx(np.array(some), abs=1e-6)
    assert volume.ijk(volume.ras(some)) == pytest.approx(np.array(some), abs=1e-6)


@given(volumes())
def test_spacing_is_the_distance_of_neighbours(volume):
    here = volume.ras([1, 1, 1])
    for axis in range(3):
        beside = volume.ras(np.array([1, 1, 1]) + np.eye(3, dtype=int)[axis])
        assert np.linalg.norm(beside - here) == pytest.approx(volume.spacing[axis])
        assert (beside - here) / volume.spacing[axis] == pytest.approx(
            volume.directions[:, axis], abs=1e-6
        )


@given(volumes())
def test_simpleitk_agrees_where_each_voxel_lies_and_what_it_holds(volume):
    image = to_sitk(volume)
    slices, rows, columns = volume.shape
    for index in ((0, 0, 0), (columns - 1, 0, slices - 1), (1, rows - 1, 1)):
        lps = image.TransformIndexToPhysicalPoint(index)
        assert lps_to_ras(lps) == pytest.approx(volume.ras(index), abs=1e-4)
        assert image[index] == volume.voxels[index[::-1]]


@given(volumes(np.int16))
def test_a_round_trip_through_simpleitk_changes_nothing(volume):
    back = from_sitk(to_sitk(volume))
    assert back.same_grid(volume) and (back.voxels == volume.voxels).all()
    assert back.voxels.dtype == volume.voxels.dtype


@settings(deadline=None, max_examples=15)
@given(volumes(np.int16), st.sampled_from([".nrrd", ".mha"]))
def test_a_round_trip_through_a_file_changes_nothing(tmp_path_factory, volume, suffix):
    path = tmp_path_factory.mktemp("volume") / f"image{suffix}"
    write_volume(volume, path)
    back = read_volume(path)
    assert back.same_grid(volume, tolerance=1e-2) and (back.voxels == volume.voxels).all()


@settings(deadline=None, max_examples=15)
@given(volumes(np.int16))
def test_nifti_keeps_every_voxels_place(tmp_path_factory, volume):
    path = tmp_path_factory.mktemp("volume") / "image.nii.gz"
    write_volume(volume, path)
    back = read_volume(path)
    assert back.same_grid(volume, tolerance=5e-2) and (back.voxels == volume.voxels).all()


@settings(deadline=None, max_examples=40)
@given(volumes(), volumes(), st.booleans())
def test_resampling_agrees_with_simpleitk(volume, reference, nearest):
    moved = resample(volume, reference, nearest=nearest, fill=-5.0)
    expected = sitk.Resample(
        to_sitk(volume), to_sitk(reference), sitk.Transform(),
        sitk.sitkNearestNeighbor if nearest else sitk.sitkLinear, -5.0,
    )  # fmt: skip
    assert moved.same_grid(reference)
    np.testing.assert_allclose(moved.voxels, sitk.GetArrayFromImage(expected), rtol=1e-5)


@given(volumes())
def test_resampling_onto_the_same_grid_changes_nothing(volume):
    np.testing.assert_allclose(resample(volume, volume).voxels, volume.voxels, atol=1e-2)
    assert (resample(volume, volume, nearest=True).voxels == volume.voxels).all()


def test_resampling_takes_a_linear_ramp_to_the_value_at_each_place():
    def ramp(volume):
        slices, rows, columns = volume.shape
        k, j, i = np.meshgrid(np.arange(slices), np.arange(rows), np.arange(columns), indexing="ij")
        return volume.ras(np.stack([i, j, k], -1)) @ [3.0, -2.0, 0.5] + 100

    grid = Volume(np.zeros((20, 30, 40)), np.diag([1.0, 1.5, 2.0, 1.0]))
    source = grid.with_voxels(ramp(grid).astype(np.float32))
    turn = np.eye(4)
    turn[:3, :3] = Rotation.from_euler("xyz", [20, -10, 35], degrees=True).as_matrix() * 0.7
    turn[:3, 3] = (14, 16, 12)
    target = Volume(np.zeros((6, 7, 8), np.float32), turn)
    moved = resample(source, target, fill=np.nan)
    inside = np.isfinite(moved.voxels)
    assert inside.mean() > 0.9
    np.testing.assert_allclose(moved.voxels[inside], ramp(target)[inside], atol=1e-2)


def test_the_middle_of_a_slice_is_between_its_corners():
    volume = Volume(np.zeros((4, 5, 7)), np.diag([2.0, 3.0, 4.0, 1.0]))
    assert volume.slice_center(2) == pytest.approx([6.0, 6.0, 8.0])


def test_a_sheared_grid_is_refused_by_simpleitk_and_kept_by_the_volume():
    matrix = np.eye(4)
    matrix[1, 2] = 0.3
    volume = Volume(np.zeros((3, 3, 3)), matrix)
    assert volume.ras([0, 0, 1]) == pytest.approx([0, 0.3, 1])
    with pytest.raises(BadInput, match="right angles"):
        to_sitk(volume)


@pytest.mark.parametrize(
    ("voxels", "matrix", "words"),
    [
        (np.zeros((3, 3)), np.eye(4), "three dimensions"),
        (np.zeros((3, 3, 3)), np.full((4, 4), np.nan), "finite"),
        (np.zeros((3, 3, 3)), np.diag([1.0, 0.0, 1.0, 1.0]), "not independent"),
    ],
)
def test_an_impossible_volume_is_refused(voxels, matrix, words):
    with pytest.raises(BadInput, match=words):
        Volume(voxels, matrix)


def test_frames_must_fit_the_slices():
    with pytest.raises(BadInput, match="1 frames were given for 3 slices"):
        Volume(np.zeros((3, 3, 3)), np.eye(4), (Frame("1.2"),))


def test_colour_and_four_dimensional_images_are_refused():
    with pytest.raises(BadInput, match="colour"):
        from_sitk(sitk.Image([3, 3, 3], sitk.sitkVectorUInt8, 3))
    with pytest.raises(BadInput, match="has 4"):
        from_sitk(sitk.Image([3, 3, 3, 2], sitk.sitkUInt8))
