"""A slice on the screen, in numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from SpineLib.volume import Volume
from SpineSlicer.headless.planes import CONVENTION, plane_of, slice_to_ras
from SpineSlicer.scene.directionLetters import letter

angles = st.floats(-40, 40)
signs = st.tuples(*[st.sampled_from([-1.0, 1.0])] * 3)
orders = st.permutations([0, 1, 2])


def volume(angle, sign, order, spacing=(0.7, 0.7, 7.5)) -> Volume:
    directions = Rotation.from_rotvec(np.radians([angle, 0, 0])).as_matrix()[:, order] * sign
    matrix = np.eye(4)
    matrix[:3, :3] = directions * spacing
    return Volume(np.zeros((2, 2, 2)), matrix)


@given(angle=angles, sign=signs, order=orders, plane=st.sampled_from(sorted(CONVENTION)))
def test_the_screens_axes_follow_the_convention_however_voxels_are_stored(
    angle, sign, order, plane
):
    matrix = slice_to_ras(volume(angle, sign, order), plane, np.zeros(3))
    right, up = CONVENTION[plane]
    assert matrix[:3, 0] @ right > 0.7
    assert matrix[:3, 1] @ up > 0.7
    np.testing.assert_allclose(matrix[:3, :3].T @ matrix[:3, :3], np.eye(3), atol=1e-9)


@given(angle=angles, sign=signs)
def test_an_acquired_axial_slice_is_shown_in_its_own_plane(angle, sign):
    stored = volume(angle, sign, [0, 1, 2])
    normal = slice_to_ras(stored, "axial", np.zeros(3))[:3, 2]
    assert abs(normal @ stored.directions[:, 2]) == pytest.approx(1.0)


def test_letters_name_both_axes_of_an_oblique_direction():
    assert letter(np.array([1.0, 0.1, 0.0])) == "R"
    assert letter(np.array([0.0, -0.6, 0.8])) == "SP"


@given(angle=angles, sign=signs)
def test_a_volumes_plane_is_the_nearest_one(angle, sign):
    assert plane_of(volume(angle, sign, [0, 1, 2])) == "axial"
    assert plane_of(volume(angle / 2, sign, [1, 2, 0])) == "sagittal"
