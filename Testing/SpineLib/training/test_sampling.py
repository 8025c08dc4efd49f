"""What is drawn depends on the seed and the step, and on nothing else."""

import numpy as np
import pytest
import torch

from SpineLib.errors import BadInput
from SpineLib.training.sampling import Batches, Share
from SpineLib.training.task import Items


class Numbers(Items):
    """An item is its index and its chance."""

    def __init__(self, count=10, broken=None):
        self.count, self.broken = count, broken

    def __len__(self):
        return self.count

    def item(self, index, rng):
        if index == self.broken:
            raise BadInput("The image is broken", file="image.dcm", advice="Look at it.")
        return torch.tensor(index), torch.tensor(rng.random(3))


class Doubled(Numbers):
    """Draws the first item ten times a pass."""

    def order(self, rng):
        return np.zeros(10, np.int64)


def _drawn(share: Share, steps=(0, 6), workers=0, items=None):
    """Index and chance of every item of the steps, in order."""
    batches = Batches(items or Numbers(), 7, share, workers=workers)
    parts = [part for step in batches.after(*steps) for part in step]
    return [torch.cat(tensors) for tensors in zip(*parts, strict=True)]


def test_neither_workers_nor_parts_nor_processes_change_what_is_drawn():
    index, chance = _drawn(Share(4, 1))
    for other in (_drawn(Share(4, 1), workers=2), _drawn(Share(4, 2))):
        assert torch.equal(other[0], index)
        assert torch.equal(other[1], chance)
    first, second = (_drawn(Share(4, 1, rank, 2)) for rank in (0, 1))
    together = torch.cat([first[1].view(6, 2, 3), second[1].view(6, 2, 3)], 1)
    assert torch.equal(together.view(-1, 3), chance)


def test_a_start_in_the_middle_draws_what_would_have_come():
    assert torch.equal(_drawn(Share(4, 1), (3, 6))[1], _drawn(Share(4, 1))[1][12:])


def test_every_item_comes_once_a_pass_in_another_order():
    index, _ = _drawn(Share(5, 1))
    passes = index.view(3, 10)
    assert all(sorted(p.tolist()) == list(range(10)) for p in passes)
    assert len({tuple(p.tolist()) for p in passes}) == 3


def test_an_item_drawn_again_has_another_chance():
    _, chance = _drawn(Share(5, 1), items=Doubled())
    assert len(np.unique(chance.numpy(), axis=0)) == len(chance)


def test_a_batch_that_the_processes_cannot_share_is_refused():
    with pytest.raises(BadInput, match="batch of 6 cannot be shared by 4 processes"):
        Share(6, 1, 0, 4)


@pytest.mark.parametrize("workers", [0, 1])
def test_an_error_of_an_item_reaches_the_person_as_it_is(workers):
    with pytest.raises(BadInput, match="broken") as error:
        _drawn(Share(5, 1), workers=workers, items=Numbers(broken=3))
    assert error.value.file == "image.dcm"
    assert error.value.advice == "Look at it."


def test_nothing_to_learn_from_is_said():
    with pytest.raises(BadInput, match="nothing to learn from"):
        Batches(Numbers(0), 7, Share(4, 1))
