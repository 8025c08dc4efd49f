"""Segmentation learns from strongly changed patches and leaves a network that inference can use."""

from functools import partial

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from SpineLib.datasets import LabelledVolume  # noqa: E402
from SpineLib.errors import BadInput  # noqa: E402
from SpineLib.inference.semantic import CANAL, DISC, VERTEBRA  # noqa: E402
from SpineLib.labels import SACRUM  # noqa: E402
from SpineLib.progress import Progress  # noqa: E402
from SpineLib.training.recipe import read_recipe  # noqa: E402
from SpineLib.training.segmentation import SegmentationTask  # noqa: E402
from SpineLib.training.segmentation_data import (  # noqa: E402
    Case,
    Ranges,
    arrays_of,
    draw,
    prepare_case,
    semantic_of,
)
from SpineLib.volume import Volume  # noqa: E402

PATCH = (16, 64, 48)
SPACING = (4.0, 2.0, 2.0)
STRONG = Ranges(turn=20, scale=0.2, mirror=0.5, crop=0.7, strength=1, blur=0.5, thick=0.5)
SMALL = {
    "preprocessing.patch": [16, 32, 32],
    "preprocessing.spacing": [2.0, 2.0, 2.0],
    "data.patch": None,
}
NETWORKS = {
    "spider-unetr": {
        "network.arguments": {
            "patch": [16, 32, 32], "classes": 4, "feature_size": 4, "hidden_size": 24,
            "mlp_size": 32, "heads": 2,
        }
    },
    "residual-unet": {
        "network.arguments": {
            "classes": 4, "filters": [4, 4, 8, 8], "residual": True, "supervised": 2,
            "strides": [[1, 1, 1], [1, 2, 2], [2, 2, 2], [2, 2, 2]],
            "kernels": [[1, 3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3]],
        }
    },
}  # fmt: skip


def spine(number: int = 0, labels=(1, 101, 201, 100)) -> tuple[Volume, Volume]:
    """A volume of one bright block a structure, in SPIDER's numbers, in canonical order."""
    numbers = np.zeros((16, 12 * max(len(labels), 4) + 12, 50), np.uint8)
    for n, label in enumerate(labels):
        numbers[4:12, 6 + 12 * n : 16 + 12 * n, 15:35] = label
    grey = {0: 10, 1: 400, 101: 400, 201: 150, 100: 800}
    image = np.vectorize(lambda x: grey.get(x, 0))(numbers)
    image = image + np.random.default_rng(number).integers(0, 20, image.shape)
    matrix = np.array([[0.0, 0, 2, 0], [-2, 0, 0, 0], [0, -2, 0, 0], [0, 0, 0, 1]])
    return Volume(image.astype(np.float32), matrix), Volume(numbers, matrix)


def volume(number: int, **changes) -> LabelledVolume:
    return LabelledVolume(f"v{number}", f"p{number}", partial(spine, number, **changes))


@pytest.fixture(scope="module")
def case() -> Case:
    classes = np.zeros((12, 100, 90), np.uint8)
    classes[3:9, 20:40, 30:50], classes[3:9, 42:47, 30:50] = VERTEBRA, DISC
    classes[2:10, 10:90, 55:65] = CANAL
    image = np.array([0.2, 0.5, 0.3, 0.9], np.float32)[classes]
    return Case(image + 0.01, classes, np.argwhere(classes > 0).astype(np.int32))


def test_spider_s_numbers_become_classes():
    spider = np.array([[[0, 1, 25, 100, 101, 125, 201, 225]]], np.uint8)
    assert semantic_of(spider).tolist() == [[[0, 1, 1, 3, 1, 1, 2, 2]]]


def test_a_network_of_five_classes_learns_the_sacrum_and_one_of_four_takes_it_for_background():
    numbers = (1, 101, 201, 100, SACRUM)
    known, absent = volume(1, labels=numbers), volume(2)
    five = arrays_of(known, spacing=SPACING, classes=5)["present"].tolist()
    four = arrays_of(known, spacing=SPACING)["present"].tolist()
    assert (five, four) == ([0, 1, 2, 3, 4], [0, 1, 2, 3])
    task = SegmentationTask(of_five_classes(), [known], [absent])
    assert task.card().labels[4] == "sacrum"
    # Where the sacrum is taught, a place that is not of it must not be taken for it.
    assert loss_of(task, sacrum=8.0) > loss_of(task, sacrum=-8.0) + 1


def test_a_network_that_knows_the_sacrum_does_not_forget_it_on_volumes_without_its_label():
    task = SegmentationTask(of_five_classes(), [volume(1)], [volume(2)])
    assert task.card().labels[4] == "sacrum"
    # "Sacrum" and "background" are both right where the labels say background.
    assert loss_of(task, sacrum=8.0) == pytest.approx(loss_of(task, sacrum=-8.0), abs=0.01)


def of_five_classes():
    changes = {**SMALL, **NETWORKS["spider-unetr"]}
    changes["network.arguments"] = {**changes["network.arguments"], "classes": 5}
    return read_recipe("spider-unetr", changes=changes)


def loss_of(task, *, sacrum):
    """Of a patch of background alone, which the network takes for background or for the sacrum."""
    image = torch.zeros(1, 1, 4, 4, 4)
    logits = torch.full((1, 5, 4, 4, 4), -8.0)
    logits[:, 0], logits[:, 4] = -sacrum, sacrum
    return float(task.loss(lambda _image: logits, (image, torch.zeros_like(image).long())))


