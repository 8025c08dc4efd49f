"""A volume of any order and spacing is segmented on its own grid."""

from itertools import permutations, product
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from monai.inferers import SlidingWindowInferer

from SpineLib.errors import BadInput, Cancelled
from SpineLib.inference.segmentation import (
    centred,
    classes_on_grid,
    scaled,
    segment,
    sliding_window,
    to_spacing,
)
from SpineLib.inference.semantic import CANAL, CLASSES, DISC, VERTEBRA
from SpineLib.progress import Progress, Step
from SpineLib.volume import Frame, Volume

LEVELS = {0: 0.0, VERTEBRA: 0.35, DISC: 0.65, CANAL: 1.0}
PATCH = (4, 32, 24)


class ByIntensity(torch.nn.Module):
    """Tells classes by how bright a voxel is."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        levels = centred(torch.tensor(list(LEVELS.values()))).view(1, -1, 1, 1, 1)
        return -200 * (x - levels) ** 2


class Surroundings(torch.nn.Module):
    """A network whose answer depends on a neighbourhood."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layers = torch.nn.Sequential(
            torch.nn.Conv3d(1, 6, 3, padding=1),
            torch.nn.ReLU(),
            torch.nn.Conv3d(6, 4, 3, padding=1),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x)


def model(spacing=(4.0, 2.0, 2.0), network=None):
    preprocessing = {"kind": "volume", "spacing": list(spacing), "patch": list(PATCH)}
    card = SimpleNamespace(preprocessing=preprocessing)
    return SimpleNamespace(card=card, network=network or ByIntensity(), device=torch.device("cpu"))


def picture(spacing=(4.0, 2.0, 2.0), shape=(5, 60, 50)) -> tuple[Volume, np.ndarray]:
    """A volume in canonical order and its true classes."""
    truth = np.zeros(shape, np.uint8)
    truth[1:4, 10:26, 12:28] = VERTEBRA
    truth[1:4, 28:34, 12:28] = DISC
    truth[1:4, 6:56, 32:40] = CANAL
    values = np.array(list(LEVELS.values()), np.float32)[truth] * 900 + 20
    matrix = np.eye(4)
    matrix[:3, :3] = np.array([[0, 0, 1.0], [0, -1.0, 0], [-1.0, 0, 0]])[[0, 2, 1]] @ np.diag(
        spacing[::-1]
    )
    return Volume(values, matrix), truth


def test_the_answer_is_exact_on_a_grid_of_the_network_s_own_spacing():
    volume, truth = picture()
    assert np.array_equal(segment(volume, model()).voxels, truth)


def test_the_answer_lies_on_the_input_grid_with_its_frames():
    volume, _ = picture(spacing=(3.3, 0.9, 0.8))
    frames = tuple(Frame(f"1.2.{k}") for k in range(5))
    volume = Volume(volume.voxels, volume.ijk_to_ras, frames, "1.2.3")
    found = segment(volume, model())
    assert found.same_grid(volume)
    assert found.frames == frames
    assert found.frame_of_reference_uid == "1.2.3"
    assert found.voxels.dtype == np.uint8


def test_boundaries_move_by_less_than_half_a_coarse_voxel():
    volume, truth = picture(spacing=(4.0, 1.0, 1.0), shape=(5, 120, 100))
    found = segment(volume, model()).voxels
    inside = np.zeros_like(truth, bool)
    inside[2, 12:24, 14:26] = True
    assert (found[inside] == VERTEBRA).all()
    wrong = (found == CANAL) != (truth == CANAL)
    assert wrong[2].mean() < 0.02


@settings(max_examples=20, deadline=None)
@given(
    axes=st.sampled_from(list(permutations(range(3)))),
    flips=st.sampled_from(list(product([False, True], repeat=3))),
)
def test_the_order_in_which_voxels_are_stored_does_not_matter(axes, flips):
    volume, _ = picture(spacing=(3.1, 1.7, 1.3))
    network = Surroundings()
    expected = segment(volume, model(network=network)).voxels.transpose(axes)
    voxels, matrix = volume.voxels.transpose(axes), np.eye(4)
    matrix[:3, :3] = volume.ijk_to_ras[:3, [2 - axes[2 - column] for column in range(3)]]
    for axis, flip in enumerate(flips):
        if flip:
            voxels, expected = np.flip(voxels, axis), np.flip(expected, axis)
            matrix[:3, 3] += matrix[:3, 2 - axis] * (voxels.shape[axis] - 1)
            matrix[:3, 2 - axis] *= -1
    found = segment(Volume(voxels, matrix), model(network=network))
    assert np.array_equal(found.voxels, expected)


