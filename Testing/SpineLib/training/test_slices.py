"""Compression and grading as tasks: what is learnt from, and that it is learnt."""

from __future__ import annotations

import copy
import functools

import numpy as np
import pandas as pd
import pytest
import torch

from SpineLib.datasets.cases import LabelledStack, SliceLabel
from SpineLib.datasets.open_slices import open_slices
from SpineLib.datasets.split import split_by_patient
from SpineLib.errors import BadInput
from SpineLib.inference.windows import network_input
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED
from SpineLib.models import open_model
from SpineLib.progress import Progress
from SpineLib.training.compare import HEADS, ablation, compare
from SpineLib.training.compression import CompressionTask
from SpineLib.training.grading import GradingTask
from SpineLib.training.recipe import read_recipe
from SpineLib.training.trainer import train
from Testing.SpineLib.datasets import labelled

TINY = {
    "network.imagenet": False,
    "network.arguments.depth": 10,
    "network.arguments.widths": [4, 4, 8, 8],
    "training.precision": "32",
}
WINDOW = {
    **TINY,
    "network.arguments.channels": 3,
    "preprocessing": {
        "kind": "canal-window", "pixels": 16, "spacing_mm": 2.0, "context": 1,
        "minimum_confidence": 0.0,
    },
}  # fmt: skip


def stack(patient, values, *, reader="r", side=20.0, site=""):
    """A stack whose middle is brighter the further down the label's list the value is."""
    known = sorted({"0", "1a", "1b", "1c", "2", "3"} | {NOT_COMPRESSED, COMPRESSED})
    levels = [known.index(v) / len(known) if v in known else 0.5 for v in values]
    volume = labelled.stack_of(levels)
    labels = []
    for k, value in enumerate(values):
        middle = volume.slice_center(k)
        half = np.array([side / 2, side / 2, 0])
        labels.append(SliceLabel(k, value, reader, (tuple(middle - half), tuple(middle + half))))
    return LabelledStack(patient, patient, functools.partial(_same, volume), tuple(labels), site)


def _same(volume):
    return volume


def compression(changes=None, training=None, validation=None, name="compression", cache=None):
    own = copy.deepcopy(WINDOW if name == "compression" else TINY)
    recipe = read_recipe(name, changes={**own, **(changes or {})})
    training = training or [stack("a", [NOT_COMPRESSED] * 4 + [COMPRESSED] * 2)]
    validation = validation or [stack("b", [NOT_COMPRESSED, COMPRESSED, NOT_COMPRESSED])]
    return CompressionTask(recipe, training, validation, cache=cache)


def test_validation_sees_what_inference_cuts():
    task = compression()
    (images,) = task.batches(task.validation)
    seen = stack("b", [NOT_COMPRESSED, COMPRESSED, NOT_COMPRESSED])
    volume = seen.open()
    centers = np.array([np.mean(label.box_ras, axis=0) for label in seen.labels])
    expected = network_input(volume, centers, task.recipe.preprocessing)
    assert torch.allclose(images, expected, atol=1 / 255)


def test_whole_slices_are_the_published_preset():
    task = compression({"preprocessing.pixels": 32}, name="merali2021")
    (images,) = task.batches(task.validation)
    expected = network_input(task._stacks[0].open(), None, task.recipe.preprocessing)
    assert images.shape == (3, 3, 32, 32) and images.min() == 0 and images.max() == 1
    assert images.shape[1:] == expected.shape[1:]


def test_an_item_depends_on_its_generator_alone():
    items = compression().training_items()
    first, again = (items.item(2, np.random.default_rng(7))[0] for _ in range(2))
    other = items.item(2, np.random.default_rng(8))[0]
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert first.shape == (3, 16, 16) and first.min() >= 0 and first.max() <= 1


def test_unchanged_items_are_the_window_in_the_middle():
    task = compression({"augment": {}})
    image, target = task.training_items().item(5, np.random.default_rng(0))
    (seen,) = task.batches(task.unchanged_training(None, Progress()))
    assert target == 1
    assert (image[1] - seen[5, 1]).abs().mean() < 0.08


def test_classes_are_drawn_equally_often_where_the_recipe_balances():
    task = compression({"data.balance": True})
    order = task.training_items().order(np.random.default_rng(0))
    assert len(order) == 6 and task.training.classes[order].sum() == 3
    task = compression({"data.balance": False})
    assert sorted(task.training_items().order(np.random.default_rng(0))) == list(range(6))