def test_a_number_outside_of_spider_s_scheme_is_refused():
    with pytest.raises(BadInput, match="130"):
        semantic_of(np.full((1, 1, 1), 130, np.uint8))


def test_a_case_is_brought_to_the_grid_that_inference_uses():
    matrix = np.diag([1.0, 1.0, 2.0, 1.0])
    voxels = np.random.default_rng(0).random((40, 30, 60))
    stored = Volume(voxels, matrix)  # axial storage: slices run to superior
    made = prepare_case(stored, stored.with_voxels((voxels > 0.5).astype(np.uint8)), SPACING)
    assert made.image.shape == (15, 40, 15)
    assert made.image.shape == made.classes.shape
    assert made.image.min() >= 0 and made.image.max() <= 1


def test_a_patch_depends_on_nothing_but_its_source_of_chance(case):
    one, two, other = (draw(case, PATCH, np.random.default_rng(n), STRONG) for n in (5, 5, 6))
    assert torch.equal(one[0], two[0]) and torch.equal(one[1], two[1])
    assert not torch.equal(one[0], other[0])


@pytest.mark.parametrize("seed", range(12))
def test_patches_have_one_shape_stay_in_range_and_hold_known_classes(seed, case):
    image, classes = draw(case, PATCH, np.random.default_rng(seed), STRONG)
    assert image.shape == classes.shape == (1, *PATCH)
    assert torch.isfinite(image).all() and image.min() >= 0 and image.max() <= 1
    assert set(classes.unique().tolist()) <= {0, 1, 2, 3}


@pytest.mark.parametrize("seed", range(6))
def test_moved_labels_stay_on_their_structures(seed, case):
    ranges = Ranges(turn=20, scale=0.2, mirror=0.5, crop=0.7)
    image, classes = draw(case, PATCH, np.random.default_rng(seed), ranges, foreground=1.0)
    if (classes == CANAL).sum() > 50 and (classes == VERTEBRA).sum() > 50:
        assert image[classes == CANAL].median() > image[classes == VERTEBRA].median() + 0.3


def test_a_small_field_of_view_leaves_nothing_beyond_its_border(case):
    views = [draw(case, PATCH, np.random.default_rng(n), Ranges(crop=1.0)) for n in range(20)]
    assert any((image == 0).float().mean() > 0.2 for image, _ in views)
    for image, classes in views:
        assert not classes[image == 0].any() or (classes[image == 0] > 0).float().mean() < 0.05


@pytest.mark.parametrize("name", NETWORKS)
def test_a_short_training_learns_and_inference_can_load_what_it_left(name, tmp_path):
    from SpineLib.inference.loaded import load
    from SpineLib.inference.segmentation import segment
    from SpineLib.models import write_model

    recipe = read_recipe(name, changes={**SMALL, **NETWORKS[name]})
    task = SegmentationTask(recipe, [volume(1), volume(2)], [volume(3)], cache=tmp_path / "cache")
    torch.manual_seed(0)
    network, items = task.network().train(), task.training_items()
    optimiser = torch.optim.AdamW(network.parameters(), lr=5e-3)
    losses = []
    for step in range(8):
        parts = [items.item(0, np.random.default_rng(step % 2))]
        loss = task.loss(network, tuple(torch.stack(p) for p in zip(*parts, strict=True)))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-2:]) < 0.95 * np.mean(losses[:2])
    with torch.no_grad():
        figures = task.validate(network.eval(), torch.device("cpu"), Progress())
    assert set(figures) == {"dice", "dice_vertebra", "dice_disc", "dice_canal"}
    model = write_model(tmp_path / "model", task.card(), task.weights(network))
    image, _ = spine(3)
    assert segment(image, load(model, "cpu")).shape == image.shape


def test_validation_is_whole_for_a_network_that_knows_the_truth(tmp_path):
    recipe = read_recipe("residual-unet", changes={**SMALL, **NETWORKS["residual-unet"]})
    task = SegmentationTask(recipe, [volume(1)], [volume(2)])

    class Knowing(torch.nn.Module):
        def forward(self, x):  # grey values of `spine` tell the classes
            shade = (x + 1) / 4
            means = torch.tensor([0.0, 0.5, 0.19, 1.0])[None, :, None, None, None]
            return -((shade - means).abs()) * 100

    assert task.validate(Knowing(), torch.device("cpu"), Progress())["dice"] > 0.95


def test_a_class_that_no_volume_holds_is_named():
    recipe = read_recipe("residual-unet", changes=SMALL)
    with pytest.raises(BadInput, match="No training volume holds a disc"):
        SegmentationTask(recipe, [volume(1, labels=(1, 101, 2, 100))], [volume(2)])


def test_a_volume_without_labels_is_named():
    recipe = read_recipe("residual-unet", changes=SMALL)
    with pytest.raises(BadInput, match="v1 has no labelled structure"):
        SegmentationTask(recipe, [volume(1, labels=())], [volume(2)])


def test_every_recipe_of_segmentation_can_be_built():
    for name in ("spider-unetr", "residual-unet", "starter-segmentation"):
        recipe = read_recipe(name)
        with torch.device("meta"):
            from SpineLib.networks import build

            assert build(recipe.network.name, recipe.network.arguments)
