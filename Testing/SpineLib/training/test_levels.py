"""The localiser of levels learns from whole spines, and its items hold what they say."""

from functools import partial

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from SpineLib.datasets.cases import LabelledSpine  # noqa: E402
from SpineLib.errors import BadInput  # noqa: E402
from SpineLib.inference.spine_search import MAPS  # noqa: E402
from SpineLib.simulate.whole import Mark, WholeTruth  # noqa: E402
from SpineLib.training.levels import LevelsTask  # noqa: E402
from SpineLib.training.recipe import read_recipe  # noqa: E402
from SpineLib.volume import Volume  # noqa: E402

TINY = {
    "network.arguments": {"widths": [6, 8], "slices": 3, "maps": 9},
    "data.draws": 4, "optimiser.warmup": 2, "augment.border": 0.0, "augment.invert": 0.0,
}  # fmt: skip
NAMES = ("C2", "C3", "C4", "C5")


def ladder(number: int) -> LabelledSpine:
    """Bright discs 24 mm apart, bodies between them, a canal behind; the last body is sacral."""
    rng = np.random.default_rng(number)
    voxels = rng.uniform(0, 20, (5, 144, 96)).astype(np.float32)
    matrix = np.array([[0, 0, 2.2, 0], [-1.5, 0, 0, 60], [0, -1.5, 0, 100], [0, 0, 0, 1]], float)
    volume = Volume(voxels, matrix)
    marks = []
    for n, name in enumerate(NAMES):
        for kind, row in (("body", 24 + 16 * n), ("disc", 32 + 16 * n)):
            state = "sacral" if name == "C5" else "free"
            place = volume.ras([40, row, 2])
            marks.append(Mark(kind, name, tuple(place.tolist()), state))
            if kind == "disc" and state == "free":
                voxels[:, row - 1 : row + 2, 34:47] = 255
    voxels[:, :, 58:62] = 160
    course = [tuple(volume.ras([60, row, 2]).tolist()) for row in range(4, 140, 2)]
    truth = WholeTruth("none", marks, course, "T2")
    tissues = volume.with_voxels(np.zeros(volume.shape, np.uint8))
    return LabelledSpine(
        f"s{number}", f"p{number}", lambda: (volume, tissues), truth=partial(_given, truth)
    )


def _given(truth):
    return truth


@pytest.fixture(scope="module")
def task():
    return LevelsTask(
        read_recipe("starter-levels", changes=TINY), [ladder(1), ladder(2)], [ladder(3)]
    )


def test_an_item_depends_on_nothing_but_its_source_of_chance(task):
    items = task.training_items()
    one, two, other = (items.item(3, np.random.default_rng(n)) for n in (5, 5, 6))
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))
    assert not torch.equal(one[0], other[0])
    assert one[0].shape == (3, 128, 96) and one[1].shape == (6, 64, 48)
    assert one[2].shape == (64, 48)


def test_spots_stand_where_the_discs_are(task):
    items, discs = task.training_items(), MAPS.index("disc")
    for seed in range(6):
        window, heat, _ = items.item(seed, np.random.default_rng(seed))
        if heat[discs].max() < 0.8:
            continue
        row, column = np.unravel_index(int(heat[discs].argmax()), heat[discs].shape)
        near = window[1, 2 * row - 2 : 2 * row + 3, 2 * column - 2 : 2 * column + 3]
        assert near.mean() > window[1].mean() + 0.1


def test_a_short_training_tells_discs_from_the_rest(task):
    torch.manual_seed(0)
    network, items = task.network().train(), task.training_items()
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-2)
    disc = MAPS.index("disc")
    for step in range(25):
        parts = [items.item(n, np.random.default_rng((step, n))) for n in range(3)]
        images, heat, region = (torch.stack(p) for p in zip(*parts, strict=True))
        loss = task.loss(network, (images, heat, region))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    found = torch.sigmoid(network(images)[:, disc]).detach()
    assert found[heat[:, disc] > 0.8].mean() > 0.4
    assert found[heat[:, disc] < 0.01].mean() < 0.1


def test_another_loss_is_refused_by_name():
    recipe = read_recipe("starter-levels", changes={**TINY, "loss.name": "dice"})
    with pytest.raises(BadInput, match="dice"):
        LevelsTask(recipe, [ladder(1)], [ladder(2)])
