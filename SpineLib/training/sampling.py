"""Which items make up which batch, and their chance: functions of the seed and a number alone."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Dataset, default_collate

from SpineLib.errors import BadInput, SpineError
from SpineLib.training.task import Item, Items

# Apart, so that no two kinds of chance share a generator (NumPy pads a seed with zeros).
_ITEM, _ORDER, _TORCH = 1, 2, 3


@dataclass(frozen=True)
class Share:
    """Which part of every batch one process draws.

    Attributes:
        batch: items behind a step, over all processes.
        parts: portions of each process's share.
        rank, world: this process, and how many there are.
    """

    batch: int
    parts: int
    rank: int = 0
    world: int = 1

    def __post_init__(self) -> None:
        if self.batch % (self.parts * self.world):
            raise BadInput(
                f"A batch of {self.batch} cannot be shared by {self.world} processes in "
                f"{self.parts} equal parts each",
                advice="Change training.batch or training.accumulate, or the number of processes.",
            )

    def draws(self, step: int) -> list[list[int]]:
        """Numbers of the draws of this process at a step, part by part."""
        mine = self.batch // self.world
        first = step * self.batch + self.rank * mine
        size = mine // self.parts
        return [list(range(first + n * size, first + (n + 1) * size)) for n in range(self.parts)]


class _Draws(Dataset):
    """Items by the number of their draw, counted from the first step of the run."""

    def __init__(self, items: Items, seed: int) -> None:
        self.items, self.seed = items, seed
        self.length = len(items.order(_generator(seed, 0, 0, _ORDER)))
        if not self.length:
            raise BadInput("There is nothing to learn from", advice="Look at the training data.")
        self._pass, self._order = -1, np.empty(0, np.int64)

    def __getitem__(self, draw: int) -> Item | SpineError:
        turn, position = divmod(draw, self.length)
        index = int(self._order_of(turn)[position])
        try:
            return self.items.item(index, _generator(self.seed, draw, index, _ITEM))
        except SpineError as error:  # raised, a worker process would turn it into a traceback
            return error

    def _order_of(self, turn: int) -> NDArray[np.int64]:
        if turn != self._pass:
            order = self.items.order(_generator(self.seed, turn, 0, _ORDER))
            if len(order) != self.length:
                raise RuntimeError("every pass over the items must be of the same length")
            self._pass, self._order = turn, order
        return self._order


class Batches:
    """The portions of batches that one process learns from, step after step.

    Args:
        items: what is drawn.
        seed: of the recipe.
        share: which part is this process's.
        workers: loader processes; 0 loads in this one. The batches do not depend on it.
        pinned: whether the tensors go to a GPU.

    Example:
        ``for parts in batches.after(0, 100): ...`` gives 100 lists of ``share.parts`` batches.
    """

    def __init__(
        self, items: Items, seed: int, share: Share, *, workers: int = 0, pinned: bool = False
    ) -> None:
        self.share, self.workers, self._pinned = share, workers, pinned
        self._draws = _Draws(items, seed)

    @property
    def steps_per_epoch(self) -> int:
        """Steps that draw as many items as one pass has, rounded up."""
        return -(-self._draws.length // self.share.batch)

    def after(self, step: int, last: int) -> Iterator[list[Item]]:
        """The batches of each step from ``step`` to before ``last``.

        Raises:
            SpineError: what an item could not be made for.
        """
        parts = [part for n in range(step, last) for part in self.share.draws(n)]
        loader = DataLoader(
            self._draws,
            batch_sampler=parts,
            collate_fn=_stacked,
            num_workers=self.workers,
            worker_init_fn=_quiet if self.workers else None,
            pin_memory=self._pinned,
            prefetch_factor=4 if self.workers else None,
        )
        step_parts: list[Item] = []
        for part in loader:
            if isinstance(part, SpineError):
                raise part
            step_parts.append(part)
            if len(step_parts) == self.share.parts:
                yield step_parts
                step_parts = []


def seed_torch(seed: int, step: int, part: int, rank: int) -> None:
    """Seeds torch's own chance (dropout) for one portion of one step of one process."""
    state = np.random.SeedSequence((seed, step, part, rank, _TORCH)).generate_state(1, np.uint64)
    torch.manual_seed(int(state[0]) >> 1)


def default_workers(processes_here: int = 1) -> int:
    """Loader processes that leave one core to each training process; at most 8 each.

    Where processes cannot be forked (Windows, macOS), none: the items would have to be sent.
    """
    if sys.platform != "linux":
        return 0
    cores = len(os.sched_getaffinity(0))
    return max(0, min(8, cores // processes_here - 1))


def _generator(*numbers: int) -> np.random.Generator:
    return np.random.default_rng(numbers)


def _stacked(items: list[Item | SpineError]) -> Item | SpineError:
    for item in items:
        if isinstance(item, SpineError):
            return item
    return tuple(default_collate(items))


def _quiet(worker: int) -> None:
    """Leaves Ctrl-C to the training process, which then ends its loaders."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
