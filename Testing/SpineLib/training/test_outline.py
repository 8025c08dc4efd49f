"""Learning the outlines of cord and sac on simulated slices."""

import numpy as np
import pytest

pytest.importorskip("lightning_fabric")
import torch

from SpineLib.datasets.open_volumes import open_outlines
from SpineLib.errors import BadInput
from SpineLib.progress import Progress
from SpineLib.training.outline import OutlineTask
from SpineLib.training.recipe import read_recipe

TINY = {
    "network.arguments": {"widths": [4, 4, 4, 4, 4], "maps": 8},
    "sources": {"training": [], "validation": []},
}


@pytest.fixture(scope="module")
def cases():
    return open_outlines("simulated:outlines-cervical-none:standard:2:41")


def test_a_window_shows_the_cord_where_its_map_says(cases):
    task = OutlineTask(read_recipe("starter-cord", changes=TINY), cases[:1], cases[1:])
    items = task.training_items()
    assert len(items) == 6
    image, maps = items.item(0, np.random.default_rng(3))
    assert image.shape == (1, 96, 96) and maps.shape == (2, 96, 96)
    sac, cord = maps
    assert (cord <= sac + 1e-6).all() and 40 < 0.25 * float(cord.sum()) < 160
    again, _ = items.item(0, np.random.default_rng(3))
    assert torch.equal(image, again)


def test_a_step_lowers_the_loss_and_the_card_says_where_the_boundary_lies(cases):
    task = OutlineTask(read_recipe("starter-cord", changes=TINY), cases[:1], cases[1:])
    torch.manual_seed(0)
    network, items = task.network().train(), task.training_items()
    rng = np.random.default_rng(1)
    batch = tuple(
        torch.stack(parts) for parts in zip(*(items.item(n, rng) for n in range(6)), strict=True)
    )
    optimiser = torch.optim.Adam(network.parameters(), 1e-2)
    losses = []
    for _ in range(8):
        losses.append(task.loss(network, batch))
        optimiser.zero_grad()
        losses[-1].backward()
        optimiser.step()
    assert losses[-1] < losses[0]
    figures = task.validate(network.eval(), torch.device("cpu"), Progress())
    assert set(figures) == {"dice", "sac_dice", "cord_dice"}
    assert task.card().threshold == 0.7 and task.card().task == "outline"


def test_outlines_have_one_loss_and_other_sources_are_refused(cases):
    wrong = read_recipe("starter-cord", changes={**TINY, "loss.name": "focal"})
    with pytest.raises(BadInput, match="no loss focal"):
        OutlineTask(wrong, cases[:1], cases[1:])
    with pytest.raises(BadInput, match="gives no outlines"):
        open_outlines("simulated:cervical-none:standard:2")
