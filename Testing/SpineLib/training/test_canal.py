"""The localiser learns where the canal is, and changes to a slice never lose it."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from SpineLib.datasets import LabelledStack, SliceLabel  # noqa: E402
from SpineLib.errors import BadInput  # noqa: E402
from SpineLib.progress import Progress  # noqa: E402
from SpineLib.training.canal import CanalTask  # noqa: E402
from SpineLib.training.recipe import read_recipe  # noqa: E402
from SpineLib.training.search_augment import Ranges, changed  # noqa: E402
from SpineLib.volume import Volume  # noqa: E402

CANAL_IJ = (45.0, 48.0)  # of the shared axial volume: 5 mm to the left, 8 mm behind the middle
TINY = {
    "network.arguments": {"widths": [4, 6, 8]},
    "data.crop": 64,
    "preprocessing.pixels": 96,
    "augment.shift": 8.0,
    "optimiser.warmup": 2,
}


@given(
    seed=st.integers(0, 10_000),
    row=st.floats(20, 70),
    column=st.floats(20, 50),
    turn=st.floats(0, 40),
    scale=st.floats(1, 1.5),
)
def test_a_changed_slice_says_where_its_canal_went(seed, row, column, turn, scale):
    r, c = np.indices((90, 70))
    spot = torch.from_numpy(np.exp(-((r - row) ** 2 + (c - column) ** 2) / 8)).float()
    ranges = Ranges(shift=12, turn=turn, scale=scale, mirror=0.5)
    rng = np.random.default_rng(seed)
    window, at = changed(spot, np.array([row, column], np.float32), 64, ranges, rng)
    r, c = np.indices((64, 64))
    weights = window.numpy() ** 2
    found = np.array([(weights * axis).sum() for axis in (r, c)]) / weights.sum()
    assert np.abs(found - at).max() < 0.3


@given(seed=st.integers(0, 1000))
def test_a_border_never_cuts_the_canal_off_and_pixels_stay_numbers(seed):
    ranges = Ranges(shift=10, gamma=2, bias=0.4, noise=0.1, blur=1, invert=0.5, border=1)
    rng = np.random.default_rng(seed)
    window, at = changed(torch.full((90, 90), 0.5), np.array([45, 45], np.float32), 64, ranges, rng)
    assert torch.isfinite(window).all() and window.min() >= 0
    row, column = (int(x) for x in at)
    inside = window[max(row - 10, 0) : row + 11, max(column - 10, 0) : column + 11]
    assert (inside > 0).float().mean() > 0.95


def stack(volume: Volume, number: int, boxed: bool = True) -> LabelledStack:
    """The shared axial volume with the canal's place on every slice."""
    labels = []
    for k in range(len(volume.voxels)):
        center = volume.ras([*CANAL_IJ, k])
        box = (
            (tuple(center - [10, 10, 0]), tuple(center + np.array([10, 10, 0]))) if boxed else None
        )
        labels.append(SliceLabel(k, "canal", "truth", box))
    return LabelledStack(f"s{number}", f"p{number}", lambda: volume, tuple(labels))


def test_a_short_training_finds_the_canal_of_an_easy_stack(axial_volume):
    recipe = read_recipe("canal", changes=TINY)
    task = CanalTask(recipe, [stack(axial_volume, 1)], [stack(axial_volume, 2)])
    torch.manual_seed(0)
    network, items = task.network().train(), task.training_items()
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-2)
    for step in range(110):
        parts = [items.item(n, np.random.default_rng((step, n))) for n in range(8)]
        loss = task.loss(network, tuple(torch.stack(p) for p in zip(*parts, strict=True)))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.inference_mode():
        figures = task.validate(network.eval(), torch.device("cpu"), Progress())
    assert figures["within_3mm"] == 1.0


def test_an_item_depends_on_nothing_but_its_source_of_chance(axial_volume):
    recipe = read_recipe("canal", changes=TINY)
    task = CanalTask(recipe, [stack(axial_volume, 1)], [stack(axial_volume, 2)])
    items = task.training_items()
    one, two, other = (items.item(3, np.random.default_rng(n)) for n in (5, 5, 6))
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))
    assert not torch.equal(one[0], other[0])
    assert one[0].shape == (1, 64, 64) and one[1].shape == (1, 32, 32)


def test_data_that_do_not_say_where_the_canal_is_are_refused(axial_volume):
    recipe = read_recipe("canal", changes=TINY)
    with pytest.raises(BadInput, match="validation data says where"):
        CanalTask(recipe, [stack(axial_volume, 1)], [stack(axial_volume, 2, boxed=False)])


def test_a_label_of_a_slice_that_is_not_there_is_refused(axial_volume):
    wrong = stack(axial_volume, 1)
    wrong = replace(wrong, labels=(replace(wrong.labels[0], index=20),))
    with pytest.raises(BadInput, match="slices that it has not"):
        CanalTask(read_recipe("canal", changes=TINY), [wrong], [stack(axial_volume, 2)])


@pytest.mark.parametrize(
    ("change", "key"), [({"augment.spin": 3}, "augment.spin"), ({"data.crop": 100}, "data.crop")]
)
def test_a_key_that_the_task_does_not_know_is_named(axial_volume, change, key):
    recipe = read_recipe("canal", changes={**TINY, **change})
    with pytest.raises(BadInput, match=key):
        CanalTask(recipe, [stack(axial_volume, 1)], [stack(axial_volume, 2)])


def test_the_starter_s_card_says_that_it_is_one(axial_volume):
    recipe = read_recipe("starter-canal", changes=TINY)
    card = CanalTask(recipe, [stack(axial_volume, 1)], [stack(axial_volume, 2)]).card()
    assert card.starter and "not for clinical use" in card.limits
