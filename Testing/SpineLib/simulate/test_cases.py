"""Cases are what they say: grids, labels and truth agree, and a seed is a case."""

import numpy as np
import pytest
from scipy.ndimage import binary_dilation

from SpineLib.errors import BadInput
from SpineLib.simulate import axial_case, lumbar_case
from SpineLib.simulate.tissues import CORD, SAC, Tissue


def test_image_and_labels_share_a_grid(neck, back):
    assert neck.volume.same_grid(neck.labels)
    assert back.volume.same_grid(back.segmentation)
    assert len(neck.slices) == neck.volume.shape[0]


def test_an_axial_stack_is_axial_with_the_patients_left_on_the_right_of_the_picture(neck):
    across, down, up = neck.volume.directions.T
    assert across[0] < -0.9, "columns run to the patient's left"
    assert down[1] < -0.8, "rows run to the back"
    assert up[2] > 0.8, "slices run upward"


def test_a_sagittal_stack_has_the_front_on_the_left_of_the_picture(back):
    across, down, _ = back.volume.directions.T
    assert across[1] < -0.9
    assert down[2] < -0.9


def test_the_canals_centre_lies_in_the_sac_of_its_slice(neck, chest):
    for case in (neck, chest):
        for slice_ in case.slices:
            i, j, k = case.volume.ijk(slice_.sac_center_ras)
            assert abs(k - slice_.index) < 0.5
            assert case.labels.voxels[slice_.index, round(j), round(i)] in SAC


def test_cord_area_is_the_one_that_the_label_map_shows(neck):
    pixel = float(np.prod(neck.labels.spacing[:2]))
    ratios = [
        np.isin(neck.labels.voxels[slice_.index], CORD).sum() * pixel / slice_.cord_area
        for slice_ in neck.slices
    ]
    assert np.median(ratios) == pytest.approx(1, abs=0.08)
    assert min(ratios) > 0.75 and max(ratios) < 1.3


def test_the_cord_touches_no_bone_muscle_or_air(neck, chest):
    outside = (Tissue.MARROW, Tissue.CORTICAL, Tissue.MUSCLE, Tissue.AIR, Tissue.LUNG)
    for case in (neck, chest):
        for plane in case.labels.voxels:
            rim = binary_dilation(np.isin(plane, CORD)) & ~np.isin(plane, CORD)
            assert not np.isin(plane[rim], outside).any()


def test_the_aorta_lies_on_the_patients_left(chest):
    """The largest vessel in front of a thoracic spine."""
    vessel = chest.labels.voxels == Tissue.VESSEL
    k, j, i = np.nonzero(vessel)
    center = np.array([slice_.canal_center_ras for slice_ in chest.slices])[k]
    away = chest.labels.ras(np.stack([i, j, k], -1)) - center
    assert np.median(away[:, 0]) < -5
    assert np.median(away[:, 1]) > 10


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_patient():
    first, again = (axial_case("thoracic", "none", seed=9) for _ in range(2))
    other = axial_case("thoracic", "none", seed=10)
    assert first.volume.voxels.tobytes() == again.volume.voxels.tobytes()
    assert first.slices == again.slices
    assert other.volume.shape != first.volume.shape or (
        other.volume.voxels.tobytes() != first.volume.voxels.tobytes()
    )


def test_another_profile_is_another_scanner():
    case = axial_case("thoracic", "none", seed=9, profile="held-out")
    assert case.protocol.resolution < 0.56
    assert case.protocol.snr < 9.01


def test_spider_numbers_rise_from_the_sacrum_upward(back):
    heights = []
    for number in (1, 2, 3, 4, 5):
        k, j, i = np.nonzero(back.segmentation.voxels == number)
        assert len(k) > 200
        heights.append(back.segmentation.ras(np.stack([i, j, k], -1))[:, 2].mean())
    assert heights == sorted(heights)
    assert back.truth.labels[1] == "L5"
    assert back.truth.labels[201] == "L5/S1"


def test_a_disc_lies_between_its_vertebrae(back):
    def height(number):
        k, j, i = np.nonzero(back.segmentation.voxels == number)
        return back.segmentation.ras(np.stack([i, j, k], -1))[:, 2].mean()

    def body(number):
        k, j, i = np.nonzero(back.segmentation.voxels == number)
        points = back.segmentation.ras(np.stack([i, j, k], -1))
        front = points[points[:, 1] > np.percentile(points[:, 1], 60)]
        return front[:, 2].mean()

    for number in (1, 2, 3):
        assert body(number) < height(201 + number) < body(number + 1)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("dorsal", "none"), "dorsal"),
        (("cervical", "flu"), "flu"),
    ],
)
def test_an_unknown_region_or_disease_is_named_in_the_error(arguments, word):
    with pytest.raises(BadInput, match=word):
        axial_case(*arguments, seed=0)


def test_an_unknown_profile_and_a_negative_seed_are_refused():
    with pytest.raises(BadInput, match="studio"):
        lumbar_case(seed=0, profile="studio")
    with pytest.raises(BadInput, match="-1"):
        lumbar_case(seed=-1)