@pytest.mark.parametrize(
    ("possibly", "classes"), [("drop", [0, 1]), ("merge", [0, 1, 1]), ("class", [0, 2, 1])]
)
def test_slices_on_which_readers_disagree_are_dropped_merged_or_a_class(possibly, classes):
    one = stack("a", [NOT_COMPRESSED, COMPRESSED, COMPRESSED], reader="anna")
    other = stack("a", [NOT_COMPRESSED, COMPRESSED, NOT_COMPRESSED], reader="ben")
    both = LabelledStack("a", "a", one.open, one.labels + other.labels)
    more = {"network.arguments.classes": 3} if possibly == "class" else {}
    task = compression({"data.possibly": possibly, **more}, training=[both])
    assert task.training.classes.tolist() == classes
    assert task.card().labels[-1] == COMPRESSED


def test_a_patient_in_both_splits_is_refused():
    both = [stack("a", [NOT_COMPRESSED, COMPRESSED, COMPRESSED])]
    with pytest.raises(BadInput, match="The patient a is in training and in validation"):
        compression(training=both, validation=both)


def test_an_empty_class_is_refused_by_its_name():
    with pytest.raises(BadInput, match="No slice of the training data is compressed"):
        compression(training=[stack("a", [NOT_COMPRESSED] * 3)])


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"augment.turns": 3}, r"augment\.turns: there is no such key"),
        ({"data.possibly": "maybe"}, r"data\.possibly"),
        ({"preprocessing.spacing_mm": -1}, r"preprocessing\.spacing_mm"),
        ({"loss.name": "dice"}, "no loss dice"),
        ({"data.possibly": "class"}, "2 classes, the data 3"),
        ({"data.crop": "box"}, "without context"),
        ({"network.arguments.channels": 1}, "network takes 1, the preprocessing gives 3"),
        (
            {
                "preprocessing": {"kind": "whole-slice", "pixels": 32},
                "network.arguments.channels": 1,
            },
            "network takes 1, the preprocessing gives 3",
        ),
    ],
)
def test_a_key_that_does_not_fit_is_named_with_its_recipe(changes, what):
    with pytest.raises(BadInput, match=what) as error:
        compression(changes)
    assert error.value.file.endswith("compression.toml")


def test_slices_without_a_box_to_crop_to_are_refused():
    bare = LabelledStack(
        "a", "a", stack("a", [COMPRESSED] * 2).open,
        (SliceLabel(0, COMPRESSED), SliceLabel(1, NOT_COMPRESSED)),
    )  # fmt: skip
    changes = {"data.crop": "box", "preprocessing.context": 0, "network.arguments.channels": 1}
    with pytest.raises(BadInput, match="no box"):
        compression(changes, training=[bare])


def test_cropping_to_boxes_makes_canals_of_every_size_as_large():
    changes = {
        "data.crop": "box", "preprocessing.context": 0, "network.arguments.channels": 1,
        "augment": {},
    }  # fmt: skip
    values = [NOT_COMPRESSED, COMPRESSED, COMPRESSED]
    small = compression(changes, validation=[stack("b", values, side=16.0)])
    large = compression(changes, validation=[stack("b", values, side=32.0)])
    (near,), (far,) = (list(t.batches(t.validation)) for t in (small, large))
    bright = [(images[1, 0] > 0.5).float().mean() for images in (near, far)]
    assert bright[0] > 1.5 * bright[1]


def test_compression_learns_from_the_published_layout(tmp_path):
    labels = {f"P{n}": [(n + k) % 3 == 0 for k in range(6)] for n in range(6)}
    labelled.published(tmp_path / "data", {n: list(map(int, v)) for n, v in labels.items()})
    training, validation = split_by_patient(open_slices(str(tmp_path / "data")), seed=1)
    recipe = read_recipe(
        "merali2021",
        changes={
            **TINY, "preprocessing.pixels": 32, "network.arguments.hidden": [16],
            "optimiser.rate": 3e-3, "training.batch": 8, "training.epochs": None, "training.steps": 40,
            "training.validate_every": 10, "training.minimum_epochs": 0,
        },
    )  # fmt: skip
    task = CompressionTask(recipe, training, validation, cache=tmp_path / "cache")
    run = train(task, tmp_path / "run", device="cpu", workers=0)
    curves = pd.read_csv(run.folder / "curves.csv")
    assert curves["training_loss"].iloc[-1] < 0.6 * curves["training_loss"].iloc[0]
    assert run.best["metrics"]["auc"] > 0.9


GRADES = ["0", "1a", "1b", "1c", "2", "3"]


def grading(changes=None):
    recipe = read_recipe(
        "hallinan2022",
        changes={
            **TINY, "network.arguments.embedding": 8, "preprocessing.pixels": 16,
            "preprocessing.spacing_mm": 2.0, **(changes or {}),
        },
    )  # fmt: skip
    parts = [[stack(name, GRADES * 2)] for name in "ab"]
    return GradingTask(recipe, *parts)