def test_windows_blend_as_monai_s_gaussian_inferer_does():
    network = Surroundings().eval()
    image = np.random.default_rng(2).random((4, 32, 60)).astype(np.float32)
    ours = sliding_window(image, network, PATCH, overlap=0.25)
    # Three windows of 24 over 60 lie 18 apart in both.
    inferer = SlidingWindowInferer(PATCH, overlap=0.25, mode="gaussian", sigma_scale=0.125)
    with torch.inference_mode():
        theirs = inferer(
            torch.from_numpy(image)[None, None], lambda x: network(centred(x)).softmax(1)
        )[0].numpy()
    assert np.abs(ours - theirs).max() < 0.02
    assert np.allclose(ours.sum(axis=0), 1, atol=1e-4)


def test_air_around_the_body_is_background_without_being_looked_at():
    seen = []

    class Counting(ByIntensity):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen.extend([1] * len(x))
            return super().forward(x)

    image = np.zeros((4, 320, 240), np.float32)
    image[:, 100:120, 100:112] = 0.65
    found = sliding_window(image, Counting(), PATCH)
    assert len(seen) <= 4
    assert (found.argmax(axis=0) == DISC).sum() == 4 * 20 * 12


def test_progress_ends_complete_and_a_cancel_stops_within_a_window():
    volume, _ = picture()
    steps: list[Step] = []
    segment(volume, model(), progress=Progress(steps.append))
    assert {s.stage for s in steps} == {
        "Preparing the volume", "Segmenting", "Back to the volume's own grid",
    }  # fmt: skip
    assert all(any(s.stage == t.stage and s.done == s.total for s in steps) for t in steps)
    progress = Progress(lambda step: progress.cancel() if step.stage == "Segmenting" else None)
    with pytest.raises(Cancelled):
        segment(volume, model(), progress=progress)


def test_one_slice_and_less_than_a_patch_are_segmented_too():
    volume, truth = picture()
    part = (slice(2, 3), slice(18, 38), slice(18, 40))
    one = Volume(volume.voxels[part], volume.ijk_to_ras)
    assert np.array_equal(segment(one, model()).voxels, truth[part])


def test_a_volume_of_one_value_is_refused():
    volume, _ = picture()
    with pytest.raises(BadInput, match="same value"):
        segment(volume.with_voxels(np.full(volume.shape, 7.0)), model())


def test_nan_voxels_do_not_spread():
    volume, truth = picture()
    voxels = volume.voxels.copy()
    voxels[0, :3, :3] = np.nan
    found = segment(volume.with_voxels(voxels), model()).voxels
    assert np.array_equal(found, truth)


@pytest.mark.parametrize("gain, offset", [(1, 0), (40, 0), (0.01, 5)])
def test_intensities_do_not_depend_on_the_scanner_s_units(gain, offset):
    values = np.random.default_rng(3).gamma(2, 100, (4, 30, 30)).astype(np.float32)
    assert np.allclose(scaled(values * gain + offset), scaled(values), atol=1e-2)
    assert scaled(values).min() >= 0
    assert scaled(values).max() == 1


def test_a_hot_spot_does_not_darken_the_rest():
    values = np.random.default_rng(3).uniform(0, 100, (4, 50, 50)).astype(np.float32)
    hot = values.copy()
    hot[0, 0, 0] = 1e6
    difference = np.abs(scaled(hot) - scaled(values)).ravel()
    assert difference[1:].max() < 0.02


def test_there_and_back_between_grids_keeps_the_classes_of_large_parts():
    truth = picture(shape=(8, 64, 48))[1]
    shares = np.stack([truth == c for c in range(len(CLASSES))]).astype(np.float32)
    coarse = np.stack([to_spacing(s, (4, 1, 1), (4, 2, 2)) for s in shares])
    back = classes_on_grid(coarse, (4, 2, 2), truth.shape, (4, 1, 1))
    assert (back == truth).mean() > 0.985
