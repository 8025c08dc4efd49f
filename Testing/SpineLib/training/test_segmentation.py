"""Training draws strongly changed patches and leaves a network that inference can use."""

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from SpineLib.errors import BadInput, Cancelled
from SpineLib.inference.semantic import CANAL, DISC, VERTEBRA
from SpineLib.progress import Progress
from SpineLib.training import segmentation
from SpineLib.training.segmentation import PATCH, SPACING, Settings, dice, train
from SpineLib.training.segmentation_data import Case, draw, prepare, semantic_of
from SpineLib.volume import Volume

SMALL = (16, 32, 32)


@pytest.fixture
def small(monkeypatch):
    """Patches that train in a second."""
    patch = SMALL
    monkeypatch.setattr(segmentation, "PATCH", patch)
    monkeypatch.setitem(segmentation.NETWORKS["unetr"]["arguments"], "patch", list(patch))


@pytest.fixture(scope="module")
def case() -> Case:
    classes = np.zeros((12, 100, 90), np.uint8)
    classes[3:9, 20:40, 30:50], classes[3:9, 42:47, 30:50] = VERTEBRA, DISC
    classes[5:7, 10:90, 55:62] = CANAL
    image = np.array([0.2, 0.5, 0.3, 0.9], np.float32)[classes]
    return Case(image + 0.01, classes)


def test_spider_s_numbers_become_classes():
    spider = np.array([[[0, 1, 25, 100, 101, 125, 201, 225]]], np.uint8)
    assert semantic_of(spider).tolist() == [[[0, 1, 1, 3, 1, 1, 2, 2]]]


def test_a_number_outside_of_spider_s_scheme_is_refused():
    with pytest.raises(ValueError, match="130"):
        semantic_of(np.full((1, 1, 1), 130, np.uint8))


def test_a_case_is_brought_to_the_grid_that_inference_uses():
    matrix = np.diag([1.0, 1.0, 2.0, 1.0])
    voxels = np.random.default_rng(0).random((40, 30, 60))
    volume = Volume(voxels, matrix)  # axial storage: slices run to superior
    made = prepare(volume, volume.with_voxels((voxels > 0.5).astype(np.uint8)), SPACING)
    assert made.image.shape == (15, 40, 15)
    assert made.image.shape == made.classes.shape
    assert made.image.min() >= 0 and made.image.max() <= 1


def test_a_kept_case_comes_back(case, tmp_path):
    case.save(tmp_path / "case.npz")
    again = Case.load(tmp_path / "case.npz")
    assert np.array_equal(again.classes, case.classes)
    assert np.allclose(again.image, case.image, atol=1e-3)


def test_a_patch_depends_on_nothing_but_its_source_of_chance(case):
    one, two, other = (draw(case, PATCH, np.random.default_rng(n)) for n in (5, 5, 6))
    assert torch.equal(one[0], two[0]) and torch.equal(one[1], two[1])
    assert not torch.equal(one[0], other[0])


@pytest.mark.parametrize("seed", range(8))
def test_patches_have_one_shape_stay_in_range_and_hold_known_classes(seed, case):
    image, classes = draw(case, PATCH, np.random.default_rng(seed))
    assert image.shape == classes.shape == (1, *PATCH)
    assert image.min() >= 0
    assert image.max() <= 1
    assert set(classes.unique().tolist()) <= {0, 1, 2, 3}


def test_without_strength_brightness_still_follows_the_classes(case):
    image, classes = draw(case, PATCH, np.random.default_rng(3), strength=0.0)
    assert image[classes == CANAL].mean() > image[classes == VERTEBRA].mean()


@pytest.mark.parametrize("name", ["unetr", "volume-unet"])
def test_a_short_training_keeps_its_weights_and_losses(name, case, tmp_path, small):
    path = tmp_path / "weights.safetensors"
    network = train(
        [case], Settings(steps=4, batch=1, save_every=2, network=name, patch=SMALL), checkpoint=path
    )
    assert not network.training
    kept = load_file(path)
    assert all(torch.equal(kept[name], value) for name, value in network.state_dict().items())
    assert len(path.with_suffix(".json").read_text().split(",")) == 4
    assert set(dice(network, [case])) == {"vertebra", "disc", "canal"}


def test_training_without_cases_is_refused():
    with pytest.raises(BadInput, match="no cases"):
        train([], Settings(steps=1))


def test_training_stops_when_cancelled(case, small):
    progress = Progress(lambda step: progress.cancel() if step.done else None)
    with pytest.raises(Cancelled):
        train([case], Settings(steps=50, batch=1, patch=SMALL), progress=progress)
