"""NIfTI: which of its two transforms counts, what is refused, and what scales the voxels."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from SpineLib.dicom import open_volume_file
from SpineLib.errors import BadInput
from SpineLib.volume import read_volume, read_with_notes
from Testing.SpineLib.formats.written import TYPES, nifti, noise, same, turned

SPACING = np.diag([0.7, 0.7, 4.0, 1.0])


@pytest.mark.parametrize("code", [1, 2, 4])
def test_the_sform_counts_where_its_code_is_above_0_and_the_difference_is_said(tmp_path, code):
    path = nifti(tmp_path / "a.nii.gz", noise(), sform=turned(), sform_code=code, qform_code=1)
    volume, notes = read_with_notes(path)
    assert same(volume, noise(), turned())
    assert len(notes) == 1 and "sform and qform" in notes[0] and "43.6 mm apart" in notes[0]
    assert open_volume_file(path)[0].warnings == notes


def test_two_transforms_that_agree_are_not_worth_a_word(tmp_path):
    path = nifti(tmp_path / "a.nii", noise(), sform=SPACING, qform_code=1)
    assert read_with_notes(path)[1] == ()


def test_the_qform_counts_where_the_sform_has_no_code(tmp_path):
    path = nifti(tmp_path / "a.nii", noise(), sform=turned(), sform_code=0, qform_code=1,
                 offset=(1, 2, 3))  # fmt: skip
    expected = SPACING.copy()
    expected[:3, 3] = (1, 2, 3)
    assert same(read_volume(path), noise(), expected)


def test_the_qform_stands_in_for_an_sform_of_zeros(tmp_path):
    path = nifti(tmp_path / "a.nii", noise(), sform=np.zeros((4, 4)), sform_code=1, qform_code=1)
    volume, notes = read_with_notes(path)
    assert same(volume, noise(), SPACING) and "sform is empty" in notes[0]


@given(
    st.tuples(*[st.floats(-180, 180)] * 3),
    st.tuples(*[st.floats(0.2, 9)] * 3),
    st.sampled_from([1.0, -1.0]),
)
def test_a_qform_is_a_rotation_with_spacings_and_perhaps_a_flip(
    tmp_path_factory, angles, spacing, flip
):
    rotation = Rotation.from_euler("xyz", angles, degrees=True)
    quaternion = rotation.as_quat(canonical=True)  # b, c, d, a with a ≥ 0
    expected = np.eye(4)
    expected[:3, :3] = rotation.as_matrix() * spacing * (1, 1, flip)
    path = nifti(
        tmp_path_factory.mktemp("q") / "a.nii", noise((2, 3, 4)), qform_code=1,
        quaternion=quaternion[:3], pixdim=(flip, *spacing),
    )  # fmt: skip
    assert same(read_volume(path), noise((2, 3, 4)), expected, 1e-2)


def test_axes_that_rounding_has_skewed_become_right_angled_and_the_difference_is_said(tmp_path):
    sform = np.array([[0.7, 1e-4, 0, 10], [0, 0.7, 0, -20], [0, 0, 4, 30], [0, 0, 0, 1]])
    volume, notes = read_with_notes(nifti(tmp_path / "a.nii", noise(), sform=sform))
    directions = volume.directions
    np.testing.assert_allclose(directions.T @ directions, np.eye(3), atol=1e-12)
    corners = np.array(list(itertools.product((0, 19), (0, 15), (0, 5))))
    moved = np.abs(volume.ras(corners) - (corners @ sform[:3, :3].T + sform[:3, 3])).max()
    assert 1e-5 < moved < 1e-3
    assert len(notes) == 1 and "0.0082° off right angles" in notes[0] and " mm" in notes[0]


@pytest.mark.parametrize("shear", [0.21, 0.05, -0.1])
def test_a_sheared_transform_is_refused_by_that_word(tmp_path, shear):
    sform = turned(0.0)
    sform[1, 2] = shear
    with pytest.raises(BadInput, match=r"sheared.*right angles"):
        read_volume(nifti(tmp_path / "a.nii.gz", noise(), sform=sform))


def test_without_any_transform_left_and_right_are_not_guessed(tmp_path):
    path = nifti(tmp_path / "a.nii.gz", noise())
    with pytest.raises(BadInput, match="where the patient's left and right are") as refused:
        read_volume(path)
    assert refused.value.in_terminal.endswith(": --orientation LPS")
    volume, notes = read_with_notes(path, "LPS")
    assert same(volume, noise(), np.diag([-0.7, -0.7, 4.0, 1.0]))
    assert "LPS, as you said" in notes[0]
    with pytest.raises(BadInput, match="'LPL' is not an orientation"):
        read_volume(path, "LPL")


def test_an_orientation_that_a_person_says_never_overrules_the_file(tmp_path):
    path = nifti(tmp_path / "a.nii", noise(), sform=turned())
    assert same(read_volume(path, "LPS"), noise(), turned())


@pytest.mark.parametrize("slope", [0.0, np.nan, np.inf])
def test_a_slope_that_is_no_number_to_multiply_with_means_no_scaling(tmp_path, slope):
    path = nifti(tmp_path / "a.nii", noise(), sform=turned(), scaling=(slope, 5.0))
    volume = read_volume(path)
    assert same(volume, noise(), turned()) and volume.voxels.dtype == np.int16


def test_voxels_are_scaled_by_slope_and_intercept(tmp_path):
    path = nifti(tmp_path / "a.nii", noise(), sform=turned(), scaling=(0.5, -1024.0))
    np.testing.assert_allclose(read_volume(path).voxels, noise() * 0.5 - 1024)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("kind", TYPES)
def test_every_type_in_either_byte_order_and_version_keeps_its_values(
    tmp_path, kind, version, order
):
    voxels = noise((2, 3, 4), kind)
    path = nifti(tmp_path / "a.nii.gz", voxels, sform=turned(), version=version, order=order)
    assert same(read_volume(path), voxels, turned())
    assert read_volume(path).voxels.dtype == np.dtype(kind)


def test_four_dimensions_with_one_volume_are_a_volume_and_with_two_are_refused(tmp_path):
    one = nifti(tmp_path / "a.nii", noise(), sform=turned(), extra=(1, 1))
    assert same(read_volume(one), noise(), turned())
    two = nifti(tmp_path / "b.nii", noise(), sform=turned(), extra=(2,))
    with pytest.raises(BadInput, match="holds 2 volumes"):
        read_volume(two)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": 128}, "colour"),
        ({"kind": 32}, "complex"),
        ({"kind": 99}, "could not be read"),
        ({"extra": (1, 1, 1, 1, 1)}, "could not be read"),
        ({"sform": np.full((4, 4), np.nan)}, "not finite"),
        ({"sform": np.zeros((4, 4))}, "apart along an axis"),
        ({"sform": turned(spacing=(0.7, 0.7, 4e30))}, "apart along an axis"),
        ({"sform": turned(origin=(0, 0, 1e30))}, "farther away"),
        ({"qform_code": 1, "pixdim": (1, -0.7, 0.7, 4)}, "negative"),
    ],
)
def test_what_no_image_of_a_patient_is_is_refused(tmp_path, change, words):
    path = nifti(tmp_path / "a.nii", noise(), **{**({"sform": turned()} if "qform_code" not in change else {}), **change})  # fmt: skip
    with pytest.raises(BadInput, match=words) as refused:
        read_volume(path)
    assert refused.value.file == str(path)


def test_metres_and_micrometres_are_millimetres_in_the_end(tmp_path):
    for units, factor in ((1, 1000.0), (3, 0.001)):
        sform = turned()
        sform[:3] /= factor
        path = nifti(tmp_path / f"{units}.nii", noise(), sform=sform, units=units)
        assert same(read_volume(path), noise(), turned(), 1e-3)


def test_nibabel_reads_every_real_file_alike(data):
    nibabel = pytest.importorskip("nibabel")
    files = [*(data / "nifti").rglob("*.nii.gz"), *(data / "spider").glob("*.nii.gz")]
    assert len(files) > 20
    for path in files:
        theirs, ours = nibabel.load(path), read_volume(path)
        np.testing.assert_allclose(ours.ijk_to_ras, theirs.affine, atol=1e-2)
        np.testing.assert_allclose(ours.voxels, np.asanyarray(theirs.dataobj).T, rtol=1e-6)