def loss_of(changes):
    task = grading(changes)
    torch.manual_seed(0)
    network = task.network().train()
    items = [task.training_items().item(n, np.random.default_rng(n)) for n in range(6)]
    torch.manual_seed(1)
    return float(task.loss(network, tuple(map(torch.stack, zip(*items, strict=True)))).detach())


def test_every_term_of_the_published_loss_is_really_added():
    both_off = loss_of({"loss.adversarial": 0.0, "loss.compactness": 0.0})
    compact = loss_of({"loss.adversarial": 0.0})
    whole = loss_of({"loss.epsilon": 1.0})
    assert compact > both_off + 0.1
    assert whole > compact + 1e-3


def test_grades_are_learnt_in_the_schemes_order_and_weighed():
    task = grading()
    assert task.card().labels == tuple(GRADES) and task.card().scheme.key == "Bilsky"
    assert task._weights.tolist() == pytest.approx([5 / 6] * 6)
    figures = task.figures(np.eye(6)[[0, 1, 2, 3, 4, 4]], np.arange(6))
    assert figures["accuracy"] == pytest.approx(5 / 6) and figures["low_high_kappa"] == 1.0


def test_a_share_for_neighbouring_grades_goes_on_the_card_and_stays_small_enough_to_take_back():
    card = grading({"loss.neighbours": 0.1}).card()
    assert card.neighbours == 0.1 and card.to_dict()["neighbours"] == 0.1
    assert "neighbours" not in grading().card().to_dict()
    with pytest.raises(BadInput, match=r"loss\.neighbours"):
        grading({"loss.neighbours": 0.4})


def test_a_network_of_another_scheme_is_refused():
    with pytest.raises(BadInput, match=r"4 grades, Bilsky's scheme 6"):
        grading({"network.arguments.grades": 4})


def test_the_seven_published_heads_have_their_layers_and_dropouts():
    shapes = {}
    for variant in HEADS:
        task = compression({"preprocessing.pixels": 32, **variant.changes}, name="merali2021")
        head = task.network().head
        dense = [m.out_features for m in head if isinstance(m, torch.nn.Linear)]
        drops = [m.p for m in head if isinstance(m, torch.nn.Dropout) and m.p]
        shapes[variant.name] = (dense[:-1], drops)
    one, two = [[n] for n in (256, 512, 1024, 2048)], [[n, n] for n in (256, 512, 1024)]
    assert [dense for dense, _ in shapes.values()] == one + two
    assert [drops for _, drops in shapes.values()] == [[0.3]] * 4 + [[0.3, 0.3]] * 3


def test_the_ablation_is_one_table_and_goes_on_where_it_stopped(tmp_path):
    changes = {
        "network.arguments.embedding": 8, "preprocessing.pixels": 16, "training.batch": 4,
        "preprocessing.spacing_mm": 2.0, "training.epochs": 1,
    }  # fmt: skip
    recipe = read_recipe("hallinan2022", changes={**TINY, **changes})
    parts = [[stack(name, GRADES)] for name in "ab"]
    rows = ["whole", "without-adversarial", "without-compactness", "plain-resnet"]
    assert [variant.name for variant in ablation(recipe)] == rows
    variants = ablation(recipe)[::3]
    trained = []

    def run(task, folder):
        trained.append(folder.name)
        return train(task, folder, device="cpu", workers=0, resume=True)

    def again():
        return compare(
            recipe, variants, lambda r: GradingTask(r, *parts), run, tmp_path,
            device="cpu", title="Ablation <1>",
        )  # fmt: skip

    table = again()
    assert table["model"].tolist() == ["whole", "plain-resnet"] == trained
    assert (table["epochs"] == 1).all() and table["validation accuracy"].between(0, 1).all()
    page = (tmp_path / "comparison.html").read_text()
    assert "Ablation &lt;1&gt;" in page and "plain-resnet" in page
    assert again()["validation loss"].tolist() == pytest.approx(table["validation loss"].tolist())


def test_a_run_names_the_finder_of_its_windows_where_no_reader_drew_boxes():
    recipe = read_recipe("compression")
    boxed = stack("a", [COMPRESSED, NOT_COMPRESSED])
    bare = LabelledStack("b", "b", boxed.open, (SliceLabel(0, COMPRESSED, "r"),))
    finder = open_model("starter-canal").card.weights_sha256
    assert CompressionTask.models_used(recipe, [boxed]) == {}
    assert CompressionTask.models_used(recipe, [boxed, bare]) == {"starter-canal": finder}
    assert CompressionTask.models_used(read_recipe("merali2021"), [bare]) == {}
