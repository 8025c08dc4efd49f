"""Test-time uncertainty of a segmentation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from SpineLib.errors import BadInput
from SpineLib.inference.loaded import Loaded
from SpineLib.inference.segmentation import segment
from SpineLib.loop.uncertainty import (
    entropy_of,
    expected_dice_loss,
    mean_probabilities,
    uncertain,
)
from SpineLib.models import find_models
from SpineLib.volume import Volume


class _Bands(torch.nn.Module):
    """Calls a voxel by its brightness; ``slope`` says how sure it is at the borders."""

    def __init__(self, slope: float) -> None:
        super().__init__()
        self.slope = slope

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        bright = (x + 1) / 4  # undoes `centred`
        centers = torch.tensor([0.0, 0.33, 0.66, 1.0]).view(1, 4, 1, 1, 1)
        return -self.slope * (bright - centers) ** 2


def _model(slope: float) -> Loaded:
    card = find_models("segmentation")[0].card
    card = replace(
        card, preprocessing={**card.preprocessing, "spacing": [4.0, 2.0, 2.0], "patch": [4, 16, 16]}
    )
    return Loaded(card, _Bands(slope), torch.device("cpu"))


def _image(oblique: bool = False) -> Volume:
    """Sagittal, 2 mm in the plane: bands of brightness, smooth, no two corners alike."""
    k, j, i = np.mgrid[:6, :40, :36]
    bright = 500 + 500 * np.sin(j / 6.0) * np.cos(i / 8.0) + 30 * k
    matrix = np.array([[0, 0, 4.0, 5], [2, 0, 0, -30], [0, -2, 0, 60], [0, 0, 0, 1]])
    if oblique:
        turn = np.eye(4)
        turn[:2, :2] = [[0.9, -np.sqrt(0.19)], [np.sqrt(0.19), 0.9]]
        matrix = turn @ matrix
    return Volume(bright.astype(np.float32), matrix.astype(float))


def test_one_answer_to_the_volume_as_it_is_is_what_the_model_says():
    image, model = _image(), _model(60.0)
    alone = uncertain(image, model, times=1)
    assert np.array_equal(alone.classes.voxels, segment(image, model).voxels)


@pytest.mark.parametrize("oblique", [False, True])
def test_the_overlay_lies_on_the_images_own_grid_between_0_and_1(oblique):
    image = _image(oblique)
    found = uncertain(image, _model(60.0), times=3)
    for one in (found.entropy, found.classes):
        assert one.shape == image.shape
        assert np.array_equal(one.ijk_to_ras, image.ijk_to_ras)
    assert found.entropy.voxels.min() >= 0 and found.entropy.voxels.max() <= 1


def test_a_stored_order_changes_nothing_but_the_order():
    image, model = _image(), _model(60.0)
    matrix = image.ijk_to_ras.copy()
    matrix[:3, 3] += 5 * matrix[:3, 2]
    matrix[:3, 2] *= -1
    other = uncertain(Volume(image.voxels[::-1].copy(), matrix), model, times=3, seed=4)
    same = uncertain(image, model, times=3, seed=4)
    assert np.allclose(other.entropy.voxels[::-1], same.entropy.voxels, atol=1e-5)
    assert other.score == pytest.approx(same.score, abs=1e-6)


def test_a_hesitant_model_is_less_sure_than_a_decided_one():
    image = _image()
    hesitant, decided = (uncertain(image, _model(s), times=3) for s in (10.0, 200.0))
    assert hesitant.score > decided.score
    assert hesitant.entropy.voxels.mean() > decided.entropy.voxels.mean()
    for name in ("vertebra", "disc", "canal"):
        assert hesitant.per_structure[name] > decided.per_structure[name]


def test_the_changes_are_undone_so_that_the_answers_fit_each_other():
    voxels = _image().voxels / 1200
    model = _model(60.0)
    alone = mean_probabilities(voxels, model, times=1).argmax(0)
    inside = (slice(None), slice(6, -6), slice(6, -6))
    for seed in range(3):
        both = mean_probabilities(voxels, model, times=2, seed=seed).argmax(0)
        assert np.mean(both[inside] == alone[inside]) > 0.75
        wrong = np.mean(both[inside][:, :, ::-1] == alone[inside])
        assert np.mean(both[inside] == alone[inside]) > wrong + 0.2


def test_the_same_seed_gives_the_same_figures_and_another_one_others():
    image, model = _image(), _model(30.0)
    scores = [uncertain(image, model, times=3, seed=s).score for s in (1, 1, 2)]
    assert scores[0] == scores[1] != scores[2]


def test_entropy_is_0_where_one_class_is_sure_and_1_where_all_are_alike():
    p = np.array([[1.0, 0.25, 0.5], [0, 0.25, 0.5], [0, 0.25, 0], [0, 0.25, 0]])
    assert entropy_of(p) == pytest.approx([0, 1, 0.5], abs=1e-4)


def test_the_expected_loss_of_dice_is_that_of_chance():
    """Against truths drawn from the probabilities themselves."""
    rng = np.random.default_rng(0)
    p = rng.dirichlet([0.3] * 4, (20, 20, 20)).transpose(3, 0, 1, 2).astype(np.float32)
    answer, sums = p.argmax(0), p.cumsum(0)
    losses = []
    for _ in range(20):
        truth = (rng.random(answer.shape) > sums).sum(0)
        a, t = answer == 2, truth == 2
        losses.append(1 - 2 * (a & t).sum() / (a.sum() + t.sum()))
    assert expected_dice_loss(p)["disc"] == pytest.approx(np.mean(losses), abs=0.005)


def test_a_structure_that_is_called_nowhere_is_wholly_uncertain():
    p = np.zeros((4, 3, 3, 3), np.float32)
    p[0] = 1
    assert expected_dice_loss(p) == {"vertebra": 1.0, "disc": 1.0, "canal": 1.0}


def test_a_volume_of_one_value_is_refused():
    with pytest.raises(BadInput, match="same value"):
        uncertain(_image().with_voxels(np.ones((6, 40, 36), np.float32)), _model(60.0))
